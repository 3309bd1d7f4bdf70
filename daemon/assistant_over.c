/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The assistant's ears while it speaks itself: when they may open (daemon/echo.h tells), what was
 * said before they did, and what of all that counts. Next to nothing does: what is said over us is
 * mostly somebody else's talk, or what is left of our own voice. A call for help counts always,
 * words of stopping where our voice is taken out well.
 */
#include "base/log.h"
#include "base/utf8.h"
#include "daemon/assistant_private.h"

#include <math.h>
#include <string.h>

enum { STOP_WORDS_MAX = 4 }; /* "taisez-vous s'il vous plaît" */

/*
 * From here on, and heard so freely as well as among the short answers, even a short sound is
 * hardly ever our voice: the pieces that a filter leaves that has hardly begun to learn were heard
 * as "je saigne" at 0.89, by one of the two. The figures stand in docs/performance.md.
 */
#define HELP_SURE_MIN 0.85
/* So sure were 85 of 85 simulated calls that were answered over our voice; this was heard as "au
 * feu" at 0.54 where nobody spoke. */
#define HELP_OVER_MIN 0.58
/* What is left of our voice comes in pieces of a second; "au secours, je suis tombée" takes two and
 * a half with its pre-roll. */
#define SHORT_S 1.5

static void open_over(struct assistant *a, enum echo_ears ears)
{
    a->hears_over = true;
    a->over = a->over_next = ears;
    listener_set_now(a->listener, assistant_local_now(a));
    listener_open(a->listener, INTENTS_EXPECT_CONFIRMATION);
}

/* What waited to be heard is passed over. */
static void drop_pending(struct assistant *a)
{
    for (; a->n_pending > 0; a->n_pending--)
        listener_skip(a->listener);
    explicit_bzero(a->pending, sizeof(a->pending));
}

void assistant_close_over(struct assistant *a)
{
    drop_pending(a);
    a->sleeps_behind = false;
    if (!a->hears_over)
        return;
    a->hears_over = false;
    listener_sleep(a->listener);
}

bool assistant_is_talked_over(const struct assistant *a)
{
    return a->hears_over && !speech_is_on(a->speech) && listener_hears_voice(a->listener);
}

void assistant_listen_on(struct assistant *a, enum intents_expect expect)
{
    drop_pending(a);
    a->hears_over = a->sleeps_behind = false;
    a->began_over = true;
    listener_go_on(a->listener, expect);
}

void assistant_sleep_behind(struct assistant *a)
{
    drop_pending(a);
    a->sleeps_behind = true;
}

void assistant_hear_on(struct assistant *a)
{
    if (a->sleeps_behind)
        assistant_close_over(a);
    else
        open_over(a, a->over_next);
}

/* Whether the ears may open is known a little later than the words that they should hear. */
static void keep_pending(struct assistant *a, const struct audio_canceller_block *block)
{
    if (a->n_pending == PENDING_MAX) {
        listener_skip(a->listener);
        a->n_pending--;
        a->pending_at++;
    }
    memcpy(a->pending[(a->pending_at + a->n_pending++) % PENDING_MAX], block->samples,
           sizeof(block->samples));
}

/* An utterance may end within, and close the ears again. */
static void feed_pending(struct assistant *a)
{
    while (a->n_pending > 0 && a->hears_over) {
        a->n_behind = (unsigned)a->n_pending--;
        listener_feed(a->listener, a->pending[a->pending_at++ % PENDING_MAX]);
    }
    a->n_behind = 0;
    drop_pending(a);
}

/* Who talks over the whole of a short speech hides that our voice is taken out: the ears stay shut
 * to its end. What is left of us in it is judged like all that is heard over us. */
bool assistant_hear_kept(struct assistant *a)
{
    if (a->hears_over || a->n_pending == 0 ||
        conversation_state(a->conversation) == STATE_ALARMED ||
        echo_is_unknown(&a->echo, (unsigned)a->n_pending, 0))
        return false;
    open_over(a, ECHO_HELP_ALONE);
    feed_pending(a);
    return conversation_state(a->conversation) == STATE_ALARMED;
}

void assistant_hear_over(struct assistant *a, const struct audio_canceller_block *block)
{
    enum echo_ears ears = echo_hear_speech(&a->echo, block);

    if (ears == ECHO_DEAF) {
        if (a->hears_over)
            assistant_close_over(a);
        keep_pending(a, block);
        return;
    }
    if (!a->hears_over) {
        open_over(a, ears);
        feed_pending(a);
    }
    a->over_next = ears;
    if (a->hears_over && ears < a->over)
        a->over = ears;
    listener_feed(a->listener, block->samples);
}

/* Whose voice it is. */
struct voices {
    float alike;  /* to what we were saying */
    float others; /* the share in which somebody else spoke */
};

static struct voices whose(const struct assistant *a, const struct utterance *utterance)
{
    double now_s = listener_now_s(a->listener);
    double from_s = now_s - utterance->start_s, to_s = now_s - utterance->end_s;
    unsigned from = a->n_behind + (unsigned)fmax(from_s * 1000 / AUDIO_BLOCK_MS, 0);
    unsigned to = a->n_behind + (unsigned)fmax(to_s * 1000 / AUDIO_BLOCK_MS, 0);

    return (struct voices){echo_likeness(&a->echo, from, to), echo_others(&a->echo, from, to)};
}

/* Freely as well as among the short answers, and surely in one of them. */
static bool is_heard_twice(const struct utterance *utterance)
{
    const struct trust_evidence *freely = &utterance->evidence;
    const struct trust_evidence *answer = &utterance->answer_evidence;

    return freely->act == INTENTS_EMERGENCY &&
           (trust_confidence(freely) >= HELP_SURE_MIN ||
            (answer->act == INTENTS_EMERGENCY && trust_confidence(answer) >= HELP_SURE_MIN));
}

/* How alike to our voice what was heard as a call for help may be. */
static float alike_most(const struct utterance *utterance, const struct voices *voices)
{
    if (voices->others >= ECHO_OTHERS)
        return ECHO_SURELY_OURS;
    if (voices->others >= 0 && voices->others < ECHO_ALONE)
        return 0;
    if (voices->others >= 0)
        return ECHO_MOSTLY_OURS;
    return is_heard_twice(utterance) || utterance->audio_s >= SHORT_S ? ECHO_OURS : ECHO_MAYBE_OURS;
}

static bool is_call_over(const struct utterance *utterance, const struct voices *voices)
{
    /* Nothing tells that somebody spoke: "ma femme est tombée" was heard in our voice at 0.69. */
    if (voices->others < 0 && !is_heard_twice(utterance))
        return false;
    if (utterance->confidence < HELP_OVER_MIN)
        return false;
    return utterance->meaning.act == INTENTS_EMERGENCY && utterance->trust != UTTERANCE_REPEAT &&
           voices->alike < alike_most(utterance, voices);
}

/* "Stop" over a question that may be left ends the conversation, as it does behind it. */
static enum conversation_event_type leaving_event(const struct assistant *a)
{
    enum conversation_state state = conversation_state(a->conversation);

    if (state == STATE_CONSENTING)
        return EVENT_GOODBYE;
    return conversation_asks_about_request(state) ? EVENT_CANCEL_NOTHING : EVENT_SPOKEN;
}

bool assistant_hear_interruption(struct assistant *a, const struct utterance *utterance)
{
    const struct intents_result *meaning = &utterance->meaning;
    bool is_alarmed = conversation_state(a->conversation) == STATE_ALARMED;
    struct voices voices = whose(a, utterance);
    bool is_stop = a->over == ECHO_OPEN && meaning->act == INTENTS_CANCEL &&
                   utterance->trust == UTTERANCE_ACT && !a->sleeps_behind &&
                   base_utf8_n_words(utterance->text) <= STOP_WORDS_MAX && !is_alarmed &&
                   voices.alike < ECHO_OURS;

    log_debug("overheard",
              "act: %s, confidence: %.2f, ears: %d, %.1f s of sound, ours: %.2f, others: %.2f, "
              "short: %s at %.2f, %.1f beside",
              intents_act_name(meaning->act), utterance->confidence, (int)a->over,
              utterance->audio_s, (double)voices.alike, (double)voices.others,
              intents_act_name(utterance->answer_evidence.act),
              trust_confidence(&utterance->answer_evidence),
              utterance->answer_evidence.value[TRUST_CONTRAST]);
    if (!is_alarmed && is_call_over(utterance, &voices)) {
        assistant_close_over(a);
        return false;
    }
    if (!is_stop) {
        assistant_hear_on(a);
        return true;
    }
    log_info("hushed", "the speech was cut off by words");
    assistant_somebody_is_there(a);
    if (a->events.on_heard)
        a->events.on_heard(a->events.user, utterance);
    assistant_stop_speech(a);
    assistant_happen(a, strcmp(meaning->topic, "hush") != 0 ? leaving_event(a) : EVENT_SPOKEN);
    return true;
}

bool assistant_is_for_us(struct assistant *a, const struct utterance *utterance)
{
    bool is_before = a->began_over && utterance->is_before;
    struct voices voices;

    a->began_over = false;
    if (utterance->meaning.act != INTENTS_EMERGENCY || utterance->is_woken)
        return true;
    voices = whose(a, utterance);
    return is_before ? is_call_over(utterance, &voices)
                     : voices.alike < alike_most(utterance, &voices);
}

bool assistant_is_nobody(void *user, const struct utterance *so_far)
{
    const struct assistant *a = user;
    struct voices voices;

    if (!a->hears_over || so_far->meaning.act == INTENTS_EMERGENCY)
        return false;
    voices = whose(a, so_far);
    return voices.alike >= ECHO_OURS && voices.others < ECHO_OTHERS;
}
