/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sentences that are sound already, for the moment when the voice fails (R25): `voisine bundle`
 * renders them beside the language's other data, the speech plays them when a sentence cannot be
 * rendered. The emergency sentence is one of them; all others share one that sends to somebody.
 * Thread: main.
 */
#ifndef DAEMON_STORED_H
#define DAEMON_STORED_H

#include "tts/voice.h"

#include <stddef.h>
#include <stdint.h>

/* Renders and writes them into a bundle's folder. Returns: 0 or -errno. */
int stored_make(const char *language, struct tts_voice *voice, const char *folder);

/* The sound that stands in for a prompt, 16 kHz. Returns: 0, or -errno when there is none. Owns:
 * the caller (free). */
int stored_load(const char *folder, const char *prompt_key, int16_t **ret_samples,
                size_t *ret_n_samples);

#endif
