/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/hearing.h"

#include "audio/format.h"

#define WINDOW_MS    5000
#define ZERO_MS      30000
#define N_REOPENINGS 2 /* before the stronger remedy; after it every third try is a reopening */

static void begin_window(struct audio_hearing *hearing, int64_t now_ms, int64_t n_samples)
{
    hearing->window_start_ms = now_ms;
    hearing->window_samples = n_samples;
}

void audio_hearing_init(struct audio_hearing *hearing, int64_t now_ms)
{
    *hearing = (struct audio_hearing){0};
    audio_hearing_reset(hearing, now_ms);
}

void audio_hearing_reset(struct audio_hearing *hearing, int64_t now_ms)
{
    begin_window(hearing, now_ms, -1); /* the first judgement knows the count */
    hearing->remedy_at_ms = 0;
    hearing->deaf_since_ms = 0;
    hearing->n_tried = 0;
    hearing->state = AUDIO_HEARING_HEARS;
}

/* Once found, zeros are over only when something else is heard, not when a reopening has begun the
 * count anew. */
static bool is_zero(const struct audio_hearing *hearing, int64_t lasted_ms,
                    const struct audio_capture_health *health)
{
    int64_t zero_ms = audio_samples_to_ms(health->zero_run_samples);

    return zero_ms >= ZERO_MS || (hearing->state == AUDIO_HEARING_ZERO && zero_ms >= lasted_ms / 2);
}

/* Looks at the last window when one is over. */
static void judge_window(struct audio_hearing *hearing, int64_t now_ms,
                         const struct audio_capture_health *health)
{
    int64_t lasted_ms = now_ms - hearing->window_start_ms;
    int64_t got_ms;

    if (hearing->window_samples < 0)
        hearing->window_samples = health->n_samples;
    if (lasted_ms < WINDOW_MS)
        return;
    got_ms = audio_samples_to_ms(health->n_samples - hearing->window_samples);
    if (got_ms < lasted_ms / 2)
        hearing->state = AUDIO_HEARING_STARVED;
    else if (is_zero(hearing, lasted_ms, health))
        hearing->state = AUDIO_HEARING_ZERO;
    else
        hearing->state = AUDIO_HEARING_HEARS;
    begin_window(hearing, now_ms, health->n_samples);
}

static enum audio_hearing_remedy next_remedy(struct audio_hearing *hearing)
{
    int n = hearing->n_tried++;

    return n < N_REOPENINGS || n % 3 == 0 ? AUDIO_HEARING_REOPEN : AUDIO_HEARING_RESTART;
}

enum audio_hearing_remedy audio_hearing_judge(struct audio_hearing *hearing, int64_t now_ms,
                                              const struct audio_capture_health *health)
{
    judge_window(hearing, now_ms, health);
    if (hearing->state == AUDIO_HEARING_HEARS) {
        hearing->deaf_since_ms = 0;
        hearing->n_tried = 0;
        hearing->remedy_at_ms = 0;
        return AUDIO_HEARING_FINE;
    }
    if (hearing->deaf_since_ms == 0)
        hearing->deaf_since_ms = now_ms;
    if (now_ms < hearing->remedy_at_ms)
        return AUDIO_HEARING_FINE;
    hearing->remedy_at_ms = now_ms + WINDOW_MS; /* so that a whole window judges the remedy */
    begin_window(hearing, now_ms, health->n_samples);
    return next_remedy(hearing);
}
