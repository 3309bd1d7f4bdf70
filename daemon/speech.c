/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/speech.h"

#include "audio/format.h"
#include "base/log.h"
#include "daemon/stored.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE_STEP_WPM = 15,
    RATE_MIN_WPM = 100,
    RATE_MAX_WPM = 200,
    PITCH_STEP = 12,
    PITCH_MIN = 14, /* beyond these the voice of espeak-ng is hard to follow */
    PITCH_MAX = 86,
    VOLUME_STEP = 12,
    VOLUME_MIN = 40, /* an assistant that cannot be heard cannot be turned up by voice */
    VOLUME_MAX = 100,
    PROMPTS_REMEMBERED = 24,
    FAILED_AGAIN_MS = 20000, /* how often it is said that the voice fails */
    MOMENT_MS = 120000,      /* how long "plus fort" still means what was said last */
};

/* How often each prompt was said in this conversation, so that a repetition changes its words. */
struct said {
    const char *key;
    unsigned n;
};

struct speech {
    struct speech_settings settings;
    struct speech_parts parts;
    speech_said_fn *said_fn;
    void *user;
    struct audio_player *player;
    struct base_strbuf last; /* the last speech, for "répétez" */
    int64_t last_at_ms;
    int64_t failed_at_ms; /* a stored sentence was played; 0: never */
    bool is_on;           /* words, not an earcon; ends with the player's on_quiet */
    bool is_new;          /* the next say replaces `last`, later ones add to it */
    struct said said[PROMPTS_REMEMBERED];
};

static struct base_datetime local_now(const struct speech *speech)
{
    return base_datetime_local(speech->parts.clock->wall_ms(speech->parts.clock));
}

static int64_t now_ms(const struct speech *speech)
{
    return speech->parts.clock->monotonic_ms(speech->parts.clock);
}

bool speech_is_night(const struct speech *speech)
{
    return base_time_is_within(local_now(speech).time, speech->settings.night_from,
                               speech->settings.night_to);
}

static int loudest_now(const struct speech *speech)
{
    int night = speech->settings.night_volume_max;

    return night > 0 && night < VOLUME_MAX && speech_is_night(speech) ? night : VOLUME_MAX;
}

/* An emergency is not held back by the night. */
static void set_volume(struct speech *speech, const char *key)
{
    int volume = speech->settings.volume, most = loudest_now(speech);

    if (strncmp(key, "emergency", strlen("emergency")) != 0 && volume > most)
        volume = most;
    if (audio_player_volume(speech->player) != volume)
        audio_player_set_volume(speech->player, volume);
}

/* Silence would be worse than a tone and a sentence that says less (R25). */
static void sound_failed(struct speech *speech, const char *key)
{
    int16_t *samples;
    size_t n;
    bool is_said = speech->failed_at_ms && now_ms(speech) - speech->failed_at_ms < FAILED_AGAIN_MS;

    speech_earcon(speech, AUDIO_EARCON_FAILED);
    set_volume(speech, key);
    if (!speech->settings.stored_folder || (is_said && strcmp(key, "emergency") != 0) ||
        stored_load(speech->settings.stored_folder, key, &samples, &n) < 0)
        return;
    speech->failed_at_ms = now_ms(speech);
    (void)audio_player_play(speech->player, samples, n, AUDIO_RATE_HZ);
    free(samples);
}

/* Renders and queues. Returns: 0, else when something else sounds in place of the words. */
static int sound(struct speech *speech, const char *key, const char *text)
{
    struct tts_sound sound;
    int r = tts_voice_render_speech(speech->parts.voice, text, &sound);

    speech->is_on = true;
    speech->last_at_ms = now_ms(speech);
    set_volume(speech, key);
    if (r == 0) {
        r = audio_player_play(speech->player, sound.samples, sound.n_samples, sound.rate_hz);
        free(sound.samples);
    }
    if (r != 0) {
        log_error("speech-failed", "a sentence could not be spoken: %s",
                  r < 0 ? strerror(-r) : "the voice refuses the text");
        sound_failed(speech, key);
    }
    if (speech->said_fn)
        speech->said_fn(speech->user, key, text);
    return r;
}

static unsigned count_said(struct speech *speech, const char *key)
{
    for (int i = 0; i < PROMPTS_REMEMBERED; i++) {
        if (!speech->said[i].key) {
            speech->said[i] = (struct said){key, 1};
            return 0;
        }
        if (strcmp(speech->said[i].key, key) == 0)
            return speech->said[i].n++;
    }
    return 0;
}

int speech_say(struct speech *speech, const char *key, const struct draft *about)
{
    struct base_strbuf text;
    int r;

    base_strbuf_init(&text);
    r = phrasing_say(speech->parts.phrasing, key, about, count_said(speech, key), local_now(speech),
                     &text);
    if (r < 0)
        log_error("prompt-missing", "%s: %s", key, strerror(-r));
    log_info("say", "%s", key);
    if (speech->is_new)
        base_strbuf_clear(&speech->last);
    else if (speech->last.length)
        base_strbuf_add(&speech->last, " ");
    speech->is_new = false;
    base_strbuf_add(&speech->last, base_strbuf_text(&text));
    r = sound(speech, key, base_strbuf_text(&text));
    base_strbuf_finish(&text);
    return r;
}

static void set_rate(struct speech *speech, int rate_wpm)
{
    struct tts_voice_settings voice = speech->settings.voice;

    voice.rate_wpm = rate_wpm;
    if (tts_voice_set(speech->parts.voice, &voice) != 0)
        log_warning("voice-setting", "the voice refused %d words a minute", rate_wpm);
}

int speech_again(struct speech *speech)
{
    int slower = speech->settings.voice.rate_wpm - RATE_STEP_WPM;
    int r;

    if (!speech->last.length) {
        struct draft none;

        draft_clear(&none);
        r = speech_say(speech, "repeat.nothing", &none);
        base_strbuf_clear(&speech->last);
        return r;
    }
    set_rate(speech, slower < RATE_MIN_WPM ? RATE_MIN_WPM : slower);
    r = sound(speech, "again", base_strbuf_text(&speech->last));
    set_rate(speech, speech->settings.voice.rate_wpm);
    return r;
}

void speech_stop(struct speech *speech)
{
    audio_player_flush(speech->player);
    speech->is_on = false;
    speech->is_new = true;
}

void speech_earcon(struct speech *speech, enum audio_earcon which)
{
    int16_t tone[AUDIO_EARCON_MAX_SAMPLES];
    size_t n = audio_earcon_render(which, tone);

    set_volume(speech, "");
    audio_player_play(speech->player, tone, n, AUDIO_RATE_HZ);
}

/* Moves a value by a step. Returns: whether it moved. */
static bool step(int *value, int by, int min, int max)
{
    int before = *value, after = before + by;

    *value = after < min ? min : after > max ? max : after;
    if ((by > 0 && *value < before) || (by < 0 && *value > before))
        *value = before; /* it was set beyond what voice may do: it stays */
    return *value != before;
}

/* Returns: the prompt that says what came of it. */
static const char *change_volume(struct speech *speech, int by)
{
    int *volume = &speech->settings.volume, most = loudest_now(speech);

    if (by < 0 && *volume > most)
        *volume = most; /* softer than what sounds now */
    if (by > 0 && *volume >= most)
        return most < VOLUME_MAX ? "voice.night" : "voice.loudest";
    if (!step(volume, by, VOLUME_MIN, most))
        return by > 0 ? "voice.loudest" : "voice.softest";
    return by > 0 ? "voice.louder" : "voice.softer";
}

static const char *change_rate(struct speech *speech, int by)
{
    if (!step(&speech->settings.voice.rate_wpm, by, RATE_MIN_WPM, RATE_MAX_WPM))
        return by > 0 ? "voice.fastest" : "voice.slowest";
    set_rate(speech, speech->settings.voice.rate_wpm);
    return by > 0 ? "voice.faster" : "voice.slower";
}

static const char *change_pitch(struct speech *speech, int by)
{
    if (!step(&speech->settings.voice.pitch, by, PITCH_MIN, PITCH_MAX))
        return by > 0 ? "voice.highest" : "voice.deepest";
    set_rate(speech, speech->settings.voice.rate_wpm);
    return by > 0 ? "voice.higher" : "voice.deeper";
}

static const char *change(struct speech *speech, enum speech_change how)
{
    switch (how) {
    case SPEECH_LOUDER:
        return change_volume(speech, VOLUME_STEP);
    case SPEECH_SOFTER:
        return change_volume(speech, -VOLUME_STEP);
    case SPEECH_SLOWER:
        return change_rate(speech, -RATE_STEP_WPM);
    case SPEECH_FASTER:
        return change_rate(speech, RATE_STEP_WPM);
    case SPEECH_DEEPER:
        return change_pitch(speech, -PITCH_STEP);
    case SPEECH_HIGHER:
    default:
        return change_pitch(speech, PITCH_STEP);
    }
}

void speech_change(struct speech *speech, enum speech_change how)
{
    bool was_now = speech->last.length && now_ms(speech) - speech->last_at_ms < MOMENT_MS;
    struct base_strbuf last;
    struct draft none;
    const char *key;

    key = change(speech, how);
    log_info("adjusted", "rate: %d wpm, volume: %d, pitch: %d", speech->settings.voice.rate_wpm,
             speech->settings.volume, speech->settings.voice.pitch);
    /* The answer is not what "répétez" asks for afterwards. */
    base_strbuf_init(&last);
    base_strbuf_add(&last, base_strbuf_text(&speech->last));
    draft_clear(&none);
    speech->is_new = true;
    speech_say(speech, key, &none);
    base_strbuf_clear(&speech->last);
    base_strbuf_add(&speech->last, base_strbuf_text(&last));
    if (was_now)
        sound(speech, "again", base_strbuf_text(&last));
    base_strbuf_finish(&last);
}

int speech_rate_wpm(const struct speech *speech)
{
    return speech->settings.voice.rate_wpm;
}

int speech_volume(const struct speech *speech)
{
    return speech->settings.volume;
}

int speech_pitch(const struct speech *speech)
{
    return speech->settings.voice.pitch;
}

bool speech_is_on(const struct speech *speech)
{
    return speech->is_on;
}

bool speech_ended(struct speech *speech)
{
    bool was_on = speech->is_on;

    speech->is_on = false;
    if (was_on)
        speech->is_new = true;
    return was_on;
}

void speech_begin(struct speech *speech)
{
    speech->is_new = true;
}

void speech_forget(struct speech *speech)
{
    speech->is_new = true;
    memset(speech->said, 0, sizeof(speech->said));
}

int speech_create(const struct speech_settings *settings, const struct speech_parts *parts,
                  speech_said_fn *said, void *user, struct speech **ret_speech)
{
    struct speech *speech = calloc(1, sizeof(*speech));

    if (!speech)
        return -ENOMEM;
    speech->settings = *settings;
    speech->parts = *parts;
    speech->said_fn = said;
    speech->user = user;
    speech->is_new = true;
    base_strbuf_init(&speech->last);
    *ret_speech = speech;
    return 0;
}

void speech_join(struct speech *speech, struct audio_player *player)
{
    speech->player = player;
}

void speech_destroy(struct speech *speech)
{
    if (!speech)
        return;
    base_strbuf_finish(&speech->last);
    free(speech);
}
