/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which bundle a running daemon hears with, and changing it while it runs. */
#include "base/log.h"
#include "daemon/commands.h"
#include "daemon/speaker_private.h"

#include <errno.h>
#include <string.h>

static void on_ready(void *user)
{
    struct speaker *s = user;

    s->has_new_bundle = true;
}

static struct language_options language_options(const struct speaker *s)
{
    struct language_options options = {
        .id = config_options_text(s->config, CONFIG_LANGUAGE),
        .models_folder = config_options_text(s->config, CONFIG_MODELS_FOLDER),
        .services = config_territory_services(s->territory),
        .n_services = config_territory_n_services(s->territory),
        .wake_phrase = config_options_text(s->config, CONFIG_WAKE_PHRASE),
        .wake_sensitivity = config_options_number(s->config, CONFIG_WAKE_SENSITIVITY) / 100.0,
        .parts = LANGUAGE_HEARS | LANGUAGE_WAKES,
        .bundle = own_bundle_folder(s->own_bundle),
    };

    if (options.bundle)
        options.names = own_bundle_names(s->own_bundle, &options.n_names);
    return options;
}

/* With our own bundle, where there is one; what was made and cannot be opened is refused. That
 * memory is short says nothing of it. */
static int open_language(struct speaker *s)
{
    struct language_options options = language_options(s);
    int r = language_open(&options, &s->language, &s->error);

    if (r == 0 || r == -ENOMEM || !options.bundle)
        return r;
    own_bundle_refuse(s->own_bundle, base_strbuf_text(&s->error));
    base_strbuf_clear(&s->error);
    options = language_options(s);
    return language_open(&options, &s->language, &s->error);
}

/*
 * A damaged bundle, or a missing model, is no reason to end: a speaker that is started again and
 * again is silent, and nobody knows why. One that understands nothing says so, tells its news,
 * sends what it holds, and makes a bundle of its own, with which it begins anew.
 */
int speaker_open_language(struct speaker *s)
{
    struct own_bundle_options own = {
        .loop = s->loop, .config = s->config, .on_ready = on_ready, .user = s};
    int r;

    r = own_bundle_create(&own, &s->own_bundle);
    if (r < 0)
        return speaker_cannot(s, r, "our own language bundle");
    r = open_language(s);
    if (r < 0 && r != -ENOMEM) {
        log_error("language-damaged", "%s", base_strbuf_text(&s->error));
        base_strbuf_clear(&s->error);
        own_bundle_mend(s->own_bundle);
        if (own_bundle_folder(s->own_bundle))
            r = open_language(s);
    }
    if (r == -ENOMEM) {
        base_strbuf_clear(&s->error);
        return speaker_cannot(s, r, "the language");
    }
    s->cannot_understand = r < 0;
    base_strbuf_clear(&s->error);
    return 0;
}

const char *speaker_hearing(const struct speaker *s)
{
    const char *microphone = soundcard_health(s->soundcard);

    if (s->cannot_understand)
        return "no-language";
    if (strcmp(microphone, "ok") == 0 &&
        (s->language.is_denoiser_bad || s->language.is_model_changed))
        return "damaged";
    return microphone;
}

/* Some tenths of a second: the ring of the microphone holds what comes meanwhile. */
void speaker_renew_language(struct speaker *s)
{
    struct language_options options = language_options(s);
    struct base_strbuf error;
    int r;

    if (assistant_state(s->assistant) != STATE_ASLEEP || assistant_is_speaking(s->assistant))
        return;
    s->has_new_bundle = false;
    if (s->cannot_understand) {
        s->exit_status = SPEAKER_MENDED;
        base_loop_stop(s->loop);
        return;
    }
    base_strbuf_init(&error);
    r = language_renew(&options, &s->language, &error);
    if (r == -ENOMEM) {
        log_warning("bundle-untaken", "%s; taken at the next start", strerror(-r));
    } else if (r < 0) {
        own_bundle_refuse(s->own_bundle, base_strbuf_text(&error));
    } else {
        interpreter_use(s->interpreter, s->language.recogniser, s->language.understander);
        learning_use(s->learning, s->language.recogniser);
        log_notice("bundle-taken", "the names are known now");
    }
    base_strbuf_finish(&error);
}
