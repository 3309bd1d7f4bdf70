/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/keepsake.h"

#include "base/file.h"
#include "base/log.h"
#include "tests/check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[64];
static struct keepsake keepsake;

static const char *in(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", top, name);
    return path;
}

static void put(const char *name)
{
    REQUIRE(base_file_replace(in(name), "canary", 6, 0600) == 0);
}

static bool is_there(const char *name)
{
    return access(in(name), F_OK) == 0;
}

static void begin(void)
{
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    strcpy(top, "/tmp/voisine-keepsake-XXXXXX");
    REQUIRE(mkdtemp(top) != NULL);
    REQUIRE(mkdir(in("state"), 0700) == 0);
    REQUIRE(mkdir(in("state/voice"), 0700) == 0);
    keepsake_init(&keepsake, in("state"));
}

static void end(void)
{
    const char *const names[] = {"state/voice", "state", "token"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)remove(in(names[i]));
    CHECK_INT(rmdir(top), 0);
    base_log_close();
}

static void a_mark_stands_until_it_is_taken_away(void)
{
    begin();
    CHECK(!keepsake_is_marked(&keepsake, KEEPSAKE_MUTED));
    CHECK_INT(keepsake_mark(&keepsake, KEEPSAKE_MUTED, true), 0);
    CHECK(keepsake_is_marked(&keepsake, KEEPSAKE_MUTED));
    CHECK(!keepsake_is_marked(&keepsake, KEEPSAKE_ERASE));
    CHECK_INT(keepsake_mark(&keepsake, KEEPSAKE_MUTED, false), 0);
    CHECK_INT(keepsake_mark(&keepsake, KEEPSAKE_MUTED, false), 0);
    CHECK(!keepsake_is_marked(&keepsake, KEEPSAKE_MUTED));
    end();
}

static void habits_come_back(void)
{
    struct habits habits = {.pause_ms = 700};

    begin();
    CHECK_INT(keepsake_load_habits(&keepsake).pause_ms, 0);
    keepsake_save_habits(&keepsake, &habits);
    CHECK_INT(keepsake_load_habits(&keepsake).pause_ms, 700);
    CHECK_INT(unlink(in("state/habits")), 0);
    end();
}

static void erasing_leaves_nothing_and_takes_the_mark_last(void)
{
    const char *others[] = {NULL, "", NULL};
    char token[128];
    size_t n_left = 9;

    begin();
    put("state/outbox.db");
    put("state/voice.json");
    put("state/voice/learnt");
    put("token");
    snprintf(token, sizeof(token), "%s", in("token"));
    others[2] = token;
    CHECK_INT(keepsake_mark(&keepsake, KEEPSAKE_ERASE, true), 0);
    CHECK_INT(keepsake_erase_all(&keepsake, others, 3, &n_left), 0);
    CHECK_INT(n_left, 0);
    CHECK(!is_there("state/outbox.db"));
    CHECK(!is_there("state/voice.json"));
    CHECK(!is_there("state/voice"));
    CHECK(!is_there("token"));
    CHECK(!keepsake_is_marked(&keepsake, KEEPSAKE_ERASE));
    end();
}

/* A folder in the place of a file cannot be unlinked: whoever runs the test, root too. */
static void what_cannot_be_erased_keeps_the_mark(void)
{
    const char *others[1];
    size_t n_left = 0;

    begin();
    put("state/outbox.db");
    put("state/voice/a");
    others[0] = top;
    CHECK_INT(keepsake_mark(&keepsake, KEEPSAKE_ERASE, true), 0);
    base_log_close();
    CHECK(keepsake_erase_all(&keepsake, others, 1, &n_left) < 0);
    CHECK(keepsake_is_marked(&keepsake, KEEPSAKE_ERASE));
    CHECK(!is_there("state/outbox.db"));
    CHECK_INT(keepsake_erase_all(&keepsake, NULL, 0, &n_left), 0);
    CHECK(!keepsake_is_marked(&keepsake, KEEPSAKE_ERASE));
    end();
}

CHECK_MAIN(a_mark_stands_until_it_is_taken_away, habits_come_back,
           erasing_leaves_nothing_and_takes_the_mark_last, what_cannot_be_erased_keeps_the_mark)
