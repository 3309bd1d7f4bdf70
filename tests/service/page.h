/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The coordinator's page, /coordination: the day's requests, volunteers, speakers. Plain HTML in
 * French, made here, without a script: it works on an old telephone and with a screen reader. Every
 * change is a form (POST) with the session's second value in it, and ends in a redirect.
 * Thread: any.
 */
#ifndef TESTS_SERVICE_PAGE_H
#define TESTS_SERVICE_PAGE_H

#include "config/catalogue.h"
#include "tests/service/http.h"
#include "tests/service/session.h"
#include "tests/service/store.h"

#define PAGE_ROOT "/coordination"

struct page {
    struct store *store;
    struct sessions sessions;
    struct config_catalogue *catalogue; /* NULL: services show by their ids */
    int64_t silent_after_ms;            /* of a device */
};

/* Returns: 0 or -errno. */
int page_init(struct page *page, struct store *store, const char *folder);
void page_finish(struct page *page);

/* Whether a path is the page's own. */
bool page_has(const char *path);
/* An http_handler; user is the page. */
void page_handle(void *user, const struct http_request *request, struct http_answer *answer);

#endif
