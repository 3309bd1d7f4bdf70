/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the coordinator's page says in French: services by their catalogue name, days, times, how
 * long ago. Everything is added to a buffer as HTML text, escaped. Thread: any.
 */
#ifndef TESTS_SERVICE_WORDS_H
#define TESTS_SERVICE_WORDS_H

#include "base/strbuf.h"
#include "config/catalogue.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* "Les courses" (within a list: "les courses"); the id where the catalogue has no such service; a
 * callback where it is "". */
void words_service(struct base_strbuf *out, const struct config_catalogue *catalogue,
                   const char *service, bool within);
/* {"date", "part", "time"}: "mercredi 25 novembre, le matin". */
void words_when(struct base_strbuf *out, const json_t *when);
/* The local day: "mardi 24 novembre". */
void words_day(struct base_strbuf *out, int64_t at_ms);
/* An ISO time in UTC as a local one: "à 9 h 30", with the day when it is not today's. */
void words_at(struct base_strbuf *out, const char *iso, int64_t now_ms);
/* The hour of a local time: "9 h 30". */
void words_clock(struct base_strbuf *out, int64_t at_ms);
/* "3 minutes", "2 heures", "4 jours". */
void words_span(struct base_strbuf *out, int64_t span_ms);
/* "à 800 m", "à 3,4 km". */
void words_km(struct base_strbuf *out, double km);
/* Midnight of today here. */
int64_t words_day_start_ms(int64_t now_ms);

#endif
