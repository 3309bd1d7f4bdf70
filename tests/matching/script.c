/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/matching/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct script *script_of(struct matching_client *client)
{
    return (struct script *)client;
}

static void clear(struct script_call *call)
{
    free(call->body);
    free(call->reply.body);
    memset(call, 0, sizeof(*call));
}

static int begin(struct matching_client *client, enum matching_lane lane,
                 const struct matching_call *call)
{
    struct script_call *mine = &script_of(client)->lanes[lane];

    if (mine->is_open)
        return -EBUSY;
    if (script_of(client)->is_short)
        return -ENOMEM;
    clear(mine);
    mine->is_open = true;
    snprintf(mine->method, sizeof(mine->method), "%s", call->method);
    snprintf(mine->path, sizeof(mine->path), "%s", call->path);
    snprintf(mine->key, sizeof(mine->key), "%s",
             call->idempotency_key ? call->idempotency_key : "");
    mine->body = call->body ? strndup(call->body, call->n_body) : NULL;
    script_of(client)->n_calls++;
    return 0;
}

static int wait_for(struct matching_client *client, int wake_fd, int timeout_ms)
{
    (void)client;
    (void)wake_fd;
    (void)timeout_ms;
    return 0;
}

static int take(struct matching_client *client, struct matching_reply *ret_reply)
{
    for (int i = 0; i < MATCHING_N_LANES; i++) {
        struct script_call *call = &script_of(client)->lanes[i];

        if (!call->is_done)
            continue;
        *ret_reply = call->reply;
        call->reply.body = NULL;
        clear(call);
        return 1;
    }
    return 0;
}

static void abandon(struct matching_client *client, enum matching_lane lane)
{
    clear(&script_of(client)->lanes[lane]);
}

static void destroy(struct matching_client *client)
{
    (void)client;
}

static const struct matching_client_ops ops = {begin, wait_for, take, abandon, destroy};

void script_init(struct script *script)
{
    memset(script, 0, sizeof(*script));
    script->base.ops = &ops;
}

void script_finish(struct script *script)
{
    for (int i = 0; i < MATCHING_N_LANES; i++)
        clear(&script->lanes[i]);
}

const struct script_call *script_call(struct script *script, enum matching_lane lane)
{
    return script->lanes[lane].is_open && !script->lanes[lane].is_done ? &script->lanes[lane]
                                                                       : NULL;
}

static void end(struct script *script, enum matching_lane lane, enum matching_transport transport,
                int status, int64_t retry_after_s, const char *body)
{
    struct script_call *call = &script->lanes[lane];

    if (!call->is_open) {
        fprintf(stderr, "the test answers a call that was not made\n");
        exit(1);
    }
    call->is_done = true;
    call->reply = (struct matching_reply){.lane = lane,
                                          .transport = transport,
                                          .status = status,
                                          .retry_after_s = retry_after_s,
                                          .body = strdup(body ? body : ""),
                                          .n_body = body ? strlen(body) : 0};
}

void script_answer(struct script *script, enum matching_lane lane, int status, const char *body)
{
    end(script, lane, MATCHING_TRANSPORT_OK, status, -1, body);
}

void script_retry_after(struct script *script, enum matching_lane lane, int status,
                        int64_t retry_after_s)
{
    end(script, lane, MATCHING_TRANSPORT_OK, status, retry_after_s, NULL);
}

void script_fail(struct script *script, enum matching_lane lane, enum matching_transport transport)
{
    end(script, lane, transport, 0, -1, NULL);
}
