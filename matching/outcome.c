/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/outcome.h"

/* What stands for "any" in a row. */
enum { ANY_BODY = MATCHING_N_BODIES };

struct status_row {
    int first, last;
    int body; /* enum matching_body or ANY_BODY */
    struct matching_outcome outcome;
};

#define TRANSMITTED(code)                                                                          \
    {                                                                                              \
        MATCHING_ACTION_TRANSMITTED, MATCHING_SAY_TRANSMITTED, code, false, false                  \
    }
#define RETRY_THIS(code)                                                                           \
    {                                                                                              \
        MATCHING_ACTION_RETRY, MATCHING_SAY_KEPT, code, false, false                               \
    }
#define RETRY_ALL(code)                                                                            \
    {                                                                                              \
        MATCHING_ACTION_RETRY, MATCHING_SAY_KEPT, code, true, false                                \
    }
#define CLOCK(code)                                                                                \
    {                                                                                              \
        MATCHING_ACTION_RETRY, MATCHING_SAY_KEPT, code, true, true                                 \
    }
#define BURY(code)                                                                                 \
    {                                                                                              \
        MATCHING_ACTION_DEAD_LETTER, MATCHING_SAY_REFUSED, code, false, false                      \
    }
#define ALERT(say, code)                                                                           \
    {                                                                                              \
        MATCHING_ACTION_KEEP_AND_ALERT, MATCHING_SAY_KEPT_##say, code, true, false                 \
    }

/* The first row that fits counts; the last fits everything. */
static const struct status_row statuses[] = {
    {200, 299, MATCHING_BODY_ECHO, TRANSMITTED("transmitted")},
    {200, 299, MATCHING_BODY_OBJECT, RETRY_ALL("answer-other-id")},
    {200, 299, ANY_BODY, RETRY_ALL("answer-not-the-service")},
    {300, 399, ANY_BODY, RETRY_ALL("answer-redirect")},
    {400, 400, MATCHING_BODY_OTHER, RETRY_ALL("answer-not-the-service")},
    {422, 422, MATCHING_BODY_OTHER, RETRY_ALL("answer-not-the-service")},
    {400, 400, ANY_BODY, BURY("refused-malformed")},
    {422, 422, ANY_BODY, BURY("refused-content")},
    {401, 403, MATCHING_BODY_REVOKED, ALERT(REVOKED, "identity-revoked")},
    {401, 401, ANY_BODY, ALERT(UNKNOWN, "identity-unknown")},
    {403, 403, ANY_BODY, ALERT(UNKNOWN, "identity-forbidden")},
    {408, 408, ANY_BODY, RETRY_ALL("service-timeout")},
    {409, 409, ANY_BODY, RETRY_THIS("request-in-progress")},
    {425, 425, ANY_BODY, RETRY_ALL("service-too-early")},
    {429, 429, ANY_BODY, RETRY_ALL("service-busy")},
    {400, 499, ANY_BODY,
     ALERT(SETTING, "service-address-wrong")}, /* 404, 405, 410...: not the contract */
    {500, 500, ANY_BODY, RETRY_THIS("service-error")},
    {502, 504, ANY_BODY, RETRY_ALL("service-away")},
    {511, 511, ANY_BODY, RETRY_ALL("network-wants-login")},
    {500, 599, ANY_BODY, RETRY_THIS("service-error")},
    {0, 999, ANY_BODY, RETRY_ALL("answer-not-http")},
};

static const struct matching_outcome transports[MATCHING_N_TRANSPORTS] = {
    [MATCHING_TRANSPORT_OK] = RETRY_ALL("answer-not-http"),
    [MATCHING_TRANSPORT_NO_SERVICE] = RETRY_ALL("service-not-set"),
    [MATCHING_TRANSPORT_NO_IDENTITY] = ALERT(UNKNOWN, "identity-unreadable"),
    [MATCHING_TRANSPORT_BAD_SETTING] = ALERT(SETTING, "service-setting"),
    [MATCHING_TRANSPORT_RESOLVE] = RETRY_ALL("network-name"),
    [MATCHING_TRANSPORT_CONNECT] = RETRY_ALL("network-connect"),
    [MATCHING_TRANSPORT_TIMEOUT] = RETRY_ALL("network-timeout"),
    [MATCHING_TRANSPORT_TLS_UNTRUSTED] = ALERT(UNTRUSTED, "tls-untrusted"),
    [MATCHING_TRANSPORT_TLS_HOST] = ALERT(UNTRUSTED, "tls-other-host"),
    [MATCHING_TRANSPORT_TLS_EXPIRED] = ALERT(UNTRUSTED, "tls-expired"),
    [MATCHING_TRANSPORT_TLS_NOT_YET] = CLOCK("clock"),
    [MATCHING_TRANSPORT_TLS] = RETRY_ALL("tls-failed"),
    [MATCHING_TRANSPORT_BROKEN] = RETRY_ALL("network-broken"),
    [MATCHING_TRANSPORT_TOO_LARGE] = RETRY_ALL("answer-too-large"),
    [MATCHING_TRANSPORT_OTHER] = RETRY_ALL("network-other"),
};

struct matching_outcome matching_outcome_of(enum matching_transport transport, int status,
                                            enum matching_body body)
{
    const struct status_row *row = statuses;

    if (transport != MATCHING_TRANSPORT_OK)
        return transports[transport];
    while (status < row->first || status > row->last ||
           (row->body != ANY_BODY && row->body != (int)body)) {
        if (++row == statuses + sizeof(statuses) / sizeof(statuses[0]))
            return transports[MATCHING_TRANSPORT_OK]; /* no status of HTTP at all */
    }
    return row->outcome;
}
