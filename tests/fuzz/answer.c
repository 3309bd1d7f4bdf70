/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the service answers: hostile until checked. Whatever comes, news have valid ids and
 * speakable names. */
#include "matching/answer.h"
#include "base/utf8.h"
#include "tests/check.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct matching_news news[MATCHING_NEWS_MAX];
    char cursor[MATCHING_CURSOR_SIZE];
    size_t n;
    char *body = malloc(size + 1);

    REQUIRE(body);
    memcpy(body, data, size);
    body[size] = '\0';
    (void)matching_answer_body(body, size, "5d1f0a52-6a3b-4c1e-9f0e-2b7a1c9d8e10");
    if (matching_answer_news(body, size, news, MATCHING_NEWS_MAX, &n, cursor) == 0) {
        REQUIRE(n <= MATCHING_NEWS_MAX);
        for (size_t i = 0; i < n; i++) {
            REQUIRE(matching_id_is_valid(news[i].id));
            REQUIRE(base_utf8_is_valid(news[i].first_name));
        }
    }
    free(body);
    return 0;
}
