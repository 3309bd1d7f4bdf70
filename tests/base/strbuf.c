/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/strbuf.h"
#include "tests/check.h"

#include <errno.h>

/* "Répétez" would find nothing for good after a moment without memory. */
static void a_cleared_one_forgets_what_failed(void)
{
    struct base_strbuf buf;

    base_strbuf_init(&buf);
    base_strbuf_add(&buf, "one");
    buf.error = -ENOMEM;
    base_strbuf_add(&buf, "two");
    CHECK_STR(base_strbuf_text(&buf), "one");
    base_strbuf_clear(&buf);
    CHECK_INT(buf.error, 0);
    CHECK_STR(base_strbuf_text(&buf), "");
    base_strbuf_add(&buf, "three");
    CHECK_STR(base_strbuf_text(&buf), "three");
    base_strbuf_finish(&buf);
}

CHECK_MAIN(a_cleared_one_forgets_what_failed)
