/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine check-language`: faults in the data of a language, for those who write them. */
#include "daemon/bundle.h"
#include "daemon/cli.h"
#include "daemon/commands.h"
#include "intents/checker.h"
#include "intents/sampler.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: voisine check-language [LANGUAGE]\n"
    "       voisine check-language --sample N [LANGUAGE]\n\n"
    "Prints templates that come out badly spelled and sentences claimed twice, one a line:\n"
    "kind, where, template, sentence, and who else claims it. Ends with 1 where one is badly\n"
    "spelled (elision), two services claim it (shared) or forms of the same words are written\n"
    "twice (forms). With --sample: N sentences drawn from the data with their labels, as they\n"
    "are learned from. LANGUAGE is a folder under intents/ (default: fr).\n";

static void print_finding(void *user, const struct intents_finding *finding)
{
    size_t *n_errors = user;

    printf("%s\t%s\t%s\t%s\t%s\n", intents_finding_name(finding->kind), finding->where,
           finding->template, finding->sentence, finding->other ? finding->other : "");
    *n_errors += intents_finding_is_error(finding->kind);
}

static int print_sentence(void *user, const char *sentence, const struct intents_label *label)
{
    (void)user;
    printf("%s\t%s\t%s\n", intents_act_name(label->act), label->service ? label->service : "",
           sentence);
    return 0;
}

static int run(const struct intents_language *language, long n_samples)
{
    const struct intents_sampler_options options = {.seed = 1, .n_sentences = (size_t)n_samples};
    size_t n_errors = 0;
    int r;

    if (n_samples > 0)
        r = intents_sampler_run(language, &options, print_sentence, NULL);
    else
        r = intents_check(language, print_finding, &n_errors);
    if (r < 0)
        return EXIT_SOFTWARE;
    return n_errors > 0 ? EXIT_PROBLEM : EXIT_OK;
}

int cmd_check_language(int argc, char **argv)
{
    struct intents_language *language;
    const char *name = "fr";
    char folder[PATH_MAX];
    long n_samples = 0;
    int status;

    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_OK;
    }
    if (argc > 2 && strcmp(argv[1], "--sample") == 0) {
        n_samples = strtol(argv[2], NULL, 10);
        argv += 2;
        argc -= 2;
    }
    if (argc > 1)
        name = argv[1];
    if (argc > 2 || n_samples < 0 || name[0] == '-') {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (cli_find_language(name) != 0 || bundle_data_folder(name, folder, sizeof(folder)) < 0 ||
        intents_language_load(folder, INTENTS_TO_DRAW, NULL, 0, &language) < 0)
        return EXIT_CONFIG;
    status = run(language, n_samples);
    intents_language_destroy(language);
    return status;
}
