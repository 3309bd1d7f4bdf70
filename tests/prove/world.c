/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/prove/world.h"

#include "matching/courier.h"
#include "tests/matching/scene.h"
#include "tests/matching/script.h"
#include "tests/matching/vfs.h"
#include "tests/prove/world_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *step_name(enum step_kind kind)
{
    static const char *const names[N_STEP_KINDS] = {"submit", "again", "cancel", "told", "turn",
                                                    "answer", "news",  "happen", "pass", "clock",
                                                    "crash",  "disk",  "heal",   "tidy"};

    return names[kind];
}

void world_break(struct world *world, const char *format, ...)
{
    va_list args;

    if (world->verdict->what[0])
        return; /* the first one counts */
    va_start(args, format);
    vsnprintf(world->verdict->what, sizeof(world->verdict->what), format, args);
    va_end(args);
}

struct known *world_find(struct world *world, const char *id)
{
    unsigned number;

    return id && sscanf(id, "%8x-", &number) == 1 && number < world->n_known ? &world->known[number]
                                                                             : NULL;
}

static int64_t true_ms(const struct world *world)
{
    return world->clock.monotonic_now_ms;
}

bool world_is_waiting(const struct known *k)
{
    return k->noted && !k->cancelled && !k->transmitted && !k->refused && !k->expired &&
           !k->is_settled;
}

/* --- what the courier tells, against what may be true --- */

/* As the courier lists them: a mark whose write failed may have come back after a crash, so that
 * the disk is ahead of what was told. */
static unsigned count_waiting(struct world *world)
{
    unsigned n = 0;

    (void)matching_courier_publish(world->courier, &world->copy);
    for (size_t i = 0; i < world->copy.n; i++)
        n += world->copy.summaries[i].state == MATCHING_NOTED ||
             world->copy.summaries[i].state == MATCHING_SENDING;
    return n;
}

static void hear_noted(struct world *world, struct known *k)
{
    unsigned n_waiting;

    if (!k->noted)
        world->tally->n_noted++;
    k->noted = true;
    k->not_noted = k->may_be_there = false;
    k->last = MATCHING_NOTED;
    k->is_settled = false;
    n_waiting = count_waiting(world);
    if (n_waiting > QUEUE_MAX)
        world_break(world, "R21: %u wait, %d may", n_waiting, QUEUE_MAX);
}

static void hear_not_noted(struct world *world, struct known *k, enum matching_reason reason)
{
    unsigned n_waiting = count_waiting(world);

    k->not_noted = true;
    k->may_be_there |= world->disk_forever;
    world->tally->n_not_noted++;
    world->tally->n_full += reason == MATCHING_REASON_FULL;
    for (size_t i = 0; i < world->n_known; i++)
        n_waiting += world->known[i].may_be_there;
    if (reason == MATCHING_REASON_FULL && n_waiting < QUEUE_MAX)
        world_break(world, "R21: refused as full with %u waiting", n_waiting);
    if (reason != MATCHING_REASON_FULL && !world->disk_was_bad)
        world_break(world, "R14: refused on a good disk, reason %d", reason);
}

static void hear_transmitted(struct world *world, struct known *k)
{
    if (!k->applied || !k->told_applied)
        world_break(world, "R4: said to be transmitted, and no answer said so");
    if (k->transmitted)
        world_break(world, "R4: said to be transmitted twice");
    k->transmitted = true;
    k->settled_ms = true_ms(world);
    world->tally->n_transmitted++;
}

static void hear(void *user, const struct matching_event *event)
{
    struct world *world = user;
    struct known *k = world_find(world, event->id);
    bool may_be_mended = world->disk_was_bad;

    /* What a dead disk could not take back may be found in the journal. */
    for (size_t i = 0; i < world->n_known; i++)
        may_be_mended |= world->known[i].may_be_there;
    if (event->type == MATCHING_EVENT_DAMAGED && (event->n > 0 || !may_be_mended))
        world_break(world, "R16: damage is told of where there was none");
    if (!k)
        return;
    if (world->tally->is_traced)
        printf("      %.8s: %s\n", k->id, matching_event_name(event->type));
    switch ((int)event->type) {
    case MATCHING_EVENT_NOTED:
        hear_noted(world, k);
        break;
    case MATCHING_EVENT_NOT_NOTED:
        hear_not_noted(world, k, event->reason);
        break;
    case MATCHING_EVENT_TRANSMITTED:
        hear_transmitted(world, k);
        break;
    case MATCHING_EVENT_REFUSED:
        if (!k->told_refused)
            world_break(world, "R4: said to be refused, and the service did not");
        k->refused = true;
        world->tally->n_refused++;
        break;
    case MATCHING_EVENT_MATCHED:
        if (!k->was_matched)
            world_break(world, "R4: said to be matched, and nobody had accepted");
        world->tally->n_matched++;
        break;
    case MATCHING_EVENT_CANCELLED:
        if (!k->wants_cancel && !k->was_called_off)
            world_break(world, "R4: said to be cancelled, and nobody had");
        k->cancelled |= k->wants_cancel && k->is_live;
        k->ended |= k->was_called_off;
        world->tally->n_cancelled++;
        break;
    case MATCHING_EVENT_EXPIRED:
        if (!k->was_expired && true_ms(world) - k->made_ms < 7 * DAY_MS)
            world_break(world, "R22: given up after less than seven days");
        k->expired = true;
        world->tally->n_expired++;
        break;
    default:
        break;
    }
}

/* --- calls that begin --- */

/* Looks at a call of the delivery lane that was not there before. */
static void look_at_call(struct world *world)
{
    const struct script_call *call = script_call(&world->script, MATCHING_LANE_DELIVERY);
    struct known *k;

    if (!call || world->script.n_calls == world->n_calls_seen)
        return;
    world->n_calls_seen = world->script.n_calls;
    world->tally->n_calls++;
    if (strcmp(call->path, "/v1/requests") != 0)
        return;
    k = world_find(world, call->key);
    if (!k) {
        world_break(world, "R3: a key that no request has");
    } else if (!call->body || strcmp(call->body, k->body) != 0) {
        world_break(world, "R3: other bytes than were stored");
    } else if (k->cancelled && !k->is_in_flight) {
        world_break(world, "a cancelled request is sent");
    } else if (k->not_noted && !k->noted && !k->may_be_there) {
        world_break(world, "R4: sent, although it was said not to be noted");
    }
}

void world_turn(struct world *world)
{
    world_let_go(world);
    (void)matching_courier_turn(world->courier);
    look_at_call(world);
}

/* --- what is on disk and in memory, against the model --- */

static int rank(enum matching_state state)
{
    return state == MATCHING_NOTED ? 0 : state == MATCHING_SENDING ? 1 : 2;
}

static void check_one(struct world *world, struct known *k, enum matching_state state)
{
    bool is_waiting = state == MATCHING_NOTED || state == MATCHING_SENDING;

    if (state == MATCHING_DAMAGED)
        world_break(world, "R16: a sound request is said to be damaged");
    if (k->not_noted && !k->noted && is_waiting && !k->may_be_there)
        world_break(world, "R15: %.8s is said not to be noted, and it waits", k->id);
    if (k->cancelled && state != MATCHING_CANCELLING && state != MATCHING_CANCELLED)
        world_break(world, "%.8s was cancelled and is %s", k->id, matching_state_name(state));
    if (k->refused && state != MATCHING_REFUSED)
        world_break(world, "a refused request is %s", matching_state_name(state));
    if (rank(state) < 2 && rank(k->last) == 2 && !k->cancelled)
        world_break(world, "%.8s: from %s back to %s", k->id, matching_state_name(k->last),
                    matching_state_name(state));
    /* A mark whose write failed may come back after a crash: true, if never told. */
    k->is_settled |= !is_waiting;
    k->last = state;
}

void world_check(struct world *world)
{
    if (world->disk_fault)
        return; /* what the disk holds shows once it is well again */
    if (world->disk_was_bad) {
        base_clock_manual_advance(&world->clock, 61000);
        world_turn(world);
        world->disk_was_bad = false;
    }
    (void)matching_courier_publish(world->courier, &world->copy);
    for (size_t i = 0; i < world->n_known; i++)
        world->known[i].is_listed = false;
    for (size_t i = 0; i < world->copy.n; i++) {
        struct known *k = world_find(world, world->copy.summaries[i].id);

        if (!k) {
            world_break(world, "a request that nobody made");
            continue;
        }
        k->is_listed = true;
        check_one(world, k, world->copy.summaries[i].state);
    }
    for (size_t i = 0; i < world->n_known; i++) {
        const struct known *k = &world->known[i];
        bool may_be_gone = k->cancelled || k->refused || k->expired || k->ended ||
                           (k->transmitted && true_ms(world) - k->settled_ms > 29 * DAY_MS);

        if (k->noted && !k->is_listed && !may_be_gone)
            world_break(world, "R2: %s was noted and is gone", k->id);
    }
}

/* --- life --- */

void world_open(struct world *world)
{
    struct matching_settings settings = {.state_folder = world->folder,
                                         .device = "device-1",
                                         .version = "test",
                                         .queue_max = QUEUE_MAX,
                                         .boot_splay_ms = 0};

    if (matching_courier_create(&settings, &world->clock.base, &world->script.base, hear, world,
                                &world->courier) != 0) {
        world_break(world, "R16: does not start");
        exit(1);
    }
}

void world_crash(struct world *world)
{
    matching_courier_destroy(world->courier);
    matching_copy_finish(&world->copy);
    script_finish(&world->script);
    script_init(&world->script);
    world->n_calls_seen = 0;
    for (size_t i = 0; i < world->n_known; i++)
        world->known[i].is_in_flight = false;
    world->tally->n_crashes++;
    world_open(world);
}

void world_run(const struct step *steps, size_t n_steps, struct verdict *ret_verdict,
               struct tally *tally)
{
    struct world *world = calloc(1, sizeof(*world));

    if (!world)
        exit(1);
    memset(ret_verdict, 0, sizeof(*ret_verdict));
    world->verdict = ret_verdict;
    world->tally = tally;
    world->remembers = n_steps > 0 && steps[0].how % 2;
    scene_folder(world->folder);
    base_clock_manual_init(&world->clock, WALL_MS);
    script_init(&world->script);
    world_open(world);
    for (size_t i = 0; i < n_steps && !ret_verdict->what[0]; i++) {
        tally->steps[steps[i].kind]++;
        if (tally->is_traced)
            printf("  %zu %s %u\n", i, step_name((enum step_kind)steps[i].kind), steps[i].how);
        world_step(world, &steps[i]);
        if (i % 64 == 63 || steps[i].kind == STEP_CRASH)
            world_check(world);
        ret_verdict->n_done = i + 1;
    }
    if (!ret_verdict->what[0])
        world_settle(world);
    vfs_fail(VFS_IO, 0, false);
    matching_courier_destroy(world->courier);
    matching_copy_finish(&world->copy);
    script_finish(&world->script);
    scene_remove(world->folder);
    for (size_t i = 0; i < world->n_known; i++)
        free(world->known[i].body);
    free(world);
}
