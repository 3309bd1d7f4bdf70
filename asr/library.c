/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/library.h"

#include "asr/decoder.h"
#include "base/file.h"
#include "base/log.h"

#include <pocketsphinx.h>
#include <sphinxbase/err.h>

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
void asr_library_take_log(void)
{
    err_set_logfp(NULL);
    err_set_callback(take_library_log, NULL);
}

int asr_library_check_file(const char *folder, const char *name)
{
    char path[1024];
    int r = base_file_join(folder, name, path, sizeof(path));
    if (r < 0 || access(path, R_OK) == 0)
        return r;
    r = -errno;
    log_error("asr-model-missing", "model file not readable: %s: %s", path, strerror(-r));
    return r;
}

int asr_library_check(const char *folder, const char *dictionary)
{
    static const char *const names[] = {
        "mdef", "means", "variances", "transition_matrices", "sendump", "feat.params", "noisedict"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int r = asr_library_check_file(folder, names[i]);
        if (r < 0)
            return r;
    }
    if (dictionary && access(dictionary, R_OK) < 0) {
        int r = -errno;
        log_error("asr-model-missing", "dictionary not readable: %s: %s", dictionary, strerror(-r));
        return r;
    }
    return 0;
}

/* Writes a setting into the library's table, by the type the table gives. */
static int set_one(cmd_ln_t *config, const char *name, const char *value)
{
    for (const arg_t *def = ps_args(); def->name; def++) {
        if (strcmp(def->name, name) != 0)
            continue;
        if (def->type & ARG_BOOLEAN)
            cmd_ln_set_int_r(config, name, strcmp(value, "yes") == 0);
        else if (def->type & ARG_STRING)
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

int asr_library_set(cmd_ln_t *config, const struct asr_setting *settings)
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
int asr_library_config(const char *model_folder, double tract, const struct asr_setting *settings,
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
    r = asr_library_set(config, settings);
    if (r < 0) {
        cmd_ln_free_r(config);
        return r;
    }
    if (tract > 0 && fabs(tract - 1) > 1e-3)
        set_tract(config, tract);
    *ret_config = config;
    return 0;
}
