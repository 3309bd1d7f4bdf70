/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The conversation with the resident: one table [state][event] -> action, next state.
 *
 * Pure: no I/O, no clock, no thread. What happens comes in as an event; what shall happen goes out
 * through the ops (say this, listen, store this request). The daemon, the evaluation and the tests
 * run the same table.
 *
 * Invariants, each with a test: nothing is stored without a yes (or the button) to a question that
 * restated all; no voice is learned without a spoken yes to the question whether it may be; every
 * wake ends in speech or in an audible close; an emergency goes before
 * everything; silence is never a yes; who was answered may go on without calling again, and who
 * does not is left in peace; one question at a time; a request that was understood is
 * asked about, waits its turn, or is said to be left: none is dropped without a word.
 *
 * Order: create, then conversation_event as things happen. After each question the caller tells
 * EVENT_SPOKEN when the words have been *played*; only then does the conversation ask to listen.
 * Thread: main, for all of it.
 */
#ifndef DAEMON_CONVERSATION_H
#define DAEMON_CONVERSATION_H

#include "daemon/draft.h"

#include <stdio.h>

enum conversation_state {
    STATE_ASLEEP,            /* waits for the wake phrase or the button */
    STATE_LISTENING,         /* for the request */
    STATE_LISTENING_AGAIN,   /* after "Pardon ?" */
    STATE_CHOOSING,          /* among the territory's services, read aloud */
    STATE_GUESSING,          /* yes or no on the best guess */
    STATE_OFFERING_CALLBACK, /* yes or no: shall somebody call back? */
    STATE_ASKING,            /* all restated, and what the service needs besides is asked once */
    STATE_CONFIRMING,        /* all restated, yes or no */
    STATE_CONFIRMING_AGAIN,  /* once more, with the words to answer */
    STATE_DUPLICATE,         /* asked before: another one? */
    STATE_CANCELLING,        /* yes or no: drop the stored request? */
    STATE_STORING,           /* yes was said, not yet on disk */
    STATE_ERASING,           /* yes or no: erase everything? */
    STATE_ERASING_SURELY,    /* once more */
    STATE_WIPING,            /* yes was said twice, not yet made sure of on disk */
    STATE_ERASED,            /* made sure of, being said so: nothing may begin any more */
    STATE_CONSENTING,        /* yes or no, asked unasked: may the voice be learned? */
    STATE_WITHDRAWING,       /* yes was said, the cancellation is not yet on disk */
    STATE_SENDING,           /* on disk, said so; the service has not answered */
    STATE_TELLING,           /* news, outside any conversation */
    STATE_LINGERING,         /* all is answered: whoever has more to say need not call again */
    STATE_CLOSING,           /* last words */
    STATE_ALARMED,           /* emergency words being answered */
    STATE_MUTED,
    N_STATES,
};

enum conversation_event_type {
    EVENT_WAKE,
    EVENT_CALLED, /* the same, before WAKE or what was said in the same breath: what is answered is
                     over */
    EVENT_BUTTON, /* short press */
    EVENT_BUTTON_LONG,
    EVENT_REQUEST,           /* understood, surely */
    EVENT_REQUEST_OPEN,      /* the same, but something that the service needs was not said */
    EVENT_REQUEST_DOUBTFUL,  /* a best guess */
    EVENT_REQUEST_TWICE,     /* the same as one of the last minutes */
    EVENT_REQUEST_ELSEWHERE, /* a service that this territory has not */
    EVENT_REQUEST_BESIDES,   /* requests that come to the one being asked about, no yes, no no */
    EVENT_MIXED,             /* two in one sentence that cannot be told apart */
    EVENT_CORRECTION,        /* a day, a time, items, no service; or yes / no with such */
    EVENT_AFFIRM,
    EVENT_AFFIRM_AND, /* and requests behind it */
    EVENT_DENY,
    EVENT_DENY_AND,       /* and other requests wait */
    EVENT_CANCEL,         /* of the conversation, or of the stored request `cancel_id` */
    EVENT_ERASE,          /* of everything this speaker knows */
    EVENT_CANCEL_NOTHING, /* there is nothing stored to cancel */
    EVENT_REPEAT,
    EVENT_STATUS,
    EVENT_HELP,
    EVENT_MORE,    /* asked what else there is */
    EVENT_PRIVACY, /* asked what is heard and kept */
    EVENT_CLOCK,   /* asked what time it is */
    EVENT_TODAY,   /* asked what day it is */
    EVENT_WHO,     /* asked who speaks */
    EVENT_USUAL,   /* "as always", and what that is nobody knows here */
    EVENT_WAIT,    /* more time is wanted */
    EVENT_THINKS,  /* "euh", or time once more */
    EVENT_HELLO,   /* a greeting and no more */
    EVENT_THANKS,  /* likewise */
    EVENT_GOODBYE,
    EVENT_LOUDER,
    EVENT_SOFTER,
    EVENT_SLOWER,
    EVENT_FASTER,
    EVENT_DEEPER, /* a lower voice, */
    EVENT_HIGHER, /* a higher one */
    EVENT_EMERGENCY,
    EVENT_NOT_UNDERSTOOD, /* speech, but nothing for us in it */
    EVENT_UNCLEAR,        /* the same, once more to a question that was put again; or the first
                             that is not for us when all is answered */
    EVENT_LOST,           /* the same, of a resident who usually needs the closed choice */
    EVENT_OTHERS,         /* no answer to the closed choice, and more services can be read */
    EVENT_SILENCE,        /* no speech in the time allowed */
    EVENT_NEXT,           /* what was closed is closed, and a request waits to be asked about */
    EVENT_SPOKEN,         /* what was to be said has been played */
    EVENT_WITHDRAWN,      /* the cancellation is on disk */
    EVENT_STORED,         /* the request is on disk */
    EVENT_NOT_STORED,
    EVENT_STORE_FULL,
    EVENT_TRANSMITTED, /* the service has it */
    EVENT_KEPT,        /* the service cannot be reached now */
    EVENT_REFUSED,
    EVENT_NEWS,    /* something to tell, the caller has checked the hours */
    EVENT_CONSENT, /* whether the voice may be learned is to be asked; the caller chose the moment
                    */
    EVENT_TIMER,   /* the time asked for with `wait` is over */
    EVENT_MUTE,
    EVENT_MUTE_IN_VAIN, /* asked for by voice, and nothing could switch it on again */
    EVENT_UNMUTE,
    EVENT_DEAF,    /* the microphone is lost */
    EVENT_HEARING, /* and back */
    N_EVENTS,
};

enum { CONVERSATION_ALSO_MAX = 3 }; /* requests that can wait: more are not kept in mind */

struct conversation_event {
    enum conversation_event_type type;
    bool is_no;                               /* with REQUEST*: a no was said before it */
    struct draft also[CONVERSATION_ALSO_MAX]; /* requests of the same sentence, behind `draft` */
    size_t n_also;
    struct draft draft;    /* of REQUEST*, CORRECTION; of NOT_UNDERSTOOD the best guess; of the act
                              otherwise, often empty */
    const char *cancel_id; /* with CANCEL: the stored request meant, NULL none */
    struct draft cancel;   /* with CANCEL: what it is */
};

/* What is listened for: the recogniser is surest when it knows. */
enum conversation_expect {
    EXPECT_REQUEST,
    EXPECT_CONFIRMATION,
    EXPECT_CHOICE, /* of services: any that the language has, whichever were just read aloud */
    EXPECT_DAY,    /* or yes and no, as EXPECT_CONFIRMATION */
};

enum conversation_earcon { EARCON_LISTENING, EARCON_CLOSED };

/* How the conversation acts; each is called on the thread of conversation_event. */
struct conversation_ops {
    /* Speak the prompt, about this request; ends with EVENT_SPOKEN. Several in a row are one
     * speech. */
    void (*say)(void *user, const char *key, const struct draft *about);
    /* The prompt of the last question again, slower. */
    void (*say_again)(void *user);
    void (*stop_speech)(void *user);
    void (*earcon)(void *user, enum conversation_earcon which);
    /* Open the ears for one utterance; ends with one of the events from REQUEST to SILENCE.
     * is_patient: silence counts later, somebody asked for time. */
    void (*listen)(void *user, enum conversation_expect expect, bool is_patient);
    /* Back to waiting for the wake phrase alone. */
    void (*sleep)(void *user);
    /* Make it durable, then send it; ends with STORED, NOT_STORED or STORE_FULL. */
    void (*store)(void *user, const struct draft *request);
    /* Take up a request that waited: it comes back at once as an event from REQUEST to
     * REQUEST_ELSEWHERE. */
    void (*take_up)(void *user, const struct draft *request);
    /* What was to be stored is not waited for any longer, and was told not to be noted: it shall
     * not be sent. */
    void (*give_up)(void *user);
    /* Ends with WITHDRAWN. */
    void (*cancel)(void *user, const char *id);
    /* EVENT_TIMER after so long, unless the state changes first. */
    void (*wait)(void *user, int timeout_ms);
    /* louder, slower, deeper...: by the event's type. Says so, and the last speech again. */
    void (*adjust)(void *user, enum conversation_event_type how);
    /* Tell the carer's alert address, if one is configured. */
    void (*alert)(void *user);
    /* Tell how the resident's requests stand: all, or those of the day and service in `about`. */
    void (*tell_status)(void *user, const struct draft *about);
    /* Tell the news that wait, as one speech. */
    void (*tell_news)(void *user);
    void (*mute)(void *user, bool is_muted);
    /* Make sure that everything will be erased, even if the power goes; ends with STORED or
     * NOT_STORED. It is erased once the conversation is over. */
    void (*erase)(void *user);
    /* Whether the voice may be learned, as the resident has said. Returns: whether that counts: a
     * yes to what could not be heard, or that cannot be kept, does not. */
    bool (*consent)(void *user, bool is_yes);
};

struct conversation;

/* Returns: 0 or -ENOMEM. Owns: the caller; ops and user must outlive it. */
int conversation_create(const struct conversation_ops *ops, void *user,
                        struct conversation **ret_conversation);
/* Accepts NULL. */
void conversation_destroy(struct conversation *conversation);

/* A resident who usually needs the closed choice gets it without the "Pardon ?" before. */
void conversation_set_choice_sooner(struct conversation *conversation, bool is_sooner);

/* How many questions the closed choice takes until every service has been read aloud; 1 unless set.
 */
void conversation_set_n_choices(struct conversation *conversation, size_t n_choices);

void conversation_event(struct conversation *conversation, const struct conversation_event *event);

enum conversation_state conversation_state(const struct conversation *conversation);

/* Whether a question is open about a request that is not stored yet. */
bool conversation_asks_about_request(enum conversation_state state);

/* The microphone was lost in the middle of a request, a moment ago: it is gone on with when the
 * microphone is back. */
bool conversation_is_held(const struct conversation *conversation);

/* What is being asked about. Returns: until the next event. */
const struct draft *conversation_draft(const struct conversation *conversation);

const char *conversation_state_name(enum conversation_state state);
const char *conversation_event_name(enum conversation_event_type event);

/* Whether every cell of the table is filled; names the first empty one otherwise. Returns: 0, or
 * -ENOENT. */
int conversation_check_table(enum conversation_state *ret_state,
                             enum conversation_event_type *ret_event);

/* The table as a Graphviz diagram: moves that change the state only, those of nearly every state
 * once. */
void conversation_print_dot(FILE *file);

#endif
