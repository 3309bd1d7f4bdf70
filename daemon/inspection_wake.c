/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A wake phrase that a carer chose: short ones are missed and heard where nobody called (of
 * synthetic ones with less than four syllables 14 to 31 % were missed), and one that people say to
 * each other wakes the speaker in every conversation. What people say is what the language's own
 * everyday sentences hold.
 */
#include "base/file.h"
#include "base/utf8.h"
#include "daemon/bundle.h"
#include "daemon/inspection.h"
#include "daemon/inspection_private.h"
#include "tts/voice.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SOUNDS_MIN = 9, /* four syllables */
    PHRASE_MAX = 256,
    FILE_MAX = 4 * 1024 * 1024,
};

/* Returns: how many phonemes, or -1 when a word cannot be said. */
static int count_sounds(struct tts_voice *voice, const char *phrase)
{
    char words[PHRASE_MAX], ipa[PHRASE_MAX * 4], *rest = words, *word;
    int n = 0;

    snprintf(words, sizeof(words), "%s", phrase);
    while ((word = strsep(&rest, " ")) != NULL) {
        if (!*word)
            continue;
        if (tts_voice_phonemes(voice, word, ipa, sizeof(ipa)) != 0)
            return -1;
        for (const char *c = ipa; *c; c++)
            n += *c == ' ';
        n++;
    }
    return n;
}

static bool ends_a_word(char c)
{
    return c == '\0' || strchr(" \n\"()[]|,", c) != NULL;
}

/* Whether the words stand so in a text. */
static bool is_said_in(const char *text, const char *phrase)
{
    size_t n = strlen(phrase);

    for (const char *at = strstr(text, phrase); at; at = strstr(at + 1, phrase)) {
        if ((at == text || ends_a_word(at[-1])) && ends_a_word(at[n]))
            return true;
    }
    return false;
}

static bool is_everyday(const char *language, const char *phrase)
{
    char data[PATH_MAX], folder[PATH_MAX], path[PATH_MAX];
    struct dirent *entry;
    bool is_said = false;
    DIR *dir = NULL;

    if (bundle_data_folder(language, data, sizeof(data)) == 0 &&
        base_file_join(data, "background", folder, sizeof(folder)) == 0)
        dir = opendir(folder);
    while (dir && !is_said && (entry = readdir(dir)) != NULL) {
        char *text;
        size_t n;

        if (entry->d_name[0] == '.' ||
            base_file_join(folder, entry->d_name, path, sizeof(path)) < 0 ||
            base_file_read(path, FILE_MAX, &text, &n) < 0)
            continue;
        is_said = is_said_in(text, phrase);
        free(text);
    }
    if (dir)
        closedir(dir);
    return is_said;
}

void inspection_check_wake(struct inspection *inspection)
{
    const char *language = inspection_text(inspection, CONFIG_LANGUAGE);
    const char *phrase = inspection_text(inspection, CONFIG_WAKE_PHRASE);
    struct tts_voice_settings settings = {language, 150, 50, 100};
    size_t n_before = config_problems_count(inspection->problems);
    char lower[PHRASE_MAX];
    const char *const args[] = {"got", phrase, NULL};
    struct tts_voice *voice;
    int n_sounds;

    if (base_utf8_lowercase(phrase, lower, sizeof(lower)) < 0 ||
        tts_voice_create(&settings, &voice) != 0)
        return;
    n_sounds = count_sounds(voice, lower);
    tts_voice_destroy(voice);
    if (n_sounds < 0)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_WAKE_UNSPEAKABLE, args);
    else if (n_sounds < SOUNDS_MIN)
        inspection_report(inspection, CONFIG_WARNING, CONFIG_WAKE_SHORT, args);
    if (is_everyday(language, lower))
        inspection_report(inspection, CONFIG_WARNING, CONFIG_WAKE_COMMON, args);
    inspection_report_good(inspection, n_before, "wake phrase");
}
