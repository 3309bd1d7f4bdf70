/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/vitals.h"

enum vitals_organ vitals_judge(const struct vitals *before, const struct vitals *now)
{
    if (before->is_mic_open && now->is_mic_open) {
        if (now->n_heard <= before->n_heard)
            return VITALS_MICROPHONE;
        if (now->n_taken <= before->n_taken)
            return VITALS_EARS;
    }
    if (now->n_played <= before->n_played)
        return VITALS_LOUDSPEAKER;
    return now->n_turns <= before->n_turns ? VITALS_WORKER : VITALS_ALL_WELL;
}

const char *vitals_organ_name(enum vitals_organ organ)
{
    static const char *const names[] = {
        [VITALS_ALL_WELL] = "nothing",
        [VITALS_MICROPHONE] = "microphone",
        [VITALS_EARS] = "ears",
        [VITALS_LOUDSPEAKER] = "loudspeaker",
        [VITALS_WORKER] = "delivery worker",
    };

    return names[organ];
}
