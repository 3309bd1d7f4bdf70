/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/matching/promises.h"

#include "base/log.h"
#include "tests/matching/vfs.h"

#include <stdlib.h>
#include <unistd.h>

void promises_forget(struct put puts[N_PUTS])
{
    for (int i = 0; i < N_PUTS; i++)
        free(puts[i].body);
}

bool promises_are_thorough(void)
{
    return getenv("VOISINE_THOROUGH") != NULL;
}

void promises_install(void)
{
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    (void)base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    vfs_install();
}
