/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Language models of as many sentences as one likes, made as the bundle's are: what
 * tools/alternatives compares.
 *
 * bench-ngram MODEL_FOLDER PHONES_FILE LM_FILE < SENTENCES > WORDS
 * Out: each sentence in the recogniser's words.
 */
#include "asr/ngram.h"
#include "asr/decoder.h"
#include "asr/pronounce.h"
#include "asr/tokens.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRUNE 1e-8 /* daemon/bundle.c */

static int no_sound(void *user, const char *word, char *ret_ipa, size_t size)
{
    (void)user, (void)word, (void)ret_ipa, (void)size;
    return -EINVAL;
}

static bool is_whole_word(void *user, const char *word)
{
    return asr_pronounce_knows(user, word);
}

static int add_lines(struct asr_pronounce *pronounce, struct asr_ngram *ngram)
{
    struct base_strbuf words;
    char *line = NULL;
    size_t room = 0;
    int r = 0;

    base_strbuf_init(&words);
    while (r == 0 && getline(&line, &room, stdin) > 0) {
        base_strbuf_clear(&words);
        asr_tokens_split(line, is_whole_word, pronounce, &words);
        r = words.error ? words.error : asr_ngram_add(ngram, base_strbuf_text(&words), 1);
        puts(base_strbuf_text(&words));
    }
    base_strbuf_finish(&words);
    free(line);
    return r;
}

static int write_packed(const struct asr_ngram *ngram, const char *path)
{
    char arpa[4096];
    int r;

    snprintf(arpa, sizeof(arpa), "%s.arpa", path);
    r = asr_ngram_write(ngram, arpa, PRUNE);
    if (r == 0)
        r = asr_decoder_pack_ngram(arpa, path);
    unlink(arpa);
    return r;
}

int main(int argc, char **argv)
{
    struct asr_pronounce *pronounce = NULL;
    struct asr_ngram *ngram = NULL;
    int r;

    if (argc != 4) {
        fputs("usage: bench-ngram MODEL_FOLDER PHONES_FILE LM_FILE < SENTENCES > WORDS\n", stderr);
        return 2;
    }
    r = asr_pronounce_open(argv[1], argv[2], no_sound, NULL, &pronounce);
    if (r == 0)
        r = asr_ngram_create(&ngram);
    if (r == 0)
        r = add_lines(pronounce, ngram);
    if (r == 0)
        r = write_packed(ngram, argv[3]);
    asr_ngram_destroy(ngram);
    asr_pronounce_close(pronounce);
    if (r < 0)
        fprintf(stderr, "bench-ngram: %s: %s\n", argv[3], strerror(-r));
    return r < 0;
}
