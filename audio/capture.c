/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/capture.h"

long audio_capture_read(struct audio_capture *capture, int16_t *ret_samples, size_t n_samples)
{
    return capture->ops->read(capture, ret_samples, n_samples);
}

int audio_capture_fd(const struct audio_capture *capture)
{
    return capture->ops->fd(capture);
}

void audio_capture_health(const struct audio_capture *capture,
                          struct audio_capture_health *ret_health)
{
    capture->ops->health(capture, ret_health);
}

void audio_capture_stop(struct audio_capture *capture)
{
    capture->ops->stop(capture);
}

int audio_capture_reopen(struct audio_capture *capture)
{
    return capture->ops->reopen(capture);
}

void audio_capture_close(struct audio_capture *capture)
{
    if (capture)
        capture->ops->close(capture);
}
