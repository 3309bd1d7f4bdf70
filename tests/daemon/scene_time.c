/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time passes in the room of a scene, block by block, and the resident speaks in it. */
#include "tests/daemon/scene_private.h"

#include <ctype.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIMIT_MS = 180000, /* nothing goes on for longer without the resident */
    TICK_MS = 100,
    PAUSE_MS = 600, /* inside what the resident says */
};

/* ---- time ---- */

/* Lets the worker do all it can now, and hands its events over. */
static void let_worker_work(struct scene *scene)
{
    struct pollfd fd = {.fd = matching_worker_fd(scene->worker), .events = POLLIN};

    do {
        if (!scene_service_settle(scene->service)) {
            fprintf(stderr, "scenes/%s: the worker hangs\n", scene->name);
            exit(1);
        }
        if (scene->is_worker_late)
            return;
        if (fd.revents)
            assistant_delivery(scene->assistant);
    } while (poll(&fd, 1, 0) > 0);
}

/* As daemon/soundcard does. */
static void hear_block(struct scene *scene, const int16_t heard[AUDIO_BLOCK_SAMPLES])
{
    struct audio_canceller_block block;
    int16_t sounded[AUDIO_BLOCK_SAMPLES];
    size_t n;

    while ((n = audio_playback_sounded(audio_twin_playback(scene->room), sounded,
                                       AUDIO_BLOCK_SAMPLES)) > 0)
        audio_canceller_sounded(scene->canceller, sounded, n);
    audio_canceller_heard(scene->canceller, heard);
    while (audio_canceller_take(scene->canceller, &block))
        assistant_block(scene->assistant, &block);
    audio_canceller_meet(scene->canceller);
}

static void hear_room(struct scene *scene, int16_t block[AUDIO_BLOCK_SAMPLES])
{
    size_t n;
    const int16_t *sounded = audio_twin_played(scene->room, &n);

    scene->room_fn(scene, sounded, n, block);
}

static void pass_block(struct scene *scene)
{
    int16_t block[AUDIO_BLOCK_SAMPLES];

    while (audio_capture_read(audio_twin_capture(scene->room), block, AUDIO_BLOCK_SAMPLES) == 0)
        ;
    /* No room is as silent as zeros. */
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        block[i] = (int16_t)(block[i] * 3 / 4 + (int)base_rng_below(&scene->rng, 41) - 20);
    if (scene->room_fn)
        hear_room(scene, block);
    base_clock_manual_advance(&scene->clock, AUDIO_BLOCK_MS);
    if (!scene->is_muted && !scene->is_deaf)
        hear_block(scene, block);
    audio_player_pump(scene->player);
    scene->blocks++;
    if (scene->blocks % (TICK_MS / AUDIO_BLOCK_MS) == 0)
        assistant_tick(scene->assistant);
    if (scene->blocks % (1000 / AUDIO_BLOCK_MS) == 0)
        scene_service_poke(scene->service);
    let_worker_work(scene);
}

bool scene_is_listening(const struct scene *scene)
{
    return listener_is_open(scene->listener) && !assistant_is_speaking(scene->assistant);
}

static bool is_at_rest(const struct scene *scene)
{
    enum conversation_state state = assistant_state(scene->assistant);

    if (assistant_is_speaking(scene->assistant))
        return false;
    return state == STATE_ASLEEP || state == STATE_MUTED || listener_is_open(scene->listener);
}

void scene_run(struct scene *scene, bool only_begun)
{
    let_worker_work(scene);
    /* One tick at least: what waits for its time begins to sound. */
    for (int ms = 0; ms < LIMIT_MS; ms += AUDIO_BLOCK_MS) {
        if (ms > 2 * TICK_MS && is_at_rest(scene))
            return;
        if (only_begun && scene->n_said > 0 && ms >= 500)
            return;
        pass_block(scene);
    }
    scene_fail(scene, "does not come to rest: %s",
               conversation_state_name(assistant_state(scene->assistant)));
}

void scene_run_ms(struct scene *scene, int ms)
{
    for (; ms > 0; ms -= AUDIO_BLOCK_MS)
        pass_block(scene);
}

void scene_skip_ms(struct scene *scene, int64_t ms)
{
    int step_ms = ms > 6 * 3600 * 1000 ? 60000 : 1000;

    while (ms > 0) {
        int64_t before_ms;

        base_clock_manual_advance(&scene->clock, step_ms);
        ms -= step_ms;
        scene_service_poke(scene->service);
        let_worker_work(scene);
        assistant_tick(scene->assistant);
        before_ms = scene->clock.monotonic_now_ms;
        if (!is_at_rest(scene))
            scene_run(scene, scene->is_cut_next);
        if (scene->is_cut_next && scene->n_said > 0)
            return;
        ms -= scene->clock.monotonic_now_ms - before_ms;
    }
    scene_run(scene, false);
}

/* ---- the resident ---- */

/* The sound of so many bytes: in one go, since a pause at a comma could end it. */
static void append_words(struct scene *scene, const char *text, size_t n_bytes)
{
    struct tts_sound sound;
    char plain[1024];
    size_t n = 0;

    for (; n < n_bytes && n < sizeof(plain) - 1; n++)
        plain[n] = strchr(",.;:!?", text[n]) ? ' ' : text[n];
    plain[n] = '\0';
    SCENE_MUST(tts_voice_render(scene->stage->resident, plain, &sound) == 0);
    n = sound.n_samples * AUDIO_RATE_HZ / (size_t)sound.rate_hz;
    for (size_t i = 0; i < n; i++)
        sound.samples[i] = sound.samples[i * (size_t)sound.rate_hz / AUDIO_RATE_HZ];
    SCENE_MUST(audio_twin_append(scene->room, sound.samples, n) == 0);
    free(sound.samples);
}

/* "..." is a pause. */
static void append_voice(struct scene *scene, const char *text)
{
    static const int16_t silence[AUDIO_RATE_HZ / 1000 * PAUSE_MS];
    const char *pause;

    for (; (pause = strstr(text, "...")) != NULL; text = pause + 3) {
        append_words(scene, text, (size_t)(pause - text));
        SCENE_MUST(audio_twin_append(scene->room, silence, sizeof(silence) / sizeof(silence[0])) ==
                   0);
    }
    append_words(scene, text, strlen(text));
}

/* What a recogniser would write: no capitals, no punctuation. */
static void set_ears(struct scene *scene, const char *text, double confidence)
{
    struct scene_ears *ears = &scene->stage->ears;
    size_t n = 0;

    for (const char *c = text; *c && n < sizeof(ears->text) - 1; c++) {
        char letter = strchr(",.;:!?", *c) ? ' ' : (char)tolower((unsigned char)*c);

        if (letter == ' ' && (n == 0 || ears->text[n - 1] == ' '))
            continue;
        ears->text[n++] = letter;
    }
    while (n > 0 && ears->text[n - 1] == ' ')
        n--;
    ears->text[n] = '\0';
    ears->confidence = (float)confidence;
}

void scene_resident(struct scene *scene, const char *text, double confidence)
{
    unsigned n_heard = scene->n_heard;
    bool is_listening = scene_is_listening(scene);

    set_ears(scene, text, confidence);
    scene_run_ms(scene, 300);
    append_voice(scene, text);
    for (int ms = 0; ms < 30000 && (is_listening ? scene->n_heard == n_heard : ms < 4000);
         ms += AUDIO_BLOCK_MS)
        pass_block(scene);
    if (is_listening && scene->n_heard == n_heard)
        scene_fail(scene, "was not heard: %s", text);
}

void scene_interrupt(struct scene *scene, const char *text, double confidence, bool is_woken)
{
    struct listener_events events = assistant_listener_events(scene->assistant);
    static const int16_t samples[AUDIO_RATE_HZ];
    struct utterance utterance;

    set_ears(scene, text, confidence);
    SCENE_MUST(interpreter_hear(scene->stage->interpreter, samples, AUDIO_RATE_HZ,
                                INTENTS_EXPECT_REQUEST,
                                base_datetime_local(scene->clock.wall_now_ms), &utterance) == 0);
    utterance.is_woken = is_woken;
    listener_sleep(scene->listener);
    events.on_utterance(events.user, &utterance);
}

void scene_wake(struct scene *scene)
{
    struct listener_events events = assistant_listener_events(scene->assistant);

    events.on_wake(events.user, 350);
}
