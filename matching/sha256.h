/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SHA-256 (FIPS 180-4), for one thing: the service learns the hash of a token, never the token.
 * TLS has it inside, but libcurl does not lend it, and a second library for one function would
 * cost more than this page. Not for passwords. Pure. Thread: any.
 */
#ifndef MATCHING_SHA256_H
#define MATCHING_SHA256_H

#include <stddef.h>

#define MATCHING_SHA256_HEX_SIZE 65 /* 64 digits and NUL */

void matching_sha256_hex(const void *data, size_t n_bytes, char ret_hex[MATCHING_SHA256_HEX_SIZE]);

#endif
