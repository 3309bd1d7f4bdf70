/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/playback.h"

size_t audio_playback_write(struct audio_playback *playback, const int16_t *samples,
                            size_t n_samples)
{
    return playback->ops->write(playback, samples, n_samples);
}

void audio_playback_positions(struct audio_playback *playback, int64_t *ret_written,
                              int64_t *ret_heard)
{
    playback->ops->positions(playback, ret_written, ret_heard);
}

size_t audio_playback_sounded(struct audio_playback *playback, int16_t *ret_samples,
                              size_t n_samples)
{
    return playback->ops->sounded(playback, ret_samples, n_samples);
}

void audio_playback_flush(struct audio_playback *playback)
{
    playback->ops->flush(playback);
}

void audio_playback_set_awake(struct audio_playback *playback, bool is_awake)
{
    playback->ops->set_awake(playback, is_awake);
}

int audio_playback_fd(const struct audio_playback *playback)
{
    return playback->ops->fd(playback);
}

void audio_playback_health(const struct audio_playback *playback,
                           struct audio_playback_health *ret_health)
{
    playback->ops->health(playback, ret_health);
}

void audio_playback_stop(struct audio_playback *playback)
{
    playback->ops->stop(playback);
}

int audio_playback_reopen(struct audio_playback *playback)
{
    return playback->ops->reopen(playback);
}

int audio_playback_rest(struct audio_playback *playback, bool is_resting)
{
    return playback->ops->rest(playback, is_resting);
}

void audio_playback_close(struct audio_playback *playback)
{
    if (playback)
        playback->ops->close(playback);
}
