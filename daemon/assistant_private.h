/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the assistant share: assistant.c joins them and speaks, assistant_hearing.c
 * makes events of what is heard, assistant_over.c hears while we speak, assistant_requests.c stores
 * and sends, assistant_habits.c learns, assistant_telling.c tells how requests stand, the news, and
 * what is said unasked. Nobody else includes it. Thread: main. */
#ifndef DAEMON_ASSISTANT_PRIVATE_H
#define DAEMON_ASSISTANT_PRIVATE_H

#include "daemon/assistant.h"
#include "daemon/echo.h"
#include "daemon/told.h"

enum {
    NEWS_AT_ONCE = 4,  /* more cannot be kept in mind */
    PENDING_MAX = 300, /* blocks heard over our speech before the ears open to them: a call */
};

struct assistant {
    struct assistant_settings settings;
    struct assistant_parts parts;
    struct assistant_events events;
    struct conversation *conversation;
    struct listener *listener;
    struct audio_player *player;
    struct speech *speech;
    struct told *told; /* news that wait to be spoken */

    struct told_news telling[NEWS_AT_ONCE]; /* being spoken now */
    size_t n_telling;
    /* The voice failed: not before; 0: it has not. */
    int64_t news_again_at_ms, urgent_again_at_ms;
    size_t introduced; /* sentences of the introduction that were said */
    bool is_introducing;
    int64_t introduce_at_ms; /* 0: not to be introduced */

    char store_id[MATCHING_ID_SIZE];      /* being stored or sent, "" none */
    char given_up_id[MATCHING_ID_SIZE];   /* told not to be noted, being taken back; "" none */
    char cancel_id[MATCHING_ID_SIZE];     /* being cancelled, "" none */
    char talked_about[DRAFT_SERVICE_MAX]; /* the service of what was said last, "" none */
    char transcript[UTTERANCE_TEXT_MAX];
    char next_transcript[UTTERANCE_TEXT_MAX]; /* of the requests that wait their turn */
    enum intents_expect listens_for;
    int n_more_silences; /* silences that this listening outlasts: somebody asked for time */
    int64_t timer_at_ms; /* 0: none */
    bool is_away_told;   /* that the service is away: tell when it is back */
    bool is_away_before; /* and it was told before this start */
    char trouble[24];    /* the log code of what somebody must put right; "": nothing */
    enum matching_say trouble_say;
    bool is_list_lost; /* what is stored could not be looked at when a cancellation was asked for */
    bool is_called;    /* the wake phrase was heard: the ears keep what was said behind it */
    bool is_cut;       /* the last utterance was longer than the longest allowed */
    bool is_deaf, is_deaf_told;
    struct echo echo;
    bool hears_over;    /* the ears are open while we speak */
    bool sleeps_behind; /* we have fallen silent, and sleep when what was begun over us has ended */
    bool began_over;    /* the answer in course may have begun over our speech */
    enum echo_ears over;      /* to what, in the utterance in course */
    enum echo_ears over_next; /* to what they are open when that has ended */
    int16_t pending[PENDING_MAX][AUDIO_BLOCK_SAMPLES]; /* a ring of what came before */
    size_t n_pending, pending_at;
    unsigned n_behind; /* blocks that the ears have not heard yet, while they catch up */
    bool is_erasing;   /* confirmed twice and made sure of; done when the conversation is over */
    bool is_request_noted;   /* in this conversation, and no bad news of it since */
    bool was_alarmed;        /* in this conversation: no moment for other questions */
    int64_t consent_at_ms;   /* the moment to ask whether the voice may be learned; 0: none */
    bool is_consent_heard;   /* that question could be said, and was not cut off */
    bool is_consent_counted; /* as one of the times that it may be asked */
    int64_t deaf_told_at_ms; /* 0: never */
    int64_t tone_at_ms;      /* our last tone was queued; 0: none */
    int64_t heard_at_ms;     /* the last utterance was decided, until the answer is prepared */

    struct kinds kinds;
    bool are_kinds_new; /* not kept yet */

    struct habits habits, kept_habits;
    bool was_understood, needed_choice; /* in this conversation */
    int64_t searched_at_ms;             /* when requests nobody took were last looked for */

    unsigned n_wakes, n_utterances, n_not_understood, n_stored;
};

int64_t assistant_now_ms(const struct assistant *a);
struct base_datetime assistant_local_now(const struct assistant *a);
/* Every event of the conversation goes through here. */
void assistant_goes_on(struct assistant *a, const struct conversation_event *event);
/* An event of the conversation that says no more than its type. */
void assistant_happen(struct assistant *a, enum conversation_event_type type);
/* Waits for one utterance of what is listened for. */
void assistant_open_ears(struct assistant *a);
/* The op: speaks a prompt about a request. */
void assistant_say(void *user, const char *key, const struct draft *about);
/* The same. Returns: 0, else when the voice failed (as speech_say). */
int assistant_speak(struct assistant *a, const char *key, const struct draft *about);

/* What was said, or could not be said at all, is over: the conversation goes on. */
void assistant_fell_quiet(struct assistant *a);
/* The op: falls silent. */
void assistant_stop_speech(void *user);

/* assistant_hearing.c: what a request for that service is to the conversation; one of before gives
 * the draft its time. */
enum conversation_event_type assistant_request_event(struct assistant *a, struct draft *draft);

/* The stored request that a cancellation means: what was named, else the youngest. Returns: false
 * also when that cannot be looked at: is_list_lost. */
bool assistant_find_cancelled(struct assistant *a, const struct draft *named,
                              char ret_id[MATCHING_ID_SIZE], struct draft *ret_about);
/* Whom the stored request is for: as it was said, or, where that is forgotten, any of the
 * household.
 */
void assistant_recall_kind(const struct assistant *a, const char *id, struct draft *about);
/* Whether the same was asked for a short while ago; then the draft gets the time of it. */
bool assistant_asked_before(struct assistant *a, struct draft *draft);
/* What was told before this start: volunteers, and that the service is away. Returns: 0 or -ENOMEM.
 */
int assistant_remember_told(struct assistant *a);

/* Ops of the conversation. */
void assistant_store(void *user, const struct draft *draft);
void assistant_give_up(void *user);
void assistant_cancel(void *user, const char *id);
void assistant_alert(void *user);
void assistant_tell_status(void *user, const struct draft *asked);
void assistant_tell_news(void *user);

/* assistant_habits.c: what was learnt before holds; after each event and each pause, learns; keeps
 * what has changed. */
void assistant_begin_habits(struct assistant *a);
void assistant_learn_state(struct assistant *a);
void assistant_learn_pause(struct assistant *a, int pause_ms);
void assistant_keep_habits(struct assistant *a);

/* assistant_over.c: a block while we speak; what we said is over, or will be said otherwise. */
void assistant_hear_over(struct assistant *a, const struct audio_canceller_block *block);
void assistant_close_over(struct assistant *a);
/* We have fallen silent before the ears could open: hears what was kept. Returns: whether it was a
 * call for help, which is being answered. */
bool assistant_hear_kept(struct assistant *a);
/* We have fallen silent, and somebody still says what was begun over us. Returns: whether so. */
bool assistant_is_talked_over(const struct assistant *a);
/* Then, in place of opening the ears, and of closing them. */
void assistant_listen_on(struct assistant *a, enum intents_expect expect);
void assistant_sleep_behind(struct assistant *a);
/* What was said over our speech is done with: the ears open again, or sleep. */
void assistant_hear_on(struct assistant *a);
/*
 * Said while we speak: only words of stopping, alone and sure, and calls for help count; anything
 * else may be meant for somebody in the room. The emergency sentences themselves are not stopped by
 * words, which may be misheard. Returns: whether it is done with.
 */
bool assistant_hear_interruption(struct assistant *a, const struct utterance *utterance);
/* What was begun over our speech and ended when an answer was waited for, and a call for help that
 * may be the end of what we said. Returns: whether it counts. */
bool assistant_is_for_us(struct assistant *a, const struct utterance *utterance);
/* Said while we speak, as we say it, and no call for help: it would only be in the way of one. */
bool assistant_is_nobody(void *user, const struct utterance *so_far);

/* What was being told was heard to its end; was cut off. */
void assistant_news_heard(struct assistant *a);
void assistant_news_cut(struct assistant *a);
/* Somebody called, pressed or spoke: what was told has been noticed, who calls needs no more of the
 * introduction. */
void assistant_somebody_is_there(struct assistant *a);
/* A conversation is over: chooses whether and when to ask if the voice may be learned. */
void assistant_choose_consent(struct assistant *a);
/* The question was said to its end, or was left. */
void assistant_count_consent(struct assistant *a);
/* The op: what was answered. */
bool assistant_consent(void *user, bool is_yes);
/* The microphone is lost: tells so; tells, if it is time to. */
void assistant_tell_deafness(struct assistant *a);
void assistant_look_at_deafness(struct assistant *a);

#endif
