/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every line of when.tsv: a sentence, a "now", and the moment that is meant. */
#include "intents/when.h"

#include "intents/language_private.h"
#include "tests/intents/french.h"

#include <stdio.h>
#include <stdlib.h>

#define CASES_LEAST 200

static struct intents_language *language;

static void check_line(char *line)
{
    const char *now_text = strsep(&line, "\t"), *text = strsep(&line, "\t");
    const char *wanted[3] = {strsep(&line, "\t"), strsep(&line, "\t"), strsep(&line, "\t")};
    struct base_datetime now;
    struct intents_words words;
    struct intents_when when;
    char date[16], time[8];

    REQUIRE(wanted[2] && base_datetime_parse(now_text, &now) == 0);
    intents_words_split(text, language->grammar.whole, &words);
    intents_when_find(&language->when, &words, now, &when);
    base_date_format(when.date, date);
    base_time_format(when.time, time);
    if (strcmp(date, wanted[0]) != 0 || strcmp(intents_part_name(when.part), wanted[1]) != 0 ||
        strcmp(time, wanted[2]) != 0) {
        fprintf(stderr, "\"%s\": [%s] [%s] [%s], not [%s] [%s] [%s]\n", text, date,
                intents_part_name(when.part), time, wanted[0], wanted[1], wanted[2]);
        check_failures++;
    }
}

static void table(void)
{
    FILE *f = fopen(WHEN_TSV, "r");
    char *line = NULL;
    size_t size = 0;
    int n_cases = 0;

    REQUIRE(f != NULL);
    language = load_french();
    while (getline(&line, &size, f) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] < '0' || line[0] > '9')
            continue;
        check_line(line);
        n_cases++;
    }
    CHECK(n_cases >= CASES_LEAST);
    intents_language_destroy(language);
    free(line);
    fclose(f);
}

CHECK_MAIN(table)
