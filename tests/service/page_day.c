/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The day: what calls for help, what is to be checked, who is asked, who comes, what is over. */
#include "base/date.h"
#include "tests/service/page_private.h"
#include "tests/service/store_devices.h"
#include "tests/service/store_volunteers.h"
#include "tests/service/volunteers.h"
#include "tests/service/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- one request --- */

static void add_title(struct sheet *sheet, const json_t *request)
{
    base_strbuf_add(&sheet->out, "<h3>");
    words_service(&sheet->out, sheet->page->catalogue, page_text(request, "service"), false);
    base_strbuf_add(&sheet->out, " <span class=\"for\">pour ");
    page_person(sheet, json_object_get(request, "person"), page_text(request, "device"));
    base_strbuf_add(&sheet->out, "</span></h3>");
}

static void add_items(struct sheet *sheet, const json_t *items)
{
    json_t *item;
    size_t i;

    if (json_array_size(items) == 0)
        return;
    base_strbuf_add(&sheet->out, "<p>Liste&#160;: ");
    json_array_foreach(items, i, item)
    {
        base_strbuf_add(&sheet->out, i ? ", " : "");
        html_text(&sheet->out, json_string_value(item) ? json_string_value(item) : "");
    }
    base_strbuf_add(&sheet->out, "</p>");
}

static void add_what(struct sheet *sheet, const json_t *request)
{
    const json_t *body = json_object_get(request, "request");

    add_title(sheet, request);
    base_strbuf_add(&sheet->out, "<p class=\"when\">");
    words_when(&sheet->out, json_object_get(body, "when"));
    base_strbuf_add(&sheet->out, "</p>");
    add_items(sheet, json_object_get(body, "items"));
    page_contact(sheet, json_object_get(request, "person"));
    base_strbuf_add(&sheet->out, "<p class=\"hint\">Reçue ");
    words_at(&sheet->out, page_text(request, "received_at"), sheet->now_ms);
    base_strbuf_add(&sheet->out, "</p>");
}

static const json_t *find_proposal(const json_t *request, const char *state)
{
    const json_t *proposals = json_object_get(request, "proposals");
    json_t *proposal;
    size_t i;

    json_array_foreach(proposals, i, proposal)
    {
        if (strcmp(page_text(proposal, "state"), state) == 0)
            return proposal;
    }
    return NULL;
}

/* Who said no, or nothing. */
static void add_asked(struct sheet *sheet, const json_t *request)
{
    static const char *const words[][2] = {{"refused", "ne peut pas"},
                                           {"unanswered", "pas de réponse"},
                                           {"withdrawn", "ne peut plus"}};
    const json_t *proposals = json_object_get(request, "proposals");
    json_t *proposal;
    size_t i, n = 0;

    json_array_foreach(proposals, i, proposal)
    {
        for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
            if (strcmp(page_text(proposal, "state"), words[k][0]) != 0)
                continue;
            base_strbuf_add(&sheet->out, n++ ? " · " : "<p class=\"hint\">Déjà demandé&#160;: ");
            html_text(&sheet->out, page_text(proposal, "first_name"));
            base_strbuf_addf(&sheet->out, " (%s)", words[k][1]);
        }
    }
    if (n > 0)
        base_strbuf_add(&sheet->out, "</p>");
}

static void add_hidden_volunteer(struct sheet *sheet, const char *volunteer)
{
    base_strbuf_add(&sheet->out, "<input type=\"hidden\" name=\"volunteer\" value=\"");
    html_text(&sheet->out, volunteer);
    base_strbuf_add(&sheet->out, "\">");
}

/* When the volunteer comes: what was asked stands there already, an hour only if one was named. */
static void add_agreed(struct sheet *sheet, const json_t *request, char which)
{
    const json_t *when = json_object_get(json_object_get(request, "request"), "when");
    const char *id = page_text(request, "id");

    base_strbuf_addf(&sheet->out,
                     "<div class=\"pair\"><div><label for=\"d%c-%s\">Jour convenu</label>"
                     "<input type=\"date\" id=\"d%c-%s\" name=\"date\" value=\"",
                     which, id, which, id);
    html_text(&sheet->out, page_text(when, "date"));
    base_strbuf_addf(&sheet->out,
                     "\"></div><div><label for=\"t%c-%s\">Heure</label>"
                     "<input type=\"time\" id=\"t%c-%s\" name=\"time\" value=\"",
                     which, id, which, id);
    html_text(&sheet->out, page_text(when, "time"));
    base_strbuf_add(&sheet->out,
                    "\"></div></div><p class=\"hint\">L’appareil dira ce jour et cette "
                    "heure à la personne. L’heure peut rester vide.</p>");
}

/* How far it is, where both places are known. */
static void add_way(struct sheet *sheet, const json_t *request, const char *volunteer,
                    const json_t *volunteers)
{
    json_t *each;
    size_t i;

    json_array_foreach(volunteers, i, each)
    {
        double km = volunteers_way_km(each, request);

        if (strcmp(page_text(each, "id"), volunteer) != 0 || km < 0)
            continue;
        base_strbuf_add(&sheet->out, " (");
        words_km(&sheet->out, km);
        base_strbuf_add(&sheet->out, ")");
    }
}

static void add_proposal(struct sheet *sheet, const json_t *request, const json_t *proposal,
                         const json_t *volunteers)
{
    const char *name = page_text(proposal, "first_name"), *phone = page_text(proposal, "phone");
    char label[160];

    base_strbuf_add(&sheet->out, "<p class=\"asked\">Proposée à <strong>");
    html_text(&sheet->out, name);
    base_strbuf_add(&sheet->out, "</strong>");
    add_way(sheet, request, page_text(proposal, "volunteer"), volunteers);
    base_strbuf_add(&sheet->out, " il y a ");
    words_span(&sheet->out,
               sheet->now_ms - json_integer_value(json_object_get(proposal, "made_ms")));
    if (*phone) {
        base_strbuf_add(&sheet->out, "<br>");
        page_phone(sheet, phone);
    }
    base_strbuf_add(&sheet->out, "</p>");
    page_form(sheet, page_text(request, "id"));
    add_hidden_volunteer(sheet, page_text(proposal, "volunteer"));
    add_agreed(sheet, request, 'p');
    base_strbuf_add(&sheet->out, "<div class=\"buttons\">");
    snprintf(label, sizeof(label), "%s accepte", name);
    page_button(sheet, "take", label, "", "");
    snprintf(label, sizeof(label), "%s ne peut pas", name);
    page_button(sheet, "pass", label, "plain", "");
    base_strbuf_add(&sheet->out, "</div>");
    page_form_end(sheet);
}

/* Giving it to somebody by hand, and calling it off. */
static void add_by_hand(struct sheet *sheet, const json_t *request, const json_t *volunteers)
{
    const char *id = page_text(request, "id");
    json_t *volunteer;
    size_t i;

    base_strbuf_add(&sheet->out,
                    "<details><summary>Confier à quelqu’un d’autre, ou annuler</summary>");
    page_form(sheet, id);
    base_strbuf_addf(&sheet->out,
                     "<label for=\"v-%s\">Confier à</label><select id=\"v-%s\" "
                     "name=\"volunteer\">",
                     id, id);
    json_array_foreach(volunteers, i, volunteer)
    {
        base_strbuf_add(&sheet->out, "<option value=\"");
        html_text(&sheet->out, page_text(volunteer, "id"));
        base_strbuf_add(&sheet->out, "\">");
        html_text(&sheet->out, page_text(volunteer, "first_name"));
        base_strbuf_add(&sheet->out, "</option>");
    }
    base_strbuf_add(&sheet->out, "</select>");
    add_agreed(sheet, request, 'h');
    base_strbuf_add(&sheet->out, "<div class=\"buttons\">");
    if (json_array_size(volunteers) > 0)
        page_button(sheet, "take", "Confier", "", "");
    page_button(sheet, "cancel", "Annuler la demande", "grave", "");
    base_strbuf_add(&sheet->out, "</div>");
    page_form_end(sheet);
    base_strbuf_add(&sheet->out, "</details>");
}

static void add_open(struct sheet *sheet, const json_t *request, const json_t *volunteers)
{
    const json_t *waiting = find_proposal(request, "waiting");

    add_what(sheet, request);
    add_asked(sheet, request);
    if (waiting)
        add_proposal(sheet, request, waiting, volunteers);
    else if (!volunteers_choose(volunteers, request, NULL))
        base_strbuf_add(&sheet->out, "<p class=\"problem\">Plus personne à qui la proposer.</p>");
    add_by_hand(sheet, request, volunteers);
}

static void add_review(struct sheet *sheet, const json_t *request)
{
    add_what(sheet, request);
    page_form(sheet, page_text(request, "id"));
    base_strbuf_add(&sheet->out, "<div class=\"buttons\">");
    page_button(sheet, "approve", "Accepter", "", page_text(request, "service"));
    page_button(sheet, "reject", "Refuser", "grave", page_text(request, "service"));
    base_strbuf_add(&sheet->out, "</div>");
    page_form_end(sheet);
}

static void add_taken(struct sheet *sheet, const json_t *request)
{
    char label[160];

    add_title(sheet, request);
    base_strbuf_add(&sheet->out, "<p class=\"when\"><strong>");
    html_text(&sheet->out, page_text(request, "first_name"));
    base_strbuf_add(&sheet->out, "</strong>, ");
    words_when(&sheet->out, json_object_get(request, "when"));
    base_strbuf_add(&sheet->out, "</p>");
    page_contact(sheet, json_object_get(request, "person"));
    page_form(sheet, page_text(request, "id"));
    base_strbuf_add(&sheet->out, "<div class=\"buttons\">");
    page_button(sheet, "done", "C’est fait", "", "");
    snprintf(label, sizeof(label), "%s ne peut plus", page_text(request, "first_name"));
    page_button(sheet, "withdraw", label, "plain", "");
    base_strbuf_add(&sheet->out, "</div>");
    page_form_end(sheet);
}

static void add_ended(struct sheet *sheet, const json_t *request)
{
    static const char *const words[][2] = {
        {"done", "Fait"}, {"cancelled", "Annulée"}, {"expired", "Sans suite"}};

    add_title(sheet, request);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(page_text(request, "status"), words[i][0]) == 0)
            base_strbuf_addf(&sheet->out, "<p class=\"hint\">%s ", words[i][1]);
    }
    words_at(&sheet->out, page_text(request, "changed_at"), sheet->now_ms);
    base_strbuf_add(&sheet->out, "</p>");
}

/* --- the sections --- */

enum section { REVIEW, OPEN, TAKEN, ENDED, N_SECTIONS };

static enum section section_of(const json_t *request)
{
    const char *status = page_text(request, "status");

    if (strcmp(status, "pending_review") == 0 || strcmp(status, "received") == 0)
        return REVIEW;
    if (strcmp(status, "open") == 0)
        return OPEN;
    return strcmp(status, "matched") == 0 ? TAKEN : ENDED;
}

static void add_section(struct sheet *sheet, enum section section, const json_t *requests,
                        const json_t *volunteers, size_t n)
{
    static const char *const titles[N_SECTIONS] = {"À valider", "Cherchent un bénévole",
                                                   "Prises en charge", "Terminées aujourd’hui"};
    static const char *const ids[N_SECTIONS] = {"review", "open", "taken", "ended"};
    json_t *request;
    size_t i;

    if (n == 0)
        return;
    base_strbuf_addf(&sheet->out, "<section id=\"%s\"><h2>%s <span class=\"count\">%zu</span></h2>",
                     ids[section], titles[section], n);
    json_array_foreach(requests, i, request)
    {
        if (section_of(request) != section)
            continue;
        base_strbuf_add(&sheet->out, section == ENDED ? "<article class=\"card over\">"
                                                      : "<article class=\"card\">");
        if (section == REVIEW)
            add_review(sheet, request);
        else if (section == OPEN)
            add_open(sheet, request, volunteers);
        else if (section == TAKEN)
            add_taken(sheet, request);
        else
            add_ended(sheet, request);
        base_strbuf_add(&sheet->out, "</article>\n");
    }
    base_strbuf_add(&sheet->out, "</section>\n");
}

static void add_alert(struct sheet *sheet, const json_t *alert)
{
    base_strbuf_add(&sheet->out, "<article class=\"card alarm\"><h3>");
    page_person(sheet, json_object_get(alert, "person"), page_text(alert, "device"));
    base_strbuf_add(&sheet->out, " a appelé à l’aide</h3><p class=\"when\">");
    words_at(&sheet->out, page_text(alert, "received_at"), sheet->now_ms);
    base_strbuf_add(&sheet->out, "</p>");
    page_contact(sheet, json_object_get(alert, "person"));
    page_form(sheet, page_text(alert, "id"));
    page_button(sheet, "alert-seen", "Je m’en suis occupé", "", "");
    page_form_end(sheet);
    base_strbuf_add(&sheet->out, "</article>\n");
}

static void add_alerts(struct sheet *sheet, const json_t *alerts)
{
    json_t *alert;
    size_t i, n = 0;

    json_array_foreach(alerts, i, alert)
    {
        if (json_is_true(json_object_get(alert, "is_seen")))
            continue;
        if (n++ == 0)
            base_strbuf_add(&sheet->out, "<section id=\"alerts\"><h2>Appels à l’aide</h2>");
        add_alert(sheet, alert);
    }
    if (n > 0)
        base_strbuf_add(&sheet->out, "</section>\n");
}

static void add_silent(struct sheet *sheet, const json_t *devices)
{
    json_t *device;
    size_t i, n = 0;

    json_array_foreach(devices, i, device)
    {
        n += json_is_true(json_object_get(device, "may_call")) &&
             sheet->now_ms - json_integer_value(json_object_get(device, "known_ms")) >
                 sheet->page->silent_after_ms;
    }
    if (n > 0)
        base_strbuf_addf(&sheet->out,
                         "<p class=\"problem\"><a href=\"" PAGE_ROOT "/appareils\">%zu appareil%s "
                         "silencieux</a></p>",
                         n, n > 1 ? "s" : "");
}

void page_write_day(struct sheet *sheet)
{
    json_t *requests = store_requests_since(sheet->page->store, words_day_start_ms(sheet->now_ms));
    json_t *devices = store_devices(sheet->page->store),
           *volunteers = store_volunteers(sheet->page->store), *request;
    size_t n[N_SECTIONS] = {0}, i;

    json_array_foreach(requests, i, request) n[section_of(request)]++;
    page_begin(sheet, "Demandes", PAGE_ROOT);
    base_strbuf_add(&sheet->out, "<h1>");
    words_day(&sheet->out, sheet->now_ms);
    base_strbuf_add(&sheet->out, "</h1><p class=\"hint\">Page de ");
    words_clock(&sheet->out, sheet->now_ms);
    base_strbuf_add(&sheet->out, " · <a href=\"" PAGE_ROOT "\">Actualiser</a></p>");
    add_alerts(sheet, json_object_get(devices, "alerts"));
    add_silent(sheet, json_object_get(devices, "devices"));
    if (json_array_size(requests) == 0)
        base_strbuf_add(&sheet->out, "<p class=\"empty\">Aucune demande aujourd’hui.</p>");
    for (int section = 0; section < N_SECTIONS; section++)
        add_section(sheet, (enum section)section, requests, volunteers, n[section]);
    page_end(sheet);
    json_decref(requests);
    json_decref(devices);
    json_decref(volunteers);
}

/* --- what its forms do --- */

static int change(struct page *page, const struct html_form *form, const char *from,
                  const char *status)
{
    struct store_change wanted = {.from = from, .status = status, .with_news = true};

    return store_change(page->store, html_form_value(form, "id"), &wanted);
}

static int approve(struct page *page, const struct html_form *form)
{
    return change(page, form, "pending_review received", "open");
}

static int reject(struct page *page, const struct html_form *form)
{
    return change(page, form, "pending_review received", "cancelled");
}

static int cancel(struct page *page, const struct html_form *form)
{
    return change(page, form, "open", "cancelled");
}

static int done(struct page *page, const struct html_form *form)
{
    return change(page, form, "matched", "done");
}

static int withdraw(struct page *page, const struct html_form *form)
{
    return change(page, form, "matched", "open");
}

static int take(struct page *page, const struct html_form *form)
{
    const char *volunteer = html_form_value(form, "volunteer");
    const char *date = html_form_value(form, "date"), *time = html_form_value(form, "time");
    struct base_date read_date;
    struct base_time read_time;
    char when[24];

    if (!*volunteer || (*date && base_date_parse(date, &read_date) < 0) ||
        (*time && (!*date || base_time_parse(time, &read_time) < 0)))
        return -EINVAL;
    snprintf(when, sizeof(when), "%.10s%s%.5s", date, *time ? "T" : "", time);
    return volunteers_accept(page->store, html_form_value(form, "id"), volunteer, when);
}

static int pass(struct page *page, const struct html_form *form)
{
    return store_end_proposal(page->store, html_form_value(form, "id"),
                              html_form_value(form, "volunteer"), "refused");
}

static int alert_seen(struct page *page, const struct html_form *form)
{
    return store_alert_seen(page->store, html_form_value(form, "id"));
}

const struct page_action_row page_day_actions[] = {
    {"approve", approve, PAGE_ROOT},
    {"reject", reject, PAGE_ROOT},
    {"cancel", cancel, PAGE_ROOT},
    {"done", done, PAGE_ROOT},
    {"withdraw", withdraw, PAGE_ROOT},
    {"take", take, PAGE_ROOT},
    {"pass", pass, PAGE_ROOT},
    {"alert-seen", alert_seen, PAGE_ROOT},
    {0},
};
