/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of the model, and its service. */
#include "tests/matching/scene.h"
#include "tests/matching/vfs.h"
#include "tests/prove/world_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the resident --- */

static struct known *pick(struct world *world, uint32_t how)
{
    /* the younger ones are asked about more often */
    size_t n = world->n_known < 24 || how % 4 == 0 ? world->n_known : 24;

    return n ? &world->known[world->n_known - 1 - (how / 4) % n] : NULL;
}

static void submit(struct world *world, struct known *k)
{
    matching_courier_submit(world->courier, k->id, strdup(k->body), strlen(k->body));
}

static void make_request(struct world *world, uint32_t how)
{
    static const char *const services[] = {"groceries", "pet_walk", NULL};
    struct known *k = &world->known[world->n_known];
    struct matching_request request = scene_request(services[how % 3]);
    size_t n;

    if (world->n_known == KNOWN_MAX)
        return;
    snprintf(k->id, sizeof(k->id), "%08zx-0000-4000-8000-%012x", world->n_known, how);
    if (matching_request_encode(&request, k->id, &k->body, &n) != 0)
        exit(1);
    k->made_ms = world->clock.monotonic_now_ms;
    k->status = "";
    world->n_known++;
    submit(world, k);
    if (!k->noted && !k->not_noted)
        world_break(world, "R1: neither noted nor not noted");
}

static void submit_again(struct world *world, uint32_t how)
{
    struct known *k = pick(world, how);

    if (k && (world_is_waiting(k) || (k->not_noted && !k->noted)))
        submit(world, k);
}

/* Of what has ended, the courier says that it is cancelled and leaves it as it is. */
static bool is_live(struct world *world, const struct known *k)
{
    (void)matching_courier_publish(world->courier, &world->copy);
    for (size_t i = 0; i < world->copy.n; i++) {
        enum matching_state state = world->copy.summaries[i].state;

        if (strcmp(world->copy.summaries[i].id, k->id) == 0)
            return state == MATCHING_NOTED || state == MATCHING_SENDING ||
                   state == MATCHING_TRANSMITTED || state == MATCHING_MATCHED;
    }
    return false;
}

/* The one whose sending the network holds, if there is one: rare, and the hardest to call off. */
static struct known *pick_held(struct world *world, struct known *otherwise)
{
    for (size_t i = world->n_known; i-- > 0;) {
        if (world->known[i].held_until_ms > 0 && world_is_waiting(&world->known[i]))
            return &world->known[i];
    }
    return otherwise;
}

static void cancel(struct world *world, uint32_t how)
{
    struct known *k = pick_held(world, pick(world, how));
    const struct script_call *call = script_call(&world->script, MATCHING_LANE_DELIVERY);

    if (!k || !k->noted || how % 3 != 0)
        return;
    k->is_live = is_live(world, k);
    k->wants_cancel = true;
    k->is_in_flight = call && strcmp(call->key, k->id) == 0;
    matching_courier_cancel(world->courier, k->id);
    k->wants_cancel = false;
}

/* --- the service --- */

static void add_news(struct world *world, struct known *k, const char *status)
{
    k->status = status;
    if (world->n_news == NEWS_MAX)
        return;
    world->news[world->n_news].who = (size_t)(k - world->known);
    world->news[world->n_news++].status = status;
}

static void apply(struct world *world, struct known *k)
{
    if (k->applied)
        return;
    k->applied = true;
    if (k->is_called_off_there)
        k->status = "cancelled";
    else
        add_news(world, k, "open");
}

void world_let_go(struct world *world)
{
    for (size_t i = 0; i < world->n_known; i++) {
        struct known *k = &world->known[i];

        if (k->held_until_ms == 0 || world->clock.monotonic_now_ms < k->held_until_ms)
            continue;
        k->held_until_ms = 0;
        if (k->told_refused)
            continue;
        world->tally->n_late += !k->applied && k->cancelled;
        apply(world, k);
    }
}

static void happen(struct world *world, uint32_t how)
{
    struct known *k = pick(world, how);
    const char *const after_open[] = {"matched", "matched", "matched", "cancelled", "expired"};
    const char *status;

    if (!k || !k->applied)
        return;
    if (strcmp(k->status, "open") == 0)
        status = after_open[how % 5];
    else if (strcmp(k->status, "matched") == 0)
        status = how % 3 ? "done" : "cancelled";
    else
        return;
    k->was_matched |= strcmp(status, "matched") == 0;
    k->was_called_off |= strcmp(status, "cancelled") == 0;
    k->was_expired |= strcmp(status, "expired") == 0;
    add_news(world, k, status);
}

/* A clock of another year makes TLS fail whatever the service would say. */
static bool fails_by_clock(struct world *world, enum matching_lane lane)
{
    int64_t off_ms = world->wall_off_ms;

    if (off_ms < 30 * DAY_MS && off_ms > -30 * DAY_MS)
        return false;
    script_fail(&world->script, lane,
                off_ms < 0 ? MATCHING_TRANSPORT_TLS_NOT_YET : MATCHING_TRANSPORT_TLS_EXPIRED);
    return true;
}

/* Failures that any call may meet. Returns: whether the mood is one. */
static bool fails_anyhow(struct world *world, enum matching_lane lane, uint32_t mood)
{
    struct script *script = &world->script;

    switch (mood) {
    case 20:
        script_fail(script, lane, MATCHING_TRANSPORT_CONNECT);
        return true;
    case 21:
        script_fail(script, lane, MATCHING_TRANSPORT_TIMEOUT);
        return true;
    case 22:
        script_fail(script, lane, MATCHING_TRANSPORT_TLS_UNTRUSTED);
        return true;
    case 23:
        script_answer(script, lane, 503, "{\"status\":503}");
        return true;
    case 24:
        script_answer(script, lane, 500, "oops");
        return true;
    case 25:
        script_retry_after(script, lane, 429, 7200);
        return true;
    case 26:
        script_answer(script, lane, 200, "<html>Wi-Fi gratuit</html>");
        return true;
    case 27:
        script_answer(script, lane, 302, "");
        return true;
    case 28:
        script_answer(script, lane, 401, "{\"status\":401}");
        return true;
    case 29:
        script_answer(script, lane, 404, "<html>404</html>");
        return true;
    case 30:
        script_fail(script, lane, MATCHING_TRANSPORT_TOO_LARGE);
        return true;
    default:
        return false;
    }
}

static void echo(struct world *world, const char *id, int status)
{
    char body[96];

    snprintf(body, sizeof(body), "{\"id\":\"%s\",\"status\":\"open\"}", id);
    script_answer(&world->script, MATCHING_LANE_DELIVERY, status, body);
}

static void answer_request(struct world *world, struct known *k, uint32_t how)
{
    uint32_t mood = how % 32;
    struct script *script = &world->script;

    if (mood < 12) {
        apply(world, k);
        k->told_applied = true;
        echo(world, k->id, 201);
    } else if (mood < 14 ||
               mood == 31) { /* held in the network, for less than a quarter of an hour */
        k->held_until_ms = world->clock.monotonic_now_ms + 1 + how / 32 % 840000;
        script_fail(script, MATCHING_LANE_DELIVERY, MATCHING_TRANSPORT_TIMEOUT);
    } else if (mood == 14) { /* applied, and the answer lost */
        apply(world, k);
        script_fail(script, MATCHING_LANE_DELIVERY, MATCHING_TRANSPORT_BROKEN);
    } else if (mood == 15) {
        apply(world, k);
        script_answer(script, MATCHING_LANE_DELIVERY, 502, "<html>gateway</html>");
    } else if (mood == 16) {
        apply(world, k);
        echo(world, "00000000-0000-4000-8000-00000000beef", 200);
    } else if (mood == 17) {
        script_answer(script, MATCHING_LANE_DELIVERY, 409, "{\"status\":409}");
    } else if (mood == 18 && !k->applied) {
        k->told_refused = true;
        script_answer(script, MATCHING_LANE_DELIVERY, 422, "{\"status\":422}");
    } else if (mood == 19) {
        script_answer(script, MATCHING_LANE_DELIVERY, 422, "<html>422</html>");
    } else { /* as the rest of the world */
        script_answer(script, MATCHING_LANE_DELIVERY, 504, NULL);
    }
}

static void answer_cancel(struct world *world, struct known *k)
{
    if (!k->applied && world->remembers) {
        k->is_called_off_there = true;
        echo(world, k->id, 200);
        return;
    }
    if (!k->applied) {
        script_answer(&world->script, MATCHING_LANE_DELIVERY, 404, "{\"status\":404}");
        return;
    }
    if (strcmp(k->status, "open") == 0 || strcmp(k->status, "matched") == 0)
        k->status = "cancelled";
    echo(world, k->id, 200);
}

static void answer(struct world *world, uint32_t how)
{
    const struct script_call *call = script_call(&world->script, MATCHING_LANE_DELIVERY);
    static const char prefix[] = "/v1/requests/";
    uint32_t mood = how % 32;
    struct known *k;

    if (!call || fails_by_clock(world, MATCHING_LANE_DELIVERY) ||
        fails_anyhow(world, MATCHING_LANE_DELIVERY, mood))
        return;
    if (strncmp(call->path, prefix, sizeof(prefix) - 1) == 0) {
        k = world_find(world, call->path + sizeof(prefix) - 1);
        if (k)
            answer_cancel(world, k);
    } else if (strcmp(call->path, "/v1/requests") == 0) {
        k = world_find(world, call->key);
        if (k)
            answer_request(world, k, how);
    } else {
        script_answer(&world->script, MATCHING_LANE_DELIVERY, 200, "{\"device\":\"device-1\"}");
    }
}

static void give_news(struct world *world, size_t after, size_t n_most)
{
    char *text = NULL;
    size_t n_text, last = after + n_most < world->n_news ? after + n_most : world->n_news;
    FILE *f = open_memstream(&text, &n_text);

    if (!f)
        exit(1);
    fprintf(f, "{\"cursor\":\"%zu\",\"news\":[", last);
    for (size_t i = after; i < last; i++) {
        struct known *k = &world->known[world->news[i].who];

        k->told_applied = true;
        fprintf(f, "%s{\"id\":\"%s\",\"status\":\"%s\",\"first_name\":\"%s\"}",
                i > after ? "," : "", k->id, world->news[i].status,
                strcmp(world->news[i].status, "matched") == 0 ? "Marie" : "");
    }
    fputs("]}", f);
    fclose(f);
    script_answer(&world->script, MATCHING_LANE_NEWS, 200, text);
    free(text);
}

static void answer_news(struct world *world, uint32_t how)
{
    const struct script_call *call = script_call(&world->script, MATCHING_LANE_NEWS);
    const char *after;
    size_t place;

    if (!call || fails_by_clock(world, MATCHING_LANE_NEWS) ||
        fails_anyhow(world, MATCHING_LANE_NEWS, how % 32))
        return;
    after = strstr(call->path, "after=");
    place = after ? strtoul(after + 6, NULL, 10) : 0;
    if (how % 32 == 19)
        script_answer(&world->script, MATCHING_LANE_NEWS, 410, "{\"status\":410}");
    else
        give_news(world, place, how % 32 == 18 ? 64 : 1 + how / 32 % 8);
}

/* --- the rest of the world --- */

static void pass(struct world *world, uint32_t how)
{
    static const int64_t most_ms[] = {1000, 1000, 60000, 60000, 900000, 3600000, 26 * 3600000LL};

    base_clock_manual_advance(&world->clock, 1 + (int64_t)(how / 8) % most_ms[how % 7]);
}

static void set_clock(struct world *world, uint32_t how)
{
    static const int64_t offs_ms[] = {0, 0, 0, 3650 * DAY_MS, -3650 * DAY_MS, 3600000, -3600000, 0};
    int64_t off_ms = offs_ms[how % 8];

    world->clock.wall_now_ms += off_ms - world->wall_off_ms;
    world->wall_off_ms = off_ms;
}

static void spoil_disk(struct world *world, uint32_t how)
{
    static const enum vfs_fault faults[] = {VFS_NO_SPACE, VFS_IO, VFS_TORN, VFS_SYNC_ONLY};

    if (how % 3 != 0)
        return;
    world->disk_fault = world->disk_was_bad = true;
    world->disk_forever = how / 3 % 4 == 0;
    vfs_fail(faults[how / 12 % 4], 1 + (int)(how / 48 % 12), world->disk_forever);
}

static void heal_disk(struct world *world)
{
    vfs_fail(VFS_IO, 0, false);
    world->disk_fault = world->disk_forever = false;
}

static void crash(struct world *world, uint32_t how)
{
    const struct script_call *call = script_call(&world->script, MATCHING_LANE_DELIVERY);
    struct known *k =
        call && strcmp(call->path, "/v1/requests") == 0 ? world_find(world, call->key) : NULL;

    if (k && how % 2 &&
        !k->told_refused) /* it left before the crash, and nobody heard the answer */
        apply(world, k);
    world_crash(world);
}

void world_step(struct world *world, const struct step *step)
{
    struct known *k;

    switch ((enum step_kind)step->kind) {
    case STEP_SUBMIT:
        make_request(world, step->how);
        break;
    case STEP_AGAIN:
        submit_again(world, step->how);
        break;
    case STEP_CANCEL:
        cancel(world, step->how);
        break;
    case STEP_TOLD:
        if ((k = pick(world, step->how)) != NULL)
            matching_courier_told(world->courier, k->id);
        break;
    case STEP_TURN:
        world_turn(world);
        break;
    case STEP_ANSWER:
        answer(world, step->how);
        world_turn(world);
        break;
    case STEP_NEWS:
        answer_news(world, step->how);
        world_turn(world);
        break;
    case STEP_HAPPEN:
        happen(world, step->how);
        break;
    case STEP_PASS:
        pass(world, step->how);
        break;
    case STEP_CLOCK:
        set_clock(world, step->how);
        break;
    case STEP_CRASH:
        crash(world, step->how);
        break;
    case STEP_DISK:
        spoil_disk(world, step->how);
        break;
    case STEP_HEAL:
        heal_disk(world);
        break;
    case STEP_TIDY:
        matching_courier_tidy(world->courier);
        break;
    case N_STEP_KINDS:
    default:
        break;
    }
}

/* --- the end --- */

static bool is_all_quiet(struct world *world)
{
    bool is_quiet = true;

    (void)matching_courier_publish(world->courier, &world->copy);
    for (size_t i = 0; i < world->copy.n; i++) {
        enum matching_state state = world->copy.summaries[i].state;

        is_quiet &=
            state != MATCHING_NOTED && state != MATCHING_SENDING && state != MATCHING_CANCELLING;
    }
    return is_quiet;
}

static void check_end(struct world *world)
{
    for (size_t i = 0; i < world->n_known; i++) {
        const struct known *k = &world->known[i];
        bool lives =
            k->applied && (strcmp(k->status, "open") == 0 || strcmp(k->status, "matched") == 0);

        if (world_is_waiting(k) && !k->ended)
            world_break(world, "R2: %s was noted and never came to an end", k->id);
        if (k->transmitted && !k->applied)
            world_break(world, "R4: %s is said to be there and is not", k->id);
        if (k->cancelled && lives)
            world_break(world, "%s was cancelled and lives on at the service", k->id);
    }
}

void world_settle(struct world *world)
{
    heal_disk(world);
    set_clock(world, 0);
    world_check(world);
    for (int i = 0; i < 2000 && !is_all_quiet(world); i++) {
        base_clock_manual_advance(&world->clock, 300000);
        world_turn(world);
        answer(world, 0);
        world_turn(world);
    }
    world_check(world);
    check_end(world);
}
