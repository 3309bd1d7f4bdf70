/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file's own samples are read as float, since that is the one form that libsndfile converts every
 * other form to without loss; channels are averaged, the mean clipped to 16 bit, and only then the
 * rate is changed. The result is as long as the file is and a sample in it lies at the same time as
 * in the file, since reports give seconds: the resampler starts without delay, and at the end
 * zeros push its rest out.
 */
#include "audio/soundfile.h"

#include "audio/format.h"
#include "audio/resampler.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_FRAMES 1024

struct audio_soundfile {
    SNDFILE *handle;
    SF_INFO info;
    struct audio_resampler *resampler;
    float *frames; /* CHUNK_FRAMES of all channels */
    int16_t mono[CHUNK_FRAMES];
    size_t n_mono, at_mono;
    int64_t n_in;  /* frames read so far */
    int64_t n_out; /* samples given so far */
    bool is_broken;
    bool is_drained;
};

static void explain(char **ret_error, const char *path, const char *what)
{
    if (ret_error && asprintf(ret_error, "%s: %s", path, what) < 0)
        *ret_error = NULL;
}

/* libsndfile's own words for a file that is not there are "System error." */
static int check_path(const char *path, char **ret_error)
{
    struct stat status;

    if (strcmp(path, "-") == 0)
        return 0;
    if (stat(path, &status) < 0) {
        int r = -errno;

        explain(ret_error, path, strerror(-r));
        return r;
    }
    if (S_ISDIR(status.st_mode)) {
        explain(ret_error, path, strerror(EISDIR));
        return -EISDIR;
    }
    return 0;
}

static int open_handle(struct audio_soundfile *file, const char *path, char **ret_error)
{
    int r = check_path(path, ret_error);
    FILE *probe;

    if (r < 0)
        return r;
    if (strcmp(path, "-") != 0) {
        probe = fopen(path, "rbe");
        if (!probe) {
            r = -errno;
            explain(ret_error, path, strerror(-r));
            return r;
        }
        fclose(probe);
    }
    file->handle = strcmp(path, "-") == 0 ? sf_open_fd(0, SFM_READ, &file->info, SF_FALSE)
                                          : sf_open(path, SFM_READ, &file->info);
    if (!file->handle) {
        char what[200];

        snprintf(what, sizeof(what), "no sound file (%s)", sf_strerror(NULL));
        explain(ret_error, path, what);
        return -EINVAL;
    }
    if (file->info.channels < 1 || file->info.channels > 64) {
        explain(ret_error, path, "no sound file (it has no channel, or more than 64)");
        return -EINVAL;
    }
    return 0;
}

int audio_soundfile_open(const char *path, struct audio_soundfile **ret_file, char **ret_error)
{
    struct audio_soundfile *file = calloc(1, sizeof(*file));
    int r;

    if (ret_error)
        *ret_error = NULL;
    if (!file) {
        explain(ret_error, path, strerror(ENOMEM));
        return -ENOMEM;
    }
    r = open_handle(file, path, ret_error);
    if (r < 0)
        goto fail;
    r = audio_resampler_create(file->info.samplerate, AUDIO_RATE_HZ, &file->resampler);
    if (r < 0) {
        explain(ret_error, path, r == -EINVAL ? "a rate outside 4 to 192 kHz" : strerror(-r));
        goto fail;
    }
    file->frames = calloc((size_t)file->info.channels * CHUNK_FRAMES, sizeof(*file->frames));
    if (!file->frames) {
        r = -ENOMEM;
        explain(ret_error, path, strerror(ENOMEM));
        goto fail;
    }
    *ret_file = file;
    return 0;
fail:
    audio_soundfile_close(file);
    return r;
}

void audio_soundfile_close(struct audio_soundfile *file)
{
    if (!file)
        return;
    if (file->handle)
        sf_close(file->handle);
    audio_resampler_destroy(file->resampler);
    free(file->frames);
    free(file);
}

static int16_t to_sample(float mean)
{
    if (!(mean > -1.0f)) /* and whatever is not a number */
        return isnan(mean) ? 0 : INT16_MIN;
    return mean >= 32767.0f / 32768.0f ? INT16_MAX : (int16_t)lrintf(mean * 32768.0f);
}

/* Fills `mono`, after the end of the file with zeros. */
static void refill(struct audio_soundfile *file)
{
    int n_channels = file->info.channels;
    sf_count_t n = file->is_drained ? 0 : sf_readf_float(file->handle, file->frames, CHUNK_FRAMES);

    file->at_mono = 0;
    if (n <= 0) {
        file->is_broken = file->is_broken || sf_error(file->handle) != SF_ERR_NO_ERROR;
        file->is_drained = true;
        memset(file->mono, 0, sizeof(file->mono));
        file->n_mono = CHUNK_FRAMES;
        return;
    }
    for (sf_count_t i = 0; i < n; i++) {
        float sum = 0;

        for (int c = 0; c < n_channels; c++)
            sum += file->frames[i * n_channels + c];
        file->mono[i] = to_sample(sum / (float)n_channels);
    }
    file->n_mono = (size_t)n;
    file->n_in += n;
}

/* How many samples are still to come, once the end of the file is known. */
static size_t left(const struct audio_soundfile *file)
{
    int64_t rate_hz = file->info.samplerate;
    int64_t in_all = (file->n_in * AUDIO_RATE_HZ + rate_hz / 2) / rate_hz;

    return file->n_out < in_all ? (size_t)(in_all - file->n_out) : 0;
}

long audio_soundfile_read(struct audio_soundfile *file, int16_t *ret_samples, size_t n_samples)
{
    size_t n = 0;

    while (n < n_samples) {
        size_t taken, made, room = n_samples - n;

        if (file->at_mono == file->n_mono)
            refill(file);
        if (file->is_drained && left(file) < room)
            room = left(file);
        if (room == 0)
            break;
        audio_resampler_run(file->resampler, file->mono + file->at_mono,
                            file->n_mono - file->at_mono, ret_samples + n, room, &taken, &made);
        file->at_mono += taken;
        file->n_out += (int64_t)made;
        n += made;
    }
    return n == 0 && n_samples > 0 && file->is_broken ? -EIO : (long)n;
}

/* Doubles as it goes: a file's own length is a claim, and a pipe has none. */
static int load(struct audio_soundfile *file, size_t max, int16_t **ret_samples,
                size_t *ret_n_samples)
{
    size_t n = 0, room = AUDIO_RATE_HZ;
    int16_t *samples = malloc(room * sizeof(*samples)), *more;

    while (samples) {
        long got = audio_soundfile_read(file, samples + n, (room < max ? room : max) - n);

        if (got == -EIO && n == 0) {
            free(samples);
            return -EIO;
        }
        n += got > 0 ? (size_t)got : 0;
        if (got <= 0 || n == max) {
            *ret_samples = samples;
            *ret_n_samples = n;
            return 0;
        }
        if (n == room) {
            room *= 2;
            more = realloc(samples, room * sizeof(*samples));
            if (!more)
                free(samples);
            samples = more;
        }
    }
    return -ENOMEM;
}

int audio_soundfile_load(const char *path, int max_s, int16_t **ret_samples, size_t *ret_n_samples,
                         char **ret_error)
{
    struct audio_soundfile *file;
    int r = audio_soundfile_open(path, &file, ret_error);

    if (r < 0)
        return r;
    r = load(file, (size_t)(max_s > 0 ? max_s : 3600) * AUDIO_RATE_HZ, ret_samples, ret_n_samples);
    if (r < 0)
        explain(ret_error, path, r == -EIO ? "its sound cannot be decoded" : strerror(-r));
    audio_soundfile_close(file);
    return r;
}

int audio_soundfile_save(const char *path, const int16_t *samples, size_t n_samples, int rate_hz,
                         char **ret_error)
{
    SF_INFO info = {
        .samplerate = rate_hz, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    bool is_short;
    SNDFILE *handle;
    int fd, r;

    if (ret_error)
        *ret_error = NULL;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        r = -errno;
        explain(ret_error, path, strerror(-r));
        return r;
    }
    handle = sf_open_fd(fd, SFM_WRITE, &info, SF_FALSE);
    if (!handle) {
        close(fd);
        explain(ret_error, path, "could not be written (is the disk full?)");
        return -EIO;
    }
    is_short = sf_writef_short(handle, samples, (sf_count_t)n_samples) != (sf_count_t)n_samples;
    is_short = sf_close(handle) != 0 || is_short;
    is_short = close(fd) != 0 || is_short;
    if (is_short) {
        explain(ret_error, path, "could not be written (is the disk full?)");
        return -EIO;
    }
    return 0;
}
