/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be bought, of sentences as they are said. Nothing is learned. */
#include "intents/items.h"

#include "intents/language_private.h"
#include "tests/check.h"
#include "tests/intents/french.h"

static struct intents_language *language;
static struct intents_item_finder *finder;

static void starts(void)
{
    language = load_french();
    REQUIRE(intents_item_finder_create(language, &finder) == 0);
}

static bool is_cut; /* of the sentence that was read last */

/* The items of a sentence, with a comma between them. */
static const char *items_of(const char *text)
{
    static char all[INTENTS_ITEMS_MAX * INTENTS_ITEM_BYTES];
    char items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES];
    struct intents_words words;
    size_t n, length = 0;

    intents_words_split(text, language->grammar.whole, &words);
    n = intents_items_find(finder, &words, items, &is_cut);
    all[0] = '\0';
    for (size_t i = 0; i < n; i++)
        length +=
            (size_t)snprintf(all + length, sizeof(all) - length, "%s%s", i ? "," : "", items[i]);
    return all;
}

static void lists_are_found_whole(void)
{
    CHECK_STR(items_of("il me faudrait six bouteilles d'eau et du vin rouge"),
              "six bouteilles d'eau,vin rouge");
    CHECK_STR(items_of("prenez-moi un rôti de veau un pain de seigle et deux litres de lait"),
              "rôti de veau,pain de seigle,deux litres de lait");
    CHECK_STR(items_of("rapportez-moi un camembert bien fait une baguette et du beurre"),
              "camembert bien fait,baguette,beurre");
    CHECK_STR(items_of("achetez-moi des pommes de terre à chair ferme et un os à moelle"),
              "pommes de terre à chair ferme,os à moelle");
}

static void what_belongs_to_a_good_stays_with_it(void)
{
    CHECK_STR(items_of("il me faut mes gouttes pour les yeux et des piles numéro cinq"),
              "gouttes pour les yeux,piles numéro cinq");
    CHECK_STR(items_of("rapportez-moi un steak haché à quinze pour cent et du chocolat à "
                       "soixante-dix pour cent"),
              "steak haché à quinze pour cent,chocolat à soixante-dix pour cent");
    CHECK_STR(items_of("achetez-moi des olives vertes dénoyautées et des sacs poubelle de trente "
                       "litres"),
              "olives vertes dénoyautées,sacs poubelle de trente litres");
    CHECK_STR(items_of("prenez-moi du maroilles bien fait et deux petits paquets de farine"),
              "maroilles bien fait,deux petits paquets de farine");
    CHECK_STR(items_of("il me faudrait du lait à la maison"), "lait");
    CHECK_STR(items_of("prenez-moi huile sel et deux boîtes de sardines"),
              "huile,sel,deux boîtes de sardines");
    CHECK_STR(items_of("il me faudrait trois quatre tomates et six oeufs"),
              "trois quatre tomates,six oeufs");
}

static void the_last_said_counts(void)
{
    CHECK_STR(items_of("ramenez-moi six yaourts non douze"), "douze yaourts");
    CHECK_STR(items_of("je voudrais du persil non de la ciboulette"), "ciboulette");
    CHECK_STR(items_of("je voudrais du beurre non pas du beurre de la margarine"), "margarine");
    CHECK_STR(items_of("j'ai envie de cerises une livre de cerises bien noires"),
              "une livre de cerises bien noires");
    CHECK_STR(items_of("il me faudrait du pain non merci"), "pain");
    CHECK_STR(items_of("du pain non attendez une seconde"), "pain");
    CHECK_STR(items_of("six yaourts non douze plutôt"), "douze yaourts");
    CHECK_STR(items_of("trois kilos de pommes non deux"), "deux kilos de pommes");
    CHECK_STR(items_of("un kilo de pommes non deux kilos"), "deux kilos de pommes");
    CHECK_STR(items_of("deux paquets de farine non trois"), "trois paquets de farine");
}

/* What is named twice is told once; what only has the other's name in it is another. */
static void no_good_hides_another(void)
{
    CHECK_STR(items_of("il me faudrait du pain je n'ai plus de pain"), "pain");
    CHECK_STR(items_of("rapportez-moi du lait et un pain au lait"), "lait,pain au lait");
    CHECK_STR(items_of("du lait demain matin et du pain"), "lait,pain");
    CHECK_STR(items_of("du pain plus un litre de lait"), "pain,un litre de lait");
    CHECK_STR(items_of("pain beurre café chocolat"), "pain,beurre,café,chocolat");
}

static const char *items_of_answer(const char *text)
{
    static char all[INTENTS_ITEM_BYTES];
    char items[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES],
        dropped[INTENTS_ITEMS_MAX][INTENTS_ITEM_BYTES];
    struct intents_words words;
    size_t n, n_dropped;

    intents_words_split(text, language->grammar.whole, &words);
    n = intents_items_answer(finder, &words, items, dropped, &n_dropped, &is_cut);
    snprintf(all, sizeof(all), "%s-%s", n ? items[0] : "", n_dropped ? dropped[0] : "");
    return all;
}

static void an_answer_adds_and_drops(void)
{
    CHECK_STR(items_of_answer("du beurre aussi"), "beurre-");
    CHECK_STR(items_of_answer("oui mais sans le lait"), "-lait");
    CHECK_STR(items_of_answer("ajoutez du beurre et enlevez les biscuits au beurre"),
              "beurre-biscuits au beurre");
}

static void what_is_only_named_is_wanted_if_nothing_else_is(void)
{
    CHECK_STR(items_of("le café est fini faudrait m'en rapporter demain"), "café");
    CHECK_STR(items_of("mes comprimés pour la tension sont prêts à la pharmacie"),
              "comprimés pour la tension");
    CHECK_STR(items_of("je ne vois plus assez clair pour lire les étiquettes"), "");
}

static void what_is_missing_is_wanted(void)
{
    CHECK_STR(items_of("je n'ai plus de farine ni de levure ni d'œufs"), "farine,levure,œufs");
    CHECK_STR(items_of("je n'ai plus de lait ni de pain il me faudrait du café"), "café");
}

static void what_is_made_is_none(void)
{
    CHECK_STR(items_of("il me faudrait des œufs pour faire une tarte"), "œufs");
}

static bool misses_one(const char *text)
{
    struct intents_words words;

    intents_words_split(text, language->grammar.whole, &words);
    return intents_items_misses_one(finder, &words);
}

static void what_is_to_be_added_and_is_nothing_known_is_missed(void)
{
    CHECK(misses_one("non plutôt l'après-midi et ajoutez des débats femme"));
    CHECK(misses_one("oui et rajoutez le bidulon"));
    CHECK(misses_one("il me faudrait aussi"));
    CHECK(misses_one("enlevez le lait et mettez aussi du pélican"));
    CHECK(!misses_one("non plutôt l'après-midi et ajoutez des bananes"));
    CHECK(!misses_one("mettez aussi deux kilos de carottes"));
    CHECK(!misses_one("oui et aussi vendredi"));
    CHECK(!misses_one("oui avec plaisir"));
    CHECK(!misses_one("oui et encore merci"));
    CHECK(!misses_one("elle apprend l'espagnol avec des disques"));
}

/* What is kept must be text that a service can read. */
static void a_long_item_ends_with_a_word(void)
{
    CHECK_STR(items_of("achetez-moi trois petites bouteilles d'huile d'olive vierge extra de "
                       "première pression à froid"),
              "trois petites bouteilles d'huile d'olive vierge extra de");
    CHECK_STR(items_of("achetez-moi du é"
                       "éééééééééééééééééééééééééééééééééééé"),
              "ééééééééééééééééééééééééééééééé");
}

static void no_item_of_a_long_list_is_lost_in_silence(void)
{
    const char *many = "pain beurre lait café thé sucre sel poivre riz farine huile vinaigre "
                       "moutarde";

    /* Thirteen taken back, and what is wanted at the end. */
    CHECK_STR(items_of("il me faudrait du pain non du beurre non du lait non du café non du thé "
                       "non du sucre non du sel non du poivre non du riz non de la farine non de "
                       "l'huile non du vinaigre non de la moutarde non des pâtes non des oeufs "
                       "non des pommes non des poires non des bananes"),
              "bananes");
    CHECK(!is_cut);
    items_of(many);
    CHECK(!is_cut);
    items_of("pain beurre lait café thé sucre sel poivre riz farine huile vinaigre moutarde pâtes "
             "oeufs pommes poires");
    CHECK(is_cut);
}

static void ends(void)
{
    intents_item_finder_destroy(finder);
    intents_language_destroy(language);
}

CHECK_MAIN(starts, lists_are_found_whole, what_belongs_to_a_good_stays_with_it,
           the_last_said_counts, what_is_only_named_is_wanted_if_nothing_else_is,
           no_good_hides_another, an_answer_adds_and_drops, what_is_missing_is_wanted,
           what_is_made_is_none, what_is_to_be_added_and_is_nothing_known_is_missed,
           a_long_item_ends_with_a_word, no_item_of_a_long_list_is_lost_in_silence, ends)
