/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"
#include "tests/check.h"

/* The published values of FNV-1a: learned models hold such hashes and outlive a version. */
static void it_is_fnv_1a(void)
{
    CHECK(base_hash_text(BASE_HASH_START, "") == 0x811c9dc5u);
    CHECK(base_hash_text(BASE_HASH_START, "a") == 0xe40c292cu);
    CHECK(base_hash_text(BASE_HASH_START, "foobar") == 0xbf9cf968u);
}

static void bytes_and_text_agree(void)
{
    CHECK(base_hash_bytes(BASE_HASH_START, "été", 5) == base_hash_text(BASE_HASH_START, "été"));
}

static void fields_do_not_run_into_each_other(void)
{
    CHECK(base_hash_field(base_hash_field(BASE_HASH_START, "ab"), "c") !=
          base_hash_field(base_hash_field(BASE_HASH_START, "a"), "bc"));
}

/* The finaliser of MurmurHash3. */
static void mixing_spreads_neighbours(void)
{
    CHECK(base_hash_mix(0) == 0);
    CHECK(base_hash_mix(1) == 0x514e28b7u);
}

CHECK_MAIN(it_is_fnv_1a, bytes_and_text_agree, fields_do_not_run_into_each_other,
           mixing_spreads_neighbours)
