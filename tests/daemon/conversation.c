/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/conversation.h"

#include "base/log.h"
#include "base/rng.h"
#include "tests/check.h"

enum { N_OPEN = 16 }; /* states that listen to the resident */

/* What the conversation did, as one string a person can read: "say:confirm.request
 * listen:confirmation ". */
struct scene {
    struct conversation *conversation;
    char did[4096];
    int n_stored, n_said, n_earcons;
    /* What the caller would bring next, of this state: see `follow`. */
    enum conversation_state state;
    bool is_speaking, has_ears, has_timer;
    int n_silences;
    struct draft stored;
    bool asked_with_all; /* a question has restated the request that is being talked about */
};

/* What was asked for in another state counts no more: the new one must ask for what it waits for.
 */
static void follow(struct scene *scene)
{
    if (conversation_state(scene->conversation) == scene->state)
        return;
    scene->state = conversation_state(scene->conversation);
    scene->is_speaking = scene->has_ears = scene->has_timer = false;
    scene->n_silences = 0;
}

/* One utterance closes the ears, whatever it means. Some of these no caller brings: the
 * conversation makes them of others. */
static bool is_heard(enum conversation_event_type type)
{
    return type >= EVENT_REQUEST && type <= EVENT_SILENCE && type != EVENT_LOST &&
           type != EVENT_UNCLEAR && type != EVENT_OTHERS;
}

/* As the caller does: what ended is over before it is told. */
static void feed(struct scene *scene, const struct conversation_event *event)
{
    if (event->type == EVENT_SPOKEN)
        scene->is_speaking = false;
    else if (event->type == EVENT_TIMER)
        scene->has_timer = false;
    else if (is_heard(event->type))
        scene->has_ears = false;
    conversation_event(scene->conversation, event);
    follow(scene);
}

static void note(struct scene *scene, const char *what, const char *detail)
{
    size_t n = strlen(scene->did);

    snprintf(scene->did + n, sizeof(scene->did) - n, "%s%s%s ", what, detail ? ":" : "",
             detail ? detail : "");
}

static void speak(struct scene *scene)
{
    follow(scene);
    scene->is_speaking = true;
    scene->n_said++;
}

static void on_say(void *user, const char *key, const struct draft *about)
{
    struct scene *scene = user;

    (void)about;
    note(scene, "say", key);
    speak(scene);
    if (strncmp(key, "confirm.", 8) == 0 && strcmp(key, "confirm.denied") != 0 &&
        strcmp(key, "confirm.once") != 0 && strcmp(key, "confirm.weekday") != 0 &&
        strcmp(key, "confirm.full") != 0)
        scene->asked_with_all = true;
    else if (strcmp(key, "repair.guess") == 0 || strcmp(key, "repair.callback") == 0 ||
             strcmp(key, "callback.ask") == 0 || strcmp(key, "refuse.not_here") == 0)
        scene->asked_with_all = true;
    else if (strncmp(key, "confirm", 7) == 0 || strncmp(key, "repair", 6) == 0)
        scene->asked_with_all = false;
}

static void on_say_again(void *user)
{
    struct scene *scene = user;

    note(scene, "again", NULL);
    speak(scene);
}

static void on_stop_speech(void *user)
{
    struct scene *scene = user;

    note(scene, "stop", NULL);
    scene->is_speaking = false;
}

static void on_earcon(void *user, enum conversation_earcon which)
{
    struct scene *scene = user;

    note(scene, "earcon", which == EARCON_LISTENING ? "listening" : "closed");
    scene->n_earcons++;
}

static void on_listen(void *user, enum conversation_expect expect, bool is_patient)
{
    struct scene *scene = user;

    static const char *const names[] = {"request", "confirmation", "choice", "day"};

    note(scene, is_patient ? "listen long" : "listen", names[expect]);
    follow(scene);
    scene->has_ears = true;
    if (expect == EXPECT_REQUEST)
        scene->asked_with_all = false;
}

static void on_sleep(void *user)
{
    struct scene *scene = user;

    note(scene, "sleep", NULL);
    scene->has_ears = false;
}

static void on_store(void *user, const struct draft *request)
{
    struct scene *scene = user;

    note(scene, "store", request->service);
    scene->n_stored++;
    scene->stored = *request;
}

/* As the daemon does: at once, as if it were said now. */
static void on_take_up(void *user, const struct draft *request)
{
    struct scene *scene = user;
    struct conversation_event event = {.type = EVENT_REQUEST, .draft = *request};

    note(scene, "take up", request->service);
    conversation_event(scene->conversation, &event);
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
    struct scene *scene = user;

    CHECK(timeout_ms > 0);
    follow(scene);
    scene->has_timer = true;
}

static void on_adjust(void *user, enum conversation_event_type how)
{
    struct scene *scene = user;

    note(scene, "adjust", conversation_event_name(how));
    speak(scene);
}

static void on_alert(void *user)
{
    note(user, "alert", NULL);
}

static void on_tell_status(void *user, const struct draft *about)
{
    struct scene *scene = user;

    (void)about;
    note(scene, "status", NULL);
    speak(scene);
}

static void on_tell_news(void *user)
{
    struct scene *scene = user;

    note(scene, "news", NULL);
    speak(scene);
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

static void begin(struct scene *scene)
{
    *scene = (struct scene){.state = STATE_ASLEEP};
    REQUIRE(conversation_create(&ops, scene, &scene->conversation) == 0);
}

static void happen(struct scene *scene, enum conversation_event_type type)
{
    struct conversation_event event = {.type = type};

    draft_clear(&event.draft);
    feed(scene, &event);
}

static void hear(struct scene *scene, enum conversation_event_type type, const char *service,
                 const char *date)
{
    struct conversation_event event = {.type = type};

    draft_clear(&event.draft);
    snprintf(event.draft.service, sizeof(event.draft.service), "%s", service);
    if (date)
        REQUIRE(base_date_parse(date, &event.draft.date) == 0);
    feed(scene, &event);
}

/* Groceries are asked for, and the question about them has been heard. */
static void begin_restated(struct scene *scene)
{
    begin(scene);
    happen(scene, EVENT_WAKE);
    hear(scene, EVENT_REQUEST, "groceries", "2026-06-16");
    happen(scene, EVENT_SPOKEN);
}

static const char *did(struct scene *scene)
{
    static char copy[4096];

    memcpy(copy, scene->did, sizeof(copy));
    scene->did[0] = '\0';
    return copy;
}

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

static void a_request_said_and_confirmed_is_stored_and_announced_step_by_step(void)
{
    struct scene scene;

    begin(&scene);
    happen(&scene, EVENT_WAKE);
    CHECK_STR(did(&scene), "stop earcon:listening listen:request ");
    hear(&scene, EVENT_REQUEST, "groceries", "2026-06-16");
    CHECK_STR(did(&scene), "say:confirm.request ");
    happen(&scene, EVENT_SPOKEN);
    CHECK_STR(did(&scene), "listen:confirmation ");
    happen(&scene, EVENT_AFFIRM);
    CHECK_STR(did(&scene), "store:groceries ");
    happen(&scene, EVENT_STORED);
    CHECK_STR(did(&scene), "say:noted ");
    happen(&scene, EVENT_TRANSMITTED);
    happen(&scene, EVENT_SPOKEN);
    CHECK_STR(did(&scene), "say:transmitted listen:request ");
    happen(&scene, EVENT_SILENCE);
    CHECK_STR(did(&scene), "earcon:closed sleep ");
    CHECK_INT(conversation_state(scene.conversation), STATE_ASLEEP);
    conversation_destroy(scene.conversation);
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
        struct scene scene;

        begin(&scene);
        happen(&scene, EVENT_WAKE);
        happen(&scene, answered[i / N_TALK]);
        happen(&scene, EVENT_SPOKEN);
        CHECK_INT(conversation_state(scene.conversation), STATE_LINGERING);
        did(&scene);
        hear(&scene, talk[i % N_TALK], "groceries", NULL);
        if (talk[i % N_TALK] != EVENT_SILENCE) {
            CHECK_STR(did(&scene), "listen:request ");
            hear(&scene, talk[i % N_TALK], "groceries", NULL);
        }
        CHECK_STR(did(&scene), "earcon:closed sleep ");
        CHECK_INT(conversation_state(scene.conversation), STATE_ASLEEP);
        conversation_destroy(scene.conversation);
    }
}

static void a_call_when_all_is_answered_begins_anew(void)
{
    struct scene scene;

    begin(&scene);
    happen(&scene, EVENT_WAKE);
    happen(&scene, EVENT_CLOCK);
    happen(&scene, EVENT_SPOKEN);
    did(&scene);
    happen(&scene, EVENT_CALLED);
    happen(&scene, EVENT_NOT_UNDERSTOOD);
    CHECK_STR(did(&scene), "sleep say:repair.pardon ");
    conversation_destroy(scene.conversation);
}

static void a_correction_changes_the_day_and_is_restated(void)
{
    struct scene scene;

    begin(&scene);
    happen(&scene, EVENT_WAKE);
    hear(&scene, EVENT_REQUEST, "pet_walk", "2026-06-16");
    happen(&scene, EVENT_SPOKEN);
    did(&scene);
    hear(&scene, EVENT_DENY, "", "2026-06-19");
    CHECK_STR(did(&scene), "say:confirm.corrected ");
    happen(&scene, EVENT_SPOKEN);
    happen(&scene, EVENT_AFFIRM);
    CHECK_STR(scene.stored.service, "pet_walk");
    CHECK_INT(scene.stored.date.day, 19);
    conversation_destroy(scene.conversation);
}

static void the_repair_ladder_has_different_steps_and_ends_kindly(void)
{
    struct scene scene;

    begin(&scene);
    happen(&scene, EVENT_WAKE);
    did(&scene);
    for (int i = 0; i < 4; i++) {
        happen(&scene, EVENT_NOT_UNDERSTOOD);
        happen(&scene, EVENT_SPOKEN);
    }
    CHECK_STR(did(&scene), "say:repair.pardon listen:request say:repair.choice listen:choice "
                           "say:repair.callback listen:confirmation say:repair.give_up "
                           "earcon:closed sleep ");
    CHECK_INT(scene.n_stored, 0);
    conversation_destroy(scene.conversation);
}

static void silence_is_never_a_yes(void)
{
    struct scene scene;

    begin(&scene);
    happen(&scene, EVENT_WAKE);
    hear(&scene, EVENT_REQUEST, "groceries", NULL);
    happen(&scene, EVENT_SPOKEN);
    happen(&scene, EVENT_SILENCE);
    happen(&scene, EVENT_SPOKEN);
    did(&scene);
    happen(&scene, EVENT_SILENCE);
    happen(&scene, EVENT_SPOKEN);
    CHECK_STR(did(&scene), "say:silence.close earcon:closed sleep ");
    CHECK_INT(scene.n_stored, 0);
    conversation_destroy(scene.conversation);
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
        struct scene scene;

        begin(&scene);
        for (int j = 0; j < 3 && (j == 0 || roads[i][j]); j++) {
            struct conversation_event event = {.type = roads[i][j]};

            feed(&scene, &event);
        }
        CHECK(strstr(scene.did, "alert say:emergency say:emergency "));
        CHECK_INT(conversation_state(scene.conversation), STATE_ALARMED);
        CHECK_INT(scene.n_stored, 0);
        conversation_destroy(scene.conversation);
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
static bool reach(struct scene *scene, struct base_rng *rng, enum conversation_state state)
{
    for (int i = 0; i < 200000 && conversation_state(scene->conversation) != state; i++) {
        struct conversation_event event = {.type = draw(rng), .cancel_id = "id"};

        draft_clear(&event.draft);
        if (base_rng_below(rng, 2))
            strcpy(event.draft.service, "groceries");
        feed(scene, &event);
        scene->did[0] = '\0';
    }
    return conversation_state(scene->conversation) == state;
}

static void an_emergency_goes_first_in_every_state(void)
{
    static const char goes_first[] = "stop alert say:emergency say:emergency ";
    struct base_rng rng;
    struct scene scene;

    base_rng_seed(&rng, 15);
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    begin(&scene);
    for (int state = 0; state < N_STATES; state++) {
        int n_stored;

        if (!reach(&scene, &rng, (enum conversation_state)state)) {
            fprintf(stderr, "%s is never reached\n",
                    conversation_state_name((enum conversation_state)state));
            check_failures++;
            continue;
        }
        if (state == STATE_MUTED)
            continue; /* nothing is heard */
        n_stored = scene.n_stored;
        scene.did[0] = '\0';
        happen(&scene, EVENT_EMERGENCY);
        CHECK(strncmp(scene.did, goes_first, strlen(goes_first)) == 0);
        CHECK_INT(conversation_state(scene.conversation), STATE_ALARMED);
        CHECK_INT(scene.n_stored, n_stored);
    }
    conversation_destroy(scene.conversation);
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
    struct scene scene;

    base_rng_seed(&rng, 4);
    begin(&scene);
    for (size_t i = 0; i < 3 * sizeof(asking) / sizeof(asking[0]); i++) {
        REQUIRE(reach(&scene, &rng, asking[i / 3]));
        happen(&scene, breaks[i % 3]);
        CHECK(strstr(did(&scene), "say:undone."));
    }
    conversation_destroy(scene.conversation);
}

static void a_request_broken_off_is_gone_on_with_when_the_microphone_is_back(void)
{
    struct scene scene;

    begin_restated(&scene);
    did(&scene);
    happen(&scene, EVENT_DEAF);
    happen(&scene, EVENT_SPOKEN);
    CHECK_STR(did(&scene), "stop say:mic.lost say:undone.request earcon:closed sleep ");
    CHECK(conversation_is_held(scene.conversation));
    happen(&scene, EVENT_HEARING);
    happen(&scene, EVENT_SPOKEN);
    CHECK_STR(did(&scene), "say:mic.back say:next.resumed take up:groceries say:confirm.request ");
    happen(&scene, EVENT_SPOKEN);
    happen(&scene, EVENT_AFFIRM);
    CHECK_INT(scene.n_stored, 1);
    conversation_destroy(scene.conversation);
}

/* R30: what was not confirmed is kept no longer than it is of use. */
static void a_request_broken_off_is_forgotten_after_a_while(void)
{
    struct scene scene;

    begin_restated(&scene);
    happen(&scene, EVENT_DEAF);
    happen(&scene, EVENT_SPOKEN);
    CHECK(scene.has_timer);
    happen(&scene, EVENT_TIMER);
    CHECK(!conversation_is_held(scene.conversation));
    CHECK_STR(conversation_draft(scene.conversation)->service, "");
    did(&scene);
    happen(&scene, EVENT_HEARING);
    happen(&scene, EVENT_SPOKEN);
    CHECK_STR(did(&scene), "say:mic.back earcon:closed sleep ");
    conversation_destroy(scene.conversation);
}

/* The yes was said: whether it is on disk is told even over an emergency. */
static void what_was_confirmed_before_an_emergency_is_told(void)
{
    struct scene scene;

    begin_restated(&scene);
    happen(&scene, EVENT_AFFIRM);
    did(&scene);
    happen(&scene, EVENT_EMERGENCY);
    happen(&scene, EVENT_STORED);
    CHECK_STR(did(&scene), "stop alert say:emergency say:emergency say:noted ");
    conversation_destroy(scene.conversation);
}

/* Returns: whether that state opens the ears once it has spoken. */
static bool reach_open_ears(struct scene *scene, struct base_rng *rng,
                            enum conversation_state state)
{
    bool is_open = false;

    for (int i = 0; i < 20 && !is_open && reach(scene, rng, state); i++) {
        happen(scene, EVENT_SPOKEN);
        is_open = strstr(did(scene), "listen:") && scene->state == state;
    }
    return is_open;
}

/* Whoever presses has heard enough. */
static void the_button_cuts_off_whatever_is_being_said(void)
{
    static const enum conversation_event_type presses[] = {EVENT_BUTTON, EVENT_BUTTON_LONG};
    struct base_rng rng;
    struct scene scene;
    int n_asking = 0;

    base_rng_seed(&rng, 510);
    begin(&scene);
    for (int i = 0; i < 2 * N_STATES; i++) {
        enum conversation_state state = (enum conversation_state)(i / 2);

        if (!reach_open_ears(&scene, &rng, state))
            continue;
        n_asking++;
        REQUIRE(reach(&scene, &rng, state));
        happen(&scene, presses[i % 2]);
        if (strncmp(scene.did, "stop ", strlen("stop ")) != 0) {
            fprintf(stderr, "%s at %s: %s\n", conversation_event_name(presses[i % 2]),
                    conversation_state_name(state), scene.did);
            check_failures++;
        }
    }
    CHECK_INT(n_asking, 2 * N_OPEN);
    conversation_destroy(scene.conversation);
}

/* Design 5.6: legal in every state in which somebody may speak. No state is excepted. */
static void what_is_legal_everywhere_is_answered_wherever_the_ears_are_open(void)
{
    static const enum conversation_event_type legal[] = {EVENT_PRIVACY, EVENT_REPEAT, EVENT_LOUDER,
                                                         EVENT_SOFTER,  EVENT_SLOWER, EVENT_HELP,
                                                         EVENT_CANCEL,  EVENT_STATUS};
    enum { N_LEGAL = sizeof(legal) / sizeof(legal[0]) };
    struct base_rng rng;
    struct scene scene;
    int n_open = 0;

    base_rng_seed(&rng, 56);
    begin(&scene);
    for (int i = 0; i < N_LEGAL * N_STATES; i++) {
        enum conversation_state state = (enum conversation_state)(i / N_LEGAL);
        struct conversation_event event = {.type = legal[i % N_LEGAL], .cancel_id = "id"};
        int n_said;

        if (!reach_open_ears(&scene, &rng, state))
            continue;
        n_open++;
        n_said = scene.n_said;
        draft_clear(&event.draft);
        feed(&scene, &event);
        if (scene.n_said == n_said) {
            fprintf(stderr, "%s at %s: %s\n", conversation_event_name(event.type),
                    conversation_state_name(state), scene.did);
            check_failures++;
        }
    }
    CHECK_INT(n_open, N_LEGAL * N_OPEN);
    conversation_destroy(scene.conversation);
}

/* "Je ne peux pas noter votre demande" stays true when the disk comes round. */
static void a_request_that_was_told_not_to_be_noted_is_given_up(void)
{
    struct scene scene;

    begin_restated(&scene);
    happen(&scene, EVENT_AFFIRM);
    did(&scene);
    happen(&scene, EVENT_TIMER);
    CHECK_STR(did(&scene), "give up say:store.failed ");
    conversation_destroy(scene.conversation);
}

/* What began then would be erased with the rest. */
static void nothing_begins_once_all_is_being_erased(void)
{
    static const enum conversation_event_type begins[] = {EVENT_WAKE, EVENT_BUTTON,
                                                          EVENT_BUTTON_LONG, EVENT_MUTE};

    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        struct scene scene;

        begin(&scene);
        happen(&scene, EVENT_WAKE);
        happen(&scene, EVENT_ERASE);
        happen(&scene, EVENT_AFFIRM);
        happen(&scene, EVENT_AFFIRM);
        happen(&scene, EVENT_STORED);
        did(&scene);
        happen(&scene, begins[i]);
        CHECK_STR(did(&scene), "");
        happen(&scene, EVENT_SPOKEN);
        CHECK_STR(did(&scene), "earcon:closed sleep ");
        conversation_destroy(scene.conversation);
    }
}

static void a_guess_that_was_wrong_is_not_asked_again(void)
{
    struct scene scene;

    begin(&scene);
    happen(&scene, EVENT_WAKE);
    hear(&scene, EVENT_REQUEST_DOUBTFUL, "groceries", NULL);
    happen(&scene, EVENT_SPOKEN);
    happen(&scene, EVENT_DENY);
    happen(&scene, EVENT_SPOKEN);
    did(&scene);
    hear(&scene, EVENT_REQUEST_DOUBTFUL, "groceries", NULL);
    CHECK_STR(did(&scene), "say:repair.callback ");
    conversation_destroy(scene.conversation);
}

static void two_guesses_are_asked_and_no_third(void)
{
    static const char *const services[] = {"groceries", "pet_walk", "friendly_call"};
    struct scene scene;

    begin(&scene);
    happen(&scene, EVENT_WAKE);
    for (int i = 0; i < 2; i++) {
        hear(&scene, EVENT_REQUEST_DOUBTFUL, services[i], NULL);
        happen(&scene, EVENT_SPOKEN);
        happen(&scene, EVENT_DENY);
        happen(&scene, EVENT_SPOKEN);
    }
    did(&scene);
    hear(&scene, EVENT_REQUEST_DOUBTFUL, services[2], NULL);
    CHECK_STR(did(&scene), "say:repair.callback ");
    conversation_destroy(scene.conversation);
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
        struct scene scene;

        begin(&scene);
        happen(&scene, EVENT_WAKE);
        hear(&scene, EVENT_REQUEST, "groceries", "2026-06-16");
        happen(&scene, EVENT_AFFIRM);
        happen(&scene, EVENT_STORED);
        happen(&scene, EVENT_CANCEL);
        if (!comes_after)
            happen(&scene, outcomes[i % 2]);
        happen(&scene, EVENT_SPOKEN);
        did(&scene);
        happen(&scene, EVENT_DENY);
        if (comes_after) {
            happen(&scene, EVENT_SPOKEN);
            happen(&scene, outcomes[i % 2]);
        }
        CHECK_STR(did(&scene), comes_after ? told_after[i % 2] : told[i % 2]);
        happen(&scene, outcomes[i % 2]);
        CHECK_STR(did(&scene), ""); /* once */
        conversation_destroy(scene.conversation);
    }
}

/* Two questions, two yeses: never on the way of anything else. */
static void nothing_is_erased_without_two_yeses(void)
{
    struct base_rng rng;
    struct scene scene;

    base_rng_seed(&rng, 32);
    begin(&scene);
    for (int step = 0; step < 200000; step++) {
        enum conversation_event_type type =
            (enum conversation_event_type)base_rng_below(&rng, N_EVENTS);
        enum conversation_state before = conversation_state(scene.conversation);

        scene.did[0] = '\0';
        happen(&scene, type);
        if (conversation_state(scene.conversation) == STATE_ERASING_SURELY &&
            before != STATE_ERASING_SURELY)
            CHECK(before == STATE_ERASING && (type == EVENT_AFFIRM || type == EVENT_BUTTON));
        if (strstr(scene.did, "erase "))
            CHECK(before == STATE_ERASING_SURELY && (type == EVENT_AFFIRM || type == EVENT_BUTTON));
    }
    conversation_destroy(scene.conversation);
}

/* Silence, a television, the button or a request on the way are none. */
static void a_voice_is_learned_only_after_a_spoken_yes(void)
{
    struct base_rng rng;
    struct scene scene;
    int n_given = 0;

    base_rng_seed(&rng, 33);
    begin(&scene);
    for (int step = 0; step < 200000; step++) {
        enum conversation_event_type type =
            (enum conversation_event_type)base_rng_below(&rng, N_EVENTS);
        enum conversation_state before = conversation_state(scene.conversation);

        scene.did[0] = '\0';
        happen(&scene, type);
        if (conversation_state(scene.conversation) == STATE_CONSENTING &&
            before != STATE_CONSENTING) {
            CHECK(before == STATE_ASLEEP && type == EVENT_CONSENT);
            CHECK_STR(scene.did, "say:learn.ask ");
        }
        if (strstr(scene.did, "consent:yes ")) {
            CHECK(before == STATE_CONSENTING && type == EVENT_AFFIRM);
            n_given++;
        }
    }
    CHECK(n_given > 0);
    conversation_destroy(scene.conversation);
}

/* As where a request is asked about: what waits is given up with the question. */
static void who_leaves_the_question_about_the_voice_is_asked_nothing_more(void)
{
    static const enum conversation_event_type leaving[] = {EVENT_GOODBYE, EVENT_BUTTON_LONG};

    for (size_t i = 0; i < sizeof(leaving) / sizeof(leaving[0]); i++) {
        struct conversation_event besides = {.type = EVENT_REQUEST_BESIDES, .n_also = 1};
        struct scene scene;

        begin(&scene);
        happen(&scene, EVENT_CONSENT);
        happen(&scene, EVENT_SPOKEN);
        draft_clear(&besides.draft);
        draft_clear(&besides.also[0]);
        snprintf(besides.also[0].service, sizeof(besides.also[0].service), "groceries");
        feed(&scene, &besides);
        happen(&scene, leaving[i]);
        CHECK_INT(conversation_state(scene.conversation), STATE_CLOSING);
        happen(&scene, EVENT_SPOKEN);
        CHECK_INT(conversation_state(scene.conversation), STATE_ASLEEP);
        conversation_destroy(scene.conversation);
    }
}

/* What a real caller brings when nobody says anything more: the end of what was said, the silence
 * of ears that were opened, the timer that was asked for (which outlasts a silence), and nothing
 * else.
 */
static bool bring_what_is_due(struct scene *scene)
{
    if (scene->is_speaking)
        happen(scene, EVENT_SPOKEN);
    else if (scene->has_ears && !(scene->has_timer && scene->n_silences++ > 0))
        happen(scene, EVENT_SILENCE);
    else if (scene->has_timer)
        happen(scene, EVENT_TIMER);
    else if (scene->state == STATE_MUTED)
        happen(scene, EVENT_UNMUTE); /* by hand, one day */
    else
        return false;
    return true;
}

static void let_it_rest(struct scene *scene)
{
    for (int i = 0; i < 24 && scene->state != STATE_ASLEEP; i++) {
        if (!bring_what_is_due(scene)) {
            fprintf(stderr, "nothing leads out of %s\n", conversation_state_name(scene->state));
            check_failures++;
            return;
        }
    }
}

static void random_events_never_store_without_a_yes_and_always_come_to_rest(void)
{
    struct base_rng rng;
    struct scene scene;

    base_rng_seed(&rng, 20200615);
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    begin(&scene);
    for (int step = 0; step < 300000; step++) {
        enum conversation_event_type type =
            (enum conversation_event_type)base_rng_below(&rng, N_EVENTS);
        struct conversation_event event = {.type = type, .cancel_id = "id"};
        enum conversation_state before = conversation_state(scene.conversation);
        int n_stored = scene.n_stored, n_audible = scene.n_said + scene.n_earcons;
        bool asked = scene.asked_with_all;

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
        feed(&scene, &event);
        if (scene.n_stored != n_stored)
            CHECK((type == EVENT_AFFIRM || type == EVENT_AFFIRM_AND || type == EVENT_BUTTON) &&
                  asked);
        /* What the call is for comes behind it. */
        if (before != STATE_ASLEEP && conversation_state(scene.conversation) == STATE_ASLEEP &&
            before != STATE_TELLING && type != EVENT_CALLED)
            CHECK(scene.n_said + scene.n_earcons > n_audible);
        scene.did[0] = '\0';
        if (step % 100 == 99) {
            let_it_rest(&scene);
            REQUIRE(conversation_state(scene.conversation) == STATE_ASLEEP);
        }
    }
    conversation_destroy(scene.conversation);
}

CHECK_MAIN(every_cell_of_the_table_is_filled,
           a_request_said_and_confirmed_is_stored_and_announced_step_by_step,
           nobody_is_nagged_when_all_is_answered, a_call_when_all_is_answered_begins_anew,
           a_correction_changes_the_day_and_is_restated,
           the_repair_ladder_has_different_steps_and_ends_kindly, silence_is_never_a_yes,
           an_emergency_interrupts_every_state_but_mute, an_emergency_goes_first_in_every_state,
           what_breaks_off_a_question_says_what_is_not_done,
           the_button_cuts_off_whatever_is_being_said,
           what_is_legal_everywhere_is_answered_wherever_the_ears_are_open,
           a_request_broken_off_is_gone_on_with_when_the_microphone_is_back,
           a_request_broken_off_is_forgotten_after_a_while,
           what_was_confirmed_before_an_emergency_is_told,
           a_request_that_was_told_not_to_be_noted_is_given_up,
           nothing_begins_once_all_is_being_erased, a_guess_that_was_wrong_is_not_asked_again,
           two_guesses_are_asked_and_no_third,
           whether_it_was_sent_is_told_when_it_is_not_taken_back,
           nothing_is_erased_without_two_yeses, a_voice_is_learned_only_after_a_spoken_yes,
           who_leaves_the_question_about_the_voice_is_asked_nothing_more,
           random_events_never_store_without_a_yes_and_always_come_to_rest)
