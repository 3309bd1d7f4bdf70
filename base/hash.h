/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * FNV-1a, 32 bits: tables of words, features of a sentence, the fingerprint of a file's content.
 * The same on every machine, since learned models and the folds of the language data are made of
 * its values. Not for what somebody may want to collide on purpose: matching/sha256.h.
 *
 * A hash is begun with BASE_HASH_START and goes through any number of the calls. Pure; Thread: any.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define BASE_HASH_START 2166136261u

/* Returns: the hash with n bytes added. */
uint32_t base_hash_bytes(uint32_t hash, const void *bytes, size_t n);
/* The same with a text, without its zero. */
uint32_t base_hash_text(uint32_t hash, const char *text);
/* The same and an end that no UTF-8 text holds: "ab" "c" is not "a" "bc". */
uint32_t base_hash_field(uint32_t hash, const char *text);
/* The last mixing step of MurmurHash3, as FNV leaves the low bits of like texts alike: before they
 * choose a place in a table. */
uint32_t base_hash_mix(uint32_t hash);

#endif
