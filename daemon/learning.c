/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/learning.h"

#include "asr/adapt_voice.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char voice_file[] = "learned-voice";
static const char consent_file[] = "learning-told"; /* stands once the resident was told */

struct learning {
    struct asr_recogniser *recogniser;
    struct asr_adapt_model *model;
    struct asr_adapt_voice *voice;
    struct asr_adapt_lesson *waiting; /* heard, not confirmed */
    char service[64];                 /* that it asks for */
    struct asr_adapt_lesson *lesson;  /* confirmed, being worked through */
    bool is_told;
    char voice_path[PATH_MAX], consent_path[PATH_MAX];
};

/* The recogniser uses what helps from the next utterance on. */
static void use(struct learning *learning)
{
    struct asr_adapt_known_voice known = asr_adapt_voice_known(learning->voice);
    int r = asr_recogniser_know(learning->recogniser, learning->model, &known);

    if (r < 0)
        log_warning("learn-unused", "what was learned cannot be used: %s", strerror(-r));
}

static void load(struct learning *learning)
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

int learning_create(const struct learning_options *options, struct learning **ret_learning)
{
    struct learning *learning = calloc(1, sizeof(*learning));
    int r;

    if (!learning)
        return base_trace(-ENOMEM);
    learning->recogniser = options->recogniser;
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
    learning->is_told = access(learning->consent_path, F_OK) == 0;
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

bool learning_wants_consent(const struct learning *learning)
{
    return learning && !learning->is_told;
}

void learning_told(struct learning *learning)
{
    int r;

    if (!learning_wants_consent(learning))
        return;
    learning->is_told = true;
    r = base_file_replace(learning->consent_path, "", 0, 0600);
    if (r < 0)
        log_warning("learn-unkept", "%s: %s", learning->consent_path, strerror(-r));
}

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

    if (!learning || !learning->is_told)
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

static int remove_file(const char *path)
{
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
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
    use(learning);
    r = remove_file(learning->voice_path);
    log_notice("learn-erased", "what was learned of the voice is %s",
               r == 0 ? "erased" : strerror(-r));
    return r;
}

int learning_erase_folder(const char *state_folder)
{
    char path[PATH_MAX];
    int r = base_file_join(state_folder, voice_file, path, sizeof(path));

    if (r == 0)
        r = remove_file(path);
    if (r == 0)
        r = base_file_join(state_folder, consent_file, path, sizeof(path));
    return r == 0 ? remove_file(path) : r;
}

void learning_describe(const struct learning *learning, struct base_strbuf *json)
{
    struct asr_adapt_voice_state state = {0};

    if (learning)
        asr_adapt_voice_describe(learning->voice, &state);
    base_strbuf_addf(json,
                     "\"learning\":\"%s\",\"learned_requests\":%u,\"learned_s\":%.0f,"
                     "\"learned_gain\":%.2f",
                     !learning            ? "off"
                     : !learning->is_told ? "waits until the resident was told"
                     : state.gain > 0     ? "on, used"
                                          : "on, not used yet",
                     state.n_lessons, state.seconds, state.gain);
}
