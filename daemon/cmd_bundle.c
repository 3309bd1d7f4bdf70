/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine bundle`: makes the language bundle from the data. */
#include "base/file.h"
#include "daemon/bundle.h"
#include "daemon/cli.h"
#include "daemon/commands.h"
#include "daemon/language.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { NAMES_MAX = 1000, LINE_SIZE = 512 };

struct arguments {
    struct bundle_options bundle;
    const char *models, *names, *out;
    bool is_quiet;
};

static void print_usage(FILE *file)
{
    fputs(
        "usage: voisine bundle [--language L] [--models FOLDER] [--wake-phrase TEXT] [--names "
        "FILE] [--draws PERCENT] [-o FOLDER]\n\n"
        "Makes language model, dictionary and understanding from the language data. --names: a\n"
        "line \"list of the lexicon, tab, name\" for each name to know besides; - reads them from\n"
        "standard input. --draws: of fewer sentences, quickly, and it understands badly: for "
        "tests.\n"
        "The speaker calls it so for the names of its configuration, with --quiet\n"
        "(says nothing, yields to everything else) and --made-of TEXT (kept in the bundle).\n",
        file);
}

static void on_step(void *user, const char *step)
{
    (void)user;
    fprintf(stderr, "==> %s\n", step);
}

static bool read_percent(const char *text, unsigned *ret_percent)
{
    char *end;
    long value = strtol(text, &end, 10);

    *ret_percent = (unsigned)value;
    return *end == '\0' && value >= 1 && value <= 100;
}

/* Returns: -1 to go on, or the exit status. */
static int parse(int argc, char **argv, struct arguments *a)
{
    static const struct option words[] = {{"language", required_argument, NULL, 'l'},
                                          {"models", required_argument, NULL, 'm'},
                                          {"wake-phrase", required_argument, NULL, 'w'},
                                          {"names", required_argument, NULL, 'n'},
                                          {"made-of", required_argument, NULL, 'f'},
                                          {"quiet", no_argument, NULL, 'q'},
                                          {"draws", required_argument, NULL, 'd'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    int c;

    *a = (struct arguments){.bundle = {.language = "fr", .on_step = on_step}, .models = ""};
    optind = 1;
    while ((c = getopt_long(argc, argv, "o:", words, NULL)) != -1) {
        if (c == 'l')
            a->bundle.language = optarg;
        else if (c == 'm')
            a->models = optarg;
        else if (c == 'w')
            a->bundle.wake_phrase = optarg;
        else if (c == 'n')
            a->names = optarg;
        else if (c == 'f')
            a->bundle.made_of = optarg;
        else if (c == 'o')
            a->out = optarg;
        else if (c == 'q')
            a->is_quiet = true;
        else if (c != 'd' || !read_percent(optarg, &a->bundle.percent)) {
            print_usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? EXIT_OK : EXIT_USAGE;
        }
    }
    if (a->is_quiet)
        a->bundle.on_step = NULL;
    return -1;
}

/* Beside a speaker that listens: its process comes first, for the processor and for memory. */
static void yield_to_others(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    (void)setpriority(PRIO_PROCESS, 0, 10);
    if (fd >= 0) {
        (void)!write(fd, "1000", 4);
        close(fd);
    }
}

/* The names of a file, in `extras`, whose texts are owned by the caller. Returns: how many, or
 * -errno. */
static int read_names(const char *path, struct intents_extra extras[NAMES_MAX])
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char line[LINE_SIZE];
    int n = 0;

    if (!file)
        return -errno;
    while (n < NAMES_MAX && fgets(line, sizeof(line), file)) {
        char *tab = strchr(line, '\t');

        if (!tab || tab == line)
            continue;
        *tab++ = '\0';
        tab[strcspn(tab, "\n")] = '\0';
        extras[n] = (struct intents_extra){strdup(line), strdup(tab)};
        if (!extras[n].slot || !extras[n].text)
            break;
        n++;
    }
    if (file != stdin)
        fclose(file);
    return n;
}

static int make(struct arguments *a, struct base_strbuf *error)
{
    struct intents_extra extras[NAMES_MAX];
    char model_folder[PATH_MAX], folder[PATH_MAX];
    int r = bundle_model_folder(a->models, a->bundle.language, model_folder, sizeof(model_folder));
    int n = a->names ? read_names(a->names, extras) : 0;

    if (n < 0)
        base_strbuf_addf(error, "%s: %s", a->names, strerror(-n));
    if (r == 0 && n < 0)
        r = n;
    if (r == 0 && !a->out)
        r = bundle_folder(a->bundle.language, folder, sizeof(folder));
    if (r < 0)
        return r;
    a->bundle.model_folder = model_folder;
    a->bundle.extra = extras;
    a->bundle.n_extra = (size_t)n;
    r = bundle_make(&a->bundle, a->out ? a->out : folder, error);
    for (int i = 0; i < n; i++) {
        free((char *)extras[i].slot);
        free((char *)extras[i].text);
    }
    return r;
}

int cmd_bundle(int argc, char **argv)
{
    struct arguments a;
    struct base_strbuf error;
    char phrase[128];
    int status = parse(argc, argv, &a), r;

    if (status >= 0)
        return status;
    if (a.is_quiet)
        yield_to_others();
    if (cli_find_language(a.bundle.language) != 0)
        return EXIT_CONFIG;
    if (!a.bundle.wake_phrase) {
        if (language_wake_phrase(a.bundle.language, phrase, sizeof(phrase)) < 0)
            return EXIT_SOFTWARE;
        a.bundle.wake_phrase = phrase;
    }
    base_strbuf_init(&error);
    r = make(&a, &error);
    if (r < 0)
        fprintf(stderr, "voisine: %s\n", error.length ? base_strbuf_text(&error) : "path too long");
    base_strbuf_finish(&error);
    return r < 0 ? EXIT_CONFIG : EXIT_OK;
}
