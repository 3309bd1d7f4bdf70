/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/daemon/walk.h"

#include "tests/check.h"

/* What was asked for in another state counts no more: the new one must ask for what it waits for.
 */
static void follow(struct walk *walk)
{
    if (conversation_state(walk->conversation) == walk->state)
        return;
    walk->state = conversation_state(walk->conversation);
    walk->is_speaking = walk->has_ears = walk->has_timer = false;
    walk->n_silences = 0;
}

/* One utterance closes the ears, whatever it means. Some of these no caller brings: the
 * conversation makes them of others. */
static bool is_heard(enum conversation_event_type type)
{
    return type >= EVENT_REQUEST && type <= EVENT_SILENCE && type != EVENT_LOST &&
           type != EVENT_UNCLEAR && type != EVENT_OTHERS;
}

void walk_feed(struct walk *walk, const struct conversation_event *event)
{
    if (event->type == EVENT_SPOKEN)
        walk->is_speaking = false;
    else if (event->type == EVENT_TIMER)
        walk->has_timer = false;
    else if (is_heard(event->type))
        walk->has_ears = false;
    conversation_event(walk->conversation, event);
    follow(walk);
}

static void note(struct walk *walk, const char *what, const char *detail)
{
    size_t n = strlen(walk->did);

    snprintf(walk->did + n, sizeof(walk->did) - n, "%s%s%s ", what, detail ? ":" : "",
             detail ? detail : "");
}

static void speak(struct walk *walk)
{
    follow(walk);
    walk->is_speaking = true;
    walk->n_said++;
}

static void on_say(void *user, const char *key, const struct draft *about)
{
    struct walk *walk = user;

    (void)about;
    note(walk, "say", key);
    speak(walk);
    if (strncmp(key, "confirm.", 8) == 0 && strcmp(key, "confirm.denied") != 0 &&
        strcmp(key, "confirm.once") != 0 && strcmp(key, "confirm.weekday") != 0 &&
        strcmp(key, "confirm.full") != 0)
        walk->asked_with_all = true;
    else if (strcmp(key, "repair.guess") == 0 || strcmp(key, "repair.callback") == 0 ||
             strcmp(key, "callback.ask") == 0 || strcmp(key, "refuse.not_here") == 0)
        walk->asked_with_all = true;
    else if (strncmp(key, "confirm", 7) == 0 || strncmp(key, "repair", 6) == 0)
        walk->asked_with_all = false;
}

static void on_say_again(void *user)
{
    struct walk *walk = user;

    note(walk, "again", NULL);
    speak(walk);
}

static void on_stop_speech(void *user)
{
    struct walk *walk = user;

    note(walk, "stop", NULL);
    walk->is_speaking = false;
}

static void on_earcon(void *user, enum conversation_earcon which)
{
    struct walk *walk = user;

    note(walk, "earcon", which == EARCON_LISTENING ? "listening" : "closed");
    walk->n_earcons++;
}

static void on_listen(void *user, enum conversation_expect expect, bool is_patient)
{
    struct walk *walk = user;

    static const char *const names[] = {"request", "confirmation", "choice", "day"};

    note(walk, is_patient ? "listen long" : "listen", names[expect]);
    follow(walk);
    walk->has_ears = true;
    if (expect == EXPECT_REQUEST)
        walk->asked_with_all = false;
}

static void on_sleep(void *user)
{
    struct walk *walk = user;

    note(walk, "sleep", NULL);
    walk->has_ears = false;
}

static void on_store(void *user, const struct draft *request)
{
    struct walk *walk = user;

    note(walk, "store", request->service);
    walk->n_stored++;
    walk->stored = *request;
}

/* As the daemon does: at once, as if it were said now. */
static void on_take_up(void *user, const struct draft *request)
{
    struct walk *walk = user;
    struct conversation_event event = {.type = EVENT_REQUEST, .draft = *request};

    note(walk, "take up", request->service);
    conversation_event(walk->conversation, &event);
}

static void on_give_up(void *user)
{
    note(user, "give up", NULL);
}

static void on_cancel(void *user, const char *id)
{
    note(user, "cancel", id);
}

static void on_wait(void *user, int timeout_ms)
{
    struct walk *walk = user;

    REQUIRE(timeout_ms > 0);
    follow(walk);
    walk->has_timer = true;
}

static void on_adjust(void *user, enum conversation_event_type how)
{
    struct walk *walk = user;

    note(walk, "adjust", conversation_event_name(how));
    speak(walk);
}

static void on_alert(void *user)
{
    note(user, "alert", NULL);
}

static void on_tell_status(void *user, const struct draft *about)
{
    struct walk *walk = user;

    (void)about;
    note(walk, "status", NULL);
    speak(walk);
}

static void on_tell_news(void *user)
{
    struct walk *walk = user;

    note(walk, "news", NULL);
    speak(walk);
}

static void on_mute(void *user, bool is_muted)
{
    note(user, "mute", is_muted ? "on" : "off");
}

static void on_erase(void *user)
{
    note(user, "erase", NULL);
}

static bool on_consent(void *user, bool is_yes)
{
    note(user, "consent", is_yes ? "yes" : "no");
    return true;
}

static const struct conversation_ops ops = {
    .say = on_say,
    .say_again = on_say_again,
    .stop_speech = on_stop_speech,
    .earcon = on_earcon,
    .listen = on_listen,
    .sleep = on_sleep,
    .store = on_store,
    .take_up = on_take_up,
    .give_up = on_give_up,
    .cancel = on_cancel,
    .wait = on_wait,
    .adjust = on_adjust,
    .alert = on_alert,
    .tell_status = on_tell_status,
    .tell_news = on_tell_news,
    .mute = on_mute,
    .erase = on_erase,
    .consent = on_consent,
};

void walk_begin(struct walk *walk)
{
    *walk = (struct walk){.state = STATE_ASLEEP};
    REQUIRE(conversation_create(&ops, walk, &walk->conversation) == 0);
}

void walk_happen(struct walk *walk, enum conversation_event_type type)
{
    struct conversation_event event = {.type = type};

    draft_clear(&event.draft);
    walk_feed(walk, &event);
}

void walk_hear(struct walk *walk, enum conversation_event_type type, const char *service,
               const char *date)
{
    struct conversation_event event = {.type = type};

    draft_clear(&event.draft);
    snprintf(event.draft.service, sizeof(event.draft.service), "%s", service);
    if (date)
        REQUIRE(base_date_parse(date, &event.draft.date) == 0);
    walk_feed(walk, &event);
}

const char *walk_did(struct walk *walk)
{
    static char copy[4096];

    memcpy(copy, walk->did, sizeof(copy));
    walk->did[0] = '\0';
    return copy;
}
