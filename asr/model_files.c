/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file is read whole and walked through by a cursor. Once a take went past the end or met a
 * number out of its range, the cursor is bad and all later takes give the smallest legal value, so
 * that a reader is a list of fields with one question at its end.
 */
#include "asr/model_files.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_MAX = 64 << 20,
    TEXT_MAX = 1 << 16,
    TREE_MAX = 1 << 20,
    NEIGHBOURED_MAX = 1 << 20, /* phones, with all their neighbours */
    SEQUENCES_MAX = 65536,     /* of senones: the states of such a phone */
    TREE_BYTES = 8,            /* of a node in mdef */
    PHONE_BYTES = 12,          /* of a phone: sequence, transitions, then four of context: */
    BASE_AT = 9,               /* the phone without neighbours stands here */
};

struct cursor {
    char *data;
    size_t at, n;
    bool is_bad;
};

/* Returns: the n bytes, or NULL. */
static const char *take(struct cursor *cursor, size_t n)
{
    if (cursor->is_bad || n > cursor->n - cursor->at) {
        cursor->is_bad = true;
        return NULL;
    }
    cursor->at += n;
    return cursor->data + cursor->at - n;
}

/* A number within [from, to]. */
static int take_number(struct cursor *cursor, int from, int to)
{
    int32_t number;
    const char *bytes = take(cursor, sizeof(number));
    if (!bytes)
        return from;
    memcpy(&number, bytes, sizeof(number));
    if (number >= from && number <= to)
        return number;
    cursor->is_bad = true;
    return from;
}

static void expect_number(struct cursor *cursor, int number)
{
    take_number(cursor, number, number);
}

static int open_cursor(const char *folder, const char *name, struct cursor *ret_cursor)
{
    char path[PATH_MAX];
    *ret_cursor = (struct cursor){0};
    int r = base_file_join(folder, name, path, sizeof(path));
    if (r == 0)
        r = base_file_read(path, FILE_MAX, &ret_cursor->data, &ret_cursor->n);
    if (r < 0)
        log_error("asr-model-missing", "model file not readable: %s/%s: %s", folder, name,
                  strerror(-r));
    return r;
}

/* ---- mdef ---- */

struct sizes {
    int n_neighboured, n_sequences, n_tree;
};

static void take_sizes(struct asr_model_files *files, struct cursor *cursor, struct sizes *ret)
{
    const char *magic = take(cursor, 4);
    if (!magic || memcmp(magic, "BMDF", 4) != 0)
        cursor->is_bad = true;
    expect_number(cursor, 1); /* version */
    take(cursor, (size_t)take_number(cursor, 0, TEXT_MAX));
    files->n_phones = take_number(cursor, 1, ASR_MODEL_PHONES_MAX);
    ret->n_neighboured = take_number(cursor, files->n_phones, NEIGHBOURED_MAX);
    files->n_states = take_number(cursor, 1, ASR_MODEL_STATES_MAX);
    files->n_phone_senones = take_number(cursor, 1, ASR_MODEL_SENONES_MAX);
    files->n_senones = take_number(cursor, files->n_phone_senones, ASR_MODEL_SENONES_MAX);
    take_number(cursor, 0, INT_MAX); /* matrices of transitions */
    ret->n_sequences = take_number(cursor, 1, SEQUENCES_MAX);
    take_number(cursor, 0, 16); /* context */
    ret->n_tree = take_number(cursor, 0, TREE_MAX);
    take_number(cursor, -1, ASR_MODEL_PHONES_MAX); /* silence */
}

/* The names, filled up to a multiple of four bytes. */
static void take_names(struct asr_model_files *files, struct cursor *cursor)
{
    size_t start = cursor->at;
    for (int p = 0; p < files->n_phones && !cursor->is_bad; p++) {
        size_t n = strnlen(cursor->data + cursor->at, cursor->n - cursor->at);
        const char *name = n && n < ASR_MODEL_NAME_SIZE ? take(cursor, n + 1) : NULL;
        if (name)
            memcpy(files->names[p], name, n + 1);
        else
            cursor->is_bad = true;
    }
    take(cursor, (4 - (cursor->at - start) % 4) % 4);
}

/* What one phone says, with neighbours or without: the codebook and the base of each of its
 * senones. Those without come first. */
static bool take_phone(struct asr_model_files *files, int phone, const char *bytes,
                       const char *sequences, int n_sequences)
{
    uint16_t senones[ASR_MODEL_STATES_MAX];
    size_t n_bytes = (size_t)files->n_states * sizeof(senones[0]);
    int32_t sequence;
    bool is_base = phone < files->n_phones;
    int book = is_base ? phone : (uint8_t)bytes[BASE_AT];
    memcpy(&sequence, bytes, sizeof(sequence));
    if (sequence < 0 || sequence >= n_sequences || book >= files->n_phones)
        return false;
    memcpy(senones, sequences + (size_t)sequence * n_bytes, n_bytes);
    for (int s = 0; s < files->n_states; s++) {
        if (senones[s] >= files->n_senones)
            return false;
        if (is_base)
            files->senones[phone * files->n_states + s] = senones[s];
        if (files->books[senones[s]] == UINT8_MAX) {
            files->books[senones[s]] = (uint8_t)book;
            files->bases[senones[s]] = files->senones[book * files->n_states + s];
        }
    }
    return true;
}

static void take_phones(struct asr_model_files *files, struct cursor *cursor, struct sizes *sizes)
{
    take(cursor, (size_t)sizes->n_tree * TREE_BYTES);
    const char *phones = take(cursor, (size_t)sizes->n_neighboured * PHONE_BYTES);
    expect_number(cursor, sizes->n_sequences * files->n_states);
    const char *sequences = take(cursor, (size_t)sizes->n_sequences * (size_t)files->n_states *
                                             sizeof(files->senones[0]));
    memset(files->books, UINT8_MAX, (size_t)files->n_senones);
    for (int p = 0; p < sizes->n_neighboured && !cursor->is_bad; p++) {
        if (!take_phone(files, p, phones + (size_t)p * PHONE_BYTES, sequences, sizes->n_sequences))
            cursor->is_bad = true;
    }
    for (int s = 0; s < files->n_senones; s++) {
        if (files->books[s] == UINT8_MAX)
            files->books[s] = 0; /* no phone's */
    }
}

static int read_definition(struct asr_model_files *files, const char *folder)
{
    struct cursor cursor;
    struct sizes sizes;
    int r = open_cursor(folder, "mdef", &cursor);
    if (r < 0)
        return r;
    take_sizes(files, &cursor, &sizes);
    files->names = calloc((size_t)files->n_phones, sizeof(*files->names));
    files->senones =
        calloc((size_t)files->n_phones * (size_t)files->n_states, sizeof(*files->senones));
    files->books = calloc((size_t)files->n_senones, sizeof(*files->books));
    files->bases = calloc((size_t)files->n_senones, sizeof(*files->bases));
    r = files->names && files->senones && files->books && files->bases ? 0 : -ENOMEM;
    if (r == 0) {
        take_names(files, &cursor);
        take_phones(files, &cursor, &sizes);
        r = cursor.is_bad ? -EINVAL : 0;
    }
    free(cursor.data);
    return r;
}

/* ---- means and variances ---- */

/* Text up to "endhdr\n", then a word that tells the byte order. */
static void skip_header(struct cursor *cursor)
{
    static const char end[] = "endhdr\n";
    const char *found = memmem(cursor->data, cursor->n, end, strlen(end));
    if (!found)
        cursor->is_bad = true;
    else
        cursor->at = (size_t)(found - cursor->data) + strlen(end);
    expect_number(cursor, 0x11223344);
}

static int take_vectors(struct asr_model_files *files, struct cursor *cursor, float **ret_values)
{
    skip_header(cursor);
    expect_number(cursor, files->n_phones);
    expect_number(cursor, ASR_MODEL_STREAMS);
    int n_densities = take_number(cursor, 1, ASR_MODEL_DENSITIES_MAX);
    if (files->n_densities && n_densities != files->n_densities)
        return -EINVAL;
    files->n_densities = n_densities;
    for (int s = 0; s < ASR_MODEL_STREAMS; s++)
        expect_number(cursor, ASR_CEPSTRA);
    int n = files->n_phones * ASR_MODEL_STREAMS * n_densities * ASR_CEPSTRA;
    expect_number(cursor, n);
    const char *bytes = take(cursor, (size_t)n * sizeof(float));
    if (!bytes)
        return -EINVAL;
    *ret_values = malloc((size_t)n * sizeof(float));
    if (!*ret_values)
        return -ENOMEM;
    memcpy(*ret_values, bytes, (size_t)n * sizeof(float));
    for (int i = 0; i < n; i++) {
        if (!isfinite((*ret_values)[i]))
            return -EINVAL;
    }
    return 0;
}

/* ret_identity may be NULL. */
static int read_vectors(struct asr_model_files *files, const char *folder, const char *name,
                        float **ret_values, uint32_t *ret_identity)
{
    struct cursor cursor;
    int r = open_cursor(folder, name, &cursor);
    if (r == 0)
        r = take_vectors(files, &cursor, ret_values);
    if (r == 0 && ret_identity)
        *ret_identity = base_hash_bytes(BASE_HASH_START, cursor.data, cursor.n);
    free(cursor.data);
    return r;
}

/* ---- sendump ---- */

/* Texts, each behind its length; a length of nothing ends them. */
static void skip_texts(struct cursor *cursor)
{
    static const char packed[] = "cluster_count ";
    for (size_t n; (n = (size_t)take_number(cursor, 0, TEXT_MAX)) != 0;) {
        const char *text = take(cursor, n);
        if (text && n > strlen(packed) && memcmp(text, packed, strlen(packed)) == 0 &&
            text[strlen(packed)] != '0')
            cursor->is_bad = true; /* weights of half a byte: not ours */
    }
}

static int read_weights(struct asr_model_files *files, const char *folder)
{
    struct cursor cursor;
    int r = open_cursor(folder, "sendump", &cursor);
    if (r < 0)
        return r;
    skip_texts(&cursor);
    expect_number(&cursor, files->n_densities);
    expect_number(&cursor, files->n_senones);
    files->sendump = cursor.data;
    files->weights = (const uint8_t *)take(
        &cursor, (size_t)ASR_MODEL_STREAMS * (size_t)files->n_densities * (size_t)files->n_senones);
    return cursor.is_bad ? -EINVAL : 0;
}

int asr_model_files_read(const char *model_folder, struct asr_model_files *ret_files)
{
    struct asr_model_files files = {0};
    int r = read_definition(&files, model_folder);
    if (r == 0)
        r = read_vectors(&files, model_folder, "means", &files.means, &files.identity);
    if (r == 0)
        r = read_vectors(&files, model_folder, "variances", &files.variances, NULL);
    if (r == 0)
        r = read_weights(&files, model_folder);
    if (r < 0) {
        if (r == -EINVAL)
            log_error("asr-model-bad", "no phonetically tied model: %s", model_folder);
        asr_model_files_free(&files);
        return base_trace(r);
    }
    *ret_files = files;
    return 0;
}

void asr_model_files_free(struct asr_model_files *files)
{
    free(files->names);
    free(files->senones);
    free(files->books);
    free(files->bases);
    free(files->means);
    free(files->variances);
    free(files->sendump);
    *files = (struct asr_model_files){0};
}
