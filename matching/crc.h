/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CRC-32 (IEEE 802.3, as in gzip): finds bytes that changed on disk, guards against nobody. */
#ifndef MATCHING_CRC_H
#define MATCHING_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Thread: any. */
uint32_t matching_crc32(const void *data, size_t n_bytes);
/* Goes on from the sum of what stands before (0: nothing). */
uint32_t matching_crc32_more(uint32_t sum, const void *data, size_t n_bytes);

#endif
