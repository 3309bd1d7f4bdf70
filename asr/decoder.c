/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/decoder.h"

#include "asr/cepstra.h"
#include "asr/denoiser.h"
#include "asr/model.h"
#include "asr/model_stub.h"
#include "asr/path.h"
#include "asr/scores.h"
#include "asr/spectrum.h"
#include "asr/transform.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

#include <pocketsphinx.h>
#include <sphinxbase/ckd_alloc.h>
#include <sphinxbase/cmd_ln.h>
#include <sphinxbase/err.h>
#include <sphinxbase/fe.h>
#include <sphinxbase/ngram_model.h>

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct asr_decoder {
    ps_decoder_t *ps;
    enum asr_decoder_kind kind;
    bool is_in_utterance;
    struct asr_path path;      /* that was found last */
    struct asr_scores *scores; /* WHOLE: of the last utterance, read by every search */
    bool has_own_scores;
    char phones[32]; /* the name of the search that needs the phones' scores alone */
};

enum { N_CEPSTRA = ASR_CEPSTRA };

struct asr_analysis {
    fe_t *fe;
    mfcc_t **cepstra;
    int n_frames;
    const struct asr_denoiser *denoiser; /* or NULL */
    uint8_t *states;                     /* what it holds each frame for; NULL: nothing */
    bool has_transform;
    struct asr_transform transform;
};

/* The library reports through one process-wide callback: the reason for having no state here. */
__attribute__((format(printf, 3, 4))) static void take_library_log(void *user_data, err_lvl_t level,
                                                                   const char *format, ...)
{
    (void)user_data;
    if (level < ERR_ERROR)
        return;
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    line[strcspn(line, "\n")] = '\0';
    log_warning("asr-library", "%s", line);
}

/* Without its log file the library prints no table of settings; messages still reach the callback.
 */
static void take_over_library_log(void)
{
    err_set_logfp(NULL);
    err_set_callback(take_library_log, NULL);
}

static bool is_boolean_or_text(const arg_t *def)
{
    return (def->type & (ARG_STRING | ARG_BOOLEAN)) != 0;
}

/* Writes a setting into the library's table, by the type the table gives. */
static int set_one(cmd_ln_t *config, const char *name, const char *value)
{
    for (const arg_t *def = ps_args(); def->name; def++) {
        if (strcmp(def->name, name) != 0)
            continue;
        if (def->type & ARG_BOOLEAN)
            cmd_ln_set_int_r(config, name, strcmp(value, "yes") == 0);
        else if (is_boolean_or_text(def))
            cmd_ln_set_str_r(config, name, value);
        else if (def->type & ARG_INTEGER)
            cmd_ln_set_int_r(config, name, strtol(value, NULL, 10));
        else
            cmd_ln_set_float_r(config, name, strtod(value, NULL));
        return 0;
    }
    log_error("asr-setting", "the recogniser has no setting: %s", name);
    return -EINVAL;
}

static int set_all(cmd_ln_t *config, const struct asr_setting *settings)
{
    int r = 0;
    for (; r == 0 && settings && settings->name; settings++)
        r = set_one(config, settings->name, settings->value);
    return r;
}

/*
 * Scales the filters' frequencies: the edges by the factor, and the spacing by the library's
 * warping so that each filter lies where the model's filter lies times the factor.
 */
static void set_tract(cmd_ln_t *config, double tract)
{
    char warp[32];
    snprintf(warp, sizeof(warp), "%.5f", 1 / tract);
    cmd_ln_set_float_r(config, "-lowerf", cmd_ln_float_r(config, "-lowerf") * tract);
    /* A model of the full band (English) has no room above: the last filters are then a little
     * narrower than they should be. */
    cmd_ln_set_float_r(config, "-upperf",
                       fmin(cmd_ln_float_r(config, "-upperf") * tract, ASR_RATE_HZ / 2.0));
    cmd_ln_set_str_r(config, "-warp_type", "inverse_linear");
    cmd_ln_set_str_r(config, "-warp_params", warp);
}

/*
 * The model's feat.params are read here, since what the library reads itself overrides our
 * settings;
 * `-featparams` then points it at an empty file.
 */
static int make_config(const char *model_folder, double tract, const struct asr_setting *settings,
                       cmd_ln_t **ret_config)
{
    char params[1024];
    int r = base_file_join(model_folder, "feat.params", params, sizeof(params));
    if (r < 0)
        return r;
    cmd_ln_t *config =
        cmd_ln_init(NULL, ps_args(), TRUE, "-hmm", model_folder, "-samprate", "16000", NULL);
    if (!config)
        return -ENOMEM;
    if (!cmd_ln_parse_file_r(config, ps_args(), params, FALSE)) {
        cmd_ln_free_r(config);
        return -EINVAL;
    }
    cmd_ln_set_str_r(config, "-featparams", "/dev/null");
    r = set_all(config, settings);
    if (r < 0) {
        cmd_ln_free_r(config);
        return r;
    }
    if (tract > 0 && fabs(tract - 1) > 1e-3)
        set_tract(config, tract);
    *ret_config = config;
    return 0;
}

/* A decoder that is given its scores needs no Gaussians of its own. Returns: NULL on failure. */
static ps_decoder_t *init_without_gaussians(cmd_ln_t *config, const struct asr_scores *scores)
{
    struct asr_model_stub stub;
    int n_phones, n_senones;
    ps_decoder_t *ps = NULL;
    asr_scores_sizes(scores, &n_phones, &n_senones);
    if (asr_model_stub_open(&stub, n_phones, n_senones) == 0) {
        cmd_ln_set_str_r(config, "-mean", stub.means.path);
        cmd_ln_set_str_r(config, "-var", stub.variances.path);
        cmd_ln_set_str_r(config, "-sendump", stub.weights.path);
        ps = ps_init(config);
    }
    asr_model_stub_close(&stub);
    return ps;
}

int asr_decoder_create(const struct asr_decoder_options *options, struct asr_decoder **ret_decoder)
{
    cmd_ln_t *config = NULL;
    struct asr_decoder *decoder = NULL;

    take_over_library_log();
    int r = asr_model_check(options->model_folder, options->dictionary);
    if (r < 0)
        return base_trace(r);
    r = make_config(options->model_folder, options->tract, options->settings, &config);
    if (r < 0)
        return base_trace(r);
    if (options->dictionary)
        cmd_ln_set_str_r(config, "-dict", options->dictionary);
    cmd_ln_set_boolean_r(config, "-remove_silence", options->skips_silence);
    cmd_ln_set_int_r(config, "-latsize", 1000); /* tables of each n-gram search; they grow */
    decoder = calloc(1, sizeof(*decoder));
    if (!decoder) {
        r = -ENOMEM;
        goto fail;
    }
    decoder->kind = options->kind;
    decoder->scores = options->scores;
    decoder->has_own_scores = !options->scores;
    if (options->kind == ASR_DECODER_WHOLE && decoder->has_own_scores)
        r = asr_scores_create(options->model_folder, &decoder->scores);
    if (r < 0)
        goto fail;
    decoder->ps = options->kind == ASR_DECODER_WHOLE
                      ? init_without_gaussians(config, decoder->scores)
                      : ps_init(config);
    if (!decoder->ps) {
        r = -EINVAL;
        goto fail;
    }
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
    if (decoder->is_in_utterance)
        return base_trace(-EBUSY);
    cmd_ln_t *config = ps_get_config(decoder->ps);
    struct saved_setting saved[N_SAVED_MAX];
    size_t n_saved = save_settings(config, settings, saved);
    int r = set_all(config, settings);
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
    if (decoder->kind != ASR_DECODER_WHOLE ||
        !asr_scores_serve(decoder->scores, strcmp(search, decoder->phones) == 0) ||
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

static const uint8_t *states_from(const struct asr_analysis *analysis, int frame)
{
    return analysis->states ? analysis->states +
                                  (size_t)frame * (size_t)asr_denoiser_n_states(analysis->denoiser)
                            : NULL;
}

int asr_decoder_decode(struct asr_decoder *decoder, const char *search,
                       const struct asr_analysis *analysis, int from_frame, int n_frames,
                       struct asr_decoding *ret_decoding)
{
    if (decoder->kind != ASR_DECODER_WHOLE || from_frame < 0 || n_frames < 1 ||
        from_frame + n_frames > analysis->n_frames)
        return base_trace(-EINVAL);
    int r =
        asr_scores_make(decoder->scores, analysis->cepstra[from_frame], n_frames,
                        analysis->has_transform ? &analysis->transform : NULL,
                        states_from(analysis, from_frame), strcmp(search, decoder->phones) == 0);
    return r < 0 ? base_trace(r) : asr_decoder_decode_again(decoder, search, ret_decoding);
}

int asr_decoder_score_phones(struct asr_decoder *decoder, const struct asr_analysis *analysis,
                             const int16_t **ret_rows, int *ret_n_frames, int *ret_n_senones)
{
    int n_phones;
    if (decoder->kind != ASR_DECODER_WHOLE || analysis->n_frames < 1)
        return base_trace(-EINVAL);
    int r = asr_scores_make(decoder->scores, analysis->cepstra[0], analysis->n_frames,
                            analysis->has_transform ? &analysis->transform : NULL,
                            states_from(analysis, 0), true);
    if (r < 0)
        return base_trace(r);
    *ret_rows = asr_scores_rows(decoder->scores, ret_n_frames);
    asr_scores_sizes(decoder->scores, &n_phones, ret_n_senones);
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

int asr_analysis_create(const char *model_folder, double tract, const struct asr_setting *settings,
                        const struct asr_denoiser *denoiser, struct asr_analysis **ret_analysis)
{
    cmd_ln_t *config = NULL;
    take_over_library_log();
    int r = asr_model_check_file(model_folder, "feat.params");
    if (r == 0)
        r = make_config(model_folder, tract, settings, &config);
    if (r < 0)
        return base_trace(r);
    cmd_ln_set_boolean_r(config, "-remove_silence", FALSE);
    struct asr_analysis *analysis = calloc(1, sizeof(*analysis));
    if (analysis)
        analysis->fe = fe_init_auto_r(config);
    cmd_ln_free_r(config);
    if (!analysis || !analysis->fe || fe_get_output_size(analysis->fe) != N_CEPSTRA) {
        r = !analysis ? -ENOMEM : -EINVAL;
        asr_analysis_destroy(analysis);
        return base_trace(r);
    }
    analysis->denoiser = denoiser;
    *ret_analysis = analysis;
    return 0;
}

void asr_analysis_destroy(struct asr_analysis *analysis)
{
    if (!analysis)
        return;
    if (analysis->cepstra)
        ckd_free_2d(analysis->cepstra);
    free(analysis->states);
    if (analysis->fe)
        fe_free(analysis->fe);
    free(analysis);
}

int asr_analysis_measure(struct asr_analysis *analysis, const int16_t *samples, size_t n_samples)
{
    if (analysis->cepstra)
        ckd_free_2d(analysis->cepstra);
    analysis->cepstra = NULL;
    analysis->n_frames = 0;
    free(analysis->states);
    analysis->states = NULL;
    int32 n_frames = 0;
    fe_start_stream(analysis->fe);
    if (fe_start_utt(analysis->fe) < 0 ||
        fe_process_utt(analysis->fe, samples, n_samples, &analysis->cepstra, &n_frames) < 0)
        return base_trace(-EIO);
    mfcc_t last[N_CEPSTRA];
    int32 n_last = 0;
    fe_end_utt(analysis->fe, last, &n_last); /* a part of a frame: not worth keeping */
    analysis->n_frames = n_frames;
    return 0;
}

static int denoise(struct asr_analysis *analysis, const struct asr_spectrum *spectrum)
{
    int n_rows, n_frames = analysis->n_frames;
    const float(*bands)[ASR_BANDS] = asr_spectrum_rows(spectrum, &n_rows);
    if (n_rows < n_frames)
        return -EINVAL;
    analysis->states =
        malloc((size_t)n_frames * (size_t)asr_denoiser_n_states(analysis->denoiser) + 1);
    if (!analysis->states)
        return -ENOMEM;
    return asr_denoiser_run(analysis->denoiser, bands, n_frames,
                            (float(*)[N_CEPSTRA])analysis->cepstra[0], analysis->states);
}

int asr_analysis_run(struct asr_analysis *analysis, const int16_t *samples, size_t n_samples,
                     const struct asr_spectrum *spectrum)
{
    int r = asr_analysis_measure(analysis, samples, n_samples);
    if (r < 0 || analysis->n_frames < 1)
        return r;
    if (analysis->denoiser)
        r = denoise(analysis, spectrum);
    asr_cepstra_limit_spread((float(*)[N_CEPSTRA])analysis->cepstra[0], analysis->n_frames);
    return r < 0 ? base_trace(r) : 0;
}

const float (*asr_analysis_raw(const struct asr_analysis *analysis))[ASR_CEPSTRA]
{
    return (const float(*)[ASR_CEPSTRA])analysis->cepstra[0];
}

int asr_analysis_n_frames(const struct asr_analysis *analysis)
{
    return analysis->n_frames;
}

void asr_analysis_transform(struct asr_analysis *analysis, const struct asr_transform *transform)
{
    analysis->has_transform = transform != NULL;
    if (transform)
        analysis->transform = *transform;
}

void asr_analysis_cepstra(const struct asr_analysis *analysis, int from_frame, int n_frames,
                          bool is_transformed, float (*ret_cepstra)[ASR_CEPSTRA])
{
    memcpy(ret_cepstra, analysis->cepstra[from_frame],
           (size_t)n_frames * N_CEPSTRA * sizeof(mfcc_t));
    asr_cepstra_centre(ret_cepstra, n_frames);
    if (is_transformed && analysis->has_transform)
        asr_transform_apply(&analysis->transform, ret_cepstra, n_frames);
}

int asr_decoder_begin(struct asr_decoder *decoder, const char *search)
{
    if (decoder->kind != ASR_DECODER_LIVE || decoder->is_in_utterance)
        return base_trace(-EINVAL);
    if (ps_set_search(decoder->ps, search) < 0)
        return base_trace(-EINVAL);
    if (ps_start_utt(decoder->ps) < 0)
        return base_trace(-EIO);
    decoder->is_in_utterance = true;
    return 0;
}

int asr_decoder_feed(struct asr_decoder *decoder, const int16_t *samples, size_t n_samples)
{
    if (!decoder->is_in_utterance)
        return base_trace(-EINVAL);
    return ps_process_raw(decoder->ps, samples, n_samples, FALSE, FALSE) < 0 ? base_trace(-EIO) : 0;
}

int asr_decoder_look(struct asr_decoder *decoder, struct asr_decoding *ret_decoding)
{
    int r = copy_path(decoder, ret_decoding);
    return r < 0 ? base_trace(r) : 0;
}

bool asr_decoder_hears_voice(const struct asr_decoder *decoder)
{
    return ps_get_in_speech(decoder->ps) != 0;
}

int asr_decoder_end(struct asr_decoder *decoder)
{
    if (!decoder->is_in_utterance)
        return 0;
    decoder->is_in_utterance = false;
    return ps_end_utt(decoder->ps) < 0 ? base_trace(-EIO) : 0;
}

int asr_decoder_pack_ngram(const char *arpa_path, const char *binary_path)
{
    take_over_library_log();
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
