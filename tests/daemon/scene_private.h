/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a scene share: scene.c reads the file and checks, scene_room.c joins the
 * parts, scene_time.c lets time pass and the resident speak. */
#ifndef TESTS_DAEMON_SCENE_PRIVATE_H
#define TESTS_DAEMON_SCENE_PRIVATE_H

#include "audio/twin.h"
#include "base/rng.h"
#include "daemon/assistant.h"
#include "daemon/keepsake.h"
#include "tests/daemon/scene_service.h"

#include "config/catalogue.h"
#include "config/options.h"
#include "config/territory.h"
#include "daemon/language.h"
#include "tts/voice_ops.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { SCENE_SAID_MAX = 64, SCENE_TEXT_MAX = 1400, SCENE_NAMES_MAX = 4 };

/* For what no scene can do without. */
#define SCENE_MUST(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "scenes: %s:%d: %s\n", __FILE__, __LINE__, #condition);                \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

struct scene_said {
    char key[40];
    char text[SCENE_TEXT_MAX];
};

/* The recogniser's twin: hears what the resident is told to say. */
struct scene_ears {
    struct asr_recogniser base; /* first */
    char text[1024];
    float confidence;
    const struct asr_adapt_model *model; /* NULL: it leaves no lessons */
    struct asr_analysis *analysis;       /* of what its lessons are made; NULL until the first */
};

/* scene_ears.c */
void scene_ears_init(struct scene_ears *ears);
void scene_ears_finish(struct scene_ears *ears);

struct scene_stage {
    const char *id; /* of the language */
    char wake_phrase[64];
    struct scene_stage *english; /* of scenes with "language": "en"; NULL until the first */
    struct language language;
    struct config_problems *problems;
    struct config_catalogue *catalogue;
    struct tts_voice *resident; /* the resident's voice */
    struct tts_voice *voice;    /* the speaker's; NULL: the silent one */
    struct scene_ears ears;
    struct interpreter *interpreter;
};

/* The silent voice, which may break. */
struct scene_mouth {
    struct tts_voice base; /* first */
    struct tts_voice *silent;
    bool is_broken;
};

/* What is stored can neither be looked at nor cancelled. Of test-daemon-scenes alone, where the
 * linker wraps it. */
extern bool scene_is_memory_short;

struct scene;

/* What the microphone hears next, in place of what the resident says; `sounded` is what the
 * loudspeaker has been given. */
typedef void scene_room_fn(struct scene *scene, const int16_t *sounded, size_t n_sounded,
                           int16_t ret_block[AUDIO_BLOCK_SAMPLES]);

struct scene {
    struct scene_stage *stage;
    const char *name;
    json_t *file;
    FILE *tell;
    int n_failures;
    size_t turn; /* being played, for messages */
    char folder[64];
    struct keepsake keepsake;

    struct base_clock_manual clock;
    struct config_territory *territory;
    struct audio_twin *room;
    struct audio_player *player;
    struct audio_canceller *canceller;
    struct tts_voice *voice;
    struct phrasing *phrasing;
    struct config_name names[SCENE_NAMES_MAX];
    struct scene_service *service;
    struct matching_worker *worker;
    struct learning *learning; /* NULL: switched off */
    struct assistant *assistant;
    struct listener *listener;

    struct scene_said said[SCENE_SAID_MAX]; /* not yet looked at */
    size_t n_said;
    unsigned n_heard;
    unsigned n_introduced, n_erased;
    bool is_muted, is_deaf;
    bool is_worker_late; /* its events are not handed over yet */
    bool is_cut_next;    /* the next turn cuts in: waiting ends when the speaker says something */
    struct scene_mouth mouth;
    int64_t blocks;
    struct base_rng rng;    /* the room's noise */
    scene_room_fn *room_fn; /* NULL: the twin's */
};

/* scene_room.c: the parts. `failed` is told of by scene_fail. */
void scene_fail(struct scene *scene, const char *format, ...) __attribute__((format(printf, 2, 3)));
void scene_room_open(struct scene *scene);
void scene_room_close(struct scene *scene);
/* The daemon's life ends and the next begins, with what it finds on disk. */
void scene_room_restart(struct scene *scene);

/* scene_time.c: time, and the resident. */

/* Lets blocks of 10 ms pass until nothing happens without the resident: asleep, or listening. With
 * only_begun, until half a second into the next speech at most. */
void scene_run(struct scene *scene, bool only_begun);
/* Nothing sounds for so long; the resident may be listened to. */
void scene_run_ms(struct scene *scene, int ms);
/* Hours pass while nobody is there. */
void scene_skip_ms(struct scene *scene, int64_t ms);
bool scene_is_listening(const struct scene *scene);

/* The resident says it and waits until it was heard (`is_heard` false: nobody listens). */
void scene_resident(struct scene *scene, const char *text, double confidence);
/* Says it at once, over whatever goes on, as one utterance. */
void scene_interrupt(struct scene *scene, const char *text, double confidence, bool is_woken);
void scene_wake(struct scene *scene);

#endif
