/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/kinds.h"

#include "tests/check.h"

static const char *id_of(int n)
{
    static char id[64];

    snprintf(id, sizeof(id), "c5c1a3a4-98d5-4b7e-9f43-%012d", n);
    return id;
}

static void what_is_printed_is_read_again(void)
{
    struct kinds kinds = {0}, read;
    struct base_strbuf text;

    kinds_add(&kinds, id_of(1), "cat");
    kinds_add(&kinds, id_of(2), "");
    base_strbuf_init(&text);
    kinds_print(&kinds, &text);
    kinds_parse(base_strbuf_text(&text), &read);
    base_strbuf_finish(&text);
    REQUIRE(kinds_find(&read, id_of(1)) && kinds_find(&read, id_of(2)));
    CHECK_STR(kinds_find(&read, id_of(1)), "cat");
    CHECK_STR(kinds_find(&read, id_of(2)), "");
    CHECK(!kinds_find(&read, id_of(3)));
}

static void the_oldest_is_forgotten(void)
{
    struct kinds kinds = {0};

    for (int i = 0; i <= KINDS_MAX; i++)
        kinds_add(&kinds, id_of(i), "dog");
    CHECK(!kinds_find(&kinds, id_of(0)));
    CHECK(kinds_find(&kinds, id_of(1)));
    CHECK(kinds_find(&kinds, id_of(KINDS_MAX)));
}

static void broken_lines_are_left_out(void)
{
    struct kinds kinds;
    char text[512];

    snprintf(text, sizeof(text), "\n \nshort cat\n%s\n%s a-kind-that-is-much-too-long\n%s dog",
             id_of(3), id_of(3), id_of(3));
    kinds_parse(text, &kinds);
    CHECK_INT(kinds.n, 1);
    CHECK_STR(kinds_find(&kinds, id_of(3)), "dog");
}

CHECK_MAIN(what_is_printed_is_read_again, the_oldest_is_forgotten, broken_lines_are_left_out)
