/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The language bundle: what the device needs of a language, made from its data
 * (docs/language-data.md) in one step.
 *
 *     request.lm         trigram for a free request, PocketSphinx's binary form
 *     answer.lm          trigram for the answer to a question
 *     short.lm           trigram of short answers and orders alone
 *     words.dict         pronunciations of the words of all
 *     understanding.bin  what intents_train learned
 *     bundle.json        what it was made from
 *     seal               hashes of all, of the acoustic model and of the network (daemon/seal.h)
 *
 * The same data give the same bundle. It is made in a fresh folder and renamed, so that a running
 * daemon never sees half of one. Thread: main of a command; takes well under a minute.
 */
#ifndef DAEMON_BUNDLE_H
#define DAEMON_BUNDLE_H

#include "base/strbuf.h"
#include "intents/language.h"

/* The file of a bundle that holds `made_of`. */
#define BUNDLE_MADE_OF "made-of"
/* What its seal holds besides (struct seal_part). */
#define BUNDLE_PART_MODEL   "model"
#define BUNDLE_PART_NETWORK "asr"

struct bundle_options {
    const char *language;              /* "fr" */
    const char *model_folder;          /* of the acoustic model */
    const char *wake_phrase;           /* also learned in front of requests */
    const struct intents_extra *extra; /* names that the carer added */
    size_t n_extra;
    unsigned percent;    /* of the sentences that are drawn, 0: all. A few make a bundle in seconds
                          * that understands badly: for tests. */
    const char *made_of; /* kept as BUNDLE_MADE_OF; may be NULL */
    /* Told before each step; may be NULL. */
    void (*on_step)(void *user, const char *step);
    void *user;
};

/* Returns: 0, or -errno with `error` filled. */
int bundle_make(const struct bundle_options *options, const char *folder,
                struct base_strbuf *error);

/* Where the bundle of a language is. Returns: 0 or -ENAMETOOLONG. */
int bundle_folder(const char *language, char *ret_folder, size_t size);
/* Where the acoustic model of a language is; models_folder "" or NULL: the installed one. Returns:
 * as above. */
int bundle_model_folder(const char *models_folder, const char *language, char *ret_folder,
                        size_t size);
/* Where the data of a language are. Returns: as above. */
int bundle_data_folder(const char *language, char *ret_folder, size_t size);
/* Where the network of a language is that hears through noise; not every language has one. Returns:
 * as above. */
int bundle_network_folder(const char *language, char *ret_folder, size_t size);

#endif
