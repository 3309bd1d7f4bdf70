/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/words.h"
#include "tests/check.h"

static void words_are_as_far_apart_as_the_slips_between_them(void)
{
    CHECK_INT(config_words_distance("volume", "volume"), 0);
    CHECK_INT(config_words_distance("volume", "volme"), 1);
    CHECK_INT(config_words_distance("volume", "voluem"), 1);
    CHECK_INT(config_words_distance("volume", "volumes"), 1);
    CHECK_INT(config_words_distance("volume", "valome"), 2);
    CHECK_INT(config_words_distance("", "abc"), 3);
}

static void a_list_is_sorted_and_holds_each_word_once(void)
{
    struct config_words words = {0};
    char *joined;

    config_words_add(&words, "poire", 5);
    config_words_add(&words, "figue", 5);
    config_words_add(&words, "poires", 5);
    config_words_sort(&words);
    joined = config_words_join(&words, ", ");
    CHECK_STR(joined, "figue, poire");
    free(joined);
    config_words_finish(&words);
}

CHECK_MAIN(words_are_as_far_apart_as_the_slips_between_them,
           a_list_is_sorted_and_holds_each_word_once)
