/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file with anything in it: taken whole or refused with a finding, never half. */
#include "config/options.h"
#include "tests/check.h"
#include "tests/fuzz/target.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_options *options;
    struct config_problems *problems;
    char path[64];
    int fd = memfd_create("config", MFD_CLOEXEC), r;

    REQUIRE(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    REQUIRE(config_options_create(&options) == 0 && config_problems_create(&problems) == 0);
    r = config_options_load(options, path, problems);
    if (r != 0) {
        REQUIRE(config_problems_count(problems) > 0);
        REQUIRE(config_options_number(options, CONFIG_VOICE_RATE_WPM) == 150);
    } else {
        int rate = config_options_number(options, CONFIG_VOICE_RATE_WPM);

        REQUIRE(rate >= 80 && rate <= 260);
    }
    config_problems_destroy(problems);
    config_options_destroy(options);
    close(fd);
    return 0;
}
