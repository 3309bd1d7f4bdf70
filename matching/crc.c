/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/crc.h"

uint32_t matching_crc32(const void *data, size_t n_bytes)
{
    return matching_crc32_more(0, data, n_bytes);
}

uint32_t matching_crc32_more(uint32_t sum, const void *data, size_t n_bytes)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *bytes = data;
    uint32_t crc = ~sum;

    for (size_t i = 0; i < n_bytes; i++) {
        crc = table[(crc ^ bytes[i]) & 15] ^ (crc >> 4);
        crc = table[(crc ^ (uint32_t)(bytes[i] >> 4)) & 15] ^ (crc >> 4);
    }
    return ~crc;
}
