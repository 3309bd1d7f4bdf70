/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reference service's own authority and certificate, made at the first start (ECDSA P-256).
 * Wrong certificates can be had too, for tests of the clients that must refuse them.
 */
#ifndef TESTS_SERVICE_KEYS_H
#define TESTS_SERVICE_KEYS_H

struct keys {
    char *certificate; /* PEM */
    char *key;         /* PEM */
    char ca_path[512]; /* what clients trust */
};

/*
 * Reads <folder>/ca.pem, server.pem, server.key, or makes them. `host` is a further name of the
 * certificate besides localhost and 127.0.0.1 (NULL: none). `wrong` is NULL, "expired", "not-yet",
 * "host", "self-signed" or "unknown-ca"; such a certificate is made anew and not kept.
 * Returns: 0 or -errno. Owns: the caller (keys_finish).
 */
int keys_make(const char *folder, const char *host, const char *wrong, struct keys *ret_keys);
void keys_finish(struct keys *keys);

/* 32 random bytes in hex. */
int keys_make_token(char ret_token[65]);

#endif
