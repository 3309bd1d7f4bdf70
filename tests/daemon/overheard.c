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
#include "audio/soundfile.h"
#include "base/log.h"
#include "tests/daemon/scene.h"
#include "tests/daemon/scene_private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TAPS_MOST = 6400, /* 400 ms */
    LEAD = 2 * TAPS_MOST,
    SOUNDS_MAX = 16,
    LIFE_BLOCKS_MAX = 18000, /* three minutes */
    BEFORE_MS = 1500,        /* of silence, before anything is said */
    SOUND_LEAST = 64,
    AFTER_CALL_MS = 6000, /* in which a call must be answered */
    SPEECH_WAIT_MS = 20000,
};

#define CALLER_DB    (-28.0) /* full scale = 0, where they speak */
#define ROOM_DB      (-66.0)
#define ACTIVE_DB    30.0 /* blocks that lie farther below the loudest are pauses */
#define LOW_CUT_HZ   180.0
#define PEAK_OF_OURS 12000.0

/* One of the sounds that others make. */
struct sound {
    float *samples;
    size_t n;
    int speech;
    double at_s;
    bool is_call;
    int64_t from; /* sample of the room; below 0: not yet known */
    size_t voice_end;
};

struct life {
    struct scene scene; /* first */
    const json_t *spec;
    struct sound sounds[SOUNDS_MAX];
    size_t n_sounds;
    float taps[TAPS_MOST];
    size_t n_taps;
    double gain, drive;      /* of the loudspeaker */
    double low, before;      /* state of its low cut */
    float *driven;           /* what its cone did, from LEAD on a sample of it for each sounded */
    size_t n_driven, n_room; /* samples that have passed */
    int64_t delay;
    struct base_rng rng;
    int64_t speech_from; /* the sample at which the last speech began to sound */
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

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "overheard: %s:%d: %s\n", __FILE__, __LINE__, #condition);             \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

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
                ret_hypothesis->answer ? ret_hypothesis->answer->text : "",
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

    base_strbuf_init(&error);
    if (language_open(&language, &stage->language, &error) < 0) {
        fprintf(stderr, "overheard: %s\n", base_strbuf_text(&error));
        exit(1);
    }
    base_strbuf_finish(&error);
    ears = (struct ears){.base.ops = &ops, .real = stage->language.recogniser};
    MUST(config_problems_create(&stage->problems) == 0);
    MUST(config_catalogue_load("fr", stage->problems, &stage->catalogue) == 0);
    MUST(tts_voice_create(&voice, &stage->voice) == 0);
    MUST(interpreter_create(&ears.base, stage->language.understander, "bonjour voisine",
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

/* ---- the room ---- */

static double number(const json_t *object, const char *name, double otherwise)
{
    const json_t *value = json_object_get(object, name);

    return json_is_number(value) ? json_number_value(value) : otherwise;
}

/* Mean power of the blocks in which something sounds. Returns: in dB, full scale = 0. */
static double active_db(const float *samples, size_t n, size_t *ret_end)
{
    double loudest = 0, sum = 0;
    size_t n_active = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t at = 0; at + AUDIO_BLOCK_SAMPLES <= n; at += AUDIO_BLOCK_SAMPLES) {
            double power = 0;

            for (size_t i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
                power += (double)samples[at + i] * (double)samples[at + i];
            power /= AUDIO_BLOCK_SAMPLES;
            if (pass == 0) {
                loudest = fmax(loudest, power);
            } else if (power > loudest * pow(10, -ACTIVE_DB / 10)) {
                sum += power;
                n_active++;
                *ret_end = at + AUDIO_BLOCK_SAMPLES;
            }
        }
    }
    return n_active ? 10 * log10(sum / (double)n_active / (32768.0 * 32768.0)) : -200;
}

/* A box with both in it, a table, walls: the way itself, some early ones, and a tail. */
static void make_taps(struct life *life, int decay_ms)
{
    double tail = 0;

    life->n_taps = (size_t)audio_ms_to_samples(decay_ms) / 2;
    if (life->n_taps > TAPS_MOST)
        life->n_taps = TAPS_MOST;
    for (size_t i = 0; i < life->n_taps; i++) {
        double falls = pow(10, -3 * (double)i / (double)audio_ms_to_samples(decay_ms));

        life->taps[i] = (float)((2 * base_rng_unit(&life->rng) - 1) * falls);
        tail += (double)life->taps[i] * (double)life->taps[i];
    }
    /* The tail has a quarter to a half of the power of the way itself. */
    tail = sqrt((0.25 + 0.25 * base_rng_unit(&life->rng)) / (tail + 1e-9));
    for (size_t i = 0; i < life->n_taps; i++)
        life->taps[i] *= (float)tail;
    life->taps[0] = 1;
    for (int i = 0; i < 4; i++)
        life->taps[10 + base_rng_below(&life->rng, 200)] +=
            (float)(0.5 * (2 * base_rng_unit(&life->rng) - 1));
}

static float drive(struct life *life, int16_t sample)
{
    double x = sample / PEAK_OF_OURS, low;

    if (life->drive > 0)
        x = tanh(life->drive * x) / life->drive + 0.03 * life->drive * x * x;
    low = exp(-2 * M_PI * LOW_CUT_HZ / AUDIO_RATE_HZ);
    life->low = low * (life->low + x - life->before);
    life->before = x;
    return (float)(life->low * PEAK_OF_OURS);
}

/* What the cone did before the beginning, or has not yet done, is nothing. */
static void add_echo(const struct life *life, int64_t from, float ret[AUDIO_BLOCK_SAMPLES])
{
    memset(ret, 0, AUDIO_BLOCK_SAMPLES * sizeof(*ret));
    for (int64_t k = 0; k < (int64_t)life->n_taps; k++) {
        const float *driven = life->driven + LEAD + from - k;
        float tap = life->taps[k];

        for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
            ret[i] += tap * driven[i];
    }
}

static bool is_silent(const struct life *life, int64_t to)
{
    for (int64_t at = to - (int64_t)life->n_taps - AUDIO_BLOCK_SAMPLES; at < to; at++) {
        if (at >= 0 && at < (int64_t)life->n_driven && fabsf(life->driven[LEAD + at]) > 2)
            return false;
    }
    return true;
}

static void add_sounds(const struct life *life, double block[AUDIO_BLOCK_SAMPLES])
{
    for (size_t s = 0; s < life->n_sounds; s++) {
        const struct sound *sound = &life->sounds[s];
        int64_t at = (int64_t)life->n_room - sound->from;

        for (int i = 0; sound->from >= 0 && i < AUDIO_BLOCK_SAMPLES; i++) {
            if (at + i >= 0 && at + i < (int64_t)sound->n)
                block[i] += (double)sound->samples[at + i];
        }
    }
}

static void hear_room(struct scene *scene, const int16_t *sounded, size_t n_sounded,
                      int16_t ret_block[AUDIO_BLOCK_SAMPLES])
{
    struct life *life = (struct life *)scene;
    double block[AUDIO_BLOCK_SAMPLES], room = 32768 * pow(10, ROOM_DB / 20) * sqrt(3);
    int64_t at = (int64_t)life->n_room - life->delay;

    for (; life->n_driven < n_sounded; life->n_driven++)
        life->driven[LEAD + life->n_driven] = drive(life, sounded[life->n_driven]);
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        block[i] = room * (2 * base_rng_unit(&life->rng) - 1);
    if (life->gain > 0 && !is_silent(life, at + AUDIO_BLOCK_SAMPLES)) {
        float echo[AUDIO_BLOCK_SAMPLES];

        add_echo(life, at, echo);
        for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
            block[i] += life->gain * (double)echo[i];
    }
    add_sounds(life, block);
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        ret_block[i] = (int16_t)lrint(fmax(-32768, fmin(32767, block[i])));
    life->n_room += AUDIO_BLOCK_SAMPLES;
}

/* How loud our voice is in the microphone without gain: by a sentence, at the volume of scenes. */
static double level_of_ours(struct life *life)
{
    static const char sentence[] = "Je transmets vos demandes à des voisins bénévoles.";
    struct tts_sound sound;
    double volume = pow(10, 0.4 * (76 - 100) / 20), db;
    float *echo;
    size_t n, end;

    MUST(tts_voice_render(life->scene.stage->voice, sentence, &sound) == 0);
    n = sound.n_samples * AUDIO_RATE_HZ / (size_t)sound.rate_hz;
    echo = calloc(n, sizeof(*echo));
    MUST(echo != NULL);
    for (life->n_driven = 0; life->n_driven < n; life->n_driven++)
        life->driven[LEAD + life->n_driven] = drive(
            life, (int16_t)(volume *
                            sound.samples[life->n_driven * (size_t)sound.rate_hz / AUDIO_RATE_HZ]));
    for (size_t i = 0; i + AUDIO_BLOCK_SAMPLES <= n; i += AUDIO_BLOCK_SAMPLES)
        add_echo(life, (int64_t)i, echo + i);
    db = active_db(echo, n, &end);
    free(echo);
    free(sound.samples);
    memset(life->driven + LEAD, 0, n * sizeof(*life->driven));
    life->n_driven = 0;
    life->low = life->before = 0;
    return db;
}

static void load_sound(struct life *life, const json_t *spec)
{
    struct sound *sound = &life->sounds[life->n_sounds++];
    const char *path = json_string_value(json_object_get(spec, "file"));
    char *error = NULL;
    int16_t *samples;
    double gain;

    MUST(life->n_sounds <= SOUNDS_MAX && path);
    *sound = (struct sound){.speech = (int)number(spec, "speech", 0),
                            .at_s = number(spec, "at_s", 0),
                            .is_call = json_is_true(json_object_get(spec, "is_call")),
                            .from = -1};
    if (audio_soundfile_load(path, 120, &samples, &sound->n, &error) < 0) {
        fprintf(stderr, "overheard: %s\n", error ? error : path);
        exit(1);
    }
    sound->samples = calloc(sound->n + 1, sizeof(float));
    MUST(sound->samples != NULL);
    for (size_t i = 0; i < sound->n; i++)
        sound->samples[i] = samples[i];
    free(samples);
    gain =
        CALLER_DB + number(spec, "db", 0) - active_db(sound->samples, sound->n, &sound->voice_end);
    for (size_t i = 0; i < sound->n; i++)
        sound->samples[i] *= (float)pow(10, gain / 20);
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
    return !is_alarmed(life) && life->n_room < (size_t)LIFE_BLOCKS_MAX * AUDIO_BLOCK_SAMPLES;
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
    life->speech_from = from;
    for (size_t i = 0; i < life->n_sounds; i++) {
        struct sound *sound = &life->sounds[i];
        double at_s = sound->at_s < 0 ? fmax(0, lasts_s + sound->at_s) : sound->at_s;

        /* As it sounds in the room. */
        if (sound->speech == number_of_speech)
            sound->from = from + life->delay + (int64_t)(at_s * AUDIO_RATE_HZ);
    }
    return true;
}

static const struct sound *call_of(const struct life *life)
{
    for (size_t i = 0; i < life->n_sounds; i++) {
        if (life->sounds[i].is_call)
            return &life->sounds[i];
    }
    return NULL;
}

static void play_speeches(struct life *life)
{
    const json_t *speeches = json_object_get(life->spec, "speeches"), *speech;
    const struct sound *call = call_of(life);
    size_t i;

    if (!pass_ms(life, BEFORE_MS))
        return;
    json_array_foreach(speeches, i, speech)
    {
        if (!begin_speech(life, (int)i, json_string_value(speech)) || !pass_to_rest(life))
            return;
    }
    while (call && call->from >= 0 &&
           (int64_t)life->n_room <
               call->from + (int64_t)call->voice_end + audio_ms_to_samples(AFTER_CALL_MS)) {
        if (!pass(life))
            return;
    }
}

static void report(struct life *life)
{
    const struct sound *call = call_of(life);
    const char *id = json_string_value(json_object_get(life->spec, "id"));
    int64_t alarmed = is_alarmed(life) ? (int64_t)life->n_room : -1, sounds = -1;
    double cpu_ms = 1000 * ears.spent_s;
    size_t n;

    if (alarmed >= 0) {
        (void)audio_twin_played(life->scene.room, &n);
        for (int ms = 0; ms < 2000 && sounds < 0; ms += AUDIO_BLOCK_MS) {
            pass(life);
            sounds = sound_after(life, n);
        }
    }
    printf("{\"id\":\"%s\",\"alarmed\":%s,\"seconds\":%.1f,\"heard\":%u,\"cpu_ms\":%.0f", id,
           alarmed >= 0 ? "true" : "false", (double)life->n_room / AUDIO_RATE_HZ, ears.n_heard,
           cpu_ms);
    if (call) {
        int64_t end = call->from + (int64_t)call->voice_end;

        printf(",\"was_called\":%s,\"is_early\":%s", call->from >= 0 ? "true" : "false",
               alarmed >= 0 && (call->from < 0 || alarmed < call->from) ? "true" : "false");
        if (alarmed >= 0)
            printf(",\"decided_ms\":%lld,\"sound_ms\":%lld",
                   (long long)audio_samples_to_ms(alarmed - end),
                   (long long)audio_samples_to_ms(sounds - end));
    }
    puts("}");
    fflush(stdout);
}

static void live(struct scene_stage *stage, const json_t *spec)
{
    struct life *life = calloc(1, sizeof(*life));
    const json_t *echo_db = json_object_get(spec, "echo_db"), *sound;
    struct base_datetime now;
    size_t i;

    MUST(life != NULL);
    life->driven = calloc(LEAD + (size_t)LIFE_BLOCKS_MAX * AUDIO_BLOCK_SAMPLES * 2, sizeof(float));
    MUST(life->driven != NULL);
    life->scene.stage = stage;
    life->scene.name = "overheard";
    life->spec = life->scene.file = (json_t *)spec;
    base_rng_seed(&life->rng, (uint64_t)number(spec, "seed", 1));
    life->drive = number(spec, "drive", 0);
    life->delay = audio_ms_to_samples((int)number(spec, "delay_ms", 100));
    make_taps(life, (int)number(spec, "decay_ms", 300));
    if (json_is_number(echo_db))
        life->gain = pow(10, (CALLER_DB + json_number_value(echo_db) - level_of_ours(life)) / 20);
    json_array_foreach(json_object_get(spec, "sounds"), i, sound) load_sound(life, sound);
    MUST(base_datetime_parse("2026-06-15T09:30", &now) == 0);
    MUST(config_territory_load(NULL, "pessac", stage->problems, &life->scene.territory) == 0);
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
    for (i = 0; i < life->n_sounds; i++)
        free(life->sounds[i].samples);
    free(life->driven);
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

        MUST(spec != NULL);
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
