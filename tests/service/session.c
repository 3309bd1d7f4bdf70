/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/session.h"

#include "base/file.h"
#include "matching/sha256.h"
#include "tests/service/keys.h"
#include "tests/service/store.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define GOOD_FOR_MS     (12 * 3600 * 1000LL)
#define TOKEN_FILE_MAX  128
#define GUESSES_MAX     10
#define GUESSES_MAX_ALL 100

bool sessions_is_same(const char *a, const char *b)
{
    size_t n = strlen(a);
    unsigned char difference = 0;

    if (strlen(b) != n) /* lengths are no secret here */
        return false;
    for (size_t i = 0; i < n; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

int sessions_init(struct sessions *sessions, const char *folder)
{
    char path[PATH_MAX], token[65], *kept;
    size_t n;
    int r = base_file_join(folder, "operator.token", path, sizeof(path));

    memset(sessions, 0, sizeof(*sessions));
    pthread_mutex_init(&sessions->lock, NULL);
    limiter_init(&sessions->guesses, GUESSES_MAX, GUESSES_MAX_ALL);
    if (r < 0)
        return r;
    if (base_file_read(path, TOKEN_FILE_MAX, &kept, &n) == 0) {
        kept[strcspn(kept, " \r\n")] = '\0';
        matching_sha256_hex(kept, strlen(kept), sessions->operator_sum);
        free(kept);
        return 0;
    }
    r = keys_make_token(token);
    if (r == 0)
        r = base_file_replace(path, token, strlen(token), 0600);
    matching_sha256_hex(token, strlen(token), sessions->operator_sum);
    return r;
}

void sessions_finish(struct sessions *sessions)
{
    limiter_finish(&sessions->guesses);
    pthread_mutex_destroy(&sessions->lock);
}

enum session_answer sessions_login(struct sessions *sessions, const char *token,
                                   const char *address, char ret_id[SESSION_ID_SIZE])
{
    int64_t now_ms = store_now_ms();
    char sum[MATCHING_SHA256_HEX_SIZE], form[SESSION_ID_SIZE];
    size_t oldest = 0;

    if (!limiter_may_try(&sessions->guesses, address, now_ms))
        return SESSION_LATER;
    matching_sha256_hex(token, strlen(token), sum);
    if (!sessions_is_same(sum, sessions->operator_sum)) {
        limiter_failed(&sessions->guesses, address, now_ms);
        return SESSION_WRONG;
    }
    if (keys_make_token(ret_id) != 0 || keys_make_token(form) != 0)
        return SESSION_LATER;
    pthread_mutex_lock(&sessions->lock);
    for (size_t i = 1; i < SESSION_MAX; i++) {
        if (sessions->list[i].until_ms < sessions->list[oldest].until_ms)
            oldest = i;
    }
    memcpy(sessions->list[oldest].id, ret_id, SESSION_ID_SIZE);
    memcpy(sessions->list[oldest].form, form, SESSION_ID_SIZE);
    sessions->list[oldest].until_ms = now_ms + GOOD_FOR_MS;
    pthread_mutex_unlock(&sessions->lock);
    return SESSION_OPEN;
}

bool sessions_find(struct sessions *sessions, const char *id, char ret_form[SESSION_ID_SIZE])
{
    int64_t now_ms = store_now_ms();
    bool is_found = false;

    pthread_mutex_lock(&sessions->lock);
    for (size_t i = 0; i < SESSION_MAX; i++) {
        if (sessions->list[i].until_ms > now_ms && sessions_is_same(sessions->list[i].id, id)) {
            memcpy(ret_form, sessions->list[i].form, SESSION_ID_SIZE);
            is_found = true;
        }
    }
    pthread_mutex_unlock(&sessions->lock);
    return is_found;
}

void sessions_logout(struct sessions *sessions, const char *id)
{
    pthread_mutex_lock(&sessions->lock);
    for (size_t i = 0; i < SESSION_MAX; i++) {
        if (strcmp(sessions->list[i].id, id) == 0)
            memset(&sessions->list[i], 0, sizeof(sessions->list[i]));
    }
    pthread_mutex_unlock(&sessions->lock);
}
