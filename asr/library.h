/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the doors to PocketSphinx share (asr/decoder.c, asr/analysis.c, asr/voice.c): its log, the
 * files that it needs and its table of settings. Nobody else includes this: the library's types
 * stand in it. The library's log is one for the process; it goes to base_log, errors as
 * "asr-library", and its information lines, which may hold what was said, are dropped. Thread: any.
 */
#ifndef ASR_LIBRARY_H
#define ASR_LIBRARY_H

#include <sphinxbase/cmd_ln.h>

struct asr_setting;

/* Before any other call of the library; any number of times. */
void asr_library_take_log(void);

/* Whether the library will find the files of a model, since it exits on some that are missing;
 * `dictionary` may be NULL. Returns: 0, or -errno (logged). */
int asr_library_check(const char *folder, const char *dictionary);
int asr_library_check_file(const char *folder, const char *name);

/*
 * The settings for a model, for one length of the speaker's vocal tract (0 counts as 1), changed by
 * `settings` (may be NULL). Returns: 0, -EINVAL for one that the library does not know (logged) or
 * a broken feat.params, -ENAMETOOLONG, -ENOMEM. Owns: the caller (cmd_ln_free_r).
 */
int asr_library_config(const char *model_folder, double tract, const struct asr_setting *settings,
                       cmd_ln_t **ret_config);

/* Changes settings in the table. Returns: 0, -EINVAL (logged): those before it are changed. */
int asr_library_set(cmd_ln_t *config, const struct asr_setting *settings);

#endif
