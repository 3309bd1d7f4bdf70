/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/features.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "intents/lexis.h"
#include "intents/reading.h"

#include <stdbool.h>
#include <string.h>

#define PIECE_LETTERS 4
#define PIECES_FROM   5
/* A sentence of so few noun phrases and words is a feature as a whole. */
#define WHOLE_CHUNKS_MAX 8

static void put(struct intents_features *features, uint32_t hash)
{
    if (features->n < INTENTS_FEATURES_MAX)
        features->hash[features->n++] = base_hash_mix(hash);
}

static void put_words(struct intents_features *features, char kind, const char *a, const char *b,
                      const char *c, const char *d)
{
    uint32_t hash = base_hash_field(base_hash_bytes(BASE_HASH_START, &kind, 1), a);

    if (b)
        hash = base_hash_field(hash, b);
    if (c)
        hash = base_hash_field(hash, c);
    if (d)
        hash = base_hash_field(hash, d);
    put(features, hash);
}

/* Runs of four letters, the ends of the word counting as a letter. */
static void put_pieces(struct intents_features *features, const char *word)
{
    const char *starts[INTENTS_STEM_BYTES + 2];
    char bounded[INTENTS_STEM_BYTES + 4], piece[PIECE_LETTERS * 4 + 1];
    size_t n = 0, n_bytes = strlen(word);

    if (n_bytes >= INTENTS_STEM_BYTES || n_bytes < PIECES_FROM)
        return;
    bounded[0] = '^';
    memcpy(bounded + 1, word, n_bytes);
    memcpy(bounded + 1 + n_bytes, "$", 2);
    for (const char *p = bounded; *p; base_utf8_next(&p))
        starts[n++] = p;
    starts[n] = bounded + n_bytes + 2;
    for (size_t i = 0; i + PIECE_LETTERS <= n; i++) {
        size_t length = (size_t)(starts[i + PIECE_LETTERS] - starts[i]);

        memcpy(piece, starts[i], length);
        piece[length] = '\0';
        put_words(features, 'c', piece, NULL, NULL, NULL);
    }
}

/* How many things of a class are named: "des œufs du lait et du beurre" is a list. */
static void put_classes(const struct intents_reading *reading, struct intents_features *features)
{
    static const char *const amounts[] = {"0", "1", "2", "3"};

    for (size_t i = 1; i + 1 < reading->n; i++) {
        const char *class = reading->places[i].class;
        size_t n = 0, n_before = 0;

        for (size_t k = 1; class && k + 1 < reading->n; k++) {
            bool is_same = reading->places[k].class == class;

            n += is_same;
            n_before += is_same && k < i;
        }
        if (class && n_before == 0)
            put_words(features, 'K', class, amounts[n < 3 ? n : 3], NULL, NULL);
    }
}

static void put_topic(const struct intents_reading *reading, struct intents_features *features)
{
    const struct intents_place *before = NULL;

    for (size_t i = 1; i + 1 < reading->n; i++) {
        const struct intents_place *place = &reading->places[i];

        put_words(features, 'u', place->surface, NULL, NULL, NULL);
        put_words(features, 'b', reading->places[i - 1].surface, place->surface, NULL, NULL);
        if (place->class)
            put_words(features, 'k', place->class, NULL, NULL, NULL);
        if (!place->has_topic)
            continue;
        put_words(features, 's', place->stem, NULL, NULL, NULL);
        put_pieces(features, place->surface);
        if (before) {
            put_words(features, 'p', before->stem, place->stem, NULL, NULL);
            if (place->class)
                put_words(features, 'q', before->stem, place->class, NULL, NULL);
        }
        before = place;
    }
    put_classes(reading, features);
}

static size_t make_chunks(const struct intents_reading *reading, struct intents_chunk *ret_chunks)
{
    struct intents_chunk_word words[INTENTS_WORDS_MAX + 2];

    for (size_t i = 0; i < reading->n; i++) {
        const struct intents_place *place = &reading->places[i];

        words[i] = (struct intents_chunk_word){.text = place->skeleton,
                                               .class = place->name,
                                               .role = place->role,
                                               .may_open = place->may_open};
    }
    return intents_chunks_make(words, reading->n, ret_chunks);
}

/* Runs of noun phrases and words; the whole of a short sentence is a feature by itself. */
static void put_chunks(const struct intents_chunk *chunks, size_t n, bool is_topic,
                       struct intents_features *features)
{
    size_t longest = is_topic ? 2 : 4;

    for (size_t from = 0; from < n; from++) {
        uint32_t hash = base_hash_text(BASE_HASH_START, is_topic ? "x" : "X");
        bool has_class = false;

        for (size_t i = from; i < n && i < from + WHOLE_CHUNKS_MAX; i++) {
            char kind[] = {chunks[i].kind, '\0'};

            has_class |= chunks[i].kind != 'w' && chunks[i].text[0];
            hash = base_hash_field(base_hash_field(hash, kind), chunks[i].text);
            if ((i < from + longest || (from == 0 && i + 1 == n)) && (has_class || !is_topic))
                put(features, hash);
        }
    }
}

static void put_form(const struct intents_reading *reading, struct intents_features *features)
{
    static const char *const lengths[] = {"0", "1", "2", "3", "4", "6", "6", "9", "9", "9"};
    const struct intents_place *p = reading->places;
    size_t n = reading->n;

    put_words(features, 'N',
              n - 2 < 10 ? lengths[n - 2]
              : n < 20   ? "20"
                         : "long",
              NULL, NULL, NULL);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && i + 1 < n)
            put_words(features, '1', p[i].skeleton, NULL, NULL, NULL);
        if (i + 1 < n)
            put_words(features, '2', p[i].skeleton, p[i + 1].skeleton, NULL, NULL);
        if (i + 2 < n) {
            put_words(features, '3', p[i].skeleton, p[i + 1].skeleton, p[i + 2].skeleton, NULL);
            put_words(features, 'g', p[i].skeleton, p[i + 2].skeleton, NULL, NULL);
            put_words(features, 't', p[i].surface, p[i + 1].surface, p[i + 2].surface, NULL);
        }
        if (i + 3 < n)
            put_words(features, '4', p[i].skeleton, p[i + 1].skeleton, p[i + 2].skeleton,
                      p[i + 3].skeleton);
    }
}

void intents_features_extract(const struct intents_lexis *lexis, const struct intents_words *words,
                              const unsigned char *skip, struct intents_features *ret_features)
{
    struct intents_chunk chunks[INTENTS_WORDS_MAX + 2];
    struct intents_reading reading;
    size_t n_chunks = 0;

    ret_features->n = 0;
    ret_features->has_topic = false;
    intents_reading_make(lexis, words, skip, &reading);
    for (size_t i = 0; i < reading.n; i++)
        ret_features->has_topic |= reading.places[i].has_topic;
    if (intents_lexis_has_chunks(lexis))
        n_chunks = make_chunks(&reading, chunks);
    put_topic(&reading, ret_features);
    put_chunks(chunks, n_chunks, true, ret_features);
    ret_features->n_topic = ret_features->n;
    put_form(&reading, ret_features);
    put_chunks(chunks, n_chunks, false, ret_features);
}
