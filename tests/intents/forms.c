/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What forms are written out to, what is refused, and which words are forms of each other. */
#include "intents/forms.h"

#include "intents/language_private.h"
#include "tests/intents/french.h"

#include <errno.h>

/* All that a template stands for, divided by " / ". */
static void check_written(const char *text, const char *wanted)
{
    struct intents_template_error error;
    struct base_strbuf one, all;
    int n_forms = 1;

    base_strbuf_init(&one);
    base_strbuf_init(&all);
    for (int form = 0; form < n_forms; form++) {
        n_forms = intents_forms_write(text, form, &one, &error);
        REQUIRE(n_forms > 0);
        base_strbuf_add(&all, form > 0 ? " / " : "");
        base_strbuf_add(&all, base_strbuf_text(&one));
    }
    CHECK_STR(base_strbuf_text(&all), wanted);
    base_strbuf_finish(&one);
    base_strbuf_finish(&all);
}

static void templates_of_a_list(void)
{
    check_written("je suis [bien] là", "je suis [bien] là");
    check_written("je suis prêt(e)", "je suis prête / je suis prêt");
    check_written("je suis prêt(|e)", "je suis prêt / je suis prête");
    check_written("je suis heureu(se|x) [ici]", "je suis heureuse [ici] / je suis heureux [ici]");
    check_written("je suis l'aîné(e) (des filles|de tous)",
                  "je suis l'aînée (des filles|de tous) / je suis l'aîné (des filles|de tous)");
}

static void alternatives_of_a_bracket(void)
{
    check_written("je suis (prêt(e)) {when}", "je suis (prête|prêt) {when}");
    check_written("je suis (bien|prêt(e)|là)", "je suis (bien|prête|prêt|là)");
    check_written("je reste [seul(e)]", "je reste [seule|seul]");
    check_written("(a [seul(e)]|b) c", "(a [seule|seul]|b) c");
    check_written("je suis (veu(ve|f)) et seul(e)",
                  "je suis (veuve|veuf) et seule / je suis (veuve|veuf) et seul");
}

static void words_of_one_alternative_agree(void)
{
    check_written("je suis tout(e) seul(e)", "je suis toute seule / je suis tout seul");
    check_written("[vie(ux|ille) et fatigué(|e)] hé", "[vieux et fatigué|vieille et fatiguée] hé");
}

static void other_brackets_are_left(void)
{
    check_written("un peu d'(aide|eau)", "un peu d'(aide|eau)");
    check_written("{pets} (gentil|(x|y))", "{pets} (gentil|(x|y))");
    check_written("a) b", "a) b");
    check_written("a (b", "a (b");
}

static void what_is_wrong_has_a_place(void)
{
    static const struct {
        const char *text;
        int column;
    } wrong[] = {
        {"très seul(", 10}, {"été seul(e f)", 9}, {"seul({x})", 5}, {"x [a(e) b(c|d|e)]", 10}};
    struct intents_template_error error;
    struct base_strbuf out;

    base_strbuf_init(&out);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK_INT(intents_forms_write(wrong[i].text, 0, &out, &error), -EINVAL);
        CHECK_INT(error.column, wrong[i].column);
    }
    base_strbuf_finish(&out);
}

/* Each level doubles what is inside: it ends as a template that is too long. */
static void does_not_grow_without_end(void)
{
    struct intents_template_error error;
    struct base_strbuf text, out;

    base_strbuf_init(&text);
    base_strbuf_init(&out);
    for (int i = 0; i < 20; i++)
        base_strbuf_add(&text, "(a(e) ");
    for (int i = 0; i < 20; i++)
        base_strbuf_add(&text, ")");
    CHECK_INT(intents_forms_write(base_strbuf_text(&text), 0, &out, &error), -EINVAL);
    CHECK(out.length < 2 * INTENTS_TEMPLATE_BYTES);
    base_strbuf_finish(&text);
    base_strbuf_finish(&out);
}

static bool are_one(const struct intents_language *language, const char *a, const char *b)
{
    bool is_one = intents_forms_are_one(&language->grammar, a, strlen(a), b, strlen(b));

    CHECK(intents_forms_are_one(&language->grammar, b, strlen(b), a, strlen(a)) == is_one);
    return is_one;
}

static void knows_forms_of_each_other(void)
{
    struct intents_language *language = load_french();

    CHECK(are_one(language, "je suis tombée", "je suis tombé"));
    CHECK(are_one(language, "tout seul", "toute seule"));
    CHECK(are_one(language, "un promeneur", "une promeneuse"));
    CHECK(are_one(language, "cet ancien", "cette ancienne"));
    CHECK(!are_one(language, "seul", "seul"));
    CHECK(!are_one(language, "seul", "seuls"));
    CHECK(!are_one(language, "je suis seul", "je suis seule ici"));
    CHECK(!are_one(language, "je suis seul", "je reste seule"));
    CHECK(!are_one(language, "a", "ae"));
    intents_language_destroy(language);
}

CHECK_MAIN(templates_of_a_list, alternatives_of_a_bracket, words_of_one_alternative_agree,
           other_brackets_are_left, what_is_wrong_has_a_place, does_not_grow_without_end,
           knows_forms_of_each_other)
