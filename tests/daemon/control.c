/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The socket, with the daemon in a child: the client's side waits for the answer. */
#include "daemon/control.h"

#include "base/log.h"
#include "tests/check.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];

static int answer(void *user, const char *command, struct base_strbuf *text)
{
    (void)user;
    if (strcmp(command, "status") != 0)
        return -EINVAL;
    base_strbuf_add(text, "{\"state\":\"ASLEEP\"}");
    return 0;
}

/* Serves until killed. Returns: the child, once its socket stands. */
static pid_t serve(void)
{
    int ready[2];
    char byte;
    pid_t child;

    REQUIRE(pipe(ready) == 0);
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        struct base_loop *loop;
        struct control *control;

        if (base_loop_create(&loop) < 0 || control_create(loop, path, answer, NULL, &control) < 0 ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        base_loop_run(loop);
        _exit(0);
    }
    close(ready[1]);
    REQUIRE(read(ready[0], &byte, 1) == 1);
    close(ready[0]);
    return child;
}

static void stop(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void set_up(void)
{
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    strcpy(folder, "/tmp/voisine-XXXXXX");
    REQUIRE(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/control.sock", folder);
}

static void a_command_gets_its_answer_and_an_unknown_one_an_error(void)
{
    pid_t child;
    struct stat status;
    char *text;

    set_up();
    child = serve();
    CHECK_INT(control_ask(path, "status", &text), 0);
    CHECK_STR(text, "{\"state\":\"ASLEEP\"}\n");
    free(text);
    CHECK_INT(control_ask(path, "dance", &text), 0);
    CHECK(strstr(text, "error"));
    free(text);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    stop(child);
}

static void a_line_that_is_too_long_is_dropped_and_the_next_is_served(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    pid_t child = serve();
    char junk[1024], *text;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memset(junk, 'x', sizeof(junk));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    REQUIRE(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    REQUIRE(send(fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0);
    CHECK(recv(fd, junk, sizeof(junk), 0) <= 0); /* closed without an answer */
    close(fd);
    CHECK_INT(control_ask(path, "status", &text), 0);
    free(text);
    stop(child);
}

static void a_socket_of_the_dead_is_replaced_that_of_the_living_is_not(void)
{
    pid_t child = serve(); /* the last test's child was killed and left its socket */
    struct base_loop *loop;
    struct control *control;

    REQUIRE(base_loop_create(&loop) == 0);
    CHECK_INT(control_create(loop, path, answer, NULL, &control), -EADDRINUSE);
    stop(child);
    CHECK_INT(control_create(loop, path, answer, NULL, &control), 0);
    control_destroy(control);
    CHECK(access(path, F_OK) != 0);
    base_loop_destroy(loop);
}

static void nobody_there_is_told(void)
{
    char *text;

    CHECK_INT(control_ask(path, "status", &text), -ENOENT);
    rmdir(folder);
}

CHECK_MAIN(a_command_gets_its_answer_and_an_unknown_one_an_error,
           a_line_that_is_too_long_is_dropped_and_the_next_is_served,
           a_socket_of_the_dead_is_replaced_that_of_the_living_is_not, nobody_there_is_told)
