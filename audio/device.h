/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one door to PortAudio: the list of sound devices, a microphone and a loudspeaker.
 *
 * Order: audio_devices_create, open at most one capture and one playback, use them, close them,
 * audio_devices_destroy. Thread: main (PortAudio's streams must never be closed from another
 * thread); PortAudio's own thread runs the callbacks, which touch a ring, counters and an eventfd
 * and nothing else. Streams run at the device's own rate; conversion to and from 16 kHz happens on
 * the main thread in read and write.
 *
 * PortAudio does not tell that a device went away: the callback merely never comes again. So
 * nothing here reports loss; audio/hearing.h tells it from the health counters, and healing is
 * audio_capture_reopen, then audio_devices_restart.
 */
#ifndef AUDIO_DEVICE_H
#define AUDIO_DEVICE_H

#include "audio/capture.h"
#include "audio/playback.h"

#include <stdbool.h>
#include <stddef.h>

struct audio_devices;

struct audio_device_info {
    const char *name;
    const char *host; /* "ALSA" */
    int n_inputs;
    int n_outputs;
    int rate_hz;
    bool is_default_input;
    bool is_default_output;
};

/* Positive results of the two opens and of the reopens. */
enum {
    AUDIO_DEVICE_UNKNOWN = 1, /* no device of that name (or none at all) */
    AUDIO_DEVICE_REFUSED = 2, /* it is there, and could not be opened */
};

/* Starts PortAudio. Returns: 0, -ENOMEM, -EIO. Owns: the caller. */
int audio_devices_create(struct audio_devices **ret_devices);
/* Accepts NULL. Streams must be closed before. */
void audio_devices_destroy(struct audio_devices *devices);

/* Returns: false past the end. The strings live until restart or destroy. */
bool audio_devices_get(const struct audio_devices *devices, size_t index,
                       struct audio_device_info *ret_info);

/*
 * Opens and starts a stream. `name`: "" or NULL for the system's default, else the exact name, else
 * the first device whose name contains it (case ignored). Returns: 0, AUDIO_DEVICE_UNKNOWN or
 * AUDIO_DEVICE_REFUSED with audio_devices_error telling why, -ENOMEM. Owns: the caller.
 */
int audio_devices_open_capture(struct audio_devices *devices, const char *name,
                               struct audio_capture **ret_capture);
int audio_devices_open_playback(struct audio_devices *devices, const char *name,
                                struct audio_playback **ret_playback);

/* What went wrong last, one line that names the device and those there are. Returns: until the next
 * opening. */
const char *audio_devices_error(const struct audio_devices *devices);

/*
 * The stronger remedy: closes the streams, stops PortAudio and starts it anew (its list of devices
 * is otherwise frozen), and opens again the streams that were open. The objects and their
 * descriptors stay. Returns: 0, AUDIO_DEVICE_UNKNOWN or AUDIO_DEVICE_REFUSED for the first stream
 * that did not come back (try again later), -EIO.
 */
int audio_devices_restart(struct audio_devices *devices);

#endif
