/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/answer.h"

#include "base/date.h"
#include "base/utf8.h"
#include "matching/request.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum matching_body matching_answer_body(const char *body, size_t n_bytes, const char *id)
{
    json_t *root = body ? json_loadb(body, n_bytes, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *echo = json_string_value(json_object_get(root, "id"));
    const char *type = json_string_value(json_object_get(root, "type"));
    enum matching_body kind = MATCHING_BODY_OTHER;

    if (echo && strcmp(echo, id) == 0)
        kind = MATCHING_BODY_ECHO;
    else if (type && strcmp(type, "urn:voisine:problem:device-revoked") == 0)
        kind = MATCHING_BODY_REVOKED;
    else if (json_is_object(root))
        kind = MATCHING_BODY_OBJECT;
    json_decref(root);
    return kind;
}

/* A word of the contract: small letters and "_". Anything else becomes "". */
static void read_word(const json_t *value, char *ret_word, size_t size)
{
    const char *word = json_string_value(value);

    ret_word[0] = '\0';
    if (word && *word && strlen(word) < size &&
        word[strspn(word, "abcdefghijklmnopqrstuvwxyz_")] == '\0')
        snprintf(ret_word, size, "%s", word);
}

/* A name that may be spoken and shown: letters, space, apostrophe, hyphen, dot. */
static void read_name(const json_t *value, char *ret_name, size_t size)
{
    const char *name = json_string_value(value);

    ret_name[0] = '\0';
    if (!name || strlen(name) >= size || strlen(name) != json_string_length(value))
        return;
    for (const char *p = name; *p;) {
        const char *at = p;
        uint32_t c = base_utf8_next(&p);

        if (!base_utf8_is_letter(c) && c != 0x2019 && (c > 0x7f || !strchr(" '-.", *at)))
            return;
    }
    snprintf(ret_name, size, "%s", name);
}

static void read_id_name(const json_t *value, char *ret_name, size_t size)
{
    const char *name = json_string_value(value);

    ret_name[0] = '\0';
    if (name && strlen(name) < size &&
        name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] ==
            '\0')
        snprintf(ret_name, size, "%s", name);
}

static void read_when(const json_t *value, struct matching_when *ret_when)
{
    const char *date = json_string_value(json_object_get(value, "date"));
    const char *time = json_string_value(json_object_get(value, "time"));
    struct base_date read_date;
    struct base_time read_time;

    memset(ret_when, 0, sizeof(*ret_when));
    if (date && strlen(date) < sizeof(ret_when->date) && base_date_parse(date, &read_date) == 0)
        base_date_format(read_date, ret_when->date);
    if (time && strlen(time) < sizeof(ret_when->time) && base_time_parse(time, &read_time) == 0)
        base_time_format(read_time, ret_when->time);
    read_word(json_object_get(value, "part"), ret_when->part, sizeof(ret_when->part));
}

static bool read_one_news(const json_t *value, struct matching_news *ret_news)
{
    const char *id = json_string_value(json_object_get(value, "id"));

    memset(ret_news, 0, sizeof(*ret_news));
    if (!id || !matching_id_is_valid(id))
        return false;
    snprintf(ret_news->id, sizeof(ret_news->id), "%s", id);
    read_word(json_object_get(value, "status"), ret_news->status, sizeof(ret_news->status));
    read_name(json_object_get(value, "first_name"), ret_news->first_name,
              sizeof(ret_news->first_name));
    read_id_name(json_object_get(value, "service"), ret_news->service, sizeof(ret_news->service));
    read_when(json_object_get(value, "when"), &ret_news->when);
    return ret_news->status[0] != '\0';
}

int matching_answer_news(const char *body, size_t n_bytes, struct matching_news *ret_news,
                         size_t n_max, size_t *ret_n, char ret_cursor[MATCHING_CURSOR_SIZE])
{
    json_t *root = json_loadb(body, n_bytes, JSON_REJECT_DUPLICATES, NULL);
    const json_t *list = json_object_get(root, "news");
    const char *cursor = json_string_value(json_object_get(root, "cursor"));
    size_t i, n = 0;
    json_t *value;

    if (!json_is_array(list) || !cursor || strlen(cursor) >= MATCHING_CURSOR_SIZE ||
        json_array_size(list) > n_max ||
        strspn(cursor, "0123456789abcdefghijklmnopqrstuvwxyz"
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.") != strlen(cursor)) {
        json_decref(root);
        return -EBADMSG;
    }
    json_array_foreach(list, i, value) n += read_one_news(value, &ret_news[n]);
    *ret_n = n;
    snprintf(ret_cursor, MATCHING_CURSOR_SIZE, "%s", cursor);
    json_decref(root);
    return 0;
}

static int dump(json_t *root, char **ret_json, size_t *ret_n_bytes)
{
    char *json = root ? json_dumps(root, JSON_COMPACT) : NULL;

    json_decref(root);
    if (!json)
        return root ? -ENOMEM : -EINVAL;
    *ret_json = json;
    *ret_n_bytes = strlen(json);
    return 0;
}

int matching_heartbeat_encode(const struct matching_heartbeat *beat, char **ret_json,
                              size_t *ret_n_bytes)
{
    return dump(json_pack("{s:s, s:s, s:s, s:I, s:i, s:i, s:I, s:s}", "device", beat->device,
                          "version", beat->version, "audio", beat->audio, "uptime_s",
                          (json_int_t)beat->uptime_s, "restarts", (int)beat->n_restarts,
                          "queue_depth", (int)beat->n_waiting, "oldest_s",
                          (json_int_t)beat->oldest_s, "sent_at", beat->sent_at),
                ret_json, ret_n_bytes);
}

int matching_alert_encode(const char *id, const char *device, const char *resident,
                          const char *spoken_at, char **ret_json, size_t *ret_n_bytes)
{
    return dump(json_pack("{s:s, s:s, s:s, s:s?, s:s}", "id", id, "kind", "emergency", "device",
                          device, "resident", resident, "spoken_at", spoken_at),
                ret_json, ret_n_bytes);
}
