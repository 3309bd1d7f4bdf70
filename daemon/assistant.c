/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/assistant.h"

#include "audio/earcon.h"
#include "base/error.h"
#include "base/log.h"
#include "daemon/told.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE_STEP_WPM = 15,
    RATE_MIN_WPM = 100,
    RATE_MAX_WPM = 200,
    VOLUME_STEP = 12,
    VOLUME_MIN = 40, /* an assistant that cannot be heard cannot be turned up by voice */
    PROMPTS_REMEMBERED = 24,
};

/* How often each prompt was said in this conversation, so that a repetition changes its words. */
struct said {
    const char *key;
    unsigned n;
};

struct assistant {
    struct assistant_settings settings;
    struct assistant_parts parts;
    struct assistant_events events;
    struct conversation *conversation;
    struct listener *listener;
    struct audio_player *player;
    struct told *told; /* news that wait to be spoken */

    struct base_strbuf question; /* what was said last, for "répétez" */
    bool is_speaking;            /* words, not an earcon; ends with the player's on_quiet */
    bool is_new_speech;          /* the next say replaces `question`, later ones add to it */
    struct said said[PROMPTS_REMEMBERED];

    char store_id[MATCHING_ID_SIZE]; /* being stored or sent, "" none */
    char news_id[MATCHING_ID_SIZE];  /* being told, "" none */
    char transcript[UTTERANCE_TEXT_MAX];
    int64_t timer_at_ms; /* 0: none */
    bool told_away;      /* the resident was told that the service is away: tell when it is back */
    int64_t heard_at_ms; /* the last utterance was decided, until the first sound of the answer */

    unsigned n_wakes, n_utterances, n_not_understood, n_stored;
};

/* ---- speaking ---- */

static int64_t now_ms(const struct assistant *a)
{
    return a->parts.clock->monotonic_ms(a->parts.clock);
}

static struct base_datetime local_now(const struct assistant *a)
{
    return base_datetime_local(a->parts.clock->wall_ms(a->parts.clock));
}

/* Renders and queues. A sentence that cannot be spoken is replaced by an earcon: silence would be
 * worse (R25). */
static void speak_text(struct assistant *a, const char *text)
{
    struct tts_sound sound;
    int r = tts_voice_render_speech(a->parts.voice, text, &sound);

    a->is_speaking = true;
    if (r == 0) {
        r = audio_player_play(a->player, sound.samples, sound.n_samples, sound.rate_hz, NULL);
        free(sound.samples);
    }
    if (r != 0) {
        int16_t tone[AUDIO_EARCON_MAX_SAMPLES];
        size_t n = audio_earcon_render(AUDIO_EARCON_FAILED, tone);

        log_error("speech-failed", "a sentence could not be spoken: %d", r);
        audio_player_play(a->player, tone, n, AUDIO_RATE_HZ, NULL);
    }
    if (a->heard_at_ms) {
        log_info("answer", "prepared after %lld ms", (long long)(now_ms(a) - a->heard_at_ms));
        a->heard_at_ms = 0;
    }
    if (a->events.on_spoken)
        a->events.on_spoken(a->events.user, text);
}

static unsigned count_said(struct assistant *a, const char *key)
{
    for (int i = 0; i < PROMPTS_REMEMBERED; i++) {
        if (!a->said[i].key) {
            a->said[i] = (struct said){key, 1};
            return 0;
        }
        if (strcmp(a->said[i].key, key) == 0)
            return a->said[i].n++;
    }
    return 0;
}

static void on_say(void *user, const char *key, const struct draft *about)
{
    struct assistant *a = user;
    struct base_strbuf text;
    int r;

    base_strbuf_init(&text);
    r = phrasing_say(a->parts.phrasing, key, about, count_said(a, key), local_now(a), &text);
    if (r < 0)
        log_error("prompt-missing", "%s: %s", key, strerror(-r));
    log_info("say", "%s", key);
    if (a->is_new_speech)
        base_strbuf_clear(&a->question);
    else if (a->question.length)
        base_strbuf_add(&a->question, " ");
    a->is_new_speech = false;
    base_strbuf_add(&a->question, base_strbuf_text(&text));
    speak_text(a, base_strbuf_text(&text));
    base_strbuf_finish(&text);
}

static void set_voice(struct assistant *a, int rate_wpm)
{
    struct tts_voice_settings voice = a->settings.voice;

    voice.rate_wpm = rate_wpm;
    if (tts_voice_set(a->parts.voice, &voice) != 0)
        log_warning("voice-setting", "the voice refused %d words a minute", rate_wpm);
}

static void on_say_again(void *user)
{
    struct assistant *a = user;
    int slower = a->settings.voice.rate_wpm - RATE_STEP_WPM;

    if (!a->question.length) {
        struct draft none;

        draft_clear(&none);
        on_say(a, "repeat.nothing", &none);
        return;
    }
    set_voice(a, slower < RATE_MIN_WPM ? RATE_MIN_WPM : slower);
    speak_text(a, base_strbuf_text(&a->question));
    set_voice(a, a->settings.voice.rate_wpm);
}

static void on_stop_speech(void *user)
{
    struct assistant *a = user;

    audio_player_flush(a->player);
    a->is_speaking = false;
    a->is_new_speech = true;
}

static void on_earcon(void *user, enum conversation_earcon which)
{
    struct assistant *a = user;
    int16_t tone[AUDIO_EARCON_MAX_SAMPLES];
    size_t n = audio_earcon_render(
        which == EARCON_LISTENING ? AUDIO_EARCON_LISTENING : AUDIO_EARCON_CLOSED, tone);

    audio_player_play(a->player, tone, n, AUDIO_RATE_HZ, NULL);
}

/* ---- the other ops of the conversation ---- */

static void on_listen(void *user, enum conversation_expect expect)
{
    struct assistant *a = user;

    a->is_new_speech = true;
    listener_set_now(a->listener, local_now(a));
    listener_open(a->listener,
                  expect == EXPECT_REQUEST ? INTENTS_EXPECT_REQUEST : INTENTS_EXPECT_CONFIRMATION);
}

static void on_sleep(void *user)
{
    struct assistant *a = user;

    a->is_new_speech = true;
    memset(a->said, 0, sizeof(a->said));
    memset(a->transcript, 0, sizeof(a->transcript));
    a->timer_at_ms = 0;
    a->store_id[0] = '\0';
    listener_sleep(a->listener);
}

static void happen(struct assistant *a, enum conversation_event_type type)
{
    struct conversation_event event = {.type = type};

    draft_clear(&event.draft);
    conversation_event(a->conversation, &event);
}

/* A request as the service wants it; points into the draft and the caller's buffers. */
static struct matching_request to_request(const struct assistant *a, const struct draft *draft,
                                          const char *items[DRAFT_ITEMS_MAX])
{
    struct matching_request request = {
        .kind = MATCHING_KIND_REQUEST,
        .service = draft->service,
        .items = items,
        .n_items = draft->n_items,
        .language = a->settings.language,
        .territory = a->settings.territory,
        .device = a->settings.device,
        .resident = a->settings.resident[0] ? a->settings.resident : NULL,
        .transcript = a->settings.sends_transcript && a->transcript[0] ? a->transcript : NULL,
    };

    if (strcmp(draft->service, "callback") == 0) {
        request.kind = MATCHING_KIND_CALLBACK;
        request.service = NULL;
    }
    base_date_format(draft->date, request.when.date);
    base_time_format(draft->time, request.when.time);
    snprintf(request.when.part, sizeof(request.when.part), "%s", draft->part);
    for (size_t i = 0; i < draft->n_items; i++)
        items[i] = draft->items[i];
    return request;
}

static void on_store(void *user, const struct draft *draft)
{
    struct assistant *a = user;
    const char *items[DRAFT_ITEMS_MAX];
    struct matching_request request = to_request(a, draft, items);
    char spoken_at[40];
    int r;

    base_clock_format_local(a->parts.clock->wall_ms(a->parts.clock), spoken_at);
    request.spoken_at = spoken_at;
    r = matching_worker_submit(a->parts.worker, &request, a->store_id);
    if (r < 0) {
        log_error("store-failed", "%s", strerror(-r));
        happen(a, EVENT_NOT_STORED);
    }
}

static void on_cancel(void *user, const char *id)
{
    struct assistant *a = user;

    if (matching_worker_cancel(a->parts.worker, id) < 0)
        base_log(BASE_LOG_ERROR, "cancel-failed", id, "memory is short");
}

static void on_wait(void *user, int timeout_ms)
{
    struct assistant *a = user;

    a->timer_at_ms = now_ms(a) + timeout_ms;
}

static int clamp(int value, int min, int max)
{
    return value < min ? min : value > max ? max : value;
}

static void on_adjust(void *user, enum conversation_event_type how)
{
    struct assistant *a = user;
    int *rate = &a->settings.voice.rate_wpm, *volume = &a->settings.volume;

    if (how == EVENT_SLOWER || how == EVENT_FASTER) {
        *rate = clamp(*rate + (how == EVENT_FASTER ? RATE_STEP_WPM : -RATE_STEP_WPM), RATE_MIN_WPM,
                      RATE_MAX_WPM);
        set_voice(a, *rate);
    } else {
        *volume =
            clamp(*volume + (how == EVENT_LOUDER ? VOLUME_STEP : -VOLUME_STEP), VOLUME_MIN, 100);
        audio_player_set_volume(a->player, *volume);
    }
    log_info("adjusted", "rate: %d wpm, volume: %d", *rate, *volume);
    if (a->events.on_adjusted)
        a->events.on_adjusted(a->events.user, *rate, *volume);
}

static void on_alert(void *user)
{
    struct assistant *a = user;
    char id[MATCHING_ID_SIZE], spoken_at[40];
    int r;

    log_warning("emergency", "emergency words were heard");
    if (!a->settings.has_alert)
        return;
    base_clock_format_local(a->parts.clock->wall_ms(a->parts.clock), spoken_at);
    r = matching_worker_alert(a->parts.worker, a->settings.resident, spoken_at, id);
    if (r < 0)
        log_error("alert-failed", "%s", strerror(-r));
}

static void on_tell_status(void *user)
{
    struct assistant *a = user;
    struct matching_summary *summaries = NULL;
    struct draft about;
    size_t n = 0, n_told = 0;

    if (matching_worker_list(a->parts.worker, &summaries, &n) < 0)
        n = 0;
    for (size_t i = n; i-- > 0 && n_told < 3;) {
        const char *key = told_status_key(&summaries[i]);

        if (!key)
            continue;
        told_about_summary(&summaries[i], &about);
        on_say(a, key, &about);
        matching_worker_told(a->parts.worker, summaries[i].id);
        n_told++;
    }
    free(summaries);
    draft_clear(&about);
    if (n_told == 0)
        on_say(a, "status.none", &about);
}

static void on_mute_op(void *user, int is_muted)
{
    struct assistant *a = user;

    listener_sleep(a->listener);
    if (a->events.on_mute)
        a->events.on_mute(a->events.user, is_muted != 0);
}

static const struct conversation_ops conversation_ops = {
    on_say,    on_say_again, on_stop_speech, on_earcon, on_listen,      on_sleep,   on_store,
    on_cancel, on_wait,      on_adjust,      on_alert,  on_tell_status, on_mute_op,
};

/* ---- hearing ---- */

static void draft_from_meaning(const struct intents_result *meaning, const char *service,
                               struct draft *ret_draft)
{
    draft_clear(ret_draft);
    snprintf(ret_draft->service, sizeof(ret_draft->service), "%s", service);
    ret_draft->date = meaning->date;
    ret_draft->time = meaning->time;
    snprintf(ret_draft->part, sizeof(ret_draft->part), "%s", intents_part_name(meaning->part));
    for (size_t i = 0; i < meaning->n_items && ret_draft->n_items < DRAFT_ITEMS_MAX; i++)
        snprintf(ret_draft->items[ret_draft->n_items++], DRAFT_ITEM_MAX, "%s", meaning->items[i]);
}

/* The stored request that a cancellation means: of the named service, else the youngest. */
static bool find_cancelled(struct assistant *a, const char *service, char ret_id[MATCHING_ID_SIZE],
                           struct draft *ret_about)
{
    struct matching_summary *summaries;
    size_t n;
    bool found = false;

    if (matching_worker_list(a->parts.worker, &summaries, &n) < 0)
        return false;
    for (size_t i = n; i-- > 0 && !found;) {
        if (!told_is_cancellable(&summaries[i]) ||
            (service[0] && strcmp(service, summaries[i].service) != 0))
            continue;
        memcpy(ret_id, summaries[i].id, MATCHING_ID_SIZE);
        told_about_summary(&summaries[i], ret_about);
        found = true;
    }
    free(summaries);
    return found;
}

static enum conversation_event_type request_event(struct assistant *a, struct draft *draft)
{
    const char *items[DRAFT_ITEMS_MAX];
    struct matching_request request = to_request(a, draft, items);
    struct matching_summary before;
    int64_t within_ms = (int64_t)a->settings.duplicate_minutes * 60000;

    if (within_ms == 0 ||
        !matching_worker_find_similar(a->parts.worker, &request, within_ms, &before))
        return EVENT_REQUEST;
    draft->asked = base_datetime_local(before.noted_wall_ms).time;
    return EVENT_REQUEST_TWICE;
}

static enum conversation_event_type act_event(enum intents_act act)
{
    static const enum conversation_event_type events[INTENTS_N_ACTS] = {
        [INTENTS_NONE] = EVENT_NOT_UNDERSTOOD, [INTENTS_REQUEST] = EVENT_REQUEST,
        [INTENTS_AFFIRM] = EVENT_AFFIRM,       [INTENTS_DENY] = EVENT_DENY,
        [INTENTS_CANCEL] = EVENT_CANCEL,       [INTENTS_REPEAT] = EVENT_REPEAT,
        [INTENTS_STATUS] = EVENT_STATUS,       [INTENTS_HELP] = EVENT_HELP,
        [INTENTS_LOUDER] = EVENT_LOUDER,       [INTENTS_SOFTER] = EVENT_SOFTER,
        [INTENTS_SLOWER] = EVENT_SLOWER,       [INTENTS_FASTER] = EVENT_FASTER,
        [INTENTS_EMERGENCY] = EVENT_EMERGENCY,
    };

    return events[act];
}

/* What an utterance is to the conversation, by its meaning and how sure we are of it. */
static void utterance_event(struct assistant *a, const struct utterance *utterance,
                            struct conversation_event *event)
{
    const struct intents_result *meaning = &utterance->meaning;
    enum intents_act act = meaning->act;

    event->type = act_event(act);
    draft_from_meaning(meaning, meaning->service, &event->draft);
    if (act == INTENTS_EMERGENCY && utterance->trust != UTTERANCE_REPEAT)
        return;
    if (act == INTENTS_REQUEST && utterance->trust == UTTERANCE_ASK) {
        event->type = EVENT_REQUEST_DOUBTFUL;
    } else if (act == INTENTS_NONE && meaning->outside_service[0]) {
        event->type = EVENT_REQUEST_ELSEWHERE;
        draft_from_meaning(meaning, meaning->outside_service, &event->draft);
    } else if (act == INTENTS_NONE && draft_has_details(&event->draft)) {
        event->type = EVENT_CORRECTION;
    } else if (utterance->trust == UTTERANCE_REPEAT ||
               (utterance->trust == UTTERANCE_ASK && act != INTENTS_DENY)) {
        event->type = EVENT_NOT_UNDERSTOOD;
    } else if (act == INTENTS_REQUEST) {
        event->type = request_event(a, &event->draft);
    }
}

static void on_utterance(void *user, const struct utterance *utterance)
{
    struct assistant *a = user;
    char cancel_id[MATCHING_ID_SIZE];
    struct conversation_event event = {.type = EVENT_NOT_UNDERSTOOD};

    a->n_utterances++;
    a->heard_at_ms = now_ms(a);
    utterance_event(a, utterance, &event);
    if (event.type == EVENT_CANCEL) {
        if (find_cancelled(a, utterance->meaning.service, cancel_id, &event.cancel))
            event.cancel_id = cancel_id;
        else
            event.type = EVENT_CANCEL_NOTHING;
    }
    a->n_not_understood += event.type == EVENT_NOT_UNDERSTOOD;
    if (event.type == EVENT_REQUEST || event.type == EVENT_REQUEST_DOUBTFUL)
        snprintf(a->transcript, sizeof(a->transcript), "%s", utterance->text);
    log_info("utterance", "act: %s, service: %s, confidence: %.2f, %.1f s of sound, %.2f s of cpu",
             intents_act_name(utterance->meaning.act), utterance->meaning.service,
             utterance->confidence, utterance->audio_s, utterance->cpu_s);
    if (a->events.on_heard)
        a->events.on_heard(a->events.user, utterance);
    conversation_event(a->conversation, &event);
}

static void on_wake(void *user, int delay_ms)
{
    struct assistant *a = user;

    a->n_wakes++;
    log_info("wake", "wake phrase heard, decided %d ms after its end", delay_ms);
    happen(a, EVENT_WAKE);
}

static void on_silence(void *user)
{
    happen(user, EVENT_SILENCE);
}

struct listener_events assistant_listener_events(struct assistant *a)
{
    return (struct listener_events){on_wake, on_utterance, on_silence, a};
}

/* ---- what others bring ---- */

static void on_quiet(void *user)
{
    struct assistant *a = user;

    if (!a->is_speaking)
        return;
    a->is_speaking = false;
    a->is_new_speech = true;
    if (a->news_id[0] && matching_worker_told(a->parts.worker, a->news_id) == 0)
        base_log(BASE_LOG_INFO, "news-told", a->news_id, "spoken");
    a->news_id[0] = '\0';
    happen(a, EVENT_SPOKEN);
}

struct audio_player_events assistant_player_events(struct assistant *a)
{
    return (struct audio_player_events){.on_clip = NULL, .on_quiet = on_quiet, .user = a};
}

void assistant_join(struct assistant *a, struct listener *listener, struct audio_player *player)
{
    a->listener = listener;
    a->player = player;
}

void assistant_block(struct assistant *a, const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    if (a->is_speaking)
        listener_skip(a->listener);
    else
        listener_feed(a->listener, block);
}

static void not_noted(struct assistant *a, const struct matching_event *event)
{
    base_log(BASE_LOG_ERROR, "store-failed", event->id, "reason: %d", (int)event->reason);
    happen(a, event->reason == MATCHING_REASON_FULL ? EVENT_STORE_FULL : EVENT_NOT_STORED);
}

/* Events of the request in hand move the conversation; the others wait to be told. */
static void delivery_event(struct assistant *a, const struct matching_event *event)
{
    bool is_in_hand = a->store_id[0] && strcmp(event->id, a->store_id) == 0;

    base_log(BASE_LOG_INFO, "delivery", event->id[0] ? event->id : NULL, "%s",
             matching_event_name(event->type));
    if (is_in_hand && event->type == MATCHING_EVENT_NOTED) {
        a->n_stored++;
        happen(a, EVENT_STORED);
    } else if (is_in_hand && event->type == MATCHING_EVENT_NOT_NOTED) {
        not_noted(a, event);
    } else if (is_in_hand && event->type == MATCHING_EVENT_TRANSMITTED) {
        happen(a, EVENT_TRANSMITTED);
    } else if (is_in_hand && event->type == MATCHING_EVENT_KEPT) {
        a->told_away = true;
        happen(a, EVENT_KEPT);
    } else if (is_in_hand && event->type == MATCHING_EVENT_REFUSED &&
               conversation_state(a->conversation) == STATE_SENDING) {
        matching_worker_told(a->parts.worker, event->id);
        happen(a, EVENT_REFUSED);
    } else if (event->type != MATCHING_EVENT_SERVICE_BACK || a->told_away) {
        a->told_away = a->told_away && event->type != MATCHING_EVENT_SERVICE_BACK;
        told_add(a->told, event);
    }
}

void assistant_delivery(struct assistant *a)
{
    struct matching_event event;

    while (matching_worker_next_event(a->parts.worker, &event))
        delivery_event(a, &event);
}

static int minutes(struct base_time time)
{
    return time.hour * 60 + time.minute;
}

static bool may_tell_news(const struct assistant *a)
{
    int now = minutes(local_now(a).time);

    return conversation_state(a->conversation) == STATE_ASLEEP &&
           !audio_player_is_busy(a->player) && now >= minutes(a->settings.news_from) &&
           now < minutes(a->settings.news_to);
}

static void tell_news(struct assistant *a)
{
    struct conversation_event event = {.type = EVENT_NEWS};
    struct told_news news;

    if (!told_take(a->told, &news))
        return;
    memcpy(a->news_id, news.id, sizeof(a->news_id));
    event.news_key = news.key;
    event.draft = news.about;
    conversation_event(a->conversation, &event);
}

void assistant_tick(struct assistant *a)
{
    if (a->timer_at_ms && now_ms(a) >= a->timer_at_ms) {
        a->timer_at_ms = 0;
        happen(a, EVENT_TIMER);
    }
    if (told_is_waiting(a->told) && may_tell_news(a))
        tell_news(a);
}

void assistant_button(struct assistant *a, bool is_long)
{
    log_info("button", "%s press", is_long ? "long" : "short");
    happen(a, is_long ? EVENT_BUTTON_LONG : EVENT_BUTTON);
}

void assistant_set_muted(struct assistant *a, bool is_muted)
{
    log_notice("mute", "%s", is_muted ? "on" : "off");
    happen(a, is_muted ? EVENT_MUTE : EVENT_UNMUTE);
}

void assistant_set_deaf(struct assistant *a, bool is_deaf)
{
    happen(a, is_deaf ? EVENT_DEAF : EVENT_HEARING);
}

void assistant_announce(struct assistant *a, const char *key)
{
    told_add_key(a->told, key);
}

enum conversation_state assistant_state(const struct assistant *a)
{
    return conversation_state(a->conversation);
}

bool assistant_is_speaking(const struct assistant *a)
{
    return a->is_speaking || audio_player_is_busy(a->player);
}

void assistant_describe(const struct assistant *a, struct base_strbuf *json)
{
    base_strbuf_addf(json,
                     "\"state\":\"%s\",\"wakes\":%u,\"utterances\":%u,\"not_understood\":%u,"
                     "\"stored\":%u,\"rate_wpm\":%d,\"volume\":%d",
                     conversation_state_name(conversation_state(a->conversation)), a->n_wakes,
                     a->n_utterances, a->n_not_understood, a->n_stored, a->settings.voice.rate_wpm,
                     a->settings.volume);
}

int assistant_create(const struct assistant_settings *settings, const struct assistant_parts *parts,
                     const struct assistant_events *events, struct assistant **ret_assistant)
{
    struct assistant *a = calloc(1, sizeof(*a));
    int r;

    if (!a)
        return -ENOMEM;
    a->settings = *settings;
    a->parts = *parts;
    a->events = *events;
    a->is_new_speech = true;
    base_strbuf_init(&a->question);
    r = told_create(&a->told);
    if (r == 0)
        r = conversation_create(&conversation_ops, a, &a->conversation);
    if (r < 0) {
        assistant_destroy(a);
        return base_trace(r);
    }
    *ret_assistant = a;
    return 0;
}

void assistant_destroy(struct assistant *a)
{
    if (!a)
        return;
    conversation_destroy(a->conversation);
    told_destroy(a->told);
    base_strbuf_finish(&a->question);
    free(a);
}
