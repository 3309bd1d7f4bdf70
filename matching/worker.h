/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The delivery worker: one thread that owns the outbox (SQLite) and the client (libcurl). The main
 * thread hands it commands and reads its events; neither ever waits for the other, so that voice
 * is never held up by a disk or a network (R19).
 *
 * Order: create (opens the outbox; the thread starts), then any of the calls below, destroy.
 * Watch matching_worker_fd for reading; when readable, call matching_worker_next_event until it
 * gives false. "C'est noté" is said on MATCHING_EVENT_NOTED and at no other time.
 *
 * Everything here is called on the main thread; what happens behind it is matching/courier.
 */
#ifndef MATCHING_WORKER_H
#define MATCHING_WORKER_H

#include "base/clock.h"
#include "matching/client.h"
#include "matching/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct matching_worker;

struct matching_settings {
    const char *state_folder; /* outbox.db and its reserve live here */
    const char *device;       /* the device's name at the service */
    const char *version;      /* of this program, for the heartbeat */
    unsigned queue_max;       /* 0: 200 */
    int64_t boot_splay_ms;    /* backlog and heartbeat wait a random part of it; -1: 300 s */
    int64_t retry_base_ms;    /* 0: 2 s */
    int64_t retry_cap_ms;     /* 0: 900 s */
    int64_t news_wait_ms;     /* how long the service may hold a long poll; 0: 50 s */
    struct matching_client_settings client;
    struct matching_client
        *twin; /* in place of the network, for tests; destroyed with the worker */
};

/* What the heartbeat says besides (R23). Never content. */
struct matching_health {
    int64_t uptime_s;
    unsigned n_restarts;
    const char *audio; /* "ok", "no-frames", "silent", "muted", "damaged", "no-language" */
};

/*
 * Opens the outbox and starts the thread. Settings are copied. A service that cannot be reached,
 * or a token that cannot be read, is no error here: requests are kept and an event tells. Nor is an
 * outbox that cannot be opened (a disk that is full, broken or read-only, a newer version's file,
 * which is left as it is): each submit is then answered NOT_NOTED, and it is tried again every
 * minute. Returns: 0; -ENOMEM; -errno. Owns: the caller. Thread: main.
 */
int matching_worker_create(const struct matching_settings *settings, const struct base_clock *clock,
                           struct matching_worker **ret_worker);

/* Breaks off what is under way (it is kept and sent at the next start) and joins the thread.
 * Accepts NULL. Thread: main. */
void matching_worker_destroy(struct matching_worker *worker);

/* Readable while an event waits. Stays the worker's. Thread: main. */
int matching_worker_fd(const struct matching_worker *worker);
/* Returns: whether there was one. Thread: main. */
bool matching_worker_next_event(struct matching_worker *worker, struct matching_event *ret_event);

/*
 * Gives the request an id and hands it over to be stored. The answer comes as one event NOTED or
 * NOT_NOTED with that id; never confirm before. Returns: 0; -EINVAL, -EMSGSIZE, -ENOMEM.
 * Thread: main.
 */
int matching_worker_submit(struct matching_worker *worker, const struct matching_request *request,
                           char ret_id[MATCHING_ID_SIZE]);

/* Cancels; event CANCELLED comes once it is durable here (the service is told, at once or later).
 * Returns: 0 or -ENOMEM. Thread: main. */
int matching_worker_cancel(struct matching_worker *worker, const char *id);

/* The resident has heard the news of this request: it is not told again by itself. Without this,
 * the same event comes again after a restart. Returns: 0 or -ENOMEM. Thread: main. */
int matching_worker_told(struct matching_worker *worker, const char *id);

/*
 * Tells the service of an emergency, before anything else waiting and never as a request. Tried for
 * ten minutes, not kept over a restart. Then ALERT_ACKNOWLEDGED or ALERT_FAILED with the id given
 * here. Returns: 0 or -errno. Thread: main.
 */
int matching_worker_alert(struct matching_worker *worker, const char *resident,
                          const char *spoken_at, char ret_id[MATCHING_ID_SIZE]);

/* For the heartbeat. Returns: 0 or -ENOMEM. Thread: main. */
int matching_worker_set_health(struct matching_worker *worker,
                               const struct matching_health *health);

/* Something that stood in the way was put right (a new token): a heartbeat goes at once, the
 * backlog within seconds. Returns: 0 or -ENOMEM. Thread: main. */
int matching_worker_retry(struct matching_worker *worker);

/* How often the thread has gone round: grows at least with every command given, unless the thread
 * is stuck. Thread: any. */
int64_t matching_worker_n_turns(struct matching_worker *worker);

/*
 * Copies what is known of every request, the oldest first, as the worker last published it: no
 * disk is touched. Returns: 0 or -ENOMEM. Owns: the caller (free). Thread: main.
 */
int matching_worker_list(struct matching_worker *worker, struct matching_summary **ret_summaries,
                         size_t *ret_n);

/*
 * The youngest request that means the same (kind and service equal; dates equal, or one of them
 * unknown), not cancelled or refused, noted at most within_ms ago (R59): for "vous l'avez déjà
 * demandé à dix heures". Returns: whether there is one. Thread: main.
 */
bool matching_worker_find_similar(struct matching_worker *worker,
                                  const struct matching_request *request, int64_t within_ms,
                                  struct matching_summary *ret_summary);

#endif
