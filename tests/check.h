/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The little that our tests need of a framework: a condition that tells where it failed, and a main
 * that counts. A test file defines functions `static void name(void)` and ends with
 * CHECK_MAIN(name, name, ...).
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((unused)) static int check_failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                \
            check_failures++;                                                                      \
        }                                                                                          \
    } while (0)

#define CHECK_INT(got, wanted)                                                                     \
    do {                                                                                           \
        long long check_got = (long long)(got), check_wanted = (long long)(wanted);                \
        if (check_got != check_wanted) {                                                           \
            fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, check_got,  \
                    check_wanted);                                                                 \
            check_failures++;                                                                      \
        }                                                                                          \
    } while (0)

#define CHECK_STR(got, wanted)                                                                     \
    do {                                                                                           \
        const char *check_got = (got), *check_wanted = (wanted);                                   \
        if (!check_got || strcmp(check_got, check_wanted) != 0) {                                  \
            fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #got,         \
                    check_got ? check_got : "(null)", check_wanted ? check_wanted : "(null)");     \
            check_failures++;                                                                      \
        }                                                                                          \
    } while (0)

/* Stops the test program at once: for what the rest cannot do without. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: required: %s\n", __FILE__, __LINE__, #condition);              \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

#define CHECK_MAIN(...)                                                                            \
    int main(void)                                                                                 \
    {                                                                                              \
        static void (*const tests[])(void) = {__VA_ARGS__};                                        \
        for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)                              \
            tests[i]();                                                                            \
        if (check_failures)                                                                        \
            fprintf(stderr, "%d checks failed\n", check_failures);                                 \
        return check_failures ? 1 : 0;                                                             \
    }

#endif
