/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/page.h"

#include "tests/service/page_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_MS (50 * 3600 * 1000LL) /* two heartbeats of at most 25 hours were missed */
#define COOKIE    "__Host-voisine"

int page_init(struct page *page, struct store *store, const char *folder)
{
    *page = (struct page){.store = store, .silent_after_ms = SILENT_MS};
    if (config_catalogue_load("fr", NULL, &page->catalogue) != 0)
        page->catalogue = NULL;
    return sessions_init(&page->sessions, folder);
}

void page_finish(struct page *page)
{
    config_catalogue_destroy(page->catalogue);
    sessions_finish(&page->sessions);
}

bool page_has(const char *path)
{
    return strcmp(path, "/") == 0 || strcmp(path, PAGE_ROOT) == 0 ||
           strncmp(path, PAGE_ROOT "/", strlen(PAGE_ROOT "/")) == 0;
}

/* --- answers --- */

static void answer_text(struct http_answer *answer, int status, const char *type, const char *text)
{
    free(answer->body);
    answer->body = strdup(text);
    answer->n_body = answer->body ? strlen(answer->body) : 0;
    answer->status = answer->body ? status : 500;
    answer->content_type = type;
    answer->is_page = true;
}

static void answer_sheet(struct http_answer *answer, int status, struct sheet *sheet)
{
    answer_text(answer, sheet->out.error ? 500 : status, "text/html; charset=utf-8",
                base_strbuf_text(&sheet->out));
    base_strbuf_finish(&sheet->out);
}

static void go_to(struct http_answer *answer, const char *path)
{
    answer_text(answer, 303, "text/plain; charset=utf-8", "");
    snprintf(answer->location, sizeof(answer->location), "%s", path);
}

static void answer_failure(struct sheet *sheet, struct http_answer *answer, int status,
                           const char *title, const char *words)
{
    page_begin(sheet, title, NULL);
    base_strbuf_addf(&sheet->out,
                     "<h1>%s</h1><p>%s</p><p><a href=\"" PAGE_ROOT
                     "\">Revenir aux demandes du jour</a></p>",
                     title, words);
    page_end(sheet);
    answer_sheet(answer, status, sheet);
}

/* --- logging in --- */

static void answer_login(struct sheet *sheet, struct http_answer *answer, int status,
                         const char *problem)
{
    page_begin(sheet, "Connexion", NULL);
    base_strbuf_add(&sheet->out, "<h1>Coordination</h1>");
    if (problem)
        base_strbuf_addf(&sheet->out, "<p class=\"problem\" role=\"alert\">%s</p>", problem);
    base_strbuf_add(
        &sheet->out,
        "<form method=\"post\" action=\"" PAGE_ROOT "/login\" class=\"card\">"
        "<label for=\"token\">Code du coordinateur</label>"
        "<input id=\"token\" name=\"token\" type=\"password\" "
        "autocomplete=\"current-password\" required autofocus>"
        "<p class=\"hint\">La personne qui a installé le service vous le donne&#160;: il "
        "est dans le fichier <code>operator.token</code>.</p>"
        "<button>Se connecter</button></form>");
    page_end(sheet);
    answer_sheet(answer, status, sheet);
}

static void login(struct page *page, struct sheet *sheet, const struct http_request *request,
                  struct http_answer *answer)
{
    char address[HTTP_ADDRESS_SIZE], id[SESSION_ID_SIZE];
    struct html_form form;

    if (!html_form_read(request->body, request->n_body, &form)) {
        answer_login(sheet, answer, 400, "Ce formulaire n’a pas pu être lu.");
        return;
    }
    http_address(request, address);
    switch (sessions_login(&page->sessions, html_form_value(&form, "token"), address, id)) {
    case SESSION_OPEN:
        go_to(answer, PAGE_ROOT);
        snprintf(answer->cookie, sizeof(answer->cookie),
                 COOKIE "=%s; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Strict", id);
        break;
    case SESSION_WRONG:
        answer_login(sheet, answer, 403, "Ce code n’est pas le bon.");
        break;
    case SESSION_LATER:
        answer_login(sheet, answer, 429,
                     "Trop d’essais. Attendez un quart d’heure avant de recommencer.");
        break;
    }
    html_form_finish(&form);
}

/* --- what forms do --- */

static const struct page_action_row *find_action(const char *name)
{
    static const struct page_action_row *const tables[] = {page_day_actions, page_volunteer_actions,
                                                           page_device_actions};

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (const struct page_action_row *row = tables[i]; row->name; row++) {
            if (strcmp(row->name, name) == 0)
                return row;
        }
    }
    return NULL;
}

static void answer_code(struct sheet *sheet, const struct html_form *form,
                        struct http_answer *answer)
{
    char code[16], name[128];
    int r = page_make_code(sheet->page, form, code, name);

    if (r == -EINVAL) {
        answer_failure(sheet, answer, 422, "Il manque quelque chose",
                       "Choisissez une personne, ou donnez au moins le nom d’une nouvelle. Des "
                       "coordonnées s’écrivent ainsi : 44.806, -0.631.");
    } else if (r < 0) {
        answer_failure(sheet, answer, 503, "Pas enregistré", "Le service n’a pas pu l’écrire.");
    } else {
        page_write_code(sheet, code, name);
        answer_sheet(answer, 200, sheet);
    }
}

static void run_action(struct sheet *sheet, const struct html_form *form,
                       struct http_answer *answer)
{
    const struct page_action_row *row = find_action(html_form_value(form, "do"));
    int r;

    if (strcmp(html_form_value(form, "do"), "code") == 0) {
        answer_code(sheet, form, answer);
        return;
    }
    r = row ? row->run(sheet->page, form) : -EINVAL;
    if (r == 0)
        go_to(answer, row->then);
    else if (r == -EINVAL)
        answer_failure(sheet, answer, 422, "Il manque quelque chose",
                       "Un bénévole a besoin d’un prénom, et une heure d’un jour. Des coordonnées "
                       "s’écrivent ainsi : 44.806, -0.631.");
    else if (r > 0)
        answer_failure(sheet, answer, 409, "Ce n’est plus possible",
                       "Entre-temps, cela a changé. Regardez de nouveau la page.");
    else
        answer_failure(sheet, answer, 503, "Pas enregistré", "Le service n’a pas pu l’écrire.");
}

/* Only our own page makes forms: the browser tells where one came from, and each brings along what
 * no other page can know. */
static bool is_own_form(const struct http_request *request, const struct sheet *sheet,
                        const struct html_form *form)
{
    const char *origin = http_header(request, "Origin"), *host = http_header(request, "Host");
    char own[300];

    snprintf(own, sizeof(own), "https://%s", host ? host : "");
    return (!origin || strcmp(origin, own) == 0) &&
           sessions_is_same(html_form_value(form, "form"), sheet->form);
}

static void post(struct sheet *sheet, const struct http_request *request,
                 struct http_answer *answer)
{
    struct html_form form;

    if (!html_form_read(request->body, request->n_body, &form)) {
        answer_failure(sheet, answer, 400, "Formulaire illisible", "Il n’a pas pu être lu.");
        return;
    }
    if (!is_own_form(request, sheet, &form))
        answer_failure(sheet, answer, 403, "Refusé",
                       "Ce formulaire ne vient pas de cette page. Rien n’a été changé.");
    else
        run_action(sheet, &form, answer);
    html_form_finish(&form);
}

static void get(struct sheet *sheet, const char *path, struct http_answer *answer)
{
    static const struct {
        const char *path;
        void (*write)(struct sheet *sheet);
    } pages[] = {{PAGE_ROOT, page_write_day},
                 {PAGE_ROOT "/benevoles", page_write_volunteers},
                 {PAGE_ROOT "/appareils", page_write_devices}};

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (strcmp(path, pages[i].path) == 0) {
            pages[i].write(sheet);
            answer_sheet(answer, 200, sheet);
            return;
        }
    }
    answer_failure(sheet, answer, 404, "Page inconnue", "Il n’y a rien à cette adresse.");
}

void page_handle(void *user, const struct http_request *request, struct http_answer *answer)
{
    struct page *page = user;
    char form[SESSION_ID_SIZE] = "";
    const char *cookie = http_cookie(request, COOKIE);
    struct sheet sheet = {
        .page = page, .form = form, .now_ms = store_now_ms(), .host = http_header(request, "Host")};
    bool is_post = strcmp(request->method, "POST") == 0;

    base_strbuf_init(&sheet.out);
    if (strcmp(request->path, "/") == 0) {
        go_to(answer, PAGE_ROOT);
    } else if (strcmp(request->path, PAGE_ROOT "/style.css") == 0) {
        answer_text(answer, 200, "text/css; charset=utf-8", page_style);
    } else if (is_post && strcmp(request->path, PAGE_ROOT "/login") == 0) {
        login(page, &sheet, request, answer);
    } else if (!cookie || !sessions_find(&page->sessions, cookie, form)) {
        answer_login(&sheet, answer, is_post ? 403 : 200, NULL);
    } else if (is_post && strcmp(request->path, PAGE_ROOT "/logout") == 0) {
        sessions_logout(&page->sessions, cookie);
        go_to(answer, PAGE_ROOT);
    } else if (is_post) {
        post(&sheet, request, answer);
    } else {
        get(&sheet, request->path, answer);
    }
    base_strbuf_finish(&sheet.out);
}
