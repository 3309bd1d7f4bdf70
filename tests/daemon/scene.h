/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays a conversation from a file on the twins: the real assistant, listener, understanding,
 * prompts and delivery worker; the audio twin as the room, a resident whose voice is rendered and
 * whose words the recogniser is told, the silent voice, a service without a network, a clock that
 * moves with the samples. What the speaker says and what is stored at the end must be what the file
 * says; tests/daemon/scenes/README.md describes the file.
 */
#ifndef TESTS_DAEMON_SCENE_H
#define TESTS_DAEMON_SCENE_H

#include <stdio.h>

struct scene_stage;

/* What all scenes share: the language, the services, the resident's voice. Ends the program when
 * something is missing. */
struct scene_stage *scene_stage_create(void);
void scene_stage_destroy(struct scene_stage *stage);

/* Plays <folder>/scene.json. `tell`, when not NULL, gets the conversation as it goes. Returns: how
 * many things went otherwise than written, each told on stderr. */
int scene_play(struct scene_stage *stage, const char *folder, FILE *tell);

#endif
