/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"
#include "daemon/assistant_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATUS_TOLD_MAX = 3,        /* more requests than that cannot be kept in mind */
    DEAF_AGAIN_MS = 21600000,   /* how often the loss of the microphone is told */
    INTRODUCTION_MS = 60000,    /* of quiet before it: a conversation must not be delayed */
    INTRODUCTION_GAP_MS = 2000, /* between its sentences: time to call */
    SEARCH_EVERY_MS = 60000,    /* how often requests that nobody took are looked for */
    NEWS_AGAIN_MS = 3600000,    /* news that the voice failed to tell: no hail of failures */
    URGENT_AGAIN_MS = 60000,    /* the same of what cannot wait */
    CONSENT_QUIET_MS = 5000,    /* after a conversation: who has more to say calls first */
};

/* First start: the speaker introduces itself (R33). */
static const char *const introduction[] = {"start.hello",   "start.how",      "start.words",
                                           "start.privacy", "start.no_alarm", "start.try"};
enum { INTRODUCTION_LENGTH = sizeof(introduction) / sizeof(introduction[0]) };

static void say_about_nothing(struct assistant *a, const char *key, int n)
{
    struct draft about;

    draft_clear(&about);
    about.n = n;
    assistant_say(a, key, &about);
}

/* ---- telling how requests stand, and news ---- */

/* Keeps the requests that can be told, of that day and, when one was named and exists, of that
 * service. Returns: how many. */
static size_t keep_asked(const struct told *told, struct matching_summary *summaries, size_t n,
                         const struct draft *asked)
{
    size_t n_kept = 0, n_named = 0;

    for (size_t i = 0; i < n; i++) {
        if (!told_status_key(told, &summaries[i]) || !told_is_of_day(&summaries[i], asked->date))
            continue;
        summaries[n_kept] = summaries[i];
        n_named += strcmp(summaries[n_kept++].service, asked->service) == 0;
    }
    if (!asked->service[0] || n_named == 0)
        return n_kept;
    for (size_t i = 0, n_before = n_kept; i < n_before; i++) {
        if (i == 0)
            n_kept = 0;
        if (strcmp(summaries[i].service, asked->service) == 0)
            summaries[n_kept++] = summaries[i];
    }
    return n_kept;
}

void assistant_tell_status(void *user, const struct draft *asked)
{
    struct assistant *a = user;
    struct matching_summary *summaries = NULL;
    struct draft about;
    size_t n = 0;

    if (matching_worker_list(a->parts.worker, &summaries, &n) < 0) {
        log_error("list-failed", "memory is short");
        say_about_nothing(a, "status.failed", 0);
        return;
    }
    n = keep_asked(a->told, summaries, n, asked);
    if (n > 1)
        say_about_nothing(a, "status.count", (int)n);
    for (size_t i = n; i-- > 0 && n - i <= STATUS_TOLD_MAX;) {
        told_about_summary(&summaries[i], &about);
        assistant_recall_kind(a, summaries[i].id, &about);
        assistant_say(a, told_status_key(a->told, &summaries[i]), &about);
        matching_worker_told(a->parts.worker, summaries[i].id);
        told_forget(a->told, summaries[i].id);
    }
    free(summaries);
    draft_clear(&about);
    about.date = asked->date;
    memcpy(about.part, asked->part, sizeof(about.part));
    if (n == 0)
        assistant_say(a, base_date_is_set(asked->date) ? "status.nobody" : "status.none", &about);
}

static void introduce(struct assistant *a)
{
    say_about_nothing(a, introduction[a->introduced], 0);
    if (strcmp(introduction[a->introduced], "start.privacy") == 0 && a->settings.sends_transcript)
        say_about_nothing(a, "privacy.transcript", 0);
    a->introduced++;
}

/* News are what became of a request. That the service is back, or that Claire was told, is none:
 * it is said before them and not counted with them. */
static bool is_of_request(const struct told_news *news)
{
    return news->id[0] && !news->is_urgent;
}

static size_t count_news(const struct assistant *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n_telling; i++)
        n += is_of_request(&a->telling[i]);
    return n;
}

/* Returns: whether each could be said. */
static bool say_news(struct assistant *a, bool of_requests)
{
    int r = 0;

    for (size_t i = 0; i < a->n_telling && r == 0; i++) {
        struct draft *about = &a->telling[i].about;

        if (is_of_request(&a->telling[i]) != of_requests)
            continue;
        assistant_recall_kind(a, a->telling[i].id, about);
        r = assistant_speak(a, a->telling[i].key, about);
    }
    return r == 0;
}

void assistant_tell_news(void *user)
{
    struct assistant *a = user;
    bool only_urgent = conversation_state(a->conversation) == STATE_ALARMED;
    bool is_said;

    if (a->is_introducing) {
        introduce(a);
        return;
    }
    while (a->n_telling < NEWS_AT_ONCE &&
           told_take(a->told, only_urgent, &a->telling[a->n_telling]))
        a->n_telling++;
    is_said = say_news(a, false);
    if (is_said && count_news(a) > 1)
        say_about_nothing(a, "news.grouped", (int)count_news(a));
    if (is_said && say_news(a, true))
        return;
    /* Told they are not: they wait until the voice may be back. */
    assistant_news_cut(a);
    a->news_again_at_ms = assistant_now_ms(a) + NEWS_AGAIN_MS;
    a->urgent_again_at_ms = assistant_now_ms(a) + URGENT_AGAIN_MS;
}

/* The introduction is over, said or cut off: it is not said at the next start. */
static void end_introduction(struct assistant *a)
{
    a->introduce_at_ms = 0;
    a->is_introducing = false;
    if (a->events.on_introduced)
        a->events.on_introduced(a->events.user);
}

void assistant_somebody_is_there(struct assistant *a)
{
    told_noticed(a->told);
    if (a->introduce_at_ms && a->introduced > 0)
        end_introduction(a);
}

void assistant_news_heard(struct assistant *a)
{
    int64_t repeat_ms = (int64_t)a->settings.news_repeat_minutes * 60000;

    for (size_t i = 0; i < a->n_telling; i++) {
        const struct told_news *news = &a->telling[i];

        if (news->id[0] && matching_worker_told(a->parts.worker, news->id) == 0)
            base_log(BASE_LOG_INFO, "news-told", news->id, "spoken");
        told_spoken(a->told, news, repeat_ms ? assistant_now_ms(a) + repeat_ms : 0);
    }
    a->n_telling = 0;
    if (!a->is_introducing)
        return;
    a->is_introducing = false;
    a->introduce_at_ms = assistant_now_ms(a) + INTRODUCTION_GAP_MS;
    if (a->introduced == INTRODUCTION_LENGTH)
        end_introduction(a);
}

void assistant_news_cut(struct assistant *a)
{
    while (a->n_telling > 0)
        told_put_back(a->told, &a->telling[--a->n_telling]);
    a->is_introducing = false;
}

/* ---- when ---- */

static bool is_news_time(const struct assistant *a)
{
    return base_time_is_within(assistant_local_now(a).time, a->settings.news_from,
                               a->settings.news_to);
}

/* Urgent ones are told as soon as the emergency sentences have been heard, at any hour. Who was
 * answered and says nothing more hears at once that somebody has accepted. */
static bool has_news_to_tell(const struct assistant *a)
{
    enum conversation_state state = conversation_state(a->conversation);
    bool is_open = state == STATE_ASLEEP || state == STATE_ALARMED || state == STATE_MUTED ||
                   (state == STATE_LINGERING && listener_is_open(a->listener) &&
                    !listener_hears_voice(a->listener));

    if (!is_open || speech_is_on(a->speech) || audio_player_is_busy(a->player))
        return false;
    if (told_n_waiting(a->told, true) > 0)
        return assistant_now_ms(a) >= a->urgent_again_at_ms;
    return assistant_now_ms(a) >= a->news_again_at_ms &&
           (state != STATE_ALARMED && is_news_time(a) && told_n_waiting(a->told, false) > 0);
}

/* Not before a minute of quiet, and a conversation comes first: only then does it begin anew. */
static void look_at_introduction(struct assistant *a)
{
    if (!a->introduce_at_ms)
        return;
    if (conversation_state(a->conversation) != STATE_ASLEEP || a->is_deaf) {
        if (!a->is_introducing)
            a->introduce_at_ms = assistant_now_ms(a) + INTRODUCTION_MS;
        return;
    }
    if (assistant_now_ms(a) < a->introduce_at_ms || audio_player_is_busy(a->player) ||
        speech_is_night(a->speech))
        return;
    a->is_introducing = true;
    assistant_happen(a, EVENT_NEWS);
}

/*
 * Somebody is there and has just got what they wanted, and nothing waits for an answer. Refused: at
 * a time of day, into a room where nobody may be.
 */
void assistant_choose_consent(struct assistant *a)
{
    bool is_moment = a->is_request_noted && !a->was_alarmed &&
                     learning_wants_consent(a->parts.learning, assistant_local_now(a).date);

    a->is_request_noted = a->was_alarmed = a->is_consent_counted = false;
    a->consent_at_ms = is_moment ? assistant_now_ms(a) + CONSENT_QUIET_MS : 0;
}

/* A moment that has passed is not waited for: the next request brings another. */
static void look_at_consent(struct assistant *a)
{
    if (!a->consent_at_ms || assistant_now_ms(a) < a->consent_at_ms || assistant_is_speaking(a))
        return;
    a->consent_at_ms = 0;
    if (conversation_state(a->conversation) != STATE_ASLEEP || a->is_deaf || a->introduce_at_ms ||
        conversation_is_held(a->conversation) || !is_news_time(a) || speech_is_night(a->speech))
        return;
    learning_asking(a->parts.learning, assistant_local_now(a).date);
    a->is_consent_counted = false;
    assistant_happen(a, EVENT_CONSENT);
}

void assistant_count_consent(struct assistant *a)
{
    if (!a->is_consent_counted)
        learning_asked(a->parts.learning);
    a->is_consent_counted = true;
}

bool assistant_consent(void *user, bool is_yes)
{
    struct assistant *a = user;

    if (is_yes && !a->is_consent_heard) {
        log_warning("learn-consent", "a yes to what was not heard to its end counts for nothing");
        return false;
    }
    return learning_answered(a->parts.learning, is_yes) == 0;
}

void assistant_tell_deafness(struct assistant *a)
{
    a->is_deaf_told = true;
    a->deaf_told_at_ms = assistant_now_ms(a);
    assistant_happen(a, EVENT_DEAF);
}

/* The last words of the resident are being carried out, which is told first. */
static bool is_carrying_out(enum conversation_state state)
{
    return state == STATE_STORING || state == STATE_WITHDRAWING || state == STATE_WIPING ||
           state == STATE_ERASED;
}

/* Told at once when somebody waits for an answer; else by day, and at most every six hours. */
void assistant_look_at_deafness(struct assistant *a)
{
    bool is_due = !a->deaf_told_at_ms || assistant_now_ms(a) - a->deaf_told_at_ms >= DEAF_AGAIN_MS;
    enum conversation_state state = conversation_state(a->conversation);
    bool is_asleep = state == STATE_ASLEEP;

    if (!a->is_deaf || is_carrying_out(state) || state == STATE_MUTED ||
        (is_asleep && (!is_due || speech_is_night(a->speech))))
        return;
    assistant_tell_deafness(a);
}

/* In hours when news may be told only: what is found is told then. */
static void look_for_searching(struct assistant *a)
{
    struct matching_summary *summaries;
    int64_t now_ms = assistant_now_ms(a);
    size_t n;

    if (a->settings.search_hours == 0 || now_ms - a->searched_at_ms < SEARCH_EVERY_MS ||
        !is_news_time(a))
        return;
    a->searched_at_ms = now_ms;
    if (matching_worker_list(a->parts.worker, &summaries, &n) < 0)
        return;
    if (told_search(a->told, summaries, n, (int64_t)a->settings.search_hours * 3600000,
                    &a->habits.searching_told_ms))
        assistant_keep_habits(a);
    free(summaries);
}

void assistant_tick(struct assistant *a)
{
    /* A request in one breath opens no ears first: its days must resolve against today all the
     * same. */
    listener_set_now(a->listener, assistant_local_now(a));
    if (a->timer_at_ms && assistant_now_ms(a) >= a->timer_at_ms) {
        a->timer_at_ms = 0;
        if (conversation_state(a->conversation) == STATE_WITHDRAWING)
            base_log(BASE_LOG_ERROR, "cancel-failed", a->cancel_id, "not on disk in time");
        assistant_happen(a, EVENT_TIMER);
    }
    /* Neither words nor a tone could be queued: no player tells of their end. */
    if (speech_is_on(a->speech) && !audio_player_is_busy(a->player))
        assistant_fell_quiet(a);
    told_tick(a->told, assistant_now_ms(a));
    look_for_searching(a);
    if (conversation_state(a->conversation) == STATE_ASLEEP && !assistant_is_speaking(a))
        learning_work(a->parts.learning);
    if ((conversation_state(a->conversation) == STATE_ASLEEP || !a->is_deaf_told) &&
        !audio_player_is_busy(a->player))
        assistant_look_at_deafness(a);
    if (has_news_to_tell(a))
        assistant_happen(a, EVENT_NEWS);
    else
        look_at_introduction(a);
    look_at_consent(a);
    learning_keep(a->parts.learning, assistant_now_ms(a));
}

void assistant_introduce(struct assistant *a)
{
    a->introduce_at_ms = assistant_now_ms(a) + INTRODUCTION_MS;
    a->introduced = 0;
}
