/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A courier on a stage: a folder of its own, a clock that is moved by hand, a scripted service, and
 * everything the courier told. Order: set_up, turns and answers, tear_down. A step that cannot be
 * done ends the test program.
 */
#ifndef TESTS_MATCHING_STAGE_H
#define TESTS_MATCHING_STAGE_H

#include "base/clock.h"
#include "matching/courier.h"
#include "tests/matching/script.h"

#define WALL_MS 1800000000000LL /* of the clock at the start */
#define HOUR_MS 3600000LL
#define DAY_MS  (24 * HOUR_MS)

struct stage {
    char folder[64];
    struct base_clock_manual clock;
    struct script script;
    struct matching_courier *courier;
    struct matching_event events[256];
    size_t n_events;
    struct matching_copy copy;
};

void stage_set_up(struct stage *stage);
/* Set up with a first request, nothing else under way: on disk and not sent yet; on its way; taken
 * by the service. */
void stage_begin_noted(struct stage *stage, char ret_id[MATCHING_ID_SIZE]);
void stage_begin_sending(struct stage *stage, char ret_id[MATCHING_ID_SIZE]);
void stage_begin_transmitted(struct stage *stage, char ret_id[MATCHING_ID_SIZE]);
/* As a crash would: nothing is told to the courier. */
void stage_restart(struct stage *stage);
void stage_tear_down(struct stage *stage);
/* A request for groceries under a new id. */
void stage_submit(struct stage *stage, char ret_id[MATCHING_ID_SIZE]);
/* Events of that type since the start. */
size_t stage_count(const struct stage *stage, enum matching_event_type type);
/* Returns: the last event of that type, until the next one; NULL: none came. */
const struct matching_event *stage_last(const struct stage *stage, enum matching_event_type type);
/* Returns: after how many ms there is something to do. */
int stage_turn(struct stage *stage);
/* Answers whatever is sent with a broken network until nothing is. Returns: what turn gives. */
int stage_fail_all(struct stage *stage, enum matching_transport transport);
/* Lets time go by as the worker would, without a network. */
void stage_pass(struct stage *stage, int64_t ms);
/* Lets time go by at once, and what is due then be done. */
void stage_advance(struct stage *stage, int64_t ms);
/* The service answers what is on the delivery lane; body may be NULL. */
void stage_answer(struct stage *stage, int status, const char *body);
/* The service takes what is on the delivery lane. */
void stage_accept(struct stage *stage, const char *id);
/* Returns: N_STATES when it is not there. */
enum matching_state stage_state_of(struct stage *stage, const char *id);
/* The start sends a heartbeat when nothing else is due: out of the way. */
void stage_beat(struct stage *stage);
/* Whether a cancellation of it is on the delivery lane. */
bool stage_is_cancelling(struct stage *stage, const char *id);
/* News of one request, at that place. */
void stage_give_status(struct stage *stage, const char *id, const char *cursor, const char *status);
/* Damages the file under the running courier, as another hand or a dying disk would. */
void stage_spoil(struct stage *stage, const char *sql);

#endif
