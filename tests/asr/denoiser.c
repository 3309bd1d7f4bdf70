/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The denoiser's network, held against one that is written the plain way, and its file, damaged. */
#include "asr/denoiser.h"
#include "tests/check.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <unistd.h>

enum {
    N_CHANNELS = 144,
    N_INPUTS = 26 + ASR_BANDS,
    N_BLOCKS = 3,
    N_STATES = 6,
    N_FRAMES = 30,
    WHOLE_BLOCK = 2,
    N_FILE_MAX = 500000,
};

static const uint32_t dilations[N_BLOCKS] = {1, 4, 16};

/* The same weights as the file's: [layer][out][in][tap]. */
static double weights[N_BLOCKS + 1][N_CHANNELS][N_CHANNELS][3], biases[N_BLOCKS + 1][N_CHANNELS];
static double whole[N_CHANNELS][N_CHANNELS], whole_biases[N_CHANNELS];
static double last[13][N_CHANNELS], last_biases[13], offset[13], spread[13];
static double states[N_STATES][N_CHANNELS], state_biases[N_STATES];

static unsigned char file[N_FILE_MAX];
static size_t n_file;
static char path[64];
static uint32_t seed = 1;

static void put(const void *data, size_t n_bytes)
{
    memcpy(file + n_file, data, n_bytes);
    n_file += n_bytes;
}

static void put_number(uint32_t value)
{
    put(&value, sizeof(value));
}

static double put_float(double value)
{
    float exact = (float)value;
    put(&exact, sizeof(exact));
    return (double)exact;
}

/* A random number between -half and half. */
static double chance(double half)
{
    seed = seed * 1664525u + 1013904223u;
    return ((double)(seed >> 8) / (1 << 23) - 1) * half;
}

/* A layer's weights as the file has them, in steps of each output; weights[out][n_row] are these.
 */
static void put_weights(int n_outputs, int n_inputs, int n_taps, double size, double *ret_weights,
                        int n_row)
{
    double steps[N_CHANNELS];
    for (int out = 0; out < n_outputs; out++)
        steps[out] = put_float(size * (2 + out % 3) / 600);
    for (int out = 0; out < n_outputs; out++) {
        for (int i = 0; i < n_inputs * n_taps; i++) {
            int8_t n_steps = (int8_t)chance(127);
            put(&n_steps, sizeof(n_steps));
            ret_weights[out * n_row + i] = n_steps * steps[out];
        }
    }
}

static void put_biases(int n_outputs, double size, double *ret_biases)
{
    for (int out = 0; out < n_outputs; out++)
        ret_biases[out] = put_float(chance(size));
}

static void make_file(double size)
{
    n_file = 0;
    put("VOISINED", 8);
    put_number(4);
    put_number(N_CHANNELS);
    put_number(N_STATES);
    put_number(N_BLOCKS);
    put_number(WHOLE_BLOCK);
    put(dilations, sizeof(dilations));
    for (int i = 0; i < 13; i++)
        offset[i] = put_float(i - 3.5);
    for (int i = 0; i < 13; i++)
        spread[i] = put_float(9 + i);
    for (int layer = 0; layer <= N_BLOCKS; layer++) {
        put_weights(N_CHANNELS, layer == 0 ? N_INPUTS : N_CHANNELS, 3, size, weights[layer][0][0],
                    3 * N_CHANNELS);
        put_biases(N_CHANNELS, size, biases[layer]);
    }
    put_weights(N_CHANNELS, N_CHANNELS, 1, size, whole[0], N_CHANNELS);
    put_biases(N_CHANNELS, size, whole_biases);
    put_weights(13, N_CHANNELS, 1, size, last[0], N_CHANNELS);
    put_biases(13, size, last_biases);
    put_weights(N_STATES, N_CHANNELS, 1, size, states[0], N_CHANNELS);
    for (int out = 0; out < N_STATES; out++)
        state_biases[out] = put_float(0.3 * out);
}

static void write_file(size_t n_bytes)
{
    FILE *out = fopen(path, "wb");
    REQUIRE(out != NULL);
    REQUIRE(fwrite(file, 1, n_bytes, out) == n_bytes);
    REQUIRE(fclose(out) == 0);
}

static void make_sound(float cepstra[N_FRAMES][ASR_CEPSTRA], float bands[N_FRAMES][ASR_BANDS])
{
    for (int t = 0; t < N_FRAMES; t++) {
        for (int b = 0; b < ASR_BANDS; b++)
            bands[t][b] = (float)(4 * cos(t * 0.4 + b * b));
        for (int c = 0; c < ASR_CEPSTRA; c++)
            cepstra[t][c] = (float)(20 * sin(t * 0.7 + c) + c);
    }
}

static double layer_at(int layer, double in[N_FRAMES][N_CHANNELS], int t, int out)
{
    int n = layer == 0 ? N_INPUTS : N_CHANNELS, d = layer == 0 ? 1 : (int)dilations[layer - 1];
    double sum = biases[layer][out];
    for (int tap = 0; tap < 3; tap++) {
        int from = t + (tap - 1) * d;
        for (int i = 0; from >= 0 && from < N_FRAMES && i < n; i++)
            sum += weights[layer][out][i][tap] * in[from][i];
    }
    return fmax(sum, 0);
}

static void add_the_whole(double rows[N_FRAMES][N_CHANNELS])
{
    double more[N_CHANNELS];
    for (int out = 0; out < N_CHANNELS; out++) {
        more[out] = whole_biases[out];
        for (int i = 0; i < N_FRAMES * N_CHANNELS; i++)
            more[out] +=
                whole[out][i % N_CHANNELS] * rows[i / N_CHANNELS][i % N_CHANNELS] / N_FRAMES;
    }
    for (int i = 0; i < N_FRAMES * N_CHANNELS; i++)
        rows[i / N_CHANNELS][i % N_CHANNELS] += more[i % N_CHANNELS];
}

static void run_plainly(float cepstra[N_FRAMES][ASR_CEPSTRA], float bands[N_FRAMES][ASR_BANDS],
                        uint8_t held[N_FRAMES][N_STATES])
{
    static double rows[N_FRAMES][N_CHANNELS], next[N_FRAMES][N_CHANNELS];
    for (int c = 0; c < 13; c++) {
        double mean = 0;
        for (int t = 0; t < N_FRAMES; t++)
            mean += (double)cepstra[t][c] / N_FRAMES;
        for (int t = 0; t < N_FRAMES; t++) {
            rows[t][c] = ((double)cepstra[t][c] - offset[c]) / spread[c];
            rows[t][13 + c] = ((double)cepstra[t][c] - mean) / spread[c];
        }
    }
    for (int i = 0; i < N_FRAMES * ASR_BANDS; i++)
        rows[i / ASR_BANDS][26 + i % ASR_BANDS] = (double)bands[i / ASR_BANDS][i % ASR_BANDS] / 2.5;
    for (int layer = 0; layer <= N_BLOCKS; layer++) {
        if (layer == WHOLE_BLOCK + 1)
            add_the_whole(rows);
        for (int t = 0; t < N_FRAMES; t++) {
            for (int out = 0; out < N_CHANNELS; out++)
                next[t][out] = (layer == 0 ? 0 : rows[t][out]) + layer_at(layer, rows, t, out);
        }
        memcpy(rows, next, sizeof(rows));
    }
    for (int t = 0; t < N_FRAMES; t++) {
        for (int c = 0; c < 13; c++) {
            double sum = last_biases[c];
            for (int i = 0; i < N_CHANNELS; i++)
                sum += last[c][i] * rows[t][i];
            cepstra[t][c] += (float)(sum * spread[c]);
        }
        double likely[N_STATES], best = -1e30;
        for (int out = 0; out < N_STATES; out++) {
            likely[out] = state_biases[out];
            for (int i = 0; i < N_CHANNELS; i++)
                likely[out] += states[out][i] * rows[t][i];
            best = fmax(best, likely[out]);
        }
        for (int out = 0; out < N_STATES; out++)
            held[t][out] = (uint8_t)lround(fmin(best - likely[out], 12) / 0.10239488);
    }
}

static void does_what_its_weights_say(void)
{
    float cepstra[N_FRAMES][ASR_CEPSTRA], wanted[N_FRAMES][ASR_CEPSTRA];
    float bands[N_FRAMES][ASR_BANDS];
    uint8_t held[N_FRAMES][N_STATES], wanted_held[N_FRAMES][N_STATES];
    struct asr_denoiser *denoiser;
    double off = 0, moved = 0;
    int off_held = 0, n_between = 0;
    make_file(0.2);
    write_file(n_file);
    make_sound(cepstra, bands);
    make_sound(wanted, bands);
    run_plainly(wanted, bands, wanted_held);
    REQUIRE(asr_denoiser_open(path, &denoiser) == 0);
    CHECK_INT(asr_denoiser_n_states(denoiser), N_STATES);
    CHECK_INT(
        asr_denoiser_run(denoiser, (const float(*)[ASR_BANDS])bands, N_FRAMES, cepstra, held[0]),
        0);
    for (int i = 0; i < N_FRAMES * ASR_CEPSTRA; i++) {
        int t = i / ASR_CEPSTRA, c = i % ASR_CEPSTRA;
        off = fmax(off, fabs((double)cepstra[t][c] - (double)wanted[t][c]));
        moved = fmax(moved, fabs((double)wanted[t][c] - (20 * sin(t * 0.7 + c) + c)));
    }
    for (int i = 0; i < N_FRAMES * N_STATES; i++) {
        int should = wanted_held[i / N_STATES][i % N_STATES];
        off_held = abs(held[i / N_STATES][i % N_STATES] - should) > 1 ? 1 : off_held;
        n_between += should > 0 && should < 117;
    }
    CHECK_INT(off_held, 0);
    CHECK(n_between > N_FRAMES);
    CHECK(moved > 1);
    CHECK(off < 1e-3 * moved);
    CHECK_INT(asr_denoiser_run(denoiser, (const float(*)[ASR_BANDS])bands, 0, cepstra, held[0]), 0);
    asr_denoiser_close(denoiser);
}

static void weights_of_nothing_do_nothing(void)
{
    float cepstra[N_FRAMES][ASR_CEPSTRA], before[N_FRAMES][ASR_CEPSTRA];
    float bands[N_FRAMES][ASR_BANDS];
    struct asr_denoiser *denoiser;
    make_file(0);
    write_file(n_file);
    make_sound(cepstra, bands);
    make_sound(before, bands);
    REQUIRE(asr_denoiser_open(path, &denoiser) == 0);
    CHECK_INT(asr_denoiser_run(denoiser, (const float(*)[ASR_BANDS])bands, N_FRAMES, cepstra, NULL),
              0);
    CHECK(memcmp(cepstra, before, sizeof(before)) == 0);
    asr_denoiser_close(denoiser);
}

static int open_it(void)
{
    struct asr_denoiser *denoiser = NULL;
    int r = asr_denoiser_open(path, &denoiser);
    asr_denoiser_close(denoiser);
    return r;
}

static void a_damaged_file_is_refused(void)
{
    make_file(0.2);
    for (size_t n = 0; n < n_file; n += n < 44 ? 1 : 9973) {
        write_file(n);
        CHECK_INT(open_it(), -EINVAL);
    }
    file[n_file] = 0;
    write_file(n_file + 1);
    CHECK_INT(open_it(), -EINVAL);
    for (size_t i = 0; i < 40; i++) { /* magic, version, sizes, dilations */
        file[i] ^= 0x80;
        write_file(n_file);
        CHECK_INT(open_it(), -EINVAL);
        file[i] ^= 0x80;
    }
    file[n_file - 1] = 0x7f; /* no number */
    file[n_file - 2] = 0xc0;
    write_file(n_file);
    CHECK_INT(open_it(), -EINVAL);
    unlink(path);
    CHECK_INT(open_it(), -ENOENT);
}

int main(void)
{
    char name[] = "/tmp/voisine-denoiser-XXXXXX";
    int fd = mkstemp(name);
    REQUIRE(fd >= 0);
    close(fd);
    snprintf(path, sizeof(path), "%s", name);
    does_what_its_weights_say();
    weights_of_nothing_do_nothing();
    a_damaged_file_is_refused();
    return check_failures ? 1 : 0;
}
