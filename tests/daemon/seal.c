/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/seal.h"
#include "base/file.h"
#include "tests/check.h"

#include <limits.h>
#include <unistd.h>

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[PATH_MAX];

    REQUIRE(base_file_join(folder, name, path, sizeof(path)) == 0);
    REQUIRE(base_file_replace(path, text, strlen(text), 0600) == 0);
}

static void remove_file(const char *name)
{
    char path[PATH_MAX];

    REQUIRE(base_file_join(folder, name, path, sizeof(path)) == 0);
    (void)unlink(path);
}

static void begin(void)
{
    snprintf(folder, sizeof(folder), "/tmp/voisine-seal-XXXXXX");
    REQUIRE(mkdtemp(folder));
    write_file("words.dict", "demain d m in\nmatin m a t in\n");
    write_file("request.lm", "ngram");
}

static void end(void)
{
    remove_file("words.dict");
    remove_file("request.lm");
    remove_file("seal");
    rmdir(folder);
}

/* name: of the file that is told; "" none. */
static void expect(int result, const char *name)
{
    struct base_strbuf told;

    base_strbuf_init(&told);
    CHECK_INT(seal_check(folder, &told), result);
    CHECK_STR(base_strbuf_text(&told), name);
    base_strbuf_finish(&told);
}

static void what_was_never_sealed_counts_as_whole(void)
{
    begin();
    expect(0, "");
    end();
}

static void what_changed_is_named(void)
{
    begin();
    REQUIRE(seal_put(folder, NULL, 0) == 0);
    expect(0, "");
    write_file("words.dict", "demain d m in\n"); /* cut short, and still a dictionary */
    expect(SEAL_BROKEN, "words.dict");
    write_file("words.dict", "demain d m in\nmatin m a t in\n");
    expect(0, "");
    write_file("request.lm", "nghram");
    expect(SEAL_BROKEN, "request.lm");
    remove_file("request.lm");
    expect(SEAL_BROKEN, "request.lm");
    end();
}

static void a_seal_that_is_damaged_itself_is_named(void)
{
    begin();
    REQUIRE(seal_put(folder, NULL, 0) == 0);
    write_file("seal", "no seal of ours");
    expect(SEAL_BROKEN, "seal");
    end();
}

static void what_comes_later_is_no_fault(void)
{
    begin();
    REQUIRE(seal_put(folder, NULL, 0) == 0);
    write_file("later", "");
    expect(0, "");
    remove_file("later");
    end();
}

/* A network that is gone: the bundle beside it is whole, and says what belongs to it. */
static void a_part_that_lies_elsewhere_is_named(void)
{
    char other[] = "/tmp/voisine-seal-part-XXXXXX", path[PATH_MAX];
    const struct seal_part parts[] = {{"asr", other}, {"model", "/nonexistent"}};
    struct base_strbuf told;

    begin();
    base_strbuf_init(&told);
    REQUIRE(mkdtemp(other) && base_file_join(other, "denoiser.bin", path, sizeof(path)) == 0);
    REQUIRE(base_file_replace(path, "weights", 7, 0600) == 0);
    REQUIRE(seal_put(folder, parts, 2) == 0);
    CHECK_INT(seal_check_part(folder, &parts[0], &told), 0);
    CHECK_INT(seal_check_part(folder, &parts[1], &told), 0);
    REQUIRE(base_file_replace(path, "weighed", 7, 0600) == 0);
    CHECK_INT(seal_check_part(folder, &parts[0], &told), SEAL_BROKEN);
    REQUIRE(unlink(path) == 0);
    CHECK_INT(seal_check_part(folder, &parts[0], &told), SEAL_BROKEN);
    CHECK_STR(base_strbuf_text(&told), "asr/denoiser.binasr/denoiser.bin");
    expect(0, ""); /* the folder's own */
    base_strbuf_finish(&told);
    rmdir(other);
    end();
}

CHECK_MAIN(what_was_never_sealed_counts_as_whole, what_changed_is_named,
           a_seal_that_is_damaged_itself_is_named, what_comes_later_is_no_fault,
           a_part_that_lies_elsewhere_is_named)
