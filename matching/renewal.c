/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/renewal.h"

#include "base/log.h"
#include "matching/answer.h"
#include "matching/registration.h"
#include "matching/retry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HOUR_MS      (3600 * 1000LL)
#define DAY_MS       (24 * HOUR_MS)
#define LIFE_MS      (180 * DAY_MS) /* of a token that the service set no end to */
#define SHARE_FIRST  0.60
#define SHARE_MORE   0.15
#define LOOKS_A_LIFE 50 /* and at least one an hour */

static int64_t at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

void matching_renewal_init(struct matching_renewal *renewal, const char *token_path,
                           struct base_rng *rng, int64_t now_ms)
{
    char before[PATH_MAX];

    memset(renewal, 0, sizeof(*renewal));
    renewal->share = SHARE_FIRST + base_rng_unit(rng) * SHARE_MORE;
    renewal->look_ms = now_ms;
    if (!token_path ||
        (size_t)snprintf(renewal->token_path, sizeof(renewal->token_path), "%s", token_path) >=
            sizeof(renewal->token_path) ||
        matching_registration_path(token_path, MATCHING_TOKEN_BEFORE, before, sizeof(before)) < 0) {
        renewal->token_path[0] = '\0';
        return;
    }
    renewal->is_proving = access(before, F_OK) == 0;
}

bool matching_renewal_is_due(struct matching_renewal *renewal, struct base_rng *rng, int64_t now_ms,
                             int64_t wall_ms, int64_t *ret_wake_ms)
{
    int64_t made_ms, expires_ms, life_ms = LIFE_MS;

    *ret_wake_ms = INT64_MAX;
    if (!renewal->token_path[0])
        return false;
    *ret_wake_ms = renewal->look_ms;
    if (now_ms < renewal->look_ms)
        return false;
    *ret_wake_ms = renewal->look_ms = now_ms + HOUR_MS;
    if (renewal->is_proving ||
        matching_registration_life(renewal->token_path, &made_ms, &expires_ms) < 0)
        return false;
    if (expires_ms > made_ms)
        life_ms = expires_ms - made_ms;
    *ret_wake_ms = renewal->look_ms = now_ms + at_most(life_ms / LOOKS_A_LIFE + 1, HOUR_MS);
    if (wall_ms < made_ms || (double)(wall_ms - made_ms) < renewal->share * (double)life_ms) {
        renewal->try_ms = 0;
        return false;
    }
    /* Many may have become due while the service was away. */
    if (renewal->try_ms == 0)
        renewal->try_ms =
            now_ms + matching_retry_splay_ms(rng, at_most(life_ms / LOOKS_A_LIFE, 4 * HOUR_MS));
    return now_ms >= renewal->try_ms;
}

/* Tries again within a day, or sooner for a token that lives for less. */
static void put_off(struct matching_renewal *renewal, struct base_rng *rng, int64_t now_ms)
{
    int64_t made_ms, expires_ms, life_ms = LIFE_MS;

    if (matching_registration_life(renewal->token_path, &made_ms, &expires_ms) == 0 &&
        expires_ms > made_ms)
        life_ms = expires_ms - made_ms;
    renewal->try_ms =
        now_ms + 1 + matching_retry_splay_ms(rng, at_most(life_ms / LOOKS_A_LIFE, DAY_MS));
}

static struct matching_registration registration_of(const struct matching_renewal *renewal,
                                                    const char *device, const char *version,
                                                    int64_t wall_ms)
{
    return (struct matching_registration){device, version, renewal->token_path, wall_ms};
}

int matching_renewal_begin(struct matching_renewal *renewal, const char *device,
                           const char *version, struct base_rng *rng, int64_t now_ms,
                           char **ret_body, size_t *ret_n_body)
{
    struct matching_registration registration = registration_of(renewal, device, version, 0);
    int r = matching_registration_encode(&registration, ret_body, ret_n_body);

    put_off(renewal, rng, now_ms);
    if (r < 0)
        log_warning("identity-renewal-failed", "no new token can be kept: %s", strerror(-r));
    return r;
}

bool matching_renewal_answered(struct matching_renewal *renewal, const char *device,
                               const char *version, const struct matching_reply *reply,
                               struct base_rng *rng, int64_t now_ms, int64_t wall_ms)
{
    struct matching_registration registration = registration_of(renewal, device, version, wall_ms);
    struct matching_registered got;
    int r = matching_registration_take(&registration, reply, &got);

    put_off(renewal, rng, now_ms);
    if (r != 0) {
        log_warning("identity-renewal-failed", "result %d, status %d, transport %s: tried again", r,
                    reply->status, matching_transport_name(reply->transport));
        return false;
    }
    renewal->is_proving = true;
    log_notice("identity-renewed",
               "good for %lld s (0: no end); the old token is kept until the"
               " new one was used",
               (long long)got.good_for_s);
    return true;
}

void matching_renewal_prove(struct matching_renewal *renewal, const struct matching_reply *reply,
                            struct base_rng *rng, int64_t now_ms)
{
    enum matching_body body;
    int r;

    if (!renewal->is_proving || reply->transport != MATCHING_TRANSPORT_OK)
        return;
    body = matching_answer_body(reply->body, reply->n_body, "");
    if (body == MATCHING_BODY_OTHER) /* whoever that was */
        return;
    /* A token that is too old by now is known all the same: it is renewed again. */
    if ((reply->status >= 200 && reply->status <= 299) ||
        strstr(reply->body, "urn:voisine:problem:token-expired")) {
        renewal->is_proving = false;
        matching_registration_confirm(renewal->token_path);
        log_notice("identity-proved", "the new token is good: the old one is gone");
    } else if (reply->status == 401) {
        renewal->is_proving = false;
        r = matching_registration_undo(renewal->token_path);
        put_off(renewal, rng, now_ms);
        log_error("identity-renewal-undone", "the service does not know the new token: %s",
                  r == 0 ? "the old one is used again" : strerror(-r));
    }
}
