/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How well words that the model's dictionary lacks are pronounced: 500 words that it does have,
 * spread over the whole of it, are given to espeak-ng as if it had not, and the phones compared
 * with the nearest of its own pronunciations (edit distance over their length).
 */
#include "asr/pronounce.h"
#include "base/file.h"
#include "base/paths.h"
#include "daemon/bundle.h"
#include "tests/check.h"
#include "tts/voice.h"

#include <limits.h>
#include <stdbool.h>

enum { N_WORDS = 500, N_PHONES_MAX = 64, DICTIONARY_MAX = 16 << 20, STRIDE = 113 };

/* Measured: 91.5 of 100 phones, foreign names included. Below this the table or the voice has
 * changed for the worse. */
#define AGREEMENT_PERCENT_MIN 89

struct phones {
    char *names[N_PHONES_MAX];
    int n;
};

static struct phones split(char *line)
{
    struct phones phones = {.n = 0};
    char *name;

    while ((name = strsep(&line, " ")) && phones.n < N_PHONES_MAX) {
        if (*name)
            phones.names[phones.n++] = name;
    }
    return phones;
}

static int distance(const struct phones *a, const struct phones *b)
{
    int row[N_PHONES_MAX + 1];

    for (int j = 0; j <= b->n; j++)
        row[j] = j;
    for (int i = 1; i <= a->n; i++) {
        int diagonal = row[0];

        row[0] = i;
        for (int j = 1; j <= b->n; j++) {
            int change = diagonal + (strcmp(a->names[i - 1], b->names[j - 1]) != 0);
            int least = row[j - 1] < row[j] ? row[j - 1] + 1 : row[j] + 1;

            diagonal = row[j];
            row[j] = change < least ? change : least;
        }
    }
    return row[b->n];
}

/* Everyday spelling only: what stands before "(2)", of four letters and more, no abbreviation. */
static bool is_word(const char *word)
{
    return strlen(word) >= 4 && !strpbrk(word, "()-'.0123456789 ");
}

/* Phones that differ, and the phones of the nearest of the dictionary's own; -1: not pronounced. */
static int compare(struct asr_pronounce *pronounce, struct tts_voice *voice, const char *word,
                   int *ret_n_phones)
{
    struct base_strbuf mapped, own;
    struct phones guess, truth;
    char ipa[512], *line, *rest;
    int best = -1;

    base_strbuf_init(&mapped);
    base_strbuf_init(&own);
    if (tts_voice_phonemes(voice, word, ipa, sizeof(ipa)) == 0 &&
        asr_pronounce_map(pronounce, ipa, &mapped) == 0 &&
        asr_pronounce_word(pronounce, word, &own) > 0) {
        guess = split(mapped.text);
        rest = own.text;
        while ((line = strsep(&rest, "\n")) && *line) {
            truth = split(line);
            if (best < 0 || distance(&guess, &truth) < best) {
                best = distance(&guess, &truth);
                *ret_n_phones = truth.n;
            }
        }
    }
    base_strbuf_finish(&mapped);
    base_strbuf_finish(&own);
    return best;
}

static void words_are_said_as_the_dictionary_says_them(void)
{
    struct tts_voice_settings settings = {"fr", 150, 50, 100};
    struct asr_pronounce *pronounce = NULL;
    struct tts_voice *voice = NULL;
    char root[PATH_MAX], folder[PATH_MAX], path[PATH_MAX], *text, *line, *rest;
    int n_lines = 0, n_words = 0, n_silent = 0, n_wrong = 0, n_phones = 0, n_exact = 0;
    size_t n;

    REQUIRE(base_paths_data(root, sizeof(root)) == 0);
    REQUIRE(base_file_join(root, "models/fr", folder, sizeof(folder)) == 0);
    REQUIRE(base_file_join(root, "intents/fr/phones.txt", path, sizeof(path)) == 0);
    REQUIRE(tts_voice_create(&settings, &voice) == 0);
    REQUIRE(asr_pronounce_open(folder, path, NULL, NULL, &pronounce) == 0);
    REQUIRE(base_file_join(folder, "dict.txt", path, sizeof(path)) == 0);
    REQUIRE(base_file_read(path, DICTIONARY_MAX, &text, &n) == 0);
    rest = text;
    while (n_words < N_WORDS && (line = strsep(&rest, "\n"))) {
        char *word = strsep(&line, " ");
        int of_word = 0, wrong;

        if (!is_word(word) || ++n_lines % STRIDE)
            continue;
        n_words++;
        wrong = compare(pronounce, voice, word, &of_word);
        n_silent += wrong < 0;
        n_exact += wrong == 0;
        n_wrong += wrong > 0 ? wrong : 0;
        n_phones += of_word;
    }
    printf(
        "%d words: %d exactly as the dictionary, %d not pronounced; phones that agree: %.1f %%\n",
        n_words, n_exact, n_silent, 100.0 * (n_phones - n_wrong) / n_phones);
    CHECK_INT(n_words, N_WORDS);
    CHECK(n_silent <= N_WORDS / 33);
    CHECK(100 * (n_phones - n_wrong) >= AGREEMENT_PERCENT_MIN * n_phones);
    free(text);
    asr_pronounce_close(pronounce);
    tts_voice_destroy(voice);
}

/* "neuf heures": beside the dictionary's own ways, and each way once. */
static void words_may_be_said_in_other_ways(void)
{
    struct asr_pronounce *pronounce = NULL;
    struct base_strbuf lines;
    char root[PATH_MAX], folder[PATH_MAX], path[PATH_MAX];

    base_strbuf_init(&lines);
    REQUIRE(base_paths_data(root, sizeof(root)) == 0);
    REQUIRE(base_file_join(root, "models/fr", folder, sizeof(folder)) == 0);
    REQUIRE(base_file_join(root, "intents/fr/phones.txt", path, sizeof(path)) == 0);
    REQUIRE(asr_pronounce_open(folder, path, NULL, NULL, &pronounce) == 0);
    CHECK_INT(asr_pronounce_word(pronounce, "neuf", &lines), 3);
    CHECK_STR(base_strbuf_text(&lines), "nn eu ff\nnn oe ff\nnn oe vv\n");
    base_strbuf_finish(&lines);
    asr_pronounce_close(pronounce);
}

CHECK_MAIN(words_are_said_as_the_dictionary_says_them, words_may_be_said_in_other_ways)
