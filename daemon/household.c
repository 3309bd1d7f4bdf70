/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/household.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

enum { TEXT_MAX = 1024 };

static const struct config_kind *find_kind(const struct config_service *service, const char *kind)
{
    for (size_t i = 0; i < service->n_kinds; i++) {
        if (strcmp(service->kinds[i].kind, kind) == 0)
            return &service->kinds[i];
    }
    return NULL;
}

static const struct config_kind *general_kind(const struct config_service *service)
{
    return service->n_kinds ? &service->kinds[service->n_kinds - 1] : NULL;
}

/* The kind of all whom the household names; the general one when they differ. */
static const struct config_kind *known_kind(const struct household *household,
                                            const struct config_service *service)
{
    const struct config_kind *known = NULL;

    for (size_t i = 0; i < household->n_names; i++) {
        const struct config_kind *kind = find_kind(service, household->names[i].kind);

        if (kind && known && kind != known)
            return general_kind(service);
        known = kind ? kind : known;
    }
    return known;
}

static bool is_letter_at(const char *text)
{
    return base_utf8_is_letter(base_utf8_next(&text));
}

/* Whether the `n` bytes of `words` stand whole in the text, both folded. */
static bool has_words(const char *text, const char *words, size_t n)
{
    for (const char *at = text; n > 0 && *at; at++) {
        if (strncmp(at, words, n) == 0 && (at == text || !is_letter_at(at - 1)) &&
            !is_letter_at(at + n))
            return true;
    }
    return false;
}

/* Whether one of several words, with spaces between, stands in the text. */
static bool has_one_of(const char *text, const char *words)
{
    size_t n;

    for (; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        if (has_words(text, words, n))
            return true;
    }
    return false;
}

static const struct config_kind *kind_of_name(const struct household *household,
                                              const struct config_service *service,
                                              const char *folded)
{
    char name[TEXT_MAX];

    for (size_t i = 0; i < household->n_names; i++) {
        const struct config_kind *kind = find_kind(service, household->names[i].kind);

        if (kind && base_utf8_fold(household->names[i].name, name, sizeof(name)) == 0 &&
            has_words(folded, name, strlen(name)))
            return kind;
    }
    return NULL;
}

static const struct config_kind *kind_of_word(const struct config_service *service,
                                              const char *folded)
{
    char words[TEXT_MAX];

    for (size_t i = 0; i < service->n_kinds; i++) {
        if (base_utf8_fold(service->kinds[i].words, words, sizeof(words)) == 0 &&
            has_one_of(folded, words))
            return &service->kinds[i];
    }
    return NULL;
}

const char *household_kind_said(const struct household *household,
                                const struct config_service *service, const char *text)
{
    char folded[TEXT_MAX];
    const struct config_kind *kind;

    (void)base_utf8_fold(text, folded, sizeof(folded));
    kind = kind_of_name(household, service, folded);
    if (!kind)
        kind = kind_of_word(service, folded);
    return kind ? kind->kind : "";
}

const struct config_kind *household_kind(const struct household *household,
                                         const struct config_service *service, const char *said)
{
    const struct config_kind *known = known_kind(household, service);
    const struct config_kind *kind = find_kind(service, said);

    if (strcmp(said, HOUSEHOLD_KIND_FORGOTTEN) == 0)
        return known ? known : general_kind(service);
    /* "Mon animal" says less than the carer has told. */
    return !kind || (known && kind == general_kind(service)) ? known : kind;
}

const char *household_name(const struct household *household, const struct config_service *service,
                           const char *said)
{
    const struct config_kind *kind = household_kind(household, service, said);
    const char *found = NULL;

    for (size_t i = 0; kind && i < household->n_names; i++) {
        if (find_kind(service, household->names[i].kind) != kind)
            continue;
        if (found)
            return NULL;
        found = household->names[i].name;
    }
    return found;
}
