/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every sentence that the assistant says, by a stable key, from tts/<language>/prompts.json.
 *
 * A prompt has one or more wordings, taken in turn, since a question repeated in the same words is
 * heard no better. No word of any language stands in C: lists are joined, articles put and words
 * elided by the tables of prompts.json and of intents/<language>/grammar.json and lexicon.json.
 *
 * What is rendered always fits the voice: valid UTF-8, at most TTS_TEXT_MAX characters, no markup.
 * Arguments are cleaned, since names come from a service (R26); a list that would be too long is
 * cut and its rest counted ("et trois autres choses").
 *
 * Order: load, then fill a struct tts_args and render as often as wanted, destroy. Thread: any;
 * what is loaded never changes.
 */
/* clang-format off */
/*
 * A wording is text with
 *   {name}          an argument; elided with the word before it ("de {of}" -> "d'une aide")
 *   {name/form}     an argument in a form: see struct tts_args' functions
 *   {n#one|# many}  by number: the first for one (and zero, where the language counts so), else the
 *                   second, # being the number in words, ## the same in the feminine
 *   {name~he|she}   by the gender of a person's first name (the language's word list)
 *   [ ... ]         left out when an argument inside is missing or empty
 */
/* clang-format on */
#ifndef TTS_PROMPTS_H
#define TTS_PROMPTS_H

#include "tts/numbers.h"

#include <stddef.h>
#include <stdio.h>

enum {
    TTS_ARGS_MAX = 24,
    TTS_PROMPT_SIZE = 1300, /* bytes that hold every rendered prompt */
};

/* Positive results. */
enum {
    TTS_PROMPT_UNKNOWN = 1,   /* no such key */
    TTS_ARGUMENT_MISSING = 2, /* a wording needs an argument outside [ ] that was not given */
};

enum tts_arg_type { TTS_ARG_TEXT, TTS_ARG_NUMBER, TTS_ARG_LIST, TTS_ARG_WHEN };

struct tts_arg {
    const char *name;
    enum tts_arg_type type;
    const char *text;
    int number;
    const char *const *list;
    size_t n_list;
    struct tts_when when;
};

/* Begin with {0}. What is pointed to must live until rendered; more than TTS_ARGS_MAX are ignored.
 */
struct tts_args {
    struct tts_arg args[TTS_ARGS_MAX];
    size_t n;
};

/* {name}: the text. NULL and "" count as missing. */
void tts_args_text(struct tts_args *args, const char *name, const char *text);
/* {name}: in words; {name/f}: in the feminine; {name#one|# many}. */
void tts_args_number(struct tts_args *args, const char *name, int number);
/* {name}: "a, b et c"; {name/or}: "a, b ou c"; {name/or_for}: "a, b, ou pour c"; {name/items}: with
 * articles, "du pain, des œufs et six citrons". */
void tts_args_list(struct tts_args *args, const char *name, const char *const *list, size_t n);
/* {name}: "demain à dix heures"; {name/full}: "demain jeudi à dix heures"; {name/moment}: when
 * something was done, "à dix heures" if today; {name/day}: its day only; {name/clock}: its hour
 * only. */
void tts_args_when(struct tts_args *args, const char *name, const struct tts_when *when);

struct tts_prompts;

/* Returns: 0, -ENOENT, -EINVAL (logged, "language-bad"), -errno. Owns: the caller. */
int tts_prompts_load(const char *language, struct tts_prompts **ret_prompts);
/* Accepts NULL. */
void tts_prompts_destroy(struct tts_prompts *prompts);

/*
 * Renders a prompt. turn: how often it was said before in this conversation; the wordings are taken
 * in turn. now is the resident's local time, which a prompt may tell as {clock/clock} and
 * {today/dated}. size: TTS_PROMPT_SIZE is always enough.
 * Returns: 0, TTS_PROMPT_UNKNOWN, TTS_ARGUMENT_MISSING, -ENOBUFS, -ENOMEM.
 */
int tts_prompts_render(const struct tts_prompts *prompts, const char *key, unsigned turn,
                       const struct tts_args *args, struct base_datetime now, char *ret_text,
                       size_t size);

/* The keys in the order of the file, and how many wordings. Texts belong to the prompts. */
size_t tts_prompts_count(const struct tts_prompts *prompts);
const char *tts_prompts_key(const struct tts_prompts *prompts, size_t i);
size_t tts_prompts_n_wordings(const struct tts_prompts *prompts, size_t i);
bool tts_prompts_has(const struct tts_prompts *prompts, const char *key);

/*
 * How something that is no service of the catalogue is spoken about, "callback" above all: field is
 * "choice", "want", "of" or "will". Returns: the text, or NULL. Owns: prompts.
 */
const char *tts_prompts_extra(const struct tts_prompts *prompts, const char *id, const char *field);

/* Arguments that satisfy every prompt: the language's own samples, Monday 15 June 2026 as today.
 * For the reference and for tests. Owns: prompts. */
void tts_prompts_sample(const struct tts_prompts *prompts, struct tts_args *ret_args,
                        struct base_datetime *ret_now);

/* The table of docs/conversation.md in Markdown: key, sentence, when, log code. */
void tts_prompts_print_reference(const struct tts_prompts *prompts, FILE *file);

#endif
