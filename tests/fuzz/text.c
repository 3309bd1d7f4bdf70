/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for the voice (R26) and for a JSON line: what is called safe is short, valid and plain. */
#include "base/strbuf.h"
#include "base/utf8.h"
#include "tests/check.h"
#include "tests/fuzz/target.h"
#include "tts/voice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_strbuf json;
    char *text = malloc(size + 1), folded[256];

    REQUIRE(text);
    memcpy(text, data, size);
    text[size] = '\0';
    if (tts_text_is_safe(text)) {
        REQUIRE(base_utf8_is_valid(text));
        /* "&" is said as "et", and no entity is read: the voice is never told that it is markup. */
        REQUIRE(!strpbrk(text, "<>[]{}|\\"));
        REQUIRE(strlen(text) <= 4 * TTS_TEXT_MAX);
    }
    (void)base_utf8_fold(text, folded, sizeof(folded));
    base_strbuf_init(&json);
    base_strbuf_add_json(&json, text);
    REQUIRE(base_utf8_is_valid(base_strbuf_text(&json)));
    base_strbuf_finish(&json);
    free(text);
    return 0;
}
