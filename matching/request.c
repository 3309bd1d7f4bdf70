/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matching/request.h"

#include "base/date.h"
#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

int matching_id_make(char ret_id[MATCHING_ID_SIZE])
{
    uint8_t b[16];
    ssize_t n;

    do {
        n = getrandom(b, sizeof(b), 0);
    } while (n < 0 && errno == EINTR);
    if (n != sizeof(b))
        return n < 0 ? -errno : -EIO;
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* version 4 */
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80); /* variant of RFC 9562 */
    snprintf(ret_id, MATCHING_ID_SIZE,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
    return 0;
}

bool matching_id_is_valid(const char *id)
{
    for (int i = 0; i < MATCHING_ID_SIZE - 1; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (is_dash ? id[i] != '-' : !strchr("0123456789abcdef", id[i]) || !id[i])
            return false;
    }
    return id[MATCHING_ID_SIZE - 1] == '\0';
}

static const char *const kind_names[] = {"request", "callback"};

const char *matching_kind_name(enum matching_kind kind)
{
    return kind_names[kind];
}

/* A name that goes into JSON, columns and URLs: short, and nothing but letters, digits, "-_.". */
static bool is_name(const char *text)
{
    size_t n = 0;

    for (; text && text[n]; n++) {
        if (!isalnum((unsigned char)text[n]) && !strchr("-_.", text[n]))
            return false;
    }
    return n > 0 && n < MATCHING_NAME_SIZE;
}

static bool is_part(const char *part)
{
    return !*part || strcmp(part, "morning") == 0 || strcmp(part, "noon") == 0 ||
           strcmp(part, "afternoon") == 0 || strcmp(part, "evening") == 0;
}

static bool is_valid(const struct matching_request *request, const char *id)
{
    const struct matching_when *when = &request->when;
    struct base_date date;
    struct base_time time;

    if (!matching_id_is_valid(id) || !is_name(request->territory) || !is_name(request->device) ||
        !is_name(request->language) || !request->spoken_at || request->n_items > MATCHING_ITEMS_MAX)
        return false;
    if (request->kind == MATCHING_KIND_REQUEST ? !is_name(request->service)
                                               : request->service && !is_name(request->service))
        return false;
    if (request->resident && !base_utf8_is_valid(request->resident))
        return false;
    if (request->transcript && !base_utf8_is_valid(request->transcript))
        return false;
    for (size_t i = 0; i < request->n_items; i++) {
        if (!base_utf8_is_valid(request->items[i]))
            return false;
    }
    return (!*when->date || base_date_parse(when->date, &date) == 0) && is_part(when->part) &&
           (!*when->time || base_time_parse(when->time, &time) == 0);
}

/* null where there is nothing */
static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

static json_t *make_items(const struct matching_request *request)
{
    json_t *items = json_array();

    for (size_t i = 0; items && i < request->n_items; i++) {
        if (json_array_append_new(items, json_string(request->items[i])) < 0) {
            json_decref(items);
            return NULL;
        }
    }
    return items;
}

int matching_request_encode(const struct matching_request *request, const char *id, char **ret_json,
                            size_t *ret_n_bytes)
{
    json_t *root, *items;
    char *json;
    size_t n;

    if (!is_valid(request, id))
        return -EINVAL;
    items = make_items(request);
    if (!items)
        return -ENOMEM;
    root = json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:{s:o, s:o, s:o}, s:o, s:s, s:s}", "id", id,
                     "kind", matching_kind_name(request->kind), "device", request->device,
                     "resident", text_or_null(request->resident), "territory", request->territory,
                     "service", text_or_null(request->service), "when", "date",
                     text_or_null(request->when.date), "part", text_or_null(request->when.part),
                     "time", text_or_null(request->when.time), "items", items, "language",
                     request->language, "spoken_at", request->spoken_at);
    if (root && request->transcript &&
        json_object_set_new(root, "transcript", json_string(request->transcript)) < 0) {
        json_decref(root);
        root = NULL;
    }
    json = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    if (!json)
        return -ENOMEM;
    n = strlen(json);
    if (n > MATCHING_BODY_MAX) {
        free(json);
        return -EMSGSIZE;
    }
    *ret_json = json;
    *ret_n_bytes = n;
    return 0;
}

/* A field that may be null or absent. Returns: whether it is fit to be kept. */
static bool read_text(const json_t *object, const char *key, char *ret_text, size_t size)
{
    const json_t *value = json_object_get(object, key);

    ret_text[0] = '\0';
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value) || json_string_length(value) >= size)
        return false;
    snprintf(ret_text, size, "%s", json_string_value(value));
    return true;
}

int matching_request_digest(const char *json, size_t n_bytes, struct matching_digest *ret_digest)
{
    json_t *root = json_loadb(json, n_bytes, 0, NULL);
    const json_t *when = json_object_get(root, "when");
    struct matching_digest digest = {.kind = MATCHING_KIND_REQUEST};
    char kind[16];
    bool is_good = json_is_object(root) && read_text(root, "kind", kind, sizeof(kind)) &&
                   read_text(root, "id", digest.id, sizeof(digest.id)) &&
                   matching_id_is_valid(digest.id) &&
                   read_text(root, "service", digest.service, sizeof(digest.service)) &&
                   read_text(when, "date", digest.when.date, sizeof(digest.when.date)) &&
                   read_text(when, "part", digest.when.part, sizeof(digest.when.part)) &&
                   read_text(when, "time", digest.when.time, sizeof(digest.when.time));

    json_decref(root);
    if (!is_good)
        return -EINVAL;
    if (strcmp(kind, kind_names[MATCHING_KIND_CALLBACK]) == 0)
        digest.kind = MATCHING_KIND_CALLBACK;
    *ret_digest = digest;
    return 0;
}
