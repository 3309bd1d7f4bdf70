/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One utterance as one line of JSON: what `voisine understand` and `voisine listen` print. The
 * fields are a stable interface (design section 7): file, start_s, end_s, text, act, service,
 * date, part, time, items, confidence, audio_s, cpu_s; null where there is none. Thread: any.
 */
#ifndef DAEMON_UTTERANCE_JSON_H
#define DAEMON_UTTERANCE_JSON_H

#include "daemon/trust.h"
#include "intents/understand.h"

#include <stdio.h>

struct utterance_report {
    const char *file;      /* NULL: none */
    double start_s, end_s; /* below 0: none */
    const char *text;
    const struct intents_result *result;
    double confidence;                            /* of the whole, below 0: none */
    double audio_s, cpu_s;                        /* below 0: none */
    const struct trust_evidence *evidence;        /* NULL: not printed */
    const struct trust_evidence *answer_evidence; /* NULL: not tried */
    const char *answer_text;
};

/* A report of text alone. */
struct utterance_report utterance_report_of_text(const char *text,
                                                 const struct intents_result *result);

/* Prints one line. Returns: 0, -ENOMEM, -EIO. */
int utterance_json_print(FILE *f, const struct utterance_report *report);

#endif
