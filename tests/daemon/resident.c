/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A synthetic resident who wants one thing and hesitates, answers off the point, falls silent,
 * corrects a slip and changes their mind, and whom the ears sometimes mishear; played on the twins
 * of the scenes, faster than real time. Usage: test-daemon-resident [CONVERSATIONS [SEED
 * [TROUBLE]]], trouble in percent of what is described here; with 0 the request is said as it is,
 * once, with clean sound: then the turns are counted too.
 *
 * The resident knows no more than what is said: a restated request is confirmed only when it is,
 * word for word, the one that is wanted. A conversation is completed when exactly that is stored
 * after at most three calls; anything else that is stored is a wrong submission, of which there may
 * be none.
 */
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "tests/daemon/scene.h"
#include "tests/daemon/scene_private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALLS_MAX = 3, TURNS_MAX = 14, COMPLETED_LEAST_PERMILLE = 980, TURNS_MOST_PERCENT = 230 };

struct resident {
    struct scene *scene;
    const json_t *words;
    struct base_rng rng;
    struct draft goal; /* what is wanted */
    const char *when;  /* in words */
    bool was_day_left_out;
    int n_turns;
    struct scene_said asked; /* the last question: "prenez votre temps" is none */
    unsigned trouble; /* percent of the trouble that this resident gives; 0: says what is wanted */
};

static bool happens(struct resident *r, unsigned percent)
{
    return base_rng_below(&r->rng, 10000) < percent * r->trouble;
}

static const char *word(const struct resident *r, const char *name)
{
    return json_string_value(json_object_get(r->words, name));
}

static const char *one_of(struct resident *r, const json_t *list)
{
    return json_string_value(
        json_array_get(list, base_rng_below(&r->rng, (unsigned)json_array_size(list))));
}

static const char *any(struct resident *r, const char *name)
{
    return one_of(r, json_object_get(r->words, name));
}

static void choose_when(struct resident *r, bool may_be_open)
{
    const json_t *whens = json_object_get(r->words, "whens");
    size_t i = base_rng_below(&r->rng, (unsigned)json_array_size(whens));
    const json_t *when = json_array_get(whens, i ? i : may_be_open ? 0 : 1);

    r->when = json_string_value(json_object_get(when, "say"));
    if (base_date_parse(json_string_value(json_object_get(when, "date")), &r->goal.date) < 0)
        r->goal.date = BASE_NO_DATE;
    if (base_time_parse(json_string_value(json_object_get(when, "time")), &r->goal.time) < 0)
        r->goal.time = BASE_NO_TIME;
    snprintf(r->goal.part, sizeof(r->goal.part), "%s",
             json_string_value(json_object_get(when, "part")));
}

/* One utterance; the ears hear it well, half, or not at all. */
static void speak(struct resident *r, const char *text)
{
    double confidence = happens(r, 4) ? 0.1 : happens(r, 4) ? 0.45 : 0.95;

    r->scene->n_said = 0;
    scene_resident(r->scene, text, confidence);
    scene_run(r->scene, false);
    r->n_turns++;
}

static void stay_silent(struct resident *r)
{
    r->scene->n_said = 0;
    for (int ms = 0; ms < 60000 && scene_is_listening(r->scene); ms += AUDIO_BLOCK_MS)
        scene_run_ms(r->scene, AUDIO_BLOCK_MS);
    scene_run(r->scene, false);
}

static void say_request(struct resident *r)
{
    char text[400];
    const json_t *phrases = json_object_get(json_object_get(r->words, "requests"), r->goal.service);
    const char *slip = "";

    r->was_day_left_out = !*r->when || happens(r, 10);
    if (!r->was_day_left_out && happens(r, 8))
        slip = json_string_value(
            json_object_get(json_array_get(json_object_get(r->words, "whens"), 3), "say"));
    snprintf(text, sizeof(text), "%s%s%s%s%s%s.", happens(r, 20) ? any(r, "hesitations") : "",
             one_of(r, phrases), r->was_day_left_out ? "" : " ", slip,
             *slip ? word(r, "corrected") : "", r->was_day_left_out ? "" : r->when);
    speak(r, text);
}

static void say_when(struct resident *r, const char *before)
{
    char text[200];

    snprintf(text, sizeof(text), "%s%s.", before, r->when);
    speak(r, text);
}

/* Whether what was said is the prompt about exactly this request, in any of its wordings. */
static bool is_about(const struct resident *r, const struct scene_said *said,
                     const struct draft *wanted)
{
    struct base_datetime now = base_datetime_local(r->scene->clock.wall_now_ms);
    bool is_same = false;

    for (unsigned n = 0; n < 2; n++) {
        struct base_strbuf text;

        base_strbuf_init(&text);
        (void)phrasing_say(r->scene->phrasing, said->key, wanted, n, now, &text);
        is_same |= strcmp(base_strbuf_text(&text), said->text) == 0;
        base_strbuf_finish(&text);
    }
    return is_same;
}

static bool is_question_about_a_request(const char *key)
{
    return (strncmp(key, "confirm.", 8) == 0 && strcmp(key, "confirm.denied") != 0) ||
           strcmp(key, "repair.guess") == 0;
}

static void answer_restated(struct resident *r, const struct scene_said *said)
{
    struct draft without_day = r->goal;
    bool lacks_day;

    without_day.date = BASE_NO_DATE;
    without_day.time = BASE_NO_TIME;
    without_day.part[0] = '\0';
    lacks_day = *r->when && is_about(r, said, &without_day);
    if (happens(r, 4))
        stay_silent(r);
    else if (happens(r, 5))
        speak(r, any(r, "off_point"));
    else if (lacks_day)
        say_when(r, strcmp(said->key, "confirm.open") == 0 ? "" : word(r, "instead"));
    else if (!is_about(r, said, &r->goal))
        speak(r, any(r, "no"));
    else if (happens(r, 6)) {
        choose_when(r, false);
        say_when(r, word(r, "instead"));
    } else
        speak(r, any(r, "yes"));
}

/* What to answer to the last that was said. */
static void answer(struct resident *r)
{
    struct scene_said said = r->asked;
    bool is_asked = false;

    for (size_t i = r->scene->n_said; i-- > 0 && !is_asked;) {
        is_asked = strcmp(r->scene->said[i].key, "confirm.hint") != 0 &&
                   strcmp(r->scene->said[i].key, "wait") != 0;
        if (is_asked)
            said = r->asked = r->scene->said[i];
    }
    if (is_question_about_a_request(said.key)) {
        answer_restated(r, &said);
    } else if (strcmp(said.key, "repair.choice") == 0) {
        speak(r, json_string_value(
                     json_object_get(json_object_get(r->words, "short"), r->goal.service)));
    } else if (strncmp(said.key, "repair.callback", 15) == 0 ||
               strcmp(said.key, "callback.ask") == 0 || strcmp(said.key, "refuse.not_here") == 0 ||
               strcmp(said.key, "cancel.ask") == 0 || strcmp(said.key, "erase.ask") == 0 ||
               strcmp(said.key, "duplicate.ask") == 0) {
        speak(r, word(r, "no_thanks"));
    } else if (happens(r, 6)) {
        stay_silent(r);
    } else if (happens(r, 8)) {
        speak(r, any(r, "off_point"));
    } else {
        say_request(r);
    }
}

struct tally {
    int n, n_completed, n_wrong, n_calls, n_turns, n_open;
};

static bool is_goal(const struct resident *r, const struct matching_summary *stored)
{
    char date[16], at[16];

    base_date_format(r->goal.date, date);
    base_time_format(r->goal.time, at);
    return strcmp(stored->service, r->goal.service) == 0 && strcmp(stored->when.date, date) == 0 &&
           strcmp(stored->when.part, r->goal.part) == 0 && strcmp(stored->when.time, at) == 0;
}

static void count(struct resident *r, struct tally *tally)
{
    struct matching_summary *stored = NULL;
    size_t n = 0;
    bool is_right;

    if (matching_worker_list(r->scene->worker, &stored, &n) < 0)
        exit(1);
    is_right = n == 1 && is_goal(r, &stored[0]);
    for (size_t i = 0; i < n; i++)
        tally->n_wrong += !is_goal(r, &stored[i]);
    tally->n++;
    tally->n_completed += is_right;
    tally->n_turns += is_right ? r->n_turns : 0;
    if (getenv("RESIDENT_TELL") && !is_right)
        printf("== not completed: %d stored\n", (int)n);
    free(stored);
}

static size_t n_stored(const struct scene *scene)
{
    struct matching_summary *stored = NULL;
    size_t n = 0;

    (void)matching_worker_list(scene->worker, &stored, &n);
    free(stored);
    return n;
}

static void converse(struct resident *r, struct tally *tally)
{
    for (int call = 0; call < CALLS_MAX && n_stored(r->scene) == 0; call++) {
        r->scene->n_said = 0;
        scene_wake(r->scene);
        scene_run(r->scene, false);
        r->asked = (struct scene_said){0};
        tally->n_calls++;
        for (int turn = 0; turn < TURNS_MAX && scene_is_listening(r->scene); turn++) {
            if (n_stored(r->scene) > 0)
                break; /* the ears stay open for more, and nothing more is wanted */
            answer(r);
        }
        /* Whatever was said, everything comes to rest (the property of the table, on the whole). */
        stay_silent(r);
        stay_silent(r);
        stay_silent(r);
        tally->n_open += assistant_state(r->scene->assistant) != STATE_ASLEEP;
    }
    count(r, tally);
}

static void play(struct scene_stage *stage, json_t *words, uint64_t seed, unsigned trouble,
                 struct tally *tally)
{
    struct scene scene = {.stage = stage, .name = "resident", .file = words};
    struct resident resident = {.scene = &scene, .words = words, .trouble = trouble};
    const json_t *services = json_object_get(words, "requests");
    struct base_datetime now;
    void *service;

    scene.tell = getenv("RESIDENT_TELL") ? stdout : NULL;
    base_rng_seed(&resident.rng, seed);
    draft_clear(&resident.goal);
    service = json_object_iter((json_t *)services);
    for (unsigned i = base_rng_below(&resident.rng, 3); i > 0; i--)
        service = json_object_iter_next((json_t *)services, service);
    snprintf(resident.goal.service, sizeof(resident.goal.service), "%s",
             json_object_iter_key(service));
    choose_when(&resident, true);
    if (base_datetime_parse(word(&resident, "now"), &now) < 0 ||
        config_territory_load(NULL, word(&resident, "territory"), stage->problems,
                              &scene.territory) != 0)
        exit(1);
    base_clock_manual_init(&scene.clock, base_datetime_to_wall_ms(now));
    scene.clock.monotonic_now_ms = 1000;
    scene_room_open(&scene);
    scene_run(&scene, false);
    converse(&resident, tally);
    scene_room_close(&scene);
    config_territory_destroy(scene.territory);
}

static json_t *load_words(void)
{
    char root[PATH_MAX], path[PATH_MAX];

    if (base_paths_data(root, sizeof(root)) < 0 ||
        base_file_join(root, "tests/daemon/resident.json", path, sizeof(path)) < 0)
        return NULL;
    return json_load_file(path, 0, NULL);
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 100;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    unsigned trouble = argc > 3 ? (unsigned)atoi(argv[3]) : 100;
    struct scene_stage *stage;
    struct tally tally = {0};
    json_t *words = load_words();

    setenv("TZ", "Europe/Paris", 1);
    tzset();
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    if (!words)
        return 1;
    stage = scene_stage_create();
    for (int i = 0; i < n; i++)
        play(stage, words, seed * 1000003 + (uint64_t)i, trouble, &tally);
    scene_stage_destroy(stage);
    json_decref(words);
    base_log_close();
    printf("{\"conversations\":%d,\"completed\":%d,\"completed_percent\":%.2f,\"wrong_"
           "submissions\":%d,"
           "\"turns_mean\":%.2f,\"calls_mean\":%.2f,\"left_open\":%d}\n",
           tally.n, tally.n_completed, 100.0 * tally.n_completed / tally.n, tally.n_wrong,
           (double)tally.n_turns / (tally.n_completed ? tally.n_completed : 1),
           (double)tally.n_calls / tally.n, tally.n_open);
    /* Said as it is and heard well, a request takes few turns. */
    if (trouble == 0 && tally.n_turns * 100 > tally.n_completed * TURNS_MOST_PERCENT)
        return 1;
    return tally.n_wrong > 0 || tally.n_open > 0 ||
           tally.n_completed * 1000 < tally.n * COMPLETED_LEAST_PERMILLE;
}
