/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs the endpointer over sound files for tests/audio/measure.py. Each line of standard input is
 *
 *     FILE OPEN_S PATIENCE_MS     one opening at that second of the file, backdated to it 300 ms
 * later FILE all PATIENCE_MS        opened again after each end, from the start
 *
 * and is answered by one line for each event, "EVENT AT_S TOLD_AT_S", then "done AUDIO_S CPU_S".
 */
#include "audio/endpoint.h"
#include "audio/soundfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BACKDATE_BLOCKS 30

static const char *const names[] = {"none", "start", "pause", "resume", "end", "no_speech"};

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_event(const struct audio_endpoint_event *event, int64_t now)
{
    printf("%s%s %.3f %.3f\n", event->is_cut ? "cut-" : "", names[event->kind],
           audio_samples_to_s(event->at_sample), audio_samples_to_s(now));
}

static void run(const int16_t *samples, size_t n_samples, double open_s, int patience_ms)
{
    struct audio_endpointer_settings settings;
    struct audio_endpointer *endpointer;
    int64_t open_at = (int64_t)(open_s * AUDIO_RATE_HZ);
    double started = cpu_s();

    audio_endpointer_settings_default(&settings);
    settings.end_silence_ms = patience_ms;
    if (open_s < 0)
        settings.no_speech_ms = 0;
    if (audio_endpointer_create(&settings, &endpointer) < 0)
        exit(1);
    for (size_t at = 0; at + AUDIO_BLOCK_SAMPLES <= n_samples; at += AUDIO_BLOCK_SAMPLES) {
        struct audio_endpoint_event event;
        int64_t now = (int64_t)at + AUDIO_BLOCK_SAMPLES;

        if (open_s < 0 && !audio_endpointer_is_open(endpointer))
            audio_endpointer_open(endpointer, (int64_t)at);
        audio_endpointer_feed(endpointer, samples + at, &event);
        if (event.kind != AUDIO_ENDPOINT_NONE)
            print_event(&event, now);
        if (open_s >= 0 &&
            now / AUDIO_BLOCK_SAMPLES == open_at / AUDIO_BLOCK_SAMPLES + BACKDATE_BLOCKS)
            audio_endpointer_open(endpointer, open_at);
    }
    audio_endpointer_destroy(endpointer);
    printf("done %.3f %.6f\n", audio_samples_to_s((int64_t)n_samples), cpu_s() - started);
    fflush(stdout);
}

static void run_vad(const int16_t *samples, size_t n_samples)
{
    struct audio_vad *vad;
    double started = cpu_s();

    if (audio_vad_create(&vad) < 0)
        exit(1);
    fputs("vad ", stdout);
    for (size_t at = 0; at + AUDIO_BLOCK_SAMPLES <= n_samples; at += AUDIO_BLOCK_SAMPLES) {
        struct audio_vad_result result;

        audio_vad_feed(vad, samples + at, &result);
        putchar(result.is_voice ? '1' : '0');
    }
    audio_vad_destroy(vad);
    printf("\ndone %.3f %.6f\n", audio_samples_to_s((int64_t)n_samples), cpu_s() - started);
    fflush(stdout);
}

int main(void)
{
    char path[1000], open[40];
    int patience_ms;

    while (scanf("%999s %39s %d", path, open, &patience_ms) == 3) {
        int16_t *samples;
        size_t n;

        if (audio_soundfile_load(path, 0, &samples, &n, NULL) < 0)
            return 1;
        if (strcmp(open, "vad") == 0)
            run_vad(samples, n);
        else
            run(samples, n, strcmp(open, "all") == 0 ? -1 : atof(open), patience_ms);
        free(samples);
    }
    return 0;
}
