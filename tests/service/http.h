/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to libmicrohttpd: a server, with TLS or on loopback without, one thread a connection, so
 * that a handler may wait (long poll, a delay asked for by a test). Thread: any; handlers run on
 * the connections' threads.
 */
#ifndef TESTS_SERVICE_HTTP_H
#define TESTS_SERVICE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_BODY_MAX (64 * 1024)

struct http_server;

/* What came in. Text is valid for the call of the handler. */
struct http_request {
    const char *method;
    const char *path;
    const char *body; /* NUL-terminated, "" when there is none */
    size_t n_body;
    void *connection; /* for http_header and http_argument */
};

/* How the answer leaves. */
enum http_ending {
    HTTP_WHOLE,
    HTTP_DROP, /* the connection is closed without a byte */
    HTTP_CUT,  /* and here in the middle of the body */
    HTTP_SLOW, /* a byte a second */
};

struct http_answer {
    int status;
    char *body; /* owned by the server once the handler returned; NULL: none */
    size_t n_body;
    const char *content_type;
    char location[256];   /* "": none */
    char retry_after[64]; /* "": none */
    char cookie[256];     /* Set-Cookie; "": none */
    bool is_page;         /* for a browser: may load its own style sheet and nothing else */
    enum http_ending ending;
    void (*afterwards)(void *user); /* called when the answer has left; NULL: nothing */
    void *user;                     /* its argument */
};

typedef void http_handler(void *user, const struct http_request *request,
                          struct http_answer *answer);

struct http_settings {
    const char *address;           /* "127.0.0.1" */
    int port;                      /* 0: any */
    const char *certificate, *key; /* PEM; NULL: no TLS */
    int64_t patience_ms;    /* for a request to come in; 0: 30 s. An answer has four times that. */
    const char *priorities; /* of GnuTLS; NULL: "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" */
    http_handler *handler;
    void *user;
};

/* Returns: 0 or -errno. Owns: the caller. */
int http_start(const struct http_settings *settings, struct http_server **ret_server);
int http_port(const struct http_server *server);
/* Ends every connection; handlers that wait must have been told before. Accepts NULL. */
void http_stop(struct http_server *server);

#define HTTP_ADDRESS_SIZE 48
/* Who called, as text. */
void http_address(const struct http_request *request, char ret_address[HTTP_ADDRESS_SIZE]);

/* NULL when there is none. */
const char *http_header(const struct http_request *request, const char *name);
const char *http_argument(const struct http_request *request, const char *name);
const char *http_cookie(const struct http_request *request, const char *name);

#endif
