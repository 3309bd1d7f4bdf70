/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each fault of faults.h does to an answer. Thread: any. */
#ifndef TESTS_SERVICE_SPOIL_H
#define TESTS_SERVICE_SPOIL_H

#include "tests/service/faults.h"
#include "tests/service/http.h"

#include <stdbool.h>

/* Answers in place of the work. Returns: whether it did. */
bool spoil_before(const struct fault *fault, struct http_answer *answer);
/* Changes the answer after the work was done. */
void spoil_after(const struct fault *fault, struct http_answer *answer);

#endif
