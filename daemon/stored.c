/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/stored.h"

#include "audio/soundfile.h"
#include "base/error.h"
#include "base/file.h"
#include "tts/prompts.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_S = 30 };

/* Which keys a stored sentence stands in for; the last for all the others. */
static const struct {
    const char *begins, *key, *file;
} sentences[] = {
    {"emergency", "emergency", "emergency-stored.wav"},
    {"", "speech.failed", "speech-failed.wav"},
};

enum { N_SENTENCES = sizeof(sentences) / sizeof(sentences[0]) };

static int make(const struct tts_prompts *prompts, struct tts_voice *voice, const char *key,
                const char *path)
{
    const struct tts_args args = {0};
    const struct base_datetime any_day = {{2026, 6, 15}, {9, 30}};
    struct tts_sound sound = {0};
    char text[TTS_PROMPT_SIZE];
    int r = tts_prompts_render(prompts, key, 0, &args, any_day, text, sizeof(text));

    if (r == 0)
        r = tts_voice_render_speech(voice, text, &sound);
    if (r == 0)
        r = audio_soundfile_save(path, sound.samples, sound.n_samples, sound.rate_hz, NULL);
    free(sound.samples);
    return r > 0 ? -EINVAL : r;
}

int stored_make(const char *language, struct tts_voice *voice, const char *folder)
{
    struct tts_prompts *prompts = NULL;
    char path[PATH_MAX];
    int r = tts_prompts_load(language, &prompts);

    for (size_t i = 0; r == 0 && i < N_SENTENCES; i++) {
        r = base_file_join(folder, sentences[i].file, path, sizeof(path));
        if (r == 0)
            r = make(prompts, voice, sentences[i].key, path);
    }
    tts_prompts_destroy(prompts);
    return base_trace(r);
}

int stored_load(const char *folder, const char *prompt_key, int16_t **ret_samples,
                size_t *ret_n_samples)
{
    char path[PATH_MAX];
    size_t i = 0;
    int r;

    while (strncmp(prompt_key, sentences[i].begins, strlen(sentences[i].begins)) != 0)
        i++;
    r = base_file_join(folder, sentences[i].file, path, sizeof(path));
    return r < 0 ? r : audio_soundfile_load(path, LONGEST_S, ret_samples, ret_n_samples, NULL);
}
