/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a fuzz target over its seeds as a plain test: replay FOLDER [STRIDE]. With the build option
 * `fuzz` the same targets are linked with libFuzzer instead: build/tests/fuzz/fuzz-answer
 * tests/fuzz/seeds/answer.
 */
#include "base/file.h"
#include "tests/check.h"
#include "tests/fuzz/target.h"

#include <dirent.h>
#include <limits.h>

/* Each seed as it is, cut at each length, and with each byte turned (or each stride-th): what a
 * wire or a disk would do. */
static void try_variants(const uint8_t *data, size_t n, size_t stride)
{
    uint8_t *copy = malloc(n + 1);

    REQUIRE(copy);
    LLVMFuzzerTestOneInput(data, n);
    for (size_t i = 0; i <= n; i += stride)
        LLVMFuzzerTestOneInput(data, i);
    for (size_t i = 0; i < n; i += stride) {
        memcpy(copy, data, n);
        copy[i] ^= (uint8_t)(1u << (i % 8));
        LLVMFuzzerTestOneInput(copy, n);
    }
    free(copy);
}

int main(int argc, char **argv)
{
    DIR *folder = argc >= 2 ? opendir(argv[1]) : NULL;
    struct dirent *entry;
    size_t stride = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    int n_seeds = 0;

    REQUIRE(folder && stride > 0);
    while ((entry = readdir(folder))) {
        char path[PATH_MAX], *data;
        size_t n;

        if (entry->d_name[0] == '.')
            continue;
        REQUIRE(base_file_join(argv[1], entry->d_name, path, sizeof(path)) == 0);
        REQUIRE(base_file_read(path, 1 << 20, &data, &n) == 0);
        try_variants((const uint8_t *)data, n, stride);
        free(data);
        n_seeds++;
    }
    closedir(folder);
    CHECK(n_seeds > 0);
    return check_failures ? 1 : 0;
}
