/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/service/spoil.h"

#include "tests/service/api.h"

#include <stdlib.h>
#include <string.h>

bool spoil_before(const struct fault *fault, struct http_answer *answer)
{
    static const char page[] =
        "<html><body>Bienvenue sur le Wi-Fi ! <a href=\"/login\">Se connecter"
        "</a></body></html>";

    switch ((int)fault->kind) {
    case FAULT_REFUSE:
        answer->ending = HTTP_DROP;
        return true;
    case FAULT_STATUS:
        api_problem(answer, fault->status, "fault", "asked for by a test");
        return true;
    case FAULT_REDIRECT:
        api_problem(answer, 302, "fault", "asked for by a test");
        snprintf(answer->location, sizeof(answer->location), "https://localhost:1/elsewhere");
        return true;
    case FAULT_PORTAL:
        answer->status = 200;
        answer->body = strdup(page);
        answer->n_body = strlen(page);
        answer->content_type = "text/html; charset=utf-8";
        return true;
    default:
        return false;
    }
}

static void replace_body(struct http_answer *answer, const char *fill, size_t n)
{
    char *body = malloc(n + 1);

    if (!body)
        return;
    for (size_t i = 0; i < n; i++)
        body[i] = fill[i % strlen(fill)];
    free(answer->body);
    answer->body = body;
    answer->n_body = n;
}

void spoil_after(const struct fault *fault, struct http_answer *answer)
{
    switch ((int)fault->kind) {
    case FAULT_DROP:
        answer->ending = HTTP_DROP;
        break;
    case FAULT_STATUS_AFTER:
        api_problem(answer, fault->status, "fault", "asked for by a test");
        break;
    case FAULT_CUT:
        answer->ending = HTTP_CUT;
        break;
    case FAULT_SLOW:
        answer->ending = HTTP_SLOW;
        break;
    case FAULT_NONSENSE:
        replace_body(answer, "%\xff{[", 40);
        break;
    case FAULT_LARGE:
        replace_body(answer, "{\"id\":", 100 * 1024);
        break;
    case FAULT_OTHER_ID:
        api_json(answer, 200,
                 json_pack("{s:s, s:s}", "id", "00000000-0000-4000-8000-000000000000", "status",
                           "open"));
        break;
    default:
        break;
    }
}
