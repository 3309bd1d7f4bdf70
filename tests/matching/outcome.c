/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R20, R4: every HTTP status, transport error and kind of body has its outcome. */
#include "matching/outcome.h"

#include "tests/check.h"

/* The contract said again, in another form than the table under test. */
static enum matching_action wanted(int status, enum matching_body body)
{
    if (status >= 200 && status <= 299)
        return body == MATCHING_BODY_ECHO ? MATCHING_ACTION_TRANSMITTED : MATCHING_ACTION_RETRY;
    if (status == 400 || status == 422)
        return body == MATCHING_BODY_OTHER ? MATCHING_ACTION_RETRY : MATCHING_ACTION_DEAD_LETTER;
    if (status == 408 || status == 409 || status == 425 || status == 429 || status >= 500 ||
        status < 400)
        return MATCHING_ACTION_RETRY;
    return MATCHING_ACTION_KEEP_AND_ALERT;
}

static void every_status_has_its_outcome(void)
{
    for (int status = 100; status <= 599; status++) {
        for (int body = 0; body < MATCHING_N_BODIES; body++) {
            struct matching_outcome outcome =
                matching_outcome_of(MATCHING_TRANSPORT_OK, status, (enum matching_body)body);

            CHECK_INT(outcome.action, wanted(status, (enum matching_body)body));
            CHECK(outcome.code && *outcome.code);
        }
    }
}

/* What is said follows from what is done, and never claims more. */
static void no_outcome_claims_too_much(void)
{
    static const enum matching_say says[] = {
        [MATCHING_ACTION_TRANSMITTED] = MATCHING_SAY_TRANSMITTED,
        [MATCHING_ACTION_RETRY] = MATCHING_SAY_KEPT,
        [MATCHING_ACTION_DEAD_LETTER] = MATCHING_SAY_REFUSED,
        [MATCHING_ACTION_KEEP_AND_ALERT] = MATCHING_SAY_KEPT_UNKNOWN,
    };

    for (int transport = 0; transport < MATCHING_N_TRANSPORTS; transport++) {
        for (int status = -1; status <= 1000; status++) {
            for (int body = 0; body < MATCHING_N_BODIES; body++) {
                struct matching_outcome outcome = matching_outcome_of(
                    (enum matching_transport)transport, status, (enum matching_body)body);

                CHECK_INT(outcome.say > MATCHING_SAY_KEPT_UNKNOWN ? MATCHING_SAY_KEPT_UNKNOWN
                                                                  : outcome.say,
                          says[outcome.action]);
                if (outcome.action == MATCHING_ACTION_TRANSMITTED)
                    CHECK(transport == MATCHING_TRANSPORT_OK && status >= 200 && status <= 299 &&
                          body == MATCHING_BODY_ECHO);
            }
        }
    }
}

static void transport_errors_never_bury_a_request(void)
{
    for (int transport = 1; transport < MATCHING_N_TRANSPORTS; transport++) {
        struct matching_outcome outcome =
            matching_outcome_of((enum matching_transport)transport, 422, MATCHING_BODY_OBJECT);

        CHECK(outcome.action == MATCHING_ACTION_RETRY ||
              outcome.action == MATCHING_ACTION_KEEP_AND_ALERT);
        CHECK(outcome.is_service_wide);
        CHECK_INT(outcome.is_clock, transport == MATCHING_TRANSPORT_TLS_NOT_YET);
    }
}

/* One request that the service chokes on must not stop the others. */
static void only_causes_of_their_own_are_not_service_wide(void)
{
    CHECK(!matching_outcome_of(MATCHING_TRANSPORT_OK, 409, MATCHING_BODY_OBJECT).is_service_wide);
    CHECK(!matching_outcome_of(MATCHING_TRANSPORT_OK, 500, MATCHING_BODY_OTHER).is_service_wide);
    CHECK(matching_outcome_of(MATCHING_TRANSPORT_OK, 503, MATCHING_BODY_OTHER).is_service_wide);
    CHECK(matching_outcome_of(MATCHING_TRANSPORT_OK, 429, MATCHING_BODY_OTHER).is_service_wide);
}

/* Who is to blame: this speaker's standing at the service, the service's own identity, or what is
 * set here. */
static void nobody_is_blamed_for_another(void)
{
    static const struct {
        enum matching_transport transport;
        int status;
        enum matching_body body;
        enum matching_say say;
    } table[] = {
        {MATCHING_TRANSPORT_OK, 401, MATCHING_BODY_OBJECT, MATCHING_SAY_KEPT_UNKNOWN},
        {MATCHING_TRANSPORT_OK, 401, MATCHING_BODY_REVOKED, MATCHING_SAY_KEPT_REVOKED},
        {MATCHING_TRANSPORT_OK, 403, MATCHING_BODY_OTHER, MATCHING_SAY_KEPT_UNKNOWN},
        {MATCHING_TRANSPORT_OK, 403, MATCHING_BODY_REVOKED, MATCHING_SAY_KEPT_REVOKED},
        {MATCHING_TRANSPORT_OK, 404, MATCHING_BODY_REVOKED, MATCHING_SAY_KEPT_SETTING},
        {MATCHING_TRANSPORT_OK, 410, MATCHING_BODY_OTHER, MATCHING_SAY_KEPT_SETTING},
        {MATCHING_TRANSPORT_NO_IDENTITY, 0, MATCHING_BODY_OTHER, MATCHING_SAY_KEPT_UNKNOWN},
        {MATCHING_TRANSPORT_BAD_SETTING, 0, MATCHING_BODY_OTHER, MATCHING_SAY_KEPT_SETTING},
        {MATCHING_TRANSPORT_TLS_UNTRUSTED, 0, MATCHING_BODY_OTHER, MATCHING_SAY_KEPT_UNTRUSTED},
        {MATCHING_TRANSPORT_TLS_HOST, 0, MATCHING_BODY_OTHER, MATCHING_SAY_KEPT_UNTRUSTED},
        {MATCHING_TRANSPORT_TLS_EXPIRED, 0, MATCHING_BODY_OTHER, MATCHING_SAY_KEPT_UNTRUSTED},
        {MATCHING_TRANSPORT_TLS_NOT_YET, 0, MATCHING_BODY_OTHER, MATCHING_SAY_KEPT},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct matching_outcome outcome =
            matching_outcome_of(table[i].transport, table[i].status, table[i].body);

        CHECK_INT(outcome.say, table[i].say);
    }
}

CHECK_MAIN(every_status_has_its_outcome, no_outcome_claims_too_much, nobody_is_blamed_for_another,
           transport_errors_never_bury_a_request, only_causes_of_their_own_are_not_service_wide)
