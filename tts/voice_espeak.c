/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to espeak-ng. Its header stands in this source alone.
 *
 * The library keeps one synthesiser for the whole process and hands sound to a plain function
 * without a user pointer, hence the one file-scope variable. Streaming was refused: a sentence is
 * rendered in milliseconds, and only a whole one can be brought to one loudness.
 *
 * espeak-ng 1.51 starts a thread of its own at initialisation for its asynchronous calls; we make
 * none, so it sleeps on a condition for the life of the process.
 */
#include "tts/loudness.h"
#include "tts/respelling.h"
#include "tts/voice_ops.h"

#include "base/error.h"
#include "base/log.h"

#include <errno.h>
#include <espeak-ng/speak_lib.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_MS 60
#define MAX_S     120
/* A text of the greatest length, every word of it respelled longer. */
#define CHUNK_SIZE (TTS_TEXT_MAX * 8)
/* espeak-ng counts English words without our pauses. Measured over the French catalogue (1168
 * words): this share gives the words a minute asked for within 4 % from 120 to 200
 * (tests/tts/rate). */
#define RATE_PERCENT 82

struct espeak {
    struct tts_voice voice; /* must stay first */
    int rate_hz;
    int volume;
    struct tts_respelling *respelling;
    int16_t *samples;
    size_t n_samples;
    size_t capacity;
    int error;
};

/* The one voice; NULL when there is none. The library is global, so this is. */
static struct espeak *the_voice;

/*
 * Its sample rate once the library is up. It stays up until the process ends: espeak_Terminate of
 * 1.51 waits for ever on a thread that is gone when it is called a second time.
 */
static int library_rate_hz;

static int reserve(struct espeak *espeak, size_t n_more)
{
    size_t need = espeak->n_samples + n_more, capacity = espeak->capacity;
    int16_t *larger;

    if (need <= capacity)
        return 0;
    if (need > (size_t)espeak->rate_hz * MAX_S)
        return -EIO;
    while (capacity < need)
        capacity = capacity ? capacity * 2 : 65536;
    larger = realloc(espeak->samples, capacity * sizeof(larger[0]));
    if (!larger)
        return -ENOMEM;
    espeak->samples = larger;
    espeak->capacity = capacity;
    return 0;
}

/* espeak-ng's callback. Returns: 0 go on, 1 stop. */
static int take_samples(short *samples, int n_samples, espeak_EVENT *events)
{
    struct espeak *espeak = the_voice;

    (void)events;
    if (!espeak || !samples || n_samples <= 0)
        return 0;
    if (espeak->error == 0)
        espeak->error = reserve(espeak, (size_t)n_samples);
    if (espeak->error < 0)
        return 1;
    memcpy(espeak->samples + espeak->n_samples, samples, (size_t)n_samples * sizeof(short));
    espeak->n_samples += (size_t)n_samples;
    return 0;
}

static void add_pause(struct espeak *espeak, int pause_ms)
{
    size_t n = (size_t)espeak->rate_hz * (size_t)pause_ms / 1000;

    if (espeak->error == 0)
        espeak->error = reserve(espeak, n);
    if (espeak->error < 0)
        return;
    memset(espeak->samples + espeak->n_samples, 0, n * sizeof(espeak->samples[0]));
    espeak->n_samples += n;
}

static void synthesise(struct espeak *espeak, const char *text, size_t n_bytes)
{
    char chunk[CHUNK_SIZE];

    if (n_bytes >= sizeof(chunk)) {
        espeak->error = -EIO;
        return;
    }
    memcpy(chunk, text, n_bytes);
    chunk[n_bytes] = '\0';
    if (espeak->error == 0 && espeak_Synth(chunk, n_bytes + 1, 0, POS_CHARACTER, 0,
                                           espeakCHARS_UTF8, NULL, NULL) != EE_OK)
        espeak->error = -EIO;
}

/* The pause in milliseconds that a mark asks for before more is said. */
static int pause_after(char mark)
{
    switch (mark) {
    case ',':
        return 150;
    case ';':
    case ':':
        return 250;
    case '.':
    case '?':
    case '!':
        return 400;
    default:
        return 0;
    }
}

/* Up to and with the mark that ends the first chunk. A mark inside a word or number ends none. */
static size_t chunk_length(const char *text)
{
    size_t n = 0;

    while (text[n] && !(pause_after(text[n]) > 0 && (text[n + 1] == ' ' || text[n + 1] == '\0')))
        n++;
    return text[n] ? n + 1 : n;
}

/* Marks a change of language in its phonemes as "(en)". */
static bool is_foreign(const char *text)
{
    const void *rest = text;
    bool foreign = false;

    while (rest && !foreign) {
        const char *phonemes = espeak_TextToPhonemes(&rest, espeakCHARS_UTF8, 0);

        foreign = phonemes && strchr(phonemes, '(');
    }
    return foreign;
}

static void synthesise_chunks(struct espeak *espeak, const char *text)
{
    while (*text) {
        size_t n = chunk_length(text);
        char mark = text[n - 1];

        synthesise(espeak, text, n);
        text += n;
        text += strspn(text, " ");
        if (*text)
            add_pause(espeak, pause_after(mark));
    }
}

static int render(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound)
{
    struct espeak *espeak = (struct espeak *)voice;
    struct base_strbuf respelled;
    int r;

    espeak->n_samples = 0;
    base_strbuf_init(&respelled);
    tts_respelling_apply(espeak->respelling, text, is_foreign, &respelled);
    espeak->error = respelled.error;
    synthesise_chunks(espeak, base_strbuf_text(&respelled));
    base_strbuf_finish(&respelled);
    r = espeak->error;
    if (r == 0 && espeak->n_samples == 0)
        r = -EIO;
    if (r < 0) {
        log_error("voice-failed", "espeak-ng rendered no sound: %s", strerror(-r));
        return base_trace(r);
    }
    tts_loudness_level(espeak->samples, espeak->n_samples, espeak->rate_hz, espeak->volume);
    *ret_sound = (struct tts_sound){espeak->samples, espeak->n_samples, espeak->rate_hz};
    espeak->samples = NULL;
    espeak->n_samples = espeak->capacity = 0;
    return 0;
}

static int within(int value, int from, int to)
{
    return value < from ? from : value > to ? to : value;
}

static int set(struct tts_voice *voice, const struct tts_voice_settings *settings)
{
    struct espeak *espeak = (struct espeak *)voice;
    int rate = within(settings->rate_wpm, 100, 260) * RATE_PERCENT / 100;
    struct tts_respelling *respelling;
    int r;

    if (espeak_SetVoiceByName(settings->name) != EE_OK) {
        log_warning("voice-unknown", "espeak-ng has no voice: %s", settings->name);
        return TTS_NO_VOICE;
    }
    r = tts_respelling_load(settings->name, &respelling);
    if (r < 0)
        return base_trace(r);
    tts_respelling_destroy(espeak->respelling);
    espeak->respelling = respelling;
    espeak_SetParameter(espeakRATE, within(rate, espeakRATE_MINIMUM, espeakRATE_MAXIMUM), 0);
    espeak_SetParameter(espeakPITCH, within(settings->pitch, 0, 100), 0);
    espeak_SetParameter(espeakVOLUME, 100, 0);
    espeak_SetParameter(espeakPUNCTUATION, espeakPUNCT_NONE, 0);
    espeak->volume = within(settings->volume, 0, 100);
    return 0;
}

/* Copies phonemes with one space between; leaves out stress, length, liaison marks and the "(en)"
 * of a language switch. */
static int copy_phonemes(const char *from, char *ret_ipa, size_t size)
{
    static const char *const left_out[] = {"\xCB\x88" /* ˈ */, "\xCB\x8C" /* ˌ */,
                                           "\xCB\x90" /* ː */, "|", "-"};
    size_t n = 0;

    while (*from) {
        size_t skip = 0;

        for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
            if (strncmp(from, left_out[i], strlen(left_out[i])) == 0)
                skip = strlen(left_out[i]);
        }
        if (*from == '(')
            skip = strcspn(from, ")") + (strchr(from, ')') != NULL);
        else if ((*from == ' ' || *from == '\n') && (n == 0 || ret_ipa[n - 1] == ' '))
            skip = 1;
        if (skip) {
            from += skip;
            continue;
        }
        if (n + 2 > size)
            return -ENOBUFS;
        ret_ipa[n++] = *from == '\n' ? ' ' : *from;
        from++;
    }
    while (n > 0 && ret_ipa[n - 1] == ' ')
        n--;
    ret_ipa[n] = '\0';
    return 0;
}

static int copy_all_phonemes(const char *text, char *ret_ipa, size_t size)
{
    const int ipa_spaced = 2 | (' ' << 8);
    const void *rest = text;
    size_t n = 0;

    ret_ipa[0] = '\0';
    while (rest) {
        const char *some = espeak_TextToPhonemes(&rest, espeakCHARS_UTF8, ipa_spaced);
        size_t gap = n > 0;
        int r = n + gap < size ? copy_phonemes(some, ret_ipa + n + gap, size - n - gap) : -ENOBUFS;

        if (r < 0)
            return r;
        if (gap && ret_ipa[n + 1])
            ret_ipa[n] = ' ';
        n += strlen(ret_ipa + n);
    }
    return n > 0 ? 0 : TTS_NO_PHONEMES;
}

static int phonemes(struct tts_voice *voice, const char *word, char *ret_ipa, size_t size)
{
    struct espeak *espeak = (struct espeak *)voice;
    struct base_strbuf respelled;
    int r;

    if (size == 0)
        return -ENOBUFS;
    base_strbuf_init(&respelled);
    tts_respelling_apply(espeak->respelling, word, is_foreign, &respelled);
    r = respelled.error ? respelled.error
                        : copy_all_phonemes(base_strbuf_text(&respelled), ret_ipa, size);
    base_strbuf_finish(&respelled);
    return r;
}

static void destroy(struct tts_voice *voice)
{
    struct espeak *espeak = (struct espeak *)voice;

    if (espeak == the_voice)
        the_voice = NULL;
    tts_respelling_destroy(espeak->respelling);
    free(espeak->samples);
    free(espeak);
}

static const struct tts_voice_ops espeak_ops = {destroy, set, render, phonemes};

int tts_voice_create(const struct tts_voice_settings *settings, struct tts_voice **ret_voice)
{
    struct espeak *espeak;
    int r;

    if (the_voice)
        return -EBUSY;
    espeak = calloc(1, sizeof(*espeak));
    if (!espeak)
        return -ENOMEM;
    espeak->voice.ops = &espeak_ops;
    if (library_rate_hz <= 0)
        library_rate_hz = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, BUFFER_MS, NULL,
                                            espeakINITIALIZE_DONT_EXIT);
    espeak->rate_hz = library_rate_hz;
    if (espeak->rate_hz <= 0) {
        log_error("voice-no-data", "espeak-ng finds no data: install espeak-ng-data");
        free(espeak);
        return TTS_NO_VOICE;
    }
    the_voice = espeak;
    espeak_SetSynthCallback(take_samples);
    r = set(&espeak->voice, settings);
    if (r != 0) {
        destroy(&espeak->voice);
        return r;
    }
    *ret_voice = &espeak->voice;
    return 0;
}
