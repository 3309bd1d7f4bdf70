/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/soundfile.h"
#include "audio/format.h"
#include "tests/audio/tone.h"
#include "tests/check.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/voisine-soundfile-XXXXXX";
static char path[sizeof(folder) + 32];

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(in_folder(name), "wb");

    REQUIRE(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static void what_is_saved_is_loaded(void)
{
    int16_t in[8000], *out;
    char *error;
    size_t n;

    tone_fill(in, 8000, 300, 16000, 12000);
    REQUIRE(audio_soundfile_save(in_folder("a.wav"), in, 8000, 16000, &error) == 0);
    REQUIRE(audio_soundfile_load(path, 0, &out, &n, &error) == 0);
    CHECK_INT(n, 8000);
    CHECK(memcmp(in, out, sizeof(in)) == 0);
    free(out);
    REQUIRE(audio_soundfile_load(in_folder("a.wav"), 0, &out, &n, NULL) == 0);
    free(out);
}

static void other_rates_keep_length_and_tone(void)
{
    static int16_t in[44100];
    int16_t *out;
    char *error;
    size_t n;

    tone_fill(in, 44100, 700, 44100, 12000);
    REQUIRE(audio_soundfile_save(in_folder("b.wav"), in, 44100, 44100, &error) == 0);
    REQUIRE(audio_soundfile_load(path, 0, &out, &n, &error) == 0);
    CHECK_INT(n, 16000);
    CHECK(fabs(tone_strength(out, n, 700, 16000) - 12000) < 200);
    free(out);
}

/* A two-channel float WAV, written by hand: left a tone, right its opposite and a constant beyond
 * full scale. */
static void channels_are_averaged_and_clipped(void)
{
    struct {
        char riff[4];
        uint32_t size;
        char wave_fmt[8];
        uint32_t fmt_size;
        uint16_t form, n_channels;
        uint32_t rate_hz, bytes_a_second;
        uint16_t frame_bytes, bits;
        char data[4];
        uint32_t data_size;
        float frames[1600][2];
    } wav = {
        .riff = "RIFF",
        .size = sizeof(wav) - 8,
        .wave_fmt = "WAVEfmt ",
        .fmt_size = 16,
        .form = 3,
        .n_channels = 2,
        .rate_hz = 16000,
        .bytes_a_second = 128000,
        .frame_bytes = 8,
        .bits = 32,
        .data = "data",
        .data_size = sizeof(wav.frames),
    };
    int16_t *out;
    char *error;
    size_t n;

    for (int i = 0; i < 1600; i++) {
        wav.frames[i][0] = 0.5f;
        wav.frames[i][1] = i < 800 ? -0.25f : 9.0f;
    }
    write_bytes("c.wav", &wav, sizeof(wav));
    REQUIRE(audio_soundfile_load(in_folder("c.wav"), 0, &out, &n, &error) == 0);
    REQUIRE(n == 1600);
    CHECK_INT(out[100], 4096);
    CHECK_INT(out[1500], 32767);
    free(out);
}

static void a_limit_is_kept(void)
{
    static int16_t in[48000];
    int16_t *out;
    size_t n;

    REQUIRE(audio_soundfile_save(in_folder("d.wav"), in, 48000, 16000, NULL) == 0);
    REQUIRE(audio_soundfile_load(path, 2, &out, &n, NULL) == 0);
    CHECK_INT(n, 32000);
    free(out);
}

static void an_empty_file_of_sound_is_no_fault(void)
{
    int16_t *out;
    size_t n = 1;

    REQUIRE(audio_soundfile_save(in_folder("e.wav"), NULL, 0, 16000, NULL) == 0);
    REQUIRE(audio_soundfile_load(path, 0, &out, &n, NULL) == 0);
    CHECK_INT(n, 0);
    free(out);
}

static void fails(const char *at, int wanted, const char *words)
{
    struct audio_soundfile *file;
    char *error = NULL;

    CHECK_INT(audio_soundfile_open(at, &file, &error), wanted);
    REQUIRE(error);
    CHECK(strstr(error, at));
    if (!strstr(error, words))
        CHECK_STR(error, words);
    free(error);
}

static void faults_name_the_file_and_the_cause(void)
{
    int16_t in[10] = {0};
    char *error = NULL;

    fails(in_folder("none.wav"), -ENOENT, "No such file");
    fails(folder, -EISDIR, "directory");
    write_bytes("text.wav", "bonjour", 7);
    fails(in_folder("text.wav"), -EINVAL, "no sound file");
    write_bytes("zero.wav", "", 0);
    fails(in_folder("zero.wav"), -EINVAL, "no sound file");
    CHECK_INT(audio_soundfile_save("/nowhere/a.wav", in, 10, 16000, &error), -ENOENT);
    CHECK(error && strstr(error, "/nowhere/a.wav"));
    free(error);
    CHECK_INT(audio_soundfile_save("/dev/full", in, 10, 16000, &error), -EIO);
    CHECK(error && strstr(error, "disk full"));
    free(error);
}

static void a_file_cut_short_gives_what_it_has(void)
{
    int16_t in[8000], *out;
    size_t n;

    tone_fill(in, 8000, 300, 16000, 12000);
    REQUIRE(audio_soundfile_save(in_folder("f.wav"), in, 8000, 16000, NULL) == 0);
    REQUIRE(truncate(path, 44 + 2 * 5000 + 1) == 0);
    REQUIRE(audio_soundfile_load(path, 0, &out, &n, NULL) == 0);
    CHECK_INT(n, 5000);
    free(out);
}

static void begin(void)
{
    REQUIRE(mkdtemp(folder));
}

static void end(void)
{
    for (char name[] = "a.wav"; name[0] <= 'f'; name[0]++)
        unlink(in_folder(name));
    unlink(in_folder("text.wav"));
    unlink(in_folder("zero.wav"));
    CHECK_INT(rmdir(folder), 0);
}

CHECK_MAIN(begin, what_is_saved_is_loaded, other_rates_keep_length_and_tone,
           channels_are_averaged_and_clipped, a_limit_is_kept, an_empty_file_of_sound_is_no_fault,
           faults_name_the_file_and_the_cause, a_file_cut_short_gives_what_it_has, end)
