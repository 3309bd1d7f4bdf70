/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Agreement, contraction and elision by the tables of the French grammar. */
#include "intents/spelling.h"

#include "base/strbuf.h"
#include "intents/language_private.h"
#include "tests/intents/french.h"

#define NOUN(word, how)                                                                            \
    {                                                                                              \
        .text = word, .gender = how                                                                \
    }
#define AGREES(word)                                                                               \
    {                                                                                              \
        .text = word, .agrees = true                                                               \
    }
#define WORD(word)                                                                                 \
    {                                                                                              \
        .text = word                                                                               \
    }
#define FIRST(word)                                                                                \
    {                                                                                              \
        .text = word, .contracts = true                                                            \
    }

static struct intents_language *language;

static void check_spelled(struct intents_token *tokens, size_t n, const char *wanted)
{
    struct base_strbuf text;

    base_strbuf_init(&text);
    intents_spelling_join(&language->grammar, tokens, n, &text);
    CHECK_STR(base_strbuf_text(&text), wanted);
    base_strbuf_finish(&text);
}

#define SPELLED(wanted, ...)                                                                       \
    do {                                                                                           \
        struct intents_token tokens[] = {__VA_ARGS__};                                             \
        check_spelled(tokens, sizeof(tokens) / sizeof(tokens[0]), wanted);                         \
    } while (0)

static void loads(void)
{
    language = load_french();
}

static void agrees(void)
{
    SPELLED("mon chien", AGREES("mon"), NOUN("chien", INTENTS_MASCULINE));
    SPELLED("ma chienne", AGREES("mon"), NOUN("chienne", INTENTS_FEMININE));
    SPELLED("mes chats", AGREES("mon"), NOUN("chats", INTENTS_MASCULINE_PLURAL));
    SPELLED("mon amie", AGREES("mon"), NOUN("amie", INTENTS_FEMININE));
    SPELLED("ma vieille amie", AGREES("mon"), AGREES("vieux"), NOUN("amie", INTENTS_FEMININE));
    SPELLED("l'épaule", AGREES("le"), NOUN("épaule", INTENTS_FEMININE));
    SPELLED("la hanche", AGREES("le"), NOUN("hanche", INTENTS_FEMININE));
    SPELLED("cet homme", AGREES("ce"), NOUN("homme", INTENTS_MASCULINE));
}

static void contracts(void)
{
    SPELLED("du marché", WORD("de"), AGREES("le"), NOUN("marché", INTENTS_MASCULINE));
    SPELLED("au supermarché", WORD("à"), AGREES("le"), NOUN("supermarché", INTENTS_MASCULINE));
    SPELLED("à l'épicerie", WORD("à"), AGREES("le"), NOUN("épicerie", INTENTS_FEMININE));
    SPELLED("besoin de pain", WORD("besoin"), WORD("de"), AGREES("du"),
            NOUN("pain", INTENTS_MASCULINE));
    SPELLED("besoin d'eau", WORD("besoin"), WORD("de"), AGREES("du"),
            NOUN("eau", INTENTS_FEMININE));
    SPELLED("besoin d'œufs", WORD("besoin"), WORD("de"), FIRST("des"), WORD("œufs"));
    /* A pronoun is no article. */
    SPELLED("accepterait de les promener", WORD("accepterait"), WORD("de"), WORD("les"),
            WORD("promener"));
}

static void elides(void)
{
    SPELLED("qu'on vienne", WORD("que"), WORD("on"), WORD("vienne"));
    SPELLED("j'ai", WORD("je"), WORD("ai"));
    SPELLED("d'alice", WORD("de"), WORD("alice"));
    SPELLED("de onze heures", WORD("de"), WORD("onze"), WORD("heures"));
    SPELLED("le haricot", WORD("le"), WORD("haricot"));
    SPELLED("parce qu'il pleut", WORD("parce"), WORD("que"), WORD("il"), WORD("pleut"));
    SPELLED("s'il pleut", WORD("si"), WORD("il"), WORD("pleut"));
    SPELLED("si elle vient", WORD("si"), WORD("elle"), WORD("vient"));
    SPELLED("c'est", WORD("ce"), WORD("est"));
    SPELLED("j'y vais", WORD("je"), WORD("y"), WORD("vais"));
    SPELLED("de yaourt", WORD("de"), WORD("yaourt"));
}

static void unloads(void)
{
    intents_language_destroy(language);
}

CHECK_MAIN(loads, agrees, contracts, elides, unloads)
