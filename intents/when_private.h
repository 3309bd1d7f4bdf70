/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the sources of intents/when.h, in the order of the search: mentions of a sentence and the
 * groups they make (when_mentions.c), what governs each group and which one counts
 * (when_weigh.c), the calendar day and clock time it stands for (when_resolve.c). A search lives
 * for one call of intents/when.c; data and words outlive it. Thread: any.
 */
#ifndef INTENTS_WHEN_PRIVATE_H
#define INTENTS_WHEN_PRIVATE_H

#include "intents/match.h"
#include "intents/when.h"

#define INTENTS_WHEN_PIECES_MAX 32
/* A correction takes back what was said this many words before, at most. */
#define INTENTS_WHEN_CORRECTION_REACH 9

/* A mention: the words [start, end) and the rule that they match. */
struct intents_when_piece {
    size_t start, end;
    const struct intents_when_rule *rule;
    struct intents_catch catch;
};

/* What a group counts: by the clause that governs it. */
enum intents_when_score {
    INTENTS_WHEN_OF_REASON,  /* "parce que mardi ..." */
    INTENTS_WHEN_OF_OTHER,   /* "j'ai le docteur mardi" */
    INTENTS_WHEN_OF_NOTHING, /* no clause before it: what stands alone is meant */
    INTENTS_WHEN_OF_REQUEST, /* "il faudrait mardi" */
};

/* Mentions side by side that mean one moment. */
struct intents_when_group {
    size_t start, end;
    const struct intents_when_piece *date, *part, *time;
    const struct intents_when_group *second; /* meant as well: "mardi et vendredi" */
    bool is_void;
    enum intents_when_score score;
};

struct intents_when_search {
    const struct intents_when_data *data;
    const struct intents_words *words;
    struct intents_when_piece pieces[INTENTS_WHEN_PIECES_MAX];
    size_t n_pieces;
    struct intents_when_group groups[INTENTS_WHEN_PIECES_MAX];
    size_t n_groups;
    enum intents_when_cue clause[INTENTS_WORDS_MAX]; /* begins here; N_CUES: none */
    bool leaves_unseen;                              /* without the rules that are unseen */
};

/* ---- when_mentions.c ---- */

/* The mentions in their order, each as long as it can be. */
void intents_when_find_pieces(struct intents_when_search *search);
/* Behind it. */
void intents_when_make_groups(struct intents_when_search *search);
/* Returns: the end of the longest cue of a kind at a word; `at` when there is none. */
size_t intents_when_match_cue(const struct intents_when_search *search, enum intents_when_cue cue,
                              size_t at);
/* Whether a cue of a kind begins somewhere in [from, to). */
bool intents_when_has_cue(const struct intents_when_search *search, enum intents_when_cue cue,
                          size_t from, size_t to);

/* ---- when_weigh.c ---- */

/* Behind the groups: what falls away, and what each of the others counts. */
void intents_when_weigh_groups(struct intents_when_search *search);
/* Returns: the group that counts of those with or without a date, or NULL. */
const struct intents_when_group *intents_when_best_group(const struct intents_when_search *search,
                                                         bool with_date);
/* Whether some clause asks for something; both behind the weighing. */
bool intents_when_has_asking(const struct intents_when_search *search);
/* Whether what is asked for is wanted more than once ("chaque semaine"), by a mention that is no
 * day. */
bool intents_when_says_repeated(const struct intents_when_search *search);

/* ---- when_resolve.c ---- */

/* Returns: the day that a DATE piece stands for; BASE_NO_DATE where the calendar has none. */
struct base_date intents_when_resolve_date(const struct intents_when_piece *piece,
                                           struct base_date today);
/* Whether the piece names a weekday and a number that do not go together on that date. */
bool intents_when_is_off_weekday(const struct intents_when_piece *piece, struct base_date date);
/* Sets the time by a TIME or WEAK piece and the part of the day, which it takes the place of, and
 * the date when the time counts from now ("dans une heure"). */
void intents_when_resolve_time(const struct intents_when_data *data,
                               const struct intents_when_piece *piece, struct base_datetime now,
                               struct intents_when *when);

#endif
