/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each direction is a stream of its own: a duplex stream wants one clock and one rate for both, and
 * dies as a whole when either end goes.
 *
 * ALSA and JACK, which PortAudio tries both, write to standard error what they meet on the way: a
 * page for each probing of devices that are not there. Their headers are not wanted for the
 * functions that stop that, so these are looked up by name. PortAudio has none in Debian's build;
 * what it prints itself is rare.
 */
#include "audio/device.h"

#include "audio/format.h"
#include "audio/stream.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

#include <dlfcn.h>
#include <errno.h>
#include <portaudio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define INPUT_LATENCY_S 0.3
#define INPUT_PERIOD_MS                                                                            \
    100 /* the main thread wakes so often: by 10 ms it costs five times as much */
#define OUTPUT_LATENCY_S  0.06
#define RESTING_LATENCY_S 2.0
#define CAPTURE_RING_MS   4000 /* the main thread may be as long in one recognition */
#define PLAYBACK_RING_MS  2000
#define SOUNDED_RING_MS   CAPTURE_RING_MS /* it is read as the capture is */
#define MAX_RATE_HZ       192000
#define ERROR_SIZE        1024

struct audio_devices {
    bool is_running;
    struct audio_capture *capture;
    struct audio_stream *capture_stream;
    struct audio_playback *playback;
    struct audio_stream *playback_stream;
    char error[ERROR_SIZE];
};

static void swallow_alsa(const char *file, int line, const char *function, int error,
                         const char *format, ...)
{
    (void)file, (void)line, (void)function, (void)error, (void)format;
}

static void swallow_jack(const char *text)
{
    (void)text;
}

static void quieten_libraries(void)
{
    int (*set_alsa)(void (*)(const char *, int, const char *, int, const char *, ...));
    void (*set_jack)(void (*)(const char *));

    *(void **)&set_alsa = dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler");
    if (set_alsa)
        set_alsa(swallow_alsa);
    *(void **)&set_jack = dlsym(RTLD_DEFAULT, "jack_set_error_function");
    if (set_jack)
        set_jack(swallow_jack);
    *(void **)&set_jack = dlsym(RTLD_DEFAULT, "jack_set_info_function");
    if (set_jack)
        set_jack(swallow_jack);
}

/*
 * PortAudio tries every device that ALSA's configuration names. The encoder for surround receivers
 * is no loudspeaker of ours, and trying it loads a hundred libraries of video codecs for good: 13
 * MB.
 */
static void leave_out_encoder(void)
{
    int (*update)(void);
    int (*search)(void *, const char *, void **);
    int (*remove_node)(void *);
    void **top, *node;

    *(void **)&update = dlsym(RTLD_DEFAULT, "snd_config_update");
    *(void **)&search = dlsym(RTLD_DEFAULT, "snd_config_search");
    *(void **)&remove_node = dlsym(RTLD_DEFAULT, "snd_config_delete");
    top = dlsym(RTLD_DEFAULT, "snd_config");
    if (update && search && remove_node && top && update() >= 0 && *top &&
        search(*top, "pcm.a52", &node) >= 0)
        remove_node(node);
}

static int start_portaudio(struct audio_devices *devices)
{
    PaError error;

    leave_out_encoder();
    error = Pa_Initialize();

    if (error != paNoError) {
        snprintf(devices->error, sizeof(devices->error), "sound system: %s",
                 Pa_GetErrorText(error));
        return -EIO;
    }
    devices->is_running = true;
    return 0;
}

static void stop_portaudio(struct audio_devices *devices)
{
    if (devices->is_running)
        Pa_Terminate();
    devices->is_running = false;
}

int audio_devices_create(struct audio_devices **ret_devices)
{
    struct audio_devices *devices = calloc(1, sizeof(*devices));
    int r;

    if (!devices)
        return -ENOMEM;
    quieten_libraries();
    r = start_portaudio(devices);
    if (r < 0) {
        log_error("sound-system", "%s", devices->error);
        free(devices);
        return base_trace(r);
    }
    *ret_devices = devices;
    return 0;
}

void audio_devices_destroy(struct audio_devices *devices)
{
    if (!devices)
        return;
    stop_portaudio(devices);
    free(devices);
}

static size_t count(const struct audio_devices *devices)
{
    int n = devices->is_running ? Pa_GetDeviceCount() : 0;

    return n > 0 ? (size_t)n : 0;
}

bool audio_devices_get(const struct audio_devices *devices, size_t index,
                       struct audio_device_info *ret_info)
{
    const PaDeviceInfo *info;
    const PaHostApiInfo *host;

    if (index >= count(devices))
        return false;
    info = Pa_GetDeviceInfo((PaDeviceIndex)index);
    host = Pa_GetHostApiInfo(info->hostApi);
    *ret_info = (struct audio_device_info){
        .name = info->name,
        .host = host ? host->name : "",
        .n_inputs = info->maxInputChannels,
        .n_outputs = info->maxOutputChannels,
        .rate_hz = (int)info->defaultSampleRate,
        .is_default_input = (PaDeviceIndex)index == Pa_GetDefaultInputDevice(),
        .is_default_output = (PaDeviceIndex)index == Pa_GetDefaultOutputDevice(),
    };
    return true;
}

const char *audio_devices_error(const struct audio_devices *devices)
{
    return devices->error;
}

static bool serves(const struct audio_device_info *info, bool is_input)
{
    return (is_input ? info->n_inputs : info->n_outputs) > 0;
}

/* Returns: the device's index, -1 when there is none. */
static PaDeviceIndex find_device(const struct audio_devices *devices, const char *name,
                                 bool is_input)
{
    struct audio_device_info info;
    PaDeviceIndex partly = -1;

    if (*name == '\0')
        return is_input ? Pa_GetDefaultInputDevice() : Pa_GetDefaultOutputDevice();
    for (size_t i = 0; audio_devices_get(devices, i, &info); i++) {
        if (!serves(&info, is_input))
            continue;
        if (strcmp(info.name, name) == 0)
            return (PaDeviceIndex)i;
        if (partly < 0 && strcasestr(info.name, name))
            partly = (PaDeviceIndex)i;
    }
    return partly;
}

/* Adds to the text of the error; what does not fit is left away. */
static void add_error(struct audio_devices *devices, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_error(struct audio_devices *devices, const char *format, ...)
{
    size_t n = strlen(devices->error);
    va_list args;

    va_start(args, format);
    vsnprintf(devices->error + n, ERROR_SIZE - n, format, args);
    va_end(args);
}

static void explain_unknown(struct audio_devices *devices, const char *name, bool is_input)
{
    struct audio_device_info info;
    size_t n_known = 0;

    devices->error[0] = '\0';
    add_error(devices, "no %s", is_input ? "microphone" : "loudspeaker");
    if (*name)
        add_error(devices, " named \"%.200s\"", name);
    for (size_t i = 0; audio_devices_get(devices, i, &info); i++) {
        if (serves(&info, is_input))
            add_error(devices, "%s\"%s\"", n_known++ ? ", " : "; known: ", info.name);
    }
    if (n_known == 0)
        add_error(devices, "; this machine has none");
}

int64_t audio_stream_to_samples(const struct audio_stream *stream, int64_t n_frames)
{
    return stream->rate_hz > 0 ? n_frames * AUDIO_RATE_HZ / stream->rate_hz : 0;
}

int64_t audio_stream_samples_seen(const struct audio_stream *stream)
{
    return stream->n_samples_earlier + audio_stream_to_samples(stream, stream->n_frames);
}

void audio_stream_ring_bell(struct audio_stream *stream)
{
    const uint64_t one = 1;

    /* A full eventfd is readable already. */
    if (write(stream->fd, &one, sizeof(one)) < 0)
        return;
}

void audio_stream_hush_bell(struct audio_stream *stream)
{
    uint64_t count;

    /* An empty one was hushed already. */
    if (read(stream->fd, &count, sizeof(count)) < 0)
        return;
}

/* RT. The time here is for the health's reader alone; nothing on the audio path looks at it. */
static int on_stream(const void *input, void *output, unsigned long n_frames,
                     const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *user)
{
    const struct base_clock *clock = base_clock_system();
    struct audio_stream *stream = user;

    (void)time;
    atomic_fetch_add_explicit(&stream->n_callbacks, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&stream->n_frames, (long long)n_frames, memory_order_relaxed);
    if (flags & (paInputOverflow | paOutputUnderflow))
        atomic_fetch_add_explicit(&stream->n_faults, 1, memory_order_relaxed);
    atomic_store_explicit(&stream->last_callback_ms, clock->monotonic_ms(clock),
                          memory_order_relaxed);
    stream->fn(stream, input, output, n_frames);
    return paContinue;
}

int audio_stream_init(struct audio_stream *stream, struct audio_devices *devices, const char *name,
                      bool is_input, audio_stream_fn *fn)
{
    stream->devices = devices;
    stream->is_input = is_input;
    stream->fn = fn;
    stream->fd = -1;
    stream->wanted_name = strdup(name ? name : "");
    if (!stream->wanted_name)
        return -ENOMEM;
    stream->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return stream->fd < 0 ? -errno : 0;
}

void audio_stream_finish(struct audio_stream *stream)
{
    audio_stream_stop(stream);
    base_ring_destroy(stream->ring);
    base_ring_destroy(stream->sounded);
    if (stream->fd >= 0)
        close(stream->fd);
    free(stream->wanted_name);
}

/* Aborts rather than stops: a stop waits for what is queued to be played, by a device that may be
 * gone. */
void audio_stream_stop(struct audio_stream *stream)
{
    stream->is_wanted = false;
    if (stream->handle) {
        Pa_AbortStream(stream->handle);
        Pa_CloseStream(stream->handle);
        stream->handle = NULL;
    }
    stream->n_samples_earlier = audio_stream_samples_seen(stream);
    atomic_store(&stream->n_frames, 0);
    audio_resampler_destroy(stream->resampler);
    audio_resampler_destroy(stream->sounded_resampler);
    stream->resampler = stream->sounded_resampler = NULL;
    if (stream->ring)
        base_ring_discard(stream->ring);
    if (stream->sounded)
        base_ring_discard(stream->sounded);
}

static int make_ring(const struct audio_stream *stream, size_t ring_ms, struct base_ring **ring)
{
    base_ring_destroy(*ring);
    *ring = NULL;
    return base_ring_create((size_t)stream->rate_hz / 100 * (ring_ms / 10), ring);
}

/* For the rate of the device that was found, which may be another one than last time. */
static int make_converters(struct audio_stream *stream)
{
    int r;

    audio_resampler_destroy(stream->resampler);
    audio_resampler_destroy(stream->sounded_resampler);
    stream->resampler = stream->sounded_resampler = NULL;
    if (stream->is_input) {
        r = make_ring(stream, CAPTURE_RING_MS, &stream->ring);
        return r < 0 ? r
                     : audio_resampler_create(stream->rate_hz, AUDIO_RATE_HZ, &stream->resampler);
    }
    r = make_ring(stream, PLAYBACK_RING_MS, &stream->ring);
    if (r == 0)
        r = make_ring(stream, SOUNDED_RING_MS, &stream->sounded);
    if (r == 0)
        r = audio_resampler_create(AUDIO_RATE_HZ, stream->rate_hz, &stream->resampler);
    return r < 0
               ? r
               : audio_resampler_create(stream->rate_hz, AUDIO_RATE_HZ, &stream->sounded_resampler);
}

static PaError open_with(struct audio_stream *stream, PaDeviceIndex device, int n_channels)
{
    PaStreamParameters parameters = {
        .device = device,
        .channelCount = n_channels,
        .sampleFormat = paInt16,
        .suggestedLatency = stream->is_input     ? INPUT_LATENCY_S
                            : stream->is_resting ? RESTING_LATENCY_S
                                                 : OUTPUT_LATENCY_S,
    };

    /* The output takes what comes: a period longer than the latency that PulseAudio's clients may
     * be told from outside (PULSE_LATENCY_MSEC) would never be asked for. */
    unsigned long n_frames = stream->is_input
                                 ? (unsigned long)(stream->rate_hz * INPUT_PERIOD_MS / 1000)
                                 : paFramesPerBufferUnspecified;

    stream->n_channels = n_channels;
    return Pa_OpenStream(&stream->handle, stream->is_input ? &parameters : NULL,
                         stream->is_input ? NULL : &parameters, stream->rate_hz, n_frames, paNoFlag,
                         on_stream, stream);
}

static int refuse(struct audio_stream *stream, const char *name, PaError error)
{
    const PaHostErrorInfo *host = Pa_GetLastHostErrorInfo();
    struct audio_devices *devices = stream->devices;

    devices->error[0] = '\0';
    add_error(devices, "%s \"%s\" cannot be opened: %s",
              stream->is_input ? "microphone" : "loudspeaker", name, Pa_GetErrorText(error));
    if (error == paUnanticipatedHostError && host && host->errorText)
        add_error(devices, " (%s)", host->errorText);
    if (stream->handle)
        Pa_CloseStream(stream->handle);
    stream->handle = NULL;
    return AUDIO_DEVICE_REFUSED;
}

static int open_and_start(struct audio_stream *stream, PaDeviceIndex device, const char *name)
{
    const PaStreamInfo *info;
    PaError error = open_with(stream, device, 1);

    if (error == paInvalidChannelCount) /* some cards have pairs only */
        error = open_with(stream, device, 2);
    if (error != paNoError) {
        stream->handle = NULL;
        return refuse(stream, name, error);
    }
    info = Pa_GetStreamInfo(stream->handle);
    stream->latency_s = info ? info->outputLatency : OUTPUT_LATENCY_S;
    error = Pa_StartStream(stream->handle);
    return error == paNoError ? 0 : refuse(stream, name, error);
}

/* A sound server converts as well as we do, and less goes to and fro then. Other devices are opened
 * as they are: ALSA's own conversion is a poor one. */
static int best_rate(const struct audio_device_info *info)
{
    if (strcmp(info->name, "pulse") == 0 || strcmp(info->name, "pipewire") == 0)
        return AUDIO_RATE_HZ;
    return info->rate_hz >= 8000 && info->rate_hz <= MAX_RATE_HZ ? info->rate_hz : 48000;
}

int audio_stream_start(struct audio_stream *stream)
{
    struct audio_devices *devices = stream->devices;
    struct audio_device_info info;
    PaDeviceIndex device = -1;
    int r;

    stream->is_wanted = true;
    stream->n_openings++;
    if (devices->is_running)
        device = find_device(devices, stream->wanted_name, stream->is_input);
    if (device < 0 || !audio_devices_get(devices, (size_t)device, &info) ||
        !serves(&info, stream->is_input)) {
        explain_unknown(devices, stream->wanted_name, stream->is_input);
        return AUDIO_DEVICE_UNKNOWN;
    }
    stream->rate_hz = best_rate(&info);
    r = make_converters(stream);
    return r < 0 ? base_trace(r) : open_and_start(stream, device, info.name);
}

int audio_devices_open_capture(struct audio_devices *devices, const char *name,
                               struct audio_capture **ret_capture)
{
    int r = audio_device_capture_create(devices, name, &devices->capture, &devices->capture_stream);

    if (r == 0)
        *ret_capture = devices->capture;
    return r;
}

int audio_devices_open_playback(struct audio_devices *devices, const char *name,
                                struct audio_playback **ret_playback)
{
    int r =
        audio_device_playback_create(devices, name, &devices->playback, &devices->playback_stream);

    if (r == 0)
        *ret_playback = devices->playback;
    return r;
}

void audio_devices_forget(struct audio_devices *devices, struct audio_stream *stream)
{
    if (devices->capture_stream == stream) {
        devices->capture_stream = NULL;
        devices->capture = NULL;
    }
    if (devices->playback_stream == stream) {
        devices->playback_stream = NULL;
        devices->playback = NULL;
    }
}

int audio_devices_restart(struct audio_devices *devices)
{
    bool wants_capture = devices->capture && devices->capture_stream->is_wanted;
    bool wants_playback = devices->playback && devices->playback_stream->is_wanted;
    int r, first = 0;

    if (devices->capture)
        audio_capture_stop(devices->capture);
    if (devices->playback)
        audio_playback_stop(devices->playback);
    stop_portaudio(devices);
    r = start_portaudio(devices);
    if (wants_capture)
        first = audio_capture_reopen(devices->capture);
    if (wants_playback) {
        int second = audio_playback_reopen(devices->playback);

        first = first ? first : second;
    }
    return r < 0 ? base_trace(r) : first;
}
