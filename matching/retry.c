/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/retry.h"

#include "base/date.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t draw_up_to(struct base_rng *rng, int64_t limit_ms)
{
    return limit_ms > 0 ? (int64_t)(base_rng_unit(rng) * (double)(limit_ms + 1)) : 0;
}

int64_t matching_retry_delay_ms(struct base_rng *rng, int64_t base_ms, int64_t cap_ms,
                                unsigned n_failures)
{
    int64_t limit_ms = base_ms;

    for (unsigned i = 0; i < n_failures && limit_ms < cap_ms; i++)
        limit_ms *= 2;
    return draw_up_to(rng, limit_ms < cap_ms ? limit_ms : cap_ms);
}

int64_t matching_retry_after_ms(struct base_rng *rng, int64_t retry_after_s)
{
    if (retry_after_s < 1)
        retry_after_s = 1;
    if (retry_after_s > MATCHING_RETRY_AFTER_MAX)
        retry_after_s = MATCHING_RETRY_AFTER_MAX;
    return retry_after_s * 1000 + draw_up_to(rng, retry_after_s * 1000);
}

int64_t matching_retry_splay_ms(struct base_rng *rng, int64_t splay_ms)
{
    return draw_up_to(rng, splay_ms);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110's IMF-fixdate; the two obsolete forms are not read). */
static bool read_http_date(const char *text, int64_t *ret_s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char month[4] = "";
    int day, year, hour, minute, second;
    const char *at;

    if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT", &day, month, &year, &hour,
               &minute, &second) != 6 ||
        strlen(month) != 3 || !(at = strstr(months, month)) || (at - months) % 3 != 0)
        return false;
    if (!base_date_is_valid(year, (int)(at - months) / 3 + 1, day) || hour > 23 || minute > 59 ||
        second > 60 || hour < 0 || minute < 0 || second < 0)
        return false;
    *ret_s = base_date_to_days((struct base_date){year, (int)(at - months) / 3 + 1, day}) * 86400 +
             hour * 3600 + minute * 60 + second;
    return true;
}

int64_t matching_retry_after_parse(const char *value, const char *date)
{
    int64_t until_s, now_s;
    size_t n_digits = strspn(value, "0123456789");

    if (n_digits > 0) {
        if (value[n_digits + strspn(value + n_digits, " \t\r\n")] != '\0')
            return -1;
        return n_digits > 9 ? 999999999 : strtoll(value, NULL, 10);
    }
    if (!date || !read_http_date(value, &until_s) || !read_http_date(date, &now_s))
        return -1;
    return until_s > now_s ? until_s - now_s : 0;
}
