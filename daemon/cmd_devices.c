/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine devices`: the microphones, loudspeakers and buttons there are, by the names the settings
 * take. */
#include "audio/device.h"
#include "base/strbuf.h"
#include "daemon/button.h"
#include "daemon/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: voisine devices [--json]\n\n"
    "Lists microphones, loudspeakers and buttons. audio.capture_device and audio.playback_device "
    "take the\n"
    "name, or a part of it; left empty they mean the ones marked with *.\n"
    "button.device takes the name of a button, a part of it, or its path.\n";

static size_t list(const struct audio_devices *devices, bool wants_inputs)
{
    struct audio_device_info info;
    size_t n = 0;

    puts(wants_inputs ? "microphones" : "loudspeakers");
    for (size_t i = 0; audio_devices_get(devices, i, &info); i++) {
        int n_channels = wants_inputs ? info.n_inputs : info.n_outputs;
        bool is_default = wants_inputs ? info.is_default_input : info.is_default_output;

        if (n_channels == 0)
            continue;
        printf("  %c %-40s %6d Hz, %d channel%s (%s)\n", is_default ? '*' : ' ', info.name,
               info.rate_hz, n_channels, n_channels == 1 ? "" : "s", info.host);
        n++;
    }
    if (n == 0)
        puts("    none");
    return n;
}

static void print_button(void *user, const char *path, const char *name)
{
    size_t *n = user;

    printf("    %-40s %s\n", name, path);
    (*n)++;
}

static void list_buttons(void)
{
    size_t n = 0;

    puts("buttons and keyboards");
    if (button_list(NULL, NULL, print_button, &n) < 0 || n == 0)
        puts("    none that this user may read");
}

static int list_plainly(const struct audio_devices *devices)
{
    size_t n_inputs = list(devices, true), n_outputs = list(devices, false);

    list_buttons();
    if (n_inputs > 0 && n_outputs > 0)
        return EXIT_OK;
    fprintf(stderr,
            "voisine devices: no %s: plug one in; a sound server (PulseAudio, PipeWire) is "
            "seen through the package libasound2-plugins, as the user it runs as\n",
            n_inputs == 0 ? "microphone" : "loudspeaker");
    return EXIT_NO_SERVICE;
}

static int list_as_json(const struct audio_devices *devices)
{
    struct audio_device_info info;
    struct base_strbuf json;

    base_strbuf_init(&json);
    for (size_t i = 0; audio_devices_get(devices, i, &info); i++) {
        base_strbuf_addf(&json, "%s{\"name\":", i > 0 ? ",\n " : "");
        base_strbuf_add_json(&json, info.name);
        base_strbuf_addf(&json, ",\"host\":");
        base_strbuf_add_json(&json, info.host);
        base_strbuf_addf(&json, ",\"inputs\":%d,\"outputs\":%d,\"rate_hz\":%d", info.n_inputs,
                         info.n_outputs, info.rate_hz);
        base_strbuf_addf(&json, ",\"is_default_input\":%s,\"is_default_output\":%s}",
                         info.is_default_input ? "true" : "false",
                         info.is_default_output ? "true" : "false");
    }
    printf("[%s]\n", base_strbuf_text(&json));
    base_strbuf_finish(&json);
    return EXIT_OK;
}

int cmd_devices(int argc, char **argv)
{
    struct audio_devices *devices;
    bool wants_json = argc == 2 && strcmp(argv[1], "--json") == 0;
    int r;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_OK;
    }
    if (argc != 1 && !wants_json) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    r = audio_devices_create(&devices);
    if (r < 0) {
        fprintf(stderr, "voisine devices: the sound system cannot be started: %s\n", strerror(-r));
        return EXIT_NO_SERVICE;
    }
    r = wants_json ? list_as_json(devices) : list_plainly(devices);
    audio_devices_destroy(devices);
    return r;
}
