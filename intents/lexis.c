/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/lexis.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/utf8.h"
#include "intents/language_private.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define STEM_LEAST     3
#define ENDING_LEAST   2
#define CLASSES_MAX    64
#define ENDINGS_MAX    96
#define TABLE_OCCUPIED 2 /* the table has twice the room it needs */

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
    char *texts; /* of the table, one after the other */
    size_t n_texts;
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

static struct known_word *find_place(const struct intents_lexis *lexis, const char *text)
{
    size_t i = base_hash_mix(base_hash_field(0, text)) & lexis->mask;

    while (lexis->table[i].text && strcmp(lexis->table[i].text, text) != 0)
        i = (i + 1) & lexis->mask;
    return &lexis->table[i];
}

static void know(struct intents_lexis *lexis, const char *text, unsigned char class)
{
    struct known_word *place = find_place(lexis, text);

    if (!place->text && lexis->n_known * TABLE_OCCUPIED < lexis->mask) {
        char *own = lexis->texts + lexis->n_texts;

        memcpy(own, text, strlen(text) + 1);
        lexis->n_texts += strlen(text) + 1;
        *place = (struct known_word){.text = own, .class = class};
        lexis->n_known++;
    }
}

static int complain(const char *list, size_t i)
{
    log_error("language-bad", "grammar.json: \"%s\": number %zu is no word", list, i + 1);
    return -EINVAL;
}

static int read_endings(struct intents_lexis *lexis, const json_t *array)
{
    if (json_array_size(array) > ENDINGS_MAX) {
        log_error("language-bad", "grammar.json: more than %d in \"endings\"", ENDINGS_MAX);
        return -EINVAL;
    }
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *row = json_array_get(array, i);

        lexis->endings[i].end = json_string_value(json_array_get(row, 0));
        lexis->endings[i].name = json_string_value(json_array_get(row, 1));
        if (!lexis->endings[i].end || !lexis->endings[i].name)
            return complain("endings", i);
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
            return complain("stems", i);
        lexis->n_stems++;
    }
    return 0;
}

/* Returns: CLASS_UNKNOWN when there are too many. */
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
    uint32_t hash = base_hash_text(BASE_HASH_START, "P");

    for (size_t i = 0; i < n; i++)
        hash = base_hash_field(hash, words->word[first + i]);
    hash = base_hash_mix(hash);
    return hash ? hash : 1;
}

static struct known_phrase *find_phrase(const struct intents_lexis *lexis, uint32_t hash)
{
    size_t i = hash & lexis->mask;

    while (lexis->phrases[i].hash && lexis->phrases[i].hash != hash)
        i = (i + 1) & lexis->mask;
    return &lexis->phrases[i];
}

static const char *class_name(const struct intents_lexis *lexis, unsigned char class)
{
    return class >= CLASS_FIRST ? lexis->class_names[class - CLASS_FIRST] : NULL;
}

static void know_phrase(const struct intents_lexis *lexis, const char *text, unsigned char class)
{
    struct intents_words words;
    struct known_phrase *place;

    intents_words_split(text, lexis->language->grammar.whole, &words);
    if (words.n < 2 || words.n > INTENTS_NAME_WORDS_MAX)
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

static void know_list(struct intents_lexis *lexis, const struct intents_list *list,
                      unsigned char class)
{
    for (size_t i = 0; i < list->n; i++) {
        if (is_single_word(list->entries[i].text))
            know(lexis, list->entries[i].text, class);
        else
            know_phrase(lexis, list->entries[i].text, class);
    }
}

static int know_lists(struct intents_lexis *lexis, json_t *classes)
{
    const char *name;
    json_t *value;

    json_object_foreach(classes, name, value)
    {
        const struct intents_list *list = intents_lists_find(&lexis->language->lexicon, name);
        const char *class = json_string_value(value);
        unsigned char number = class ? class_number(lexis, class) : CLASS_UNKNOWN;

        if (!list || number == CLASS_UNKNOWN) {
            log_error("language-bad", "grammar.json: \"classes\": \"%s\": %s", name,
                      !list    ? "lexicon.json has no such list"
                      : !class ? "the class is no word"
                               : "there are more than 64 classes");
            return -EINVAL;
        }
        know_list(lexis, list, number);
    }
    return 0;
}

/* How many words there may be, and how many bytes they take with their ends. */
static size_t count_words(const struct intents_language *language, const json_t *structure,
                          size_t *ret_n_bytes)
{
    size_t n = json_array_size(structure), n_bytes = 0;

    for (size_t i = 0; i < n; i++)
        n_bytes += json_string_length(json_array_get(structure, i)) + 1;
    for (size_t i = 0; i < language->lexicon.n; i++) {
        const struct intents_list *list = &language->lexicon.lists[i];

        n += list->n;
        for (size_t k = 0; k < list->n; k++)
            n_bytes +=
                is_single_word(list->entries[k].text) ? strlen(list->entries[k].text) + 1 : 0;
    }
    *ret_n_bytes = n_bytes;
    return n;
}

static int fill_lexis(struct intents_lexis *lexis)
{
    const json_t *grammar = lexis->language->grammar.root;
    const json_t *structure = json_object_get(grammar, "structure");
    size_t n = 256, n_bytes, n_words = count_words(lexis->language, structure, &n_bytes);
    int r;

    while (n < n_words * TABLE_OCCUPIED + 2)
        n *= 2;
    lexis->mask = n - 1;
    lexis->table = calloc(n, sizeof(*lexis->table));
    lexis->phrases = calloc(n, sizeof(*lexis->phrases));
    lexis->texts = malloc(n_bytes + 1);
    if (!lexis->table || !lexis->phrases || !lexis->texts)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(structure); i++) {
        const char *word = json_string_value(json_array_get(structure, i));

        if (!word)
            return complain("structure", i);
        know(lexis, word, CLASS_STRUCTURE);
    }
    read_roles(lexis, json_object_get(grammar, "chunks"));
    r = know_lists(lexis, json_object_get(grammar, "classes"));
    if (r == 0)
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
    free(lexis->texts);
    free(lexis->phrases);
    free(lexis->stems);
    free(lexis);
}

struct intents_lexis_word intents_lexis_word(const struct intents_lexis *lexis, const char *word)
{
    const struct known_word *known = find_place(lexis, word);

    return (struct intents_lexis_word){.class = class_name(lexis, known->class),
                                       .is_grammar = known->class == CLASS_STRUCTURE,
                                       .role = (enum intents_chunk_role)known->role,
                                       .may_open = known->may_open};
}

const char *intents_lexis_name(const struct intents_lexis *lexis, const struct intents_words *words,
                               size_t first, size_t n)
{
    const struct known_phrase *phrase = find_phrase(lexis, hash_words(words, first, n));

    return phrase->hash ? class_name(lexis, phrase->class) : NULL;
}

bool intents_lexis_has_chunks(const struct intents_lexis *lexis)
{
    return lexis->has_chunks;
}

const struct intents_language *intents_lexis_language(const struct intents_lexis *lexis)
{
    return lexis->language;
}

static bool ends_with(const char *word, size_t n_word, const char *end, size_t least)
{
    size_t n_end = strlen(end);

    return n_word >= n_end + least && strcmp(word + n_word - n_end, end) == 0;
}

/* The word without its longest known ending, accents off, a doubled last letter made single. */
void intents_lexis_stem(const struct intents_lexis *lexis, const char *word,
                        char ret_stem[INTENTS_STEM_BYTES])
{
    char cut[INTENTS_STEM_BYTES];
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
    base_utf8_fold(cut, ret_stem, INTENTS_STEM_BYTES);
    n = strlen(ret_stem);
    if (n > STEM_LEAST && ret_stem[n - 1] == ret_stem[n - 2])
        ret_stem[n - 1] = '\0';
}

const char *intents_lexis_ending(const struct intents_lexis *lexis, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i < lexis->n_endings; i++) {
        if (ends_with(word, n, lexis->endings[i].end, ENDING_LEAST))
            return lexis->endings[i].name;
    }
    return "-";
}
