/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phrases as one word of the recogniser, with the real dictionary. */
#include "asr/whole.h"

#include "base/paths.h"
#include "tests/check.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { N_WAYS_MAX = 8 };

static struct asr_pronounce *open_french(void)
{
    char root[PATH_MAX], model[PATH_MAX], phones[PATH_MAX];
    struct asr_pronounce *pronounce = NULL;

    REQUIRE(base_paths_data(root, sizeof(root)) == 0);
    snprintf(model, sizeof(model), "%s/models/fr", root);
    snprintf(phones, sizeof(phones), "%s/intents/fr/phones.txt", root);
    REQUIRE(asr_pronounce_open(model, phones, NULL, NULL, &pronounce) == 0);
    return pronounce;
}

static int pronounce(const char *whole, int n_max, struct base_strbuf *lines)
{
    struct asr_pronounce *french = open_french();
    int n;

    base_strbuf_init(lines);
    n = asr_whole_pronounce(french, whole, n_max, lines);
    asr_pronounce_close(french);
    return n;
}

/* Whether one of the lines is just these phones. */
static bool has(const struct base_strbuf *lines, const char *way)
{
    char line[256];

    snprintf(line, sizeof(line), "%s\n", way);
    const char *at = strstr(base_strbuf_text(lines), line);
    return at && (at == base_strbuf_text(lines) || at[-1] == '\n');
}

static void words_become_one_and_words_again(void)
{
    char words[] = "j' ai très mal";

    asr_whole_join(words);
    CHECK_STR(words, "j'_ai_très_mal");
    CHECK(asr_whole_is(words));
    CHECK(!asr_whole_is("secours"));
    asr_whole_part(words);
    CHECK_STR(words, "j' ai très mal");
}

static void a_phrase_is_said_as_its_words_are(void)
{
    struct base_strbuf lines;

    CHECK(pronounce("pas_du_tout", N_WAYS_MAX, &lines) >= 1);
    CHECK(has(&lines, "pp aa dd uu tt ou"));
    base_strbuf_finish(&lines);
}

static void a_liaison_needs_a_vowel_behind_it(void)
{
    struct base_strbuf lines;

    CHECK(pronounce("vous_allez", N_WAYS_MAX, &lines) >= 2);
    CHECK(has(&lines, "vv ou zz aa ll ei"));
    base_strbuf_finish(&lines);
    CHECK(pronounce("vous_dites", N_WAYS_MAX, &lines) >= 1);
    CHECK(has(&lines, "vv ou dd ii tt"));
    CHECK(strstr(base_strbuf_text(&lines), "zz dd") == NULL);
    base_strbuf_finish(&lines);
}

static void its_ways_are_no_more_than_asked_for_and_all_different(void)
{
    struct base_strbuf lines;
    char *rest, *line, *seen[N_WAYS_MAX];
    int n = pronounce("je_ne_me_sens_pas_bien", N_WAYS_MAX, &lines), n_seen = 0;

    CHECK(n > 2 && n <= N_WAYS_MAX);
    rest = lines.text;
    while ((line = strsep(&rest, "\n")) && *line && n_seen < N_WAYS_MAX) {
        for (int i = 0; i < n_seen; i++)
            CHECK(strcmp(seen[i], line) != 0);
        seen[n_seen++] = line;
    }
    CHECK_INT(n_seen, n);
    base_strbuf_finish(&lines);
    CHECK_INT(pronounce("je_ne_me_sens_pas_bien", 3, &lines), 3);
    base_strbuf_finish(&lines);
}

static void a_word_that_nobody_can_say_leaves_none(void)
{
    struct base_strbuf lines;

    CHECK_INT(pronounce("au_xqzt", N_WAYS_MAX, &lines), 0);
    CHECK_INT((int)lines.length, 0);
    base_strbuf_finish(&lines);
}

CHECK_MAIN(words_become_one_and_words_again, a_phrase_is_said_as_its_words_are,
           a_liaison_needs_a_vowel_behind_it, its_ways_are_no_more_than_asked_for_and_all_different,
           a_word_that_nobody_can_say_leaves_none)
