/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network: a convolution from the frame's numbers to N_CHANNELS, blocks that each add to what
 * they got (residual, with holes that widen: "dilated"), then a row of weights for each cepstrum of
 * what is to be added to the noisy one, and one for each state of the phones. Refused before
 * trying: recurrent layers, which cannot be computed side by side; a mask on the sound itself, many
 * times the work for a model that sees 13 numbers a frame (though it alone could tell two voices by
 * their pitch).
 *
 * The file, numbers in little-endian order: "VOISINED", then uint32 version, channels, states,
 * blocks and each block's dilation; floats: what is taken off each cepstrum, and what it is divided
 * by; then weights and biases, layer by layer as [out][in][tap], each the upper half of a float,
 * but the states' biases, which are whole ones: how often a state is spoken is taken off them.
 */
#include "asr/denoiser.h"

#include "asr/model_files.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    VERSION = 2,
    N_CHANNELS = 96,
    N_INPUTS = 2 * ASR_CEPSTRA, /* as they are, and without the utterance's mean */
    N_TAPS = 3,
    N_BLOCKS_MAX = 16,
    DILATION_MAX = 64,
    N_STATES_MAX = 512,
    N_FILE_MAX = 4 << 20,
};

/* How far a state may lie below the likeliest: what the network has never heard is not impossible.
 */
#define FAR_NATS 12.0f

struct layer {
    float weights[N_TAPS][N_CHANNELS][N_CHANNELS]; /* [tap][in][out]; of the first: N_INPUTS in */
    float biases[N_CHANNELS];
};

/* One frame within the network, or a row of weights. */
struct row {
    float of[N_CHANNELS];
};

struct asr_denoiser {
    int n_blocks;
    int dilations[N_BLOCKS_MAX];
    float offset[ASR_CEPSTRA], spread[ASR_CEPSTRA];
    float last[ASR_CEPSTRA][N_CHANNELS], last_biases[ASR_CEPSTRA];
    int n_states;
    struct row *states; /* n_states rows of weights */
    float *state_biases;
    struct layer layers[]; /* the first, then the blocks */
};

/* ---- the file ---- */

struct reader {
    const unsigned char *at, *end;
    bool is_bad;
};

static uint32_t read_number(struct reader *reader, size_t n_bytes)
{
    uint32_t value = 0;
    if ((size_t)(reader->end - reader->at) < n_bytes) {
        reader->is_bad = true;
        return 0;
    }
    for (size_t i = 0; i < n_bytes; i++)
        value |= (uint32_t)reader->at[i] << (8 * i);
    reader->at += n_bytes;
    return value;
}

/* A float of which the file has all bytes or the upper two. */
static float read_float(struct reader *reader, size_t n_bytes)
{
    uint32_t bits = read_number(reader, n_bytes) << (8 * (4 - n_bytes));
    float value;
    memcpy(&value, &bits, sizeof(value));
    reader->is_bad |= !isfinite(value) || fabsf(value) > 1000;
    return value;
}

static void read_layer(struct reader *reader, int n_inputs, struct layer *layer)
{
    for (int out = 0; out < N_CHANNELS; out++) {
        for (int in = 0; in < n_inputs; in++) {
            for (int tap = 0; tap < N_TAPS; tap++)
                layer->weights[tap][in][out] = read_float(reader, 2);
        }
    }
    for (int out = 0; out < N_CHANNELS; out++)
        layer->biases[out] = read_float(reader, 2);
}

static void read_rest(struct reader *reader, struct asr_denoiser *denoiser)
{
    for (int i = 0; i < ASR_CEPSTRA; i++)
        denoiser->offset[i] = read_float(reader, 4);
    for (int i = 0; i < ASR_CEPSTRA; i++) {
        denoiser->spread[i] = read_float(reader, 4);
        reader->is_bad |= denoiser->spread[i] < 0.1f;
    }
    for (int i = 0; i <= denoiser->n_blocks; i++)
        read_layer(reader, i == 0 ? N_INPUTS : N_CHANNELS, &denoiser->layers[i]);
    for (int out = 0; out < ASR_CEPSTRA; out++) {
        for (int in = 0; in < N_CHANNELS; in++)
            denoiser->last[out][in] = read_float(reader, 2);
    }
    for (int out = 0; out < ASR_CEPSTRA; out++)
        denoiser->last_biases[out] = read_float(reader, 2);
    for (int out = 0; out < denoiser->n_states; out++) {
        for (int in = 0; in < N_CHANNELS; in++)
            denoiser->states[out].of[in] = read_float(reader, 2);
    }
    for (int out = 0; out < denoiser->n_states; out++)
        denoiser->state_biases[out] = read_float(reader, 4);
    reader->is_bad |= reader->at != reader->end;
}

static int read_denoiser(struct reader *reader, struct asr_denoiser **ret_denoiser)
{
    static const char magic[8] = "VOISINED";
    if ((size_t)(reader->end - reader->at) < sizeof(magic) ||
        memcmp(reader->at, magic, sizeof(magic)) != 0)
        return -EINVAL;
    reader->at += sizeof(magic);
    uint32_t version = read_number(reader, 4), n_channels = read_number(reader, 4);
    uint32_t n_states = read_number(reader, 4), n_blocks = read_number(reader, 4);
    if (version != VERSION || n_channels != N_CHANNELS || n_states > N_STATES_MAX ||
        n_blocks > N_BLOCKS_MAX)
        return -EINVAL;
    struct asr_denoiser *denoiser =
        calloc(1, sizeof(*denoiser) + (n_blocks + 1) * sizeof(denoiser->layers[0]));
    if (!denoiser)
        return -ENOMEM;
    denoiser->n_blocks = (int)n_blocks;
    denoiser->n_states = (int)n_states;
    denoiser->states = calloc(n_states + 1, sizeof(*denoiser->states));
    denoiser->state_biases = calloc(n_states + 1, sizeof(*denoiser->state_biases));
    if (!denoiser->states || !denoiser->state_biases) {
        asr_denoiser_close(denoiser);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < n_blocks; i++) {
        uint32_t dilation = read_number(reader, 4);
        reader->is_bad |= dilation < 1 || dilation > DILATION_MAX;
        denoiser->dilations[i] = (int)dilation;
    }
    read_rest(reader, denoiser);
    if (reader->is_bad) {
        asr_denoiser_close(denoiser);
        return -EINVAL;
    }
    *ret_denoiser = denoiser;
    return 0;
}

int asr_denoiser_open(const char *path, struct asr_denoiser **ret_denoiser)
{
    char *data;
    size_t n_bytes;
    int r = base_file_read(path, N_FILE_MAX, &data, &n_bytes);
    if (r < 0)
        return base_trace(r);
    struct reader reader = {.at = (unsigned char *)data, .end = (unsigned char *)data + n_bytes};
    r = read_denoiser(&reader, ret_denoiser);
    free(data);
    if (r == -EINVAL)
        log_error("asr-denoiser-bad", "not a denoiser of this version, or damaged: %s", path);
    return r < 0 ? base_trace(r) : 0;
}

void asr_denoiser_close(struct asr_denoiser *denoiser)
{
    if (!denoiser)
        return;
    free(denoiser->states);
    free(denoiser->state_biases);
    free(denoiser);
}

int asr_denoiser_n_states(const struct asr_denoiser *denoiser)
{
    return denoiser->n_states;
}

/* ---- running ---- */

/* Adds one tap's share of a frame. */
static void add_tap(const float (*restrict weights)[N_CHANNELS], const float *restrict in,
                    int n_inputs, float *restrict sum)
{
    for (int i = 0; i < n_inputs; i++) {
        float x = in[i];
        for (int out = 0; out < N_CHANNELS; out++)
            sum[out] += weights[i][out] * x;
    }
}

/* One layer over all frames; beyond the ends are zeros. */
static void convolve(const struct layer *layer, const struct row *in, int n_inputs, int dilation,
                     int n_frames, struct row *out)
{
    for (int t = 0; t < n_frames; t++) {
        struct row sum;
        memcpy(sum.of, layer->biases, sizeof(sum.of));
        for (int tap = 0; tap < N_TAPS; tap++) {
            int from = t + (tap - N_TAPS / 2) * dilation;
            if (from >= 0 && from < n_frames)
                add_tap(layer->weights[tap], in[from].of, n_inputs, sum.of);
        }
        for (int i = 0; i < N_CHANNELS; i++)
            out[t].of[i] = sum.of[i] > 0 ? sum.of[i] : 0;
    }
}

static void take_in(const struct asr_denoiser *denoiser, const float (*cepstra)[ASR_CEPSTRA],
                    int n_frames, struct row *out)
{
    double mean[ASR_CEPSTRA] = {0};
    for (int t = 0; t < n_frames; t++) {
        for (int c = 0; c < ASR_CEPSTRA; c++)
            mean[c] += (double)cepstra[t][c] / n_frames;
    }
    for (int t = 0; t < n_frames; t++) {
        for (int c = 0; c < ASR_CEPSTRA; c++) {
            out[t].of[c] = (cepstra[t][c] - denoiser->offset[c]) / denoiser->spread[c];
            out[t].of[ASR_CEPSTRA + c] = (cepstra[t][c] - (float)mean[c]) / denoiser->spread[c];
        }
    }
}

static void give_out(const struct asr_denoiser *denoiser, const struct row *in, int n_frames,
                     float (*cepstra)[ASR_CEPSTRA])
{
    for (int t = 0; t < n_frames; t++) {
        for (int c = 0; c < ASR_CEPSTRA; c++) {
            float sum = denoiser->last_biases[c];
            for (int i = 0; i < N_CHANNELS; i++)
                sum += denoiser->last[c][i] * in[t].of[i];
            cepstra[t][c] += sum * denoiser->spread[c];
        }
    }
}

static void tell_states(const struct asr_denoiser *denoiser, const struct row *in, int n_frames,
                        uint8_t *ret_states)
{
    float likely[N_STATES_MAX];
    for (int t = 0; t < n_frames; t++) {
        float best = -INFINITY;
        for (int s = 0; s < denoiser->n_states; s++) {
            const float *weights = denoiser->states[s].of;
            likely[s] = denoiser->state_biases[s];
            for (int i = 0; i < N_CHANNELS; i++)
                likely[s] += weights[i] * in[t].of[i];
            best = fmaxf(best, likely[s]);
        }
        for (int s = 0; s < denoiser->n_states; s++)
            *ret_states++ =
                (uint8_t)(fminf(best - likely[s], FAR_NATS) / (float)ASR_MODEL_UNIT + 0.5f);
    }
}

int asr_denoiser_run(const struct asr_denoiser *denoiser, float (*cepstra)[ASR_CEPSTRA],
                     int n_frames, uint8_t *ret_states)
{
    size_t n = (size_t)n_frames + 1;
    struct row *frames = calloc(2 * n, sizeof(*frames)), *more = frames ? frames + n : NULL;
    if (!frames)
        return base_trace(-ENOMEM);
    take_in(denoiser, (const float(*)[ASR_CEPSTRA])cepstra, n_frames, more);
    convolve(&denoiser->layers[0], more, N_INPUTS, 1, n_frames, frames);
    for (int b = 0; b < denoiser->n_blocks; b++) {
        convolve(&denoiser->layers[b + 1], frames, N_CHANNELS, denoiser->dilations[b], n_frames,
                 more);
        for (int t = 0; t < n_frames; t++) {
            for (int i = 0; i < N_CHANNELS; i++)
                frames[t].of[i] += more[t].of[i];
        }
    }
    give_out(denoiser, frames, n_frames, cepstra);
    if (ret_states)
        tell_states(denoiser, frames, n_frames, ret_states);
    free(frames);
    return 0;
}
