/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R12: full jitter, and what a service asks for. */
#include "matching/retry.h"

#include "tests/check.h"

#define N_DRAWS 100000

/* Full jitter: even from 0 to the limit. Ten equal parts get about a tenth each. */
static void delays_are_spread_evenly(void)
{
    static const struct {
        unsigned n_failures;
        int64_t limit_ms;
    } table[] = {{0, 2000},   {1, 4000},    {2, 8000},     {5, 64000},
                 {9, 900000}, {40, 900000}, {4000, 900000}};
    struct base_rng rng;

    base_rng_seed(&rng, 1);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int parts[10] = {0};

        for (int draw = 0; draw < N_DRAWS; draw++) {
            int64_t ms = matching_retry_delay_ms(&rng, MATCHING_RETRY_BASE_MS,
                                                 MATCHING_RETRY_CAP_MS, table[i].n_failures);

            REQUIRE(ms >= 0 && ms <= table[i].limit_ms);
            parts[ms * 10 / (table[i].limit_ms + 1)]++;
        }
        for (int part = 0; part < 10; part++)
            CHECK(parts[part] > N_DRAWS / 10 * 9 / 10 && parts[part] < N_DRAWS / 10 * 11 / 10);
    }
}

static void what_the_service_asks_for_is_clamped_and_spread(void)
{
    struct base_rng rng;
    int64_t least = INT64_MAX, most = 0;

    base_rng_seed(&rng, 2);
    for (int draw = 0; draw < N_DRAWS; draw++) {
        int64_t ms = matching_retry_after_ms(&rng, 60);

        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    CHECK(least >= 60000 && least < 61000);
    CHECK(most <= 120000 && most > 119000);
    CHECK(matching_retry_after_ms(&rng, 0) >= 1000);
    CHECK(matching_retry_after_ms(&rng, 0) <= 2000);
    CHECK(matching_retry_after_ms(&rng, 999999999) >= 3600000);
    CHECK(matching_retry_after_ms(&rng, 999999999) <= 7200000);
}

static void retry_after_is_read_in_both_forms(void)
{
    const char *date = "Sun, 06 Nov 1994 08:49:37 GMT";

    CHECK_INT(matching_retry_after_parse("120", NULL), 120);
    CHECK_INT(matching_retry_after_parse("0", NULL), 0);
    CHECK_INT(matching_retry_after_parse("7 ", NULL), 7);
    CHECK_INT(matching_retry_after_parse("99999999999999999999", NULL), 999999999);
    CHECK_INT(matching_retry_after_parse("Sun, 06 Nov 1994 08:51:37 GMT", date), 120);
    CHECK_INT(matching_retry_after_parse("Sun, 06 Nov 1994 07:00:00 GMT", date), 0);
    CHECK_INT(matching_retry_after_parse("Sun, 06 Nov 1994 08:51:37 GMT", NULL), -1);
    CHECK_INT(matching_retry_after_parse("Sun, 06 Nov 1994 08:51:37 GMT", "yesterday"), -1);
    CHECK_INT(matching_retry_after_parse("", date), -1);
    CHECK_INT(matching_retry_after_parse("-5", date), -1);
    CHECK_INT(matching_retry_after_parse("12 monkeys", date), -1);
    CHECK_INT(matching_retry_after_parse("Sun, 31 Feb 1994 08:51:37 GMT", date), -1);
    CHECK_INT(matching_retry_after_parse("Sun, 06 anF 1994 08:51:37 GMT", date), -1);
}

/* Each part of a date that cannot be makes the whole unreadable. */
static void a_date_that_cannot_be_is_none(void)
{
    static const char *const wrong[] = {
        "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 06 No 1994 08:49:37 GMT",
        "Sun, 06 nFe 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 -1:49:37 GMT",
        "Sun, 06 Nov 1994 08:-1:37 GMT",
        "Sun, 06 Nov 1994 08:49:-1 GMT",
        "Sun, 06 Nov",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK_INT(matching_retry_after_parse(wrong[i], "Sun, 06 Nov 1994 08:00:00 GMT"), -1);
        CHECK_INT(matching_retry_after_parse("Sun, 06 Nov 1994 08:00:00 GMT", wrong[i]), -1);
    }
    CHECK_INT(matching_retry_after_parse("Sun, 06 Nov 1994 08:49:60 GMT", /* a leap second */
                                         "Sun, 06 Nov 1994 08:49:00 GMT"),
              60);
}

static void no_wait_is_no_wait(void)
{
    struct base_rng rng;

    base_rng_seed(&rng, 3);
    CHECK_INT(matching_retry_splay_ms(&rng, 0), 0);
    CHECK_INT(matching_retry_splay_ms(&rng, -5), 0);
    for (int i = 0; i < 100; i++) /* a cap below the base holds as well */
        CHECK(matching_retry_delay_ms(&rng, 2000, 100, 3) <= 100);
}

CHECK_MAIN(delays_are_spread_evenly, what_the_service_asks_for_is_clamped_and_spread,
           retry_after_is_read_in_both_forms, a_date_that_cannot_be_is_none, no_wait_is_no_wait)
