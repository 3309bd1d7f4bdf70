/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The volunteers: who they are, what they offer, when and how far; adding one. */
#include "tests/service/page_private.h"
#include "tests/service/store_volunteers.h"
#include "tests/service/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HERE PAGE_ROOT "/benevoles"

static const char *const days[7][2] = {
    {"monday", "lundi"},    {"tuesday", "mardi"},   {"wednesday", "mercredi"},
    {"thursday", "jeudi"},  {"friday", "vendredi"}, {"saturday", "samedi"},
    {"sunday", "dimanche"},
};

static void add_services(struct sheet *sheet, const json_t *services)
{
    json_t *service;
    size_t i;

    if (!json_is_array(services)) {
        base_strbuf_add(&sheet->out, "Tous les services");
        return;
    }
    json_array_foreach(services, i, service)
    {
        base_strbuf_add(&sheet->out, i ? ", " : "");
        words_service(&sheet->out, sheet->page->catalogue, json_string_value(service), i > 0);
    }
}

static const char *day_name(const char *id)
{
    for (size_t i = 0; i < 7; i++) {
        if (strcmp(days[i][0], id) == 0)
            return days[i][1];
    }
    return "";
}

static void add_days(struct sheet *sheet, const json_t *list)
{
    json_t *day;
    size_t i;

    if (!json_is_array(list)) {
        base_strbuf_add(&sheet->out, "tous les jours");
        return;
    }
    json_array_foreach(list, i, day)
        base_strbuf_addf(&sheet->out, "%s%s", i ? ", " : "", day_name(json_string_value(day)));
}

static void add_volunteer(struct sheet *sheet, const json_t *volunteer)
{
    bool is_active = json_is_true(json_object_get(volunteer, "is_active"));
    const json_t *radius = json_object_get(volunteer, "radius_km");
    const char *name = page_text(volunteer, "first_name");
    char label[160];

    base_strbuf_addf(&sheet->out, "<article class=\"card%s\"><h3>", is_active ? "" : " over");
    html_text(&sheet->out, name);
    base_strbuf_add(&sheet->out,
                    is_active ? "</h3><p>" : " <span class=\"for\">en pause</span></h3><p>");
    add_services(sheet, json_object_get(volunteer, "services"));
    base_strbuf_add(&sheet->out, "</p><p class=\"hint when\">");
    add_days(sheet, json_object_get(volunteer, "days"));
    if (json_is_number(radius))
        base_strbuf_addf(&sheet->out, " · jusqu’à %.0f&#160;km", json_number_value(radius));
    if (!json_is_number(json_object_get(volunteer, "latitude")))
        base_strbuf_add(&sheet->out, " · lieu inconnu");
    base_strbuf_add(&sheet->out, "</p>");
    page_contact(sheet, volunteer);
    page_form(sheet, page_text(volunteer, "id"));
    base_strbuf_add(&sheet->out, "<div class=\"buttons\">");
    page_button(sheet, is_active ? "pause" : "resume", is_active ? "Mettre en pause" : "Reprendre",
                "plain", name);
    base_strbuf_add(&sheet->out, "</div><details><summary>Retirer de la liste</summary>"
                                 "<p class=\"hint\">Pour une absence, la pause suffit.</p>");
    snprintf(label, sizeof(label), "Retirer %s", name);
    page_button(sheet, "remove", label, "grave", "");
    base_strbuf_add(&sheet->out, "</details>");
    page_form_end(sheet);
    base_strbuf_add(&sheet->out, "</article>\n");
}

static void add_checkbox(struct sheet *sheet, const char *name, const char *value)
{
    base_strbuf_addf(&sheet->out,
                     "<label class=\"tick\"><input type=\"checkbox\" name=\"%s\" "
                     "value=\"%s\"> ",
                     name, value);
}

static void add_form(struct sheet *sheet)
{
    const struct config_catalogue *catalogue = sheet->page->catalogue;
    size_t n = catalogue ? config_catalogue_n_services(catalogue) : 0;

    base_strbuf_add(&sheet->out, "<section><h2>Ajouter un bénévole</h2><div class=\"card\">");
    page_form(sheet, NULL);
    base_strbuf_add(&sheet->out,
                    "<label for=\"first_name\">Prénom</label>"
                    "<input id=\"first_name\" name=\"first_name\" required maxlength=\"60\">"
                    "<p class=\"hint\">C’est ce que la personne âgée entendra.</p>"
                    "<label for=\"phone\">Téléphone</label>"
                    "<input id=\"phone\" name=\"phone\" type=\"tel\" maxlength=\"30\">"
                    "<fieldset><legend>Services (aucun coché&#160;: tous)</legend>");
    for (size_t i = 0; i < n; i++) {
        const char *id = config_catalogue_service(catalogue, i)->id;

        add_checkbox(sheet, "service", id);
        words_service(&sheet->out, catalogue, id, false);
        base_strbuf_add(&sheet->out, "</label>");
    }
    base_strbuf_add(&sheet->out,
                    "</fieldset><fieldset><legend>Jours (aucun coché&#160;: tous)</legend>");
    for (size_t i = 0; i < 7; i++) {
        add_checkbox(sheet, "day", days[i][0]);
        base_strbuf_addf(&sheet->out, "%s</label>", days[i][1]);
    }
    base_strbuf_add(&sheet->out,
                    "</fieldset><label for=\"place\">Coordonnées du domicile</label>"
                    "<input id=\"place\" name=\"place\" placeholder=\"44.806, -0.631\">"
                    "<p class=\"hint\">" PAGE_PLACE_HINT
                    " Le bénévole le plus proche est sollicité le premier.</p>"
                    "<label for=\"radius\">Rayon en km</label>"
                    "<input id=\"radius\" name=\"radius\" type=\"number\" min=\"1\" max=\"200\">");
    page_button(sheet, "add-volunteer", "Ajouter", "", "");
    page_form_end(sheet);
    base_strbuf_add(&sheet->out, "</div></section>");
}

void page_write_volunteers(struct sheet *sheet)
{
    json_t *volunteers = store_volunteers(sheet->page->store), *volunteer;
    size_t i;

    page_begin(sheet, "Bénévoles", HERE);
    base_strbuf_add(&sheet->out, "<h1>Bénévoles</h1>");
    if (json_array_size(volunteers) == 0)
        base_strbuf_add(&sheet->out, "<p class=\"empty\">Aucun bénévole pour l’instant.</p>");
    json_array_foreach(volunteers, i, volunteer) add_volunteer(sheet, volunteer);
    add_form(sheet);
    page_end(sheet);
    json_decref(volunteers);
}

/* --- what its forms do --- */

/* The ticked values of a name, or nothing when none is. */
static void set_ticked(json_t *object, const char *key, const struct html_form *form,
                       const char *name)
{
    json_t *list = json_array();

    for (size_t i = 0; i < form->n; i++) {
        if (strcmp(form->names[i], name) == 0)
            json_array_append_new(list, json_string(form->values[i]));
    }
    if (json_array_size(list) > 0)
        json_object_set(object, key, list);
    json_decref(list);
}

static int add(struct page *page, const struct html_form *form)
{
    const char *name = html_form_value(form, "first_name");
    double radius = strtod(html_form_value(form, "radius"), NULL);
    char id[32];
    json_t *volunteer;
    int r = *name ? page_make_id("B", id) : -EINVAL;

    if (r < 0)
        return r;
    volunteer = json_pack("{s:s, s:s, s:s}", "id", id, "first_name", name, "phone",
                          html_form_value(form, "phone"));
    if (!volunteer)
        return -EINVAL; /* not UTF-8 */
    set_ticked(volunteer, "services", form, "service");
    set_ticked(volunteer, "days", form, "day");
    if (radius > 0)
        json_object_set_new(volunteer, "radius_km", json_real(radius));
    r = page_read_place(html_form_value(form, "place"), volunteer);
    if (r == 0)
        r = store_set_volunteer(page->store, volunteer);
    json_decref(volunteer);
    return r;
}

static int pause_volunteer(struct page *page, const struct html_form *form)
{
    return store_set_volunteer_active(page->store, html_form_value(form, "id"), false);
}

static int resume(struct page *page, const struct html_form *form)
{
    return store_set_volunteer_active(page->store, html_form_value(form, "id"), true);
}

static int remove_volunteer(struct page *page, const struct html_form *form)
{
    return store_remove_volunteer(page->store, html_form_value(form, "id"));
}

const struct page_action_row page_volunteer_actions[] = {
    {"add-volunteer", add, HERE},
    {"pause", pause_volunteer, HERE},
    {"resume", resume, HERE},
    {"remove", remove_volunteer, HERE},
    {0},
};
