/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/daemon/scene_service.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_S = 20, REQUESTS_MAX = 64 };

struct lane {
    bool is_open, is_done;
    struct matching_reply reply;
};

struct scene_service {
    struct matching_client base; /* first: the ops cast back */
    pthread_mutex_t lock;
    pthread_cond_t rested;
    bool is_moderated, is_idle;
    int wake_fd, poke_fd;
    enum scene_service_mood mood;
    struct lane lanes[MATCHING_N_LANES];
    json_t *requests, *alerts; /* bodies by id, in the order they came */
    json_t *news;              /* not fetched yet */
    int cursor;
};

static struct scene_service *service_of(struct matching_client *client)
{
    return (struct scene_service *)client;
}

/* ---- the answers ---- */

static void end(struct lane *lane, enum matching_lane which, int status, json_t *body)
{
    lane->is_done = true;
    lane->reply = (struct matching_reply){.lane = which,
                                          .transport = status ? MATCHING_TRANSPORT_OK
                                                              : MATCHING_TRANSPORT_CONNECT,
                                          .status = status,
                                          .retry_after_s = -1,
                                          .body = body ? json_dumps(body, 0) : strdup("")};
    lane->reply.n_body = strlen(lane->reply.body);
    json_decref(body);
}

static void fail(struct lane *lane, enum matching_lane which, enum matching_transport transport)
{
    end(lane, which, 0, NULL);
    lane->reply.transport = transport;
}

static void answer_news(struct scene_service *service)
{
    struct lane *lane = &service->lanes[MATCHING_LANE_NEWS];
    char cursor[16];

    if (!lane->is_open || lane->is_done || json_array_size(service->news) == 0)
        return;
    snprintf(cursor, sizeof(cursor), "c%d", ++service->cursor);
    end(lane, MATCHING_LANE_NEWS, 200,
        json_pack("{s:s, s:O}", "cursor", cursor, "news", service->news));
    json_array_clear(service->news);
}

static void keep(json_t *list, const json_t *body)
{
    const char *id = json_string_value(json_object_get(body, "id"));
    const json_t *known;
    size_t i;

    json_array_foreach(list, i, known)
    {
        if (strcmp(json_string_value(json_object_get(known, "id")), id) == 0)
            return;
    }
    json_array_append_new(list, json_deep_copy(body));
}

static void take_body(struct scene_service *service, enum matching_lane which, const char *path,
                      const json_t *body)
{
    const char *id = json_string_value(json_object_get(body, "id"));
    bool is_request = strcmp(path, "/v1/requests") == 0;

    if (is_request)
        keep(service->requests, body);
    else if (which == MATCHING_LANE_ALERT)
        keep(service->alerts, body);
    end(&service->lanes[which], which, 201,
        json_pack("{s:s*, s:s}", "id", id, "status",
                  is_request && service->is_moderated ? "pending_review" : "received"));
}

/* "/v1/requests/ID/cancel" */
static json_t *cancelled(const char *path)
{
    char id[37] = "";

    (void)sscanf(path, "/v1/requests/%36[^/]/cancel", id);
    return json_pack("{s:s, s:s}", "id", id, "status", "cancelled");
}

static void answer(struct scene_service *service, enum matching_lane which,
                   const struct matching_call *call)
{
    struct lane *lane = &service->lanes[which];
    json_t *body = call->body ? json_loadb(call->body, call->n_body, 0, NULL) : NULL;

    if (service->mood == SERVICE_AWAY)
        end(lane, which, 0, NULL);
    else if (service->mood == SERVICE_UNKNOWN)
        end(lane, which, 401, json_pack("{s:s}", "title", "unknown device"));
    else if (service->mood == SERVICE_OTHER)
        end(lane, which, 404, NULL);
    else if (service->mood == SERVICE_FAKE)
        fail(lane, which, MATCHING_TRANSPORT_TLS_UNTRUSTED);
    else if (service->mood == SERVICE_REVOKED)
        end(lane, which, 403, json_pack("{s:s}", "type", "urn:voisine:problem:device-revoked"));
    else if (which == MATCHING_LANE_NEWS)
        answer_news(service);
    else if (service->mood == SERVICE_SILENT)
        lane->is_done = false;
    else if (strstr(call->path, "/cancel"))
        end(lane, which, 200, cancelled(call->path));
    else if (service->mood == SERVICE_REFUSES && strcmp(call->path, "/v1/requests") == 0)
        end(lane, which, 422, json_pack("{s:s}", "title", "not acceptable"));
    else
        take_body(service, which, call->path, body);
    json_decref(body);
}

/* ---- the worker's side ---- */

static int begin(struct matching_client *client, enum matching_lane which,
                 const struct matching_call *call)
{
    struct scene_service *service = service_of(client);

    if (service->lanes[which].is_open)
        return -EBUSY;
    pthread_mutex_lock(&service->lock);
    service->lanes[which] = (struct lane){.is_open = true};
    answer(service, which, call);
    pthread_mutex_unlock(&service->lock);
    return 0;
}

static bool has_done(const struct scene_service *service)
{
    for (int i = 0; i < MATCHING_N_LANES; i++) {
        if (service->lanes[i].is_done)
            return true;
    }
    return false;
}

/* The scene's clock stands still meanwhile: only the test wakes the worker. */
static int wait_for(struct matching_client *client, int wake_fd, int timeout_ms)
{
    struct scene_service *service = service_of(client);
    struct pollfd fds[2] = {{.fd = wake_fd, .events = POLLIN},
                            {.fd = service->poke_fd, .events = POLLIN}};
    uint64_t count;
    bool is_done;

    pthread_mutex_lock(&service->lock);
    service->wake_fd = wake_fd;
    is_done = has_done(service) || timeout_ms == 0;
    service->is_idle = !is_done;
    if (!is_done)
        pthread_cond_broadcast(&service->rested);
    pthread_mutex_unlock(&service->lock);
    if (is_done)
        return 0;
    (void)poll(fds, 2, -1);
    pthread_mutex_lock(&service->lock);
    service->is_idle = false;
    (void)!read(service->poke_fd, &count, sizeof(count));
    pthread_mutex_unlock(&service->lock);
    return 0;
}

static int take(struct matching_client *client, struct matching_reply *ret_reply)
{
    struct scene_service *service = service_of(client);
    int found = 0;

    pthread_mutex_lock(&service->lock);
    for (int i = 0; i < MATCHING_N_LANES && !found; i++) {
        if (!service->lanes[i].is_done)
            continue;
        *ret_reply = service->lanes[i].reply;
        service->lanes[i] = (struct lane){0};
        found = 1;
    }
    pthread_mutex_unlock(&service->lock);
    return found;
}

static void abandon(struct matching_client *client, enum matching_lane which)
{
    struct scene_service *service = service_of(client);

    pthread_mutex_lock(&service->lock);
    free(service->lanes[which].reply.body);
    service->lanes[which] = (struct lane){0};
    pthread_mutex_unlock(&service->lock);
}

static void destroy(struct matching_client *client)
{
    (void)client;
}

static const struct matching_client_ops ops = {begin, wait_for, take, abandon, destroy};

/* ---- the test's side ---- */

struct scene_service *scene_service_create(bool is_moderated)
{
    struct scene_service *service = calloc(1, sizeof(*service));

    if (!service)
        abort();
    service->base.ops = &ops;
    service->is_moderated = is_moderated;
    pthread_mutex_init(&service->lock, NULL);
    pthread_cond_init(&service->rested, NULL);
    service->wake_fd = -1;
    service->poke_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    service->requests = json_array();
    service->alerts = json_array();
    service->news = json_array();
    return service;
}

void scene_service_destroy(struct scene_service *service)
{
    for (int i = 0; i < MATCHING_N_LANES; i++)
        free(service->lanes[i].reply.body);
    json_decref(service->requests);
    json_decref(service->alerts);
    json_decref(service->news);
    close(service->poke_fd);
    pthread_cond_destroy(&service->rested);
    pthread_mutex_destroy(&service->lock);
    free(service);
}

struct matching_client *scene_service_client(struct scene_service *service)
{
    return &service->base;
}

void scene_service_set_mood(struct scene_service *service, enum scene_service_mood mood)
{
    pthread_mutex_lock(&service->lock);
    service->mood = mood;
    pthread_mutex_unlock(&service->lock);
}

void scene_service_poke(struct scene_service *service)
{
    uint64_t one = 1;

    (void)!write(service->poke_fd, &one, sizeof(one));
}

static bool is_readable(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};

    return fd >= 0 && poll(&pollfd, 1, 0) > 0;
}

bool scene_service_settle(struct scene_service *service)
{
    struct timespec until;
    int r = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&service->lock);
    while (r == 0 &&
           (!service->is_idle || is_readable(service->wake_fd) || is_readable(service->poke_fd)))
        r = pthread_cond_timedwait(&service->rested, &service->lock, &until);
    pthread_mutex_unlock(&service->lock);
    return r == 0;
}

static const char *find_request(const struct scene_service *service, const char *name)
{
    for (size_t i = json_array_size(service->requests); i-- > 0;) {
        const json_t *body = json_array_get(service->requests, i);
        const char *of = json_string_value(json_object_get(body, "service"));

        if (of ? strcmp(of, name) == 0 : strcmp(name, "callback") == 0)
            return json_string_value(json_object_get(body, "id"));
    }
    return NULL;
}

bool scene_service_tell(struct scene_service *service, const json_t *news)
{
    const char *name = json_string_value(json_object_get(news, "service"));
    const char *id;

    pthread_mutex_lock(&service->lock);
    id = name ? find_request(service, name) : NULL;
    if (id) {
        json_t *item = json_deep_copy(news);

        json_object_set_new(item, "id", json_string(id));
        json_array_append_new(service->news, item);
        answer_news(service);
    }
    pthread_mutex_unlock(&service->lock);
    scene_service_poke(service);
    return id != NULL;
}

static size_t count(struct scene_service *service, const json_t *list)
{
    size_t n;

    pthread_mutex_lock(&service->lock);
    n = json_array_size(list);
    pthread_mutex_unlock(&service->lock);
    return n;
}

size_t scene_service_n_requests(struct scene_service *service)
{
    return count(service, service->requests);
}

size_t scene_service_n_alerts(struct scene_service *service)
{
    return count(service, service->alerts);
}

size_t scene_service_heap(struct scene_service *service)
{
    size_t before = mallinfo2().uordblks, n;
    json_t *copy;

    pthread_mutex_lock(&service->lock);
    copy = json_deep_copy(service->requests);
    n = mallinfo2().uordblks - before;
    json_decref(copy);
    pthread_mutex_unlock(&service->lock);
    return n;
}
