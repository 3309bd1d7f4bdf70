/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fleet/fleet.h"

#include "base/rng.h"
#include "matching/schedule.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CALL_MS = 120,  /* what an answer takes */
    REFUSED_MS = 5, /* connection refused */
    RETRY_AFTER_S = 120,
    NEWS_WAIT_MS = 50000,
    STARTED_WITHIN_MS = 1000, /* "in the same second" */
};

#define LEAD_MS                                                                                    \
    (1800 * 1000LL) /* of the outage: so much is simulated; by then the waits are long */
#define DAY_MS   (24 * 3600 * 1000LL)
#define NEVER_MS INT64_MAX

struct wake {
    int64_t at_ms;
    uint32_t device;
};

struct device {
    struct matching_schedule schedule;
    int64_t wake_ms;    /* what the heap has for it */
    int64_t request_ms; /* when the resident asks next */
    int64_t busy_until_ms;
    unsigned n_made;
    bool is_away, is_under_way, is_polling;
};

struct fleet {
    const struct fleet_scenario *scenario;
    struct fleet_result *result;
    struct base_rng rng;
    struct device *devices;
    struct wake *heap;
    size_t n_heap, n_heap_max;
    int64_t second; /* that the calls below were counted in */
    int n_in_second;
    uint32_t n_outage_second;
    uint64_t n_outage;
    size_t n_left; /* of the requests that waited at time 0 */
};

/* --- the heap of wakes: an entry that the device no longer means is passed over --- */

static int push(struct fleet *fleet, uint32_t device, int64_t at_ms)
{
    size_t i = fleet->n_heap;

    fleet->devices[device].wake_ms = at_ms;
    if (i == fleet->n_heap_max) {
        size_t n_max = fleet->n_heap_max ? 2 * fleet->n_heap_max : 1 << 16;
        void *larger = realloc(fleet->heap, n_max * sizeof(*fleet->heap));

        if (!larger)
            return -ENOMEM;
        fleet->heap = larger;
        fleet->n_heap_max = n_max;
    }
    fleet->n_heap++;
    while (i > 0 && fleet->heap[(i - 1) / 2].at_ms > at_ms) {
        fleet->heap[i] = fleet->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    fleet->heap[i] = (struct wake){at_ms, device};
    return 0;
}

static struct wake pop(struct fleet *fleet)
{
    struct wake first = fleet->heap[0], last = fleet->heap[--fleet->n_heap];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < fleet->n_heap) {
        if (child + 1 < fleet->n_heap && fleet->heap[child + 1].at_ms < fleet->heap[child].at_ms)
            child++;
        if (fleet->heap[child].at_ms >= last.at_ms)
            break;
        fleet->heap[i] = fleet->heap[child];
        i = child;
    }
    fleet->heap[i] = last;
    return first;
}

/* --- the service --- */

enum answer { ANSWER_GOOD, ANSWER_BUSY, ANSWER_NONE };

static void count_outage(struct fleet *fleet, int64_t now_ms)
{
    if (now_ms < -LEAD_MS / 3)
        return; /* the tries of that moment began together */
    fleet->n_outage++;
    if (++fleet->n_outage_second > fleet->result->outage_peak)
        fleet->result->outage_peak = fleet->n_outage_second;
}

static enum answer call_service(struct fleet *fleet, enum fleet_kind kind, int64_t now_ms)
{
    struct fleet_result *result = fleet->result;
    int64_t second = now_ms >= 0 ? now_ms / 1000 : -1 - (-now_ms - 1) / 1000;

    if (second != fleet->second) {
        fleet->second = second;
        fleet->n_in_second = 0;
        fleet->n_outage_second = 0;
    }
    if (now_ms < 0) {
        count_outage(fleet, now_ms);
        return ANSWER_NONE;
    }
    if ((size_t)second < result->n_s)
        result->load[kind][second]++;
    result->n_calls[kind]++;
    if (++fleet->n_in_second > fleet->scenario->capacity) {
        result->n_refused++;
        return ANSWER_BUSY;
    }
    return ANSWER_GOOD;
}

static int64_t retry_after_s(enum answer answer)
{
    return answer == ANSWER_BUSY ? RETRY_AFTER_S : -1;
}

/* --- a device: what matching/courier does with the answers --- */

static void saw_service(struct device *device, int64_t now_ms)
{
    if (device->is_away)
        matching_schedule_hurry(&device->schedule, now_ms);
    device->is_away = false;
}

/* An id of the simulation tells when the request was made. */
static void make_id(unsigned n, int64_t made_ms, char ret_id[MATCHING_ID_SIZE])
{
    snprintf(ret_id, MATCHING_ID_SIZE, "%lld %u", (long long)made_ms, n);
}

static void delivered(struct fleet *fleet, const char *id, int64_t now_ms)
{
    struct fleet_result *result = fleet->result;
    int64_t made_ms = strtoll(id, NULL, 10);
    double took_s = (double)(now_ms - made_ms) / 1000;

    if (made_ms >= 0) {
        if (took_s > result->fresh_worst_s)
            result->fresh_worst_s = took_s;
        return;
    }
    if (--fleet->n_left == 0)
        result->served_s = (double)now_ms / 1000;
    if (fleet->n_left == result->n_waiting / 2)
        result->median_s = (double)now_ms / 1000;
}

static void send(struct fleet *fleet, struct device *device, const struct matching_turn *turn,
                 int64_t now_ms)
{
    bool is_fresh = turn->is_fresh;
    char id[MATCHING_ID_SIZE];
    enum answer answer = call_service(fleet, is_fresh ? FLEET_FRESH : FLEET_BACKLOG, now_ms);

    memcpy(id, turn->id, sizeof(id));
    device->busy_until_ms = now_ms + (answer == ANSWER_NONE ? REFUSED_MS : CALL_MS);
    if (answer == ANSWER_GOOD) {
        saw_service(device, now_ms);
        matching_schedule_succeeded(&device->schedule, now_ms);
        matching_schedule_news_wanted(&device->schedule, is_fresh, now_ms);
        matching_schedule_remove(&device->schedule, id);
        device->is_under_way = true;
        delivered(fleet, id, now_ms);
    } else {
        device->is_away = true;
        matching_schedule_failed(&device->schedule, id, true, retry_after_s(answer), now_ms);
    }
}

static void beat(struct fleet *fleet, struct device *device, int64_t now_ms)
{
    enum answer answer = call_service(fleet, FLEET_BEAT, now_ms);

    device->busy_until_ms = now_ms + (answer == ANSWER_NONE ? REFUSED_MS : CALL_MS);
    if (answer == ANSWER_GOOD) {
        saw_service(device, now_ms);
        matching_schedule_chore_done(&device->schedule, MATCHING_CHORE_HEARTBEAT, false, now_ms);
    } else {
        device->is_away = true;
        matching_schedule_chore_failed(&device->schedule, MATCHING_CHORE_HEARTBEAT,
                                       retry_after_s(answer), now_ms);
    }
}

/* The first question shows the load; its renewals on the standing connection are only counted. */
static void poll_news(struct fleet *fleet, struct device *device, int64_t now_ms)
{
    enum answer answer = call_service(fleet, FLEET_NEWS, now_ms);

    if (answer == ANSWER_GOOD) {
        saw_service(device, now_ms);
        device->is_polling = true;
        fleet->result->n_held +=
            (uint64_t)((1000LL * fleet->scenario->watched_s - now_ms) / NEWS_WAIT_MS);
    } else {
        device->is_away = true;
        matching_schedule_chore_failed(&device->schedule, MATCHING_CHORE_NEWS,
                                       retry_after_s(answer), now_ms);
    }
}

static int64_t draw_next_request(struct fleet *fleet, int64_t now_ms)
{
    double mean_ms = (double)DAY_MS / fleet->scenario->requests_a_day;

    return now_ms + 1 + (int64_t)(-log(1 - base_rng_unit(&fleet->rng)) * mean_ms);
}

static int64_t min_ms(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Does what is due. Returns: when it is to be looked at again. */
static int64_t turn(struct fleet *fleet, struct device *device, int64_t now_ms)
{
    struct matching_schedule *schedule = &device->schedule;
    const struct matching_turn *next;
    int64_t wake_ms = NEVER_MS, due_ms;

    if (device->request_ms <= now_ms) {
        char id[MATCHING_ID_SIZE];

        make_id(device->n_made++, now_ms, id);
        (void)matching_schedule_add(schedule, id, MATCHING_TURN_SEND, true, now_ms);
        device->request_ms = draw_next_request(fleet, now_ms);
    }
    if (device->busy_until_ms <= now_ms) {
        next = matching_schedule_next(schedule, now_ms, &wake_ms);
        due_ms = matching_schedule_chore_due(schedule, MATCHING_CHORE_HEARTBEAT);
        if (next)
            send(fleet, device, next, now_ms);
        else if (due_ms <= now_ms)
            beat(fleet, device, now_ms);
        else
            wake_ms = min_ms(wake_ms, due_ms);
    }
    if (device->busy_until_ms > now_ms)
        wake_ms = device->busy_until_ms;
    due_ms = matching_schedule_chore_due(schedule, MATCHING_CHORE_NEWS);
    if (device->is_under_way && !device->is_polling && due_ms <= now_ms)
        poll_news(fleet, device, now_ms);
    if (device->is_under_way && !device->is_polling)
        wake_ms = min_ms(wake_ms, matching_schedule_chore_due(schedule, MATCHING_CHORE_NEWS));
    return min_ms(wake_ms, device->request_ms);
}

/* --- the run --- */

static int plan(struct fleet *fleet, uint32_t i, int64_t now_ms)
{
    struct device *device = &fleet->devices[i];
    int64_t wake_ms = turn(fleet, device, now_ms);

    return push(fleet, i, wake_ms > now_ms ? wake_ms : now_ms + 1);
}

static int run_until(struct fleet *fleet, int64_t until_ms)
{
    int r = 0;

    while (r == 0 && fleet->n_heap > 0 && fleet->heap[0].at_ms < until_ms) {
        struct wake wake = pop(fleet);

        if (fleet->devices[wake.device].wake_ms == wake.at_ms)
            r = plan(fleet, wake.device, wake.at_ms);
    }
    return r;
}

/* What waits already when the simulated end of the outage begins: so many in the mean. */
static int add_waiting(struct fleet *fleet, struct device *device, double n_mean, int64_t now_ms)
{
    double limit = exp(-n_mean), product = base_rng_unit(&fleet->rng);
    int r = 0;

    for (; r == 0 && product > limit; product *= base_rng_unit(&fleet->rng)) {
        char id[MATCHING_ID_SIZE];

        make_id(device->n_made++, now_ms, id);
        r = matching_schedule_add(&device->schedule, id, MATCHING_TURN_SEND, false, now_ms);
    }
    return r;
}

/* The fleet has been running for long: heartbeats are spread over the day, and a third of the
 * devices await news. Heartbeats that failed before are spread over their next tries. */
static int begin(struct fleet *fleet, int64_t now_ms, int64_t lost_ms)
{
    double n_mean = fleet->scenario->requests_a_day * (double)lost_ms / (double)DAY_MS;
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < fleet->scenario->n_devices; i++) {
        struct device *device = &fleet->devices[i];
        int64_t due_ms;

        matching_schedule_init(&device->schedule, base_rng_next(&fleet->rng), 0, 0, -1, now_ms);
        device->schedule.started_ms -= DAY_MS;
        due_ms = now_ms - lost_ms + (int64_t)(base_rng_unit(&fleet->rng) * (double)DAY_MS);
        if (due_ms < now_ms)
            due_ms = now_ms + (int64_t)base_rng_below(&fleet->rng, 2 * LEAD_MS);
        device->schedule.chores[MATCHING_CHORE_HEARTBEAT].due_ms = due_ms;
        device->is_under_way = base_rng_below(&fleet->rng, 3) == 0;
        device->busy_until_ms = INT64_MIN;
        device->request_ms = draw_next_request(fleet, now_ms);
        r = add_waiting(fleet, device, n_mean, now_ms);
        if (r == 0)
            r = push(fleet, i, now_ms + (int64_t)base_rng_below(&fleet->rng, 1000));
    }
    return r;
}

/* What a restart keeps is on disk: the requests; that the first try was made is not known. */
static int restart(struct fleet *fleet, uint32_t i)
{
    struct device *device = &fleet->devices[i];
    struct matching_schedule before = device->schedule;
    int64_t now_ms = base_rng_below(&fleet->rng, STARTED_WITHIN_MS);
    int r = 0;

    matching_schedule_init(&device->schedule, base_rng_next(&fleet->rng), 0, 0, -1, now_ms);
    for (size_t k = 0; r == 0 && k < before.n_turns; k++)
        r = matching_schedule_add(&device->schedule, before.turns[k].id, before.turns[k].kind,
                                  false, now_ms);
    matching_schedule_finish(&before);
    device->is_away = device->is_polling = false;
    device->busy_until_ms = INT64_MIN;
    return r == 0 ? push(fleet, i, now_ms) : r;
}

static int come_back(struct fleet *fleet)
{
    struct fleet_result *result = fleet->result;
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < fleet->scenario->n_devices; i++) {
        result->n_waiting += fleet->devices[i].schedule.n_turns;
        result->n_starters += fleet->devices[i].schedule.n_turns > 0;
        if (fleet->scenario->loses_power)
            r = restart(fleet, i);
    }
    fleet->n_left = result->n_waiting;
    return r;
}

static void find_peak(struct fleet_result *result)
{
    for (size_t s = 0; s < result->n_s; s++) {
        uint32_t n = 0;

        for (int kind = 0; kind < FLEET_N_KINDS; kind++)
            n += result->load[kind][s];
        if (n > result->peak) {
            result->peak = n;
            result->peak_at_s = (int)s;
        }
    }
}

int fleet_run(const struct fleet_scenario *scenario, struct fleet_result *ret_result)
{
    struct fleet fleet = {.scenario = scenario, .result = ret_result, .second = INT64_MIN};
    int r = 0;

    *ret_result = (struct fleet_result){.n_s = (size_t)scenario->watched_s, .served_s = -1};
    base_rng_seed(&fleet.rng, scenario->seed);
    fleet.devices = calloc(scenario->n_devices, sizeof(*fleet.devices));
    for (int kind = 0; kind < FLEET_N_KINDS; kind++) {
        ret_result->load[kind] = calloc(ret_result->n_s, sizeof(uint32_t));
        if (!fleet.devices || !ret_result->load[kind])
            r = -ENOMEM;
    }
    if (r == 0)
        r = begin(&fleet, -LEAD_MS, 1000LL * scenario->outage_s - LEAD_MS);
    if (r == 0)
        r = run_until(&fleet, 0);
    ret_result->outage_calls_s = (double)fleet.n_outage / (double)(LEAD_MS / 3000);
    if (r == 0)
        r = come_back(&fleet);
    if (r == 0)
        r = run_until(&fleet, 1000LL * scenario->watched_s);
    find_peak(ret_result);
    for (size_t i = 0; fleet.devices && i < scenario->n_devices; i++)
        matching_schedule_finish(&fleet.devices[i].schedule);
    free(fleet.devices);
    free(fleet.heap);
    return r;
}

void fleet_finish(struct fleet_result *result)
{
    for (int kind = 0; kind < FLEET_N_KINDS; kind++)
        free(result->load[kind]);
}
