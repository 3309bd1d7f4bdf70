/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/daemon/scene.h"

#include "base/strbuf.h"
#include "config/problems.h"
#include "matching/outbox.h"
#include "tests/daemon/scene_private.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

bool scene_is_memory_short;

/* ---- the stage ---- */

static void need(int r, const char *what)
{
    if (r == 0)
        return;
    fprintf(stderr, "scenes: %s: %d\n", what, r);
    exit(1);
}

static struct scene_stage *create_stage(const char *id)
{
    struct scene_stage *stage = calloc(1, sizeof(*stage));
    struct language_options language = {.id = id, .models_folder = "", .wake_phrase = ""};
    struct tts_voice_settings resident = {id, 190, 50, 100};
    struct base_strbuf error;

    need(stage ? 0 : -1, "memory");
    stage->id = id;
    need(language_wake_phrase(id, stage->wake_phrase, sizeof(stage->wake_phrase)),
         "the wake phrase");
    base_strbuf_init(&error);
    if (language_open(&language, &stage->language, &error) < 0)
        need(-1, base_strbuf_text(&error));
    base_strbuf_finish(&error);
    need(config_problems_create(&stage->problems), "problems");
    need(config_catalogue_load(id, stage->problems, &stage->catalogue), "the services");
    /* One voice at a time: the resident of an English scene has the French one's, whose sound is
     * all that counts. */
    if (strcmp(id, "fr") == 0)
        need(tts_voice_create(&resident, &stage->resident), "the resident's voice");
    scene_ears_init(&stage->ears);
    need(interpreter_create(&stage->ears.base, stage->language.understander, stage->wake_phrase,
                            &stage->interpreter),
         "the interpreter");
    return stage;
}

struct scene_stage *scene_stage_create(void)
{
    struct scene_stage *stage = create_stage("fr");

    signal(SIGXFSZ, SIG_IGN); /* a disk that takes nothing more is an error to be told */
    return stage;
}

/* Returns: the stage of the scene's language. */
static struct scene_stage *stage_for(struct scene_stage *stage, const json_t *file)
{
    const char *id = json_string_value(json_object_get(file, "language"));

    if (!id || strcmp(id, stage->id) == 0)
        return stage;
    need(strcmp(id, "en") == 0 ? 0 : -1, "the language of a scene");
    if (!stage->english) {
        stage->english = create_stage("en");
        stage->english->resident = stage->resident;
    }
    return stage->english;
}

void scene_stage_destroy(struct scene_stage *stage)
{
    if (stage->english) {
        stage->english->resident = NULL;
        scene_stage_destroy(stage->english);
    }
    interpreter_destroy(stage->interpreter);
    scene_ears_finish(&stage->ears);
    tts_voice_destroy(stage->resident);
    config_catalogue_destroy(stage->catalogue);
    config_problems_destroy(stage->problems);
    language_close(&stage->language);
    free(stage);
}

/* ---- what was said ---- */

/* "@key" means any words of that prompt. */
static void check_said(struct scene *scene, const char *wanted)
{
    const struct scene_said *said = &scene->said[0];

    if (scene->n_said == 0) {
        scene_fail(scene, "says nothing, not \"%s\"", wanted);
        return;
    }
    if (strcmp(wanted[0] == '@' ? said->key : said->text, wanted + (wanted[0] == '@')) != 0)
        scene_fail(scene, "says [%s] \"%s\", not \"%s\"", said->key, said->text, wanted);
    scene->n_said--;
    memmove(&scene->said[0], &scene->said[1], scene->n_said * sizeof(scene->said[0]));
}

static void check_nothing_more_said(struct scene *scene)
{
    for (size_t i = 0; i < scene->n_said; i++)
        scene_fail(scene, "before it, says [%s] \"%s\"", scene->said[i].key, scene->said[i].text);
    scene->n_said = 0;
}

/* ---- what is done ---- */

static bool begins_with_wake_phrase(const struct scene *scene, const char *text)
{
    const char *phrase = scene->stage->wake_phrase;

    return strncasecmp(text, phrase, strlen(phrase)) == 0;
}

static void do_resident(struct scene *scene, const json_t *turn, const char *text)
{
    const json_t *heard = json_object_get(turn, "heard");
    double confidence = heard ? json_number_value(heard) : 1.0;
    enum conversation_state state = assistant_state(scene->assistant);
    bool hears_calls = state == STATE_ASLEEP || state == STATE_LINGERING;
    const char *rest;

    if (json_is_true(json_object_get(turn, "cuts_in"))) {
        scene_interrupt(scene, text, confidence, false);
        return;
    }
    if (!hears_calls || !begins_with_wake_phrase(scene, text)) {
        scene_resident(scene, text, confidence);
        return;
    }
    rest = text + strlen(scene->stage->wake_phrase);
    rest += strspn(rest, " ,.!");
    if (*rest)
        scene_interrupt(scene, text, confidence, true);
    else
        scene_wake(scene);
}

/* Until the ears close, the speaker says something, or nobody listens anyway. */
static void do_silence(struct scene *scene)
{
    if (!scene_is_listening(scene)) {
        scene_run_ms(scene, 5000);
        return;
    }
    for (int ms = 0; ms < 60000 && scene_is_listening(scene); ms += AUDIO_BLOCK_MS)
        scene_run_ms(scene, AUDIO_BLOCK_MS);
}

static void do_button(struct scene *scene, const char *which)
{
    if (strcmp(which, "mute") == 0 || strcmp(which, "unmute") == 0)
        assistant_set_muted(scene->assistant, which[0] == 'm');
    else
        assistant_button(scene->assistant, strcmp(which, "long") == 0);
}

static void do_service(struct scene *scene, const char *mood)
{
    static const char *const moods[] = {
        [SERVICE_UP] = "up",           [SERVICE_AWAY] = "away",       [SERVICE_SILENT] = "silent",
        [SERVICE_REFUSES] = "refuses", [SERVICE_UNKNOWN] = "unknown", [SERVICE_REVOKED] = "revoked",
        [SERVICE_FAKE] = "fake",       [SERVICE_OTHER] = "other",
    };

    for (int i = 0; i < (int)(sizeof(moods) / sizeof(moods[0])); i++) {
        if (strcmp(moods[i], mood) == 0) {
            scene_service_set_mood(scene->service, (enum scene_service_mood)i);
            return;
        }
    }
    scene_fail(scene, "no such service: %s", mood);
}

/* No file of this process grows any more: SQLite gets EFBIG at every write. */
static void do_disk(const char *how)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = strcmp(how, "broken") == 0 ? 0 : limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static void do_wait(struct scene *scene, const json_t *turn)
{
    const char *until = json_string_value(json_object_get(turn, "wait_until"));
    int64_t ms = (int64_t)(json_number_value(json_object_get(turn, "wait_minutes")) * 60000);
    struct base_datetime time;

    if (until && base_datetime_parse(until, &time) == 0)
        ms = base_datetime_to_wall_ms(time) - scene->clock.wall_now_ms;
    if (ms <= 0)
        scene_fail(scene, "waits for nothing");
    scene_skip_ms(scene, ms);
}

/* A number that the assistant describes itself by. */
static void check_described(struct scene *scene, const json_t *wanted, const char *name,
                            const char *status)
{
    const json_t *value = json_object_get(wanted, name);
    char text[40];

    snprintf(text, sizeof(text), "\"%s\":%d,", name, (int)json_integer_value(value));
    if (value && !strstr(status, text))
        scene_fail(scene, "is not so: %s in %s", text, status);
}

/* What was learned of the voice, and why nothing is. */
static void check_learned(struct scene *scene, const json_t *wanted)
{
    const char *learning = json_string_value(json_object_get(wanted, "learning"));
    struct base_strbuf status;
    char text[80];

    base_strbuf_init(&status);
    learning_describe(scene->learning, &status);
    check_described(scene, wanted, "learned_requests", base_strbuf_text(&status));
    snprintf(text, sizeof(text), "\"learning\":\"%s\"", learning ? learning : "");
    if (learning && !strstr(base_strbuf_text(&status), text))
        scene_fail(scene, "is not so: %s in %s", text, base_strbuf_text(&status));
    base_strbuf_finish(&status);
}

static void check_now(struct scene *scene, const json_t *wanted)
{
    const json_t *volume = json_object_get(wanted, "volume");
    const json_t *alerts = json_object_get(wanted, "alerts");
    const json_t *requests = json_object_get(wanted, "requests");
    const json_t *introduced = json_object_get(wanted, "introduced");
    const json_t *erased = json_object_get(wanted, "erased");
    const char *state = json_string_value(json_object_get(wanted, "state"));
    struct base_strbuf status;

    base_strbuf_init(&status);
    assistant_describe(scene->assistant, &status);
    check_described(scene, wanted, "rate_wpm", base_strbuf_text(&status));
    check_described(scene, wanted, "pitch", base_strbuf_text(&status));
    check_described(scene, wanted, "patience_ms", base_strbuf_text(&status));
    base_strbuf_finish(&status);
    check_learned(scene, wanted);
    if (volume && audio_player_volume(scene->player) != json_integer_value(volume))
        scene_fail(scene, "sounds at volume %d", audio_player_volume(scene->player));
    if (alerts && scene_service_n_alerts(scene->service) != (size_t)json_integer_value(alerts))
        scene_fail(scene, "%zu alerts came", scene_service_n_alerts(scene->service));
    if (requests &&
        scene_service_n_requests(scene->service) != (size_t)json_integer_value(requests))
        scene_fail(scene, "%zu requests came", scene_service_n_requests(scene->service));
    if (introduced && scene->n_introduced != (unsigned)json_integer_value(introduced))
        scene_fail(scene, "was introduced %u times", scene->n_introduced);
    if (erased && scene->n_erased != (unsigned)json_integer_value(erased))
        scene_fail(scene, "was to be erased %u times", scene->n_erased);
    if (state && strcmp(state, conversation_state_name(assistant_state(scene->assistant))) != 0)
        scene_fail(scene, "is %s", conversation_state_name(assistant_state(scene->assistant)));
}

/* All is answered, and nobody says more: the ears close without a word, but for news. */
static void let_close(struct scene *scene)
{
    if (assistant_state(scene->assistant) != STATE_LINGERING || !scene_is_listening(scene))
        return;
    do_silence(scene);
    scene_run(scene, false); /* what waited for it may come now */
}

/* Where the resident neither speaks nor presses a button, time has passed. */
static bool is_resident(const json_t *turn)
{
    return json_object_get(turn, "resident") || json_object_get(turn, "silence") ||
           json_object_get(turn, "button") || json_object_get(turn, "service") ||
           json_object_get(turn, "disk") || json_object_get(turn, "worker") ||
           json_object_get(turn, "memory") || json_is_true(json_object_get(turn, "at_once"));
}

static void do_turn(struct scene *scene, const json_t *turn)
{
    const char *text;

    if (!is_resident(turn))
        let_close(scene);
    if ((text = json_string_value(json_object_get(turn, "resident"))) != NULL)
        do_resident(scene, turn, text);
    else if (json_object_get(turn, "silence"))
        do_silence(scene);
    else if (json_object_get(turn, "restart"))
        scene_room_restart(scene);
    else if ((text = json_string_value(json_object_get(turn, "button"))) != NULL)
        do_button(scene, text);
    else if ((text = json_string_value(json_object_get(turn, "service"))) != NULL)
        do_service(scene, text);
    else if ((text = json_string_value(json_object_get(turn, "disk"))) != NULL)
        do_disk(text);
    else if ((text = json_string_value(json_object_get(turn, "microphone"))) != NULL) {
        scene->is_deaf = strcmp(text, "lost") == 0;
        assistant_set_deaf(scene->assistant, scene->is_deaf);
    } else if ((text = json_string_value(json_object_get(turn, "worker"))) != NULL)
        scene->is_worker_late = strcmp(text, "late") == 0;
    else if ((text = json_string_value(json_object_get(turn, "voice"))) != NULL)
        scene->mouth.is_broken = strcmp(text, "broken") == 0;
    else if ((text = json_string_value(json_object_get(turn, "memory"))) != NULL)
        scene_is_memory_short = strcmp(text, "short") == 0;
    else if (json_object_get(turn, "news")) {
        if (!scene_service_tell(scene->service, json_object_get(turn, "news")))
            scene_fail(scene, "the service has no such request");
    } else if (json_object_get(turn, "wait_minutes") || json_object_get(turn, "wait_until"))
        do_wait(scene, turn);
    else
        scene_fail(scene, "is not understood by the harness");
}

static bool is_check(const json_t *turn)
{
    return json_object_get(turn, "speaker") || json_object_get(turn, "now");
}

/* The next thing that is done, for "cuts_in". */
static bool next_cuts_in(const json_t *turns, size_t i)
{
    while (++i < json_array_size(turns) && is_check(json_array_get(turns, i)))
        ;
    return json_is_true(json_object_get(json_array_get(turns, i), "cuts_in"));
}

/* What was cut off must be: the harness would not hear it go on. */
static void do_cut(struct scene *scene, const json_t *turn)
{
    bool is_cut_wanted = !json_is_true(json_object_get(turn, "goes_on"));
    bool was_speaking = assistant_is_speaking(scene->assistant);
    unsigned n_cut_off = audio_twin_n_cut_off(scene->room);

    do_turn(scene, turn);
    if (was_speaking && is_cut_wanted && audio_twin_n_cut_off(scene->room) == n_cut_off)
        scene_fail(scene, "goes on with what was to be cut off");
    if (!is_cut_wanted && (!was_speaking || audio_twin_n_cut_off(scene->room) != n_cut_off))
        scene_fail(scene, "does not go on with what it was saying");
}

static void play_turns(struct scene *scene, const json_t *turns)
{
    const json_t *turn;
    size_t i;

    json_array_foreach(turns, i, turn)
    {
        const char *speaker = json_string_value(json_object_get(turn, "speaker"));

        scene->turn = i;
        if (scene->tell && !is_check(turn)) {
            json_dumpf(turn, scene->tell, JSON_COMPACT);
            fputc('\n', scene->tell);
        }
        if (speaker) {
            check_said(scene, speaker);
        } else if (json_object_get(turn, "now")) {
            check_now(scene, json_object_get(turn, "now"));
        } else {
            check_nothing_more_said(scene);
            scene->is_cut_next = next_cuts_in(turns, i);
            if (json_is_true(json_object_get(turn, "cuts_in")))
                do_cut(scene, turn);
            else
                do_turn(scene, turn);
            if (json_is_true(json_object_get(turn, "briefly")))
                scene_run_ms(scene, 100);
            else
                scene_run(scene, scene->is_cut_next);
        }
    }
    check_nothing_more_said(scene);
}

/* ---- what is stored ---- */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

struct stored {
    json_t *list;
    struct matching_outbox *outbox;
};

/* One request as a scene writes it: only what there is. */
static int list_stored(void *user, const struct matching_entry *entry)
{
    struct stored *stored = user;
    const struct matching_summary *summary = &entry->summary;
    json_t *item = json_object(), *body = NULL;
    char *bytes;
    size_t n;

    if (matching_outbox_body(stored->outbox, summary->id, &bytes, &n) == 0) {
        body = json_loadb(bytes, n, 0, NULL);
        free(bytes);
    }
    if (summary->kind == MATCHING_KIND_CALLBACK)
        json_object_set_new(item, "service", json_string("callback"));
    else if (body) /* a cancelled one has lost its text */
        json_object_set(item, "service", json_object_get(body, "service"));
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"date", "part", "time"};
        const char *value = text_of(json_object_get(body, "when"), names[i]);

        if (*value)
            json_object_set_new(item, names[i], json_string(value));
    }
    if (json_array_size(json_object_get(body, "items")) > 0)
        json_object_set(item, "items", json_object_get(body, "items"));
    if (json_object_get(body, "transcript"))
        json_object_set(item, "transcript", json_object_get(body, "transcript"));
    json_object_set_new(item, "state", json_string(matching_state_name(summary->state)));
    json_array_append_new(stored->list, item);
    json_decref(body);
    return 0;
}

static void check_stored(struct scene *scene)
{
    const json_t *wanted = json_object_get(scene->file, "stored");
    struct stored stored = {.list = json_array()};
    char *text;

    if (matching_outbox_open_read_only(scene->folder, &stored.outbox) == 0) {
        (void)matching_outbox_each(stored.outbox, list_stored, &stored);
        matching_outbox_close(stored.outbox);
    }
    text = json_dumps(stored.list, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (scene->tell)
        fprintf(scene->tell, "stored: %s\n", text);
    if (!json_equal(stored.list, wanted))
        scene_fail(scene, "stored at the end: %s", text);
    free(text);
    json_decref(stored.list);
}

/* ---- a scene ---- */

static void prepare(struct scene *scene)
{
    const char *now = text_of(scene->file, "now");
    struct base_datetime time;

    if (base_datetime_parse(now, &time) < 0) {
        fprintf(stderr, "scenes/%s: \"now\" is no time: \"%s\"\n", scene->name, now);
        exit(1);
    }
    base_clock_manual_init(&scene->clock, base_datetime_to_wall_ms(time));
    /* What has just started may have times of 0, which mean "never". */
    scene->clock.monotonic_now_ms = 1000;
    need(config_territory_load(NULL, text_of(scene->file, "territory"), scene->stage->problems,
                               &scene->territory),
         scene->name);
}

int scene_play(struct scene_stage *stage, const char *folder, FILE *tell)
{
    struct scene scene = {.stage = stage, .tell = tell};
    const char *slash = strrchr(folder, '/');
    char path[512];
    json_error_t error;

    scene.name = slash ? slash + 1 : folder;
    snprintf(path, sizeof(path), "%s/scene.json", folder);
    scene.file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!scene.file) {
        fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
        return 1;
    }
    scene.stage = stage_for(stage, scene.file);
    prepare(&scene);
    scene_room_open(&scene);
    scene_run(&scene, false);
    play_turns(&scene, json_object_get(scene.file, "turns"));
    do_disk("good");
    let_close(&scene);
    if (!json_object_get(scene.file, "ends_open") && scene_is_listening(&scene))
        scene_fail(&scene, "still listens at the end");
    matching_worker_destroy(scene.worker);
    scene.worker = NULL;
    check_stored(&scene);
    scene_room_close(&scene);
    config_territory_destroy(scene.territory);
    json_decref(scene.file);
    return scene.n_failures;
}
