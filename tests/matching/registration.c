/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/registration.h"

#include "matching/sha256.h"
#include "tests/check.h"

#include <errno.h>

static void the_hash_is_that_of_the_standard(void)
{
    /* FIPS 180-4's examples, and the lengths around a block's end (from coreutils' sha256sum). */
    static const struct {
        const char *letter;
        size_t n;
        const char *hex;
    } repeated[] = {
        {"a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {"a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {"a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {"a", 1000, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"},
    };
    char hex[MATCHING_SHA256_HEX_SIZE], text[1000];

    matching_sha256_hex("", 0, hex);
    CHECK_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    matching_sha256_hex("abc", 3, hex);
    CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    for (size_t i = 0; i < sizeof(repeated) / sizeof(repeated[0]); i++) {
        memset(text, *repeated[i].letter, repeated[i].n);
        matching_sha256_hex(text, repeated[i].n, hex);
        CHECK_STR(hex, repeated[i].hex);
    }
}

static void a_code_is_read_as_people_type_it(void)
{
    static const char *const wrong[] = {"", "K7QM4", "K7QM/4XTP", "K7QM-4XTP\xc3\xa9", "  -  "};
    char code[MATCHING_NAME_SIZE];

    CHECK_INT(matching_registration_read_code("K7QM-4XTP", code), 0);
    CHECK_STR(code, "K7QM4XTP");
    CHECK_INT(matching_registration_read_code(" k7qm 4xtp\n", code), 0);
    CHECK_STR(code, "K7QM4XTP");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CHECK_INT(matching_registration_read_code(wrong[i], code), -EINVAL);
    CHECK_INT(matching_registration_read_code(
                  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", code),
              -EINVAL);
}

CHECK_MAIN(the_hash_is_that_of_the_standard, a_code_is_read_as_people_type_it)
