/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/topic.h"

#include "intents/language_private.h"
#include "intents/match.h"

#include <stdbool.h>
#include <string.h>

/* Shorter words are too common to tell a topic. */
#define TOPIC_WORD_MIN 5

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Whether the text of a template has the whole word. */
static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        if ((at == text || !is_letter(at[-1])) && !is_letter(at[n]))
            return true;
    }
    return false;
}

/* The topic that alone among the act's phrases uses this word, NULL none. */
static const char *topic_of_word(const struct intents_list *phrases, const char *word)
{
    const char *topic = NULL;

    if (strlen(word) < TOPIC_WORD_MIN)
        return NULL;
    for (size_t i = 0; i < phrases->n; i++) {
        const struct intents_entry *entry = &phrases->entries[i];

        if (!has_word(entry->text, word))
            continue;
        if (!entry->topic[0] || (topic && strcmp(topic, entry->topic) != 0))
            return NULL;
        topic = entry->topic;
    }
    return topic;
}

/* The topic of a phrase that is said whole somewhere in the words, NULL none. */
static const char *topic_of_phrase(const struct intents_language *language,
                                   const struct intents_list *phrases,
                                   const struct intents_words *words)
{
    for (size_t i = 0; i < phrases->n; i++) {
        const struct intents_entry *entry = &phrases->entries[i];

        for (size_t at = 0; entry->topic[0] && at < words->n; at++) {
            if (intents_match(&language->when, entry->node, words, at, NULL) > at)
                return entry->topic;
        }
    }
    return NULL;
}

static const char *topic_among(const struct intents_language *language,
                               const struct intents_list *phrases,
                               const struct intents_words *words)
{
    const char *topic = topic_of_phrase(language, phrases, words);

    for (size_t i = 0; !topic && i < words->n; i++)
        topic = topic_of_word(phrases, words->word[i]);
    return topic;
}

const char *intents_topic_find(const struct intents_language *language, enum intents_act act,
                               const struct intents_words *words)
{
    const char *topic = NULL;

    for (size_t i = 0; !topic && i < language->n_acts; i++) {
        if (language->acts[i].act == act)
            topic = topic_among(language, &language->acts[i].phrases, words);
    }
    return topic ? topic : "";
}
