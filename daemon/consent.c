/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/consent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const answers[] = {
    [CONSENT_OPEN] = "open", [CONSENT_GIVEN] = "given", [CONSENT_REFUSED] = "refused"};

enum { N_ANSWERS = sizeof(answers) / sizeof(answers[0]) };

struct consent consent_none(void)
{
    return (struct consent){.answer = CONSENT_OPEN};
}

bool consent_may_be_asked(const struct consent *consent, struct base_date today)
{
    return consent->answer == CONSENT_OPEN && consent->n_asked < CONSENT_ASKED_MAX &&
           base_date_compare(consent->asked_on, today) != 0;
}

void consent_begun(struct consent *consent, struct base_date today)
{
    consent->asked_on = today;
}

void consent_asked(struct consent *consent)
{
    consent->n_asked++;
}

void consent_answered(struct consent *consent, bool is_yes)
{
    consent->answer = is_yes ? CONSENT_GIVEN : CONSENT_REFUSED;
}

void consent_print(const struct consent *consent, struct base_strbuf *text)
{
    char day[16];

    base_date_format(consent->asked_on, day);
    base_strbuf_addf(text, "answer %s\nasked %d\nasked_on %s\n", answers[consent->answer],
                     consent->n_asked, day);
}

static void parse_line(const char *name, const char *value, struct consent *consent)
{
    if (strcmp(name, "asked") == 0)
        consent->n_asked = (int)strtol(value, NULL, 10);
    else if (strcmp(name, "asked_on") == 0)
        (void)base_date_parse(value, &consent->asked_on);
    for (int i = 0; strcmp(name, "answer") == 0 && i < N_ANSWERS; i++) {
        if (strcmp(value, answers[i]) == 0)
            consent->answer = (enum consent_answer)i;
    }
}

void consent_parse(const char *text, struct consent *ret_consent)
{
    struct consent consent = consent_none();

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        char name[16], value[16];

        if (sscanf(line, "%15s %15s", name, value) == 2)
            parse_line(name, value, &consent);
    }
    if (consent.n_asked < 0)
        consent.n_asked = 0;
    *ret_consent = consent;
}
