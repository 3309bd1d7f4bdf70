/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/log.h"
#include "daemon/assistant_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The likeliest service of an utterance, from where on it is a name or a guess worth asking. */
#define NAMED_FROM 0.5
#define GUESS_FROM 0.3

int64_t assistant_now_ms(const struct assistant *a)
{
    return a->parts.clock->monotonic_ms(a->parts.clock);
}

struct base_datetime assistant_local_now(const struct assistant *a)
{
    return base_datetime_local(a->parts.clock->wall_ms(a->parts.clock));
}

/* Every event goes through here. A wait ends when the state changes, unless it was begun by the
 * very event that changed it. */
static void conversation_goes_on(struct assistant *a, const struct conversation_event *event)
{
    enum conversation_state before = conversation_state(a->conversation);
    int64_t timer_at_ms = a->timer_at_ms;

    conversation_event(a->conversation, event);
    if (conversation_state(a->conversation) != before && a->timer_at_ms == timer_at_ms)
        a->timer_at_ms = 0;
}

void assistant_happen(struct assistant *a, enum conversation_event_type type)
{
    struct conversation_event event = {.type = type};

    draft_clear(&event.draft);
    conversation_goes_on(a, &event);
}

/* ---- speaking ---- */

/* A prompt made precise by what the conversation need not know. */
static const char *precise_key(const struct assistant *a, const char *key)
{
    if (strcmp(key, "kept") == 0 && a->is_identity_refused)
        return "refused.identity";
    if (strcmp(key, "repair.pardon") == 0 && a->is_cut)
        return "listen.too_long";
    return key;
}

void assistant_say(void *user, const char *key, const struct draft *about)
{
    struct assistant *a = user;

    memcpy(a->talked_about, about->service, sizeof(a->talked_about));
    key = precise_key(a, key);
    speech_say(a->speech, key, about);
    if (strcmp(key, "kept") == 0 || strcmp(key, "refused.identity") == 0)
        a->is_away_told = true;
    if (strcmp(key, "privacy.answer") == 0 && a->settings.sends_transcript)
        speech_say(a->speech, "privacy.transcript", about);
}

static void on_said(void *user, const char *key, const char *text)
{
    struct assistant *a = user;

    if (a->heard_at_ms) {
        log_info("answer", "prepared after %lld ms",
                 (long long)(assistant_now_ms(a) - a->heard_at_ms));
        a->heard_at_ms = 0;
    }
    if (a->events.on_spoken)
        a->events.on_spoken(a->events.user, key, text);
}

static void on_say_again(void *user)
{
    struct assistant *a = user;

    speech_again(a->speech);
}

/* News that were cut off were not heard. */
static void on_stop_speech(void *user)
{
    struct assistant *a = user;

    speech_stop(a->speech);
    assistant_news_cut(a);
}

static void on_earcon(void *user, enum conversation_earcon which)
{
    struct assistant *a = user;

    speech_earcon(a->speech,
                  which == EARCON_LISTENING ? AUDIO_EARCON_LISTENING : AUDIO_EARCON_CLOSED);
}

/* ---- the other ops of the conversation ---- */

static void on_listen(void *user, enum conversation_expect expect)
{
    struct assistant *a = user;

    speech_begin(a->speech);
    listener_set_now(a->listener, assistant_local_now(a));
    listener_open(a->listener,
                  expect == EXPECT_REQUEST ? INTENTS_EXPECT_REQUEST : INTENTS_EXPECT_CONFIRMATION);
}

static void on_sleep(void *user)
{
    struct assistant *a = user;

    speech_forget(a->speech);
    memset(a->transcript, 0, sizeof(a->transcript));
    a->store_id[0] = a->cancel_id[0] = '\0';
    listener_sleep(a->listener);
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
        assistant_happen(a, EVENT_NOT_STORED);
    }
}

static void on_cancel(void *user, const char *id)
{
    struct assistant *a = user;

    snprintf(a->cancel_id, sizeof(a->cancel_id), "%s", id);
    /* News of it that nobody has heard are none any more, after a restart neither. */
    (void)matching_worker_told(a->parts.worker, id);
    if (matching_worker_cancel(a->parts.worker, id) < 0)
        base_log(BASE_LOG_ERROR, "cancel-failed", id, "memory is short");
}

static void on_wait(void *user, int timeout_ms)
{
    struct assistant *a = user;

    a->timer_at_ms = assistant_now_ms(a) + timeout_ms;
}

static void on_adjust(void *user, enum conversation_event_type how)
{
    struct assistant *a = user;

    speech_change(a->speech, how == EVENT_LOUDER   ? SPEECH_LOUDER
                             : how == EVENT_SOFTER ? SPEECH_SOFTER
                             : how == EVENT_SLOWER ? SPEECH_SLOWER
                                                   : SPEECH_FASTER);
    if (a->events.on_adjusted)
        a->events.on_adjusted(a->events.user, speech_rate_wpm(a->speech), speech_volume(a->speech));
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

static void on_mute_op(void *user, int is_muted)
{
    struct assistant *a = user;

    listener_sleep(a->listener);
    if (a->events.on_mute)
        a->events.on_mute(a->events.user, is_muted != 0);
}

static const struct conversation_ops conversation_ops = {
    assistant_say,
    on_say_again,
    on_stop_speech,
    on_earcon,
    on_listen,
    on_sleep,
    on_store,
    on_cancel,
    on_wait,
    on_adjust,
    on_alert,
    assistant_tell_status,
    assistant_tell_news,
    on_mute_op,
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

/* How well a stored request fits what was named. */
static int fit(const struct matching_summary *summary, const struct draft *named)
{
    return 2 * (named->service[0] && strcmp(named->service, summary->service) == 0) +
           (base_date_is_set(named->date) && told_is_of_day(summary, named->date));
}

/* The stored request that a cancellation means: what was named, else the youngest. */
static bool find_cancelled(struct assistant *a, const struct draft *named,
                           char ret_id[MATCHING_ID_SIZE], struct draft *ret_about)
{
    struct matching_summary *summaries;
    size_t n;
    int best = -1;

    if (matching_worker_list(a->parts.worker, &summaries, &n) < 0)
        return false;
    for (size_t i = n; i-- > 0;) {
        if (!told_is_cancellable(&summaries[i]) || fit(&summaries[i], named) <= best)
            continue;
        best = fit(&summaries[i], named);
        memcpy(ret_id, summaries[i].id, MATCHING_ID_SIZE);
        told_about_summary(&summaries[i], ret_about);
    }
    free(summaries);
    return best >= 0;
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
    /* "Et du beurre" to a question about a walk with the dog is somebody else's. */
    if (act != INTENTS_REQUEST && !phrasing_takes_items(a->parts.phrasing, a->talked_about))
        event->draft.n_items = 0;
    if ((act == INTENTS_CANCEL || act == INTENTS_STATUS) &&
        meaning->best_service_confidence >= NAMED_FROM)
        memcpy(event->draft.service, meaning->best_service, sizeof(event->draft.service));
    if (act == INTENTS_EMERGENCY && utterance->trust != UTTERANCE_REPEAT)
        return;
    if (act == INTENTS_REQUEST && utterance->trust == UTTERANCE_ASK) {
        event->type = EVENT_REQUEST_DOUBTFUL;
    } else if (act == INTENTS_NONE && meaning->outside_service[0] &&
               utterance->trust == UTTERANCE_ACT) {
        event->type = EVENT_REQUEST_ELSEWHERE;
        draft_from_meaning(meaning, meaning->outside_service, &event->draft);
    } else if (act == INTENTS_NONE && draft_has_details(&event->draft) &&
               utterance->trust != UTTERANCE_REPEAT) {
        event->type = EVENT_CORRECTION;
    } else if (utterance->trust == UTTERANCE_REPEAT ||
               (utterance->trust == UTTERANCE_ASK && act != INTENTS_DENY)) {
        event->type = EVENT_NOT_UNDERSTOOD;
    } else if (act == INTENTS_REQUEST) {
        event->type = request_event(a, &event->draft);
    } else if (act == INTENTS_HELP && strcmp(meaning->topic, "privacy") == 0) {
        event->type = EVENT_PRIVACY;
    }
    if (event->type == EVENT_NOT_UNDERSTOOD)
        draft_from_meaning(
            meaning, meaning->best_service_confidence >= GUESS_FROM ? meaning->best_service : "",
            &event->draft);
}

static void on_utterance(void *user, const struct utterance *utterance)
{
    struct assistant *a = user;
    char cancel_id[MATCHING_ID_SIZE];
    struct conversation_event event = {.type = EVENT_NOT_UNDERSTOOD};

    a->n_utterances++;
    a->heard_at_ms = assistant_now_ms(a);
    a->is_cut = utterance->is_cut;
    assistant_somebody_is_there(a);
    utterance_event(a, utterance, &event);
    if (event.type == EVENT_CANCEL) {
        if (find_cancelled(a, &event.draft, cancel_id, &event.cancel))
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
    conversation_goes_on(a, &event);
}

static void on_wake(void *user, int delay_ms)
{
    struct assistant *a = user;

    a->n_wakes++;
    assistant_somebody_is_there(a);
    log_info("wake", "wake phrase heard, decided %d ms after its end", delay_ms);
    assistant_happen(a, EVENT_WAKE);
}

static void on_silence(void *user)
{
    assistant_happen(user, EVENT_SILENCE);
}

/* The loudspeaker may sleep; waking it now keeps its lead out of the answer's delay. */
static void on_speech(void *user)
{
    struct assistant *a = user;

    audio_player_rouse(a->player);
}

struct listener_events assistant_listener_events(struct assistant *a)
{
    return (struct listener_events){on_wake, on_utterance, on_silence, on_speech, a};
}

/* ---- what others bring ---- */

static void on_quiet(void *user)
{
    struct assistant *a = user;

    if (!speech_ended(a->speech))
        return;
    assistant_news_heard(a);
    assistant_happen(a, EVENT_SPOKEN);
}

struct audio_player_events assistant_player_events(struct assistant *a)
{
    return (struct audio_player_events){.on_clip = NULL, .on_quiet = on_quiet, .user = a};
}

void assistant_join(struct assistant *a, struct listener *listener, struct audio_player *player)
{
    a->listener = listener;
    a->player = player;
    speech_join(a->speech, player);
}

void assistant_block(struct assistant *a, const int16_t block[AUDIO_BLOCK_SAMPLES])
{
    if (speech_is_on(a->speech))
        listener_skip(a->listener);
    else
        listener_feed(a->listener, block);
}

static void not_noted(struct assistant *a, const struct matching_event *event)
{
    base_log(BASE_LOG_ERROR, "store-failed", event->id, "reason: %d", (int)event->reason);
    assistant_happen(a,
                     event->reason == MATCHING_REASON_FULL ? EVENT_STORE_FULL : EVENT_NOT_STORED);
}

/* What the service's answer says of the service itself. */
static void learn_of_service(struct assistant *a, const struct matching_event *event)
{
    if (event->type == MATCHING_EVENT_IDENTITY_REFUSED)
        a->is_identity_refused = true;
    if (event->type == MATCHING_EVENT_TRANSMITTED || event->type == MATCHING_EVENT_SERVICE_BACK)
        a->is_identity_refused = false;
}

static void wait_to_be_told(struct assistant *a, const struct matching_event *event)
{
    if (event->type == MATCHING_EVENT_SERVICE_BACK) {
        if (!a->is_away_told)
            return; /* no failure had been announced */
        a->is_away_told = false;
    }
    if (event->type == MATCHING_EVENT_CANCELLED && !event->by_service)
        told_forget(a->told, event->id);
    told_add(a->told, event);
}

/* Events of the request in hand move the conversation; the others wait to be told. */
static void delivery_event(struct assistant *a, const struct matching_event *event)
{
    bool is_in_hand = a->store_id[0] && strcmp(event->id, a->store_id) == 0;

    base_log(BASE_LOG_INFO, "delivery", event->id[0] ? event->id : NULL, "%s",
             matching_event_name(event->type));
    learn_of_service(a, event);
    if (is_in_hand && event->type == MATCHING_EVENT_NOTED) {
        a->n_stored++;
        assistant_happen(a, EVENT_STORED);
    } else if (is_in_hand && event->type == MATCHING_EVENT_NOT_NOTED) {
        not_noted(a, event);
    } else if (is_in_hand && event->type == MATCHING_EVENT_TRANSMITTED) {
        assistant_happen(a, EVENT_TRANSMITTED);
    } else if (is_in_hand && event->type == MATCHING_EVENT_KEPT) {
        assistant_happen(a, EVENT_KEPT);
    } else if (is_in_hand && event->type == MATCHING_EVENT_REFUSED &&
               conversation_state(a->conversation) == STATE_SENDING) {
        matching_worker_told(a->parts.worker, event->id);
        assistant_happen(a, EVENT_REFUSED);
    } else {
        wait_to_be_told(a, event);
    }
    if (event->type == MATCHING_EVENT_CANCELLED && a->cancel_id[0] &&
        strcmp(event->id, a->cancel_id) == 0)
        assistant_happen(a, EVENT_WITHDRAWN);
}

void assistant_delivery(struct assistant *a)
{
    struct matching_event event;

    while (matching_worker_next_event(a->parts.worker, &event))
        delivery_event(a, &event);
}

void assistant_button(struct assistant *a, bool is_long)
{
    log_info("button", "%s press", is_long ? "long" : "short");
    assistant_somebody_is_there(a);
    assistant_happen(a, is_long ? EVENT_BUTTON_LONG : EVENT_BUTTON);
}

void assistant_set_muted(struct assistant *a, bool is_muted)
{
    log_notice("mute", "%s", is_muted ? "on" : "off");
    assistant_happen(a, is_muted ? EVENT_MUTE : EVENT_UNMUTE);
}

void assistant_set_deaf(struct assistant *a, bool is_deaf)
{
    if (is_deaf == a->is_deaf)
        return;
    a->is_deaf = is_deaf;
    if (is_deaf) {
        assistant_look_at_deafness(a);
    } else if (a->is_deaf_told) {
        a->is_deaf_told = false;
        if (speech_is_night(a->speech) && conversation_state(a->conversation) == STATE_ASLEEP)
            told_add_key(a->told, "mic.back");
        else
            assistant_happen(a, EVENT_HEARING);
    }
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
    return speech_is_on(a->speech) || audio_player_is_busy(a->player);
}

void assistant_describe(const struct assistant *a, struct base_strbuf *json)
{
    base_strbuf_addf(json,
                     "\"state\":\"%s\",\"wakes\":%u,\"utterances\":%u,\"not_understood\":%u,"
                     "\"stored\":%u,\"rate_wpm\":%d,\"volume\":%d",
                     conversation_state_name(conversation_state(a->conversation)), a->n_wakes,
                     a->n_utterances, a->n_not_understood, a->n_stored, speech_rate_wpm(a->speech),
                     speech_volume(a->speech));
}

static int remember_volunteers(struct assistant *a)
{
    struct matching_summary *summaries;
    size_t n;
    int r = matching_worker_list(a->parts.worker, &summaries, &n);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        told_remember(a->told, &summaries[i]);
    free(summaries);
    return 0;
}

int assistant_create(const struct assistant_settings *settings, const struct assistant_parts *parts,
                     const struct assistant_events *events, struct assistant **ret_assistant)
{
    struct assistant *a = calloc(1, sizeof(*a));
    struct speech_parts speech_parts = {parts->clock, parts->voice, parts->phrasing};
    int r;

    if (!a)
        return -ENOMEM;
    a->settings = *settings;
    a->parts = *parts;
    a->events = *events;
    r = speech_create(&settings->speech, &speech_parts, on_said, a, &a->speech);
    if (r == 0)
        r = told_create(settings->is_moderated, &a->told);
    if (r == 0)
        r = remember_volunteers(a);
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
    speech_destroy(a->speech);
    free(a);
}
