/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/resampler.h"

#include <errno.h>
#include <speex/speex_resampler.h>
#include <stdlib.h>
#include <string.h>

/* Of speexdsp's 0 to 10. 5 keeps aliases 80 dB down at a fifth of the cost of 10. */
#define QUALITY 5

struct audio_resampler {
    SpeexResamplerState *speex; /* NULL: the rates are equal */
};

int audio_resampler_create(int from_hz, int to_hz, struct audio_resampler **ret_resampler)
{
    struct audio_resampler *resampler;
    int error = RESAMPLER_ERR_SUCCESS;

    if (from_hz < 4000 || from_hz > 192000 || to_hz < 4000 || to_hz > 192000)
        return -EINVAL;
    resampler = calloc(1, sizeof(*resampler));
    if (!resampler)
        return -ENOMEM;
    if (from_hz != to_hz) {
        resampler->speex =
            speex_resampler_init(1, (spx_uint32_t)from_hz, (spx_uint32_t)to_hz, QUALITY, &error);
        if (!resampler->speex) {
            free(resampler);
            return error == RESAMPLER_ERR_ALLOC_FAILED ? -ENOMEM : -EINVAL;
        }
        speex_resampler_skip_zeros(resampler->speex);
    }
    *ret_resampler = resampler;
    return 0;
}

void audio_resampler_destroy(struct audio_resampler *resampler)
{
    if (!resampler)
        return;
    if (resampler->speex)
        speex_resampler_destroy(resampler->speex);
    free(resampler);
}

void audio_resampler_reset(struct audio_resampler *resampler)
{
    if (resampler->speex) {
        speex_resampler_reset_mem(resampler->speex);
        speex_resampler_skip_zeros(resampler->speex);
    }
}

void audio_resampler_run(struct audio_resampler *resampler, const int16_t *in, size_t n_in,
                         int16_t *out, size_t n_out, size_t *ret_n_in, size_t *ret_n_out)
{
    spx_uint32_t taken = (spx_uint32_t)n_in, made = (spx_uint32_t)n_out;

    if (!resampler->speex) {
        size_t n = n_in < n_out ? n_in : n_out;

        memcpy(out, in, n * sizeof(*out));
        *ret_n_in = *ret_n_out = n;
        return;
    }
    /* Its errors are of arguments and of overlapping buffers, none of which can be here. */
    speex_resampler_process_int(resampler->speex, 0, in, &taken, out, &made);
    *ret_n_in = taken;
    *ret_n_out = made;
}

/* Feeds the clip and then zeros until `room` samples are there. */
static void run_clip(struct audio_resampler *resampler, const int16_t *in, size_t n_in,
                     int16_t *out, size_t room)
{
    static const int16_t zeros[256];
    size_t at = 0, made = 0;

    while (made < room) {
        const int16_t *from = at < n_in ? in + at : zeros;
        size_t n = at < n_in ? n_in - at : sizeof(zeros) / sizeof(zeros[0]);
        size_t taken, got;

        if (n > 1 << 20)
            n = 1 << 20; /* speexdsp counts in 32 bits and multiplies inside */
        audio_resampler_run(resampler, from, n, out + made, room - made, &taken, &got);
        if (at < n_in)
            at += taken;
        made += got;
    }
}

int audio_resample_clip(const int16_t *in, size_t n_in, int from_hz, int to_hz,
                        int16_t **ret_samples, size_t *ret_n_samples)
{
    struct audio_resampler *resampler;
    size_t n_out;
    int16_t *out;
    int r = audio_resampler_create(from_hz, to_hz, &resampler);

    if (r < 0)
        return r;
    n_out =
        (size_t)(((uint64_t)n_in * (uint64_t)to_hz + (uint64_t)from_hz / 2) / (uint64_t)from_hz);
    out = malloc((n_out + 1) * sizeof(*out));
    if (!out) {
        audio_resampler_destroy(resampler);
        return -ENOMEM;
    }
    run_clip(resampler, in, n_in, out, n_out);
    audio_resampler_destroy(resampler);
    *ret_samples = out;
    *ret_n_samples = n_out;
    return 0;
}
