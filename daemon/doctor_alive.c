/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's look at what runs and what is heard. */
#include "audio/device.h"
#include "audio/format.h"
#include "audio/level.h"
#include "daemon/control.h"
#include "daemon/doctor.h"
#include "daemon/identity.h"
#include "daemon/vitals.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* RMS in dB below full scale. A quiet room is heard at -75 to -50 by a microphone set well, speech
 * at -40 to -15. */
#define FAINT_DB -82.0
#define LOUD_DB  -6.0

enum {
    BETWEEN_MS = 1200, /* two readings of the daemon's counters */
    LISTEN_MS = 1500,
};

static void report_why(struct inspection *inspection, enum config_message message, const char *why)
{
    const char *const args[] = {"why", why, NULL};

    inspection_report(inspection, CONFIG_ERROR, message, args);
}

static void report_level(struct inspection *inspection, double level_db)
{
    char got[16];
    const char *const args[] = {"got", got, NULL};
    bool is_faint = level_db<FAINT_DB, is_loud = level_db> LOUD_DB;

    snprintf(got, sizeof(got), "%.0f", level_db);
    inspection_report(inspection, is_faint || is_loud ? CONFIG_WARNING : CONFIG_NOTE,
                      is_faint  ? CONFIG_MIC_FAINT
                      : is_loud ? CONFIG_MIC_LOUD
                                : CONFIG_MIC_HEARS,
                      args);
}

/* ---- the running daemon ---- */

static void read_vitals(const char *status, struct vitals *ret_vitals)
{
    char audio[24] = "";

    (void)control_word(status, "audio", audio, sizeof(audio));
    *ret_vitals = (struct vitals){
        .n_heard = (int64_t)(control_number(status, "heard_s", 0) * 1000),
        .n_taken = (int64_t)control_number(status, "blocks_taken", 0),
        .n_played = (int64_t)(control_number(status, "played_s", 0) * 1000),
        .n_turns = (int64_t)control_number(status, "worker_turns", 0),
        .is_mic_open = strcmp(audio, "muted") != 0 && strcmp(audio, "no-microphone") != 0,
    };
}

static void report_counters(struct inspection *inspection, const char *status)
{
    char numbers[4][24];
    const char *const args[] = {"up",       numbers[0], "wakes",    numbers[1], "utterances",
                                numbers[2], "stored",   numbers[3], NULL};

    snprintf(numbers[0], sizeof(numbers[0]), "%.1f", control_number(status, "uptime_s", 0) / 3600);
    snprintf(numbers[1], sizeof(numbers[1]), "%.0f", control_number(status, "wakes", 0));
    snprintf(numbers[2], sizeof(numbers[2]), "%.0f", control_number(status, "utterances", 0));
    snprintf(numbers[3], sizeof(numbers[3]), "%.0f", control_number(status, "stored", 0));
    inspection_report(inspection, CONFIG_NOTE, CONFIG_DAEMON_RUNS, args);
}

/* The daemon's own word for its microphone (soundcard_health). */
static void report_hearing(struct inspection *inspection, const char *status)
{
    char audio[24] = "";

    (void)control_word(status, "audio", audio, sizeof(audio));
    if (strcmp(audio, "muted") == 0)
        inspection_report(inspection, CONFIG_WARNING, CONFIG_MIC_MUTED, NULL);
    else if (strcmp(audio, "no-microphone") == 0)
        report_why(inspection, CONFIG_MIC_MISSING, audio);
    else if (strcmp(audio, "no-frames") == 0)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_MIC_NO_SOUND, NULL);
    else if (strcmp(audio, "silent") == 0)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_MIC_ZERO, NULL);
    else
        report_level(inspection, control_number(status, "level_db", 0));
}

static void report_stuck(struct inspection *inspection, const char *first, const char *second)
{
    struct vitals before, now;
    enum vitals_organ organ;

    read_vitals(first, &before);
    read_vitals(second, &now);
    organ = vitals_judge(&before, &now);
    if (organ != VITALS_ALL_WELL) {
        const char *const args[] = {"what", vitals_organ_name(organ), NULL};

        inspection_report(inspection, CONFIG_ERROR, CONFIG_ORGAN_STUCK, args);
    }
}

bool doctor_daemon(struct inspection *inspection)
{
    const struct timespec between = {BETWEEN_MS / 1000, (BETWEEN_MS % 1000) * 1000000L};
    char path[PATH_MAX], *first = NULL, *second = NULL;
    int r = identity_control_path(inspection->options, path, sizeof(path));

    if (r == 0)
        r = control_ask(path, "status", &first);
    if (r == -EACCES || r == -EPERM) {
        inspection_report(inspection, CONFIG_ERROR, CONFIG_DAEMON_FORBIDDEN, NULL);
        return true; /* it may hold the devices */
    }
    if (r < 0) {
        report_why(inspection, CONFIG_NO_DAEMON, strerror(-r));
        return false;
    }
    nanosleep(&between, NULL);
    r = control_ask(path, "status", &second);
    if (r == 0) {
        report_counters(inspection, second);
        report_hearing(inspection, second);
        report_stuck(inspection, first, second);
    } else {
        const char *const args[] = {"what", "", NULL};

        inspection_report(inspection, CONFIG_ERROR, CONFIG_ORGAN_STUCK, args);
    }
    free(first);
    free(second);
    return true;
}

/* ---- the devices, when nobody holds them ---- */

/* Listens for LISTEN_MS. Returns: the mean square of what came. */
static double listen_for_a_moment(struct audio_capture *capture)
{
    struct pollfd poll_for = {audio_capture_fd(capture), POLLIN, 0};
    int16_t block[AUDIO_BLOCK_SAMPLES];
    int n_blocks = 0;
    double sum = 0;

    while (n_blocks < LISTEN_MS / AUDIO_BLOCK_MS && poll(&poll_for, 1, LISTEN_MS) > 0) {
        while (audio_capture_read(capture, block, AUDIO_BLOCK_SAMPLES) > 0) {
            sum += audio_level_power(block);
            n_blocks++;
        }
    }
    explicit_bzero(block, sizeof(block));
    return n_blocks > 0 ? sum / n_blocks : 0;
}

static void hear(struct inspection *inspection, struct audio_devices *devices)
{
    const char *name = inspection_text(inspection, CONFIG_AUDIO_CAPTURE_DEVICE);
    struct audio_capture_health health;
    struct audio_capture *capture;
    double power;

    if (audio_devices_open_capture(devices, name, &capture) != 0) {
        report_why(inspection, CONFIG_MIC_MISSING, audio_devices_error(devices));
        return;
    }
    power = listen_for_a_moment(capture);
    audio_capture_health(capture, &health);
    audio_capture_close(capture);
    if (health.n_samples < audio_ms_to_samples(LISTEN_MS) / 2)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_MIC_NO_SOUND, NULL);
    else if (power <= 0)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_MIC_ZERO, NULL);
    else
        report_level(inspection, audio_level_of_power_db(power));
}

static void try_to_play(struct inspection *inspection, struct audio_devices *devices)
{
    const char *name = inspection_text(inspection, CONFIG_AUDIO_PLAYBACK_DEVICE);
    struct audio_playback *playback;

    if (audio_devices_open_playback(devices, name, &playback) != 0) {
        report_why(inspection, CONFIG_NO_LOUDSPEAKER, audio_devices_error(devices));
        return;
    }
    audio_playback_close(playback);
    inspection_report_good(inspection, config_problems_count(inspection->problems), "loudspeaker");
}

void doctor_sound(struct inspection *inspection)
{
    struct audio_devices *devices;
    int r = audio_devices_create(&devices);

    if (r < 0) {
        report_why(inspection, CONFIG_MIC_MISSING, strerror(-r));
        return;
    }
    hear(inspection, devices);
    try_to_play(inspection, devices);
    audio_devices_destroy(devices);
}
