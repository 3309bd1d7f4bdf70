/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/log.h"
#include "daemon/assistant_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
void assistant_goes_on(struct assistant *a, const struct conversation_event *event)
{
    enum conversation_state before = conversation_state(a->conversation);
    int64_t timer_at_ms = a->timer_at_ms;

    conversation_event(a->conversation, event);
    if (conversation_state(a->conversation) != before && a->timer_at_ms == timer_at_ms)
        a->timer_at_ms = 0;
    if (conversation_state(a->conversation) != before)
        assistant_learn_state(a);
}

void assistant_happen(struct assistant *a, enum conversation_event_type type)
{
    struct conversation_event event = {.type = type};

    draft_clear(&event.draft);
    assistant_goes_on(a, &event);
}

/* ---- speaking ---- */

/* Why it is kept, when somebody must act. */
static const char *trouble_key(const struct assistant *a)
{
    static const char *const keys[MATCHING_N_SAYS] = {
        [MATCHING_SAY_KEPT_UNKNOWN] = "refused.identity",
        [MATCHING_SAY_KEPT_REVOKED] = "refused.revoked",
        [MATCHING_SAY_KEPT_UNTRUSTED] = "refused.untrusted",
        [MATCHING_SAY_KEPT_SETTING] = "refused.setting",
    };

    return keys[a->trouble_say] ? keys[a->trouble_say] : "kept";
}

/* A prompt made precise by what the conversation need not know. */
static const char *precise_key(const struct assistant *a, const char *key)
{
    if (strcmp(key, "kept") == 0 && a->trouble[0])
        return trouble_key(a);
    if (strcmp(key, "repair.pardon") == 0 && a->is_cut)
        return "listen.too_long";
    if (strcmp(key, "cancel.nothing") == 0 && a->is_list_lost)
        return "cancel.failed";
    if (strcmp(key, "mic.lost") == 0 && a->settings.cannot_understand)
        return "language.lost";
    return key;
}

/* What stands before words that must not be missed, whatever the other tones are set to. */
static void sound_sign(struct assistant *a, const char *key)
{
    if (strcmp(key, "mute.on") == 0)
        speech_earcon(a->speech, AUDIO_EARCON_MUTED);
    else if (strcmp(key, "mic.lost") == 0)
        speech_earcon(a->speech, AUDIO_EARCON_FAILED);
}

/* Who has just heard it is asked nothing that can wait. */
static bool is_bad_news(const char *key)
{
    static const char *const keys[] = {"kept",         "refused",          "store.failed",
                                       "store.full",   "cancel.failed",    "news.refused",
                                       "news.expired", "news.unreachable", "news.cancelled"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return strncmp(key, "refused.", strlen("refused.")) == 0;
}

int assistant_speak(struct assistant *a, const char *key, const struct draft *about)
{
    int r;

    memcpy(a->talked_about, about->service, sizeof(a->talked_about));
    sound_sign(a, key);
    key = precise_key(a, key);
    r = speech_say(a->speech, key, about);
    if (strcmp(key, "learn.ask") == 0)
        a->is_consent_heard = r == 0;
    if (strcmp(key, "learn.left") == 0)
        assistant_count_consent(a);
    if (is_bad_news(key))
        a->is_request_noted = false;
    if (strcmp(key, "kept") == 0 || strcmp(key, "news.unreachable") == 0 ||
        strncmp(key, "refused.", strlen("refused.")) == 0)
        a->is_away_told = true;
    if (strcmp(key, "privacy.answer") == 0 && a->settings.sends_transcript)
        speech_say(a->speech, "privacy.transcript", about);
    if (strcmp(key, "privacy.answer") == 0 && learning_has_consent(a->parts.learning))
        speech_say(a->speech, "privacy.learned", about);
    if (strcmp(key, "mute.on") == 0 && a->settings.has_button)
        speech_say(a->speech, "mute.hint", about);
    return r;
}

void assistant_say(void *user, const char *key, const struct draft *about)
{
    (void)assistant_speak(user, key, about);
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

    a->is_consent_heard = speech_again(a->speech) == 0;
}

/* News that were cut off were not heard. */
void assistant_stop_speech(void *user)
{
    struct assistant *a = user;

    speech_stop(a->speech);
    a->is_consent_heard = false;
    assistant_close_over(a);
    assistant_news_cut(a);
}

static void on_earcon(void *user, enum conversation_earcon which)
{
    struct assistant *a = user;

    if (a->settings.is_without_earcons)
        return;
    a->tone_at_ms = assistant_now_ms(a);
    speech_earcon(a->speech,
                  which == EARCON_LISTENING ? AUDIO_EARCON_LISTENING : AUDIO_EARCON_CLOSED);
}

/* ---- the other ops of the conversation ---- */

/* Somebody who asked for time is listened to so many times as long. */
enum { PATIENT_SILENCES = 3 };

/* Who was answered may call again as if we slept. */
void assistant_open_ears(struct assistant *a)
{
    if (conversation_state(a->conversation) == STATE_LINGERING)
        listener_open_to_calls(a->listener, a->listens_for);
    else
        listener_open(a->listener, a->listens_for);
}

static void on_listen(void *user, enum conversation_expect expect, bool is_patient)
{
    static const enum intents_expect expects[] = {
        [EXPECT_REQUEST] = INTENTS_EXPECT_REQUEST,
        [EXPECT_CONFIRMATION] = INTENTS_EXPECT_CONFIRMATION,
        [EXPECT_CHOICE] = INTENTS_EXPECT_CHOICE,
        [EXPECT_DAY] = INTENTS_EXPECT_DAY,
    };
    struct assistant *a = user;

    speech_begin(a->speech);
    listener_set_now(a->listener, assistant_local_now(a));
    a->listens_for = expects[expect];
    if (assistant_is_talked_over(a))
        assistant_listen_on(a, expects[expect]);
    else
        assistant_open_ears(a);
    a->n_more_silences = is_patient ? PATIENT_SILENCES - 1 : 0;
}

/* As if it were said now. */
static void on_take_up(void *user, const struct draft *request)
{
    struct assistant *a = user;
    struct conversation_event event = {.draft = *request};

    if (a->next_transcript[0])
        memcpy(a->transcript, a->next_transcript, sizeof(a->transcript));
    event.type = assistant_request_event(a, &event.draft);
    assistant_goes_on(a, &event);
}

static void on_sleep(void *user)
{
    struct assistant *a = user;

    speech_forget(a->speech);
    if (!conversation_is_held(a->conversation)) {
        memset(a->transcript, 0, sizeof(a->transcript));
        memset(a->next_transcript, 0, sizeof(a->next_transcript));
    }
    a->store_id[0] = '\0';
    learning_drop(a->parts.learning);
    assistant_choose_consent(a);
    if (assistant_is_talked_over(a))
        assistant_sleep_behind(a);
    else if (!a->is_called)
        listener_sleep(a->listener);
    if (a->is_erasing && a->events.on_erase_ready)
        a->events.on_erase_ready(a->events.user);
}

static void on_wait(void *user, int timeout_ms)
{
    struct assistant *a = user;

    a->timer_at_ms = assistant_now_ms(a) + timeout_ms;
}

static void on_adjust(void *user, enum conversation_event_type how)
{
    static const enum speech_change changes[N_EVENTS] = {
        [EVENT_LOUDER] = SPEECH_LOUDER, [EVENT_SOFTER] = SPEECH_SOFTER,
        [EVENT_SLOWER] = SPEECH_SLOWER, [EVENT_FASTER] = SPEECH_FASTER,
        [EVENT_DEEPER] = SPEECH_DEEPER, [EVENT_HIGHER] = SPEECH_HIGHER,
    };
    struct assistant *a = user;

    speech_change(a->speech, changes[how]);
    if (how == EVENT_LOUDER)
        echo_changed(&a->echo);
    if (a->events.on_adjusted)
        a->events.on_adjusted(a->events.user, speech_rate_wpm(a->speech), speech_volume(a->speech),
                              speech_pitch(a->speech));
}

static void on_mute_op(void *user, bool is_muted)
{
    struct assistant *a = user;

    log_notice("mute", "%s", is_muted ? "on" : "off");
    listener_sleep(a->listener);
    if (a->events.on_mute)
        a->events.on_mute(a->events.user, is_muted);
}

static void on_erase_op(void *user)
{
    struct assistant *a = user;

    a->is_erasing = a->events.on_erase && a->events.on_erase(a->events.user) == 0;
    if (a->is_erasing)
        log_notice("erasing", "asked for and confirmed twice");
    else
        log_error("erase-failed", "it could not be made sure of");
    assistant_happen(a, a->is_erasing ? EVENT_STORED : EVENT_NOT_STORED);
}

static const struct conversation_ops conversation_ops = {
    .say = assistant_say,
    .say_again = on_say_again,
    .stop_speech = assistant_stop_speech,
    .earcon = on_earcon,
    .listen = on_listen,
    .sleep = on_sleep,
    .store = assistant_store,
    .take_up = on_take_up,
    .give_up = assistant_give_up,
    .cancel = assistant_cancel,
    .wait = on_wait,
    .adjust = on_adjust,
    .alert = assistant_alert,
    .tell_status = assistant_tell_status,
    .tell_news = assistant_tell_news,
    .mute = on_mute_op,
    .erase = on_erase_op,
    .consent = assistant_consent,
};

/* ---- what others bring ---- */

void assistant_fell_quiet(struct assistant *a)
{
    if (!speech_ended(a->speech))
        return;
    if (assistant_hear_kept(a))
        return;
    if (!assistant_is_talked_over(a))
        assistant_close_over(a);
    assistant_news_heard(a);
    if (conversation_state(a->conversation) == STATE_CONSENTING && a->is_consent_heard)
        assistant_count_consent(a);
    assistant_happen(a, EVENT_SPOKEN);
}

static void on_quiet(void *user)
{
    assistant_fell_quiet(user);
}

struct audio_player_events assistant_player_events(struct assistant *a)
{
    return (struct audio_player_events){.on_quiet = on_quiet, .user = a};
}

void assistant_join(struct assistant *a, struct listener *listener, struct audio_player *player)
{
    a->listener = listener;
    a->player = player;
    speech_join(a->speech, player);
    assistant_begin_habits(a);
    a->is_deaf = a->settings.cannot_understand;
}

void assistant_block(struct assistant *a, const struct audio_canceller_block *block)
{
    if (a->settings.cannot_understand) {
        listener_skip(a->listener);
        return;
    }
    if (speech_is_on(a->speech)) {
        assistant_hear_over(a, block);
        return;
    }
    echo_hear_room(&a->echo, block);
    listener_feed(a->listener, block->samples);
}

void assistant_button(struct assistant *a, bool is_long)
{
    enum conversation_state state = conversation_state(a->conversation);

    log_info("button", "%s press", is_long ? "long" : "short");
    assistant_somebody_is_there(a);
    if (!is_long && a->is_deaf && (state == STATE_ASLEEP || state == STATE_CLOSING)) {
        assistant_tell_deafness(a);
        return;
    }
    assistant_happen(a, is_long ? EVENT_BUTTON_LONG : EVENT_BUTTON);
}

void assistant_set_muted(struct assistant *a, bool is_muted)
{
    assistant_happen(a, is_muted ? EVENT_MUTE : EVENT_UNMUTE);
}

void assistant_set_deaf(struct assistant *a, bool is_deaf)
{
    if (is_deaf == a->is_deaf || a->settings.cannot_understand)
        return;
    a->is_deaf = is_deaf;
    if (is_deaf) {
        assistant_look_at_deafness(a);
    } else if (a->is_deaf_told) {
        a->is_deaf_told = false;
        if (speech_is_night(a->speech) && conversation_state(a->conversation) == STATE_ASLEEP &&
            !conversation_is_held(a->conversation))
            told_add_key(a->told, "mic.back");
        else
            assistant_happen(a, EVENT_HEARING);
    }
}

bool assistant_is_deafness_told(const struct assistant *a)
{
    return a->is_deaf_told;
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
                     "\"stored\":%u,\"rate_wpm\":%d,\"volume\":%d,\"pitch\":%d,\"patience_ms\":%d,"
                     "\"trouble\":\"%s\"",
                     conversation_state_name(conversation_state(a->conversation)), a->n_wakes,
                     a->n_utterances, a->n_not_understood, a->n_stored, speech_rate_wpm(a->speech),
                     speech_volume(a->speech), speech_pitch(a->speech),
                     listener_patience_ms(a->listener), a->trouble);
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
    echo_init(&a->echo);
    a->parts = *parts;
    a->events = *events;
    r = speech_create(&settings->speech, &speech_parts, on_said, a, &a->speech);
    if (r == 0)
        r = told_create(settings->is_moderated, &a->told);
    if (r == 0)
        r = assistant_remember_told(a);
    if (r == 0)
        r = conversation_create(&conversation_ops, a, &a->conversation);
    if (r < 0) {
        assistant_destroy(a);
        return base_trace(r);
    }
    conversation_set_n_choices(a->conversation, phrasing_n_choices(parts->phrasing));
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
