/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox: every request from "c'est noté" until a month after, in an SQLite file.
 *
 * - WAL with synchronous=FULL: a put that returned 0 survives a power cut. NORMAL was refused: it
 *   may roll the last commits back.
 * - Nothing is written while nothing happens (R52): no timer of SQLite's, and the journal is
 *   folded back only by matching_outbox_tidy, which the worker calls after it has answered, so
 *   that a put never pays for it.
 * - A reserve of 1 MiB stands beside it. A put needs the reserve to stand and never uses it; what
 *   must be written for requests already noted may. So a full disk is told at once, and loses
 *   nothing (R14).
 * - A row's text has a checksum: SQLite does not notice a flipped bit in it. A row that fails is
 *   never sent. A file that SQLite cannot read is renamed, and its good rows are copied (R16).
 * - A newer minor version of the schema only adds columns with defaults and is used as it is; a
 *   newer major version is left alone (R60).
 * - -EBADMSG, from any call, says that the file itself is damaged: opening it anew mends it.
 *
 * Times given here are wall times of the moment, for the record only: nothing is sent or dropped
 * because of them. Thread: one at a time (worker); a second process may open it for reading.
 */
#ifndef MATCHING_OUTBOX_H
#define MATCHING_OUTBOX_H

#include "matching/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MATCHING_OUTBOX_FILE    "outbox.db"
#define MATCHING_OUTBOX_RESERVE "outbox.reserve"
#define MATCHING_OUTBOX_LIMIT   200
#define MATCHING_CURSOR_SIZE    160

/* Conditions. */
enum {
    MATCHING_OUTBOX_FULL = 1, /* as many wait as may */
    MATCHING_OUTBOX_NO_SPACE, /* the disk is full */
    MATCHING_OUTBOX_NEWER,    /* a newer version wrote the file: it is left as it is */
    MATCHING_OUTBOX_ABSENT,   /* no such request, or no file */
    MATCHING_OUTBOX_SEEN,     /* put: this id is there already, with the same text */
    MATCHING_OUTBOX_SPOILED,  /* body: its bytes changed on disk */
};

struct matching_outbox;

/* One request as stored. */
struct matching_entry {
    struct matching_summary summary; /* age_ms and is_overdue are left to the courier */
    int64_t waited_s;                /* running time spent unsent, as last counted */
    int64_t settled_wall_ms;         /* delivered or ended; 0: not yet */
    bool is_erased;                  /* its text is gone */
};

struct matching_outbox_counts {
    unsigned n_waiting; /* noted or sending */
    unsigned n_all;
    unsigned n_damaged; /* rows whose text did not match, found at open */
    unsigned n_saved;   /* rows copied out of a damaged file at open */
    bool was_damaged;   /* the file was renamed at open */
};

/*
 * Opens or makes the outbox in a folder, which must exist; mends what is damaged. `limit`: how
 * many may wait. Returns: 0, MATCHING_OUTBOX_NEWER, MATCHING_OUTBOX_NO_SPACE, -errno. Owns: the
 * caller.
 */
int matching_outbox_open(const char *folder, unsigned limit, struct matching_outbox **ret_outbox);
/* For `voisine outbox`, beside a running daemon: changes nothing. Returns: as above, and
 * MATCHING_OUTBOX_ABSENT. */
int matching_outbox_open_read_only(const char *folder, struct matching_outbox **ret_outbox);
/* Accepts NULL. */
void matching_outbox_close(struct matching_outbox *outbox);

void matching_outbox_counts(const struct matching_outbox *outbox,
                            struct matching_outbox_counts *ret_counts);

/*
 * Stores a request; 0 means durable. `body` is what matching_request_encode made. Returns: 0,
 * MATCHING_OUTBOX_FULL, MATCHING_OUTBOX_NO_SPACE, MATCHING_OUTBOX_SEEN, -EINVAL (not such a body),
 * -errno: then it is not stored.
 */
int matching_outbox_put(struct matching_outbox *outbox, const char *id, const char *body,
                        size_t n_body, int64_t now_wall_ms);

/* Calls fn for every request, the oldest first; fn's non-zero result ends it. Returns: 0, fn's, or
 * -errno. */
typedef int matching_outbox_fn(void *user, const struct matching_entry *entry);
int matching_outbox_each(struct matching_outbox *outbox, matching_outbox_fn *fn, void *user);

/* Returns: 0, MATCHING_OUTBOX_ABSENT, -errno. */
int matching_outbox_get(struct matching_outbox *outbox, const char *id,
                        struct matching_entry *ret_entry);

/*
 * The bytes to send, checked against their sum. Returns: 0; MATCHING_OUTBOX_ABSENT (also when
 * erased); MATCHING_OUTBOX_SPOILED (the row is then marked damaged); -errno. Owns: the caller
 * (free).
 */
int matching_outbox_body(struct matching_outbox *outbox, const char *id, char **ret_body,
                         size_t *ret_n_body);

/* Changes the state; a state that ends the waiting is stamped. Durable when it returns. Returns: 0,
 * MATCHING_OUTBOX_ABSENT, -errno. */
int matching_outbox_mark(struct matching_outbox *outbox, const char *id, enum matching_state state,
                         int64_t now_wall_ms);

/* Adds running time to every waiting request, in one write. Returns: 0 or -errno. */
int matching_outbox_add_waited(struct matching_outbox *outbox, int64_t seconds);

/* News of one request, as the service gave it. */
struct matching_news {
    char id[MATCHING_ID_SIZE];
    char status[24];
    char service[MATCHING_NAME_SIZE];
    char first_name[MATCHING_NAME_SIZE];
    struct matching_when when;
};

/* Stores news and the place reached, in one transaction. News of unknown ids are passed over;
 * `ret_changed[i]` tells whether news[i] changed anything. Returns: 0 or -errno. */
int matching_outbox_news(struct matching_outbox *outbox, const struct matching_news *news,
                         size_t n_news, const char *cursor, int64_t now_wall_ms, bool *ret_changed);
/* Where the news were left, "" at first. Returns: 0 or -errno. */
int matching_outbox_cursor(struct matching_outbox *outbox, char ret_cursor[MATCHING_CURSOR_SIZE]);

/* The resident has heard it. Returns: 0, MATCHING_OUTBOX_ABSENT, -errno. */
int matching_outbox_told(struct matching_outbox *outbox, const char *id);

/*
 * Erases the text of requests delivered or ended 23 h ago (called every hour, that is within
 * the 24 h of R31), and if may_forget forgets those of 30 days ago. Forgetting is for a clock that
 * is known to be right: of a forgotten request no news can be told any more; damaged files that
 * were set aside a week ago go then too. Writes only when there is something to erase.
 * ret_n_changed may be NULL. Returns: 0 or -errno.
 */
int matching_outbox_erase_old(struct matching_outbox *outbox, int64_t now_wall_ms, bool may_forget,
                              unsigned *ret_n_changed);

/* Folds the journal back when it has grown, and puts the reserve back. Returns: 0 or -errno. */
int matching_outbox_tidy(struct matching_outbox *outbox);

#endif
