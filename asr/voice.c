/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A live decoder was the detector before. Of what it did, only this was used, and its Gaussians
 * cost as much of the processor as half of the looks for the wake phrase, and megabytes.
 */
#include "asr/voice.h"

#include "asr/cepstra.h"
#include "asr/library.h"
#include "base/error.h"

#include <sphinxbase/fe.h>

#include <errno.h>
#include <stdlib.h>

enum { N_FRAMES_MAX = 64 }; /* that come out at a time; the library keeps the rest */

/* Between men's and women's: asr/analysis.h. */
#define TRACT 1.12

struct asr_voice {
    fe_t *fe;
    mfcc_t cepstra[N_FRAMES_MAX][ASR_CEPSTRA]; /* of voice; nobody reads them */
    mfcc_t *rows[N_FRAMES_MAX];
};

int asr_voice_create(const char *model_folder, struct asr_voice **ret_voice)
{
    cmd_ln_t *config = NULL;
    asr_library_take_log();
    int r = asr_library_check_file(model_folder, "feat.params");
    if (r == 0)
        r = asr_library_config(model_folder, TRACT, NULL, &config);
    if (r < 0)
        return base_trace(r);
    cmd_ln_set_boolean_r(config, "-remove_silence", TRUE);
    struct asr_voice *voice = calloc(1, sizeof(*voice));
    if (voice)
        voice->fe = fe_init_auto_r(config);
    cmd_ln_free_r(config);
    if (!voice || !voice->fe || fe_get_output_size(voice->fe) != ASR_CEPSTRA ||
        fe_start_utt(voice->fe) < 0) {
        r = !voice ? -ENOMEM : -EINVAL;
        asr_voice_destroy(voice);
        return base_trace(r);
    }
    for (int i = 0; i < N_FRAMES_MAX; i++)
        voice->rows[i] = voice->cepstra[i];
    *ret_voice = voice;
    return 0;
}

void asr_voice_destroy(struct asr_voice *voice)
{
    if (!voice)
        return;
    if (voice->fe)
        fe_free(voice->fe);
    free(voice);
}

int asr_voice_feed(struct asr_voice *voice, const int16_t *samples, size_t n_samples)
{
    while (n_samples > 0) {
        int32 n_frames = N_FRAMES_MAX;
        if (fe_process_frames(voice->fe, &samples, &n_samples, voice->rows, &n_frames, NULL) < 0)
            return base_trace(-EIO);
    }
    return 0;
}

bool asr_voice_is_heard(const struct asr_voice *voice)
{
    return fe_get_vad_state(voice->fe) != 0;
}

int asr_voice_restart(struct asr_voice *voice)
{
    mfcc_t last[ASR_CEPSTRA];
    int32 n_last = 0;
    fe_end_utt(voice->fe, last, &n_last);
    return fe_start_utt(voice->fe) < 0 ? base_trace(-EIO) : 0;
}
