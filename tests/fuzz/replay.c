/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a fuzz target over its seeds as a plain test: replay FOLDER [STRIDE [CORPUS]]; what fuzzing
 * found worth keeping (CORPUS, tools/fuzz --keep) is tried as it is. With the build option
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

/* stride 0: as they are. Returns: how many there were. */
static int try_folder(const char *name, size_t stride)
{
    DIR *folder = opendir(name);
    struct dirent *entry;
    int n_inputs = 0;

    REQUIRE(folder);
    while ((entry = readdir(folder))) {
        char path[PATH_MAX], *data;
        size_t n;

        if (entry->d_name[0] == '.')
            continue;
        REQUIRE(base_file_join(name, entry->d_name, path, sizeof(path)) == 0);
        REQUIRE(base_file_read(path, 1 << 20, &data, &n) == 0);
        if (stride > 0)
            try_variants((const uint8_t *)data, n, stride);
        else
            LLVMFuzzerTestOneInput((const uint8_t *)data, n);
        free(data);
        n_inputs++;
    }
    closedir(folder);
    return n_inputs;
}

int main(int argc, char **argv)
{
    size_t stride = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;

    REQUIRE(argc >= 2 && stride > 0);
    CHECK(try_folder(argv[1], stride) > 0);
    if (argc > 3)
        CHECK(try_folder(argv[3], 0) > 0);
    return check_failures ? 1 : 0;
}
