/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A daemon whose counters stand still is not told to be well (R6): a socket plays systemd. */
#include "daemon/watchdog.h"
#include "tests/check.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void read_twin(void *user, struct vitals *ret_vitals)
{
    *ret_vitals = *(const struct vitals *)user;
}

/* A socket of the abstract namespace in systemd's place. */
static int play_systemd(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[64];
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int n = snprintf(name, sizeof(name), "@voisine-test-watchdog-%d", getpid());

    REQUIRE(fd >= 0);
    memcpy(address.sun_path, name, (size_t)n);
    address.sun_path[0] = '\0';
    REQUIRE(bind(fd, (struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n)) == 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

/* How many pings came since the last question. */
static int count_pings(int fd)
{
    char datagram[64];
    ssize_t n_bytes;
    int n = 0;

    while ((n_bytes = recv(fd, datagram, sizeof(datagram) - 1, 0)) > 0) {
        datagram[n_bytes] = '\0';
        CHECK_STR(datagram, "WATCHDOG=1");
        n++;
    }
    return n;
}

static void live(struct vitals *vitals)
{
    vitals->n_heard += 16000;
    vitals->n_taken += 100;
    vitals->n_played += 16000;
    vitals->n_turns += 1;
}

static void pings_only_while_all_move(void)
{
    static const size_t counters[] = {
        offsetof(struct vitals, n_heard), offsetof(struct vitals, n_taken),
        offsetof(struct vitals, n_played), offsetof(struct vitals, n_turns)};
    static const enum vitals_organ organs[] = {VITALS_MICROPHONE, VITALS_EARS, VITALS_LOUDSPEAKER,
                                               VITALS_WORKER};
    struct vitals vitals = {.is_mic_open = true};
    struct watchdog *watchdog;
    struct base_loop *loop;
    int fd = play_systemd();

    REQUIRE(base_loop_create(&loop) == 0);
    REQUIRE(watchdog_create(loop, read_twin, &vitals, &watchdog) == 0);
    CHECK_INT(count_pings(fd), 0);
    for (size_t i = 0; i < sizeof(organs) / sizeof(organs[0]); i++) {
        int64_t *counter = (int64_t *)((char *)&vitals + counters[i]);
        int64_t before;

        live(&vitals);
        CHECK_INT(watchdog_beat(watchdog), VITALS_ALL_WELL);
        CHECK_INT(count_pings(fd), 1);
        before = *counter;
        live(&vitals);
        *counter = before;
        CHECK_INT(watchdog_beat(watchdog), organs[i]);
        CHECK_INT(count_pings(fd), 0);
    }
    live(&vitals);
    CHECK_INT(watchdog_beat(watchdog), VITALS_ALL_WELL);
    CHECK_INT(count_pings(fd), 1);
    watchdog_destroy(watchdog);
    base_loop_destroy(loop);
    close(fd);
}

static void is_not_deaf_that_is_muted(void)
{
    struct vitals before = {.is_mic_open = true}, now = before;

    live(&now);
    now.n_heard = now.n_taken = 0;
    CHECK_INT(vitals_judge(&before, &now), VITALS_MICROPHONE);
    now.is_mic_open = false;
    CHECK_INT(vitals_judge(&before, &now), VITALS_ALL_WELL);
    before.is_mic_open = false;
    now.is_mic_open = true; /* opened a moment ago */
    CHECK_INT(vitals_judge(&before, &now), VITALS_ALL_WELL);
    CHECK_STR(vitals_organ_name(VITALS_WORKER), "delivery worker");
}

static void stop(void *user)
{
    base_loop_stop(user);
}

/* Beats by itself, twice within the limit, where systemd asked for it. */
static void beats_in_the_loop(void)
{
    struct vitals vitals = {.n_played = 1, .n_turns = 1};
    struct watchdog *watchdog;
    struct base_loop *loop;
    struct base_timer *end;
    int fd = play_systemd();

    setenv("WATCHDOG_USEC", "10000", 1);
    REQUIRE(base_loop_create(&loop) == 0);
    REQUIRE(watchdog_create(loop, read_twin, &vitals, &watchdog) == 0);
    live(&vitals);
    REQUIRE(base_timer_create(loop, stop, loop, &end) == 0);
    base_timer_start(end, 60, 0);
    base_loop_run(loop);
    CHECK_INT(count_pings(fd), 1); /* the first beat; then everything stands still */
    watchdog_destroy(watchdog);
    base_loop_destroy(loop);
    unsetenv("WATCHDOG_USEC");
    close(fd);
}

CHECK_MAIN(pings_only_while_all_move, is_not_deaf_that_is_muted, beats_in_the_loop)
