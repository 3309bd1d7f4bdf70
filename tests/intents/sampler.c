/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws are the same for the same seed, every service weighs the same, folds do not overlap, forms
 * are drawn as if written out, and the checker finds no error in the French data. */
#include "intents/sampler.h"

#include "intents/checker.h"
#include "intents/expand.h"
#include "intents/language_private.h"
#include "intents/when.h"
#include "tests/intents/french.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_DRAWS    20000
#define NEAR_SHARE 0.15 /* of the draws of an act that has near misses */

struct tally {
    const struct intents_language *language;
    uint64_t hash;
    size_t n, n_requests, n_near_misses, n_acts, per_service[INTENTS_SERVICES_MAX];
    size_t per_act[INTENTS_N_ACTS];
    size_t stop_at;
};

static int count(void *user, const char *sentence, const struct intents_label *label)
{
    struct tally *tally = user;

    for (const char *p = sentence; *p; p++)
        tally->hash = (tally->hash ^ (unsigned char)*p) * 1099511628211u;
    tally->n++;
    tally->n_requests += label->act == INTENTS_REQUEST;
    tally->n_near_misses += label->is_near_miss;
    tally->n_acts += label->act > INTENTS_REQUEST;
    tally->per_act[label->act]++;
    for (size_t i = 0; label->act == INTENTS_REQUEST && i < tally->language->n_services; i++)
        tally->per_service[i] += strcmp(label->service, tally->language->services[i].info.id) == 0;
    return tally->n == tally->stop_at ? 7 : 0;
}

static void draws(void)
{
    struct intents_sampler_options options = {.seed = 5, .n_sentences = N_DRAWS};
    struct tally a = {0}, b = {0}, c = {.stop_at = 10};
    struct intents_language *language = load_french();

    a.language = b.language = c.language = language;
    CHECK_INT(intents_sampler_run(language, &options, count, &a), 0);
    CHECK_INT(intents_sampler_run(language, &options, count, &b), 0);
    CHECK(a.hash == b.hash);
    CHECK_INT(a.n, N_DRAWS);
    options.seed = 6;
    CHECK_INT(intents_sampler_run(language, &options, count, &b), 0);
    CHECK(a.hash != b.hash);
    CHECK_INT(intents_sampler_run(language, &options, count, &c), 7);
    CHECK_INT(c.n, 10);
    CHECK(a.n_acts > 0 && a.n_near_misses > 0);
    for (size_t i = 0; i < language->n_services; i++) {
        size_t fair = a.n_requests / language->n_services;

        CHECK(a.per_service[i] > fair * 8 / 10 && a.per_service[i] < fair * 12 / 10);
    }
    intents_language_destroy(language);
}

/* Calls for help are drawn as often as two other acts: their file says so. */
static void acts_are_drawn_by_their_shares(void)
{
    struct intents_sampler_options options = {
        .seed = 5, .n_sentences = N_DRAWS, .shares = {[INTENTS_DRAW_ACTS] = 1}};
    struct intents_language *language = load_french();
    struct tally tally = {.language = language};
    size_t n_shares = 0, n_twice = 0;

    CHECK_INT(intents_sampler_run(language, &options, count, &tally), 0);
    for (size_t i = 0; i < language->n_acts; i++)
        n_shares += language->acts[i].n_shares;
    for (size_t i = 0; i < language->n_acts; i++) {
        const struct intents_act_data *act = &language->acts[i];
        double fair = (double)N_DRAWS * act->n_shares / (double)n_shares,
               n = (double)tally.per_act[act->act];

        fair *= act->near_misses.n > 0 ? 1 - NEAR_SHARE : 1;
        CHECK(n > fair * 0.8 && n < fair * 1.2);
        n_twice += act->n_shares == 2;
        CHECK(act->act != INTENTS_EMERGENCY || (act->n_shares == 2 && act->is_blunt));
    }
    CHECK_INT(n_twice, 1);
    intents_language_destroy(language);
}

/* A language like the French one, but for its acts and examples. */
static void make_folder(char folder[])
{
    static const char *const files[] = {"background",   "fragments.json", "grammar.json",
                                        "lexicon.json", "services",       "when.json"};
    char root[PATH_MAX], from[PATH_MAX], to[PATH_MAX];

    REQUIRE(mkdtemp(folder) && base_paths_data(root, sizeof(root)) == 0);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        REQUIRE(snprintf(from, sizeof(from), "%s/intents/fr/%s", root, files[i]) < PATH_MAX);
        snprintf(to, sizeof(to), "%s/%s", folder, files[i]);
        REQUIRE(symlink(from, to) == 0);
    }
    snprintf(to, sizeof(to), "%s/acts", folder);
    REQUIRE(mkdir(to, 0700) == 0);
}

/* Returns: what loading a language gives whose one act has these phrases and whatever follows them.
 */
static int load_with_act(const char *folder, const char *phrases, const char *rest,
                         struct intents_language **ret_language)
{
    char path[PATH_MAX], text[512];

    snprintf(path, sizeof(path), "%s/acts/affirm.json", folder);
    snprintf(text, sizeof(text), "{\"act\":\"affirm\",\"phrases\":[%s]%s}", phrases, rest);
    REQUIRE(base_file_replace(path, text, strlen(text), 0600) == 0);
    return intents_language_load(folder, INTENTS_TO_DRAW, NULL, 0, ret_language);
}

static int load_with_shares(const char *folder, const char *shares)
{
    struct intents_language *language = NULL;
    int r = load_with_act(folder, "\"oui\"", shares, &language);

    intents_language_destroy(language);
    return r;
}

/* Returns: what loading gives where so named a file of examples stands. */
static int load_with_examples(const char *folder, const char *name)
{
    char path[PATH_MAX], file[PATH_MAX];
    int r;

    snprintf(path, sizeof(path), "%s/examples", folder);
    REQUIRE(mkdir(path, 0700) == 0);
    REQUIRE(snprintf(file, sizeof(file), "%s/%s", path, name) < PATH_MAX);
    REQUIRE(base_file_replace(file, "le frigo est vide\n", 18, 0600) == 0);
    r = load_with_shares(folder, "");
    unlink(file);
    rmdir(path);
    return r;
}

static void what_cannot_be_drawn_is_refused(void)
{
    char folder[] = "/tmp/voisine-shares-XXXXXX";

    make_folder(folder);
    CHECK_INT(load_with_shares(folder, ""), 0);
    CHECK_INT(load_with_shares(folder, ",\"shares\":10"), 0);
    CHECK_INT(load_with_shares(folder, ",\"shares\":0"), -EINVAL);
    CHECK_INT(load_with_shares(folder, ",\"shares\":11"), -EINVAL);
    CHECK_INT(load_with_shares(folder, ",\"shares\":\"2\""), -EINVAL);
    CHECK_INT(load_with_examples(folder, "groceries.txt"), 0);
    CHECK_INT(load_with_examples(folder, "affirm.txt"), 0);
    CHECK_INT(load_with_examples(folder, "grocery.txt"), -EINVAL);
    remove_folder(folder);
}

static struct tally draw_act(const char *folder, const char *phrases)
{
    const struct intents_sampler_options options = {
        .seed = 5, .n_sentences = 2000, .shares = {[INTENTS_DRAW_ACTS] = 1}};
    struct intents_language *language;
    struct tally tally = {0};

    REQUIRE(load_with_act(folder, phrases, "", &language) == 0);
    tally.language = language;
    CHECK_INT(intents_sampler_run(language, &options, count, &tally), 0);
    intents_language_destroy(language);
    tally.language = NULL;
    return tally;
}

static void forms_are_drawn_as_if_written_out(void)
{
    char folder[] = "/tmp/voisine-forms-XXXXXX";

    make_folder(folder);
    CHECK(draw_act(folder, "\"oui\",\"je suis prêt(e)\",\"bien (là|seul(|e)|d'ici)\"").hash ==
          draw_act(folder,
                   "\"oui\",\"je suis prête\",\"je suis prêt\",\"bien (là|seul|seule|d'ici)\"")
              .hash);
    CHECK(draw_act(folder, "\"oui\",\"je suis prêt(e)\"").hash !=
          draw_act(folder, "\"oui\",\"je suis prête\"").hash);
    remove_folder(folder);
}

struct forms_found {
    size_t n;
    char first[64], other[64];
};

static void find_forms(void *user, const struct intents_finding *finding)
{
    struct forms_found *found = user;

    if (finding->kind != INTENTS_FINDING_FORMS)
        return;
    found->n++;
    snprintf(found->first, sizeof(found->first), "%s", finding->sentence);
    snprintf(found->other, sizeof(found->other), "%s", finding->other);
    CHECK(intents_finding_is_error(finding->kind));
}

static struct forms_found check_act(const char *folder, const char *phrases)
{
    struct forms_found found = {0};
    struct intents_language *language;

    REQUIRE(load_with_act(folder, phrases, "", &language) == 0);
    CHECK_INT(intents_check(language, find_forms, &found), 0);
    intents_language_destroy(language);
    return found;
}

static void forms_are_not_written_twice(void)
{
    char folder[] = "/tmp/voisine-twice-XXXXXX";
    struct forms_found found;

    make_folder(folder);
    CHECK_INT(
        check_act(folder, "\"oui\",\"je suis prêt(e)\",\"[tout(e) seul(e)|seuls] (oui|non)\"").n,
        0);
    found = check_act(folder, "\"oui [(bien|toute seule|tout seul)]\"");
    CHECK_INT(found.n, 1);
    CHECK_STR(found.first, "toute seule");
    CHECK_STR(found.other, "tout seul");
    found = check_act(folder, "\"je suis [bien] prêt\",\"je suis [bien] prête\",\"oui\"");
    CHECK_INT(found.n, 1);
    CHECK_STR(found.other, "je suis [bien] prête");
    remove_folder(folder);
}

static void tell_error(void *user, const struct intents_finding *finding)
{
    if (!intents_finding_is_error(finding->kind))
        return;
    fprintf(stderr, "%s, %s: \"%s\" gives \"%s\" (%s)\n", intents_finding_name(finding->kind),
            finding->where, finding->template, finding->sentence,
            finding->other ? finding->other : "");
    (*(size_t *)user)++;
}

static void is_well_spelled_and_of_one_service(void)
{
    struct intents_language *language = load_french();
    size_t n_bad = 0;

    CHECK_INT(intents_check(language, tell_error, &n_bad), 0);
    CHECK_INT(n_bad, 0);
    intents_language_destroy(language);
}

/* Whole sentences as people say them come up, near misses as talk. */
static int count_examples(void *user, const char *sentence, const struct intents_label *label)
{
    size_t *counts = user;

    counts[0] += label->act == INTENTS_REQUEST;
    counts[1] += label->is_near_miss;
    counts[2] += label->act == INTENTS_EMERGENCY;
    CHECK(sentence[0] != '\0' && (!label->is_near_miss || label->act == INTENTS_NONE));
    return 0;
}

static void examples_are_drawn(void)
{
    const struct intents_sampler_options options = {
        .seed = 4, .n_sentences = 2000, .shares = {[INTENTS_DRAW_EXAMPLES] = 1}};
    struct intents_language *language = load_french();
    size_t counts[3] = {0};

    CHECK_INT(intents_sampler_run(language, &options, count_examples, counts), 0);
    CHECK(counts[0] > 600 && counts[1] > 600 && counts[2] > 0);
    intents_language_destroy(language);
}

/* A yes or a no as somebody said it is among the short answers if it is short. */
static int count_yes_no(void *user, const char *sentence, const struct intents_label *label)
{
    size_t *counts = user;

    (void)label;
    counts[0] += strcmp(sentence, "ah ben voilà") == 0 || strcmp(sentence, "pour sûr que oui") == 0;
    counts[1] += strstr(sentence, "ma brave dame c'est exactement") != NULL; /* in a long one */
    return 0;
}

static void short_examples_are_short_answers(void)
{
    const struct intents_sampler_options options = {
        .seed = 4, .n_sentences = 20000, .shares = {[INTENTS_DRAW_SHORT_ANSWERS] = 1}};
    struct intents_language *language = load_french();
    size_t counts[2] = {0};

    CHECK_INT(intents_sampler_run(language, &options, count_yes_no, counts), 0);
    CHECK(counts[0] > 0);
    CHECK_INT(counts[1], 0);
    intents_language_destroy(language);
}

/* Loaded to understand, a language has nothing to be drawn. */
static void what_is_to_understand_is_not_drawn_from(void)
{
    const struct intents_sampler_options options = {.seed = 1, .n_sentences = 1};
    struct intents_language *language = load_french_for(INTENTS_TO_UNDERSTAND);
    size_t counts[3] = {0};

    CHECK_INT(intents_sampler_run(language, &options, count_examples, counts), -EINVAL);
    intents_language_destroy(language);
}

static bool has_moment(const struct intents_language *language, const char *sentence)
{
    const struct base_datetime now = {{2026, 6, 15}, {9, 0}};
    struct intents_words words;
    struct intents_when when;

    intents_words_split(sentence, language->grammar.whole, &words);
    intents_when_find(&language->when, &words, now, &when);
    return base_date_is_set(when.date) || base_time_is_set(when.time) ||
           when.part != INTENTS_NO_PART;
}

/* Whatever {when} can say is understood as some moment. */
static void what_is_said_is_understood(void)
{
    struct intents_language *language = load_french();
    struct intents_expander expander;
    struct base_strbuf text;

    base_strbuf_init(&text);
    intents_expander_init(&expander, language, 3, INTENTS_FOLD_ALL);
    for (int i = 0; i < 2000; i++) {
        intents_expander_begin(&expander, NULL);
        intents_expander_list(&expander, language->when.when);
        CHECK_INT(intents_expander_end(&expander, &text), 0);
        if (!has_moment(language, base_strbuf_text(&text))) {
            fprintf(stderr, "no moment in \"%s\"\n", base_strbuf_text(&text));
            check_failures++;
        }
    }
    base_strbuf_finish(&text);
    intents_language_destroy(language);
}

CHECK_MAIN(draws, acts_are_drawn_by_their_shares, what_cannot_be_drawn_is_refused,
           forms_are_drawn_as_if_written_out, forms_are_not_written_twice,
           is_well_spelled_and_of_one_service, examples_are_drawn, short_examples_are_short_answers,
           what_is_to_understand_is_not_drawn_from, what_is_said_is_understood)
