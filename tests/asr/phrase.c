/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nearness of a phrase, on scores that are made up: the states of the phrase are the best, or
 * not. Needs the model, like the recogniser. */
#include "asr/phrase.h"

#include "asr/model_files.h"
#include "base/paths.h"
#include "tests/check.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES_A_STATE = 3, N_FRAMES_MAX = 400, N_SENONES = 300 };

static int16_t rows[N_FRAMES_MAX][N_SENONES];

/* Every state is `worse` but those of the word's phones, one after the other. Returns: frames. */
static int speak(const struct asr_model_files *model, const char *const phones[], int worse)
{
    int n = 0;

    for (int f = 0; f < N_FRAMES_MAX; f++) {
        for (int i = 0; i < N_SENONES; i++)
            rows[f][i] = (int16_t)worse;
    }
    for (size_t i = 0; phones[i]; i++) {
        for (int p = 0; p < model->n_phones; p++) {
            for (int s = 0; strcmp(model->names[p], phones[i]) == 0 && s < model->n_states; s++) {
                for (int k = 0; k < FRAMES_A_STATE; k++)
                    rows[n++][model->senones[p * model->n_states + s]] = 0;
            }
        }
    }
    return n;
}

static void test_nearness(void)
{
    static const char *const ways[] = {"bb on jj ou rr vv ww aa zz ii nn"}, *const bad[] = {
                                                                                "bb xx"};
    static const char *const call[] = {"bb", "on", "jj", "ou", "rr", "vv",
                                       "ww", "aa", "zz", "ii", "nn", NULL};
    static const char *const other[] = {"bb", "on", "jj", "ou", "rr", "mm",
                                        "aa", "dd", "aa", "mm", NULL};
    char root[PATH_MAX], folder[PATH_MAX];
    struct asr_model_files model;
    struct asr_phrase *phrase;
    int n;

    REQUIRE(base_paths_data(root, sizeof(root)) == 0);
    snprintf(folder, sizeof(folder), "%s/models/fr", root);
    CHECK_INT(asr_phrase_create(folder, bad, 1, &phrase), -EINVAL);
    CHECK_INT(asr_phrase_create(folder, NULL, 0, &phrase), -EINVAL);
    CHECK_INT(asr_phrase_create("/nowhere", ways, 1, &phrase), -ENOENT);
    REQUIRE(asr_phrase_create(folder, ways, 1, &phrase) == 0);
    REQUIRE(asr_model_files_read(folder, &model) == 0);

    n = speak(&model, call, 100);
    CHECK(asr_phrase_gap(phrase, rows[0], n, N_SENONES) < 0.01f); /* what is said fits */
    CHECK(asr_phrase_gap(phrase, rows[0], 30, N_SENONES) >= ASR_PHRASE_NEVER); /* too short */
    rows[20][0] = 0;
    for (int i = 0; i < N_SENONES; i++)
        rows[40][i] = i == 0 ? 0 : 10000; /* a frame of noise counts no more than its worst */
    CHECK(asr_phrase_gap(phrase, rows[0], n, N_SENONES) < 1);
    n = speak(&model, other, 100);
    CHECK(asr_phrase_gap(phrase, rows[0], n, N_SENONES) > 8); /* only its first word is said */

    asr_model_files_free(&model);
    asr_phrase_destroy(phrase);
    asr_phrase_destroy(NULL);
}

CHECK_MAIN(test_nearness)
