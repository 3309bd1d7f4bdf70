/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

#define FNV_PRIME 16777619u
#define FIELD_END 0xFFu

uint32_t base_hash_bytes(uint32_t hash, const void *bytes, size_t n)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ byte[i]) * FNV_PRIME;
    return hash;
}

uint32_t base_hash_text(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
    return hash;
}

uint32_t base_hash_field(uint32_t hash, const char *text)
{
    return (base_hash_text(hash, text) ^ FIELD_END) * FNV_PRIME;
}

uint32_t base_hash_mix(uint32_t hash)
{
    hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
    hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
    return hash ^ (hash >> 16);
}
