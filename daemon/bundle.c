/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bundle.h"

#include "asr/decoder.h"
#include "asr/ngram.h"
#include "asr/pronounce.h"
#include "asr/tokens.h"
#include "asr/whole.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "daemon/seal.h"
#include "daemon/stored.h"
#include "intents/sampler.h"
#include "intents/understand.h"
#include "tts/voice.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    N_REQUEST_SENTENCES = 120000,
    N_ANSWER_SENTENCES = 30000,
    N_SHORT_SENTENCES = 20000,
    N_DAY_SENTENCES = 20000,
    N_WHOLE_WORDS_MAX = 8, /* of a short answer */
    N_WHOLE_WAYS_MAX = 8,
    WAKE_EVERY = 10, /* one sampled request in so many follows the wake phrase in the same breath */
    YES_NO_WEIGHT = 8, /* of a yes or a no among the answers: what nearly every question asks for */
    /* A word that is sampled less often among the requests, and in no other model, is left out. */
    N_LEAST = 2,
    SEED = 20260615,
};

/* Trigrams that change little are left out: the model is half as large and as good. */
#define PRUNE 1e-8

struct making {
    const struct bundle_options *options;
    const char *folder;
    struct base_strbuf *error;
    struct intents_language *language;
    struct tts_voice *voice;
    struct asr_pronounce *pronounce;
    struct asr_ngram *ngram; /* of the model that is being made */
    struct base_strbuf words;
    struct base_strbuf dictionary;
    struct asr_ngram *vocabulary; /* a set of words, for want of another: of both models */
    unsigned yes_no_weight;       /* in the model that is being made */
    bool is_whole;                /* it is of whole phrases */
    size_t n_sampled, n_unspeakable;
};

static void step(const struct making *m, const char *what)
{
    if (m->options->on_step)
        m->options->on_step(m->options->user, what);
}

/* The language's own in a folder of the data. */
static int find_data(const char *kind, const char *language, char *ret_folder, size_t size)
{
    char root[PATH_MAX], relative[64];
    int r = base_paths_data(root, sizeof(root));

    snprintf(relative, sizeof(relative), "%s/%s", kind, language);
    return r < 0 ? r : base_file_join(root, relative, ret_folder, size);
}

int bundle_data_folder(const char *language, char *ret_folder, size_t size)
{
    return find_data("intents", language, ret_folder, size);
}

int bundle_network_folder(const char *language, char *ret_folder, size_t size)
{
    return find_data("asr", language, ret_folder, size);
}

int bundle_model_folder(const char *models_folder, const char *language, char *ret_folder,
                        size_t size)
{
    if (models_folder && *models_folder)
        return base_file_join(models_folder, language, ret_folder, size);
    return find_data("models", language, ret_folder, size);
}

int bundle_folder(const char *language, char *ret_folder, size_t size)
{
    char root[PATH_MAX];
    int r = base_paths_bundles(root, sizeof(root));

    return r < 0 ? r : base_file_join(root, language, ret_folder, size);
}

static int letter_to_sound(void *user, const char *word, char *ret_ipa, size_t size)
{
    int r = tts_voice_phonemes(user, word, ret_ipa, size);

    return r > 0 ? -EINVAL : r;
}

static bool is_whole_word(void *user, const char *word)
{
    return asr_pronounce_knows(user, word);
}

static int add_sentence(struct making *m, const char *sentence, unsigned weight)
{
    base_strbuf_clear(&m->words);
    asr_tokens_split(sentence, is_whole_word, m->pronounce, &m->words);
    if (m->words.error)
        return m->words.error;
    if (m->is_whole && m->words.text)
        asr_whole_join(m->words.text);
    return asr_ngram_add(m->ngram, base_strbuf_text(&m->words), weight);
}

/* Whether it is worth a word of its own. */
static bool is_brief(const char *sentence, const struct intents_label *label)
{
    int n_words = 1;

    for (const char *at = sentence; *at; at++)
        n_words += *at == ' ';
    return !label->is_near_miss && n_words <= N_WHOLE_WORDS_MAX;
}

static int on_sentence(void *user, const char *sentence, const struct intents_label *label)
{
    struct making *m = user;
    char with_wake[2048];
    if (m->is_whole && !is_brief(sentence, label))
        return 0;
    bool is_yes_no = label->act == INTENTS_AFFIRM || label->act == INTENTS_DENY;
    int r = add_sentence(m, sentence, is_yes_no ? m->yes_no_weight : 1);

    if (r < 0 || label->act != INTENTS_REQUEST || m->n_sampled++ % WAKE_EVERY)
        return r;
    snprintf(with_wake, sizeof(with_wake), "%s %s", m->options->wake_phrase, sentence);
    return add_sentence(m, with_wake, 1);
}

/* Those of the model go to the dictionary. */
static int add_words(struct making *m)
{
    const char *word;
    unsigned count;
    int r = 0;

    for (size_t i = 0; r == 0 && (word = asr_ngram_word(m->ngram, i, &count)); i++)
        r = asr_ngram_add(m->vocabulary, word, 1);
    return r;
}

/* Samples, trains and packs one model; words that were sampled less than `n_least` times are none.
 */
static int make_model(struct making *m, const char *name, size_t n_least,
                      const struct intents_sampler_options *sampling)
{
    char arpa[PATH_MAX], packed[PATH_MAX];
    int r = asr_ngram_create(&m->ngram);

    if (r == 0)
        r = intents_sampler_run(m->language, sampling, on_sentence, m);
    if (r == 0)
        r = asr_ngram_forget_rare(m->ngram, (unsigned)n_least);
    if (r == 0)
        r = add_words(m);
    snprintf(arpa, sizeof(arpa), "%s/%s.arpa", m->folder, name);
    snprintf(packed, sizeof(packed), "%s/%s.lm", m->folder, name);
    if (r == 0)
        r = asr_ngram_write(m->ngram, arpa, PRUNE);
    if (r == 0)
        r = asr_decoder_pack_ngram(arpa, packed);
    unlink(arpa);
    asr_ngram_destroy(m->ngram);
    m->ngram = NULL;
    return base_trace(r);
}

static size_t share_of(const struct making *m, size_t n)
{
    return m->options->percent ? n * m->options->percent / 100 : n;
}

static int make_models(struct making *m)
{
    struct intents_sampler_options request = {.seed = SEED,
                                              .n_sentences = share_of(m, N_REQUEST_SENTENCES),
                                              .shares = {[INTENTS_DRAW_REQUESTS] = 50,
                                                         [INTENTS_DRAW_ACTS] = 14,
                                                         [INTENTS_DRAW_NEAR_MISSES] = 12,
                                                         [INTENTS_DRAW_BACKGROUND] = 24,
                                                         [INTENTS_DRAW_LISTS] = 12,
                                                         [INTENTS_DRAW_ADDITIONS] = 2,
                                                         [INTENTS_DRAW_EXAMPLES] = 60}};
    struct intents_sampler_options answer = {.seed = SEED + 1,
                                             .n_sentences = share_of(m, N_ANSWER_SENTENCES),
                                             .shares = {[INTENTS_DRAW_REQUESTS] = 15,
                                                        [INTENTS_DRAW_ACTS] = 50,
                                                        [INTENTS_DRAW_NEAR_MISSES] = 5,
                                                        [INTENTS_DRAW_BACKGROUND] = 10,
                                                        [INTENTS_DRAW_LISTS] = 3,
                                                        [INTENTS_DRAW_ADDITIONS] = 3,
                                                        [INTENTS_DRAW_ACT_EXAMPLES] = 20}};
    struct intents_sampler_options brief = {.seed = SEED + 2,
                                            .n_sentences = share_of(m, N_SHORT_SENTENCES),
                                            .shares = {[INTENTS_DRAW_SHORT_ANSWERS] = 1}};
    struct intents_sampler_options day = {
        .seed = SEED + 4,
        .n_sentences = share_of(m, N_DAY_SENTENCES),
        .shares = {[INTENTS_DRAW_DAYS] = 3, [INTENTS_DRAW_SHORT_ANSWERS] = 1}};
    struct intents_sampler_options choice = {.seed = SEED + 3,
                                             .n_sentences = share_of(m, N_SHORT_SENTENCES),
                                             .shares = {[INTENTS_DRAW_CHOICES] = 1}};
    int r;

    step(m, "language model of requests");
    m->yes_no_weight = 1;
    r = make_model(m, "request", N_LEAST * request.n_sentences / N_REQUEST_SENTENCES, &request);
    if (r < 0)
        return r;
    step(m, "language model of answers");
    m->yes_no_weight = YES_NO_WEIGHT;
    r = make_model(m, "answer", 1, &answer);
    if (r < 0)
        return r;
    step(m, "language models of short answers");
    m->yes_no_weight = 1;
    r = make_model(m, "day", 1, &day); /* of words: there are too many dates */
    m->is_whole = true;
    if (r == 0)
        r = make_model(m, "short", 1, &brief);
    return r < 0 ? r : make_model(m, "choice", 1, &choice);
}

/* Whether a word may be the carer's: of the names, or of the wake phrase. */
static bool may_be_carers(const struct making *m, const char *word)
{
    return m->options->n_extra > 0 || strstr(m->options->wake_phrase, word) != NULL;
}

/* A carer's word that cannot be pronounced is left out of the dictionary: the recogniser then never
 * says it. A word of the language is an error of its data. */
static int take_unspeakable(struct making *m, const char *word)
{
    m->n_unspeakable++;
    if (may_be_carers(m, word))
        return 0;
    log_error("language-bad", "no pronunciation: %s", word);
    if (!m->error->length)
        base_strbuf_addf(m->error,
                         "the word \"%s\" of the language %s has no pronunciation: spell it "
                         "otherwise, or add its sound to phones.txt",
                         word, m->options->language);
    return -EINVAL;
}

static int add_word(struct making *m, const char *word)
{
    struct base_strbuf lines;
    char *line, *rest;
    int n, i = 1;

    base_strbuf_init(&lines);
    n = asr_whole_is(word) ? asr_whole_pronounce(m->pronounce, word, N_WHOLE_WAYS_MAX, &lines)
                           : asr_pronounce_word(m->pronounce, word, &lines);
    if (n == 0)
        n = take_unspeakable(m, word);
    rest = lines.text;
    while (n > 0 && (line = strsep(&rest, "\n")) && *line) {
        if (i > 1)
            base_strbuf_addf(&m->dictionary, "%s(%d) %s\n", word, i, line);
        else
            base_strbuf_addf(&m->dictionary, "%s %s\n", word, line);
        i++;
    }
    base_strbuf_finish(&lines);
    return n < 0 ? n : m->dictionary.error;
}

static int make_dictionary(struct making *m)
{
    char path[PATH_MAX];
    const char *word;
    unsigned count;
    int r = 0;

    step(m, "dictionary");
    for (size_t i = 0; r == 0 && (word = asr_ngram_word(m->vocabulary, i, &count)); i++) {
        if (word[0] != '<')
            r = add_word(m, word);
    }
    if (r == 0)
        r = base_file_join(m->folder, "words.dict", path, sizeof(path));
    if (r == 0)
        r = base_file_replace(path, base_strbuf_text(&m->dictionary), m->dictionary.length, 0644);
    return base_trace(r);
}

static int make_understanding(struct making *m)
{
    char path[PATH_MAX];
    int r = base_file_join(m->folder, "understanding.bin", path, sizeof(path));

    step(m, "understanding");
    return r < 0
               ? r
               : base_trace(intents_train(m->language, share_of(m, INTENTS_TRAIN_SENTENCES), path));
}

static int make_record(struct making *m)
{
    char path[PATH_MAX];
    struct base_strbuf json;
    int r = base_file_join(m->folder, "bundle.json", path, sizeof(path));

    base_strbuf_init(&json);
    base_strbuf_addf(
        &json,
        "{\"version\": \"" VOISINE_VERSION
        "\", \"language\": \"%s\", \"words\": %zu, \"unspeakable\": %zu, \"wake_phrase\": ",
        m->options->language, asr_ngram_n_words(m->vocabulary), m->n_unspeakable);
    base_strbuf_add_json(&json, m->options->wake_phrase);
    base_strbuf_add(&json, "}\n");
    if (r == 0)
        r = json.error;
    if (r == 0)
        r = base_file_replace(path, base_strbuf_text(&json), json.length, 0644);
    base_strbuf_finish(&json);
    return base_trace(r);
}

static int make_mark(struct making *m)
{
    const char *made_of = m->options->made_of;
    char path[PATH_MAX];
    int r = base_file_join(m->folder, BUNDLE_MADE_OF, path, sizeof(path));

    if (r < 0 || !made_of)
        return r;
    return base_trace(base_file_replace(path, made_of, strlen(made_of), 0644));
}

static int make_stored(struct making *m)
{
    step(m, "stored sentences");
    return stored_make(m->options->language, m->voice, m->folder);
}

static int put_seal(struct making *m)
{
    char network[PATH_MAX];
    const struct seal_part parts[] = {{BUNDLE_PART_MODEL, m->options->model_folder},
                                      {BUNDLE_PART_NETWORK, network}};
    int r = bundle_network_folder(m->options->language, network, sizeof(network));

    return r < 0 ? r : seal_put(m->folder, parts, sizeof(parts) / sizeof(parts[0]));
}

/* What every later step needs; says what is missing. */
static int open_parts(struct making *m)
{
    const struct bundle_options *options = m->options;
    struct tts_voice_settings voice = {options->language, 150, 50, 100};
    char data[PATH_MAX], phones[PATH_MAX];
    int r = bundle_data_folder(options->language, data, sizeof(data));

    step(m, "language data");
    if (r == 0)
        r = intents_language_load(data, INTENTS_TO_DRAW, options->extra, options->n_extra,
                                  &m->language);
    if (r < 0) {
        base_strbuf_addf(m->error, "the language data %s cannot be used: %s", data, strerror(-r));
        return r;
    }
    r = tts_voice_create(&voice, &m->voice);
    if (r != 0) {
        base_strbuf_addf(m->error, "espeak-ng has no voice \"%s\": install espeak-ng-data",
                         options->language);
        return r < 0 ? r : -ENOENT;
    }
    r = base_file_join(data, "phones.txt", phones, sizeof(phones));
    if (r == 0)
        r = asr_pronounce_open(options->model_folder, phones, letter_to_sound, m->voice,
                               &m->pronounce);
    if (r < 0)
        base_strbuf_addf(m->error,
                         "the acoustic model %s cannot be used: %s; fetch it with tools/setup "
                         "--models",
                         options->model_folder, strerror(-r));
    return r;
}

static int make_all(struct making *m)
{
    int (*const steps[])(struct making *) = {make_models, make_dictionary, make_understanding,
                                             make_stored, make_record,     make_mark,
                                             put_seal};
    int r = open_parts(m);

    if (r == 0)
        r = asr_ngram_create(&m->vocabulary);
    for (size_t i = 0; r == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
        r = steps[i](m);
    if (r < 0 && !m->error->length)
        base_strbuf_addf(m->error, "the bundle in %s could not be made: %s", m->folder,
                         strerror(-r));
    return r;
}

static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

/* Puts the fresh folder in the place of the old one. */
static int replace_folder(const char *fresh, const char *folder)
{
    char old[PATH_MAX];

    snprintf(old, sizeof(old), "%s.old", folder);
    remove_folder(old);
    if (rename(folder, old) < 0 && errno != ENOENT)
        return -errno;
    if (rename(fresh, folder) < 0)
        return -errno;
    remove_folder(old);
    return 0;
}

int bundle_make(const struct bundle_options *options, const char *folder, struct base_strbuf *error)
{
    char fresh[PATH_MAX];
    struct making m = {.options = options, .folder = fresh, .error = error};
    int r;

    snprintf(fresh, sizeof(fresh), "%s.new", folder);
    remove_folder(fresh);
    r = base_file_make_folder(fresh, 0755);
    if (r < 0) {
        base_strbuf_addf(error, "the folder %s cannot be made: %s", fresh, strerror(-r));
        return r;
    }
    r = make_all(&m);
    if (r == 0) {
        r = replace_folder(fresh, folder);
        if (r < 0)
            base_strbuf_addf(error, "the folder %s cannot be replaced: %s", folder, strerror(-r));
    }
    if (r < 0)
        remove_folder(fresh);
    asr_ngram_destroy(m.vocabulary);
    asr_pronounce_close(m.pronounce);
    tts_voice_destroy(m.voice);
    intents_language_destroy(m.language);
    base_strbuf_finish(&m.words);
    base_strbuf_finish(&m.dictionary);
    return r;
}
