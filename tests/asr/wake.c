/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look that fails is told as an error: it is no "nobody called", and nothing is judged by what
 * was not measured. The looks themselves are measured by tools/bench and the virtual room. */
#include "asr/wake.h"
#include "asr/analysis.h"
#include "asr/phrase.h"
#include "asr/pronounce.h"
#include "tests/check.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

enum { N_BLOCK = ASR_RATE_HZ / 100, N_ROOM = ASR_RATE_HZ, N_VOICE = ASR_RATE_HZ * 2 };

/* The n-th phones that are scored from now on fail; 0: none. They fit the phrase whatever they
 * are, so that every look goes to its end. */
static int fails_at, n_scored;

int __real_asr_decoder_score_phones(struct asr_decoder *decoder,
                                    const struct asr_analysis *analysis, const int16_t **ret_rows,
                                    int *ret_n_frames, int *ret_n_senones);
int __wrap_asr_decoder_score_phones(struct asr_decoder *decoder,
                                    const struct asr_analysis *analysis, const int16_t **ret_rows,
                                    int *ret_n_frames, int *ret_n_senones);
float __wrap_asr_phrase_gap(struct asr_phrase *phrase, const int16_t *rows, int n_frames,
                            int n_senones);

int __wrap_asr_decoder_score_phones(struct asr_decoder *decoder,
                                    const struct asr_analysis *analysis, const int16_t **ret_rows,
                                    int *ret_n_frames, int *ret_n_senones)
{
    if (++n_scored == fails_at)
        return -ENOMEM;
    return __real_asr_decoder_score_phones(decoder, analysis, ret_rows, ret_n_frames,
                                           ret_n_senones);
}

float __wrap_asr_phrase_gap(struct asr_phrase *phrase, const int16_t *rows, int n_frames,
                            int n_senones)
{
    (void)phrase, (void)rows, (void)n_frames, (void)n_senones;
    return 1;
}

static struct asr_wake *create(const char *model, const char *phones)
{
    struct asr_wake_options options = {
        .model_folder = model, .phrase = "bonjour voisine", .sensitivity = 0};
    struct asr_wake *wake;

    REQUIRE(asr_pronounce_open(model, phones, NULL, NULL, &options.pronounce) == 0);
    REQUIRE(asr_wake_create(&options, &wake) == 0);
    asr_pronounce_close(options.pronounce);
    return wake;
}

/* A room's hiss; with a voice in it, a buzz with two formants that comes and goes as syllables do.
 */
static void make_block(long at, bool is_voice, int16_t block[N_BLOCK])
{
    static uint32_t random = 1;
    for (int i = 0; i < N_BLOCK; i++) {
        double t = (double)(at + i) / ASR_RATE_HZ;
        random = random * 1664525 + 1013904223;
        double sample = ((double)(random >> 16) / 32768 - 1) * 30;
        for (int k = 1; is_voice && k < 20; k++) {
            double hz = 140 * k;
            double formants =
                exp(-pow((hz - 600) / 250, 2)) + 0.5 * exp(-pow((hz - 1800) / 300, 2));
            sample += 3000 * formants * fmax(0, sin(2 * M_PI * 2.5 * t)) * sin(2 * M_PI * hz * t);
        }
        block[i] = (int16_t)lrint(sample);
    }
}

/* Somebody speaks in a room. Returns: the error of the first look that failed, or 0. */
static int hear(struct asr_wake *wake)
{
    int r = 0;
    n_scored = 0;
    REQUIRE(asr_wake_reset(wake) == 0);
    for (long at = 0; r >= 0 && at < N_ROOM + N_VOICE; at += N_BLOCK) {
        struct asr_wake_event event;
        int16_t block[N_BLOCK];
        make_block(at, at >= N_ROOM, block);
        r = asr_wake_feed(wake, block, N_BLOCK, &event);
    }
    return r < 0 ? r : 0;
}

static void a_look_that_fails_is_an_error(struct asr_wake *wake)
{
    fails_at = 0;
    CHECK_INT(hear(wake), 0);
    CHECK(n_scored >= 4); /* at each length of the tract */
    for (int n = 1; n <= 4; n++) {
        fails_at = n;
        CHECK_INT(hear(wake), -ENOMEM);
    }
}

int main(int argc, char **argv)
{
    REQUIRE(argc == 3);
    struct asr_wake *wake = create(argv[1], argv[2]);
    a_look_that_fails_is_an_error(wake);
    asr_wake_destroy(wake);
    return check_failures ? 1 : 0;
}
