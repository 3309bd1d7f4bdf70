/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"
#include "tests/check.h"

#include <errno.h>

static void french_capitals_become_small(void)
{
    char text[64];

    CHECK_INT(base_utf8_lowercase("L’ÉLÈVE, ŒUFS À NOËL", text, sizeof(text)), 0);
    CHECK_STR(text, "l'élève, œufs à noël");
}

static void a_missing_ligature_is_written(void)
{
    char eggs[] = "oeufs", heart[] = "coeur", eye[] = "oeil", pan[] = "poele", stem[] = "moelle";

    base_utf8_ligate(eggs);
    base_utf8_ligate(heart);
    base_utf8_ligate(eye);
    base_utf8_ligate(pan);
    base_utf8_ligate(stem);
    CHECK_STR(eggs, "œufs");
    CHECK_STR(heart, "cœur");
    CHECK_STR(eye, "œil");
    CHECK_STR(pan, "poele");
    CHECK_STR(stem, "moelle");
}

static void folding_takes_accents_off(void)
{
    char text[64];

    CHECK_INT(base_utf8_fold("Ça, des ŒUFS où l'été naît", text, sizeof(text)), 0);
    CHECK_STR(text, "ca, des oeufs ou l'ete nait");
}

static void broken_bytes_are_seen(void)
{
    CHECK(base_utf8_is_valid("été"));
    CHECK(!base_utf8_is_valid("\xC3"));
    CHECK(!base_utf8_is_valid("\xC0\xAF"));
    CHECK(!base_utf8_is_valid("\xED\xA0\x80"));
    CHECK(!base_utf8_is_valid("a\xFF"));
}

static void a_small_buffer_is_told_and_not_overrun(void)
{
    char text[4];

    CHECK_INT(base_utf8_lowercase("éàè", text, sizeof(text)), -ENOBUFS);
    CHECK_STR(text, "é");
}

CHECK_MAIN(french_capitals_become_small, folding_takes_accents_off, a_missing_ligature_is_written,
           broken_bytes_are_seen, a_small_buffer_is_told_and_not_overrun)
