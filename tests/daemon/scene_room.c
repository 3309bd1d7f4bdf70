/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a scene, joined as the daemon joins them; a life of the daemon, and the next. */
#include "tests/daemon/scene_private.h"

#include "base/file.h"
#include "daemon/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

enum { LATENCY_MS = 40 };

void scene_fail(struct scene *scene, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "scenes/%s: turn %zu: ", scene->name, scene->turn + 1);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    scene->n_failures++;
}

/* ---- what the file may set ---- */

static json_t *setting(const struct scene *scene, const char *name)
{
    return json_object_get(json_object_get(scene->file, "settings"), name);
}

static int number(const struct scene *scene, const char *name, int otherwise)
{
    const json_t *value = setting(scene, name);

    return value ? (int)json_integer_value(value) : otherwise;
}

static const char *word(const struct scene *scene, const char *name, const char *otherwise)
{
    const char *value = json_string_value(setting(scene, name));

    return value ? value : otherwise;
}

static struct base_time hour(const struct scene *scene, const char *name, const char *otherwise)
{
    struct base_time time;

    SCENE_MUST(base_time_parse(word(scene, name, otherwise), &time) == 0);
    return time;
}

/* ---- what the assistant tells ---- */

static void on_spoken(void *user, const char *key, const char *text)
{
    struct scene *scene = user;

    if (scene->n_said == SCENE_SAID_MAX) {
        scene_fail(scene, "says too much: %s", text);
        return;
    }
    snprintf(scene->said[scene->n_said].key, sizeof(scene->said[0].key), "%s", key);
    snprintf(scene->said[scene->n_said].text, sizeof(scene->said[0].text), "%s", text);
    scene->n_said++;
    if (scene->tell)
        fprintf(scene->tell, "  [%s] %s\n", key, text);
}

static void on_heard(void *user, const struct utterance *utterance)
{
    struct scene *scene = user;

    scene->n_heard++;
    if (scene->tell)
        fprintf(scene->tell, "  (%s %s %.2f)\n", intents_act_name(utterance->meaning.act),
                utterance->meaning.service, utterance->confidence);
}

static void on_mute(void *user, bool is_muted)
{
    struct scene *scene = user;

    scene->is_muted = is_muted;
}

static void on_adjusted(void *user, int rate_wpm, int volume, int pitch)
{
    const struct scene *scene = user;

    keepsake_save_voice(&scene->keepsake, rate_wpm, volume, pitch);
}

static void on_habits(void *user, const struct habits *habits)
{
    const struct scene *scene = user;

    keepsake_save_habits(&scene->keepsake, habits);
}

static void on_kinds(void *user, const struct kinds *kinds)
{
    const struct scene *scene = user;

    keepsake_save_kinds(&scene->keepsake, kinds);
}

static void on_introduced(void *user)
{
    struct scene *scene = user;

    scene->n_introduced++;
}

/* The mark that would hold over a power cut: a file like any other. */
static int on_erase(void *user)
{
    const struct scene *scene = user;
    char path[128];

    snprintf(path, sizeof(path), "%s/erase-all", scene->folder);
    return base_file_replace(path, "x", 1, 0600);
}

static void on_erase_ready(void *user)
{
    struct scene *scene = user;

    scene->n_erased++;
}

/* ---- the parts ---- */

/* The names that the carer has told: {"Minou": "cat"}. */
static struct household household(struct scene *scene)
{
    struct household household = {.names = scene->names};
    json_t *kind;
    const char *name;

    json_object_foreach(setting(scene, "names"), name, kind)
    {
        SCENE_MUST(household.n_names < SCENE_NAMES_MAX);
        scene->names[household.n_names++] = (struct config_name){name, json_string_value(kind)};
    }
    return household;
}

static void open_phrasing(struct scene *scene)
{
    struct base_strbuf error;
    struct phrasing_options options = {
        .language = scene->stage->id,
        .catalogue = scene->stage->catalogue,
        .services = config_territory_services(scene->territory),
        .n_services = config_territory_n_services(scene->territory),
        .is_moderated = config_territory_is_moderated(scene->territory),
        .alert_name = word(scene, "alert_name", ""),
        .wake_phrase = scene->stage->wake_phrase,
        .household = household(scene),
    };

    base_strbuf_init(&error);
    SCENE_MUST(phrasing_create(&options, &scene->phrasing, &error) == 0);
    base_strbuf_finish(&error);
    intents_understander_offer(scene->stage->language.understander, options.services,
                               options.n_services);
}

static void open_worker(struct scene *scene)
{
    struct matching_settings settings = {
        .state_folder = scene->folder,
        .device = "device-1",
        .version = "test",
        .queue_max = (unsigned)number(scene, "outbox_max", 0),
        .boot_splay_ms = 0,
    };

    settings.twin = scene_service_client(scene->service);
    SCENE_MUST(matching_worker_create(&settings, &scene->clock.base, &scene->worker) == 0);
    SCENE_MUST(scene_service_settle(scene->service));
}

/* What the carer set stands on disk as if the resident had chosen it, so that each life of the
 * daemon reads it in one way. */
static void keep_settings(struct scene *scene)
{
    struct habits habits = {.choice_permille = number(scene, "choice_permille", 0)};

    keepsake_init(&scene->keepsake, scene->folder);
    keepsake_save_habits(&scene->keepsake, &habits);
    keepsake_save_voice(&scene->keepsake, number(scene, "rate_wpm", 150),
                        number(scene, "volume", 76), number(scene, "pitch", 50));
}

/* As the daemon does: switched off, nothing of it is kept. */
static void open_learning(struct scene *scene)
{
    char model[PATH_MAX];
    struct learning_options options = {scene->folder, model, &scene->stage->ears.base};

    scene->learning = NULL;
    if (!json_is_true(setting(scene, "learn_voice"))) {
        SCENE_MUST(learning_erase_folder(scene->folder) == 0);
        return;
    }
    SCENE_MUST(bundle_model_folder("", "fr", model, sizeof(model)) == 0);
    SCENE_MUST(learning_create(&options, &scene->learning) == 0);
}

static struct config_options *load_kept(const struct scene *scene)
{
    struct config_options *config;
    char path[128];

    snprintf(path, sizeof(path), "%s/voice.json", scene->folder);
    SCENE_MUST(config_options_create(&config) == 0);
    SCENE_MUST(config_options_load(config, path, NULL) == 0);
    return config;
}

static void open_assistant(struct scene *scene)
{
    const json_t *resident = setting(scene, "transcript");
    struct config_options *kept = load_kept(scene);
    struct assistant_settings settings = {
        .territory = config_territory_id(scene->territory),
        .language = scene->stage->id,
        .device = "device-1",
        .resident = "R-17",
        .sends_transcript = json_is_true(resident),
        .has_alert = *word(scene, "alert_name", "") != '\0',
        .is_moderated = config_territory_is_moderated(scene->territory),
        .duplicate_minutes = number(scene, "duplicate_minutes", 10),
        .news_from = hour(scene, "news_from", "08:30"),
        .news_to = hour(scene, "news_to", "20:30"),
        .news_repeat_minutes = number(scene, "repeat_minutes", 0),
        .search_hours = number(scene, "search_hours", 0),
        .end_silence_ms = number(scene, "end_silence_ms", 0),
        .habits = keepsake_load_habits(&scene->keepsake),
        .kinds = keepsake_load_kinds(&scene->keepsake),
        .has_button = json_is_true(setting(scene, "button")),
        .cannot_understand = json_is_true(setting(scene, "cannot_understand")),
        .speech = {
            .voice = {scene->stage->id, (int)config_options_number(kept, CONFIG_VOICE_RATE_WPM),
                      (int)config_options_number(kept, CONFIG_VOICE_PITCH), 100},
            .volume = (int)config_options_number(kept, CONFIG_VOICE_VOLUME),
            .night_volume_max = 60,
            .night_from = hour(scene, "night_from", "21:30"),
            .night_to = hour(scene, "night_to", "07:30"),
        }};
    struct assistant_parts parts = {&scene->clock.base, scene->voice, scene->phrasing,
                                    scene->worker, scene->learning};
    struct assistant_events events = {.on_spoken = on_spoken,
                                      .on_heard = on_heard,
                                      .on_mute = on_mute,
                                      .on_adjusted = on_adjusted,
                                      .on_habits = on_habits,
                                      .on_kinds = on_kinds,
                                      .on_introduced = on_introduced,
                                      .on_erase = on_erase,
                                      .on_erase_ready = on_erase_ready,
                                      .user = scene};

    config_options_destroy(kept);
    SCENE_MUST(assistant_create(&settings, &parts, &events, &scene->assistant) == 0);
}

static void open_sound(struct scene *scene)
{
    struct audio_player_settings player;
    struct audio_player_events player_events = assistant_player_events(scene->assistant);
    struct listener_events listener_events = assistant_listener_events(scene->assistant);
    struct listener_options listener = {.interpreter = scene->stage->interpreter};

    audio_player_settings_default(&player);
    SCENE_MUST(audio_twin_create(LATENCY_MS, &scene->room) == 0);
    SCENE_MUST(audio_player_create(NULL, audio_twin_playback(scene->room), &player, &player_events,
                                   &scene->player) == 0);
    SCENE_MUST(audio_canceller_create(&scene->canceller) == 0);
    audio_endpointer_settings_default(&listener.endpoint);
    SCENE_MUST(listener_create(&listener, &listener_events, &scene->listener) == 0);
    assistant_join(scene->assistant, scene->listener, scene->player);
}

/* ---- the voice ---- */

static struct scene_mouth *mouth_of(struct tts_voice *voice)
{
    return (struct scene_mouth *)voice;
}

static void destroy_mouth(struct tts_voice *voice)
{
    tts_voice_destroy(mouth_of(voice)->silent);
}

static int set_mouth(struct tts_voice *voice, const struct tts_voice_settings *settings)
{
    return tts_voice_set(mouth_of(voice)->silent, settings);
}

static int render_mouth(struct tts_voice *voice, const char *text, struct tts_sound *ret_sound)
{
    if (mouth_of(voice)->is_broken)
        return -EIO;
    return tts_voice_render(mouth_of(voice)->silent, text, ret_sound);
}

static int phonemes_mouth(struct tts_voice *voice, const char *word, char *ret_ipa, size_t size)
{
    return tts_voice_phonemes(mouth_of(voice)->silent, word, ret_ipa, size);
}

static void open_mouth(struct scene *scene)
{
    static const struct tts_voice_ops ops = {destroy_mouth, set_mouth, render_mouth,
                                             phonemes_mouth};

    scene->mouth.base.ops = &ops;
    SCENE_MUST(tts_voice_create_silent(&scene->mouth.silent) == 0);
    scene->voice = &scene->mouth.base;
}

static void begin_life(struct scene *scene)
{
    scene->voice = scene->stage->voice;
    if (!scene->voice)
        open_mouth(scene);
    open_phrasing(scene);
    open_worker(scene);
    open_learning(scene);
    open_assistant(scene);
    open_sound(scene);
}

static void end_life(struct scene *scene)
{
    matching_worker_destroy(scene->worker);
    assistant_destroy(scene->assistant);
    learning_destroy(scene->learning);
    listener_destroy(scene->listener);
    audio_player_destroy(scene->player);
    audio_canceller_destroy(scene->canceller);
    audio_twin_destroy(scene->room);
    phrasing_destroy(scene->phrasing);
    if (scene->voice != scene->stage->voice)
        tts_voice_destroy(scene->voice);
}

void scene_room_restart(struct scene *scene)
{
    end_life(scene);
    begin_life(scene);
}

void scene_room_open(struct scene *scene)
{
    const char *top = getenv("TMPDIR");
    const char *announced = word(scene, "announce", NULL);

    /* Every request waits for the disk; memory makes the whole quick. */
    if (!top && access("/dev/shm", W_OK) == 0)
        top = "/dev/shm";
    base_rng_seed(&scene->rng, 1);
    snprintf(scene->folder, sizeof(scene->folder), "%.40s/voisine-XXXXXX", top ? top : "/tmp");
    SCENE_MUST(mkdtemp(scene->folder));
    keep_settings(scene);
    scene->service = scene_service_create(config_territory_is_moderated(scene->territory));
    begin_life(scene);
    if (json_is_true(setting(scene, "first_start")))
        assistant_introduce(scene->assistant);
    if (announced)
        assistant_announce(scene->assistant, announced);
}

static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

void scene_room_close(struct scene *scene)
{
    end_life(scene);
    scene_service_destroy(scene->service);
    remove_folder(scene->folder);
}
