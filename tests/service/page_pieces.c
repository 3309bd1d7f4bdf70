/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/page_private.h"

#include <ctype.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *page_text(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    return value ? value : "";
}

static void add_link(struct sheet *sheet, const char *path, const char *label, const char *here)
{
    base_strbuf_addf(&sheet->out, "<li><a href=\"%s\"%s>%s</a></li>", path,
                     strcmp(path, here) == 0 ? " aria-current=\"page\"" : "", label);
}

void page_begin(struct sheet *sheet, const char *title, const char *here)
{
    base_strbuf_addf(&sheet->out,
                     "<!DOCTYPE html>\n<html lang=\"fr\">\n<head><meta charset=\"utf-8\">"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                     "<title>%s – Voisine</title>"
                     "<link rel=\"stylesheet\" href=\"" PAGE_ROOT "/style.css\"></head>\n<body>\n",
                     title);
    if (here) {
        base_strbuf_add(&sheet->out, "<a class=\"skip\" href=\"#main\">Aller au contenu</a>"
                                     "<header><nav aria-label=\"Pages\"><ul>");
        add_link(sheet, PAGE_ROOT, "Demandes", here);
        add_link(sheet, PAGE_ROOT "/benevoles", "Bénévoles", here);
        add_link(sheet, PAGE_ROOT "/appareils", "Appareils", here);
        base_strbuf_add(&sheet->out, "</ul></nav></header>");
    }
    base_strbuf_add(&sheet->out, "<main id=\"main\">\n");
}

void page_end(struct sheet *sheet)
{
    base_strbuf_add(&sheet->out, "\n</main>\n");
    if (*sheet->form) {
        base_strbuf_add(&sheet->out,
                        "<footer><form method=\"post\" action=\"" PAGE_ROOT "/logout\">");
        page_button(sheet, "logout", "Se déconnecter", "plain", "");
        base_strbuf_add(&sheet->out, "</form></footer>\n");
    }
    base_strbuf_add(&sheet->out, "</body></html>\n");
}

void page_form(struct sheet *sheet, const char *id)
{
    base_strbuf_addf(&sheet->out,
                     "<form method=\"post\" action=\"" PAGE_ROOT "\">"
                     "<input type=\"hidden\" name=\"form\" value=\"%s\">",
                     sheet->form);
    if (id) {
        base_strbuf_add(&sheet->out, "<input type=\"hidden\" name=\"id\" value=\"");
        html_text(&sheet->out, id);
        base_strbuf_add(&sheet->out, "\">");
    }
}

void page_form_end(struct sheet *sheet)
{
    base_strbuf_add(&sheet->out, "</form>\n");
}

void page_button(struct sheet *sheet, const char *action, const char *label, const char *style,
                 const char *about)
{
    base_strbuf_addf(&sheet->out, "<button name=\"do\" value=\"%s\" class=\"%s\">", action, style);
    html_text(&sheet->out, label);
    if (*about) {
        base_strbuf_add(&sheet->out, "<span class=\"unseen\"> – ");
        html_text(&sheet->out, about);
        base_strbuf_add(&sheet->out, "</span>");
    }
    base_strbuf_add(&sheet->out, "</button>");
}

void page_person(struct sheet *sheet, const json_t *person, const char *device)
{
    if (*page_text(person, "name")) {
        html_text(&sheet->out, page_text(person, "name"));
    } else {
        base_strbuf_add(&sheet->out, "l’appareil ");
        html_text(&sheet->out, device);
    }
}

void page_phone(struct sheet *sheet, const char *phone)
{
    base_strbuf_add(&sheet->out, "<a href=\"tel:");
    for (const char *p = phone; *p; p++) {
        if (isdigit((unsigned char)*p) || *p == '+')
            base_strbuf_add_n(&sheet->out, p, 1);
    }
    base_strbuf_add(&sheet->out, "\">");
    html_text(&sheet->out, phone);
    base_strbuf_add(&sheet->out, "</a>");
}

void page_contact(struct sheet *sheet, const json_t *person)
{
    const char *address = page_text(person, "address"), *phone = page_text(person, "phone");

    if (!*address && !*phone)
        return;
    base_strbuf_add(&sheet->out, "<p class=\"contact\">");
    html_text(&sheet->out, address);
    if (*address && *phone)
        base_strbuf_add(&sheet->out, "<br>");
    if (*phone)
        page_phone(sheet, phone);
    base_strbuf_add(&sheet->out, "</p>");
}

int page_read_place(const char *text, json_t *object)
{
    double latitude, longitude;
    char after;

    if (text[strspn(text, " ")] == '\0')
        return 0;
    if (sscanf(text, "%lf , %lf %c", &latitude, &longitude, &after) != 2 || latitude < -90 ||
        latitude > 90 || longitude < -180 || longitude > 180)
        return -EINVAL;
    json_object_set_new(object, "latitude", json_real(latitude));
    json_object_set_new(object, "longitude", json_real(longitude));
    return 0;
}

int page_make_id(const char *prefix, char ret_id[32])
{
    unsigned char bytes[4];

    if (gnutls_rnd(GNUTLS_RND_NONCE, bytes, sizeof(bytes)) != 0)
        return -EIO;
    snprintf(ret_id, 32, "%s-%02X%02X%02X%02X", prefix, bytes[0], bytes[1], bytes[2], bytes[3]);
    return 0;
}
