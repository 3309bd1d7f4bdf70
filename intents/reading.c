/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/reading.h"

#include "intents/language_private.h"
#include "intents/match.h"
#include "intents/plain.h"
#include "intents/when.h"

static void add_place(struct intents_reading *reading, const char *surface, const char *skeleton)
{
    reading->places[reading->n++] =
        (struct intents_place){.surface = surface, .skeleton = skeleton};
}

static void add_word(const struct intents_lexis *lexis, const struct intents_words *words,
                     size_t at, struct intents_reading *reading)
{
    const char *word = words->word[at];
    const struct intents_lexis_word known = intents_lexis_word(lexis, word);
    struct intents_place *place = &reading->places[reading->n];
    int number;

    add_place(reading, word, word);
    place->role = known.role;
    place->may_open = known.may_open;
    if (known.is_grammar)
        return;
    place->has_topic = true;
    place->role = INTENTS_ROLE_CONTENT;
    intents_lexis_stem(lexis, word, place->stem);
    if (known.class) {
        place->class = place->name = place->skeleton = known.class;
        return;
    }
    place->skeleton = intents_lexis_ending(lexis, word);
    if (intents_match_number(&intents_lexis_language(lexis)->when, words, at, 1, &number) > 0) {
        place->skeleton = "%number";
        place->has_topic = false;
        place->role = INTENTS_ROLE_ARTICLE;
    }
}

/* Marks the words of a name of several words that ends with the last place. */
static void mark_phrase(const struct intents_lexis *lexis, const struct intents_words *words,
                        size_t last, struct intents_reading *reading)
{
    for (size_t n = INTENTS_NAME_WORDS_MAX; n >= 2 && intents_lexis_has_chunks(lexis); n--) {
        const char *class;

        if (n > last + 1 || n >= reading->n ||
            reading->places[reading->n - n].surface != words->word[last + 1 - n])
            continue;
        class = intents_lexis_name(lexis, words, last + 1 - n, n);
        for (size_t i = reading->n - n; class && i < reading->n; i++) {
            reading->places[i].name = class;
            reading->places[i].role = INTENTS_ROLE_CONTENT;
        }
        if (class)
            return;
    }
}

/* Words of grammar that the plain way of saying leaves out or writes otherwise. */
static void make_plain(const struct intents_lexis *lexis, struct intents_reading *reading)
{
    struct intents_plain_word words[INTENTS_WORDS_MAX + 2];
    size_t n = 0;

    for (size_t i = 0; i < reading->n; i++)
        words[i] =
            (struct intents_plain_word){reading->places[i].surface, reading->places[i].has_topic};
    intents_plain_apply(intents_lexis_language(lexis), words, reading->n);
    for (size_t i = 0; i < reading->n; i++) {
        struct intents_place *place = &reading->places[i];

        if (!words[i].text)
            continue;
        if (place->skeleton == place->surface)
            place->skeleton = words[i].text;
        place->surface = words[i].text;
        reading->places[n++] = *place;
    }
    reading->n = n;
}

void intents_reading_make(const struct intents_lexis *lexis, const struct intents_words *words,
                          const unsigned char *skip, struct intents_reading *ret_reading)
{
    static const char *const tag_names[] = {
        [INTENTS_TAG_DATE] = "%date", [INTENTS_TAG_PART] = "%part", [INTENTS_TAG_TIME] = "%time",
        [INTENTS_TAG_PAST] = "%past", [INTENTS_TAG_IGNORE] = NULL,
    };
    unsigned char tags[INTENTS_WORDS_MAX];
    bool is_ignored = false;

    intents_when_tag(&intents_lexis_language(lexis)->when, words, false, tags);
    ret_reading->n = 0;
    add_place(ret_reading, "^", "^");
    for (size_t at = 0; at < words->n; at++) {
        if (tags[at] != INTENTS_TAG_INSIDE)
            is_ignored = tags[at] == INTENTS_TAG_IGNORE;
        if (skip && skip[at])
            continue;
        if (tags[at] == INTENTS_TAG_NONE || is_ignored) {
            add_word(lexis, words, at, ret_reading);
            mark_phrase(lexis, words, at, ret_reading);
        } else if (tags[at] != INTENTS_TAG_INSIDE)
            add_place(ret_reading, tag_names[tags[at]], tag_names[tags[at]]);
    }
    add_place(ret_reading, "$", "$");
    make_plain(lexis, ret_reading);
}
