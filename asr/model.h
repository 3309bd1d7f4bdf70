/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of an acoustic model: whether it is whole. Thread: any. */
#ifndef ASR_MODEL_H
#define ASR_MODEL_H

/* Whether the library will find its files, since it exits on some that are missing; `dictionary`
 * may be NULL. Returns: 0, or -errno, logged. */
int asr_model_check(const char *folder, const char *dictionary);
int asr_model_check_file(const char *folder, const char *name);

#endif
