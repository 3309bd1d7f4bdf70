/* SPDX-License-Identifier: GPL-3.0-or-later */
/* soundcat FILE: any sound file as raw 16 kHz mono 16-bit samples on standard output, for the
 * virtual room. */
#include "audio/soundfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 64, EXIT_INPUT = 65, EXIT_NO_INPUT = 66 };

int main(int argc, char **argv)
{
    int16_t *samples;
    size_t n_samples;
    char *error = NULL;
    int r;

    if (argc != 2) {
        fputs("usage: soundcat FILE\n", stderr);
        return EXIT_USAGE;
    }
    r = audio_soundfile_load(argv[1], 0, &samples, &n_samples, &error);
    if (r < 0) {
        fprintf(stderr, "%s\n", error ? error : argv[1]);
        free(error);
        return r == -ENOENT ? EXIT_NO_INPUT : EXIT_INPUT;
    }
    if (fwrite(samples, sizeof(*samples), n_samples, stdout) != n_samples || fflush(stdout) != 0) {
        perror("soundcat");
        r = -EIO;
    }
    free(samples);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
