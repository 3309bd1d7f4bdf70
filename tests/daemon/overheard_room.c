/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/daemon/overheard_room.h"

#include "audio/soundfile.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TAPS_MOST = 6400, /* 400 ms */
    LEAD = 2 * TAPS_MOST,
    SOUNDS_MAX = 16,
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

struct overheard_room {
    struct sound sounds[SOUNDS_MAX];
    size_t n_sounds;
    float taps[TAPS_MOST];
    size_t n_taps;
    double gain, drive;        /* of the loudspeaker */
    double low, before;        /* state of its low cut */
    float *driven;             /* what its cone did, from LEAD on a sample of it for each sounded */
    size_t n_driven, n_passed; /* samples */
    int64_t delay;
    struct base_rng rng;
};

double overheard_number(const json_t *object, const char *name, double otherwise)
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
static void make_taps(struct overheard_room *room, int decay_ms)
{
    double tail = 0;

    room->n_taps = (size_t)audio_ms_to_samples(decay_ms) / 2;
    if (room->n_taps > TAPS_MOST)
        room->n_taps = TAPS_MOST;
    for (size_t i = 0; i < room->n_taps; i++) {
        double falls = pow(10, -3 * (double)i / (double)audio_ms_to_samples(decay_ms));

        room->taps[i] = (float)((2 * base_rng_unit(&room->rng) - 1) * falls);
        tail += (double)room->taps[i] * (double)room->taps[i];
    }
    /* The tail has a quarter to a half of the power of the way itself. */
    tail = sqrt((0.25 + 0.25 * base_rng_unit(&room->rng)) / (tail + 1e-9));
    for (size_t i = 0; i < room->n_taps; i++)
        room->taps[i] *= (float)tail;
    room->taps[0] = 1;
    for (int i = 0; i < 4; i++)
        room->taps[10 + base_rng_below(&room->rng, 200)] +=
            (float)(0.5 * (2 * base_rng_unit(&room->rng) - 1));
}

static float drive(struct overheard_room *room, int16_t sample)
{
    double x = sample / PEAK_OF_OURS, low;

    if (room->drive > 0)
        x = tanh(room->drive * x) / room->drive + 0.03 * room->drive * x * x;
    low = exp(-2 * M_PI * LOW_CUT_HZ / AUDIO_RATE_HZ);
    room->low = low * (room->low + x - room->before);
    room->before = x;
    return (float)(room->low * PEAK_OF_OURS);
}

/* What the cone did before the beginning, or has not yet done, is nothing. */
static void add_echo(const struct overheard_room *room, int64_t from,
                     float ret[AUDIO_BLOCK_SAMPLES])
{
    memset(ret, 0, AUDIO_BLOCK_SAMPLES * sizeof(*ret));
    for (int64_t k = 0; k < (int64_t)room->n_taps; k++) {
        const float *driven = room->driven + LEAD + from - k;
        float tap = room->taps[k];

        for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
            ret[i] += tap * driven[i];
    }
}

static bool is_silent(const struct overheard_room *room, int64_t to)
{
    for (int64_t at = to - (int64_t)room->n_taps - AUDIO_BLOCK_SAMPLES; at < to; at++) {
        if (at >= 0 && at < (int64_t)room->n_driven && fabsf(room->driven[LEAD + at]) > 2)
            return false;
    }
    return true;
}

static void add_sounds(const struct overheard_room *room, double block[AUDIO_BLOCK_SAMPLES])
{
    for (size_t s = 0; s < room->n_sounds; s++) {
        const struct sound *sound = &room->sounds[s];
        int64_t at = (int64_t)room->n_passed - sound->from;

        for (int i = 0; sound->from >= 0 && i < AUDIO_BLOCK_SAMPLES; i++) {
            if (at + i >= 0 && at + i < (int64_t)sound->n)
                block[i] += (double)sound->samples[at + i];
        }
    }
}

void overheard_room_hear(struct overheard_room *room, const int16_t *sounded, size_t n_sounded,
                         int16_t ret_block[AUDIO_BLOCK_SAMPLES])
{
    double block[AUDIO_BLOCK_SAMPLES], noise = 32768 * pow(10, ROOM_DB / 20) * sqrt(3);
    int64_t at = (int64_t)room->n_passed - room->delay;

    for (; room->n_driven < n_sounded; room->n_driven++)
        room->driven[LEAD + room->n_driven] = drive(room, sounded[room->n_driven]);
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        block[i] = noise * (2 * base_rng_unit(&room->rng) - 1);
    if (room->gain > 0 && !is_silent(room, at + AUDIO_BLOCK_SAMPLES)) {
        float echo[AUDIO_BLOCK_SAMPLES];

        add_echo(room, at, echo);
        for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
            block[i] += room->gain * (double)echo[i];
    }
    add_sounds(room, block);
    for (int i = 0; i < AUDIO_BLOCK_SAMPLES; i++)
        ret_block[i] = (int16_t)lrint(fmax(-32768, fmin(32767, block[i])));
    room->n_passed += AUDIO_BLOCK_SAMPLES;
}

/* How loud our voice is in the microphone without gain: by a sentence, at the volume of scenes. */
static double level_of_ours(struct overheard_room *room, struct tts_voice *voice)
{
    static const char sentence[] = "Je transmets vos demandes à des voisins bénévoles.";
    struct tts_sound sound;
    double volume = pow(10, 0.4 * (76 - 100) / 20), db;
    float *echo;
    size_t n, end;

    OVERHEARD_MUST(tts_voice_render(voice, sentence, &sound) == 0);
    n = sound.n_samples * AUDIO_RATE_HZ / (size_t)sound.rate_hz;
    echo = calloc(n, sizeof(*echo));
    OVERHEARD_MUST(echo != NULL);
    for (room->n_driven = 0; room->n_driven < n; room->n_driven++)
        room->driven[LEAD + room->n_driven] = drive(
            room, (int16_t)(volume *
                            sound.samples[room->n_driven * (size_t)sound.rate_hz / AUDIO_RATE_HZ]));
    for (size_t i = 0; i + AUDIO_BLOCK_SAMPLES <= n; i += AUDIO_BLOCK_SAMPLES)
        add_echo(room, (int64_t)i, echo + i);
    db = active_db(echo, n, &end);
    free(echo);
    free(sound.samples);
    memset(room->driven + LEAD, 0, n * sizeof(*room->driven));
    room->n_driven = 0;
    room->low = room->before = 0;
    return db;
}

static void load_sound(struct overheard_room *room, const json_t *spec)
{
    struct sound *sound = &room->sounds[room->n_sounds++];
    const char *path = json_string_value(json_object_get(spec, "file"));
    char *error = NULL;
    int16_t *samples;
    double gain;

    OVERHEARD_MUST(room->n_sounds <= SOUNDS_MAX && path);
    *sound = (struct sound){.speech = (int)overheard_number(spec, "speech", 0),
                            .at_s = overheard_number(spec, "at_s", 0),
                            .is_call = json_is_true(json_object_get(spec, "is_call")),
                            .from = -1};
    if (audio_soundfile_load(path, 120, &samples, &sound->n, &error) < 0) {
        fprintf(stderr, "overheard: %s\n", error ? error : path);
        exit(1);
    }
    sound->samples = calloc(sound->n + 1, sizeof(float));
    OVERHEARD_MUST(sound->samples != NULL);
    for (size_t i = 0; i < sound->n; i++)
        sound->samples[i] = samples[i];
    free(samples);
    gain = CALLER_DB + overheard_number(spec, "db", 0) -
           active_db(sound->samples, sound->n, &sound->voice_end);
    for (size_t i = 0; i < sound->n; i++)
        sound->samples[i] *= (float)pow(10, gain / 20);
}

struct overheard_room *overheard_room_create(const json_t *spec, struct tts_voice *voice)
{
    struct overheard_room *room = calloc(1, sizeof(*room));
    const json_t *echo_db = json_object_get(spec, "echo_db"), *sound;
    size_t i;

    OVERHEARD_MUST(room != NULL);
    room->driven = calloc(LEAD + (size_t)OVERHEARD_BLOCKS_MAX * AUDIO_BLOCK_SAMPLES * 2,
                          sizeof(*room->driven));
    OVERHEARD_MUST(room->driven != NULL);
    base_rng_seed(&room->rng, (uint64_t)overheard_number(spec, "seed", 1));
    room->drive = overheard_number(spec, "drive", 0);
    room->delay = audio_ms_to_samples((int)overheard_number(spec, "delay_ms", 100));
    make_taps(room, (int)overheard_number(spec, "decay_ms", 300));
    if (json_is_number(echo_db))
        room->gain =
            pow(10, (CALLER_DB + json_number_value(echo_db) - level_of_ours(room, voice)) / 20);
    json_array_foreach(json_object_get(spec, "sounds"), i, sound) load_sound(room, sound);
    return room;
}

void overheard_room_destroy(struct overheard_room *room)
{
    for (size_t i = 0; i < room->n_sounds; i++)
        free(room->sounds[i].samples);
    free(room->driven);
    free(room);
}

int64_t overheard_room_now(const struct overheard_room *room)
{
    return (int64_t)room->n_passed;
}

void overheard_room_speaks(struct overheard_room *room, int number, int64_t from, double lasts_s)
{
    for (size_t i = 0; i < room->n_sounds; i++) {
        struct sound *sound = &room->sounds[i];
        double at_s = sound->at_s < 0 ? fmax(0, lasts_s + sound->at_s) : sound->at_s;

        /* As it sounds in the room. */
        if (sound->speech == number)
            sound->from = from + room->delay + (int64_t)(at_s * AUDIO_RATE_HZ);
    }
}

bool overheard_room_call(const struct overheard_room *room, int64_t *ret_from, int64_t *ret_end)
{
    for (size_t i = 0; i < room->n_sounds; i++) {
        if (!room->sounds[i].is_call)
            continue;
        *ret_from = room->sounds[i].from;
        *ret_end = *ret_from + (int64_t)room->sounds[i].voice_end;
        return true;
    }
    return false;
}
