/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/decoder.h"

#include "asr/analysis.h"
#include "asr/library.h"
#include "asr/model_stub.h"
#include "asr/path.h"
#include "asr/scores.h"
#include "base/error.h"

#include <pocketsphinx.h>
#include <sphinxbase/cmd_ln.h>
#include <sphinxbase/ngram_model.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct asr_decoder {
    ps_decoder_t *ps;
    struct asr_path path;      /* that was found last */
    struct asr_scores *scores; /* of the last utterance, read by every search */
    bool has_own_scores;
    char phones[32]; /* the name of the search that needs the phones' scores alone */
};

/* A decoder that is given its scores needs no Gaussians of its own. */
static int init_without_gaussians(cmd_ln_t *config, struct asr_decoder *decoder)
{
    struct asr_model_stub stub;
    int n_phones, n_senones;
    asr_scores_sizes(decoder->scores, &n_phones, &n_senones);
    int r = asr_model_stub_open(&stub, n_phones, n_senones);
    if (r == 0) {
        cmd_ln_set_str_r(config, "-mean", stub.means.path);
        cmd_ln_set_str_r(config, "-var", stub.variances.path);
        cmd_ln_set_str_r(config, "-sendump", stub.weights.path);
        decoder->ps = ps_init(config);
        r = decoder->ps ? 0 : -EINVAL; /* it told why in its log */
    }
    asr_model_stub_close(&stub);
    return r;
}

int asr_decoder_create(const struct asr_decoder_options *options, struct asr_decoder **ret_decoder)
{
    cmd_ln_t *config = NULL;
    struct asr_decoder *decoder = NULL;

    asr_library_take_log();
    int r = asr_library_check(options->model_folder, options->dictionary);
    if (r < 0)
        return base_trace(r);
    r = asr_library_config(options->model_folder, 1, options->settings, &config);
    if (r < 0)
        return base_trace(r);
    if (options->dictionary)
        cmd_ln_set_str_r(config, "-dict", options->dictionary);
    cmd_ln_set_boolean_r(config, "-remove_silence", FALSE);
    cmd_ln_set_int_r(config, "-latsize", 1000); /* tables of each n-gram search; they grow */
    decoder = calloc(1, sizeof(*decoder));
    if (!decoder) {
        r = -ENOMEM;
        goto fail;
    }
    decoder->scores = options->scores;
    decoder->has_own_scores = !options->scores;
    if (decoder->has_own_scores)
        r = asr_scores_create(options->model_folder, &decoder->scores);
    if (r == 0)
        r = init_without_gaussians(config, decoder);
    if (r < 0)
        goto fail;
    cmd_ln_free_r(config);
    *ret_decoder = decoder;
    return 0;
fail:
    cmd_ln_free_r(config);
    asr_decoder_destroy(decoder);
    return base_trace(r);
}

void asr_decoder_destroy(struct asr_decoder *decoder)
{
    if (!decoder)
        return;
    if (decoder->ps)
        ps_free(decoder->ps);
    if (decoder->has_own_scores)
        asr_scores_destroy(decoder->scores);
    asr_path_finish(&decoder->path);
    free(decoder);
}

/* Settings of a search are read by the library when it is added: put them in, add, put back. */
struct saved_setting {
    const arg_t *def;
    char *text;
    double number;
};

enum { N_SAVED_MAX = 16 };

static size_t save_settings(cmd_ln_t *config, const struct asr_setting *settings,
                            struct saved_setting saved[N_SAVED_MAX])
{
    size_t n = 0;
    for (; settings && settings->name && n < N_SAVED_MAX; settings++) {
        for (const arg_t *def = ps_args(); def->name; def++) {
            if (strcmp(def->name, settings->name) != 0)
                continue;
            saved[n] = (struct saved_setting){.def = def};
            if (def->type & ARG_FLOATING)
                saved[n].number = cmd_ln_float_r(config, def->name);
            else if (def->type & (ARG_INTEGER | ARG_BOOLEAN))
                saved[n].number = (double)cmd_ln_int_r(config, def->name);
            else
                continue; /* no setting of a search is text */
            n++;
        }
    }
    return n;
}

static void restore_settings(cmd_ln_t *config, const struct saved_setting *saved, size_t n)
{
    while (n-- > 0) {
        if (saved[n].def->type & ARG_FLOATING)
            cmd_ln_set_float_r(config, saved[n].def->name, saved[n].number);
        else
            cmd_ln_set_int_r(config, saved[n].def->name, (long)saved[n].number);
    }
}

enum search_kind { SEARCH_NGRAM, SEARCH_KEYPHRASES, SEARCH_PHONES };

static int set_search(ps_decoder_t *ps, enum search_kind kind, const char *name, const char *what)
{
    switch (kind) {
    case SEARCH_NGRAM:
        return ps_set_lm_file(ps, name, what);
    case SEARCH_KEYPHRASES:
        return ps_set_kws(ps, name, what);
    case SEARCH_PHONES:
        return ps_set_allphone_file(ps, name, NULL);
    }
    return -1;
}

static int add_search(struct asr_decoder *decoder, enum search_kind kind, const char *name,
                      const char *what, const struct asr_setting *settings)
{
    cmd_ln_t *config = ps_get_config(decoder->ps);
    struct saved_setting saved[N_SAVED_MAX];
    size_t n_saved = save_settings(config, settings, saved);
    int r = asr_library_set(config, settings);
    ps_unset_search(decoder->ps, name); /* or there would be room for both */
    if (r == 0 && set_search(decoder->ps, kind, name, what) < 0)
        r = -EINVAL;
    restore_settings(config, saved, n_saved);
    return r < 0 ? base_trace(r) : 0;
}

int asr_decoder_add_ngram(struct asr_decoder *decoder, const char *name, const char *path,
                          const struct asr_setting *settings)
{
    if (access(path, R_OK) < 0)
        return base_trace(-errno);
    return add_search(decoder, SEARCH_NGRAM, name, path, settings);
}

int asr_decoder_add_keyphrases(struct asr_decoder *decoder, const char *name, const char *path,
                               const struct asr_setting *settings)
{
    if (access(path, R_OK) < 0)
        return base_trace(-errno);
    return add_search(decoder, SEARCH_KEYPHRASES, name, path, settings);
}

int asr_decoder_add_phones(struct asr_decoder *decoder, const char *name,
                           const struct asr_setting *settings)
{
    cmd_ln_t *config = ps_get_config(decoder->ps);
    cmd_ln_set_boolean_r(config, "-allphone_ci", TRUE);
    snprintf(decoder->phones, sizeof(decoder->phones), "%s", name);
    return add_search(decoder, SEARCH_PHONES, name, NULL, settings);
}

int asr_decoder_pronounce(struct asr_decoder *decoder, const char *word, int variant,
                          char *ret_phones, size_t size)
{
    char name[128];
    snprintf(name, sizeof(name), variant > 1 ? "%s(%d)" : "%s", word, variant);
    char *phones = ps_lookup_word(decoder->ps, name);
    if (!phones)
        return -ENOENT;
    int n = snprintf(ret_phones, size, "%s", phones);
    free(phones);
    return n < (int)size ? 0 : -ENAMETOOLONG;
}

static float posterior_of(ps_decoder_t *ps, int32 log_posterior)
{
    double p = logmath_exp(ps_get_logmath(ps), log_posterior);
    return p > 1.0 ? 1.0f : (float)p;
}

/* Copies the best path out of the library, so that nothing of it lives longer than this call. */
static int copy_path(struct asr_decoder *decoder, struct asr_decoding *ret_decoding)
{
    int32 score = 0;
    const char *text = ps_get_hyp(decoder->ps, &score);

    asr_path_begin(&decoder->path);
    for (ps_seg_t *seg = text ? ps_seg_iter(decoder->ps) : NULL; seg; seg = ps_seg_next(seg)) {
        struct asr_segment segment = {0};
        int32 acoustic, language, back;
        segment.log_posterior = ps_seg_prob(seg, &acoustic, &language, &back);
        segment.posterior = posterior_of(decoder->ps, segment.log_posterior);
        ps_seg_frames(seg, &segment.start_frame, &segment.end_frame);
        segment.acoustic = acoustic;
        segment.language = language;
        if (asr_path_add(&decoder->path, &segment, ps_seg_word(seg)) < 0) {
            ps_seg_free(seg);
            return -ENOMEM;
        }
    }
    asr_path_end(&decoder->path, score, ps_get_n_frames(decoder->ps), ret_decoding);
    return 0;
}

int asr_decoder_decode_again(struct asr_decoder *decoder, const char *search,
                             struct asr_decoding *ret_decoding)
{
    if (!asr_scores_serve(decoder->scores, strcmp(search, decoder->phones) == 0) ||
        ps_set_search(decoder->ps, search) < 0)
        return base_trace(-EINVAL);
    FILE *file = asr_scores_open(decoder->scores);
    if (!file)
        return base_trace(-ENOMEM);
    long n_done = ps_decode_senscr(decoder->ps, file);
    fclose(file);
    if (n_done < 0)
        return base_trace(-EIO);
    int r = copy_path(decoder, ret_decoding);
    return r < 0 ? base_trace(r) : 0;
}

int asr_decoder_decode(struct asr_decoder *decoder, const char *search,
                       const struct asr_analysis *analysis, int from_frame, int n_frames,
                       struct asr_decoding *ret_decoding)
{
    if (from_frame < 0 || n_frames < 1 || from_frame + n_frames > asr_analysis_n_frames(analysis))
        return base_trace(-EINVAL);
    struct asr_analysed from = asr_analysis_from(analysis, from_frame);
    int r = asr_scores_make(decoder->scores, from.cepstra, n_frames, from.transform, from.states,
                            strcmp(search, decoder->phones) == 0);
    return r < 0 ? base_trace(r) : asr_decoder_decode_again(decoder, search, ret_decoding);
}

static void give_rows(const struct asr_decoder *decoder, const int16_t **ret_rows,
                      int *ret_n_frames, int *ret_n_senones)
{
    int n_phones;
    *ret_rows = asr_scores_rows(decoder->scores, ret_n_frames);
    asr_scores_sizes(decoder->scores, &n_phones, ret_n_senones);
}

int asr_decoder_score_phones(struct asr_decoder *decoder, const struct asr_analysis *analysis,
                             const int16_t **ret_rows, int *ret_n_frames, int *ret_n_senones)
{
    if (asr_analysis_n_frames(analysis) < 1)
        return base_trace(-EINVAL);
    struct asr_analysed from = asr_analysis_from(analysis, 0);
    int r = asr_scores_make(decoder->scores, from.cepstra, asr_analysis_n_frames(analysis),
                            from.transform, from.states, true);
    if (r < 0)
        return base_trace(r);
    give_rows(decoder, ret_rows, ret_n_frames, ret_n_senones);
    return 0;
}

int asr_decoder_score_phones_by_network(struct asr_decoder *decoder,
                                        const struct asr_analysis *analysis,
                                        const int16_t **ret_rows, int *ret_n_frames,
                                        int *ret_n_senones)
{
    if (asr_analysis_n_frames(analysis) < 1)
        return base_trace(-EINVAL);
    struct asr_analysed from = asr_analysis_from(analysis, 0);
    if (!from.states)
        return base_trace(-EINVAL);
    int r =
        asr_scores_make_of_network(decoder->scores, from.states, asr_analysis_n_frames(analysis));
    if (r < 0)
        return base_trace(r);
    give_rows(decoder, ret_rows, ret_n_frames, ret_n_senones);
    return 0;
}

int asr_decoder_others(struct asr_decoder *decoder, int n_max,
                       int (*take)(void *user, const char *words, int score), void *user)
{
    int r = 0;
    ps_nbest_t *path = ps_nbest(decoder->ps);
    for (int n = 0; r == 0 && n < n_max && path; n++, path = ps_nbest_next(path)) {
        int32 score = 0;
        const char *words = ps_nbest_hyp(path, &score);
        if (words)
            r = take(user, words, score);
    }
    if (path)
        ps_nbest_free(path);
    return r;
}

void asr_decoder_forget(struct asr_decoder *decoder)
{
    if (decoder->scores)
        asr_scores_forget(decoder->scores);
}

int asr_decoder_pack_ngram(const char *arpa_path, const char *binary_path)
{
    asr_library_take_log();
    if (access(arpa_path, R_OK) < 0)
        return base_trace(-errno);
    logmath_t *logmath = logmath_init(1.0001, 0, 0);
    if (!logmath)
        return base_trace(-ENOMEM);
    int r = 0;
    ngram_model_t *model = ngram_model_read(NULL, arpa_path, NGRAM_ARPA, logmath);
    if (!model || ngram_model_write(model, binary_path, NGRAM_BIN) < 0)
        r = -EINVAL;
    ngram_model_free(model);
    logmath_free(logmath);
    return r < 0 ? base_trace(r) : 0;
}
