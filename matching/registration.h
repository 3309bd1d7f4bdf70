/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a speaker gets, renews and keeps what identifies it at the service (R35).
 *
 * The token is 32 random bytes that this machine makes; the service is told their SHA-256 only, so
 * that nobody who reads its database, its log or a copy of it can pass for a speaker. It stands in
 * a file of mode 0600 and is read at each call: neither argv, environment nor log ever has it.
 *
 * A lost answer must not lock a speaker out. So the new token is on disk (PATH.next) before its
 * hash leaves, and is the one of every later try until the service has echoed the device's name;
 * only then does it replace the old one. The service, for its part, lets the old token live until
 * the new one was used.
 *
 * pair and renew are synchronous, for `voisine pair` and `voisine renew`; the daemon renews by
 * itself with encode and take (matching/renewal). Thread: one at a time.
 */
#ifndef MATCHING_REGISTRATION_H
#define MATCHING_REGISTRATION_H

#include "matching/client.h"
#include "matching/request.h"

/* Conditions. */
enum {
    MATCHING_REGISTRATION_CODE = 1, /* the pairing code is unknown, used or too old */
    MATCHING_REGISTRATION_NAME,     /* the service knows another speaker of this name */
    MATCHING_REGISTRATION_LATER,    /* too many tries, or the service is busy */
    MATCHING_REGISTRATION_REFUSED,  /* the service does not accept what was sent */
    MATCHING_REGISTRATION_IDENTITY, /* renewal: the token at hand is unknown or revoked */
    MATCHING_REGISTRATION_AWAY,     /* no answer */
    MATCHING_REGISTRATION_STRANGER, /* an answer, but not the service's */
};

struct matching_registration {
    const char *device;     /* its name at the service */
    const char *version;    /* of this program */
    const char *token_path; /* where the token stands or will stand */
    int64_t now_wall_ms;
};

/* Beside the token at PATH: the next one, as long as the service has not taken it; the one before,
 * as long as the new one was not used; when it was made and how long it is good. */
#define MATCHING_TOKEN_NEXT   ".next"
#define MATCHING_TOKEN_BEFORE ".before"
#define MATCHING_TOKEN_LIFE   ".life"

struct matching_registered {
    enum matching_transport transport; /* why there is no answer */
    int status;
    char resident[MATCHING_NAME_SIZE]; /* the reference that the service gave; "" for none */
    int64_t good_for_s;                /* how long the token is good; 0: until it is revoked */
};

/* "k7qm 4xtp" -> "K7QM4XTP". Returns: 0, -EINVAL when it cannot be a code. */
int matching_registration_read_code(const char *typed, char ret_code[MATCHING_NAME_SIZE]);

/*
 * Registers by a pairing code; the client must have no token. ret_registered is written for
 * conditions too. Returns: 0 with the token in its place, a condition, -errno.
 */
int matching_registration_pair(struct matching_client *client,
                               const struct matching_registration *registration, const char *code,
                               struct matching_registered *ret_registered);

/* Replaces the token; the client must have the present one. Returns: as above. */
int matching_registration_renew(struct matching_client *client,
                                const struct matching_registration *registration,
                                struct matching_registered *ret_registered);

/* The two halves of renew. Makes the body of the call; the next token is on disk then. Returns: 0
 * or -errno. Owns: the caller (free). */
int matching_registration_encode(const struct matching_registration *registration, char **ret_body,
                                 size_t *ret_n_body);
/* Takes the answer; the token that was good until now stays beside the new one. Returns: as
 * renew. */
int matching_registration_take(const struct matching_registration *registration,
                               const struct matching_reply *reply,
                               struct matching_registered *ret_registered);

/* "PATH.next" and so on. Returns: 0 or -ENAMETOOLONG. */
int matching_registration_path(const char *token_path, const char *suffix, char *ret_path,
                               size_t size);
/* When the token was made, and until when it is good (0: for ever), by the wall clock. A token that
 * another program put there was made when its file was. Returns: 0 or -errno: there is none. */
int matching_registration_life(const char *token_path, int64_t *ret_made_ms,
                               int64_t *ret_expires_ms);
/* The new token was used: the one before goes. */
void matching_registration_confirm(const char *token_path);
/* The new token is not taken: the one before comes back. Returns: 0 or -errno. */
int matching_registration_undo(const char *token_path);

#endif
