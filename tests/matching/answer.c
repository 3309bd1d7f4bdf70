/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a hostile or broken service may answer. */
#include "matching/answer.h"

#include "base/rng.h"
#include "tests/check.h"

#include <errno.h>

#define ID "1b4e28ba-2fa1-41d2-883f-0016d3cca427"

static enum matching_body body_of(const char *text)
{
    return matching_answer_body(text, strlen(text), ID);
}

static void only_the_id_itself_is_an_echo(void)
{
    CHECK_INT(body_of("{\"id\":\"" ID "\"}"), MATCHING_BODY_ECHO);
    CHECK_INT(body_of("{\"id\":\"1B4E28BA-2fa1-41d2-883f-0016d3cca427\"}"), MATCHING_BODY_OBJECT);
    CHECK_INT(body_of("{\"id\":17}"), MATCHING_BODY_OBJECT);
    CHECK_INT(body_of("{}"), MATCHING_BODY_OBJECT);
    CHECK_INT(body_of("{\"type\":\"urn:voisine:problem:device-revoked\"}"), MATCHING_BODY_REVOKED);
    CHECK_INT(body_of("{\"type\":\"urn:voisine:problem:other\"}"), MATCHING_BODY_OBJECT);
    CHECK_INT(body_of("[\"" ID "\"]"), MATCHING_BODY_OTHER);
    CHECK_INT(body_of("\"" ID "\""), MATCHING_BODY_OTHER);
    CHECK_INT(body_of("{\"id\":\"" ID "\""), MATCHING_BODY_OTHER);
    CHECK_INT(body_of("{\"id\":\"" ID "\"} x"), MATCHING_BODY_OTHER);
    CHECK_INT(body_of("{\"id\":\"x\",\"id\":\"" ID "\"}"), MATCHING_BODY_OTHER);
    CHECK_INT(body_of("<html>" ID "</html>"), MATCHING_BODY_OTHER);
    CHECK_INT(body_of(""), MATCHING_BODY_OTHER);
    CHECK_INT(matching_answer_body(NULL, 0, ID), MATCHING_BODY_OTHER);
}

static int read_news(const char *text, struct matching_news *ret_news, size_t *ret_n)
{
    char cursor[MATCHING_CURSOR_SIZE];

    return matching_answer_news(text, strlen(text), ret_news, MATCHING_NEWS_MAX, ret_n, cursor);
}

static void news_are_read(void)
{
    static struct matching_news news[MATCHING_NEWS_MAX];
    size_t n;

    REQUIRE(read_news("{\"cursor\":\"9\",\"news\":[{\"id\":\"" ID "\",\"status\":\"matched\","
                      "\"service\":\"groceries\",\"first_name\":\"Anne-Hélène\","
                      "\"when\":{\"date\":\"2026-06-16\",\"part\":null,\"time\":\"10:00\"}}]}",
                      news, &n) == 0);
    CHECK_INT(n, 1);
    CHECK_STR(news[0].first_name, "Anne-Hélène");
    CHECK_STR(news[0].service, "groceries");
    CHECK_STR(news[0].when.date, "2026-06-16");
    CHECK_STR(news[0].when.time, "10:00");
}

/* R26: what cannot be said is left out; the news itself is not lost. */
static void a_hostile_name_is_left_out(void)
{
    static const char *const names[] = {
        "\"<script>alert(1)</script>\"",
        "\"Marie\\u0000x\"",
        "\"Marie\\n\"",
        "\"[[x]]\"",
        "\"Marie; rm -rf /\"",
        "\"\\u202eeiraM\"",
        "17",
        "null",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
    };
    static struct matching_news news[MATCHING_NEWS_MAX];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char text[512];
        size_t n;

        snprintf(text, sizeof(text),
                 "{\"cursor\":\"1\",\"news\":[{\"id\":\"" ID "\",\"status\":\"matched\","
                 "\"first_name\":%s,\"when\":{\"date\":\"2026-02-31\",\"time\":\"25:00\"}}]}",
                 names[i]);
        if (read_news(text, news, &n) != 0)
            continue; /* a NUL inside is no JSON to the reader at all */
        CHECK_INT(n, 1);
        CHECK_STR(news[0].first_name, "");
        CHECK_STR(news[0].when.date, "");
        CHECK_STR(news[0].when.time, "");
    }
}

static void what_is_no_news_is_refused(void)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"news\":[]}",
        "{\"cursor\":1,\"news\":[]}",
        "{\"cursor\":\"a&b\",\"news\":[]}",
        "{\"cursor\":\"a b\",\"news\":[]}",
        "{\"cursor\":\"1\",\"news\":{}}",
        "{\"cursor\":\"1\",\"news\":[]",
    };
    static struct matching_news news[MATCHING_NEWS_MAX];
    size_t n;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        CHECK_INT(read_news(texts[i], news, &n), -EBADMSG);
    CHECK_INT(read_news("{\"cursor\":\"1\",\"news\":[1,null,{},{\"id\":\"x\"}]}", news, &n), 0);
    CHECK_INT(n, 0);
}

/* Any bytes at all: no crash, no read beyond (the sanitizers watch). */
static void random_bytes_do_no_harm(void)
{
    static const char seed[] = "{\"cursor\":\"9\",\"news\":[{\"id\":\"" ID
                               "\",\"status\":\"matched\",\"first_name\":\"Marie\","
                               "\"when\":{\"date\":\"2026-06-16\",\"time\":\"10:00\"}}]}";
    static struct matching_news news[MATCHING_NEWS_MAX];
    char text[sizeof(seed)], cursor[MATCHING_CURSOR_SIZE];
    struct base_rng rng;
    unsigned n_read = 0;

    base_rng_seed(&rng, 11);
    for (int round = 0; round < 20000; round++) {
        size_t n = base_rng_below(&rng, sizeof(seed)), n_news;

        memcpy(text, seed, sizeof(seed));
        for (unsigned i = base_rng_below(&rng, 4); i > 0; i--)
            text[base_rng_below(&rng, sizeof(seed) - 1)] = (char)base_rng_below(&rng, 256);
        if (round % 2)
            n = sizeof(seed) - 1;
        n_read += matching_answer_news(text, n, news, MATCHING_NEWS_MAX, &n_news, cursor) == 0;
        (void)matching_answer_body(text, n, ID);
    }
    CHECK(n_read > 100);
}

CHECK_MAIN(only_the_id_itself_is_an_echo, news_are_read, a_hostile_name_is_left_out,
           what_is_no_news_is_refused, random_bytes_do_no_harm)
