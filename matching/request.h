/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request on its way to the service: what it says, its id, and its one JSON form.
 *
 * The id is a random UUIDv4 made before the first write. It is the idempotency key: the JSON is
 * written once, kept as bytes, and the same bytes are sent at every try, after every restart, so
 * that the service can tell a repetition from another request (R3). Never made again from fields:
 * another version of this program might order them otherwise, and the service would answer 422.
 */
#ifndef MATCHING_REQUEST_H
#define MATCHING_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#define MATCHING_ID_SIZE   37 /* "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx" and NUL */
#define MATCHING_NAME_SIZE 64 /* ids of services, territories, devices; first names */
#define MATCHING_BODY_MAX  (16 * 1024)
#define MATCHING_ITEMS_MAX 50

enum matching_kind {
    MATCHING_KIND_REQUEST,
    MATCHING_KIND_CALLBACK, /* "qu'on me rappelle": no service, somebody phones */
};

/* Whenever: a part that is "" is not known. */
struct matching_when {
    char date[16]; /* "2026-06-15" */
    char part[16]; /* "morning", "noon", "afternoon", "evening" */
    char time[8];  /* "09:30" */
};

/* Every pointer is borrowed for the call it is handed to. */
struct matching_request {
    enum matching_kind kind;
    const char *service; /* id in the catalogue; NULL for a callback */
    struct matching_when when;
    const char *const *items;
    size_t n_items;
    const char *language;   /* "fr" */
    const char *spoken_at;  /* local wall time, ISO 8601 with offset */
    const char *territory;  /* id of the territory file */
    const char *device;     /* the device's name at the service */
    const char *resident;   /* the reference the service gave; may be NULL */
    const char *transcript; /* NULL unless the carer opted in */
};

/* Makes a UUIDv4 from the kernel's generator. Returns: 0 or -errno. Thread: any. */
int matching_id_make(char ret_id[MATCHING_ID_SIZE]);

/* Whether a text has the form of a UUID, in lower case. Thread: any. */
bool matching_id_is_valid(const char *id);

/*
 * Writes the request as the service's contract wants it (docs/matching-api.yaml).
 * Returns: 0; -EINVAL when a field is missing, too long or no UTF-8; -EMSGSIZE above
 * MATCHING_BODY_MAX; -ENOMEM. Owns: the caller (free). Thread: any.
 */
int matching_request_encode(const struct matching_request *request, const char *id, char **ret_json,
                            size_t *ret_n_bytes);

/* What the columns of the outbox and the duplicate guard need of a body. */
struct matching_digest {
    enum matching_kind kind;
    char id[MATCHING_ID_SIZE];
    char service[MATCHING_NAME_SIZE]; /* "" for a callback */
    struct matching_when when;
};

/* Reads a body that matching_request_encode of any version wrote. Returns: 0, -EINVAL. Thread:
 * any. */
int matching_request_digest(const char *json, size_t n_bytes, struct matching_digest *ret_digest);

/* "request", "callback". Thread: any. */
const char *matching_kind_name(enum matching_kind kind);

#endif
