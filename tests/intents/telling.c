/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told and what is asked, by its form alone. Nothing is learned. */
#include "intents/telling.h"

#include "intents/language_private.h"
#include "tests/check.h"
#include "tests/intents/french.h"

static struct intents_language *language;
static struct intents_telling *telling;

static bool is_told(const char *text)
{
    struct intents_words words;

    intents_words_split(text, language->grammar.whole, &words);
    return intents_telling_is_told(telling, &words);
}

static bool asks_plainly(const char *text)
{
    struct intents_words words;

    intents_words_split(text, language->grammar.whole, &words);
    return intents_telling_asks_plainly(telling, &words);
}

static void starts(void)
{
    language = load_french();
    REQUIRE(intents_telling_create(language, &telling) == 0);
}

/* One sentence of each form, and beside it nearly the same words as a request. */
static const struct {
    const char *told, *asked;
} pairs[] = {
    {"je n'ai besoin de personne pour mon jardin", "j'ai besoin de quelqu'un pour mon jardin"},
    {"je ne veux pas qu'on vienne faire mon ménage", "je veux qu'on vienne faire mon ménage"},
    {"il ne faut surtout pas arroser en plein soleil", "il faudrait arroser mes fleurs"},
    {"la voisine cherche quelqu'un pour son chien", "je cherche quelqu'un pour mon chien"},
    {"il aurait fallu appeler un plombier", "il faudrait appeler un plombier"},
    {"j'aurais dû demander qu'on m'apporte du pain", "j'aimerais demander qu'on m'apporte du pain"},
    {"si j'étais plus jeune je taillerais la haie", "si quelqu'un voulait tailler la haie"},
    {"mon fils viendra changer l'ampoule", "quelqu'un viendrait changer l'ampoule"},
    {"je taillerai la haie moi-même", "qui taillerait ma haie"},
    {"la chaudière est réparée depuis hier", "la chaudière est en panne depuis hier"},
    {"à la radio ils cherchaient des bénévoles pour les courses",
     "je cherche un bénévole pour mes courses"},
    {"tu devrais faire garder les petits", "pourriez-vous faire garder les petits"},
    {"elle m'a dit je voudrais que tu me gardes le petit", "je voudrais qu'on me garde le petit"},
};

static void form_tells_telling_from_asking(void)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (!is_told(pairs[i].told)) {
            fprintf(stderr, "not told: %s\n", pairs[i].told);
            check_failures++;
        }
        if (is_told(pairs[i].asked)) {
            fprintf(stderr, "told: %s\n", pairs[i].asked);
            check_failures++;
        }
    }
}

static void what_is_asked_beside_it_counts(void)
{
    CHECK(is_told("je n'ai besoin de rien à l'épicerie"));
    CHECK(!is_told("je n'ai besoin de rien à l'épicerie mais j'aimerais qu'on m'appelle"));
    CHECK(is_told("mon gendre a promis de me réparer la porte"));
    CHECK(!is_told("mon gendre a promis de me réparer la porte et pour le robinet il faudrait "
                   "quelqu'un"));
}

static void who_speaks_of_others_alone_tells(void)
{
    CHECK(is_told("la voisine promène son chien tous les soirs"));
    CHECK(!is_told("la voisine ne promène plus mon chien"));
}

static void somebody_is_asked_for_plainly(void)
{
    CHECK(asks_plainly("le robinet fuit il faudrait quelqu'un"));
    CHECK(asks_plainly("est-ce que quelqu'un irait à la poste"));
    CHECK(!asks_plainly("il faudrait de la pluie"));
    CHECK(!asks_plainly("quelqu'un irait bien au cinéma"));
}

static void ends(void)
{
    intents_telling_destroy(telling);
    intents_language_destroy(language);
}

CHECK_MAIN(starts, form_tells_telling_from_asking, what_is_asked_beside_it_counts,
           who_speaks_of_others_alone_tells, somebody_is_asked_for_plainly, ends)
