/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that stand for a model's Gaussians where nobody asks for them.
 *
 * A decoder reads its scores from asr/scores.h. The library loads means, variances and
 * weights all the same, 1.6 MB in each decoder, and has no setting to leave them out. It takes
 * these instead: as many phones and states as the model, but only as many Gaussians as it insists
 * on, all of them alike. A decoder that was opened with them must never score sound by itself.
 *
 * Order: open, let the library open the paths, close. Thread: any.
 */
#ifndef ASR_MODEL_STUB_H
#define ASR_MODEL_STUB_H

#include "asr/memory_file.h"

struct asr_model_stub {
    struct asr_memory_file means, variances, weights;
};

/* Returns: 0, -ENOMEM or -errno; to be closed in either case. */
int asr_model_stub_open(struct asr_model_stub *stub, int n_phones, int n_senones);
void asr_model_stub_close(struct asr_model_stub *stub);

#endif
