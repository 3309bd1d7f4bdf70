/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assistant's hearing: an utterance, with how sure we are of it, becomes an event of the
 * conversation. */
#include "base/log.h"
#include "daemon/assistant_private.h"
#include "intents/aside.h"

#include <stdio.h>
#include <string.h>

/* The likeliest service of an utterance, from where on it is a name or a guess worth asking. */
#define NAMED_FROM 0.5
#define GUESS_FROM 0.4
/* How sure what is said unasked must be, whatever it is. */
#define UNASKED_FROM 0.5

_Static_assert(DRAFT_ITEMS_MAX == INTENTS_ITEMS_MAX, "a list is drafted as it was understood");

static void draft_from_meaning(const struct intents_result *meaning, const char *service,
                               struct draft *ret_draft)
{
    draft_clear(ret_draft);
    snprintf(ret_draft->service, sizeof(ret_draft->service), "%s", service);
    ret_draft->date = meaning->date;
    ret_draft->time = meaning->time;
    snprintf(ret_draft->part, sizeof(ret_draft->part), "%s", intents_part_name(meaning->part));
    ret_draft->is_repeated = meaning->is_repeated;
    ret_draft->is_off_weekday = meaning->is_off_weekday;
    ret_draft->misses_item = meaning->misses_item && meaning->n_also == 0;
    ret_draft->is_full = meaning->is_cut;
    for (size_t i = 0; i < meaning->n_items; i++)
        snprintf(ret_draft->items[ret_draft->n_items++], DRAFT_ITEM_MAX, "%s", meaning->items[i]);
    for (size_t i = 0; i < meaning->n_dropped; i++)
        snprintf(ret_draft->dropped[ret_draft->n_dropped++], DRAFT_ITEM_MAX, "%s",
                 meaning->dropped[i]);
}

/* One of the other requests of the sentence. One that names no service is the same once more. */
static void draft_from_also(const struct intents_also *also, const struct draft *first,
                            struct draft *ret_draft)
{
    draft_clear(ret_draft);
    if (!also->service[0])
        *ret_draft = *first;
    else
        snprintf(ret_draft->service, sizeof(ret_draft->service), "%s", also->service);
    ret_draft->date = also->date;
    ret_draft->time = also->time;
    snprintf(ret_draft->part, sizeof(ret_draft->part), "%s", intents_part_name(also->part));
    ret_draft->is_repeated = also->is_repeated;
    ret_draft->is_off_weekday = also->is_off_weekday;
    ret_draft->is_full = also->is_cut;
    for (size_t i = 0; i < also->n_items; i++)
        draft_add_item(ret_draft, also->items[i]);
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

/* Whom the service that is asked for or talked about shall be for, where the sentence says it. */
static void hear_kind(const struct assistant *a, const char *text, struct draft *draft)
{
    const char *service = draft->service[0] ? draft->service : a->talked_about;

    snprintf(draft->kind, sizeof(draft->kind), "%s",
             phrasing_kind_said(a->parts.phrasing, service, text));
}

enum conversation_event_type assistant_request_event(struct assistant *a, struct draft *draft)
{
    if (!phrasing_is_offered(a->parts.phrasing, draft->service))
        return EVENT_REQUEST_ELSEWHERE;
    if (assistant_asked_before(a, draft))
        return EVENT_REQUEST_TWICE;
    return phrasing_what_lacks(a->parts.phrasing, draft) ? EVENT_REQUEST_OPEN : EVENT_REQUEST;
}

static bool asks_about_request(const struct assistant *a)
{
    return conversation_asks_about_request(conversation_state(a->conversation));
}

/* "Non, c'est pour le chien": the day that was restated still holds. */
static enum conversation_event_type instead_event(struct assistant *a, enum utterance_trust trust,
                                                  struct draft *draft)
{
    if (trust != UTTERANCE_ACT || !asks_about_request(a))
        return EVENT_DENY;
    draft_inherit(draft, conversation_draft(a->conversation));
    return assistant_request_event(a, draft);
}

/* What was said beside the matter. Returns: N_EVENTS none. */
static enum conversation_event_type aside_event(const char *topic)
{
    static const struct {
        const char *topic;
        enum conversation_event_type type;
    } asides[] = {
        {INTENTS_TOPIC_WAIT, EVENT_WAIT},       {INTENTS_TOPIC_THINKS, EVENT_THINKS},
        {INTENTS_TOPIC_HELLO, EVENT_HELLO},     {INTENTS_TOPIC_THANKS, EVENT_THANKS},
        {INTENTS_TOPIC_GOODBYE, EVENT_GOODBYE}, {INTENTS_TOPIC_ENOUGH, EVENT_DENY},
        {INTENTS_TOPIC_MORE, EVENT_MORE},       {INTENTS_TOPIC_DOUBT, EVENT_REPEAT},
        {INTENTS_TOPIC_CLOCK, EVENT_CLOCK},     {INTENTS_TOPIC_TODAY, EVENT_TODAY},
        {INTENTS_TOPIC_WHO, EVENT_WHO},         {INTENTS_TOPIC_USUAL, EVENT_USUAL},
    };

    for (size_t i = 0; i < sizeof(asides) / sizeof(asides[0]); i++) {
        if (strcmp(asides[i].topic, topic) == 0)
            return asides[i].type;
    }
    return N_EVENTS;
}

/* The day of the second half of "oui, et aussi vendredi" is that of another request like the first.
 */
static bool adds_day(const struct assistant *a, const struct intents_result *meaning)
{
    const struct draft *first = conversation_draft(a->conversation);

    return meaning->answer == INTENTS_YES && meaning->is_besides &&
           meaning->act == INTENTS_AFFIRM && base_date_is_set(meaning->date) &&
           base_date_is_set(first->date) && base_date_compare(meaning->date, first->date) != 0;
}

static void add_also(struct conversation_event *event, const struct draft *draft)
{
    if (event->n_also < CONVERSATION_ALSO_MAX)
        event->also[event->n_also++] = *draft;
}

/* The requests of the sentence beside the first, and what the first is to the one in question. */
static void hear_others(struct assistant *a, const struct utterance *utterance,
                        struct conversation_event *event)
{
    const struct intents_result *meaning = &utterance->meaning;
    bool is_request = event->type == EVENT_REQUEST || event->type == EVENT_REQUEST_OPEN ||
                      event->type == EVENT_REQUEST_TWICE || event->type == EVENT_REQUEST_ELSEWHERE;
    bool is_joined = asks_about_request(a) && meaning->is_besides &&
                     meaning->answer != INTENTS_NO && utterance->trust == UTTERANCE_ACT &&
                     (is_request || adds_day(a, meaning));

    event->is_no = meaning->answer == INTENTS_NO || meaning->is_instead;
    if (is_joined) {
        if (!is_request) {
            struct draft other = *conversation_draft(a->conversation);

            (void)draft_correct(&other, &event->draft);
            event->draft = other;
        }
        add_also(event, &event->draft);
        event->type = meaning->answer == INTENTS_YES ? EVENT_AFFIRM_AND : EVENT_REQUEST_BESIDES;
    }
    if (!is_joined && !is_request && event->type != EVENT_CORRECTION &&
        event->type != EVENT_REQUEST_DOUBTFUL)
        return;
    for (size_t i = 0; i < meaning->n_also; i++) {
        struct draft other;

        draft_from_also(&meaning->also[i], conversation_draft(a->conversation), &other);
        add_also(event, &other);
    }
    if (is_joined)
        draft_clear(&event->draft);
}

/* Nobody was asked anything, and a television talks on: words that cost little when they are asked
 * for must be heard better here. A call for help counts as always. */
static bool is_hardly_for_us(const struct assistant *a, const struct utterance *utterance)
{
    enum conversation_state state = conversation_state(a->conversation);

    return (state == STATE_LINGERING || state == STATE_SENDING) &&
           utterance->meaning.act != INTENTS_EMERGENCY &&
           (utterance->is_cut || utterance->confidence < UNASKED_FROM);
}

/* What makes no pause in as long as an utterance may be is a television, and what comes behind is
 * its next words: the ears close. */
static enum conversation_event_type hardly_for_us_event(const struct utterance *utterance)
{
    return utterance->is_cut ? EVENT_SILENCE : EVENT_NOT_UNDERSTOOD;
}

/* "Non, tout va bien, c'est le chat", "non, gardez-la": whatever else was said. */
static bool is_plain_no(const struct assistant *a, enum conversation_event_type type,
                        const struct utterance *utterance)
{
    enum conversation_state state = conversation_state(a->conversation);

    if (utterance->meaning.answer != INTENTS_NO || utterance->trust != UTTERANCE_ACT)
        return false;
    return (type == EVENT_NOT_UNDERSTOOD && state == STATE_ALARMED) ||
           ((type == EVENT_NOT_UNDERSTOOD || type == EVENT_CANCEL) && state == STATE_CANCELLING);
}

/* "Oui, annulez-la." Without a yes it may have been "n'annulez pas". */
static bool is_yes_to_cancel(const struct assistant *a, const struct intents_result *meaning)
{
    return conversation_state(a->conversation) == STATE_CANCELLING &&
           meaning->answer == INTENTS_YES &&
           (!meaning->topic[0] || strcmp(meaning->topic, INTENTS_TOPIC_LEAVE) == 0);
}

/* "Stop", "chut" at a question that nobody has asked for is said of the question; "annulez" is of a
 * request. */
static bool leaves_consent(const struct assistant *a, const struct intents_result *meaning)
{
    return conversation_state(a->conversation) == STATE_CONSENTING &&
           (strcmp(meaning->topic, INTENTS_TOPIC_LEAVE) == 0 ||
            strcmp(meaning->topic, "hush") == 0);
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
        event->draft.n_items = event->draft.n_dropped = 0;
    if ((act == INTENTS_CANCEL || act == INTENTS_STATUS) &&
        meaning->best_service_confidence >= NAMED_FROM)
        memcpy(event->draft.service, meaning->best_service, sizeof(event->draft.service));
    if (act == INTENTS_EMERGENCY && utterance->trust != UTTERANCE_REPEAT)
        return;
    if (utterance->trust == UTTERANCE_ACT && aside_event(meaning->topic) != N_EVENTS) {
        event->type = aside_event(meaning->topic);
        return;
    }
    if (act == INTENTS_REQUEST && meaning->is_instead) {
        event->type = instead_event(a, utterance->trust, &event->draft);
    } else if (act == INTENTS_REQUEST && utterance->trust == UTTERANCE_ASK) {
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
    } else if (act == INTENTS_REQUEST && meaning->is_mixed) {
        event->type = EVENT_MIXED;
    } else if (act == INTENTS_REQUEST) {
        event->type = assistant_request_event(a, &event->draft);
    } else if (act == INTENTS_CANCEL && strcmp(meaning->topic, "everything") == 0) {
        event->type = EVENT_ERASE;
    } else if (act == INTENTS_CANCEL && is_yes_to_cancel(a, meaning)) {
        event->type = EVENT_AFFIRM;
    } else if (act == INTENTS_CANCEL && leaves_consent(a, meaning)) {
        event->type = EVENT_GOODBYE;
    } else if (act == INTENTS_CANCEL && strcmp(meaning->topic, "microphone") == 0) {
        event->type = a->settings.has_button ? EVENT_MUTE : EVENT_MUTE_IN_VAIN;
    } else if (strcmp(meaning->topic, "pitch") == 0) {
        event->type = act == INTENTS_SOFTER ? EVENT_DEEPER : EVENT_HIGHER;
    } else if (act == INTENTS_HELP && strcmp(meaning->topic, "privacy") == 0) {
        event->type = EVENT_PRIVACY;
    }
    if (is_plain_no(a, event->type, utterance))
        event->type = EVENT_DENY;
    if (event->type == EVENT_NOT_UNDERSTOOD)
        draft_from_meaning(
            meaning, meaning->best_service_confidence >= GUESS_FROM ? meaning->best_service : "",
            &event->draft);
    hear_kind(a, utterance->text, &event->draft);
    hear_others(a, utterance, event);
    for (size_t i = 0; i < event->n_also; i++)
        hear_kind(a, utterance->text, &event->also[i]);
}

/* From when our tone is queued: it takes 250 ms, as much on its way, and the room keeps it. Who
 * waits for it ends no word so soon. */
enum { TONE_MS = 900 };

/*
 * The tone that answers the wake phrase, in a microphone that hears our loudspeaker: it is too
 * short to be found and taken out before anything else of ours has sounded, and was heard as "vous
 * avez dit" or "faut à vous". Whoever asks for something is not done so soon behind it.
 */
static bool is_own_tone(const struct assistant *a, const struct utterance *utterance)
{
    double since_end_s = listener_now_s(a->listener) - utterance->end_s;
    int64_t end_ms = assistant_now_ms(a) - (int64_t)(since_end_s * 1000);

    return conversation_state(a->conversation) == STATE_LISTENING && a->tone_at_ms > 0 &&
           !utterance->is_woken && end_ms < a->tone_at_ms + TONE_MS;
}

/* Whoever calls begins another conversation, though the ears were still open. */
static void begin_anew(struct assistant *a)
{
    a->is_called = true;
    assistant_happen(a, EVENT_CALLED);
    a->is_called = false;
}

static void on_utterance(void *user, const struct utterance *utterance)
{
    struct assistant *a = user;
    char cancel_id[MATCHING_ID_SIZE];
    struct conversation_event event = {.type = EVENT_NOT_UNDERSTOOD};

    draft_clear(&event.draft);
    if (a->hears_over && assistant_hear_interruption(a, utterance))
        return;
    if (is_own_tone(a, utterance)) {
        log_info("own-tone", "what was heard was the tone before it");
        assistant_open_ears(a);
        return;
    }
    if (!assistant_is_for_us(a, utterance)) {
        assistant_open_ears(a);
        return;
    }
    a->n_utterances++;
    a->heard_at_ms = assistant_now_ms(a);
    a->is_cut = utterance->is_cut;
    assistant_somebody_is_there(a);
    if (utterance->is_woken)
        begin_anew(a);
    if (is_hardly_for_us(a, utterance))
        event.type = hardly_for_us_event(utterance);
    else
        utterance_event(a, utterance, &event);
    if (event.type == EVENT_CANCEL) {
        if (assistant_find_cancelled(a, &event.draft, cancel_id, &event.cancel))
            event.cancel_id = cancel_id;
        else
            event.type = EVENT_CANCEL_NOTHING;
    }
    a->n_not_understood += event.type == EVENT_NOT_UNDERSTOOD;
    if (event.type == EVENT_REQUEST || event.type == EVENT_REQUEST_OPEN ||
        event.type == EVENT_REQUEST_DOUBTFUL)
        snprintf(a->transcript, sizeof(a->transcript), "%s", utterance->text);
    if (event.n_also > 0)
        snprintf(a->next_transcript, sizeof(a->next_transcript), "%s", utterance->text);
    log_info("utterance", "act: %s, service: %s, confidence: %.2f, %.1f s of sound, %.2f s of cpu",
             intents_act_name(utterance->meaning.act), utterance->meaning.service,
             utterance->confidence, utterance->audio_s, utterance->cpu_s);
    if (utterance->meaning.act == INTENTS_REQUEST)
        learning_heard(a->parts.learning, utterance->meaning.service);
    else if (utterance->meaning.act == INTENTS_DENY)
        learning_drop(a->parts.learning);
    if (a->events.on_heard)
        a->events.on_heard(a->events.user, utterance);
    assistant_goes_on(a, &event);
}

static void on_wake(void *user, int delay_ms)
{
    struct assistant *a = user;

    a->n_wakes++;
    assistant_somebody_is_there(a);
    log_info("wake", "wake phrase heard, decided %d ms after its end", delay_ms);
    begin_anew(a);
    assistant_happen(a, EVENT_WAKE);
}

static void on_silence(void *user)
{
    struct assistant *a = user;

    if (a->hears_over) {
        assistant_hear_on(a);
    } else if (a->n_more_silences > 0) {
        a->n_more_silences--;
        assistant_open_ears(a);
    } else {
        assistant_happen(a, EVENT_SILENCE);
    }
}

/* The loudspeaker may sleep; waking it now keeps its lead out of the answer's delay. */
static void on_speech(void *user)
{
    struct assistant *a = user;

    audio_player_rouse(a->player);
}

static void on_pause(void *user, int pause_ms)
{
    struct assistant *a = user;

    if (!a->hears_over)
        assistant_learn_pause(a, pause_ms);
}

struct listener_events assistant_listener_events(struct assistant *a)
{
    return (struct listener_events){on_wake,  on_utterance,        on_silence, on_speech,
                                    on_pause, assistant_is_nobody, a};
}
