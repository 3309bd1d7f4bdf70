/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"
#include "base/file.h"
#include "tests/check.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_line_in_the_file_is_json_and_names_the_request(void)
{
    char path[] = "/tmp/voisine-log-XXXXXX", *data;
    size_t n;

    REQUIRE(mkstemp(path) >= 0);
    REQUIRE(base_log_open(BASE_LOG_INFO, BASE_LOG_HUMAN, path) == 0);
    base_log(BASE_LOG_NOTICE, "outbox-kept", "1-2", "quote: \"%s\"\nsecond", "a\tb");
    log_debug("hidden", "below the level");
    base_log_close();
    REQUIRE(base_file_read(path, 4096, &data, &n) == 0);
    CHECK(strstr(data, "\"code\":\"outbox-kept\",\"request\":\"1-2\","
                       "\"message\":\"quote: \\\"a\\u0009b\\\" second\"}\n"));
    CHECK(!strstr(data, "hidden"));
    free(data);
    unlink(path);
}

static void the_file_stays_bounded(void)
{
    char path[] = "/tmp/voisine-log-XXXXXX", older[64];
    struct stat now, before;

    REQUIRE(mkstemp(path) >= 0);
    REQUIRE(base_log_open(BASE_LOG_INFO, BASE_LOG_JSON, path) == 0);
    REQUIRE(freopen("/dev/null", "w", stderr));
    for (int i = 0; i < 60000; i++)
        log_info("filler", "%080d", i);
    base_log_close();
    snprintf(older, sizeof(older), "%s.1", path);
    REQUIRE(stat(path, &now) == 0 && stat(older, &before) == 0);
    CHECK(now.st_size + before.st_size <= 4 * 1024 * 1024 + 1024);
    unlink(path);
    unlink(older);
}

CHECK_MAIN(a_line_in_the_file_is_json_and_names_the_request, the_file_stays_bounded)
