/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/language.h"

#include "asr/pronounce.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "config/options.h"
#include "daemon/bundle.h"
#include "daemon/seal.h"
#include "tts/voice.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    VARIANTS_MAX = 32,
    WAKE_FILE_MAX = 64 * 1024,
};

static int letter_to_sound(void *user, const char *word, char *ret_ipa, size_t size)
{
    int r = tts_voice_phonemes(user, word, ret_ipa, size);

    return r > 0 ? -EINVAL : r;
}

/* Each failure has its words, the rarest too. */
static int explain(const struct language_options *options, int r, struct base_strbuf *error)
{
    if (r < 0 && error->length == 0)
        base_strbuf_addf(error, "the language \"%s\" cannot be opened: %s", options->id,
                         strerror(-r));
    return base_trace(r);
}

static int check_seal(const char *bundle, struct base_strbuf *error)
{
    struct base_strbuf name;
    int r;

    base_strbuf_init(&name);
    r = seal_check(bundle, &name);
    if (r == SEAL_BROKEN)
        base_strbuf_addf(error, "%s/%s is damaged; make the bundle with `voisine bundle`", bundle,
                         base_strbuf_text(&name));
    else if (r < 0)
        base_strbuf_addf(error,
                         "the seal of %s cannot be read: %s; make the bundle with `voisine "
                         "bundle`",
                         bundle, strerror(-r));
    base_strbuf_finish(&name);
    return r > 0 ? -EINVAL : r;
}

static int open_understanding(const struct language_options *options, const char *bundle,
                              struct language *language, struct base_strbuf *error)
{
    char data[PATH_MAX], path[PATH_MAX];
    int r = check_seal(bundle, error);

    if (r < 0)
        return r;
    r = bundle_data_folder(options->id, data, sizeof(data));
    if (r == 0)
        r = intents_language_load(data, INTENTS_TO_UNDERSTAND, options->names, options->n_names,
                                  &language->data);
    if (r < 0) {
        base_strbuf_addf(error, "the language data %s cannot be used: %s", data, strerror(-r));
        return r;
    }
    r = base_file_join(bundle, "understanding.bin", path, sizeof(path));
    if (r == 0)
        r = intents_understander_create(language->data, path, &language->understander);
    if (r < 0) {
        base_strbuf_addf(error,
                         "the language bundle %s cannot be used: %s; make it with `voisine "
                         "bundle`",
                         bundle, strerror(-r));
        return r;
    }
    intents_language_forget_lexicon(language->data);
    intents_understander_offer(language->understander, options->services, options->n_services);
    return 0;
}

/* Whether a part is as it was when the bundle was made. */
static bool is_as_sealed(const char *bundle, const char *name, const char *folder)
{
    const struct seal_part part = {name, folder};
    struct base_strbuf file;
    int r;

    base_strbuf_init(&file);
    r = seal_check_part(bundle, &part, &file);
    if (r == SEAL_BROKEN)
        log_error("asr-changed", "missing or changed: %s, of %s", base_strbuf_text(&file), folder);
    base_strbuf_finish(&file);
    return r != SEAL_BROKEN;
}

/* A model that changed is heard with, if it can be opened: worse perhaps, but nothing else hears a
 * call for help. */
static int open_scores(const char *model, const char *bundle, struct language *language,
                       struct base_strbuf *error)
{
    int r = asr_scores_create(model, &language->scores);

    language->is_model_changed = r == 0 && !is_as_sealed(bundle, BUNDLE_PART_MODEL, model);
    if (r < 0)
        base_strbuf_addf(error,
                         "the acoustic model %s cannot be used: %s; fetch it with tools/setup "
                         "--models",
                         model, strerror(-r));
    return r;
}

/* A language without one hears without it. So does one whose file is damaged or gone: worse beside
 * a television, but a speaker that is started again and again hears nothing at all. */
static int open_denoiser(const char *id, const char *bundle, struct language *language)
{
    char folder[PATH_MAX], path[PATH_MAX];
    int r = bundle_network_folder(id, folder, sizeof(folder));

    if (r == 0)
        r = base_file_join(folder, "denoiser.bin", path, sizeof(path));
    if (r == 0 && !is_as_sealed(bundle, BUNDLE_PART_NETWORK, folder))
        r = -EINVAL;
    if (r == 0)
        r = asr_denoiser_open(path, &language->denoiser);
    /* What it tells of another model's states would be read beyond its end. */
    if (r == 0 &&
        asr_denoiser_n_states(language->denoiser) != asr_scores_n_states(language->scores)) {
        asr_denoiser_close(language->denoiser);
        language->denoiser = NULL;
        log_error("asr-denoiser-bad", "of another model: %s", path);
        r = -EINVAL;
    }
    language->is_denoiser_bad = r == -EINVAL;
    return r == -EINVAL || r == -ENOENT ? 0 : r;
}

static int open_recogniser(const char *model, const char *bundle, struct language *language,
                           struct base_strbuf *error)
{
    struct asr_recogniser_options options = {.model_folder = model,
                                             .bundle_folder = bundle,
                                             .scores = language->scores,
                                             .denoiser = language->denoiser};
    int r = asr_recogniser_open(&options, &language->recogniser);

    if (r < 0)
        base_strbuf_addf(error,
                         "the recogniser cannot start with the model %s and the bundle %s: %s; "
                         "fetch the model with tools/setup --models, make the bundle with `voisine "
                         "bundle`",
                         model, bundle, strerror(-r));
    return r;
}

/* Other ways to say a wake phrase: lines "phrase = phones" of the language's wake.txt, split in
 * place. */
struct variants {
    char *text;
    const char *phones[VARIANTS_MAX];
    size_t n;
};

/* A language without the file, or a phrase that it does not name, has none. */
static void load_variants(const char *language, const char *phrase, struct variants *variants)
{
    char folder[PATH_MAX], path[PATH_MAX], *line, *rest;
    size_t n_bytes, n_phrase = strlen(phrase);

    *variants = (struct variants){0};
    if (bundle_data_folder(language, folder, sizeof(folder)) < 0 ||
        base_file_join(folder, "wake.txt", path, sizeof(path)) < 0 ||
        base_file_read(path, WAKE_FILE_MAX, &variants->text, &n_bytes) < 0)
        return;
    rest = variants->text;
    while ((line = strsep(&rest, "\n")) && variants->n < VARIANTS_MAX) {
        if (strncmp(line, phrase, n_phrase) == 0 && strncmp(line + n_phrase, " = ", 3) == 0)
            variants->phones[variants->n++] = line + n_phrase + 3;
    }
}

/* The voice lives only as long as the pronunciations are looked up: espeak-ng allows one at a time.
 */
static int open_wake(const struct language_options *options, const char *model,
                     struct language *language, struct base_strbuf *error)
{
    struct tts_voice_settings settings = {options->id, 150, 50, 100};
    struct asr_wake_options wake = {.model_folder = model,
                                    .phrase = options->wake_phrase,
                                    .sensitivity = options->wake_sensitivity,
                                    .scores = language->scores,
                                    .denoiser = language->denoiser};
    struct variants variants;
    struct tts_voice *voice = NULL;
    char data[PATH_MAX], phones[PATH_MAX];
    int r = tts_voice_create(&settings, &voice);

    load_variants(options->id, options->wake_phrase, &variants);
    wake.variants = variants.phones;
    wake.n_variants = variants.n;
    if (r == 0)
        r = bundle_data_folder(options->id, data, sizeof(data));
    if (r == 0)
        r = base_file_join(data, "phones.txt", phones, sizeof(phones));
    if (r == 0)
        r = asr_pronounce_open(model, phones, letter_to_sound, voice, &wake.pronounce);
    if (r == 0)
        r = asr_wake_create(&wake, &language->wake);
    asr_pronounce_close(wake.pronounce);
    tts_voice_destroy(voice);
    free(variants.text);
    if (r != 0)
        base_strbuf_addf(error,
                         "the wake phrase \"%s\" cannot be listened for (%s): set wake.phrase",
                         options->wake_phrase, r < 0 ? strerror(-r) : "no voice");
    return r > 0 ? -EINVAL : r;
}

static int find_bundle(const struct language_options *options, char *ret_folder, size_t size)
{
    if (!options->bundle)
        return bundle_folder(options->id, ret_folder, size);
    return (size_t)snprintf(ret_folder, size, "%s", options->bundle) >= size ? -ENAMETOOLONG : 0;
}

int language_open(const struct language_options *options, struct language *ret_language,
                  struct base_strbuf *error)
{
    char bundle[PATH_MAX], model[PATH_MAX];
    int r = find_bundle(options, bundle, sizeof(bundle));

    *ret_language = (struct language){0};
    if (r == 0)
        r = bundle_model_folder(options->models_folder, options->id, model, sizeof(model));
    if (r == 0 && options->parts && access(model, R_OK) < 0) {
        r = -errno;
        base_strbuf_addf(
            error, "there is no acoustic model in %s: fetch it with tools/setup --models", model);
    }
    if (r == 0)
        r = open_understanding(options, bundle, ret_language, error);
    if (r == 0 && options->parts)
        r = open_scores(model, bundle, ret_language, error);
    if (r == 0 && options->parts)
        r = open_denoiser(options->id, bundle, ret_language);
    if (r == 0 && options->parts & LANGUAGE_HEARS)
        r = open_recogniser(model, bundle, ret_language, error);
    if (r == 0 && options->parts & LANGUAGE_WAKES)
        r = open_wake(options, model, ret_language, error);
    if (r < 0)
        language_close(ret_language);
    /* Dictionary and phrases, read once, leave many holes. */
    malloc_trim(0);
    return explain(options, r, error);
}

int language_renew(const struct language_options *options, struct language *language,
                   struct base_strbuf *error)
{
    struct language fresh = {.scores = language->scores,
                             .denoiser = language->denoiser,
                             .is_denoiser_bad = language->is_denoiser_bad,
                             .is_model_changed = language->is_model_changed};
    char bundle[PATH_MAX], model[PATH_MAX];
    int r = find_bundle(options, bundle, sizeof(bundle));

    if (r == 0)
        r = bundle_model_folder(options->models_folder, options->id, model, sizeof(model));
    if (r == 0)
        r = open_understanding(options, bundle, &fresh, error);
    if (r == 0)
        r = open_recogniser(model, bundle, &fresh, error);
    if (r == 0) {
        struct language old = *language;

        *language = fresh;
        language->wake = old.wake;
        fresh = old;
    }
    fresh.scores = NULL; /* these stay with the language */
    fresh.denoiser = NULL;
    fresh.wake = NULL;
    language_close(&fresh);
    malloc_trim(0);
    return explain(options, r, error);
}

int language_wake_phrase(const char *id, char *ret_phrase, size_t size)
{
    struct config_options *options;
    int r = config_options_create(&options);

    if (r < 0)
        return r;
    r = config_options_set(options, CONFIG_LANGUAGE, id, NULL);
    if (r == 0 && (size_t)snprintf(ret_phrase, size, "%s",
                                   config_options_text(options, CONFIG_WAKE_PHRASE)) >= size)
        r = -ENAMETOOLONG;
    config_options_destroy(options);
    return r > 0 ? -EINVAL : r;
}

void language_close(struct language *language)
{
    asr_wake_destroy(language->wake);
    asr_recogniser_destroy(language->recogniser);
    asr_scores_destroy(language->scores);
    asr_denoiser_close(language->denoiser);
    intents_understander_destroy(language->understander);
    intents_language_destroy(language->data);
    *language = (struct language){0};
}
