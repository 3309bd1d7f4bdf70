/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the coordinator's page share this. Nobody else includes it. */
#ifndef TESTS_SERVICE_PAGE_PRIVATE_H
#define TESTS_SERVICE_PAGE_PRIVATE_H

#include "base/strbuf.h"
#include "tests/service/html.h"
#include "tests/service/page.h"

/* A page while it is written, for one session. */
struct sheet {
    struct page *page;
    struct base_strbuf out;
    const char *form; /* the session's second value */
    int64_t now_ms;
    const char *host; /* "service.example:8443" */
};

extern const char page_style[];

/* Where a coordinator finds two such numbers. */
#define PAGE_PLACE_HINT                                                                            \
    "Deux nombres, que montre une carte en ligne après un appui long sur la maison."

/* The pages. */
void page_write_day(struct sheet *sheet);
void page_write_volunteers(struct sheet *sheet);
void page_write_devices(struct sheet *sheet);
/* A pairing code, the only time it is shown. */
void page_write_code(struct sheet *sheet, const char *code, const char *name);

/* What a form does. Returns: 0; STORE_...; -errno. */
typedef int page_action(struct page *page, const struct html_form *form);
struct page_action_row {
    const char *name; /* of the button's field "do" */
    page_action *run;
    const char *then; /* the page shown after it */
};
extern const struct page_action_row page_day_actions[], page_volunteer_actions[],
    page_device_actions[]; /* each ends with a NULL name */
/* Makes a code as the form says. Returns: 0 or -errno. */
int page_make_code(struct page *page, const struct html_form *form, char ret_code[16],
                   char ret_name[128]);

/* Pieces. */
void page_begin(struct sheet *sheet, const char *title, const char *here);
void page_end(struct sheet *sheet);
/* <form> with the hidden fields; page_form_end closes it. id may be NULL. */
void page_form(struct sheet *sheet, const char *id);
void page_form_end(struct sheet *sheet);
/* A submit button; style "", "plain" or "grave"; what it is about is told to screen readers. */
void page_button(struct sheet *sheet, const char *action, const char *label, const char *style,
                 const char *about);
/* "Mme Durand", or the device's name. */
void page_person(struct sheet *sheet, const json_t *person, const char *device);
/* Address and telephone, as a line of its own. */
void page_contact(struct sheet *sheet, const json_t *person);
void page_phone(struct sheet *sheet, const char *phone);
const char *page_text(const json_t *json, const char *key);
/* "44.81, -0.63" into the object's latitude and longitude. Returns: 0, -EINVAL; an empty text is
 * fine and sets nothing. */
int page_read_place(const char *text, json_t *object);
/* A short random id with a prefix: "R-4F7K2M". */
int page_make_id(const char *prefix, char ret_id[32]);

#endif
