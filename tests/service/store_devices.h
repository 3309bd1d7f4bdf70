/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store's devices: their tokens (only as SHA-256), the codes by which they register, their
 * residents, heartbeats and alerts. Thread: any.
 */
#ifndef TESTS_SERVICE_STORE_DEVICES_H
#define TESTS_SERVICE_STORE_DEVICES_H

#include "tests/service/store.h"

/* Makes a device known with a token (kept hashed); again: replaces the token. NULL revokes it.
 * Returns: 0, STORE_ABSENT (nothing to revoke), -errno. */
int store_set_device(struct store *store, const char *device, const char *token);
/*
 * The device whose token this is. A renewed token that is used for the first time replaces the one
 * before. Returns: 0, STORE_ABSENT, STORE_REVOKED or STORE_EXPIRED (ret_device is written), -errno.
 */
int store_find_device(struct store *store, const char *token, char *ret_device, size_t size);
/* The next token, which counts from its first use on. Returns: 0, STORE_ABSENT, -errno. */
int store_renew_device(struct store *store, const char *device, const char *token_sha256);

/* Until when a token is good; one that is not named is good until it is revoked. Returns: 0 or
 * -errno. */
int store_limit_token(struct store *store, const char *token_sha256, int64_t expires_ms);

/* A code that one device may use until then; resident: whose device it is, NULL nobody's. */
int store_add_code(struct store *store, const char *code, const char *resident, int64_t expires_ms);
/*
 * Uses a code. Returns: 0; STORE_SAME when this device used it with this token before; STORE_ABSENT
 * when there is no such code or it is used or too old; STORE_TAKEN when a device of this name has
 * another token (the code stays good); -errno.
 */
int store_use_code(struct store *store, const char *code, const char *device,
                   const char *token_sha256);
/* Codes that wait to be used: [{"resident", "name", "expires_at"}]. Owns: the caller. */
json_t *store_codes(struct store *store);

/* {"reference", "name", "phone", "address", "latitude", "longitude"}: adds or replaces. */
int store_set_resident(struct store *store, const json_t *resident);
/* Owns: the caller. */
json_t *store_residents(struct store *store);
/* Whose device it is, or null. Owns: the caller. */
json_t *store_resident_of(struct store *store, const char *device);

int store_beat(struct store *store, const char *device, const char *body);
/* Returns: 0, STORE_SAME, -errno. */
int store_alert(struct store *store, const char *id, const char *device, const char *body);
/* Somebody has seen to it. Returns: 0 or -errno. */
int store_alert_seen(struct store *store, const char *id);
/*
 * {"devices": [{"device", "seen_at", "known_ms", "may_call", "is_revoked", "person", "heartbeat"}],
 *  "alerts": [...]}; an alert also says "is_seen", "received_at" and "person". Owns: the caller.
 */
json_t *store_devices(struct store *store);

#endif
