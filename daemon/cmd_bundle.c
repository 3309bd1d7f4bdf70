/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine bundle`: makes the language bundle from the data. */
#include "daemon/bundle.h"
#include "daemon/commands.h"
#include "daemon/language.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>

static void print_usage(FILE *file)
{
    fputs("usage: voisine bundle [--language L] [--models FOLDER] [--wake-phrase TEXT] [-o "
          "FOLDER]\n\n"
          "Makes language model, dictionary and understanding from the language data.\n",
          file);
}

static void on_step(void *user, const char *step)
{
    (void)user;
    fprintf(stderr, "==> %s\n", step);
}

int cmd_bundle(int argc, char **argv)
{
    static const struct option words[] = {{"language", required_argument, NULL, 'l'},
                                          {"models", required_argument, NULL, 'm'},
                                          {"wake-phrase", required_argument, NULL, 'w'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    struct bundle_options options = {.language = "fr", .on_step = on_step};
    const char *models = "", *out = NULL;
    char model_folder[PATH_MAX], folder[PATH_MAX], phrase[128];
    struct base_strbuf error;
    int c, r;

    optind = 1;
    while ((c = getopt_long(argc, argv, "o:", words, NULL)) != -1) {
        if (c == 'l')
            options.language = optarg;
        else if (c == 'm')
            models = optarg;
        else if (c == 'w')
            options.wake_phrase = optarg;
        else if (c == 'o')
            out = optarg;
        else {
            print_usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? EXIT_OK : EXIT_USAGE;
        }
    }
    if (!options.wake_phrase) {
        if (language_wake_phrase(options.language, phrase, sizeof(phrase)) < 0) {
            fprintf(stderr, "voisine: there is no language \"%s\"\n", options.language);
            return EXIT_CONFIG;
        }
        options.wake_phrase = phrase;
    }
    r = bundle_model_folder(models, options.language, model_folder, sizeof(model_folder));
    if (r == 0 && !out)
        r = bundle_folder(options.language, folder, sizeof(folder));
    options.model_folder = model_folder;
    base_strbuf_init(&error);
    if (r == 0)
        r = bundle_make(&options, out ? out : folder, &error);
    if (r < 0)
        fprintf(stderr, "voisine: %s\n", error.length ? base_strbuf_text(&error) : "path too long");
    base_strbuf_finish(&error);
    return r < 0 ? EXIT_CONFIG : EXIT_OK;
}
