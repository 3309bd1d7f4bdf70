/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which bundle a running daemon hears with, and changing it while it runs. */
#include "base/log.h"
#include "daemon/commands.h"
#include "daemon/speaker_private.h"

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

int speaker_open_language(struct speaker *s)
{
    struct own_bundle_options own = {s->loop, s->config, on_ready, s};
    struct language_options options;
    int r;

    if (own_bundle_create(&own, &s->own_bundle) < 0)
        return EXIT_SOFTWARE;
    options = language_options(s);
    r = language_open(&options, &s->language, &s->error);
    if (r < 0 && options.bundle) {
        own_bundle_refuse(s->own_bundle);
        base_strbuf_clear(&s->error);
        options = language_options(s);
        r = language_open(&options, &s->language, &s->error);
    }
    return r == 0 ? 0 : EXIT_CONFIG;
}

/* Some tenths of a second: the ring of the microphone holds what comes meanwhile. */
void speaker_renew_language(struct speaker *s)
{
    struct language_options options = language_options(s);
    struct base_strbuf error;

    if (assistant_state(s->assistant) != STATE_ASLEEP || assistant_is_speaking(s->assistant))
        return;
    s->has_new_bundle = false;
    base_strbuf_init(&error);
    if (language_renew(&options, &s->language, &error) < 0) {
        own_bundle_refuse(s->own_bundle);
    } else {
        interpreter_use(s->interpreter, s->language.recogniser, s->language.understander);
        learning_use(s->learning, s->language.recogniser);
        log_notice("bundle-taken", "the names are known now");
    }
    base_strbuf_finish(&error);
}
