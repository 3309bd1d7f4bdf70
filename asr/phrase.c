/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/phrase.h"

#include "asr/model_files.h"
#include "base/error.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATES_MAX = 160, /* of a way */
    FRAMES_MAX = 400,
    FRAMES_MIN = 50, /* nobody calls faster */
};

/* Found by trying 30, 45, 60 and 120; 8, 20 and 40; measured on calls beside a television. */
#define WORST_FRAME 45.0f /* a frame counts against a path no more than this */
#define CHANGE      8.0f  /* of a phone, in the loop */
#define OUTSIDE     15.0f /* a frame before the phrase costs this: where does it begin? */
#define UNREACHABLE 1e9f

struct way {
    int n_states;
    uint16_t senones[STATES_MAX];
};

struct asr_phrase {
    struct way ways[ASR_PHRASE_WAYS_MAX];
    size_t n_ways;
    int n_phones, n_states;
    uint16_t *senones;               /* [phone][state] */
    float *loop;                     /* [phone][state]: the best path that ends there */
    float free_cost[FRAMES_MAX + 1]; /* of the loop, up to each frame */
};

/* The best path so far that ends in a state of a way. */
struct cell {
    float cost; /* with what was outside */
    float inside;
    int start;
};

static int find_phone(const struct asr_model_files *files, const char *name)
{
    for (int i = 0; i < files->n_phones; i++) {
        if (strcmp(files->names[i], name) == 0)
            return i;
    }
    return -1;
}

static int add_way(struct asr_phrase *phrase, const struct asr_model_files *files, const char *text)
{
    struct way *way = &phrase->ways[phrase->n_ways];
    char *copy = strdup(text), *rest = copy, *name;
    int r = copy ? 0 : -ENOMEM;

    while (r == 0 && (name = strsep(&rest, " ")) != NULL) {
        int phone = *name ? find_phone(files, name) : 0;

        if (!*name)
            continue;
        if (phone < 0 || way->n_states + files->n_states > STATES_MAX)
            r = -EINVAL;
        for (int s = 0; r == 0 && s < files->n_states; s++)
            way->senones[way->n_states++] = files->senones[phone * files->n_states + s];
    }
    free(copy);
    if (r == 0 && way->n_states > 0)
        phrase->n_ways++;
    return r;
}

static int take_phones(struct asr_phrase *phrase, const struct asr_model_files *files)
{
    size_t n = (size_t)files->n_phones * (size_t)files->n_states;

    phrase->n_phones = files->n_phones;
    phrase->n_states = files->n_states;
    phrase->senones = malloc(n * sizeof(*phrase->senones));
    phrase->loop = malloc(n * sizeof(*phrase->loop));
    if (!phrase->senones || !phrase->loop)
        return -ENOMEM;
    memcpy(phrase->senones, files->senones, n * sizeof(*phrase->senones));
    return 0;
}

int asr_phrase_create(const char *model_folder, const char *const *ways, size_t n_ways,
                      struct asr_phrase **ret_phrase)
{
    struct asr_phrase *phrase = calloc(1, sizeof(*phrase));
    struct asr_model_files files;
    int r = phrase ? asr_model_files_read(model_folder, &files) : -ENOMEM;

    if (r == 0) {
        r = take_phones(phrase, &files);
        for (size_t i = 0; r == 0 && i < n_ways && phrase->n_ways < ASR_PHRASE_WAYS_MAX; i++)
            r = add_way(phrase, &files, ways[i]);
        asr_model_files_free(&files);
    }
    if (r == 0 && phrase->n_ways == 0)
        r = -EINVAL;
    if (r < 0) {
        asr_phrase_destroy(phrase);
        return base_trace(r);
    }
    *ret_phrase = phrase;
    return 0;
}

void asr_phrase_destroy(struct asr_phrase *phrase)
{
    if (!phrase)
        return;
    free(phrase->senones);
    free(phrase->loop);
    free(phrase);
}

/* fminf is a call: what is not a number does not come here. */
static inline float least(float a, float b)
{
    return a < b ? a : b;
}

static inline float cost_of(int16_t score)
{
    return least((float)score, WORST_FRAME);
}

/* One frame of the loop of phones. Returns: the best path that ends with a phone. */
static float step_loop(struct asr_phrase *phrase, const int16_t *row, float enter, float *ret_best)
{
    float ended = UNREACHABLE, best = UNREACHABLE;

    for (int p = 0; p < phrase->n_phones; p++) {
        float *state = phrase->loop + p * phrase->n_states;
        const uint16_t *senones = phrase->senones + p * phrase->n_states;

        for (int s = phrase->n_states - 1; s >= 0; s--) {
            float from = s > 0 ? state[s - 1] : enter;

            state[s] = least(state[s], from) + cost_of(row[senones[s]]);
            best = least(best, state[s]);
        }
        ended = least(ended, state[phrase->n_states - 1]);
    }
    *ret_best = best;
    return ended;
}

static void free_costs(struct asr_phrase *phrase, const int16_t *rows, int n_frames, int n_senones)
{
    float ended = 0;

    for (int i = 0; i < phrase->n_phones * phrase->n_states; i++)
        phrase->loop[i] = UNREACHABLE;
    phrase->free_cost[0] = 0;
    for (int f = 0; f < n_frames; f++)
        ended = step_loop(phrase, rows + (size_t)f * (size_t)n_senones, ended + (f ? CHANGE : 0),
                          &phrase->free_cost[f + 1]);
}

static float gap_of(const struct asr_phrase *phrase, const struct way *way, const int16_t *rows,
                    int n_frames, int n_senones)
{
    struct cell cells[STATES_MAX];
    float best = ASR_PHRASE_NEVER;

    for (int s = 0; s < way->n_states; s++)
        cells[s] = (struct cell){UNREACHABLE, 0, 0};
    for (int f = 0; f < n_frames; f++) {
        const int16_t *row = rows + (size_t)f * (size_t)n_senones;

        for (int s = way->n_states - 1; s >= 0; s--) {
            struct cell from = s > 0 ? cells[s - 1] : (struct cell){OUTSIDE * (float)f, 0, f};
            float cost = cost_of(row[way->senones[s]]);

            if (from.cost < cells[s].cost)
                cells[s] = from;
            cells[s].cost += cost;
            cells[s].inside += cost;
        }
        const struct cell *end = &cells[way->n_states - 1];
        int n = f + 1 - end->start;
        if (end->cost < UNREACHABLE && n >= FRAMES_MIN)
            best = least(best,
                         (end->inside - phrase->free_cost[f + 1] + phrase->free_cost[end->start]) /
                             (float)n);
    }
    return best;
}

float asr_phrase_gap(struct asr_phrase *phrase, const int16_t *rows, int n_frames, int n_senones)
{
    float best = ASR_PHRASE_NEVER;

    n_frames = n_frames < FRAMES_MAX ? n_frames : FRAMES_MAX;
    free_costs(phrase, rows, n_frames, n_senones);
    for (size_t i = 0; i < phrase->n_ways; i++)
        best = least(best, gap_of(phrase, &phrase->ways[i], rows, n_frames, n_senones));
    return best;
}
