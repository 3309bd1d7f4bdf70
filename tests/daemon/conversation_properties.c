/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds of every conversation, whichever way it goes: random events look for the way on which
 * it does not. */
#include "base/log.h"
#include "base/rng.h"
#include "tests/check.h"
#include "tests/daemon/walk.h"

enum { N_OPEN = 16 }; /* states that listen to the resident */

static void every_cell_of_the_table_is_filled(void)
{
    enum conversation_state state;
    enum conversation_event_type event;

    if (conversation_check_table(&state, &event) < 0) {
        fprintf(stderr, "empty: [%s][%s]\n", conversation_state_name(state),
                conversation_event_name(event));
        check_failures++;
    }
}

/* Any event, and as often one of those that lead far. */
static enum conversation_event_type draw(struct base_rng *rng)
{
    static const enum conversation_event_type leading[] = {
        EVENT_WAKE, EVENT_REQUEST, EVENT_AFFIRM, EVENT_ERASE, EVENT_STORED, EVENT_SPOKEN};

    if (base_rng_below(rng, 2))
        return leading[base_rng_below(rng, sizeof(leading) / sizeof(leading[0]))];
    return (enum conversation_event_type)base_rng_below(rng, N_EVENTS);
}

/* By random events, as far as it takes. */
static bool reach(struct walk *walk, struct base_rng *rng, enum conversation_state state)
{
    for (int i = 0; i < 200000 && conversation_state(walk->conversation) != state; i++) {
        struct conversation_event event = {.type = draw(rng), .cancel_id = "id"};

        draft_clear(&event.draft);
        if (base_rng_below(rng, 2))
            strcpy(event.draft.service, "groceries");
        walk_feed(walk, &event);
        walk->did[0] = '\0';
    }
    return conversation_state(walk->conversation) == state;
}

static void an_emergency_goes_first_in_every_state(void)
{
    static const char goes_first[] = "stop alert say:emergency say:emergency ";
    struct base_rng rng;
    struct walk walk;

    base_rng_seed(&rng, 15);
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    walk_begin(&walk);
    for (int state = 0; state < N_STATES; state++) {
        int n_stored;

        if (!reach(&walk, &rng, (enum conversation_state)state)) {
            fprintf(stderr, "%s is never reached\n",
                    conversation_state_name((enum conversation_state)state));
            check_failures++;
            continue;
        }
        if (state == STATE_MUTED)
            continue; /* nothing is heard */
        n_stored = walk.n_stored;
        walk.did[0] = '\0';
        walk_happen(&walk, EVENT_EMERGENCY);
        CHECK(strncmp(walk.did, goes_first, strlen(goes_first)) == 0);
        CHECK_INT(conversation_state(walk.conversation), STATE_ALARMED);
        CHECK_INT(walk.n_stored, n_stored);
    }
    conversation_destroy(walk.conversation);
}

/* Who hears no more of a question takes it for answered. */
static void what_breaks_off_a_question_says_what_is_not_done(void)
{
    static const enum conversation_state asking[] = {
        STATE_ASKING,   STATE_CONFIRMING,     STATE_CONFIRMING_AGAIN,
        STATE_GUESSING, STATE_DUPLICATE,      STATE_CANCELLING,
        STATE_ERASING,  STATE_ERASING_SURELY, STATE_OFFERING_CALLBACK};
    static const enum conversation_event_type breaks[] = {EVENT_EMERGENCY, EVENT_MUTE, EVENT_DEAF};
    struct base_rng rng;
    struct walk walk;

    base_rng_seed(&rng, 4);
    walk_begin(&walk);
    for (size_t i = 0; i < 3 * sizeof(asking) / sizeof(asking[0]); i++) {
        REQUIRE(reach(&walk, &rng, asking[i / 3]));
        walk_happen(&walk, breaks[i % 3]);
        CHECK(strstr(walk_did(&walk), "say:undone."));
    }
    conversation_destroy(walk.conversation);
}

/* Returns: whether that state opens the ears once it has spoken. */
static bool reach_open_ears(struct walk *walk, struct base_rng *rng, enum conversation_state state)
{
    bool is_open = false;

    for (int i = 0; i < 20 && !is_open && reach(walk, rng, state); i++) {
        walk_happen(walk, EVENT_SPOKEN);
        is_open = strstr(walk_did(walk), "listen:") && walk->state == state;
    }
    return is_open;
}

/* Whoever presses has heard enough. */
static void the_button_cuts_off_whatever_is_being_said(void)
{
    static const enum conversation_event_type presses[] = {EVENT_BUTTON, EVENT_BUTTON_LONG};
    struct base_rng rng;
    struct walk walk;
    int n_asking = 0;

    base_rng_seed(&rng, 510);
    walk_begin(&walk);
    for (int i = 0; i < 2 * N_STATES; i++) {
        enum conversation_state state = (enum conversation_state)(i / 2);

        if (!reach_open_ears(&walk, &rng, state))
            continue;
        n_asking++;
        REQUIRE(reach(&walk, &rng, state));
        walk_happen(&walk, presses[i % 2]);
        if (strncmp(walk.did, "stop ", strlen("stop ")) != 0) {
            fprintf(stderr, "%s at %s: %s\n", conversation_event_name(presses[i % 2]),
                    conversation_state_name(state), walk.did);
            check_failures++;
        }
    }
    CHECK_INT(n_asking, 2 * N_OPEN);
    conversation_destroy(walk.conversation);
}

/* Design 5.6: legal in every state in which somebody may speak. No state is excepted. */
static void what_is_legal_everywhere_is_answered_wherever_the_ears_are_open(void)
{
    static const enum conversation_event_type legal[] = {EVENT_PRIVACY, EVENT_REPEAT, EVENT_LOUDER,
                                                         EVENT_SOFTER,  EVENT_SLOWER, EVENT_HELP,
                                                         EVENT_CANCEL,  EVENT_STATUS};
    enum { N_LEGAL = sizeof(legal) / sizeof(legal[0]) };
    struct base_rng rng;
    struct walk walk;
    int n_open = 0;

    base_rng_seed(&rng, 56);
    walk_begin(&walk);
    for (int i = 0; i < N_LEGAL * N_STATES; i++) {
        enum conversation_state state = (enum conversation_state)(i / N_LEGAL);
        struct conversation_event event = {.type = legal[i % N_LEGAL], .cancel_id = "id"};
        int n_said;

        if (!reach_open_ears(&walk, &rng, state))
            continue;
        n_open++;
        n_said = walk.n_said;
        draft_clear(&event.draft);
        walk_feed(&walk, &event);
        if (walk.n_said == n_said) {
            fprintf(stderr, "%s at %s: %s\n", conversation_event_name(event.type),
                    conversation_state_name(state), walk.did);
            check_failures++;
        }
    }
    CHECK_INT(n_open, N_LEGAL * N_OPEN);
    conversation_destroy(walk.conversation);
}

/* walk.did then tells of this event alone. */
static enum conversation_event_type happen_at_random(struct walk *walk, struct base_rng *rng)
{
    enum conversation_event_type type = (enum conversation_event_type)base_rng_below(rng, N_EVENTS);

    walk->did[0] = '\0';
    walk_happen(walk, type);
    return type;
}

/* Two questions, two yeses: never on the way of anything else. */
static void nothing_is_erased_without_two_yeses(void)
{
    struct base_rng rng;
    struct walk walk;
    int n_erased = 0;

    base_rng_seed(&rng, 32);
    walk_begin(&walk);
    for (int step = 0; step < 200000; step++) {
        enum conversation_state before = conversation_state(walk.conversation);
        enum conversation_event_type type = happen_at_random(&walk, &rng);

        if (conversation_state(walk.conversation) == STATE_ERASING_SURELY &&
            before != STATE_ERASING_SURELY)
            CHECK(before == STATE_ERASING && (type == EVENT_AFFIRM || type == EVENT_BUTTON));
        if (strstr(walk.did, "erase ")) {
            CHECK(before == STATE_ERASING_SURELY && (type == EVENT_AFFIRM || type == EVENT_BUTTON));
            n_erased++;
        }
    }
    CHECK(n_erased > 0);
    conversation_destroy(walk.conversation);
}

/* Silence, a television, the button or a request on the way are none. */
static void a_voice_is_learned_only_after_a_spoken_yes(void)
{
    struct base_rng rng;
    struct walk walk;
    int n_given = 0;

    base_rng_seed(&rng, 33);
    walk_begin(&walk);
    for (int step = 0; step < 200000; step++) {
        enum conversation_state before = conversation_state(walk.conversation);
        enum conversation_event_type type = happen_at_random(&walk, &rng);

        if (conversation_state(walk.conversation) == STATE_CONSENTING &&
            before != STATE_CONSENTING) {
            CHECK(before == STATE_ASLEEP && type == EVENT_CONSENT);
            CHECK_STR(walk.did, "say:learn.ask ");
        }
        if (strstr(walk.did, "consent:yes ")) {
            CHECK(before == STATE_CONSENTING && type == EVENT_AFFIRM);
            n_given++;
        }
    }
    CHECK(n_given > 0);
    conversation_destroy(walk.conversation);
}

/* As where a request is asked about: what waits is given up with the question. */
static void who_leaves_the_question_about_the_voice_is_asked_nothing_more(void)
{
    static const enum conversation_event_type leaving[] = {EVENT_GOODBYE, EVENT_BUTTON_LONG};

    for (size_t i = 0; i < sizeof(leaving) / sizeof(leaving[0]); i++) {
        struct conversation_event besides = {.type = EVENT_REQUEST_BESIDES, .n_also = 1};
        struct walk walk;

        walk_begin(&walk);
        walk_happen(&walk, EVENT_CONSENT);
        walk_happen(&walk, EVENT_SPOKEN);
        draft_clear(&besides.draft);
        draft_clear(&besides.also[0]);
        snprintf(besides.also[0].service, sizeof(besides.also[0].service), "groceries");
        walk_feed(&walk, &besides);
        walk_happen(&walk, leaving[i]);
        CHECK_INT(conversation_state(walk.conversation), STATE_CLOSING);
        walk_happen(&walk, EVENT_SPOKEN);
        CHECK_INT(conversation_state(walk.conversation), STATE_ASLEEP);
        conversation_destroy(walk.conversation);
    }
}

/* What a real caller brings when nobody says anything more: the end of what was said, the silence
 * of ears that were opened, the timer that was asked for (which outlasts a silence), and nothing
 * else.
 */
static bool bring_what_is_due(struct walk *walk)
{
    if (walk->is_speaking)
        walk_happen(walk, EVENT_SPOKEN);
    else if (walk->has_ears && !(walk->has_timer && walk->n_silences++ > 0))
        walk_happen(walk, EVENT_SILENCE);
    else if (walk->has_timer)
        walk_happen(walk, EVENT_TIMER);
    else if (walk->state == STATE_MUTED)
        walk_happen(walk, EVENT_UNMUTE); /* by hand, one day */
    else
        return false;
    return true;
}

static void let_it_rest(struct walk *walk)
{
    for (int i = 0; i < 24 && walk->state != STATE_ASLEEP; i++) {
        if (!bring_what_is_due(walk)) {
            fprintf(stderr, "nothing leads out of %s\n", conversation_state_name(walk->state));
            check_failures++;
            return;
        }
    }
}

static void random_events_never_store_without_a_yes_and_always_come_to_rest(void)
{
    struct base_rng rng;
    struct walk walk;

    base_rng_seed(&rng, 20200615);
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    walk_begin(&walk);
    for (int step = 0; step < 300000; step++) {
        enum conversation_event_type type =
            (enum conversation_event_type)base_rng_below(&rng, N_EVENTS);
        struct conversation_event event = {.type = type, .cancel_id = "id"};
        enum conversation_state before = conversation_state(walk.conversation);
        int n_stored = walk.n_stored, n_audible = walk.n_said + walk.n_earcons;
        bool asked = walk.asked_with_all;

        draft_clear(&event.draft);
        if (base_rng_below(&rng, 2))
            strcpy(event.draft.service, "groceries");
        if (base_rng_below(&rng, 4) == 0)
            event.draft.date = (struct base_date){2026, 6, 16};
        if (base_rng_below(&rng, 4) == 0) {
            event.n_also = 1 + base_rng_below(&rng, CONVERSATION_ALSO_MAX);
            for (size_t i = 0; i < event.n_also; i++) {
                draft_clear(&event.also[i]);
                strcpy(event.also[i].service, "pet_walk");
            }
        }
        walk_feed(&walk, &event);
        if (walk.n_stored != n_stored)
            CHECK((type == EVENT_AFFIRM || type == EVENT_AFFIRM_AND || type == EVENT_BUTTON) &&
                  asked);
        /* What the call is for comes behind it. */
        if (before != STATE_ASLEEP && conversation_state(walk.conversation) == STATE_ASLEEP &&
            before != STATE_TELLING && type != EVENT_CALLED)
            CHECK(walk.n_said + walk.n_earcons > n_audible);
        walk.did[0] = '\0';
        if (step % 100 == 99) {
            let_it_rest(&walk);
            REQUIRE(conversation_state(walk.conversation) == STATE_ASLEEP);
        }
    }
    conversation_destroy(walk.conversation);
}

CHECK_MAIN(every_cell_of_the_table_is_filled, an_emergency_goes_first_in_every_state,
           what_breaks_off_a_question_says_what_is_not_done,
           the_button_cuts_off_whatever_is_being_said,
           what_is_legal_everywhere_is_answered_wherever_the_ears_are_open,
           nothing_is_erased_without_two_yeses, a_voice_is_learned_only_after_a_spoken_yes,
           who_leaves_the_question_about_the_voice_is_asked_nothing_more,
           random_events_never_store_without_a_yes_and_always_come_to_rest)
