/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All n-grams live in sorted arrays of 64-bit keys: three word numbers of 21 bits. That needs no
 * hash of n-grams, is small (8 bytes a running word), and gives the same file on every machine.
 *
 * The lower orders count distinct left neighbours (Kneser-Ney), save after <s>, which has none.
 * Every order is interpolated with the one below; the backoff weights are then computed from what
 * is really written, so the model stays a probability after pruning.
 */
#include "asr/ngram.h"

#include "base/error.h"
#include "base/hash.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 21, WORD_BEGIN = 0, WORD_END = 1 };

#define WORD_MASK ((1u << BITS) - 1)

struct asr_ngram {
    char **words;
    unsigned *counts;
    size_t n_words, n_words_max;
    uint32_t *slots; /* open addressing: word number + 1 */
    size_t n_slots;
    uint64_t *trigrams; /* one for each running word from the second on */
    uint64_t *bigrams;
    size_t n_trigrams, n_bigrams, n_trigrams_max, n_bigrams_max;
};

/* An n-gram of the model: key, count, probability, weight of backing off from it. */
struct gram {
    uint64_t key;
    double count;
    double p, backoff;
    bool is_kept;
};

struct grams {
    struct gram *list;
    size_t n;
};

struct model {
    struct grams uni, bi, tri;
};

static uint64_t key_of(uint64_t a, uint64_t b, uint64_t c)
{
    return a << (2 * BITS) | b << BITS | c;
}

/* There are more slots than words. */
static void fill_slots(struct asr_ngram *ngram)
{
    memset(ngram->slots, 0, ngram->n_slots * sizeof(*ngram->slots));
    for (size_t i = 0; i < ngram->n_words; i++) {
        size_t at = base_hash_text(BASE_HASH_START, ngram->words[i]) & (ngram->n_slots - 1);
        while (ngram->slots[at])
            at = (at + 1) & (ngram->n_slots - 1);
        ngram->slots[at] = (uint32_t)i + 1;
    }
}

static int grow_slots(struct asr_ngram *ngram)
{
    size_t n = ngram->n_slots ? ngram->n_slots * 2 : 4096;
    uint32_t *slots = realloc(ngram->slots, n * sizeof(*slots));
    if (!slots)
        return -ENOMEM;
    ngram->slots = slots;
    ngram->n_slots = n;
    fill_slots(ngram);
    return 0;
}

static int grow_words(struct asr_ngram *ngram)
{
    size_t n = ngram->n_words_max ? ngram->n_words_max * 2 : 2048;
    char **words = realloc(ngram->words, n * sizeof(*words));
    if (!words)
        return -ENOMEM;
    ngram->words = words;
    unsigned *counts = realloc(ngram->counts, n * sizeof(*counts));
    if (!counts)
        return -ENOMEM;
    ngram->counts = counts;
    ngram->n_words_max = n;
    return 0;
}

/* Returns: the word's number, or -ENOMEM. */
static long intern(struct asr_ngram *ngram, const char *word)
{
    if (ngram->n_words * 2 >= ngram->n_slots && grow_slots(ngram) < 0)
        return -ENOMEM;
    size_t at = base_hash_text(BASE_HASH_START, word) & (ngram->n_slots - 1);
    for (; ngram->slots[at]; at = (at + 1) & (ngram->n_slots - 1)) {
        if (strcmp(ngram->words[ngram->slots[at] - 1], word) == 0)
            return (long)ngram->slots[at] - 1;
    }
    if (ngram->n_words == WORD_MASK)
        return -ENOMEM;
    if (ngram->n_words == ngram->n_words_max && grow_words(ngram) < 0)
        return -ENOMEM;
    char *copy = strdup(word);
    if (!copy)
        return -ENOMEM;
    ngram->words[ngram->n_words] = copy;
    ngram->counts[ngram->n_words] = 0;
    ngram->slots[at] = (uint32_t)++ngram->n_words;
    return (long)ngram->n_words - 1;
}

int asr_ngram_create(struct asr_ngram **ret_ngram)
{
    struct asr_ngram *ngram = calloc(1, sizeof(*ngram));
    if (!ngram)
        return -ENOMEM;
    if (intern(ngram, "<s>") != WORD_BEGIN || intern(ngram, "</s>") != WORD_END) {
        asr_ngram_destroy(ngram);
        return -ENOMEM;
    }
    *ret_ngram = ngram;
    return 0;
}

void asr_ngram_destroy(struct asr_ngram *ngram)
{
    if (!ngram)
        return;
    for (size_t i = 0; i < ngram->n_words; i++)
        free(ngram->words[i]);
    free(ngram->words);
    free(ngram->counts);
    free(ngram->slots);
    free(ngram->trigrams);
    free(ngram->bigrams);
    free(ngram);
}

static int push(uint64_t **list, size_t *n, size_t *n_max, uint64_t key)
{
    if (*n == *n_max) {
        size_t wanted = *n_max ? *n_max * 2 : 65536;
        uint64_t *grown = realloc(*list, wanted * sizeof(**list));
        if (!grown)
            return -ENOMEM;
        *list = grown;
        *n_max = wanted;
    }
    (*list)[(*n)++] = key;
    return 0;
}

static int add_word(struct asr_ngram *ngram, uint32_t history[2], bool *has_two, uint32_t word)
{
    ngram->counts[word]++;
    int r = push(&ngram->bigrams, &ngram->n_bigrams, &ngram->n_bigrams_max,
                 key_of(0, history[1], word));
    if (r == 0 && *has_two)
        r = push(&ngram->trigrams, &ngram->n_trigrams, &ngram->n_trigrams_max,
                 key_of(history[0], history[1], word));
    history[0] = history[1];
    history[1] = word;
    *has_two = true;
    return r;
}

static int add_once(struct asr_ngram *ngram, char *sentence)
{
    uint32_t history[2] = {WORD_BEGIN, WORD_BEGIN};
    bool has_two = false;
    char *rest = NULL;
    for (char *word = strtok_r(sentence, " \t\r\n", &rest); word;
         word = strtok_r(NULL, " \t\r\n", &rest)) {
        long number = intern(ngram, word);
        int r = number < 0 ? -ENOMEM : add_word(ngram, history, &has_two, (uint32_t)number);
        if (r < 0)
            return r;
    }
    if (!has_two)
        return 0;
    return add_word(ngram, history, &has_two, WORD_END);
}

int asr_ngram_add(struct asr_ngram *ngram, const char *sentence, unsigned weight)
{
    for (unsigned i = 0; i < weight; i++) {
        char *copy = strdup(sentence);
        int r = copy ? add_once(ngram, copy) : -ENOMEM;
        free(copy);
        if (r < 0)
            return base_trace(r);
    }
    return 0;
}

/* Keeps the words that are met often enough, in their order; ret_numbers[old] is the new number,
 * WORD_MASK of those that are gone. */
static void renumber(struct asr_ngram *ngram, unsigned n_least, uint32_t *ret_numbers)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < ngram->n_words; i++) {
        bool is_kept = i <= WORD_END || ngram->counts[i] >= n_least;
        ret_numbers[i] = is_kept ? (uint32_t)n_kept : WORD_MASK;
        if (!is_kept) {
            free(ngram->words[i]);
            continue;
        }
        ngram->words[n_kept] = ngram->words[i];
        ngram->counts[n_kept++] = ngram->counts[i];
    }
    ngram->n_words = n_kept;
    fill_slots(ngram);
}

static size_t renumber_keys(uint64_t *keys, size_t n, int order, const uint32_t *numbers)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = 0;
        bool is_kept = true;
        for (int place = order - 1; place >= 0; place--) {
            uint32_t number = numbers[keys[i] >> (BITS * place) & WORD_MASK];
            is_kept = is_kept && number != WORD_MASK;
            key = key << BITS | number;
        }
        if (is_kept)
            keys[n_kept++] = key;
    }
    return n_kept;
}

int asr_ngram_forget_rare(struct asr_ngram *ngram, unsigned n_least)
{
    uint32_t *numbers = calloc(ngram->n_words, sizeof(*numbers));
    if (!numbers)
        return base_trace(-ENOMEM);
    renumber(ngram, n_least, numbers);
    ngram->n_bigrams = renumber_keys(ngram->bigrams, ngram->n_bigrams, 2, numbers);
    ngram->n_trigrams = renumber_keys(ngram->trigrams, ngram->n_trigrams, 3, numbers);
    free(numbers);
    return 0;
}

const char *asr_ngram_word(const struct asr_ngram *ngram, size_t index, unsigned *ret_count)
{
    if (index >= ngram->n_words)
        return NULL;
    *ret_count = ngram->counts[index];
    return ngram->words[index];
}

size_t asr_ngram_n_words(const struct asr_ngram *ngram)
{
    return ngram->n_words;
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sorts the keys in place and counts equal ones. */
static int count_keys(uint64_t *keys, size_t n_keys, struct grams *ret_grams)
{
    qsort(keys, n_keys, sizeof(*keys), compare_keys);
    size_t n = 0;
    for (size_t i = 0; i < n_keys; i++)
        n += i == 0 || keys[i] != keys[i - 1];
    struct gram *list = calloc(n + 1, sizeof(*list));
    if (!list)
        return -ENOMEM;
    n = 0;
    for (size_t i = 0; i < n_keys; i++) {
        if (i == 0 || keys[i] != keys[i - 1])
            list[n++] = (struct gram){.key = keys[i], .is_kept = true};
        list[n - 1].count++;
    }
    *ret_grams = (struct grams){list, n};
    return 0;
}

static struct gram *find(const struct grams *grams, uint64_t key)
{
    size_t low = 0, high = grams->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (grams->list[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < grams->n && grams->list[low].key == key ? &grams->list[low] : NULL;
}

/* The last n-1 words of an n-gram, and its words but the last, as keys of the order below. */
static uint64_t tail_of(uint64_t key, int order)
{
    return key & ((UINT64_C(1) << (BITS * (order - 1))) - 1);
}

static uint64_t head_of(uint64_t key)
{
    return key >> BITS;
}

/* Gives the order below its Kneser-Ney counts: in how many n-grams of `above` it is the tail. */
static void count_left_neighbours(const struct grams *above, int order, struct grams *below)
{
    for (size_t i = 0; i < below->n; i++) {
        bool begins = order == 3 && head_of(below->list[i].key) == WORD_BEGIN;
        if (!begins)
            below->list[i].count = 0;
    }
    for (size_t i = 0; i < above->n; i++) {
        struct gram *gram = find(below, tail_of(above->list[i].key, order));
        if (gram && !(order == 3 && head_of(gram->key) == WORD_BEGIN))
            gram->count++;
    }
}

struct discounts {
    double d[4]; /* for counts 0 (none), 1, 2, 3 and more */
};

static double clamp(double x, double low, double high)
{
    return x < low || !isfinite(x) ? low : x > high ? high : x;
}

static struct discounts estimate_discounts(const struct grams *grams)
{
    double n[5] = {0};
    for (size_t i = 0; i < grams->n; i++) {
        size_t c = (size_t)grams->list[i].count;
        if (c >= 1 && c <= 4)
            n[c]++;
    }
    double y = n[1] / (n[1] + 2 * n[2]);
    return (struct discounts){{0, clamp(1 - 2 * y * n[2] / n[1], 0.4, 0.95),
                               clamp(2 - 3 * y * n[3] / n[2], 0.7, 1.5),
                               clamp(3 - 4 * y * n[4] / n[3], 0.9, 2.0)}};
}

static double discount(const struct discounts *discounts, double count)
{
    return discounts->d[count >= 3 ? 3 : (size_t)count];
}

/* Unigrams: the tail counts shared out, the discounted mass spread evenly. */
static void estimate_unigrams(struct grams *uni)
{
    struct discounts discounts = estimate_discounts(uni);
    double total = 0, left = 0;
    for (size_t i = 0; i < uni->n; i++) {
        total += uni->list[i].count;
        left += discount(&discounts, uni->list[i].count);
    }
    for (size_t i = 0; i < uni->n; i++) {
        struct gram *gram = &uni->list[i];
        double own = (gram->count - discount(&discounts, gram->count)) / total;
        gram->p = own + left / total / (double)uni->n;
    }
}

/* One order over the one below: n-grams of equal head stand together, since the keys are sorted. */
static void estimate(struct grams *grams, int order, const struct grams *below)
{
    struct discounts discounts = estimate_discounts(grams);
    for (size_t begin = 0, end; begin < grams->n; begin = end) {
        uint64_t head = head_of(grams->list[begin].key);
        double total = 0, left = 0;
        for (end = begin; end < grams->n && head_of(grams->list[end].key) == head; end++) {
            total += grams->list[end].count;
            left += discount(&discounts, grams->list[end].count);
        }
        for (size_t i = begin; i < end; i++) {
            struct gram *gram = &grams->list[i];
            const struct gram *shorter = find(below, tail_of(gram->key, order));
            double own = gram->count - discount(&discounts, gram->count);
            gram->p = total > 0 ? (own + left * shorter->p) / total : shorter->p;
        }
    }
}

/* The weight of a head is what its kept n-grams leave, over what they leave in the order below. */
static void compute_backoffs(struct grams *heads, const struct grams *grams, int order,
                             const struct grams *below)
{
    for (size_t begin = 0, end; begin < grams->n; begin = end) {
        uint64_t head = head_of(grams->list[begin].key);
        double p = 0, p_below = 0;
        for (end = begin; end < grams->n && head_of(grams->list[end].key) == head; end++) {
            if (!grams->list[end].is_kept)
                continue;
            p += grams->list[end].p;
            p_below += find(below, tail_of(grams->list[end].key, order))->p;
        }
        struct gram *gram = find(heads, head);
        gram->backoff = clamp((1 - p) / (1 - p_below), 1e-6, 1e3);
    }
}

/* Drops the trigrams whose absence would cost little: count times log of the change. */
static void prune_trigrams(struct model *model, double n_running, double threshold)
{
    for (size_t i = 0; i < model->tri.n; i++) {
        struct gram *gram = &model->tri.list[i];
        const struct gram *shorter = find(&model->bi, tail_of(gram->key, 3));
        double without = find(&model->bi, head_of(gram->key))->backoff * shorter->p;
        double gain = gram->count / n_running * fabs(log(gram->p / without));
        gram->is_kept = gain >= threshold;
    }
}

static int build_unigrams(const struct asr_ngram *ngram, struct grams *ret_grams)
{
    struct gram *list = calloc(ngram->n_words, sizeof(*list));
    if (!list)
        return -ENOMEM;
    for (size_t i = 0; i < ngram->n_words; i++)
        list[i] = (struct gram){.key = i, .is_kept = true};
    *ret_grams = (struct grams){list, ngram->n_words};
    return 0;
}

static void finish_model(struct model *model)
{
    free(model->uni.list);
    free(model->bi.list);
    free(model->tri.list);
}

static int build_model(const struct asr_ngram *ngram, double prune, struct model *model)
{
    int r = build_unigrams(ngram, &model->uni);
    if (r == 0)
        r = count_keys(ngram->bigrams, ngram->n_bigrams, &model->bi);
    if (r == 0)
        r = count_keys(ngram->trigrams, ngram->n_trigrams, &model->tri);
    if (r < 0)
        return r;
    count_left_neighbours(&model->bi, 2, &model->uni);
    count_left_neighbours(&model->tri, 3, &model->bi);
    estimate_unigrams(&model->uni);
    estimate(&model->bi, 2, &model->uni);
    estimate(&model->tri, 3, &model->bi);
    compute_backoffs(&model->uni, &model->bi, 2, &model->uni);
    compute_backoffs(&model->bi, &model->tri, 3, &model->bi);
    if (prune > 0) {
        prune_trigrams(model, (double)ngram->n_bigrams, prune);
        compute_backoffs(&model->bi, &model->tri, 3, &model->bi);
    }
    return 0;
}

static double log10_of(double p)
{
    return p > 0 ? log10(p) : -99;
}

static void write_order(const struct asr_ngram *ngram, const struct grams *grams, int order,
                        FILE *f)
{
    fprintf(f, "\n\\%d-grams:\n", order);
    for (size_t i = 0; i < grams->n; i++) {
        const struct gram *gram = &grams->list[i];
        if (!gram->is_kept)
            continue;
        double p = order == 1 && gram->key == WORD_BEGIN ? 0 : gram->p;
        fprintf(f, "%.4f", log10_of(p));
        for (int place = order - 1; place >= 0; place--)
            fprintf(f, " %s", ngram->words[gram->key >> (BITS * place) & WORD_MASK]);
        if (gram->backoff > 0 && order < 3)
            fprintf(f, " %.4f", log10(gram->backoff));
        fputc('\n', f);
    }
}

static size_t count_kept(const struct grams *grams)
{
    size_t n = 0;
    for (size_t i = 0; i < grams->n; i++)
        n += grams->list[i].is_kept;
    return n;
}

static int write_model(const struct asr_ngram *ngram, const struct model *model, const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return -errno;
    fprintf(f, "\\data\\\nngram 1=%zu\nngram 2=%zu\nngram 3=%zu\n", model->uni.n, model->bi.n,
            count_kept(&model->tri));
    write_order(ngram, &model->uni, 1, f);
    write_order(ngram, &model->bi, 2, f);
    write_order(ngram, &model->tri, 3, f);
    fputs("\n\\end\\\n", f);
    int r = ferror(f) ? -EIO : 0;
    if (fclose(f) != 0 && r == 0)
        r = -errno;
    return r;
}

int asr_ngram_write(const struct asr_ngram *ngram, const char *path, double prune)
{
    struct model model = {0};
    int r = build_model(ngram, prune, &model);
    if (r == 0)
        r = write_model(ngram, &model, path);
    finish_model(&model);
    return r < 0 ? base_trace(r) : 0;
}
