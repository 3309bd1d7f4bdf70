/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one door to libsndfile: sound files in and out. Thread: any, one owner an object.
 */
#ifndef AUDIO_SOUNDFILE_H
#define AUDIO_SOUNDFILE_H

#include <stddef.h>
#include <stdint.h>

struct audio_soundfile;

/*
 * Opens a sound file of any rate, form and number of channels (mixed to one) that libsndfile
 * knows, to be read as 16 kHz. A name of "-" is standard input.
 * Returns: 0; -ENOENT, -EACCES, -EISDIR, ... when it cannot be opened; -EINVAL when it holds no
 * sound; -ENOMEM; each with ret_error (may be NULL), one line naming the file, freed by the caller.
 * Owns: the caller.
 */
int audio_soundfile_open(const char *path, struct audio_soundfile **ret_file, char **ret_error);
/* Returns: how many samples, less than n_samples only at the end; 0 at the end; -EIO when the file
 * breaks off in a way the decoder cannot pass (what came before stays good). */
long audio_soundfile_read(struct audio_soundfile *file, int16_t *ret_samples, size_t n_samples);
void audio_soundfile_close(struct audio_soundfile *file);

/* Reads a whole file, at most max_s seconds of it (0: an hour). Returns: as open; Owns: free(). */
int audio_soundfile_load(const char *path, int max_s, int16_t **ret_samples, size_t *ret_n_samples,
                         char **ret_error);

/* Writes a WAV file (16 bit, one channel). Returns: 0 or -errno with ret_error as open. */
int audio_soundfile_save(const char *path, const int16_t *samples, size_t n_samples, int rate_hz,
                         char **ret_error);

#endif
