/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The speakers: who is silent, how each hears and what it holds back; pairing codes; residents. */
#include "tests/service/page_private.h"
#include "tests/service/registration.h"
#include "tests/service/store_devices.h"
#include "tests/service/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HERE       PAGE_ROOT "/appareils"
#define CODE_HOURS 24

static bool is_silent(const struct sheet *sheet, const json_t *device)
{
    return json_is_true(json_object_get(device, "may_call")) &&
           sheet->now_ms - json_integer_value(json_object_get(device, "known_ms")) >
               sheet->page->silent_after_ms;
}

static const char *hearing(const char *audio)
{
    static const char *const words[][2] = {
        {"ok", "Il entend bien"},
        {"no-microphone", "Microphone&#160;: absent"},
        {"no-frames", "Microphone&#160;: n’entend plus rien"},
        {"silent", "Microphone&#160;: n’entend plus rien"},
        {"muted", "Microphone&#160;: micro coupé"},
        {"damaged", "Il entend moins bien&#160;: à réinstaller"},
        {"no-language", "Il ne comprend plus rien&#160;: à réinstaller"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(audio, words[i][0]) == 0)
            return words[i][1];
    }
    return "Microphone&#160;: on ne sait pas comment il entend";
}

static json_int_t number(const json_t *json, const char *key)
{
    return json_integer_value(json_object_get(json, key));
}

static void add_health(struct sheet *sheet, const json_t *device)
{
    const json_t *beat = json_object_get(device, "heartbeat");
    const char *audio = page_text(beat, "audio");

    if (!json_is_object(beat)) {
        base_strbuf_add(&sheet->out, "<p>Aucune nouvelle depuis qu’il est associé</p>");
        return;
    }
    base_strbuf_add(&sheet->out, "<p>Dernières nouvelles ");
    words_at(&sheet->out, page_text(device, "seen_at"), sheet->now_ms);
    base_strbuf_add(&sheet->out, "</p>");
    base_strbuf_addf(&sheet->out, "<p%s>%s</p>",
                     strcmp(audio, "ok") == 0 || strcmp(audio, "muted") == 0 ? ""
                                                                             : " class=\"problem\"",
                     hearing(audio));
    if (number(beat, "queue_depth") > 0) {
        base_strbuf_addf(&sheet->out, "<p class=\"problem\">%lld en attente d’envoi, depuis ",
                         (long long)number(beat, "queue_depth"));
        words_span(&sheet->out, number(beat, "oldest_s") * 1000);
        base_strbuf_add(&sheet->out, "</p>");
    }
    base_strbuf_add(&sheet->out, "<p class=\"hint\">Version ");
    html_text(&sheet->out, page_text(beat, "version"));
    base_strbuf_add(&sheet->out, " · en marche depuis ");
    words_span(&sheet->out, number(beat, "uptime_s") * 1000);
    base_strbuf_addf(&sheet->out, " · démarré %lld fois</p>",
                     (long long)number(beat, "restarts") + 1);
}

static void add_device(struct sheet *sheet, const json_t *device)
{
    const char *id = page_text(device, "device");
    bool may_call = json_is_true(json_object_get(device, "may_call"));

    base_strbuf_addf(&sheet->out, "<article class=\"card%s\"><h3>",
                     is_silent(sheet, device) ? " alarm"
                     : may_call               ? ""
                                              : " over");
    page_person(sheet, json_object_get(device, "person"), id);
    if (is_silent(sheet, device))
        base_strbuf_add(&sheet->out, " <span class=\"for\">silencieux</span>");
    if (!may_call)
        base_strbuf_add(&sheet->out, " <span class=\"for\">révoqué</span>");
    base_strbuf_add(&sheet->out, "</h3>");
    page_contact(sheet, json_object_get(device, "person"));
    if (is_silent(sheet, device))
        base_strbuf_add(&sheet->out, "<p>Pas de nouvelles depuis plus de deux jours. Appelez la "
                                     "personne&#160;: il est peut-être débranché.</p>");
    add_health(sheet, device);
    if (may_call) {
        base_strbuf_add(&sheet->out,
                        "<details><summary>Appareil perdu ou rendu</summary><p class=\"hint\">");
        base_strbuf_add(&sheet->out, "Révoqué, l’appareil ");
        html_text(&sheet->out, id);
        base_strbuf_add(&sheet->out, " ne peut plus rien envoyer, et il le dit à la personne. Un "
                                     "nouveau code l’associe de nouveau.</p>");
        page_form(sheet, id);
        page_button(sheet, "revoke", "Révoquer cet appareil", "grave", "");
        page_form_end(sheet);
        base_strbuf_add(&sheet->out, "</details>");
    }
    base_strbuf_add(&sheet->out, "</article>\n");
}

static void add_residents(struct sheet *sheet)
{
    json_t *residents = store_residents(sheet->page->store), *resident;
    size_t i;

    base_strbuf_add(&sheet->out,
                    "<label for=\"resident\">Personne</label>"
                    "<select id=\"resident\" name=\"resident\">"
                    "<option value=\"\">Nouvelle personne, à remplir ci-dessous</option>");
    json_array_foreach(residents, i, resident)
    {
        base_strbuf_add(&sheet->out, "<option value=\"");
        html_text(&sheet->out, page_text(resident, "reference"));
        base_strbuf_add(&sheet->out, "\">");
        html_text(&sheet->out, page_text(resident, "name"));
        base_strbuf_add(&sheet->out, "</option>");
    }
    base_strbuf_add(&sheet->out, "</select>");
    json_decref(residents);
}

static void add_codes(struct sheet *sheet)
{
    json_t *codes = store_codes(sheet->page->store), *code;
    size_t i;

    json_array_foreach(codes, i, code)
    {
        base_strbuf_add(&sheet->out, "<p class=\"hint\">Un code attend");
        if (*page_text(code, "name")) {
            base_strbuf_add(&sheet->out, " pour ");
            html_text(&sheet->out, page_text(code, "name"));
        }
        base_strbuf_add(&sheet->out, ", bon jusqu’au ");
        words_at(&sheet->out, page_text(code, "expires_at"), sheet->now_ms);
        base_strbuf_add(&sheet->out, "</p>");
    }
    json_decref(codes);
}

static void add_form(struct sheet *sheet)
{
    base_strbuf_add(&sheet->out, "<section><h2>Associer un appareil</h2><div class=\"card\">");
    add_codes(sheet);
    page_form(sheet, NULL);
    add_residents(sheet);
    base_strbuf_add(
        &sheet->out,
        "<label for=\"name\">Nom</label><input id=\"name\" name=\"name\" maxlength=\"80\" "
        "placeholder=\"Mme Durand\">"
        "<label for=\"phone\">Téléphone</label>"
        "<input id=\"phone\" name=\"phone\" type=\"tel\" maxlength=\"30\">"
        "<label for=\"address\">Adresse</label>"
        "<input id=\"address\" name=\"address\" maxlength=\"160\">"
        "<label for=\"place\">Coordonnées du domicile</label>"
        "<input id=\"place\" name=\"place\" placeholder=\"44.806, -0.631\">"
        "<p class=\"hint\">" PAGE_PLACE_HINT "</p>");
    page_button(sheet, "code", "Créer un code", "", "");
    page_form_end(sheet);
    base_strbuf_add(&sheet->out, "</div></section>");
}

void page_write_devices(struct sheet *sheet)
{
    json_t *all = store_devices(sheet->page->store), *device;
    const json_t *devices = json_object_get(all, "devices");
    size_t i;

    page_begin(sheet, "Appareils", HERE);
    base_strbuf_add(&sheet->out, "<h1>Appareils</h1>");
    if (json_array_size(devices) == 0)
        base_strbuf_add(&sheet->out, "<p class=\"empty\">Aucun appareil pour l’instant.</p>");
    for (int silent = 1; silent >= 0; silent--) {
        json_array_foreach(devices, i, device)
        {
            if (is_silent(sheet, device) == silent)
                add_device(sheet, device);
        }
    }
    add_form(sheet);
    page_end(sheet);
    json_decref(all);
}

void page_write_code(struct sheet *sheet, const char *code, const char *name)
{
    page_begin(sheet, "Code", HERE);
    base_strbuf_add(&sheet->out, "<h1>Code pour ");
    html_text(&sheet->out, name);
    base_strbuf_addf(&sheet->out,
                     "</h1><p class=\"code\" id=\"code\">%s</p>"
                     "<p>Notez-le&#160;: il ne sera plus affiché.</p>"
                     "<p>Il se tape une seule fois, dans les %d&#160;heures, sur l’appareil de la "
                     "personne&#160;:</p><p><code>sudo voisine pair %s</code></p>"
                     "<p><a href=\"" HERE "\">Revenir aux appareils</a></p>",
                     code, CODE_HOURS, code);
    page_end(sheet);
}

/* --- what its forms do --- */

static int add_resident(struct page *page, const struct html_form *form, char ret_reference[32])
{
    json_t *resident;
    int r = *html_form_value(form, "name") ? page_make_id("R", ret_reference) : -EINVAL;

    if (r < 0)
        return r;
    resident = json_pack("{s:s, s:s, s:s, s:s}", "reference", ret_reference, "name",
                         html_form_value(form, "name"), "phone", html_form_value(form, "phone"),
                         "address", html_form_value(form, "address"));
    r = resident ? page_read_place(html_form_value(form, "place"), resident) : -EINVAL;
    if (r == 0)
        r = store_set_resident(page->store, resident);
    json_decref(resident);
    return r;
}

/* The name of a resident that is known. Returns: whether there is one. */
static bool find_resident(struct page *page, const char *reference, char ret_name[128])
{
    json_t *residents = store_residents(page->store), *resident;
    bool is_found = false;
    size_t i;

    json_array_foreach(residents, i, resident)
    {
        if (strcmp(page_text(resident, "reference"), reference) == 0) {
            snprintf(ret_name, 128, "%s", page_text(resident, "name"));
            is_found = true;
        }
    }
    json_decref(residents);
    return is_found;
}

int page_make_code(struct page *page, const struct html_form *form, char ret_code[16],
                   char ret_name[128])
{
    char reference[64];
    int r = 0;

    snprintf(reference, sizeof(reference), "%s", html_form_value(form, "resident"));
    if (!*reference)
        r = add_resident(page, form, reference);
    if (r == 0 && !find_resident(page, reference, ret_name))
        r = -EINVAL;
    return r == 0 ? registration_make_code(page->store, reference, CODE_HOURS * 3600, ret_code) : r;
}

static int revoke(struct page *page, const struct html_form *form)
{
    return store_set_device(page->store, html_form_value(form, "id"), NULL);
}

const struct page_action_row page_device_actions[] = {
    {"revoke", revoke, HERE},
    {0},
};
