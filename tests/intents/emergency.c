/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is a call for help by its words alone, and what is only said like one. Nothing is learned.
 */
#include "intents/emergency.h"

#include "intents/language_private.h"
#include "tests/check.h"
#include "tests/intents/french.h"

static struct intents_language *language;
static struct intents_emergency *emergency;

static bool is_call(const char *text)
{
    struct intents_words words;

    intents_words_split(text, language->grammar.whole, &words);
    return intents_emergency_is_call(emergency, &words);
}

static void starts(void)
{
    language = load_french();
    REQUIRE(intents_emergency_create(language, &emergency) == 0);
}

static void what_happens_now_is_a_call(void)
{
    static const char *const calls[] = {
        "mon dieu je n'arrive plus à me remettre sur mes pieds",
        "je suis allongée au pied du lit",
        "l'air ne rentre plus",
        "ça me serre la poitrine",
        "je vois tout noir",
        "je perds tout mon sang",
        "le voisin ne bouge plus",
        "elle est toute bleue et elle tremble",
        "le matelas est en feu",
        "il y a de la fumée partout",
        "ça sent très fort le gaz",
        "quelqu'un essaie d'entrer chez moi",
        "prévenez vite les pompiers",
        "sauvez-moi",
    };

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (!is_call(calls[i])) {
            fprintf(stderr, "no call: %s\n", calls[i]);
            check_failures++;
        }
    }
}

static void what_is_calm_or_told_is_none(void)
{
    static const char *const others[] = {
        "on étouffe ici ouvrez la fenêtre",
        "je suis bloquée dans les embouteillages",
        "dans le film le matelas est en feu",
        "l'an dernier quand j'étais malade je vois tout noir",
        "si un jour je n'arrive plus à me relever je demanderai",
        "heureusement il y a de la fumée partout mais rien de grave",
        "je vais mourir de rire",
        "le feu est au vert",
        "je suis tombée avant-hier",
        "il y a trois ans je vois tout noir",
        "je voudrais mes courses demain",
        "",
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (is_call(others[i])) {
            fprintf(stderr, "a call: %s\n", others[i]);
            check_failures++;
        }
    }
}

static void ends(void)
{
    intents_emergency_destroy(emergency);
    intents_language_destroy(language);
}

CHECK_MAIN(starts, what_happens_now_is_a_call, what_is_calm_or_told_is_none, ends)
