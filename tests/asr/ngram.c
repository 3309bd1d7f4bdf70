/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trigram model: what is left out, and that what is left is still a model. */
#include "asr/ngram.h"

#include "base/file.h"
#include "tests/check.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_COMMON = 6000 }; /* more words than the first table of them has room for */

static char folder[] = "/tmp/voisine-ngram-XXXXXX";

static bool has_word(const struct asr_ngram *ngram, const char *wanted)
{
    const char *word;
    unsigned count;

    for (size_t i = 0; (word = asr_ngram_word(ngram, i, &count)); i++) {
        if (strcmp(word, wanted) == 0)
            return true;
    }
    return false;
}

static char *write_arpa(const struct asr_ngram *ngram)
{
    char path[PATH_MAX], *text;
    size_t n;

    REQUIRE(base_file_join(folder, "model.arpa", path, sizeof(path)) == 0);
    REQUIRE(asr_ngram_write(ngram, path, 0) == 0);
    REQUIRE(base_file_read(path, 64u << 20, &text, &n) == 0);
    unlink(path);
    return text;
}

/* Sum of the probabilities of the unigrams. */
static double sum_unigrams(const char *arpa)
{
    const char *at = strstr(arpa, "\\1-grams:\n"), *end = strstr(arpa, "\n\\2-grams:");
    double sum = 0;

    REQUIRE(at && end);
    for (at = strchr(at, '\n') + 1; at < end; at = strchr(at, '\n') + 1)
        sum += pow(10, strtod(at, NULL));
    return sum;
}

static void rare_words_are_left_out(void)
{
    struct asr_ngram *ngram;

    REQUIRE(asr_ngram_create(&ngram) == 0);
    CHECK_INT(asr_ngram_add(ngram, "je voudrais mes courses", 3), 0);
    CHECK_INT(asr_ngram_add(ngram, "je voudrais mes castagnettes", 1), 0);
    CHECK_INT(asr_ngram_forget_rare(ngram, 2), 0);
    CHECK(has_word(ngram, "courses") && has_word(ngram, "<s>") && has_word(ngram, "</s>"));
    CHECK(!has_word(ngram, "castagnettes"));
    CHECK_INT(asr_ngram_n_words(ngram), 6);

    char *arpa = write_arpa(ngram);
    CHECK(strstr(arpa, "je voudrais mes") && strstr(arpa, "voudrais mes courses"));
    CHECK(!strstr(arpa, "castagnettes"));
    CHECK(sum_unigrams(arpa) > 0.5 && sum_unigrams(arpa) < 1.001); /* the rest is that of <s> */
    free(arpa);
    asr_ngram_destroy(ngram);
}

/* Words may be added behind it, among many. */
static void words_are_found_again(void)
{
    struct asr_ngram *ngram;
    char word[32];

    REQUIRE(asr_ngram_create(&ngram) == 0);
    for (int i = 0; i < N_COMMON; i++) {
        snprintf(word, sizeof(word), "mot%d", i);
        CHECK_INT(asr_ngram_add(ngram, word, i % 2 ? 2 : 1), 0);
    }
    CHECK_INT(asr_ngram_forget_rare(ngram, 2), 0);
    CHECK_INT(asr_ngram_n_words(ngram), 2 + N_COMMON / 2);
    CHECK_INT(asr_ngram_add(ngram, "mot1 mot0", 1), 0);
    CHECK_INT(asr_ngram_n_words(ngram), 2 + N_COMMON / 2 + 1);
    asr_ngram_destroy(ngram);
}

static void starts(void)
{
    REQUIRE(mkdtemp(folder) != NULL);
}

static void ends(void)
{
    CHECK_INT(rmdir(folder), 0);
}

CHECK_MAIN(starts, rare_words_are_left_out, words_are_found_again, ends)
