/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The button without a device: a FIFO gives the kernel's records, the rest is the real path. */
#include "daemon/button.h"
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <sys/stat.h>
#include <unistd.h>

struct desk {
    char folder[64], path[96], other[96];
    struct base_loop *loop;
    struct base_timer *limit;
    struct button *button;
    int fd; /* the device's side */
    int n_short, n_long, n_mute;
    int n_wanted; /* the loop ends after so many */
};

static void count(struct desk *desk, int *n)
{
    (*n)++;
    if (--desk->n_wanted == 0)
        base_loop_stop(desk->loop);
}

static void on_press(void *user, bool is_long)
{
    struct desk *desk = user;

    count(desk, is_long ? &desk->n_long : &desk->n_short);
}

static void on_mute_key(void *user)
{
    struct desk *desk = user;

    count(desk, &desk->n_mute);
}

static void give_up(void *user)
{
    (void)user;
    fprintf(stderr, "the button said nothing within 20 s\n");
    exit(1);
}

/* The name of a device is that of its inode here: event0 is "Doorbell", event1 "Big Red Button". */
static int twin_name(int fd, char *ret_name, size_t size)
{
    struct stat status;

    if (fstat(fd, &status) < 0 || !S_ISFIFO(status.st_mode))
        return -ENOTTY;
    snprintf(ret_name, size, "%s", status.st_mode & 010 ? "Big Red Button" : "Doorbell");
    return 0;
}

static void plug_in(struct desk *desk, const char *path)
{
    desk->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(desk->fd >= 0);
}

static void begin(struct desk *desk, const char *device)
{
    struct button_options options = {.device = device,
                                     .key = "KEY_PHONE",
                                     .mute_key = "113", /* KEY_MUTE */
                                     .long_press_ms = 100,
                                     .clock = base_clock_system(),
                                     .input_folder = desk->folder,
                                     .name = twin_name};
    struct button_events events = {on_press, on_mute_key, desk};

    REQUIRE(base_loop_create(&desk->loop) == 0);
    REQUIRE(base_timer_create(desk->loop, give_up, desk, &desk->limit) == 0);
    base_timer_start(desk->limit, 20000, 0);
    REQUIRE(button_create(desk->loop, &options, &events, &desk->button) == 0);
}

static void make_desk(struct desk *desk)
{
    *desk = (struct desk){.fd = -1};
    strcpy(desk->folder, "/tmp/voisine-button-XXXXXX");
    REQUIRE(mkdtemp(desk->folder));
    snprintf(desk->other, sizeof(desk->other), "%s/event0", desk->folder);
    snprintf(desk->path, sizeof(desk->path), "%s/event1", desk->folder);
    REQUIRE(mkfifo(desk->other, 0600) == 0 && mkfifo(desk->path, 0600) == 0);
    REQUIRE(chmod(desk->path, 0610) == 0);
    plug_in(desk, desk->path);
}

static void clear_desk(struct desk *desk)
{
    button_destroy(desk->button);
    base_loop_destroy(desk->loop);
    if (desk->fd >= 0)
        close(desk->fd);
    unlink(desk->path);
    unlink(desk->other);
    rmdir(desk->folder);
}

static void key(struct desk *desk, int type, int code, int value)
{
    struct input_event events[2] = {{.type = (__u16)type, .code = (__u16)code, .value = value},
                                    {.type = EV_SYN, .code = SYN_REPORT}};

    REQUIRE(write(desk->fd, events, sizeof(events)) == sizeof(events));
}

static void wait_for(struct desk *desk, int n)
{
    desk->n_wanted = n;
    REQUIRE(base_loop_run(desk->loop) == 0);
}

static void presses(struct desk *desk)
{
    key(desk, EV_KEY, KEY_PHONE, 1);
    key(desk, EV_KEY, KEY_PHONE, 0);
    wait_for(desk, 1);
    CHECK_INT(desk->n_short, 1);
    key(desk, EV_KEY, KEY_PHONE, 1);
    key(desk, EV_KEY, KEY_PHONE, 2); /* repeats */
    key(desk, EV_KEY, KEY_ENTER, 0); /* another key */
    wait_for(desk, 1);
    CHECK_INT(desk->n_long, 1);
    key(desk, EV_KEY, KEY_PHONE, 0);
    key(desk, EV_KEY, KEY_MUTE, 1);
    key(desk, EV_KEY, KEY_MUTE, 0);
    wait_for(desk, 1);
    CHECK_INT(desk->n_mute, 1);
    CHECK_INT(desk->n_short, 1);
    CHECK_INT(desk->n_long, 1);
}

static void by_path(void)
{
    struct desk desk;

    make_desk(&desk);
    begin(&desk, desk.path);
    CHECK_STR(button_health(desk.button), "ok");
    presses(&desk);
    clear_desk(&desk);
}

static void by_name(void)
{
    struct desk desk;

    make_desk(&desk);
    begin(&desk, "red button");
    CHECK_STR(button_health(desk.button), "ok");
    presses(&desk);
    CHECK_INT(button_open("no such thing", desk.folder, twin_name), -ENODEV);
    clear_desk(&desk);
}

/* The kernel's queue ran over while the key was down: its release may be lost. */
static void dropped_events_press_nothing(void)
{
    struct desk desk;

    make_desk(&desk);
    begin(&desk, desk.path);
    key(&desk, EV_KEY, KEY_PHONE, 1);
    key(&desk, EV_SYN, SYN_DROPPED, 0);
    key(&desk, EV_KEY, KEY_PHONE, 0);
    key(&desk, EV_KEY, KEY_MUTE, 1);
    key(&desk, EV_KEY, KEY_MUTE, 0);
    wait_for(&desk, 1);
    CHECK_INT(desk.n_mute, 1);
    CHECK_INT(desk.n_short + desk.n_long, 0);
    clear_desk(&desk);
}

static void end_when_missing(void *user)
{
    struct desk *desk = user;

    if (strcmp(button_health(desk->button), "missing") == 0)
        base_loop_stop(desk->loop);
}

static void survives_unplugging(void)
{
    struct base_timer *look;
    struct desk desk;

    make_desk(&desk);
    begin(&desk, desk.path);
    key(&desk, EV_KEY, KEY_PHONE, 1); /* held while the cable is pulled */
    close(desk.fd);
    REQUIRE(base_timer_create(desk.loop, end_when_missing, &desk, &look) == 0);
    base_timer_start(look, 5, 5);
    REQUIRE(base_loop_run(desk.loop) == 0);
    base_timer_destroy(look);
    CHECK_INT(desk.n_short, 0);
    CHECK_INT(desk.n_long, 0);
    unlink(desk.path);
    button_check(desk.button);
    CHECK_STR(button_health(desk.button), "missing");
    REQUIRE(mkfifo(desk.path, 0600) == 0);
    plug_in(&desk, desk.path);
    button_check(desk.button);
    CHECK_STR(button_health(desk.button), "ok");
    presses(&desk);
    clear_desk(&desk);
}

static void note(void *user, const char *path, const char *name)
{
    char *list = user;

    snprintf(list + strlen(list), 256 - strlen(list), "%s %s\n", strrchr(path, '/'), name);
}

static void lists_what_can_be_opened(void)
{
    char list[256] = "";
    struct desk desk;

    make_desk(&desk);
    CHECK_INT(button_list(desk.folder, twin_name, note, list), 0);
    CHECK_STR(list, "/event0 Doorbell\n/event1 Big Red Button\n");
    CHECK_INT(button_list("/nowhere", twin_name, note, list), 0);
    close(desk.fd);
    unlink(desk.path);
    unlink(desk.other);
    rmdir(desk.folder);
}

static void faults_are_told(void)
{
    struct button_options options = {.device = "", .key = "KEY_PHONE", .mute_key = "KEY_NONSENSE"};
    struct button_events events = {on_press, on_mute_key, NULL};
    struct button *button = NULL;
    struct base_loop *loop;

    CHECK_INT(button_key_code("KEY_ENTER"), 28);
    CHECK_INT(button_key_code("28"), 28);
    CHECK_INT(button_key_code("0"), -EINVAL);
    CHECK_INT(button_key_code("100000"), -EINVAL);
    CHECK_INT(button_key_code("ENTER"), -EINVAL);
    REQUIRE(base_loop_create(&loop) == 0);
    CHECK_INT(button_create(loop, &options, &events, &button), -EINVAL);
    options.mute_key = "";
    CHECK_INT(button_create(loop, &options, &events, &button), 0);
    CHECK_STR(button_health(button), "none");
    button_destroy(button);
    base_loop_destroy(loop);
}

CHECK_MAIN(by_path, by_name, dropped_events_press_nothing, survives_unplugging,
           lists_what_can_be_opened, faults_are_told)
