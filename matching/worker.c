/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/worker.h"

#include "base/error.h"
#include "base/log.h"
#include "matching/answer.h"
#include "matching/courier.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TIDY_AFTER_MS  2000
#define WAIT_FAILED_MS 100

enum command_kind {
    COMMAND_SUBMIT,
    COMMAND_CANCEL,
    COMMAND_TOLD,
    COMMAND_ALERT,
    COMMAND_HEALTH,
    COMMAND_RETRY,
    COMMAND_STOP,
};

struct told {
    struct told *next;
    struct matching_event event;
};

struct command {
    struct command *next;
    enum command_kind kind;
    char id[MATCHING_ID_SIZE];
    char *body; /* SUBMIT, ALERT */
    size_t n_body;
    struct told *told; /* SUBMIT, ALERT, CANCEL: room for an event when memory is short */
    int64_t uptime_s;  /* HEALTH */
    unsigned n_restarts;
    char audio[24];
};

/* `lock` guards the two queues, the count and the list; it is never held across a call into a
 * library. */
struct matching_worker {
    pthread_t thread;
    bool is_running;
    const struct base_clock *clock;
    char device[MATCHING_NAME_SIZE];
    struct matching_courier *courier; /* the thread's own once it runs */
    struct matching_client *client;
    struct told *spare; /* the thread's own: of the command that it obeys */
    int command_fd, event_fd;

    pthread_mutex_t lock;
    int64_t n_turns;
    struct command *commands, **commands_end;
    struct told *events, **events_end;
    struct matching_copy copy;
};

static void ring(int fd)
{
    uint64_t one = 1;

    (void)!write(fd, &one, sizeof(one));
}

static void silence(int fd)
{
    uint64_t count;

    (void)!read(fd, &count, sizeof(count));
}

/* --- the thread --- */

/* Returns: whether anything had changed. */
static bool publish(struct matching_worker *worker)
{
    bool is_changed;

    pthread_mutex_lock(&worker->lock);
    is_changed = matching_courier_publish(worker->courier, &worker->copy);
    pthread_mutex_unlock(&worker->lock);
    return is_changed;
}

static void emit(void *user, const struct matching_event *event)
{
    struct matching_worker *worker = user;
    struct told *told = malloc(sizeof(*told));

    if (!told) {
        told = worker->spare;
        worker->spare = NULL;
    }
    if (!told) {
        base_log_fault(BASE_LOG_ERROR, "memory", event->id, "event %s lost",
                       matching_event_name(event->type));
        return;
    }
    if (worker->courier) /* the list is never behind an event that was read */
        (void)publish(worker);
    *told = (struct told){.event = *event};
    pthread_mutex_lock(&worker->lock);
    *worker->events_end = told;
    worker->events_end = &told->next;
    pthread_mutex_unlock(&worker->lock);
    ring(worker->event_fd);
}

static struct command *take_command(struct matching_worker *worker)
{
    struct command *command;

    pthread_mutex_lock(&worker->lock);
    command = worker->commands;
    if (command && !(worker->commands = command->next))
        worker->commands_end = &worker->commands;
    pthread_mutex_unlock(&worker->lock);
    return command;
}

/* Returns: whether to go on. */
static bool obey(struct matching_worker *worker, struct command *command)
{
    struct matching_courier *courier = worker->courier;

    switch (command->kind) {
    case COMMAND_SUBMIT:
        matching_courier_submit(courier, command->id, command->body, command->n_body);
        break;
    case COMMAND_CANCEL:
        matching_courier_cancel(courier, command->id);
        break;
    case COMMAND_TOLD:
        matching_courier_told(courier, command->id);
        break;
    case COMMAND_ALERT:
        matching_courier_alert(courier, command->id, command->body, command->n_body);
        break;
    case COMMAND_HEALTH:
        matching_courier_set_health(courier, command->uptime_s, command->n_restarts,
                                    command->audio);
        break;
    case COMMAND_RETRY:
        matching_courier_retry(courier);
        break;
    case COMMAND_STOP:
        return false;
    }
    return true;
}

static void count_turn(struct matching_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->n_turns++;
    pthread_mutex_unlock(&worker->lock);
}

static void *run(void *user)
{
    struct matching_worker *worker = user;
    const struct matching_client_ops *ops = worker->client->ops;
    int64_t changed_ms = worker->clock->monotonic_ms(worker->clock);
    bool is_untidy = true;
    struct command *command;

    for (;;) {
        int wait_ms;

        while ((command = take_command(worker)) != NULL) {
            bool goes_on, wrote = command->kind != COMMAND_HEALTH;

            worker->spare = command->told;
            goes_on = obey(worker, command);
            free(worker->spare);
            worker->spare = NULL;
            free(command);
            if (!goes_on)
                return NULL;
            if (wrote) { /* health comes every second: it must not put the tidying off for ever */
                is_untidy = true;
                changed_ms = worker->clock->monotonic_ms(worker->clock);
            }
        }
        wait_ms = matching_courier_turn(worker->courier);
        (void)publish(worker);
        count_turn(worker);
        /* Folding the journal back takes as long as the disk likes: only when nobody speaks. */
        if (is_untidy && worker->clock->monotonic_ms(worker->clock) - changed_ms >= TIDY_AFTER_MS) {
            matching_courier_tidy(worker->courier);
            is_untidy = false;
        }
        if (is_untidy && wait_ms > TIDY_AFTER_MS)
            wait_ms = TIDY_AFTER_MS;
        if (ops->wait(worker->client, worker->command_fd, wait_ms) != 0) {
            log_error("worker-wait", "the network library failed");
            usleep(WAIT_FAILED_MS * 1000); /* it may fail for long: no core is to be burnt for it */
        }
        silence(worker->command_fd);
    }
}

/* --- life --- */

static int start_thread(struct matching_worker *worker)
{
    sigset_t all, before;
    int r;

    /* Signals are the main thread's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r = -pthread_create(&worker->thread, NULL, run, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    worker->is_running = r == 0;
    if (r == 0)
        pthread_setname_np(worker->thread, "delivery"); /* for those who look from outside */
    return r;
}

int matching_worker_create(const struct matching_settings *settings, const struct base_clock *clock,
                           struct matching_worker **ret_worker)
{
    struct matching_worker *worker = calloc(1, sizeof(*worker));
    int r = 0;

    if (!worker)
        return -ENOMEM;
    pthread_mutex_init(&worker->lock, NULL);
    worker->clock = clock;
    worker->commands_end = &worker->commands;
    worker->events_end = &worker->events;
    worker->command_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (worker->command_fd < 0 || worker->event_fd < 0)
        r = -errno;
    snprintf(worker->device, sizeof(worker->device), "%s", settings->device);
    worker->client = settings->twin;
    if (r == 0 && !worker->client)
        r = matching_client_create(&settings->client, &worker->client);
    if (r == 0)
        r = matching_courier_create(settings, clock, worker->client, emit, worker,
                                    &worker->courier);
    if (r == 0) {
        (void)publish(worker);
        r = start_thread(worker);
    }
    if (r) {
        matching_worker_destroy(worker);
        return r < 0 ? base_trace(r) : r;
    }
    *ret_worker = worker;
    return 0;
}

static void add_command(struct matching_worker *worker, struct command *command)
{
    pthread_mutex_lock(&worker->lock);
    *worker->commands_end = command;
    worker->commands_end = &command->next;
    pthread_mutex_unlock(&worker->lock);
    ring(worker->command_fd);
}

static void free_command(struct command *command)
{
    free(command->body);
    free(command->told);
    free(command);
}

static void free_queues(struct matching_worker *worker)
{
    struct command *command;

    while ((command = take_command(worker)) != NULL) {
        free_command(command);
    }
    while (worker->events) {
        struct told *told = worker->events;

        worker->events = told->next;
        free(told);
    }
}

void matching_worker_destroy(struct matching_worker *worker)
{
    struct command *stop;

    if (!worker)
        return;
    if (worker->is_running) {
        /* Commands given before are obeyed first: what was submitted is still stored. */
        while (!(stop = calloc(1, sizeof(*stop))))
            usleep(1000);
        stop->kind = COMMAND_STOP;
        add_command(worker, stop);
        pthread_join(worker->thread, NULL);
    }
    matching_courier_destroy(worker->courier);
    if (worker->client)
        worker->client->ops->destroy(worker->client);
    free_queues(worker);
    matching_copy_finish(&worker->copy);
    if (worker->command_fd >= 0)
        close(worker->command_fd);
    if (worker->event_fd >= 0)
        close(worker->event_fd);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

/* --- events --- */

int matching_worker_fd(const struct matching_worker *worker)
{
    return worker->event_fd;
}

bool matching_worker_next_event(struct matching_worker *worker, struct matching_event *ret_event)
{
    struct told *told;

    pthread_mutex_lock(&worker->lock);
    told = worker->events;
    if (told && !(worker->events = told->next))
        worker->events_end = &worker->events;
    if (!told)
        silence(worker->event_fd); /* under the lock: an event added after this rings again */
    pthread_mutex_unlock(&worker->lock);
    if (!told)
        return false;
    *ret_event = told->event;
    free(told);
    return true;
}

/* --- commands --- */

static struct command *make_command(enum command_kind kind, const char *id)
{
    struct command *command = calloc(1, sizeof(*command));

    if (!command)
        return NULL;
    command->kind = kind;
    if (kind == COMMAND_SUBMIT || kind == COMMAND_ALERT || kind == COMMAND_CANCEL) {
        command->told = malloc(sizeof(*command->told));
        if (!command->told) {
            free(command);
            return NULL;
        }
    }
    if (id)
        snprintf(command->id, sizeof(command->id), "%s", id);
    return command;
}

/* Gives the command to the thread, or it up if it could not be made (r). Returns: r. */
static int hand_over(struct matching_worker *worker, struct command *command, int r,
                     char ret_id[MATCHING_ID_SIZE])
{
    if (r < 0) {
        free_command(command);
        return base_trace(r);
    }
    memcpy(ret_id, command->id, MATCHING_ID_SIZE);
    add_command(worker, command);
    return 0;
}

int matching_worker_submit(struct matching_worker *worker, const struct matching_request *request,
                           char ret_id[MATCHING_ID_SIZE])
{
    struct command *command = make_command(COMMAND_SUBMIT, NULL);
    int r;

    if (!command)
        return -ENOMEM;
    r = matching_id_make(command->id);
    if (r == 0)
        r = matching_request_encode(request, command->id, &command->body, &command->n_body);
    return hand_over(worker, command, r, ret_id);
}

/* A command that needs nothing but the id. */
static int order(struct matching_worker *worker, enum command_kind kind, const char *id)
{
    struct command *command = make_command(kind, id);

    if (!command)
        return -ENOMEM;
    add_command(worker, command);
    return 0;
}

int matching_worker_cancel(struct matching_worker *worker, const char *id)
{
    return order(worker, COMMAND_CANCEL, id);
}

int matching_worker_told(struct matching_worker *worker, const char *id)
{
    return order(worker, COMMAND_TOLD, id);
}

int matching_worker_alert(struct matching_worker *worker, const char *resident,
                          const char *spoken_at, char ret_id[MATCHING_ID_SIZE])
{
    struct command *command = make_command(COMMAND_ALERT, NULL);
    int r;

    if (!command)
        return -ENOMEM;
    r = matching_id_make(command->id);
    if (r == 0)
        r = matching_alert_encode(command->id, worker->device, resident, spoken_at, &command->body,
                                  &command->n_body);
    return hand_over(worker, command, r, ret_id);
}

int matching_worker_set_health(struct matching_worker *worker, const struct matching_health *health)
{
    struct command *command = make_command(COMMAND_HEALTH, NULL);

    if (!command)
        return -ENOMEM;
    command->uptime_s = health->uptime_s;
    command->n_restarts = health->n_restarts;
    snprintf(command->audio, sizeof(command->audio), "%s", health->audio);
    add_command(worker, command);
    return 0;
}

int matching_worker_retry(struct matching_worker *worker)
{
    return order(worker, COMMAND_RETRY, NULL);
}

int64_t matching_worker_n_turns(struct matching_worker *worker)
{
    int64_t n_turns;

    pthread_mutex_lock(&worker->lock);
    n_turns = worker->n_turns;
    pthread_mutex_unlock(&worker->lock);
    return n_turns;
}

/* --- the list --- */

int matching_worker_list(struct matching_worker *worker, struct matching_summary **ret_summaries,
                         size_t *ret_n)
{
    int64_t now_ms = worker->clock->monotonic_ms(worker->clock);
    struct matching_summary *copy;
    size_t n;

    pthread_mutex_lock(&worker->lock);
    n = worker->copy.n;
    copy = malloc((n + 1) * sizeof(*copy));
    for (size_t i = 0; copy && i < n; i++) {
        copy[i] = worker->copy.summaries[i];
        copy[i].age_ms += now_ms - worker->copy.asof_ms[i];
    }
    pthread_mutex_unlock(&worker->lock);
    if (!copy)
        return -ENOMEM;
    *ret_summaries = copy;
    *ret_n = n;
    return 0;
}

static bool is_similar(const struct matching_summary *s, const struct matching_request *request)
{
    const char *service = request->service ? request->service : "";

    if (s->state == MATCHING_REFUSED || s->state == MATCHING_CANCELLING ||
        s->state == MATCHING_CANCELLED || s->state == MATCHING_EXPIRED ||
        s->state == MATCHING_DAMAGED)
        return false;
    return s->kind == request->kind && strcmp(s->service, service) == 0 &&
           (!*s->when.date || !*request->when.date ||
            strcmp(s->when.date, request->when.date) == 0);
}

bool matching_worker_find_similar(struct matching_worker *worker,
                                  const struct matching_request *request, int64_t within_ms,
                                  struct matching_summary *ret_summary)
{
    int64_t now_ms = worker->clock->monotonic_ms(worker->clock);
    bool is_found = false;

    pthread_mutex_lock(&worker->lock);
    for (size_t i = worker->copy.n; i-- > 0 && !is_found;) {
        const struct matching_summary *s = &worker->copy.summaries[i];
        int64_t age_ms = s->age_ms + now_ms - worker->copy.asof_ms[i];

        if (age_ms > within_ms || !is_similar(s, request))
            continue;
        *ret_summary = *s;
        ret_summary->age_ms = age_ms;
        is_found = true;
    }
    pthread_mutex_unlock(&worker->lock);
    return is_found;
}
