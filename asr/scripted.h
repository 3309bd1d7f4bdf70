/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recogniser's twin without sound: gives the next of a list of texts for each utterance, all
 * surely heard; "" once the list has ended. A text "?..." is given with certainty 0. Thread: main.
 */
#ifndef ASR_SCRIPTED_H
#define ASR_SCRIPTED_H

#include "asr/recogniser.h"

/* Copies the texts. Returns: 0 or -ENOMEM. Owns: the caller (asr_recogniser_destroy). */
int asr_scripted_create(const char *const *texts, size_t n_texts,
                        struct asr_recogniser **ret_recogniser);

#endif
