/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversations told line by line; what holds of all is in conversation_properties.c. */
#include "tests/check.h"
#include "tests/daemon/walk.h"

/* Groceries are asked for, and the question about them has been heard. */
static void begin_restated(struct walk *walk)
{
    walk_begin(walk);
    walk_happen(walk, EVENT_WAKE);
    walk_hear(walk, EVENT_REQUEST, "groceries", "2026-06-16");
    walk_happen(walk, EVENT_SPOKEN);
}

static void a_request_said_and_confirmed_is_stored_and_announced_step_by_step(void)
{
    struct walk walk;

    walk_begin(&walk);
    walk_happen(&walk, EVENT_WAKE);
    CHECK_STR(walk_did(&walk), "stop earcon:listening listen:request ");
    walk_hear(&walk, EVENT_REQUEST, "groceries", "2026-06-16");
    CHECK_STR(walk_did(&walk), "say:confirm.request ");
    walk_happen(&walk, EVENT_SPOKEN);
    CHECK_STR(walk_did(&walk), "listen:confirmation ");
    walk_happen(&walk, EVENT_AFFIRM);
    CHECK_STR(walk_did(&walk), "store:groceries ");
    walk_happen(&walk, EVENT_STORED);
    CHECK_STR(walk_did(&walk), "say:noted ");
    walk_happen(&walk, EVENT_TRANSMITTED);
    walk_happen(&walk, EVENT_SPOKEN);
    CHECK_STR(walk_did(&walk), "say:transmitted listen:request ");
    walk_happen(&walk, EVENT_SILENCE);
    CHECK_STR(walk_did(&walk), "earcon:closed sleep ");
    CHECK_INT(conversation_state(walk.conversation), STATE_ASLEEP);
    conversation_destroy(walk.conversation);
}

/* Whatever was answered, and whatever a television says then: no word of ours comes of it, only
 * the tone that ends the listening. */
static void nobody_is_nagged_when_all_is_answered(void)
{
    static const enum conversation_event_type answered[] = {
        EVENT_STATUS, EVENT_PRIVACY, EVENT_CLOCK,  EVENT_TODAY,
        EVENT_WHO,    EVENT_LOUDER,  EVENT_REPEAT, EVENT_CANCEL_NOTHING};
    static const enum conversation_event_type talk[] = {
        EVENT_NOT_UNDERSTOOD, EVENT_REQUEST_DOUBTFUL, EVENT_CORRECTION, EVENT_REQUEST_BESIDES,
        EVENT_AFFIRM,         EVENT_AFFIRM_AND,       EVENT_SILENCE};
    enum { N_TALK = sizeof(talk) / sizeof(talk[0]) };

    for (size_t i = 0; i < N_TALK * sizeof(answered) / sizeof(answered[0]); i++) {
        struct walk walk;

        walk_begin(&walk);
        walk_happen(&walk, EVENT_WAKE);
        walk_happen(&walk, answered[i / N_TALK]);
        walk_happen(&walk, EVENT_SPOKEN);
        CHECK_INT(conversation_state(walk.conversation), STATE_LINGERING);
        walk_did(&walk);
        walk_hear(&walk, talk[i % N_TALK], "groceries", NULL);
        if (talk[i % N_TALK] != EVENT_SILENCE) {
            CHECK_STR(walk_did(&walk), "listen:request ");
            walk_hear(&walk, talk[i % N_TALK], "groceries", NULL);
        }
        CHECK_STR(walk_did(&walk), "earcon:closed sleep ");
        CHECK_INT(conversation_state(walk.conversation), STATE_ASLEEP);
        conversation_destroy(walk.conversation);
    }
}

static void a_call_when_all_is_answered_begins_anew(void)
{
    struct walk walk;

    walk_begin(&walk);
    walk_happen(&walk, EVENT_WAKE);
    walk_happen(&walk, EVENT_CLOCK);
    walk_happen(&walk, EVENT_SPOKEN);
    walk_did(&walk);
    walk_happen(&walk, EVENT_CALLED);
    walk_happen(&walk, EVENT_NOT_UNDERSTOOD);
    CHECK_STR(walk_did(&walk), "sleep say:repair.pardon ");
    conversation_destroy(walk.conversation);
}

static void a_correction_changes_the_day_and_is_restated(void)
{
    struct walk walk;

    walk_begin(&walk);
    walk_happen(&walk, EVENT_WAKE);
    walk_hear(&walk, EVENT_REQUEST, "pet_walk", "2026-06-16");
    walk_happen(&walk, EVENT_SPOKEN);
    walk_did(&walk);
    walk_hear(&walk, EVENT_DENY, "", "2026-06-19");
    CHECK_STR(walk_did(&walk), "say:confirm.corrected ");
    walk_happen(&walk, EVENT_SPOKEN);
    walk_happen(&walk, EVENT_AFFIRM);
    CHECK_STR(walk.stored.service, "pet_walk");
    CHECK_INT(walk.stored.date.day, 19);
    conversation_destroy(walk.conversation);
}

static void the_repair_ladder_has_different_steps_and_ends_kindly(void)
{
    struct walk walk;

    walk_begin(&walk);
    walk_happen(&walk, EVENT_WAKE);
    walk_did(&walk);
    for (int i = 0; i < 4; i++) {
        walk_happen(&walk, EVENT_NOT_UNDERSTOOD);
        walk_happen(&walk, EVENT_SPOKEN);
    }
    CHECK_STR(walk_did(&walk), "say:repair.pardon listen:request say:repair.choice listen:choice "
                               "say:repair.callback listen:confirmation say:repair.give_up "
                               "earcon:closed sleep ");
    CHECK_INT(walk.n_stored, 0);
    conversation_destroy(walk.conversation);
}

static void silence_is_never_a_yes(void)
{
    struct walk walk;

    walk_begin(&walk);
    walk_happen(&walk, EVENT_WAKE);
    walk_hear(&walk, EVENT_REQUEST, "groceries", NULL);
    walk_happen(&walk, EVENT_SPOKEN);
    walk_happen(&walk, EVENT_SILENCE);
    walk_happen(&walk, EVENT_SPOKEN);
    walk_did(&walk);
    walk_happen(&walk, EVENT_SILENCE);
    walk_happen(&walk, EVENT_SPOKEN);
    CHECK_STR(walk_did(&walk), "say:silence.close earcon:closed sleep ");
    CHECK_INT(walk.n_stored, 0);
    conversation_destroy(walk.conversation);
}

static void an_emergency_interrupts_every_state_but_mute(void)
{
    static const enum conversation_event_type roads[][3] = {
        {EVENT_WAKE, EVENT_EMERGENCY, 0},
        {EVENT_WAKE, EVENT_NOT_UNDERSTOOD, EVENT_EMERGENCY},
        {EVENT_EMERGENCY, EVENT_EMERGENCY, EVENT_EMERGENCY},
        {EVENT_NEWS, EVENT_EMERGENCY, 0},
    };

    for (size_t i = 0; i < sizeof(roads) / sizeof(roads[0]); i++) {
        struct walk walk;

        walk_begin(&walk);
        for (int j = 0; j < 3 && (j == 0 || roads[i][j]); j++) {
            struct conversation_event event = {.type = roads[i][j]};

            walk_feed(&walk, &event);
        }
        CHECK(strstr(walk.did, "alert say:emergency say:emergency "));
        CHECK_INT(conversation_state(walk.conversation), STATE_ALARMED);
        CHECK_INT(walk.n_stored, 0);
        conversation_destroy(walk.conversation);
    }
}

static void a_request_broken_off_is_gone_on_with_when_the_microphone_is_back(void)
{
    struct walk walk;

    begin_restated(&walk);
    walk_did(&walk);
    walk_happen(&walk, EVENT_DEAF);
    walk_happen(&walk, EVENT_SPOKEN);
    CHECK_STR(walk_did(&walk), "stop say:mic.lost say:undone.request earcon:closed sleep ");
    CHECK(conversation_is_held(walk.conversation));
    walk_happen(&walk, EVENT_HEARING);
    walk_happen(&walk, EVENT_SPOKEN);
    CHECK_STR(walk_did(&walk),
              "say:mic.back say:next.resumed take up:groceries say:confirm.request ");
    walk_happen(&walk, EVENT_SPOKEN);
    walk_happen(&walk, EVENT_AFFIRM);
    CHECK_INT(walk.n_stored, 1);
    conversation_destroy(walk.conversation);
}

/* R30: what was not confirmed is kept no longer than it is of use. */
static void a_request_broken_off_is_forgotten_after_a_while(void)
{
    struct walk walk;

    begin_restated(&walk);
    walk_happen(&walk, EVENT_DEAF);
    walk_happen(&walk, EVENT_SPOKEN);
    CHECK(walk.has_timer);
    walk_happen(&walk, EVENT_TIMER);
    CHECK(!conversation_is_held(walk.conversation));
    CHECK_STR(conversation_draft(walk.conversation)->service, "");
    walk_did(&walk);
    walk_happen(&walk, EVENT_HEARING);
    walk_happen(&walk, EVENT_SPOKEN);
    CHECK_STR(walk_did(&walk), "say:mic.back earcon:closed sleep ");
    conversation_destroy(walk.conversation);
}

/* The yes was said: whether it is on disk is told even over an emergency. */
static void what_was_confirmed_before_an_emergency_is_told(void)
{
    struct walk walk;

    begin_restated(&walk);
    walk_happen(&walk, EVENT_AFFIRM);
    walk_did(&walk);
    walk_happen(&walk, EVENT_EMERGENCY);
    walk_happen(&walk, EVENT_STORED);
    CHECK_STR(walk_did(&walk), "stop alert say:emergency say:emergency say:noted ");
    conversation_destroy(walk.conversation);
}

/* "Je ne peux pas noter votre demande" stays true when the disk comes round. */
static void a_request_that_was_told_not_to_be_noted_is_given_up(void)
{
    struct walk walk;

    begin_restated(&walk);
    walk_happen(&walk, EVENT_AFFIRM);
    walk_did(&walk);
    walk_happen(&walk, EVENT_TIMER);
    CHECK_STR(walk_did(&walk), "give up say:store.failed ");
    conversation_destroy(walk.conversation);
}

/* What began then would be erased with the rest. */
static void nothing_begins_once_all_is_being_erased(void)
{
    static const enum conversation_event_type begins[] = {EVENT_WAKE, EVENT_BUTTON,
                                                          EVENT_BUTTON_LONG, EVENT_MUTE};

    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        struct walk walk;

        walk_begin(&walk);
        walk_happen(&walk, EVENT_WAKE);
        walk_happen(&walk, EVENT_ERASE);
        walk_happen(&walk, EVENT_AFFIRM);
        walk_happen(&walk, EVENT_AFFIRM);
        walk_happen(&walk, EVENT_STORED);
        walk_did(&walk);
        walk_happen(&walk, begins[i]);
        CHECK_STR(walk_did(&walk), "");
        walk_happen(&walk, EVENT_SPOKEN);
        CHECK_STR(walk_did(&walk), "earcon:closed sleep ");
        conversation_destroy(walk.conversation);
    }
}

static void a_guess_that_was_wrong_is_not_asked_again(void)
{
    struct walk walk;

    walk_begin(&walk);
    walk_happen(&walk, EVENT_WAKE);
    walk_hear(&walk, EVENT_REQUEST_DOUBTFUL, "groceries", NULL);
    walk_happen(&walk, EVENT_SPOKEN);
    walk_happen(&walk, EVENT_DENY);
    walk_happen(&walk, EVENT_SPOKEN);
    walk_did(&walk);
    walk_hear(&walk, EVENT_REQUEST_DOUBTFUL, "groceries", NULL);
    CHECK_STR(walk_did(&walk), "say:repair.callback ");
    conversation_destroy(walk.conversation);
}

static void two_guesses_are_asked_and_no_third(void)
{
    static const char *const services[] = {"groceries", "pet_walk", "friendly_call"};
    struct walk walk;

    walk_begin(&walk);
    walk_happen(&walk, EVENT_WAKE);
    for (int i = 0; i < 2; i++) {
        walk_hear(&walk, EVENT_REQUEST_DOUBTFUL, services[i], NULL);
        walk_happen(&walk, EVENT_SPOKEN);
        walk_happen(&walk, EVENT_DENY);
        walk_happen(&walk, EVENT_SPOKEN);
    }
    walk_did(&walk);
    walk_hear(&walk, EVENT_REQUEST_DOUBTFUL, services[2], NULL);
    CHECK_STR(walk_did(&walk), "say:repair.callback ");
    conversation_destroy(walk.conversation);
}

/* The answer of the service, while the resident is asked whether to take the request back. */
static void whether_it_was_sent_is_told_when_it_is_not_taken_back(void)
{
    static const enum conversation_event_type outcomes[] = {EVENT_TRANSMITTED, EVENT_KEPT};
    static const char *const told[] = {"say:cancel.kept say:transmitted ",
                                       "say:cancel.kept say:kept "};
    static const char *const told_after[] = {"say:cancel.kept listen:request say:transmitted ",
                                             "say:cancel.kept listen:request say:kept "};

    for (int i = 0; i < 4; i++) {
        bool comes_after = i >= 2;
        struct walk walk;

        walk_begin(&walk);
        walk_happen(&walk, EVENT_WAKE);
        walk_hear(&walk, EVENT_REQUEST, "groceries", "2026-06-16");
        walk_happen(&walk, EVENT_AFFIRM);
        walk_happen(&walk, EVENT_STORED);
        walk_happen(&walk, EVENT_CANCEL);
        if (!comes_after)
            walk_happen(&walk, outcomes[i % 2]);
        walk_happen(&walk, EVENT_SPOKEN);
        walk_did(&walk);
        walk_happen(&walk, EVENT_DENY);
        if (comes_after) {
            walk_happen(&walk, EVENT_SPOKEN);
            walk_happen(&walk, outcomes[i % 2]);
        }
        CHECK_STR(walk_did(&walk), comes_after ? told_after[i % 2] : told[i % 2]);
        walk_happen(&walk, outcomes[i % 2]);
        CHECK_STR(walk_did(&walk), ""); /* once */
        conversation_destroy(walk.conversation);
    }
}

CHECK_MAIN(a_request_said_and_confirmed_is_stored_and_announced_step_by_step,
           nobody_is_nagged_when_all_is_answered, a_call_when_all_is_answered_begins_anew,
           a_correction_changes_the_day_and_is_restated,
           the_repair_ladder_has_different_steps_and_ends_kindly, silence_is_never_a_yes,
           an_emergency_interrupts_every_state_but_mute,
           a_request_broken_off_is_gone_on_with_when_the_microphone_is_back,
           a_request_broken_off_is_forgotten_after_a_while,
           what_was_confirmed_before_an_emergency_is_told,
           a_request_that_was_told_not_to_be_noted_is_given_up,
           nothing_begins_once_all_is_being_erased, a_guess_that_was_wrong_is_not_asked_again,
           two_guesses_are_asked_and_no_third,
           whether_it_was_sent_is_told_when_it_is_not_taken_back)
