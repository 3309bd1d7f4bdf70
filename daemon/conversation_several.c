/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several requests in one conversation: each waits until the one before is settled, and then is
 * asked about like the first. */
#include "daemon/conversation_actions.h"

#include <string.h>

void conversation_put_aside(struct conversation *c, const struct conversation_event *event)
{
    for (size_t i = 0; i < event->n_also; i++) {
        if (c->n_next >= CONVERSATION_ALSO_MAX) {
            conversation_say(c, "next.too_many");
            return;
        }
        c->next[c->n_next++] = event->also[i];
    }
}

static void tell_full(struct conversation *c)
{
    struct draft about = c->draft;

    about.n = DRAFT_ITEMS_MAX;
    c->ops->say(c->user, "confirm.full", &about);
}

void conversation_tell_first(struct conversation *c, const struct conversation_event *event)
{
    struct draft about;

    if (c->left.service[0])
        c->ops->say(c->user, "next.left", &c->left);
    draft_clear(&c->left);
    if (event->n_also > 0) {
        about = c->draft;
        about.n = (int)event->n_also + 1;
        c->ops->say(c->user, "next.first", &about);
    }
    conversation_put_aside(c, event);
    if (c->draft.is_repeated)
        conversation_say(c, "confirm.once");
    c->draft.is_repeated = false;
    if (c->draft.misses_item)
        conversation_say(c, "confirm.not_added");
    c->n_missed += c->draft.misses_item;
    c->draft.misses_item = false;
    if (c->draft.is_full)
        tell_full(c);
    c->draft.is_full = false;
    if (c->draft.is_off_weekday)
        conversation_say(c, "confirm.weekday");
    c->draft.is_off_weekday = false;
}

void act_next(struct conversation *c, const struct conversation_event *event)
{
    struct draft request = c->next[0];

    (void)event;
    c->n_next--;
    memmove(&c->next[0], &c->next[1], c->n_next * sizeof(c->next[0]));
    c->n_guesses = 0;
    memset(c->refused, 0, sizeof(c->refused));
    c->ops->say(c->user, c->is_interrupted ? "next.resumed" : "next.now", &request);
    c->is_interrupted = false;
    c->ops->take_up(c->user, &request);
}

void act_besides(struct conversation *c, const struct conversation_event *event)
{
    conversation_say(c, "next.besides");
    conversation_put_aside(c, event);
    conversation_put_question_again(c);
}

void act_confirm_and(struct conversation *c, const struct conversation_event *event)
{
    conversation_put_aside(c, event);
    conversation_ask(c, "confirm.request", "confirm.request");
}
