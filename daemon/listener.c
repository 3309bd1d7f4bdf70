/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/listener.h"

#include "base/error.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How long a silence ends an utterance, once it is known what was said so far. Older people pause
 * within a sentence, so only a sentence that lacks nothing is answered fast. */
enum {
    PATIENCE_COMPLETE_MS =
        700,                 /* service and day, or an answer, unless the options say otherwise */
    SERVICE_MORE_MS = 300,   /* a service, the day may follow */
    ANSWER_LESS_MS = 200,    /* yes, no, to a question */
    PATIENCE_LEAST_MS = 200, /* as long as a stop within a word */
    /* Voice that goes on this long after the wake phrase is a request in the same breath. */
    ONE_BREATH_MS = 300,
    /* The wake phrase was recognised, but nothing that the voice activity calls speech: answer all
       the same. */
    WOKEN_WITHOUT_VOICE_MS = 450,
    /* Silence for so long after the wake phrase: it was said alone, or with a pause behind it. If
       words follow after all, they are kept: the answer is a short low tone that stops nobody, and
       the ears open at the end of the phrase. */
    ALONE_MS = 120,
    /* Less than this, behind what was begun too early, is its end and no answer. */
    ANSWER_LEAST_MS = 150,
};

/* What is so far below the loudest of the last second is no voice that goes on; that fades so much
 * a block. */
#define SILENT_BELOW_DB 18.0f
#define LOUD_FADES_DB   0.1f

enum mode {
    MODE_ASLEEP,
    MODE_WOKEN, /* the wake phrase was heard; does a request follow in the same breath? */
    MODE_OPEN,
};

struct listener {
    struct listener_options options;
    struct listener_events events;
    struct audio_endpointer *endpointer;
    enum mode mode;
    enum intents_expect expect;
    struct base_datetime now;
    int64_t wake_origin;  /* the endpointer's sample at which the wake detector counts 0 */
    int64_t wake_end;     /* of the last wake phrase */
    int64_t voice_end;    /* where the utterance's voice last ended */
    bool opens_from_wake; /* the next opening reaches back to wake_end */
    bool hears_calls;     /* the wake phrase counts although the ears are open */
    bool has_voice;       /* speech has begun since the opening */
    int64_t answer_from;  /* what was said before is no answer; 0: all of it is */
    bool has_guess;       /* `guess` holds what was said up to the pause */
    struct utterance guess;
    int64_t n_taken;
    int quiet_ms;   /* how long it has been silent, beside a voice */
    float loud_db;  /* of the last second */
    double spent_s; /* CPU on the utterance in course, thrown-away guesses included */
};

int listener_create(const struct listener_options *options, const struct listener_events *events,
                    struct listener **ret_listener)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    int r;

    if (!listener)
        return -ENOMEM;
    listener->options = *options;
    listener->events = *events;
    if (options->complete_silence_ms == 0)
        listener->options.complete_silence_ms = PATIENCE_COMPLETE_MS;
    r = audio_endpointer_create(&options->endpoint, &listener->endpointer);
    if (r < 0) {
        listener_destroy(listener);
        return base_trace(r);
    }
    *ret_listener = listener;
    return 0;
}

void listener_destroy(struct listener *listener)
{
    if (!listener)
        return;
    audio_endpointer_destroy(listener->endpointer);
    free(listener);
}

void listener_set_now(struct listener *listener, struct base_datetime now)
{
    listener->now = now;
}

int listener_patience_ms(const struct listener *listener)
{
    return listener->options.endpoint.end_silence_ms;
}

void listener_set_patience(struct listener *listener, int end_silence_ms)
{
    listener->options.endpoint.end_silence_ms = end_silence_ms;
}

bool listener_is_open(const struct listener *listener)
{
    return listener->mode == MODE_OPEN;
}

int64_t listener_n_taken(const struct listener *listener)
{
    return listener->n_taken;
}

double listener_now_s(const struct listener *listener)
{
    return audio_samples_to_s(audio_endpointer_now(listener->endpointer));
}

static void reset_wake(struct listener *listener)
{
    if (!listener->options.wake)
        return;
    if (asr_wake_reset(listener->options.wake) < 0)
        log_error("wake-reset", "the wake detector could not begin anew");
    listener->wake_origin = audio_endpointer_now(listener->endpointer);
}

void listener_open(struct listener *listener, enum intents_expect expect)
{
    int64_t from =
        listener->opens_from_wake ? listener->wake_end : audio_endpointer_now(listener->endpointer);

    listener->opens_from_wake = false;
    listener->mode = MODE_OPEN;
    listener->expect = expect;
    listener->has_voice = listener->has_guess = listener->hears_calls = false;
    listener->answer_from = 0;
    listener->spent_s = 0;
    audio_endpointer_open(listener->endpointer, from);
    audio_endpointer_set_patience(listener->endpointer, listener->options.endpoint.end_silence_ms);
}

void listener_open_to_calls(struct listener *listener, enum intents_expect expect)
{
    listener_open(listener, expect);
    listener->hears_calls = true;
    reset_wake(listener);
}

void listener_go_on(struct listener *listener, enum intents_expect expect)
{
    listener->expect = expect;
    listener->has_guess = false;
    listener->answer_from = audio_endpointer_now(listener->endpointer);
    audio_endpointer_set_patience(listener->endpointer, listener->options.endpoint.end_silence_ms);
}

bool listener_hears_voice(const struct listener *listener)
{
    return listener->mode == MODE_OPEN && listener->has_voice;
}

void listener_sleep(struct listener *listener)
{
    audio_endpointer_close(listener->endpointer);
    audio_endpointer_wipe(listener->endpointer);
    listener->mode = MODE_ASLEEP;
    listener->opens_from_wake = false;
    listener->has_guess = false;
    memset(&listener->guess, 0, sizeof(listener->guess));
    reset_wake(listener);
}

static int hear(struct listener *listener, const int16_t *samples, size_t n_samples,
                struct utterance *ret_utterance)
{
    int r = interpreter_hear(listener->options.interpreter, samples, n_samples, listener->expect,
                             listener->now, ret_utterance);

    if (r < 0)
        return base_trace(r);
    listener->spent_s += ret_utterance->cpu_s;
    return 0;
}

/* All that was said was said before it could be an answer. */
static bool is_all_before(const struct listener *listener)
{
    return listener->answer_from > 0 &&
           listener->voice_end < listener->answer_from + audio_ms_to_samples(ANSWER_LEAST_MS);
}

/* Recognises what the endpointer holds now. Of what was begun before it could be an answer, all is
 * heard as a call for help, and what came since as an answer. */
static int interpret(struct listener *listener, struct utterance *ret_utterance)
{
    int64_t start_sample, n_before;
    size_t n_samples;
    const int16_t *samples =
        audio_endpointer_sound(listener->endpointer, &n_samples, &start_sample);
    bool is_before;
    int r;

    if (!samples || !listener->options.interpreter)
        return -ENODATA;
    r = hear(listener, samples, n_samples, ret_utterance);
    n_before = listener->answer_from - start_sample;
    is_before = listener->answer_from > 0 && n_before > 0;
    if (r == 0 && is_before && ret_utterance->meaning.act != INTENTS_EMERGENCY &&
        !is_all_before(listener) && n_before < (int64_t)n_samples) {
        r = hear(listener, samples + n_before, n_samples - (size_t)n_before, ret_utterance);
        start_sample += n_before;
    }
    if (r < 0)
        return r;
    ret_utterance->is_before = is_before;
    ret_utterance->start_s = audio_samples_to_s(start_sample);
    ret_utterance->end_s = audio_samples_to_s(listener->voice_end);
    return 0;
}

static int patience_for(const struct listener *listener, const struct utterance *so_far)
{
    const struct intents_result *meaning = &so_far->meaning;
    bool has_day = base_date_is_set(meaning->date) || base_time_is_set(meaning->time);
    int complete_ms = listener->options.complete_silence_ms;

    if (listener->options.is_patient_always || so_far->trust != UTTERANCE_ACT ||
        meaning->act == INTENTS_NONE)
        return listener->options.endpoint.end_silence_ms;
    if (meaning->act == INTENTS_REQUEST)
        return has_day ? complete_ms : complete_ms + SERVICE_MORE_MS;
    if (meaning->act != INTENTS_EMERGENCY && listener->expect != INTENTS_EXPECT_CONFIRMATION &&
        listener->expect != INTENTS_EXPECT_DAY)
        return complete_ms;
    return complete_ms - ANSWER_LESS_MS > PATIENCE_LEAST_MS ? complete_ms - ANSWER_LESS_MS
                                                            : PATIENCE_LEAST_MS;
}

/* The wake phrase was followed by silence: somebody calls and waits for us. */
static void wake_alone(struct listener *listener)
{
    int64_t now = audio_endpointer_now(listener->endpointer);
    int delay_ms = (int)audio_samples_to_ms(now - listener->wake_end);

    /* Not listener_sleep: what was said since the phrase is needed when the ears open. */
    audio_endpointer_close(listener->endpointer);
    listener->mode = MODE_ASLEEP;
    listener->has_guess = false;
    reset_wake(listener);
    listener->opens_from_wake = true;
    /* The detector may find the phrase before its last syllable has ended: what sounded up to here
     * is the phrase, not the first words after it. */
    if (listener->has_voice && listener->voice_end > listener->wake_end)
        listener->wake_end = listener->voice_end;
    listener->events.on_wake(listener->events.user, delay_ms);
}

static bool is_nobody(const struct listener *listener)
{
    return listener->has_guess && listener->mode == MODE_OPEN && listener->answer_from == 0 &&
           listener->events.is_nobody &&
           listener->events.is_nobody(listener->events.user, &listener->guess);
}

static void guess_in_pause(struct listener *listener)
{
    listener->has_guess = interpret(listener, &listener->guess) == 0;
    if (is_nobody(listener))
        listener_open(listener, listener->expect);
    else if (listener->has_guess && listener->mode == MODE_WOKEN && !listener->guess.text[0])
        wake_alone(listener); /* as in deliver, and no sooner known then */
    else if (listener->has_guess)
        audio_endpointer_set_patience(listener->endpointer,
                                      patience_for(listener, &listener->guess));
}

static void deliver(struct listener *listener, bool is_cut)
{
    struct utterance utterance;
    int r = 0;

    if (listener->has_guess)
        utterance = listener->guess;
    else
        r = interpret(listener, &utterance);
    if (r < 0) {
        if (listener->options.interpreter)
            log_error("recogniser-failed", "%s", strerror(-r));
        utterance = (struct utterance){.end_s = audio_samples_to_s(listener->voice_end)};
        utterance.meaning.time = BASE_NO_TIME;
    }
    if (r == 0 && utterance.meaning.act != INTENTS_EMERGENCY && is_all_before(listener)) {
        listener_open(listener, listener->expect); /* the answer is still to come */
        return;
    }
    /* The phrase ended later than the detector thought, and nothing came behind it. */
    if (r == 0 && listener->mode == MODE_WOKEN && !utterance.text[0]) {
        wake_alone(listener);
        return;
    }
    utterance.cpu_s = listener->spent_s;
    utterance.is_cut = is_cut;
    utterance.is_woken = listener->mode == MODE_WOKEN;
    utterance.wake_s = audio_samples_to_s(listener->wake_end);
    listener_sleep(listener);
    listener->events.on_utterance(listener->events.user, &utterance);
    explicit_bzero(&utterance, sizeof(utterance));
}

static bool goes_on_after_wake(const struct listener *listener)
{
    return listener->voice_end > listener->wake_end + audio_ms_to_samples(ONE_BREATH_MS);
}

static void tell_speech(struct listener *listener)
{
    if (listener->events.on_speech)
        listener->events.on_speech(listener->events.user);
}

static void endpoint_event(struct listener *listener, const struct audio_endpoint_event *event)
{
    switch (event->kind) {
    case AUDIO_ENDPOINT_NONE:
        break;
    case AUDIO_ENDPOINT_RESUME:
        if (listener->events.on_pause)
            listener->events.on_pause(
                listener->events.user,
                (int)audio_samples_to_ms(event->at_sample - listener->voice_end));
        __attribute__((fallthrough));
    case AUDIO_ENDPOINT_START:
        listener->has_voice = true;
        listener->has_guess = false;
        tell_speech(listener);
        break;
    case AUDIO_ENDPOINT_PAUSE:
        listener->voice_end = event->at_sample;
        tell_speech(listener);
        if (listener->mode == MODE_WOKEN && !goes_on_after_wake(listener))
            wake_alone(listener);
        else
            guess_in_pause(listener);
        break;
    case AUDIO_ENDPOINT_END:
        listener->voice_end = event->at_sample;
        deliver(listener, event->is_cut);
        break;
    case AUDIO_ENDPOINT_NO_SPEECH:
        if (listener->mode == MODE_WOKEN) {
            wake_alone(listener);
            break;
        }
        listener_sleep(listener);
        listener->events.on_silence(listener->events.user);
        break;
    }
}

/* Returns: whether the detector took the block. */
static bool feed_wake(struct listener *listener, const int16_t *block)
{
    struct asr_wake_event event;
    int r;

    if (!listener->options.wake)
        return true;
    bool heard_voice = asr_wake_hears_voice(listener->options.wake);
    r = asr_wake_feed(listener->options.wake, block, AUDIO_BLOCK_SAMPLES, &event);
    if (!heard_voice && asr_wake_hears_voice(listener->options.wake))
        tell_speech(listener);
    if (r != ASR_WAKE_HEARD)
        return r == 0;
    listener->mode = MODE_WOKEN;
    listener->hears_calls = false;
    listener->expect = INTENTS_EXPECT_REQUEST;
    listener->has_guess = false;
    listener->has_voice = false;
    listener->spent_s = 0;
    tell_speech(listener);
    listener->wake_end = listener->voice_end = listener->wake_origin + event.end_sample;
    audio_endpointer_open(listener->endpointer, listener->wake_origin + event.start_sample);
    return true;
}

/* Sooner than the endpointer, which waits for words to go on. */
static void look_for_silence(struct listener *listener)
{
    int64_t now = audio_endpointer_now(listener->endpointer);
    int64_t voice_end = now - audio_ms_to_samples(listener->quiet_ms);

    if (listener->quiet_ms >= ALONE_MS && now >= listener->wake_end &&
        voice_end <= listener->wake_end + audio_ms_to_samples(ONE_BREATH_MS)) {
        listener->has_voice = true;
        listener->voice_end = voice_end;
        wake_alone(listener);
    } else if (!listener->has_voice &&
               now - listener->wake_end > audio_ms_to_samples(WOKEN_WITHOUT_VOICE_MS)) {
        wake_alone(listener);
    }
}

/* The voice activity is steady, and so late by a syllable; a fall of the level tells sooner. */
static void follow_silence(struct listener *listener, const struct audio_vad_result *heard)
{
    listener->loud_db = fmaxf(heard->level_db, listener->loud_db - LOUD_FADES_DB);
    if (heard->is_voice && heard->level_db > listener->loud_db - SILENT_BELOW_DB)
        listener->quiet_ms = 0;
    else
        listener->quiet_ms += AUDIO_BLOCK_MS;
}

void listener_feed(struct listener *listener, const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    struct audio_endpoint_event event;

    audio_endpointer_feed(listener->endpointer, block, &event);
    follow_silence(listener, audio_endpointer_vad(listener->endpointer));
    if (listener->mode == MODE_ASLEEP || listener->hears_calls) {
        listener->n_taken += feed_wake(listener, block);
        if (listener->mode != MODE_OPEN)
            return;
    } else {
        listener->n_taken++;
    }
    endpoint_event(listener, &event);
    if (listener->mode == MODE_WOKEN)
        look_for_silence(listener);
}

void listener_skip(struct listener *listener)
{
    audio_endpointer_skip(listener->endpointer);
    listener->n_taken++;
}

void listener_finish(struct listener *listener)
{
    static const int16_t silence[AUDIO_BLOCK_SAMPLES];
    int n_blocks = (listener->options.endpoint.end_silence_ms + 1000) / AUDIO_BLOCK_MS;

    for (int i = 0; i < n_blocks && listener->mode != MODE_ASLEEP; i++)
        listener_feed(listener, silence);
    if (listener->mode == MODE_OPEN)
        listener_sleep(listener);
}
