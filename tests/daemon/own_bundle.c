/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A speaker that understands nothing makes the bundle that it lacks, however often that fails: a
 * shell script plays `voisine bundle`. */
#include "daemon/own_bundle.h"

#include "base/file.h"
#include "tests/check.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], program[PATH_MAX];
static struct config_options *config;
static struct base_loop *loop;

/* `fails` is what it does the first time; the second time it makes the bundle. */
static void begin(const char *fails)
{
    char script[1024];

    strcpy(folder, "/tmp/voisine-XXXXXX");
    REQUIRE(mkdtemp(folder));
    REQUIRE(base_file_join(folder, "maker", program, sizeof(program)) == 0);
    snprintf(script, sizeof(script),
             "#!/bin/sh\n"
             "mkdir %s/tried 2>/dev/null && { %s; }\n"
             "while [ $# -gt 0 ]; do\n"
             "  case $1 in --made-of) made=$2 ;; -o) out=$2 ;; esac\n"
             "  shift\n"
             "done\n"
             "mkdir -p $out && printf %%s $made >$out/made-of\n",
             folder, fails);
    REQUIRE(base_file_replace(program, script, strlen(script), 0700) == 0);
    REQUIRE(config_options_create(&config) == 0);
    REQUIRE(config_options_set(config, CONFIG_STATE_FOLDER, folder, NULL) == 0);
    REQUIRE(base_loop_create(&loop) == 0);
}

static void end(void)
{
    char command[128];

    base_loop_destroy(loop);
    config_options_destroy(config);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    CHECK_INT(system(command), 0);
}

static void on_ready(void *user)
{
    *(bool *)user = true;
    base_loop_stop(loop);
}

static struct own_bundle *create(bool *is_ready, int longest_ms)
{
    struct own_bundle_options options = {.loop = loop,
                                         .config = config,
                                         .on_ready = on_ready,
                                         .user = is_ready,
                                         .program = program,
                                         .again_ms = 1,
                                         .longest_ms = longest_ms};
    struct own_bundle *own;

    REQUIRE(own_bundle_create(&options, &own) == 0);
    return own;
}

static void mended_the_second_time(const char *fails, int longest_ms)
{
    bool is_ready = false;
    struct own_bundle *own;

    begin(fails);
    own = create(&is_ready, longest_ms);
    own_bundle_mend(own);
    own_bundle_start(own);
    REQUIRE(base_loop_run(loop) == 0);
    CHECK(is_ready);
    CHECK(own_bundle_folder(own) != NULL);
    own_bundle_destroy(own);
    end();
}

static void one_that_fails_is_tried_again(void)
{
    mended_the_second_time("exit 1", 0);
}

static void one_that_never_ends_is_ended(void)
{
    mended_the_second_time("exec sleep 100000", 2000);
}

/* What was made and cannot be opened would be made the same again, for ever and at once. */
static void one_that_was_refused_is_made_after_a_while(void)
{
    bool is_ready = false;
    struct own_bundle *own;

    begin("true");
    own = create(&is_ready, 0);
    own_bundle_mend(own);
    own_bundle_start(own);
    REQUIRE(base_loop_run(loop) == 0);
    own_bundle_refuse(own, "a test");
    CHECK(own_bundle_folder(own) == NULL);
    is_ready = false;
    own_bundle_start(own);
    REQUIRE(base_loop_run(loop) == 0);
    CHECK(is_ready);
    own_bundle_destroy(own);
    end();
}

CHECK_MAIN(one_that_fails_is_tried_again, one_that_never_ends_is_ended,
           one_that_was_refused_is_made_after_a_while)
