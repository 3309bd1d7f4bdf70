/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests of the outbox on bad disks share: requests whose keeping was promised or refused.
 * promises_install comes first: lives in memory, without their log, on a disk that can be broken.
 */
#ifndef TESTS_MATCHING_PROMISES_H
#define TESTS_MATCHING_PROMISES_H

#include "matching/request.h"

#include <stdbool.h>

#define NOW_MS 1800000000000LL
#define N_PUTS 8

struct put {
    char id[MATCHING_ID_SIZE];
    char *body; /* owned */
    int r;      /* what the outbox answered: 0 is a promise */
};

void promises_install(void);

/* Frees the bodies. */
void promises_forget(struct put puts[N_PUTS]);

/* Full proof takes a minute on a busy machine: VOISINE_THOROUGH=1. Else each run takes a share. */
bool promises_are_thorough(void);

#endif
