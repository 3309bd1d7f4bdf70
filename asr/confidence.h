/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the features of a hypothesis to one number. Thread: any. */
#ifndef ASR_CONFIDENCE_H
#define ASR_CONFIDENCE_H

#include "asr/recogniser.h"

/* Returns: 0 to 1, 0 for no words. */
float asr_confidence(const struct asr_hypothesis *hypothesis);

#endif
