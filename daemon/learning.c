/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/learning.h"

#include "asr/adapt_voice.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/consent.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char voice_file[] = "learned-voice";
static const char consent_file[] = "learning-consent";
/* Of a release that told the resident and did not ask: no consent. */
static const char told_file[] = "learning-told";

enum {
    CONSENT_BYTES_MAX = 1024,
    KEEP_AGAIN_MS = 60000, /* what could not be written */
};

struct learning {
    struct asr_recogniser *recogniser;
    struct asr_adapt_model *model;
    struct asr_adapt_voice *voice;
    struct asr_adapt_lesson *waiting; /* heard, not confirmed */
    char service[64];                 /* that it asks for */
    struct asr_adapt_lesson *lesson;  /* confirmed, being worked through */
    struct consent consent;
    bool is_unreadable;   /* what was answered may stand on disk: neither asked nor learned */
    bool is_unkept;       /* the disk does not hold `consent` yet */
    int64_t keep_next_ms; /* when that is tried again */
    char state_folder[PATH_MAX], voice_path[PATH_MAX], consent_path[PATH_MAX];
};

static bool may_learn(const struct learning *learning)
{
    return learning && learning->consent.answer == CONSENT_GIVEN;
}

/* From the next utterance on the recogniser leaves lessons and uses what helps, or neither. */
static void use(struct learning *learning)
{
    struct asr_adapt_known_voice known = asr_adapt_voice_known(learning->voice);
    int r = may_learn(learning) ? asr_recogniser_know(learning->recogniser, learning->model, &known)
                                : asr_recogniser_know(learning->recogniser, NULL, NULL);

    if (r < 0)
        log_warning("learn-unused", "what was learned cannot be used: %s", strerror(-r));
}

/* Nobody was asked where there is no file. Returns: 0, -errno when what was answered is unknown. */
static int load_consent(const char *path, struct consent *ret_consent)
{
    char *text;
    size_t n;
    int r = base_file_read(path, CONSENT_BYTES_MAX, &text, &n);

    *ret_consent = consent_none();
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    consent_parse(text, ret_consent);
    free(text);
    return 0;
}

static void load_voice(struct learning *learning)
{
    int r = asr_adapt_voice_load(learning->voice, learning->voice_path);

    use(learning); /* whatever came of it: lessons are wanted from now on */
    if (r > 0)
        log_warning("learn-refused", "the learned voice is not used: %s",
                    r == ASR_ADAPT_FOREIGN ? "of another version or acoustic model"
                                           : "the file is damaged");
    else if (r < 0 && r != -ENOENT)
        log_warning("learn-refused", "the learned voice cannot be read: %s", strerror(-r));
}

static int remove_file(const char *path)
{
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* All are tried, whatever becomes of one. Returns: 0 when none of them comes back, else the first
 * error. */
static int remove_files(const char *folder, const char *const *names, size_t n)
{
    char path[PATH_MAX];
    int first = 0, r;

    for (size_t i = 0; i < n; i++) {
        r = base_file_join(folder, names[i], path, sizeof(path));
        if (r == 0)
            r = remove_file(path);
        first = first ? first : r;
    }
    r = base_file_sync_folder(folder);
    return first || r == -ENOENT ? first : r;
}

/* What was learned without a yes. */
static int erase_unasked(const struct learning *learning)
{
    static const char *const files[] = {voice_file, told_file};

    return remove_files(learning->state_folder, files, sizeof(files) / sizeof(files[0]));
}

static void load(struct learning *learning)
{
    int r = load_consent(learning->consent_path, &learning->consent);

    learning->is_unreadable = r < 0;
    if (r < 0) {
        log_warning("learn-unused", "what was answered cannot be read: %s", strerror(-r));
        return;
    }
    if (may_learn(learning))
        load_voice(learning);
    else
        r = erase_unasked(learning);
    if (r < 0)
        log_warning("learn-unused", "what nobody agreed to is not erased: %s", strerror(-r));
}

int learning_create(const struct learning_options *options, struct learning **ret_learning)
{
    struct learning *learning = calloc(1, sizeof(*learning));
    int r;

    if (!learning)
        return base_trace(-ENOMEM);
    learning->recogniser = options->recogniser;
    snprintf(learning->state_folder, sizeof(learning->state_folder), "%s", options->state_folder);
    r = base_file_join(options->state_folder, voice_file, learning->voice_path,
                       sizeof(learning->voice_path));
    if (r == 0)
        r = base_file_join(options->state_folder, consent_file, learning->consent_path,
                           sizeof(learning->consent_path));
    if (r == 0)
        r = asr_adapt_model_open(options->model_folder, &learning->model);
    if (r == 0)
        r = asr_adapt_voice_create(learning->model, &learning->voice);
    if (r < 0) {
        learning_destroy(learning);
        return base_trace(r);
    }
    load(learning);
    *ret_learning = learning;
    return 0;
}

void learning_destroy(struct learning *learning)
{
    if (!learning)
        return;
    asr_adapt_lesson_destroy(learning->waiting);
    asr_adapt_lesson_destroy(learning->lesson);
    if (learning->voice)
        asr_recogniser_know(learning->recogniser, NULL, NULL);
    asr_adapt_voice_destroy(learning->voice);
    asr_adapt_model_close(learning->model);
    free(learning);
}

void learning_use(struct learning *learning, struct asr_recogniser *recogniser)
{
    if (!learning)
        return;
    learning_drop(learning);
    learning->recogniser = recogniser;
    use(learning);
}

/* ---- what the resident says to it ---- */

static int save_consent(struct learning *learning)
{
    struct base_strbuf text;
    int r;

    base_strbuf_init(&text);
    consent_print(&learning->consent, &text);
    r = base_file_replace(learning->consent_path, base_strbuf_text(&text), text.length, 0600);
    base_strbuf_finish(&text);
    learning->is_unkept = r < 0;
    if (r < 0)
        log_warning("learn-unkept", "what was answered: %s", strerror(-r));
    return r;
}

/* The disk may hold a yes whose writing failed at its end; the resident hears that it counts for
 * nothing, and a restart must not find it. */
static void take_back_yes(struct learning *learning)
{
    struct consent kept;
    int r;

    learning->consent.answer = CONSENT_OPEN;
    if (save_consent(learning) == 0)
        return;
    r = load_consent(learning->consent_path, &kept);
    if (r == 0 && kept.answer != CONSENT_GIVEN)
        return;
    r = remove_files(learning->state_folder, (const char *const[]){consent_file}, 1);
    if (r < 0)
        log_warning("learn-unkept", "a yes that counts for nothing stays on disk: %s",
                    strerror(-r));
}

bool learning_wants_consent(const struct learning *learning, struct base_date today)
{
    return learning && !learning->is_unreadable && consent_may_be_asked(&learning->consent, today);
}

bool learning_has_consent(const struct learning *learning)
{
    return may_learn(learning);
}

void learning_asking(struct learning *learning, struct base_date today)
{
    if (!learning)
        return;
    consent_begun(&learning->consent, today);
    (void)save_consent(learning);
}

void learning_asked(struct learning *learning)
{
    if (!learning)
        return;
    consent_asked(&learning->consent);
    log_notice("learn-consent", "asked, time %d of %d", learning->consent.n_asked,
               CONSENT_ASKED_MAX);
    (void)save_consent(learning);
}

int learning_answered(struct learning *learning, bool is_yes)
{
    int r;

    if (!learning)
        return 0;
    consent_answered(&learning->consent, is_yes);
    r = save_consent(learning);
    if (r < 0 && is_yes)
        take_back_yes(learning);
    log_notice("learn-consent", "%s", is_yes ? r < 0 ? "given, not kept" : "given" : "refused");
    use(learning);
    return r;
}

void learning_keep(struct learning *learning, int64_t now_ms)
{
    if (!learning || !learning->is_unkept || now_ms < learning->keep_next_ms)
        return;
    learning->keep_next_ms = now_ms + KEEP_AGAIN_MS;
    (void)save_consent(learning);
}

/* ---- lessons ---- */

void learning_drop(struct learning *learning)
{
    if (!learning)
        return;
    asr_adapt_lesson_destroy(learning->waiting);
    learning->waiting = NULL;
    learning->service[0] = '\0';
}

void learning_heard(struct learning *learning, const char *service)
{
    int r;

    if (!may_learn(learning))
        return;
    learning_drop(learning);
    r = asr_recogniser_lesson(learning->recogniser, &learning->waiting);
    if (r < 0)
        learning->waiting = NULL;
    snprintf(learning->service, sizeof(learning->service), "%s", service);
}

void learning_confirmed(struct learning *learning, const char *service)
{
    if (!learning || !learning->waiting)
        return;
    if (strcmp(learning->service, service) != 0) {
        learning_drop(learning);
        return;
    }
    asr_adapt_lesson_destroy(learning->lesson);
    learning->lesson = learning->waiting;
    learning->waiting = NULL;
}

static void finish_lesson(struct learning *learning)
{
    struct asr_adapt_voice_state state;
    int r = asr_adapt_voice_learn(learning->voice, asr_adapt_lesson_tract(learning->lesson),
                                  asr_adapt_lesson_stats(learning->lesson));

    if (r == 0) {
        use(learning);
        r = asr_adapt_voice_save(learning->voice, learning->voice_path);
    }
    asr_adapt_voice_describe(learning->voice, &state);
    if (r < 0)
        log_warning("learn-unkept", "a confirmed request was not learned from: %s", strerror(-r));
    else
        log_info("learned", "requests: %u, speech: %.0f s, used: %s, gain: %.2f", state.n_lessons,
                 state.seconds, state.gain > 0 ? "yes" : "no", state.gain);
}

void learning_work(struct learning *learning)
{
    int r;

    if (!learning || !learning->lesson)
        return;
    r = asr_adapt_lesson_work(learning->lesson);
    if (r == ASR_ADAPT_MORE)
        return;
    if (r == 0)
        finish_lesson(learning);
    asr_adapt_lesson_destroy(learning->lesson);
    learning->lesson = NULL;
}

int learning_erase(struct learning *learning)
{
    int r;

    if (!learning)
        return 0;
    learning_drop(learning);
    asr_adapt_lesson_destroy(learning->lesson);
    learning->lesson = NULL;
    asr_adapt_voice_forget(learning->voice);
    learning->consent = consent_none();
    use(learning);
    r = learning_erase_folder(learning->state_folder);
    learning->is_unreadable = learning->is_unreadable && r < 0;
    learning->is_unkept = r < 0; /* a yes that could not be removed is written over */
    log_notice("learn-erased", "what was learned of the voice is %s",
               r == 0 ? "erased" : strerror(-r));
    return r;
}

int learning_erase_folder(const char *state_folder)
{
    /* The consent first: without it the rest is erased at the next start. */
    static const char *const files[] = {consent_file, voice_file, told_file};

    return remove_files(state_folder, files, sizeof(files) / sizeof(files[0]));
}

static const char *describe_state(const struct learning *learning, bool is_used)
{
    if (!learning)
        return "off";
    if (learning->is_unreadable)
        return "the resident's answer cannot be read";
    if (learning->consent.answer == CONSENT_REFUSED)
        return "the resident said no";
    if (learning->consent.answer == CONSENT_GIVEN)
        return is_used ? "on, used" : "on, not used yet";
    return learning->consent.n_asked < CONSENT_ASKED_MAX ? "waits for the resident's yes"
                                                         : "the resident did not answer";
}

void learning_describe(const struct learning *learning, struct base_strbuf *json)
{
    struct asr_adapt_voice_state state = {0};

    if (learning)
        asr_adapt_voice_describe(learning->voice, &state);
    base_strbuf_addf(json,
                     "\"learning\":\"%s\",\"learned_requests\":%u,\"learned_s\":%.0f,"
                     "\"learned_gain\":%.2f",
                     describe_state(learning, state.gain > 0), state.n_lessons, state.seconds,
                     state.gain);
}
