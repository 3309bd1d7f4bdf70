/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/features.h"

#include "base/log.h"
#include "base/utf8.h"
#include "intents/chunks.h"
#include "intents/language_private.h"
#include "intents/match.h"
#include "intents/plain.h"
#include "intents/when.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STEM_BYTES       64
#define STEM_LEAST       3
#define ENDING_LEAST     2
#define PIECE_LETTERS    4
#define PIECES_FROM      5
#define CLASSES_MAX      64
#define PHRASE_WORDS_MAX 4
/* A sentence of so few noun phrases and words is a feature as a whole. */
#define WHOLE_CHUNKS_MAX 8
#define ENDINGS_MAX      96
#define TABLE_OCCUPIED   2 /* the table has twice the room it needs */

enum { CLASS_UNKNOWN = 0, CLASS_STRUCTURE = 1, CLASS_FIRST = 2 };

struct known_word {
    const char *text;
    unsigned char class;
    unsigned char role; /* enum intents_chunk_role of a word of grammar */
    bool may_open;
};

/* Names of several words are known by the hash of them. */
struct known_phrase {
    uint32_t hash; /* 0: none */
    unsigned char class;
};

struct intents_lexis {
    const struct intents_language *language;
    struct known_word *table;
    size_t mask, n_known;
    struct known_phrase *phrases; /* as large as the table */
    bool has_chunks;
    const char *class_names[CLASSES_MAX];
    size_t n_classes;
    struct {
        const char *end;
        const char *name;
    } endings[ENDINGS_MAX];
    size_t n_endings;
    const char **stems;
    size_t n_stems;
};

static uint32_t hash_text(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return (hash ^ 0xFFu) * 16777619u;
}

static uint32_t hash_start(char kind)
{
    return (2166136261u ^ (unsigned char)kind) * 16777619u;
}

/* The last mixing step of MurmurHash3, as FNV leaves the low bits of like texts alike. */
static uint32_t hash_end(uint32_t h)
{
    h = (h ^ (h >> 16)) * 0x85ebca6bu;
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;
    return h ^ (h >> 16);
}

static struct known_word *find_place(const struct intents_lexis *lexis, const char *text)
{
    size_t i = hash_end(hash_text(0, text)) & lexis->mask;

    while (lexis->table[i].text && strcmp(lexis->table[i].text, text) != 0)
        i = (i + 1) & lexis->mask;
    return &lexis->table[i];
}

static void know(struct intents_lexis *lexis, const char *text, unsigned char class)
{
    struct known_word *place = find_place(lexis, text);

    if (!place->text && lexis->n_known * TABLE_OCCUPIED < lexis->mask) {
        *place = (struct known_word){.text = text, .class = class};
        lexis->n_known++;
    }
}

static int read_endings(struct intents_lexis *lexis, const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array) && i < ENDINGS_MAX; i++) {
        const json_t *row = json_array_get(array, i);

        lexis->endings[i].end = json_string_value(json_array_get(row, 0));
        lexis->endings[i].name = json_string_value(json_array_get(row, 1));
        if (!lexis->endings[i].end || !lexis->endings[i].name)
            return -EINVAL;
        lexis->n_endings++;
    }
    return 0;
}

static int read_stems(struct intents_lexis *lexis, const json_t *array)
{
    lexis->stems = calloc(json_array_size(array) + 1, sizeof(*lexis->stems));
    if (!lexis->stems)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(array); i++) {
        lexis->stems[i] = json_string_value(json_array_get(array, i));
        if (!lexis->stems[i])
            return -EINVAL;
        lexis->n_stems++;
    }
    return 0;
}

static unsigned char class_number(struct intents_lexis *lexis, const char *name)
{
    for (size_t i = 0; i < lexis->n_classes; i++) {
        if (strcmp(lexis->class_names[i], name) == 0)
            return (unsigned char)(CLASS_FIRST + i);
    }
    if (lexis->n_classes == CLASSES_MAX)
        return CLASS_UNKNOWN;
    lexis->class_names[lexis->n_classes++] = name;
    return (unsigned char)(CLASS_FIRST + lexis->n_classes - 1);
}

static bool is_single_word(const char *text)
{
    return !strpbrk(text, " '-([{<@|");
}

static uint32_t hash_words(const struct intents_words *words, size_t first, size_t n)
{
    uint32_t hash = hash_start('P');

    for (size_t i = 0; i < n; i++)
        hash = hash_text(hash, words->word[first + i]);
    hash = hash_end(hash);
    return hash ? hash : 1;
}

static struct known_phrase *find_phrase(const struct intents_lexis *lexis, uint32_t hash)
{
    size_t i = hash & lexis->mask;

    while (lexis->phrases[i].hash && lexis->phrases[i].hash != hash)
        i = (i + 1) & lexis->mask;
    return &lexis->phrases[i];
}

static void know_phrase(const struct intents_lexis *lexis, const char *text, unsigned char class)
{
    struct intents_words words;
    struct known_phrase *place;

    intents_words_split(text, lexis->language->grammar.whole, &words);
    if (words.n < 2 || words.n > PHRASE_WORDS_MAX)
        return;
    place = find_phrase(lexis, hash_words(&words, 0, words.n));
    if (!place->hash)
        *place = (struct known_phrase){hash_words(&words, 0, words.n), class};
}

static void read_roles(struct intents_lexis *lexis, const json_t *chunks)
{
    static const struct {
        const char *name;
        enum intents_chunk_role role;
    } lists[] = {{"inner", INTENTS_ROLE_INNER},
                 {"articles", INTENTS_ROLE_ARTICLE},
                 {"joins", INTENTS_ROLE_JOIN},
                 {"fillers", INTENTS_ROLE_FILLER}};

    for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
        const json_t *array = json_object_get(chunks, lists[k].name);

        for (size_t i = 0; i < json_array_size(array); i++) {
            const char *text = json_string_value(json_array_get(array, i));
            struct known_word *word = text ? find_place(lexis, text) : NULL;

            if (!word || !word->text)
                continue;
            word->may_open |= word->role == INTENTS_ROLE_INNER;
            if (word->role == INTENTS_ROLE_OTHER)
                word->role = (unsigned char)lists[k].role;
        }
    }
    lexis->has_chunks = chunks != NULL;
}

static void know_lists(struct intents_lexis *lexis, json_t *classes)
{
    const struct intents_language *language = lexis->language;
    const char *name;
    json_t *value;

    json_object_foreach(classes, name, value)
    {
        const struct intents_list *list = intents_lists_find(&language->lexicon, name);
        const char *class = json_string_value(value);

        for (size_t i = 0; class && list && i < list->n; i++) {
            if (is_single_word(list->entries[i].text))
                know(lexis, list->entries[i].text, class_number(lexis, class));
            else
                know_phrase(lexis, list->entries[i].text, class_number(lexis, class));
        }
    }
}

static size_t count_words(const struct intents_language *language, const json_t *structure)
{
    size_t n = json_array_size(structure);

    for (size_t i = 0; i < language->lexicon.n; i++)
        n += language->lexicon.lists[i].n;
    return n;
}

static int fill_lexis(struct intents_lexis *lexis)
{
    const json_t *grammar = lexis->language->grammar.root;
    const json_t *structure = json_object_get(grammar, "structure");
    size_t n = 256, n_words = count_words(lexis->language, structure);
    int r;

    while (n < n_words * TABLE_OCCUPIED + 2)
        n *= 2;
    lexis->mask = n - 1;
    lexis->table = calloc(n, sizeof(*lexis->table));
    lexis->phrases = calloc(n, sizeof(*lexis->phrases));
    if (!lexis->table || !lexis->phrases)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(structure); i++) {
        const char *word = json_string_value(json_array_get(structure, i));

        if (!word)
            return -EINVAL;
        know(lexis, word, CLASS_STRUCTURE);
    }
    read_roles(lexis, json_object_get(grammar, "chunks"));
    know_lists(lexis, json_object_get(grammar, "classes"));
    r = read_endings(lexis, json_object_get(grammar, "endings"));
    return r == 0 ? read_stems(lexis, json_object_get(grammar, "stems")) : r;
}

int intents_lexis_create(const struct intents_language *language, struct intents_lexis **ret_lexis)
{
    struct intents_lexis *lexis = calloc(1, sizeof(*lexis));
    int r;

    if (!lexis)
        return -ENOMEM;
    lexis->language = language;
    r = fill_lexis(lexis);
    if (r < 0) {
        if (r == -EINVAL)
            log_error("language-bad", "grammar.json: structure, endings or stems are no words");
        intents_lexis_destroy(lexis);
        return r;
    }
    *ret_lexis = lexis;
    return 0;
}

void intents_lexis_destroy(struct intents_lexis *lexis)
{
    if (!lexis)
        return;
    free(lexis->table);
    free(lexis->phrases);
    free(lexis->stems);
    free(lexis);
}

static bool ends_with(const char *word, size_t n_word, const char *end, size_t least)
{
    size_t n_end = strlen(end);

    return n_word >= n_end + least && strcmp(word + n_word - n_end, end) == 0;
}

/* The word without its longest known ending, accents off, a doubled last letter made single. */
static void make_stem(const struct intents_lexis *lexis, const char *word,
                      char ret_stem[STEM_BYTES])
{
    char cut[STEM_BYTES];
    size_t n = strlen(word);

    if (n >= sizeof(cut))
        n = sizeof(cut) - 1;
    for (size_t i = 0; i < lexis->n_stems; i++) {
        if (ends_with(word, n, lexis->stems[i], STEM_LEAST)) {
            n -= strlen(lexis->stems[i]);
            break;
        }
    }
    memcpy(cut, word, n);
    cut[n] = '\0';
    base_utf8_fold(cut, ret_stem, STEM_BYTES);
    n = strlen(ret_stem);
    if (n > STEM_LEAST && ret_stem[n - 1] == ret_stem[n - 2])
        ret_stem[n - 1] = '\0';
}

static const char *ending_name(const struct intents_lexis *lexis, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i < lexis->n_endings; i++) {
        if (ends_with(word, n, lexis->endings[i].end, ENDING_LEAST))
            return lexis->endings[i].name;
    }
    return "-";
}

/* One place of the sentence as the features see it. */
struct place {
    const char *surface;
    const char *skeleton;
    const char *class; /* of the lexicon, NULL: none */
    const char *name;  /* the same, of names of several words as well */
    char stem[STEM_BYTES];
    enum intents_chunk_role role;
    bool may_open;
    bool has_topic; /* neither grammar nor a day */
};

struct reading {
    struct place places[INTENTS_WORDS_MAX + 2];
    size_t n;
};

static void add_place(struct reading *reading, const char *surface, const char *skeleton)
{
    reading->places[reading->n++] = (struct place){.surface = surface, .skeleton = skeleton};
}

static void add_word(const struct intents_lexis *lexis, const struct intents_words *words,
                     size_t at, struct reading *reading)
{
    const char *word = words->word[at];
    const struct known_word *known = find_place(lexis, word);
    unsigned char class = known->class;
    struct place *place = &reading->places[reading->n];
    int number;

    add_place(reading, word, word);
    place->role = (enum intents_chunk_role)known->role;
    place->may_open = known->may_open;
    if (class == CLASS_STRUCTURE)
        return;
    place->has_topic = true;
    place->role = INTENTS_ROLE_CONTENT;
    make_stem(lexis, word, place->stem);
    if (class >= CLASS_FIRST) {
        place->class = place->name = place->skeleton = lexis->class_names[class - CLASS_FIRST];
        return;
    }
    place->skeleton = ending_name(lexis, word);
    if (intents_match_number(&lexis->language->when, words, at, 1, &number) > 0) {
        place->skeleton = "%number";
        place->has_topic = false;
        place->role = INTENTS_ROLE_ARTICLE;
    }
}

/* Marks the words of a name of several words that ends with the last place. */
static void mark_phrase(const struct intents_lexis *lexis, const struct intents_words *words,
                        size_t last, struct reading *reading)
{
    for (size_t n = PHRASE_WORDS_MAX; lexis->has_chunks && n >= 2; n--) {
        const struct known_phrase *phrase;

        if (n > last + 1 || n >= reading->n ||
            reading->places[reading->n - n].surface != words->word[last + 1 - n])
            continue;
        phrase = find_phrase(lexis, hash_words(words, last + 1 - n, n));
        for (size_t i = reading->n - n; phrase->hash && i < reading->n; i++) {
            reading->places[i].name = lexis->class_names[phrase->class - CLASS_FIRST];
            reading->places[i].role = INTENTS_ROLE_CONTENT;
        }
        if (phrase->hash)
            return;
    }
}

/* Words of grammar that the plain way of saying leaves out or writes otherwise. */
static void make_plain(const struct intents_lexis *lexis, struct reading *reading)
{
    struct intents_plain_word words[INTENTS_WORDS_MAX + 2];
    size_t n = 0;

    for (size_t i = 0; i < reading->n; i++)
        words[i] =
            (struct intents_plain_word){reading->places[i].surface, reading->places[i].has_topic};
    intents_plain_apply(lexis->language, words, reading->n);
    for (size_t i = 0; i < reading->n; i++) {
        struct place *place = &reading->places[i];

        if (!words[i].text)
            continue;
        if (place->skeleton == place->surface)
            place->skeleton = words[i].text;
        place->surface = words[i].text;
        reading->places[n++] = *place;
    }
    reading->n = n;
}

static void read_sentence(const struct intents_lexis *lexis, const struct intents_words *words,
                          const unsigned char *skip, struct reading *reading)
{
    static const char *const tag_names[] = {
        [INTENTS_TAG_DATE] = "%date", [INTENTS_TAG_PART] = "%part", [INTENTS_TAG_TIME] = "%time",
        [INTENTS_TAG_PAST] = "%past", [INTENTS_TAG_IGNORE] = NULL,
    };
    unsigned char tags[INTENTS_WORDS_MAX];
    bool is_ignored = false;

    intents_when_tag(&lexis->language->when, words, false, tags);
    reading->n = 0;
    add_place(reading, "^", "^");
    for (size_t at = 0; at < words->n; at++) {
        if (tags[at] != INTENTS_TAG_INSIDE)
            is_ignored = tags[at] == INTENTS_TAG_IGNORE;
        if (skip && skip[at])
            continue;
        if (tags[at] == INTENTS_TAG_NONE || is_ignored) {
            add_word(lexis, words, at, reading);
            mark_phrase(lexis, words, at, reading);
        } else if (tags[at] != INTENTS_TAG_INSIDE)
            add_place(reading, tag_names[tags[at]], tag_names[tags[at]]);
    }
    add_place(reading, "$", "$");
    make_plain(lexis, reading);
}

static void put(struct intents_features *features, uint32_t hash)
{
    if (features->n < INTENTS_FEATURES_MAX)
        features->hash[features->n++] = hash_end(hash);
}

static void put_words(struct intents_features *features, char kind, const char *a, const char *b,
                      const char *c, const char *d)
{
    uint32_t hash = hash_text(hash_start(kind), a);

    if (b)
        hash = hash_text(hash, b);
    if (c)
        hash = hash_text(hash, c);
    if (d)
        hash = hash_text(hash, d);
    put(features, hash);
}

/* Runs of four letters, the ends of the word counting as a letter. */
static void put_pieces(struct intents_features *features, const char *word)
{
    const char *starts[STEM_BYTES + 2];
    char bounded[STEM_BYTES + 4], piece[PIECE_LETTERS * 4 + 1];
    size_t n = 0, n_bytes = strlen(word);

    if (n_bytes >= STEM_BYTES || n_bytes < PIECES_FROM)
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
static void put_classes(const struct reading *reading, struct intents_features *features)
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

static void put_topic(const struct reading *reading, struct intents_features *features)
{
    const struct place *before = NULL;

    for (size_t i = 1; i + 1 < reading->n; i++) {
        const struct place *place = &reading->places[i];

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

static size_t make_chunks(const struct reading *reading, struct intents_chunk *ret_chunks)
{
    struct intents_chunk_word words[INTENTS_WORDS_MAX + 2];

    for (size_t i = 0; i < reading->n; i++) {
        const struct place *place = &reading->places[i];

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
        uint32_t hash = hash_start(is_topic ? 'x' : 'X');
        bool has_class = false;

        for (size_t i = from; i < n && i < from + WHOLE_CHUNKS_MAX; i++) {
            char kind[] = {chunks[i].kind, '\0'};

            has_class |= chunks[i].kind != 'w' && chunks[i].text[0];
            hash = hash_text(hash_text(hash, kind), chunks[i].text);
            if ((i < from + longest || (from == 0 && i + 1 == n)) && (has_class || !is_topic))
                put(features, hash);
        }
    }
}

static void put_form(const struct reading *reading, struct intents_features *features)
{
    static const char *const lengths[] = {"0", "1", "2", "3", "4", "6", "6", "9", "9", "9"};
    const struct place *p = reading->places;
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
    struct reading reading;
    size_t n_chunks = 0;

    ret_features->n = 0;
    ret_features->has_topic = false;
    read_sentence(lexis, words, skip, &reading);
    for (size_t i = 0; i < reading.n; i++)
        ret_features->has_topic |= reading.places[i].has_topic;
    if (lexis->has_chunks)
        n_chunks = make_chunks(&reading, chunks);
    put_topic(&reading, ret_features);
    put_chunks(chunks, n_chunks, true, ret_features);
    ret_features->n_topic = ret_features->n;
    put_form(&reading, ret_features);
    put_chunks(chunks, n_chunks, false, ret_features);
}
