/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's look at what is kept on the disk. */
#include "base/clock.h"
#include "base/file.h"
#include "base/strbuf.h"
#include "daemon/bundle.h"
#include "daemon/doctor.h"
#include "daemon/language.h"
#include "matching/outbox.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum {
    DISK_LOW_MB = 50,
    DISK_FULL_MB = 5,
    WAITS_LONG_MS = 3600 * 1000,
};

void doctor_understanding(struct inspection *inspection)
{
    struct language_options options = {
        .id = inspection_text(inspection, CONFIG_LANGUAGE),
        .models_folder = inspection_text(inspection, CONFIG_MODELS_FOLDER),
        .wake_phrase = inspection_text(inspection, CONFIG_WAKE_PHRASE),
        .wake_sensitivity =
            config_options_number(inspection->options, CONFIG_WAKE_SENSITIVITY) / 100.0,
        .parts = LANGUAGE_HEARS | LANGUAGE_WAKES,
    };
    size_t n_before = config_problems_count(inspection->problems);
    struct language language;
    struct base_strbuf why;
    const char *args[] = {"why", NULL, "language", options.id, NULL};

    if (!inspection->territory)
        return;
    options.services = config_territory_services(inspection->territory);
    options.n_services = config_territory_n_services(inspection->territory);
    base_strbuf_init(&why);
    if (language_open(&options, &language, &why) == 0) {
        if (language.is_denoiser_bad)
            inspection_report(inspection, CONFIG_WARNING, CONFIG_DENOISER_BAD, args);
        if (language.is_model_changed)
            inspection_report(inspection, CONFIG_WARNING, CONFIG_MODEL_CHANGED, args);
        language_close(&language);
    } else {
        args[1] = base_strbuf_text(&why);
        inspection_report(inspection, CONFIG_ERROR, CONFIG_BUNDLE_UNUSABLE, args);
    }
    base_strbuf_finish(&why);
    inspection_report_good(inspection, n_before, "understanding");
}

/* ---- the outbox ---- */

struct census {
    unsigned n_all, n_waiting, n_damaged;
    int64_t oldest_wall_ms; /* of those that wait */
};

static int count(void *user, const struct matching_entry *entry)
{
    struct census *census = user;
    const struct matching_summary *s = &entry->summary;
    bool is_waiting = s->state == MATCHING_NOTED || s->state == MATCHING_SENDING ||
                      s->state == MATCHING_CANCELLING;

    census->n_all++;
    census->n_damaged += s->state == MATCHING_DAMAGED;
    if (is_waiting && census->n_waiting++ == 0)
        census->oldest_wall_ms = s->noted_wall_ms;
    return 0;
}

static void report_census(struct inspection *inspection, const struct census *census)
{
    int64_t now_ms = base_clock_system()->wall_ms(base_clock_system());
    int64_t age_ms = census->n_waiting ? now_ms - census->oldest_wall_ms : 0;
    char all[16], waiting[16], damaged[16], hours[16];
    const char *const good[] = {"got", all, "waiting", waiting, NULL},
                      *const late[] = {"got", waiting, "hours", hours, NULL},
                      *const broken[] = {"got", damaged, NULL};

    snprintf(all, sizeof(all), "%u", census->n_all);
    snprintf(waiting, sizeof(waiting), "%u", census->n_waiting);
    snprintf(damaged, sizeof(damaged), "%u", census->n_damaged);
    snprintf(hours, sizeof(hours), "%lld", (long long)(age_ms / WAITS_LONG_MS));
    if (age_ms > WAITS_LONG_MS)
        inspection_report(inspection, CONFIG_WARNING, CONFIG_OUTBOX_WAITS, late);
    else
        inspection_report(inspection, CONFIG_NOTE, CONFIG_OUTBOX_GOOD, good);
    if (census->n_damaged > 0)
        inspection_report(inspection, CONFIG_ERROR, CONFIG_OUTBOX_DAMAGED, broken);
}

static void examine_outbox(struct inspection *inspection, const char *folder)
{
    struct matching_outbox *outbox = NULL;
    struct census census = {0};
    int r = matching_outbox_open_read_only(folder, &outbox);

    if (r == 0)
        r = matching_outbox_each(outbox, count, &census);
    matching_outbox_close(outbox);
    if (r == 0 || r == MATCHING_OUTBOX_ABSENT) {
        report_census(inspection, &census);
    } else {
        const char *const args[] = {"file", folder, "why",
                                    r > 0 ? "a newer version wrote it" : strerror(-r), NULL};

        inspection_report(inspection, CONFIG_ERROR, CONFIG_OUTBOX_UNREADABLE, args);
    }
}

/* ---- the disk ---- */

static void examine_disk(struct inspection *inspection, const char *folder)
{
    size_t n_before = config_problems_count(inspection->problems);
    struct statvfs disk;
    unsigned long long free_mb;
    char got[24];
    const char *const args[] = {"file", folder, "got", got, NULL};

    if (statvfs(folder, &disk) < 0)
        return; /* the examination of the configuration has said so */
    free_mb = (unsigned long long)disk.f_bavail * disk.f_frsize >> 20;
    snprintf(got, sizeof(got), "%llu", free_mb);
    if (free_mb < DISK_LOW_MB)
        inspection_report(inspection, free_mb < DISK_FULL_MB ? CONFIG_ERROR : CONFIG_WARNING,
                          CONFIG_DISK_LOW, args);
    inspection_report_good(inspection, n_before, "disk");
}

static void name_user(uid_t uid, char *ret_name, size_t size)
{
    const struct passwd *user = getpwuid(uid);

    if (user)
        snprintf(ret_name, size, "%s", user->pw_name);
    else
        snprintf(ret_name, size, "%u", (unsigned)uid);
}

/* Files that a trial run as root has left cannot be written by the daemon. */
static void examine_owner(struct inspection *inspection, const char *folder, const char *file)
{
    char path[PATH_MAX], got[64], wanted[64];
    const char *const args[] = {"file", path, "got", got, "wanted", wanted, NULL};
    struct stat of_folder, of_file;

    if (base_file_join(folder, file, path, sizeof(path)) < 0 || stat(folder, &of_folder) < 0 ||
        stat(path, &of_file) < 0 || of_file.st_uid == of_folder.st_uid)
        return;
    name_user(of_file.st_uid, got, sizeof(got));
    name_user(of_folder.st_uid, wanted, sizeof(wanted));
    inspection_report(inspection, CONFIG_ERROR, CONFIG_WRONG_OWNER, args);
}

void doctor_state(struct inspection *inspection)
{
    static const char *const files[] = {MATCHING_OUTBOX_FILE, MATCHING_OUTBOX_FILE "-wal",
                                        MATCHING_OUTBOX_RESERVE, "device-id", "voice.json"};
    const char *folder = inspection_text(inspection, CONFIG_STATE_FOLDER);

    examine_outbox(inspection, folder);
    examine_disk(inspection, folder);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        examine_owner(inspection, folder, files[i]);
}
