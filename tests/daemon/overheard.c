/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A probe, no test: what is heard over the speaker's own speech (tools/overheard makes the sounds,
 * the list and the table).
 *
 *     overheard [--trace] LIST
 *
 * Each line of LIST is a life, as JSON: the daemon's own assistant, listener, canceller, recogniser
 * and voice begin anew in a made-up room, whose microphone hears the loudspeaker, and say some of
 * their sentences. Other sounds are played over them. One JSON object a life tells when the
 * emergency sentences began. Faster than real time, and twice the same. With --trace the log stands
 * on standard error, and every text that was recognised.
 *
 *     "id", "seed"
 *     "echo_db"    our voice in the microphone beside the caller; null: it is not in it
 *     "delay_ms"   the way from the loudspeaker's queue to the microphone
 *     "decay_ms"   in which the room falls by 60 dB
 *     "drive"      how hard the loudspeaker's cone is driven: 0 linear, 1 bends at peaks
 *     "speeches"   "say:KEY" unasked, or "ask:WORDS" behind the wake phrase
 *     "sounds"     {"file", "speech", "at_s", "db", "is_call"}: begins so long after that speech
 *                  began to sound; below 0, before its end; as loud as a caller, but for "db"
 */
#include "base/log.h"
#include "tests/daemon/overheard_room.h"
#include "tests/daemon/scene.h"
#include "tests/daemon/scene_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BEFORE_MS = 1500, /* of silence, before anything is said */
    SOUND_LEAST = 64,
    AFTER_CALL_MS = 6000, /* in which a call must be answered */
    SPEECH_WAIT_MS = 20000,
};

struct life {
    struct scene scene; /* first */
    const json_t *spec;
    struct overheard_room *room;
};

/* The recogniser, and what it took. */
struct ears {
    struct asr_recogniser base; /* first */
    struct asr_recogniser *real;
    double spent_s;
    unsigned n_heard;
};

static bool is_traced;
static struct ears ears;

/* ---- the ears ---- */

static double cpu_s(void)
{
    struct timespec ts = {0};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int hear(struct asr_recogniser *recogniser, const int16_t *samples, size_t n_samples,
                enum asr_expect expect, struct asr_hypothesis *ret_hypothesis)
{
    struct ears *these = (struct ears *)recogniser;
    double before_s = cpu_s();
    int r = asr_recogniser_hear(these->real, samples, n_samples, expect, ret_hypothesis);

    these->spent_s = cpu_s() - before_s;
    these->n_heard++;
    if (is_traced && r == 0)
        fprintf(stderr, "text: \"%s\", answer: \"%s\", %.2f s\n", ret_hypothesis->text,
                ret_hypothesis->short_answer ? ret_hypothesis->short_answer->text : "",
                (double)n_samples / AUDIO_RATE_HZ);
    return r;
}

static void no_destroy(struct asr_recogniser *recogniser)
{
    (void)recogniser;
}

static void open_stage(struct scene_stage *stage)
{
    static const struct asr_recogniser_ops ops = {hear, no_destroy};
    struct language_options language = {
        .id = "fr", .models_folder = "", .wake_phrase = "", .parts = LANGUAGE_HEARS};
    struct tts_voice_settings voice = {"fr", 150, 50, 100};
    struct base_strbuf error;

    stage->id = language.id;
    base_strbuf_init(&error);
    if (language_open(&language, &stage->language, &error) < 0) {
        fprintf(stderr, "overheard: %s\n", base_strbuf_text(&error));
        exit(1);
    }
    base_strbuf_finish(&error);
    ears = (struct ears){.base.ops = &ops, .real = stage->language.recogniser};
    OVERHEARD_MUST(config_problems_create(&stage->problems) == 0);
    OVERHEARD_MUST(config_catalogue_load("fr", stage->problems, &stage->catalogue) == 0);
    OVERHEARD_MUST(tts_voice_create(&voice, &stage->voice) == 0);
    OVERHEARD_MUST(interpreter_create(&ears.base, stage->language.understander, "bonjour voisine",
                                      &stage->interpreter) == 0);
}

static void close_stage(struct scene_stage *stage)
{
    interpreter_destroy(stage->interpreter);
    tts_voice_destroy(stage->voice);
    config_catalogue_destroy(stage->catalogue);
    config_problems_destroy(stage->problems);
    language_close(&stage->language);
}

/* ---- a life ---- */

static bool is_alarmed(const struct life *life)
{
    return assistant_state(life->scene.assistant) == STATE_ALARMED;
}

static bool pass(struct life *life)
{
    life->scene.n_said = 0;
    scene_run_ms(&life->scene, AUDIO_BLOCK_MS);
    return !is_alarmed(life) &&
           overheard_room_now(life->room) < OVERHEARD_BLOCKS_MAX * AUDIO_BLOCK_SAMPLES;
}

static bool is_at_rest(const struct life *life)
{
    return !assistant_is_speaking(life->scene.assistant) &&
           (assistant_state(life->scene.assistant) == STATE_ASLEEP ||
            listener_is_open(life->scene.listener));
}

static bool pass_ms(struct life *life, int ms)
{
    for (; ms > 0; ms -= AUDIO_BLOCK_MS) {
        if (!pass(life))
            return false;
    }
    return true;
}

static bool pass_to_rest(struct life *life)
{
    for (int ms = 0; ms < 60000; ms += AUDIO_BLOCK_MS) {
        if (ms > 300 && is_at_rest(life))
            return true;
        if (!pass(life))
            return false;
    }
    return true;
}

/* What somebody said was understood without doubt. */
static void tell_words(struct life *life, const char *text)
{
    struct scene *scene = &life->scene;
    struct listener_events events = assistant_listener_events(scene->assistant);
    struct utterance utterance = {.trust = UTTERANCE_ACT, .confidence = 1, .audio_s = 2};

    snprintf(utterance.text, sizeof(utterance.text), "%s", text);
    intents_understand(scene->stage->language.understander, text,
                       base_datetime_local(scene->clock.wall_now_ms), INTENTS_EXPECT_REQUEST,
                       &utterance.meaning);
    listener_sleep(scene->listener);
    events.on_utterance(events.user, &utterance);
}

/* From where in `played` on something sounds. Returns: below 0, nothing does. */
static int64_t sound_after(const struct life *life, size_t from)
{
    size_t n;
    const int16_t *played = audio_twin_played(life->scene.room, &n);

    for (size_t i = from; i < n; i++) {
        if (abs(played[i]) >= SOUND_LEAST)
            return (int64_t)i;
    }
    return -1;
}

/* How long all that was said just now takes. */
static double length_s(struct life *life)
{
    double sum_s = 0;

    for (size_t i = 0; i < life->scene.n_said; i++) {
        struct tts_sound sound;

        if (tts_voice_render_speech(life->scene.stage->voice, life->scene.said[i].text, &sound) !=
            0)
            continue;
        sum_s += (double)sound.n_samples / sound.rate_hz;
        free(sound.samples);
    }
    return sum_s;
}

/* Returns: false when the alarm began, or nothing was said. */
static bool begin_speech(struct life *life, int number_of_speech, const char *what)
{
    double lasts_s = 0;
    int64_t from = -1;
    size_t n;

    if (listener_is_open(life->scene.listener) && !assistant_is_speaking(life->scene.assistant))
        assistant_button(life->scene.assistant, true);
    if (!pass_to_rest(life) || !pass_ms(life, 400))
        return false;
    if (strncmp(what, "ask:", 4) == 0) {
        scene_wake(&life->scene);
        if (!pass_to_rest(life) || !pass_ms(life, 600))
            return false;
        life->scene.n_said = 0;
        (void)audio_twin_played(life->scene.room, &n);
        tell_words(life, what + 4);
    } else {
        life->scene.n_said = 0;
        (void)audio_twin_played(life->scene.room, &n);
        assistant_announce(life->scene.assistant, what + 4);
    }
    for (int ms = 0; ms < SPEECH_WAIT_MS && from < 0; ms += AUDIO_BLOCK_MS) {
        if (life->scene.n_said > 0)
            lasts_s = fmax(lasts_s, length_s(life));
        if (!pass(life))
            return false;
        from = sound_after(life, n);
    }
    if (from < 0)
        return false;
    overheard_room_speaks(life->room, number_of_speech, from, lasts_s);
    return true;
}

static void play_speeches(struct life *life)
{
    const json_t *speeches = json_object_get(life->spec, "speeches"), *speech;
    int64_t from = -1, end = -1;
    size_t i;

    if (!pass_ms(life, BEFORE_MS))
        return;
    json_array_foreach(speeches, i, speech)
    {
        if (!begin_speech(life, (int)i, json_string_value(speech)) || !pass_to_rest(life))
            return;
    }
    (void)overheard_room_call(life->room, &from, &end);
    while (from >= 0 && overheard_room_now(life->room) < end + audio_ms_to_samples(AFTER_CALL_MS)) {
        if (!pass(life))
            return;
    }
}

/* How long after its end the call was decided, and how long until the answer sounds. */
static void report_call(const struct life *life, int64_t alarmed, int64_t sounds)
{
    int64_t from, end;

    if (!overheard_room_call(life->room, &from, &end))
        return;
    printf(",\"was_called\":%s,\"is_early\":%s", from >= 0 ? "true" : "false",
           alarmed >= 0 && (from < 0 || alarmed < from) ? "true" : "false");
    if (alarmed >= 0)
        printf(",\"decided_ms\":%lld,\"sound_ms\":%lld",
               (long long)audio_samples_to_ms(alarmed - end),
               (long long)audio_samples_to_ms(sounds - end));
}

static void report(struct life *life)
{
    int64_t alarmed = is_alarmed(life) ? overheard_room_now(life->room) : -1, sounds = -1;
    double cpu_ms = 1000 * ears.spent_s;
    size_t n;

    if (alarmed >= 0) {
        (void)audio_twin_played(life->scene.room, &n);
        for (int ms = 0; ms < 2000 && sounds < 0; ms += AUDIO_BLOCK_MS) {
            pass(life);
            sounds = sound_after(life, n);
        }
    }
    printf("{\"id\":\"%s\",\"alarmed\":%s,\"seconds\":%.1f,\"heard\":%u,\"cpu_ms\":%.0f",
           json_string_value(json_object_get(life->spec, "id")), alarmed >= 0 ? "true" : "false",
           (double)overheard_room_now(life->room) / AUDIO_RATE_HZ, ears.n_heard, cpu_ms);
    report_call(life, alarmed, sounds);
    puts("}");
    fflush(stdout);
}

static void hear_room(struct scene *scene, const int16_t *sounded, size_t n_sounded,
                      int16_t ret_block[AUDIO_BLOCK_SAMPLES])
{
    overheard_room_hear(((struct life *)scene)->room, sounded, n_sounded, ret_block);
}

static void live(struct scene_stage *stage, const json_t *spec)
{
    struct life *life = calloc(1, sizeof(*life));
    struct base_datetime now;

    OVERHEARD_MUST(life != NULL);
    life->scene.stage = stage;
    life->scene.name = "overheard";
    life->spec = life->scene.file = (json_t *)spec;
    life->room = overheard_room_create(spec, stage->voice);
    OVERHEARD_MUST(base_datetime_parse("2026-06-15T09:30", &now) == 0);
    OVERHEARD_MUST(config_territory_load(NULL, "pessac", stage->problems, &life->scene.territory) ==
                   0);
    base_clock_manual_init(&life->scene.clock, base_datetime_to_wall_ms(now));
    life->scene.clock.monotonic_now_ms = 1000;
    life->scene.room_fn = hear_room;
    ears.n_heard = 0;
    ears.spent_s = 0;
    scene_room_open(&life->scene);
    play_speeches(life);
    report(life);
    scene_room_close(&life->scene);
    config_territory_destroy(life->scene.territory);
    overheard_room_destroy(life->room);
    free(life);
}

int main(int argc, char **argv)
{
    struct scene_stage stage = {0};
    char *line = NULL;
    size_t size = 0;
    FILE *list;

    is_traced = argc == 3 && strcmp(argv[1], "--trace") == 0;
    list = argc == 2 + is_traced ? fopen(argv[1 + is_traced], "r") : NULL;
    if (!list) {
        fputs("usage: overheard [--trace] LIST\n", stderr);
        return 2;
    }
    setenv("TZ", "Europe/Paris", 1);
    tzset();
    base_log_open(is_traced ? BASE_LOG_DEBUG : BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    open_stage(&stage);
    while (getline(&line, &size, list) > 0) {
        json_t *spec = json_loads(line, 0, NULL);

        OVERHEARD_MUST(spec != NULL);
        if (is_traced)
            fprintf(stderr, "life: %s\n", json_string_value(json_object_get(spec, "id")));
        live(&stage, spec);
        json_decref(spec);
    }
    free(line);
    fclose(list);
    close_stage(&stage);
    base_log_close();
    return 0;
}
