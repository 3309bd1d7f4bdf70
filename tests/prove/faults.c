/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R43, R44, R47 on the outbox alone: each allocation and each call of the system that a life of it
 * makes fails in turn, alone, with one more somewhat later and with all that follow, in each state
 * that its files may be in before. Whatever happens, the outbox opens once the trouble is over, and
 * everything that was noted is there with its bytes.
 *
 *   prove-faults [stride=401] [calls=41]
 * (stride: every n-th allocation is tried; calls: every n-th call)
 */
#include "matching/outbox.h"
#include "matching/schedule.h"
#include "tests/matching/scene.h"
#include "tests/prove/allocator.h"
#include "tests/prove/life.h"
#include "tests/prove/prove.h"
#include "tests/prove/shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOR_EVER 1000000000UL

struct fault {
    const char *name;
    int error; /* of calls of the system; 0: each its own; -1: of allocations */
    unsigned long n_more;
};

static const struct fault faults[] = {
    {"an allocation, alone", -1, 0},
    {"an allocation and all after it", -1, FOR_EVER},
    {"a call of the system, alone", 0, 0},
    {"a call of the system and all after it", 0, FOR_EVER},
    {"a call for want of room, alone", ENOSPC, 0},
    {"a call for want of room and eight after it", EDQUOT, 8},
};

static unsigned long live_with(struct life *life, const struct fault *fault, unsigned long n)
{
    unsigned long n_calls;

    if (fault->error < 0) {
        allocator_fail(n, n ? fault->n_more : 0);
        life_live(life);
        n_calls = allocator_count();
        allocator_fail(0, 0);
        return n_calls;
    }
    shim_error(fault->error);
    shim_fail(n, n ? fault->n_more : 0);
    life_live(life);
    n_calls = shim_count();
    shim_fail(0, 0);
    return n_calls;
}

/* One life with the n-th place failing (0: none). Returns: whether a promise is broken; *ret_n_all
 * the places there are. */
static bool try_once(const struct life *template, size_t state, const struct fault *fault,
                     unsigned long n, unsigned long *ret_n_all)
{
    struct life life;
    unsigned long n_broken;

    life_begin(template, &life);
    *ret_n_all = live_with(&life, fault, n);
    n_broken = life_look_after(&life, state);
    if (n_broken)
        printf("an outbox %s, %s, place %lu\n", life_states[state].name, fault->name, n);
    scene_remove(life.folder);
    return n_broken > 0;
}

static void prove(const struct fault *fault, unsigned long stride)
{
    unsigned long n_cases = 0, n_broken = 0, n_places = 0;

    for (size_t state = 0; state < LIFE_N_STATES; state++) {
        struct life template;
        unsigned long n_all, n_ignored;

        life_make_template(&template, state);
        n_broken += try_once(&template, state, fault, 0, &n_all);
        n_places += n_all;
        for (unsigned long n = life_states[state].n_dense ? 1 : 1 + n_cases % stride; n <= n_all;
             n += n < life_states[state].n_dense ? 1 : stride) {
            n_broken += try_once(&template, state, fault, n, &n_ignored);
            n_cases++;
            prove_go_on(life_states[state].name, n, n_all);
        }
        life_remove_template(&template);
    }
    prove_tell("R43 R44 R1 R2 R16", n_cases, n_broken,
               "%s fails, at each of %lu places of the outbox's life in %d states of its files",
               fault->name, n_places, LIFE_N_STATES);
}

/* --- each call by itself --- */

struct desk {
    struct life life;
    struct matching_outbox *outbox;
    struct matching_schedule schedule;
    unsigned n_calls;
    char id[MATCHING_ID_SIZE], *body; /* of a put */
};

static int do_put(struct desk *desk)
{
    return matching_outbox_put(desk->outbox, desk->id, desk->body, strlen(desk->body), NOW_MS);
}

static int do_read(struct desk *desk)
{
    char *body = NULL;
    size_t n;
    int r = matching_outbox_body(desk->outbox, desk->life.old[0], &body, &n);

    if (r == 0)
        free(body);
    return r;
}

static int do_news(struct desk *desk)
{
    struct matching_news news = {.status = "matched"};
    bool is_changed;

    memcpy(news.id, desk->life.old[3], sizeof(news.id));
    snprintf(news.first_name, sizeof(news.first_name), "M%u", desk->n_calls);
    return matching_outbox_news(desk->outbox, &news, 1, "9", NOW_MS, &is_changed);
}

static int do_mark(struct desk *desk)
{
    return matching_outbox_mark(desk->outbox, desk->life.old[0],
                                desk->n_calls % 2 ? MATCHING_SENDING : MATCHING_NOTED, NOW_MS);
}

static int do_plan(struct desk *desk)
{
    int r = 0;

    for (int i = 0; r == 0 && i < N_OLD; i++)
        r = matching_schedule_add(&desk->schedule, desk->life.old[i], MATCHING_TURN_SEND, true, 0);
    matching_schedule_finish(&desk->schedule);
    return r;
}

static int do_open(struct desk *desk)
{
    struct matching_outbox *other;
    int r = matching_outbox_open_read_only(desk->life.folder, &other);

    if (r == 0)
        matching_outbox_close(other);
    return r;
}

static const struct {
    const char *name;
    int (*run)(struct desk *desk);
} calls[] = {{"a put", do_put},   {"a reading", do_read}, {"news", do_news},
             {"a mark", do_mark}, {"a plan", do_plan},    {"a reader's opening", do_open}};

static int run_call(struct desk *desk, size_t which, unsigned long n, bool *ret_is_over)
{
    int r;

    desk->n_calls++;
    desk->body = scene_body("groceries", desk->id);
    allocator_fail(n, 0);
    r = calls[which].run(desk);
    *ret_is_over = allocator_count() < n;
    allocator_fail(0, 0);
    free(desk->body);
    return r;
}

/* Every allocation of one call, with none left out: short of memory it says so, and the next one
 * goes well. */
static void prove_calls(void)
{
    struct desk desk = {0};
    unsigned long n_cases = 0, n_broken = 0;

    life_make_template(&desk.life, 0);
    if (matching_outbox_open(desk.life.folder, 100000, &desk.outbox) != 0)
        exit(1);
    matching_schedule_init(&desk.schedule, 1, 0, 0, 0, 0);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        bool is_over = false, is_ignored;

        for (unsigned long n = 1; !is_over; n++) {
            int r = run_call(&desk, i, n, &is_over), next = run_call(&desk, i, 0, &is_ignored);

            /* SQLite does without some of it; JSON that cannot be read is called no request */
            if ((r != 0 && r != -ENOMEM && r != -EINVAL) || (is_over && r != 0) || next != 0) {
                printf("%s, allocation %lu: %d, and the next one: %d\n", calls[i].name, n, r, next);
                n_broken++;
            }
            n_cases++;
        }
    }
    n_broken += !life_is_there(desk.outbox, desk.life.old[0], desk.life.old_body[0]);
    matching_outbox_close(desk.outbox);
    life_remove_template(&desk.life);
    prove_tell("R43 R1", n_cases, n_broken,
               "each allocation of a single call fails, and the next one goes well");
}

int main(int argc, char **argv)
{
    prove_init(argc, argv);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        prove(&faults[i],
              faults[i].error < 0 ? prove_count("stride", 401) : prove_count("calls", 41));
    prove_calls();
    return prove_end();
}
