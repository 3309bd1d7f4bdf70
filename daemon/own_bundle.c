/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/own_bundle.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/utf8.h"
#include "daemon/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LISTS_MAX = 3,    /* of the lexicon that one name goes into */
    EXTRAS_MAX = 150, /* fifty names */
    NAME_SIZE = 128,
    TRIES_MAX = 3,
    AGAIN_MS = 10 * 60000,
    AGAIN_MAX_MS = 6 * 3600000,
    LONGEST_MS = 15 * 60000, /* on a slow machine, behind everything else, it takes some minutes */
    FIRST_FD_OF_OURS = 3,
    SEAL_BYTES_MAX = 65536,
};

/* Which lists of the lexicon (docs/language-data.md) know such names. */
static const struct {
    const char *kind;
    const char *lists[LISTS_MAX];
} kinds[] = {
    {"dog", {"pet_names", "pet_names_m", "pet_names_f"}},
    {"cat", {"pet_names"}},
    {"pet", {"pet_names"}},
    {"friend", {"first_names"}},
    {"family", {"first_names"}},
    {"volunteer", {"first_names"}},
    {"carer", {"first_names"}},
};

struct own_bundle {
    struct own_bundle_options options;
    char names[EXTRAS_MAX / LISTS_MAX][NAME_SIZE];
    struct intents_extra extras[EXTRAS_MAX];
    size_t n_names, n_extras;
    char program[PATH_MAX];
    char folder[PATH_MAX], tries_path[PATH_MAX];
    char wanted[17]; /* what it must be made of */
    bool is_wanted, is_there;
    bool is_mending;          /* nothing is understood without */
    bool is_refused;          /* the last was of no use: the next not at once */
    pid_t maker;              /* 0: none */
    struct base_timer *timer; /* ends the maker, or begins the next try */
    int again_ms;
};

/* A name is spoken: what is no letter would be read as a template. */
static bool is_speakable(const char *name)
{
    for (const char *c = name; *c; c++) {
        bool is_letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c & 0x80);

        if (!is_letter && *c != ' ' && *c != '-' && *c != '\'')
            return false;
    }
    return *name != '\0';
}

static void take_name(struct own_bundle *own, const struct config_name *name)
{
    char *text = own->names[own->n_names];

    if (!is_speakable(name->name) || own->n_names == EXTRAS_MAX / LISTS_MAX ||
        base_utf8_lowercase(name->name, text, NAME_SIZE) < 0)
        return;
    own->n_names++;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        for (size_t i = 0; i < LISTS_MAX && strcmp(kinds[k].kind, name->kind) == 0; i++) {
            if (kinds[k].lists[i])
                own->extras[own->n_extras++] = (struct intents_extra){kinds[k].lists[i], text};
        }
    }
}

/* ---- what it must be made of ---- */

#define FNV_START 14695981039346656037u

static uint64_t mix(uint64_t sum, const char *text)
{
    /* FNV-1a, the end of the text included. */
    do {
        sum = (sum ^ (uint8_t)*text) * 1099511628211u;
    } while (*text++);
    return sum;
}

static void tell_wanted(struct own_bundle *own)
{
    const struct config_options *config = own->options.config;
    const char *language = config_options_text(config, CONFIG_LANGUAGE);
    char installed[PATH_MAX], path[PATH_MAX], *seal;
    size_t n_bytes;
    uint64_t sum = mix(mix(FNV_START, VOISINE_VERSION), language);

    /* What is sealed, and so other data, another model or another network. */
    if (bundle_folder(language, installed, sizeof(installed)) == 0 &&
        base_file_join(installed, "seal", path, sizeof(path)) == 0 &&
        base_file_read(path, SEAL_BYTES_MAX, &seal, &n_bytes) == 0) {
        sum = mix(sum, seal);
        free(seal);
    }
    sum = mix(sum, config_options_text(config, CONFIG_WAKE_PHRASE));
    for (size_t i = 0; i < own->n_extras; i++)
        sum = mix(mix(sum, own->extras[i].slot), own->extras[i].text);
    snprintf(own->wanted, sizeof(own->wanted), "%016" PRIx64, sum);
}

static bool is_made_of_wanted(const struct own_bundle *own)
{
    char path[PATH_MAX], *text;
    size_t n;
    bool is_same;

    if (base_file_join(own->folder, BUNDLE_MADE_OF, path, sizeof(path)) < 0 ||
        base_file_read(path, 64, &text, &n) < 0)
        return false;
    is_same = strcmp(text, own->wanted) == 0;
    free(text);
    return is_same;
}

/* ---- trying ---- */

static unsigned n_tries(const struct own_bundle *own)
{
    char *text, made_of[17] = "";
    unsigned n = 0;
    size_t n_bytes;

    if (base_file_read(own->tries_path, 64, &text, &n_bytes) < 0)
        return 0;
    if (sscanf(text, "%16s %u", made_of, &n) != 2 || strcmp(made_of, own->wanted) != 0)
        n = 0;
    free(text);
    return n;
}

static void count_try(const struct own_bundle *own, unsigned n)
{
    char text[64];
    int length = snprintf(text, sizeof(text), "%s %u\n", own->wanted, n);

    (void)base_file_replace(own->tries_path, text, (size_t)length, 0600);
}

/* ---- the process ---- */

/* The names, a line each, into a pipe that holds them all. Returns: its other end, or -errno. */
static int pipe_with_names(const struct own_bundle *own)
{
    struct base_strbuf lines;
    int fds[2];

    base_strbuf_init(&lines);
    for (size_t i = 0; i < own->n_extras; i++)
        base_strbuf_addf(&lines, "%s\t%s\n", own->extras[i].slot, own->extras[i].text);
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0) {
        base_strbuf_finish(&lines);
        return -errno;
    }
    bool is_whole =
        !lines.error && write(fds[1], lines.text, lines.length) == (ssize_t)lines.length;
    close(fds[1]);
    base_strbuf_finish(&lines);
    if (is_whole && fcntl(fds[0], F_SETFL, 0) == 0)
        return fds[0];
    close(fds[0]);
    return -EIO;
}

static int spawn(struct own_bundle *own, int names_fd)
{
    const struct config_options *config = own->options.config;
    const char *models = config_options_text(config, CONFIG_MODELS_FOLDER);
    const char *const argv[] = {own->program,
                                "bundle",
                                "--quiet",
                                "--language",
                                config_options_text(config, CONFIG_LANGUAGE),
                                "--models",
                                models,
                                "--wake-phrase",
                                config_options_text(config, CONFIG_WAKE_PHRASE),
                                "--names",
                                "-",
                                "--made-of",
                                own->wanted,
                                "-o",
                                own->folder,
                                NULL};
    posix_spawn_file_actions_t actions;
    int r = posix_spawn_file_actions_init(&actions);

    if (r != 0)
        return -r;
    r = posix_spawn_file_actions_adddup2(&actions, names_fd, STDIN_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_addclosefrom_np(&actions, FIRST_FD_OF_OURS);
    if (r == 0)
        r = posix_spawn(&own->maker, own->program, &actions, NULL, (char **)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (r != 0)
        own->maker = 0;
    return -r;
}

/* Who understands nothing does not wait for a start that may never come. */
static void try_later(struct own_bundle *own)
{
    if (!own->is_mending)
        return;
    base_timer_start(own->timer, own->again_ms, 0);
    own->again_ms = own->again_ms < AGAIN_MAX_MS / 2 ? own->again_ms * 2 : AGAIN_MAX_MS;
}

static const char *next_try(const struct own_bundle *own)
{
    return own->is_mending ? "tried again in a while" : "tried again at the next start";
}

static void tell_unmade(const struct own_bundle *own, int status)
{
    if (WIFEXITED(status))
        log_warning("bundle-unmade", "%s ended with exit status %d; %s", own->program,
                    WEXITSTATUS(status), next_try(own));
    else
        log_warning("bundle-unmade", "%s was ended: %s; %s", own->program,
                    strsignal(WTERMSIG(status)), next_try(own));
}

static void on_child(void *user, int signal_number)
{
    struct own_bundle *own = user;
    int status = 0;

    (void)signal_number;
    if (own->maker == 0 || waitpid(own->maker, &status, WNOHANG) != own->maker)
        return;
    own->maker = 0;
    base_timer_stop(own->timer);
    own->is_there = WIFEXITED(status) && WEXITSTATUS(status) == 0 && is_made_of_wanted(own);
    if (!own->is_there) {
        tell_unmade(own, status);
        try_later(own);
        return;
    }
    (void)unlink(own->tries_path);
    log_notice("bundle-made", "names: %zu", own->n_names);
    own->options.on_ready(own->options.user);
}

void own_bundle_mend(struct own_bundle *own)
{
    own->is_mending = true;
    if (own->is_wanted)
        return;
    own->is_wanted = true;
    own->is_there = is_made_of_wanted(own);
}

static void begin(struct own_bundle *own)
{
    int names_fd = pipe_with_names(own);
    int r = names_fd < 0 ? names_fd : spawn(own, names_fd);

    if (names_fd >= 0)
        close(names_fd);
    if (r < 0) {
        log_warning("bundle-unmade", "%s: %s; %s", own->program, strerror(-r), next_try(own));
        try_later(own);
        return;
    }
    log_info("bundle-begun", "names: %zu", own->n_names);
    base_timer_start(own->timer, own->options.longest_ms, 0);
}

static void on_time(void *user)
{
    struct own_bundle *own = user;

    if (own->maker != 0)
        kill(own->maker, SIGKILL); /* on_child goes on */
    else
        begin(own);
}

void own_bundle_start(struct own_bundle *own)
{
    unsigned n = n_tries(own);

    if (!own->is_wanted || own->is_there || own->maker != 0)
        return;
    if (own->is_mending && own->is_refused) {
        try_later(own);
        return;
    }
    if (!own->is_mending) {
        if (n >= TRIES_MAX) {
            log_warning("bundle-given-up", "none of our own: tried %u times", n);
            return;
        }
        count_try(own, n + 1);
    }
    begin(own);
}

void own_bundle_refuse(struct own_bundle *own, const char *why)
{
    char path[PATH_MAX];

    log_warning("bundle-refused", "our own bundle is made anew: %s", why);
    own->is_there = false;
    own->is_refused = true;
    if (base_file_join(own->folder, BUNDLE_MADE_OF, path, sizeof(path)) == 0)
        (void)unlink(path);
}

/* ---- life ---- */

/* `voisine` stands beside the running program. */
static int find_program(char ret_path[PATH_MAX])
{
    char folder[PATH_MAX], *slash;
    ssize_t n = readlink("/proc/self/exe", folder, sizeof(folder) - 1);

    if (n < 0)
        return -errno;
    folder[n] = '\0';
    slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    return base_file_join(folder, "voisine", ret_path, PATH_MAX);
}

static int find_places(struct own_bundle *own)
{
    const struct config_options *config = own->options.config;
    const char *state = config_options_text(config, CONFIG_STATE_FOLDER);
    char bundles[PATH_MAX];
    int r = 0;

    if (own->options.program)
        snprintf(own->program, sizeof(own->program), "%s", own->options.program);
    else
        r = find_program(own->program);
    if (r == 0)
        r = base_file_join(state, "bundles", bundles, sizeof(bundles));
    if (r == 0)
        r = base_file_join(bundles, config_options_text(config, CONFIG_LANGUAGE), own->folder,
                           sizeof(own->folder));
    if (r == 0)
        r = base_file_join(state, "bundle-tries", own->tries_path, sizeof(own->tries_path));
    return r;
}

int own_bundle_create(const struct own_bundle_options *options, struct own_bundle **ret_own)
{
    struct own_bundle *own = calloc(1, sizeof(*own));
    const struct config_name *names;
    size_t n;
    int r;

    if (!own)
        return base_trace(-ENOMEM);
    own->options = *options;
    own->again_ms = options->again_ms ? options->again_ms : AGAIN_MS;
    if (!own->options.longest_ms)
        own->options.longest_ms = LONGEST_MS;
    r = find_places(own);
    if (r == 0)
        r = base_timer_create(options->loop, on_time, own, &own->timer);
    if (r == 0)
        r = base_loop_on_signal(options->loop, SIGCHLD, on_child, own);
    if (r < 0) {
        own_bundle_destroy(own);
        return base_trace(r);
    }
    names = config_options_names(options->config, &n);
    for (size_t i = 0; i < n; i++)
        take_name(own, &names[i]);
    tell_wanted(own);
    own->is_wanted = own->n_extras > 0;
    own->is_there = own->is_wanted && is_made_of_wanted(own);
    *ret_own = own;
    return 0;
}

void own_bundle_destroy(struct own_bundle *own)
{
    if (!own)
        return;
    if (own->maker != 0) {
        kill(own->maker, SIGKILL);
        waitpid(own->maker, NULL, 0);
    }
    base_timer_destroy(own->timer);
    free(own);
}

const char *own_bundle_folder(const struct own_bundle *own)
{
    return own->is_there ? own->folder : NULL;
}

const struct intents_extra *own_bundle_names(const struct own_bundle *own, size_t *ret_n)
{
    *ret_n = own->n_extras;
    return own->extras;
}

void own_bundle_describe(const struct own_bundle *own, struct base_strbuf *json)
{
    base_strbuf_addf(json, "\"names\":\"%s\"",
                     own->n_extras == 0 ? "none"
                     : own->is_there    ? "known"
                     : own->maker != 0  ? "being learned"
                                        : "not known");
}
