/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/joints.h"

#include "intents/language_private.h"
#include "intents/sets.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

static const char *const set_names[INTENTS_N_JOINTS] = {
    [INTENTS_JOINT_YES] = "yes", [INTENTS_JOINT_NO] = "no",     [INTENTS_JOINT_FILLER] = "filler",
    [INTENTS_JOINT_AND] = "and", [INTENTS_JOINT_ALSO] = "also", [INTENTS_JOINT_BEGINS] = "begins"};

struct intents_joints {
    const struct intents_language *language;
    struct intents_list sets[INTENTS_N_JOINTS];
};

int intents_joints_create(const struct intents_language *language,
                          struct intents_joints **ret_joints)
{
    struct intents_joints *joints = calloc(1, sizeof(*joints));
    int r = joints ? intents_sets_load(language, "joints", set_names, INTENTS_N_JOINTS, NULL,
                                       joints->sets)
                   : -ENOMEM;

    if (r < 0) {
        intents_joints_destroy(joints);
        return r;
    }
    joints->language = language;
    *ret_joints = joints;
    return 0;
}

void intents_joints_destroy(struct intents_joints *joints)
{
    if (!joints)
        return;
    intents_sets_finish(joints->sets, INTENTS_N_JOINTS);
    free(joints);
}

size_t intents_joints_match(const struct intents_joints *joints, enum intents_joint joint,
                            const struct intents_words *words, size_t at)
{
    if (at >= words->n)
        return at;
    return intents_set_match(joints->language, &joints->sets[joint], words, at);
}

size_t intents_joints_skip(const struct intents_joints *joints, enum intents_joint joint,
                           const struct intents_words *words, size_t at)
{
    for (size_t end; (end = intents_joints_match(joints, joint, words, at)) > at;)
        at = end;
    return at;
}

size_t intents_joints_answer(const struct intents_joints *joints, const struct intents_words *words,
                             enum intents_answer *ret_answer)
{
    size_t at = 0, end;

    *ret_answer = INTENTS_NO_ANSWER;
    for (;;) {
        size_t yes_end = intents_joints_match(joints, INTENTS_JOINT_YES, words, at);
        size_t no_end = intents_joints_match(joints, INTENTS_JOINT_NO, words, at);

        if (no_end > at || yes_end > at) {
            *ret_answer = no_end > at ? INTENTS_NO : INTENTS_YES;
            at = no_end > yes_end ? no_end : yes_end;
        } else if ((end = intents_joints_match(joints, INTENTS_JOINT_FILLER, words, at)) > at) {
            at = end;
        } else {
            return at;
        }
    }
}
