/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network: a convolution from the frame's numbers to N_CHANNELS, blocks that each add to what
 * they got (residual, with holes that widen: "dilated"), amid them a layer that tells each frame
 * what the whole utterance is like (the mean of the channels), then a row of weights for each
 * cepstrum of what is to be added to the noisy one, and one for each state of the phones. Refused
 * before trying: recurrent layers, which cannot be computed side by side; a mask on the sound
 * itself, many times the work for a model that sees 13 numbers a frame.
 *
 * The file, numbers in little-endian order: "VOISINED", then uint32 version, channels, states,
 * blocks, before which of them the layer of the whole stands, each block's dilation; floats: what
 * is taken off each cepstrum, and what it is divided by; then layer by layer a float for each
 * output, which is one step of its weights; the weights in such steps, [out][in][tap], signed
 * bytes; and a float for each output's bias (of a state: how often it is spoken is taken off it).
 * Bytes are a quarter of the memory of floats and 40 dB more exact than what the network is sure
 * of.
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
    VERSION = 4,
    N_CHANNELS = 144,
    /* Cepstra as they are, and without the utterance's mean; the bands. */
    N_INPUTS = 2 * ASR_CEPSTRA + ASR_BANDS,
    N_TAPS = 3,
    N_BLOCKS_MAX = 16,
    DILATION_MAX = 64,
    N_STATES_MAX = 512,
    N_FILE_MAX = 4 << 20,
    N_LAYER_INPUTS_MAX = N_TAPS * N_CHANNELS, /* of one output */
};

/* How far a state may lie below the likeliest: what the network has never heard is not impossible.
 */
#define FAR_NATS 12.0f

/* What the bands are divided by. */
#define BANDS_SPREAD 2.5f

/* Outputs and frames that are computed at a time, so that their sums stay in the processor's
 * registers. */
enum { GROUP = 8, N_TOGETHER = 4, LANES = 4 };
/* Frames of which the outputs are asked for at a time. */
enum { N_PART = 16 };
typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float))));

/* Each output of a frame is a bias and the weighted inputs of frames around it. */
struct layer {
    int n_taps, n_inputs, n_outputs; /* outputs are filled up to whole groups */
    int8_t *weights;                 /* [group][tap][in][GROUP], in steps */
    float *steps, *biases;           /* of each output */
};

/* One frame within the network. */
struct row {
    float of[N_CHANNELS];
};

struct asr_denoiser {
    int n_blocks;
    int dilations[N_BLOCKS_MAX];
    int whole_block; /* before it stands the layer of the whole */
    float offset[ASR_CEPSTRA], spread[ASR_CEPSTRA];
    int n_states;
    struct layer first, blocks[N_BLOCKS_MAX], whole, last, states;
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

static float read_float(struct reader *reader)
{
    uint32_t bits = read_number(reader, 4);
    float value;
    memcpy(&value, &bits, sizeof(value));
    reader->is_bad |= !isfinite(value) || fabsf(value) > 1000;
    return value;
}

static int in_groups(int n)
{
    return (n + GROUP - 1) / GROUP * GROUP;
}

/* Returns: 0, -ENOMEM; what is bad shows in the reader. */
static int read_layer(struct reader *reader, int n_taps, int n_inputs, int n_outputs,
                      struct layer *ret_layer)
{
    size_t n = (size_t)in_groups(n_outputs);
    struct layer layer = {n_taps, n_inputs, n_outputs, NULL, NULL, NULL};
    layer.weights = calloc(n * (size_t)(n_taps * n_inputs), sizeof(*layer.weights));
    layer.steps = calloc(n, sizeof(*layer.steps));
    layer.biases = calloc(n, sizeof(*layer.biases));
    *ret_layer = layer;
    if (!layer.weights || !layer.steps || !layer.biases)
        return -ENOMEM;
    for (int out = 0; out < n_outputs; out++)
        layer.steps[out] = read_float(reader);
    for (int out = 0; out < n_outputs; out++) {
        int8_t *group = layer.weights + (out / GROUP) * n_taps * n_inputs * GROUP;
        for (int in = 0; in < n_inputs; in++) {
            for (int tap = 0; tap < n_taps; tap++)
                group[(tap * n_inputs + in) * GROUP + out % GROUP] = (int8_t)read_number(reader, 1);
        }
    }
    for (int out = 0; out < n_outputs; out++)
        layer.biases[out] = read_float(reader);
    return 0;
}

static void free_layer(struct layer *layer)
{
    free(layer->weights);
    free(layer->steps);
    free(layer->biases);
}

static int read_layers(struct reader *reader, struct asr_denoiser *denoiser)
{
    int r = read_layer(reader, N_TAPS, N_INPUTS, N_CHANNELS, &denoiser->first);
    for (int i = 0; r == 0 && i < denoiser->n_blocks; i++)
        r = read_layer(reader, N_TAPS, N_CHANNELS, N_CHANNELS, &denoiser->blocks[i]);
    if (r == 0)
        r = read_layer(reader, 1, N_CHANNELS, N_CHANNELS, &denoiser->whole);
    if (r == 0)
        r = read_layer(reader, 1, N_CHANNELS, ASR_CEPSTRA, &denoiser->last);
    if (r == 0)
        r = read_layer(reader, 1, N_CHANNELS, denoiser->n_states, &denoiser->states);
    return r;
}

/* Returns: 0, -EINVAL, -ENOMEM. */
static int read_head(struct reader *reader, struct asr_denoiser *denoiser)
{
    static const char magic[8] = "VOISINED";
    if ((size_t)(reader->end - reader->at) < sizeof(magic) ||
        memcmp(reader->at, magic, sizeof(magic)) != 0)
        return -EINVAL;
    reader->at += sizeof(magic);
    uint32_t version = read_number(reader, 4), n_channels = read_number(reader, 4);
    uint32_t n_states = read_number(reader, 4), n_blocks = read_number(reader, 4);
    uint32_t whole_block = read_number(reader, 4);
    if (version != VERSION || n_channels != N_CHANNELS || n_states > N_STATES_MAX ||
        n_blocks > N_BLOCKS_MAX || whole_block >= n_blocks)
        return -EINVAL;
    denoiser->n_states = (int)n_states;
    denoiser->n_blocks = (int)n_blocks;
    denoiser->whole_block = (int)whole_block;
    for (uint32_t i = 0; i < n_blocks; i++) {
        uint32_t dilation = read_number(reader, 4);
        reader->is_bad |= dilation < 1 || dilation > DILATION_MAX;
        denoiser->dilations[i] = (int)dilation;
    }
    for (int i = 0; i < ASR_CEPSTRA; i++)
        denoiser->offset[i] = read_float(reader);
    for (int i = 0; i < ASR_CEPSTRA; i++) {
        denoiser->spread[i] = read_float(reader);
        reader->is_bad |= denoiser->spread[i] < 0.1f;
    }
    return reader->is_bad ? -EINVAL : 0;
}

static int read_denoiser(struct reader *reader, struct asr_denoiser **ret_denoiser)
{
    struct asr_denoiser *denoiser = calloc(1, sizeof(*denoiser));
    if (!denoiser)
        return -ENOMEM;
    int r = read_head(reader, denoiser);
    if (r == 0)
        r = read_layers(reader, denoiser);
    if (r == 0 && (reader->is_bad || reader->at != reader->end))
        r = -EINVAL;
    if (r < 0) {
        asr_denoiser_close(denoiser);
        return r;
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
    free_layer(&denoiser->first);
    for (int i = 0; i < denoiser->n_blocks; i++)
        free_layer(&denoiser->blocks[i]);
    free_layer(&denoiser->whole);
    free_layer(&denoiser->last);
    free_layer(&denoiser->states);
    free(denoiser);
}

int asr_denoiser_n_states(const struct asr_denoiser *denoiser)
{
    return denoiser->n_states;
}

/* ---- running ---- */

/* Adds one tap's share: a group of outputs of some frames. */
static inline void add_tap(const float *weights, const float *const in[N_TOGETHER], int n_inputs,
                           lanes sums[N_TOGETHER][GROUP / LANES])
{
    for (int i = 0; i < n_inputs; i++, weights += GROUP) {
        const lanes *row = (const lanes *)weights;
        for (int t = 0; t < N_TOGETHER; t++) {
            sums[t][0] += row[0] * in[t][i];
            sums[t][1] += row[1] * in[t][i];
        }
    }
}

/* weights: the group's, [tap][in][GROUP]. */
static void run_group(const struct layer *layer, const float *weights, const lanes *biases,
                      const struct row *in, int dilation, int n_frames, int first,
                      lanes sums[N_TOGETHER][GROUP / LANES])
{
    static const struct row nothing; /* beyond the ends */
    int n = layer->n_inputs, middle = layer->n_taps / 2;
    lanes local[N_TOGETHER][GROUP / LANES];
    for (int t = 0; t < N_TOGETHER; t++) {
        local[t][0] = biases[0];
        local[t][1] = biases[1];
    }
    for (int tap = 0; tap < layer->n_taps; tap++) {
        const float *frames[N_TOGETHER];
        for (int t = 0; t < N_TOGETHER; t++) {
            int from = first + t + (tap - middle) * dilation;
            frames[t] = from >= 0 && from < n_frames ? in[from].of : nothing.of;
        }
        add_tap(weights + (size_t)(tap * n * GROUP), frames, n, local);
    }
    memcpy(sums, local, sizeof(local));
}

/* A group's weights as floats: once for all frames. */
static void widen(const struct layer *layer, int group, float ret_weights[])
{
    int n = layer->n_taps * layer->n_inputs;
    const int8_t *weights = layer->weights + (size_t)(group * n * GROUP);
    const float *steps = layer->steps + (size_t)(group * GROUP);
    for (int i = 0; i < n * GROUP; i++)
        ret_weights[i] = (float)weights[i] * steps[i % GROUP];
}

/* A layer over all frames. ret_out has n_frames rows of so many floats, at least the outputs. */
static void run_layer(const struct layer *layer, const struct row *in, int dilation, int n_frames,
                      size_t n_row, float *ret_out)
{
    lanes sums[N_TOGETHER][GROUP / LANES];
    float weights[N_LAYER_INPUTS_MAX * GROUP];
    for (int group = 0; group * GROUP < layer->n_outputs; group++) {
        int n = layer->n_outputs - group * GROUP;
        size_t n_bytes = (size_t)(n < GROUP ? n : GROUP) * sizeof(float);
        const lanes *biases = (const lanes *)(layer->biases + (size_t)(group * GROUP));
        widen(layer, group, weights);
        for (int first = 0; first < n_frames; first += N_TOGETHER) {
            run_group(layer, weights, biases, in, dilation, n_frames, first, sums);
            for (int t = 0; t < N_TOGETHER && first + t < n_frames; t++)
                memcpy(ret_out + (size_t)(first + t) * n_row + (size_t)(group * GROUP), sums[t],
                       n_bytes);
        }
    }
}

/* A layer whose outputs are the channels of the next; what is negative counts as nothing. */
static void convolve(const struct layer *layer, const struct row *in, int dilation, int n_frames,
                     struct row *out)
{
    run_layer(layer, in, dilation, n_frames, N_CHANNELS, out->of);
    for (int t = 0; t < n_frames; t++) {
        for (int i = 0; i < N_CHANNELS; i++)
            out[t].of[i] = out[t].of[i] > 0 ? out[t].of[i] : 0;
    }
}

static void add(struct row *frames, const struct row *more, int step, int n_frames)
{
    for (int t = 0; t < n_frames; t++, more += step) {
        for (int i = 0; i < N_CHANNELS; i++)
            frames[t].of[i] += more->of[i];
    }
}

/* Tells each frame what the whole utterance is like. */
static void add_whole(const struct layer *layer, struct row *frames, int n_frames)
{
    struct row mean = {0}, more;
    for (int t = 0; t < n_frames; t++) {
        for (int i = 0; i < N_CHANNELS; i++)
            mean.of[i] += frames[t].of[i] / (float)n_frames;
    }
    run_layer(layer, &mean, 1, 1, N_CHANNELS, more.of);
    add(frames, &more, 0, n_frames);
}

static void take_in(const struct asr_denoiser *denoiser, const float (*cepstra)[ASR_CEPSTRA],
                    const float (*bands)[ASR_BANDS], int n_frames, struct row *out)
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
        for (int b = 0; b < ASR_BANDS; b++)
            out[t].of[2 * ASR_CEPSTRA + b] = bands[t][b] / BANDS_SPREAD;
    }
}

static void give_out(const struct asr_denoiser *denoiser, const struct row *in, int n_frames,
                     float (*cepstra)[ASR_CEPSTRA])
{
    for (int t = 0; t < n_frames; t++) {
        float more[N_PART][ASR_CEPSTRA];
        int n = n_frames - t < N_PART ? n_frames - t : N_PART;
        if (t % N_PART == 0)
            run_layer(&denoiser->last, &in[t], 1, n, ASR_CEPSTRA, more[0]);
        for (int c = 0; c < ASR_CEPSTRA; c++)
            cepstra[t][c] += more[t % N_PART][c] * denoiser->spread[c];
    }
}

static void tell_states(const struct asr_denoiser *denoiser, const struct row *in, int n_frames,
                        uint8_t *ret_states)
{
    float likely[N_PART][N_STATES_MAX];
    for (int t = 0; t < n_frames; t++) {
        int n = n_frames - t < N_PART ? n_frames - t : N_PART;
        const float *row = likely[t % N_PART];
        float best = -INFINITY;
        if (t % N_PART == 0)
            run_layer(&denoiser->states, &in[t], 1, n, N_STATES_MAX, likely[0]);
        for (int s = 0; s < denoiser->n_states; s++)
            best = fmaxf(best, row[s]);
        for (int s = 0; s < denoiser->n_states; s++)
            *ret_states++ =
                (uint8_t)(fminf(best - row[s], FAR_NATS) / (float)ASR_MODEL_UNIT + 0.5f);
    }
}

int asr_denoiser_run(const struct asr_denoiser *denoiser, const float (*bands)[ASR_BANDS],
                     int n_frames, float (*cepstra)[ASR_CEPSTRA], uint8_t *ret_states)
{
    size_t n = (size_t)n_frames + 1;
    struct row *frames = calloc(2 * n, sizeof(*frames)), *more = frames ? frames + n : NULL;
    if (!frames)
        return base_trace(-ENOMEM);
    take_in(denoiser, (const float(*)[ASR_CEPSTRA])cepstra, bands, n_frames, more);
    convolve(&denoiser->first, more, 1, n_frames, frames);
    for (int b = 0; b < denoiser->n_blocks; b++) {
        if (b == denoiser->whole_block)
            add_whole(&denoiser->whole, frames, n_frames);
        convolve(&denoiser->blocks[b], frames, denoiser->dilations[b], n_frames, more);
        add(frames, more, 1, n_frames);
    }
    give_out(denoiser, frames, n_frames, cepstra);
    if (ret_states)
        tell_states(denoiser, frames, n_frames, ret_states);
    free(frames);
    return 0;
}
