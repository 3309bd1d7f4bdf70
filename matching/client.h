/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to libcurl: HTTPS calls to the matching service, one in each lane, on one thread.
 *
 * What is locked, whatever the environment says (R9, R34): https only, TLS 1.2 or later, peer and
 * host always verified (no setting can turn it off), no redirects, no proxy, no netrc, no cookies,
 * HTTP/1.1, replies of 64 KiB at most, every phase bounded in time (R19), no signals.
 *
 * Lanes: a fresh request must not wait behind a long poll, nor an alert behind a request, so each
 * lane holds one call of its own. An ops table lets tests and simulations put a scripted service
 * in place of the network.
 *
 * Order: create; begin and wait in turn, take after each wait; destroy. Thread: worker, except
 * create and destroy, which may be on another one while the worker's does not run.
 */
#ifndef MATCHING_CLIENT_H
#define MATCHING_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#define MATCHING_REPLY_MAX (64 * 1024)

struct matching_client_settings {
    const char *url;        /* "https://host[:port][/prefix]"; NULL or "": no service yet */
    const char *ca_file;    /* NULL or "": the system's authorities */
    const char *token_file; /* bearer token, mode 0600; NULL or "": none */
    const char *cert_file;  /* client certificate, PEM; NULL or "": none */
    const char *key_file;   /* its key, PEM, mode 0600 */
    int64_t connect_max_ms; /* 0: 10 s, which is also the most */
    int64_t total_max_ms;   /* 0: 30 s, which is also the most */
};

enum matching_lane {
    MATCHING_LANE_DELIVERY, /* requests, cancellations, heartbeats */
    MATCHING_LANE_NEWS,     /* the long poll */
    MATCHING_LANE_ALERT,    /* emergencies */
    MATCHING_N_LANES,
};

/* Why there is no HTTP answer; MATCHING_TRANSPORT_OK when there is one. */
enum matching_transport {
    MATCHING_TRANSPORT_OK,
    MATCHING_TRANSPORT_NO_SERVICE,    /* no address set */
    MATCHING_TRANSPORT_NO_IDENTITY,   /* token or key missing, unreadable or open to others */
    MATCHING_TRANSPORT_BAD_SETTING,   /* no https address, CA file unusable */
    MATCHING_TRANSPORT_RESOLVE,       /* the name has no address */
    MATCHING_TRANSPORT_CONNECT,       /* refused, unreachable */
    MATCHING_TRANSPORT_TIMEOUT,       /* in any phase, or too slow */
    MATCHING_TRANSPORT_TLS_UNTRUSTED, /* self-signed, unknown authority */
    MATCHING_TRANSPORT_TLS_HOST,      /* for another host */
    MATCHING_TRANSPORT_TLS_EXPIRED,   /* by our clock */
    MATCHING_TRANSPORT_TLS_NOT_YET,   /* by our clock */
    MATCHING_TRANSPORT_TLS,           /* any other TLS failure */
    MATCHING_TRANSPORT_BROKEN,        /* the connection broke, or the answer was no HTTP */
    MATCHING_TRANSPORT_TOO_LARGE,     /* above MATCHING_REPLY_MAX */
    MATCHING_TRANSPORT_OTHER,
    MATCHING_N_TRANSPORTS,
};

struct matching_call {
    const char *method; /* "GET" or "POST" */
    const char *path;   /* "/v1/requests" */
    const char *body;   /* NULL: none. Copied by begin. */
    size_t n_body;
    const char *idempotency_key; /* NULL: none */
    int64_t total_max_ms;        /* 0: the settings' */
};

struct matching_reply {
    enum matching_lane lane;
    enum matching_transport transport;
    int status;            /* 0 without an answer */
    int64_t retry_after_s; /* -1: the answer has none */
    char *body;            /* NUL-terminated; never NULL when status is set */
    size_t n_body;
};

struct matching_client {
    const struct matching_client_ops *ops;
};

struct matching_client_ops {
    /* Starts a call. Returns: 0; -EBUSY when the lane holds one; -ENOMEM. A call that cannot be
     * made (no address, no token) returns 0 too and ends at the next wait. */
    int (*begin)(struct matching_client *client, enum matching_lane lane,
                 const struct matching_call *call);
    /* Moves the calls on until one has ended, wake_fd is readable (-1: none) or timeout_ms have
     * passed. Returns: 0 or -errno. */
    int (*wait)(struct matching_client *client, int wake_fd, int timeout_ms);
    /* Gives an ended call. Returns: 1, or 0 when there is none. Owns: the caller
     * (matching_reply_finish). */
    int (*take)(struct matching_client *client, struct matching_reply *ret_reply);
    /* Breaks off what the lane holds; it gives no reply. */
    void (*abandon)(struct matching_client *client, enum matching_lane lane);
    void (*destroy)(struct matching_client *client);
};

/*
 * The real one. Settings are copied. With a CA file only the authorities in it are trusted. Also
 * removes SSLKEYLOGFILE and what would configure OpenSSL from the environment and sets libcurl up,
 * so that it must come before other threads start. Returns: 0 or -errno.
 * Owns: the caller (ops->destroy). Thread: main.
 */
int matching_client_create(const struct matching_client_settings *settings,
                           struct matching_client **ret_client);

/* Frees the body. */
void matching_reply_finish(struct matching_reply *reply);

/* "connect", "tls-untrusted", ... for the log. Thread: any. */
const char *matching_transport_name(enum matching_transport transport);

#endif
