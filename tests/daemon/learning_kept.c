/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the disk holds of a consent when it fails in the middle, and what a restart makes of it. The
 * disk is a real folder; fsync and unlink fail where they are told to. */
#include "base/file.h"
#include "daemon/bundle.h"
#include "daemon/learning.h"
#include "tests/check.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder_broken;       /* no fsync of a folder */
static bool breaks_then, is_broken; /* from the first one on, none of a file either */
static const char *unlinkable = ""; /* no file whose name ends so can be removed */
static unsigned n_folders_synced;

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

int __wrap_fsync(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        if (is_folder_broken) {
            is_broken = breaks_then;
            errno = EIO;
            return -1;
        }
        n_folders_synced++;
    }
    if (is_broken) {
        errno = EIO;
        return -1;
    }
    return __real_fsync(fd);
}

int __wrap_unlink(const char *path)
{
    size_t n = strlen(path), n_end = strlen(unlinkable);

    if (n_end > 0 && n > n_end && strcmp(path + n - n_end, unlinkable) == 0) {
        errno = EACCES;
        return -1;
    }
    return __real_unlink(path);
}

static int hear_nothing(struct asr_recogniser *recogniser, const int16_t *samples, size_t n_samples,
                        enum asr_expect expect, struct asr_hypothesis *ret_hypothesis)
{
    (void)recogniser;
    (void)samples;
    (void)n_samples;
    (void)expect;
    *ret_hypothesis = (struct asr_hypothesis){.text = ""};
    return 0;
}

static const struct asr_recogniser_ops ops = {.hear = hear_nothing};
static struct asr_recogniser recogniser = {&ops};
static char folder[64];
static const struct base_date today = {2026, 6, 15}, tomorrow = {2026, 6, 16};

static void path_of(const char *name, char path[PATH_MAX])
{
    REQUIRE(base_file_join(folder, name, path, PATH_MAX) == 0);
}

static void put(const char *name, const char *text)
{
    char path[PATH_MAX];

    path_of(name, path);
    REQUIRE(base_file_replace(path, text, strlen(text), 0600) == 0);
}

static bool is_there(const char *name)
{
    char path[PATH_MAX];

    path_of(name, path);
    return access(path, F_OK) == 0;
}

static struct learning *start(void)
{
    char model[PATH_MAX];
    struct learning_options options = {folder, model, &recogniser};
    struct learning *learning;

    REQUIRE(bundle_model_folder("", "fr", model, sizeof(model)) == 0);
    REQUIRE(learning_create(&options, &learning) == 0);
    return learning;
}

static void begin(void)
{
    snprintf(folder, sizeof(folder), "/tmp/voisine-XXXXXX");
    REQUIRE(mkdtemp(folder));
}

static void end(struct learning *learning)
{
    learning_destroy(learning);
    is_folder_broken = breaks_then = is_broken = false;
    unlinkable = "";
    CHECK_INT(learning_erase_folder(folder), 0);
    CHECK(rmdir(folder) == 0);
}

static struct learning *restart(struct learning *learning)
{
    learning_destroy(learning);
    is_folder_broken = is_broken = false;
    return start();
}

static void a_yes_that_does_not_count_is_found_by_no_restart(void)
{
    for (int i = 0; i < 2; i++) {
        struct learning *learning;

        begin();
        learning = start();
        learning_asking(learning, today);
        learning_asked(learning);
        is_folder_broken = true;
        breaks_then = i > 0;
        CHECK(learning_answered(learning, true) < 0);
        CHECK(!learning_has_consent(learning));
        learning = restart(learning);
        CHECK(!learning_has_consent(learning));
        CHECK(learning_wants_consent(learning, tomorrow));
        end(learning);
    }
}

static void a_no_that_cannot_be_kept_holds_and_is_written_later(void)
{
    struct learning *learning;
    char path[PATH_MAX];

    begin();
    learning = start();
    path_of("learning-consent.new", path);
    REQUIRE(mkdir(path, 0700) == 0); /* in the way */
    CHECK(learning_answered(learning, false) < 0);
    CHECK(!learning_wants_consent(learning, today));
    learning_keep(learning, 1000);
    CHECK(!is_there("learning-consent"));
    REQUIRE(rmdir(path) == 0);
    learning_keep(learning, 2000);
    CHECK(!is_there("learning-consent")); /* no hail of tries */
    learning_keep(learning, 61000);
    CHECK(is_there("learning-consent"));
    learning = restart(learning);
    CHECK(!learning_wants_consent(learning, tomorrow));
    end(learning);
}

static void what_cannot_be_removed_keeps_nothing_else(void)
{
    static const char *const stuck[] = {"learned-voice", "learning-consent", "learning-told"};

    for (size_t i = 0; i < sizeof(stuck) / sizeof(stuck[0]); i++) {
        begin();
        for (size_t k = 0; k < sizeof(stuck) / sizeof(stuck[0]); k++)
            put(stuck[k], "answer given\n");
        unlinkable = stuck[i];
        CHECK_INT(learning_erase_folder(folder), -EACCES);
        for (size_t k = 0; k < sizeof(stuck) / sizeof(stuck[0]); k++)
            CHECK(is_there(stuck[k]) == (k == i));
        end(NULL);
    }
}

static void a_withdrawal_survives_a_power_cut_or_is_said_not_to(void)
{
    struct learning *learning;
    unsigned before;

    begin();
    learning = start();
    CHECK_INT(learning_answered(learning, true), 0);
    before = n_folders_synced;
    CHECK_INT(learning_erase(learning), 0);
    CHECK(n_folders_synced > before);
    CHECK_INT(learning_answered(learning, true), 0);
    is_folder_broken = true;
    CHECK_INT(learning_erase(learning), -EIO);
    is_folder_broken = is_broken = false;
    /* What could not be removed is written over. */
    CHECK_INT(learning_answered(learning, true), 0);
    unlinkable = "learning-consent";
    CHECK_INT(learning_erase(learning), -EACCES);
    learning_keep(learning, 1000);
    learning = restart(learning);
    CHECK(!learning_has_consent(learning));
    end(learning);
}

static void an_answer_that_cannot_be_read_is_no_answer_and_erases_nothing(void)
{
    char path[PATH_MAX], longer[3000];
    struct learning *learning;

    memset(longer, ' ', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    for (int is_folder = 0; is_folder < 2; is_folder++) {
        begin();
        path_of("learning-consent", path);
        put("learned-voice", "statistics");
        if (is_folder)
            REQUIRE(mkdir(path, 0700) == 0);
        else
            put("learning-consent", longer);
        learning = start();
        CHECK(!learning_has_consent(learning));
        CHECK(!learning_wants_consent(learning, today));
        CHECK(is_there("learned-voice"));
        if (is_folder)
            REQUIRE(rmdir(path) == 0);
        CHECK_INT(learning_erase(learning), 0);
        CHECK(!is_there("learned-voice"));
        CHECK(learning_wants_consent(learning, today));
        end(learning);
    }
}

static void what_nobody_agreed_to_is_erased(void)
{
    struct learning *learning;

    begin();
    put("learned-voice", "statistics");
    put("learning-told", "");
    learning = start();
    CHECK(!is_there("learned-voice"));
    CHECK(!is_there("learning-told"));
    end(learning);
}

CHECK_MAIN(a_yes_that_does_not_count_is_found_by_no_restart,
           a_no_that_cannot_be_kept_holds_and_is_written_later,
           what_cannot_be_removed_keeps_nothing_else,
           a_withdrawal_survives_a_power_cut_or_is_said_not_to,
           an_answer_that_cannot_be_read_is_no_answer_and_erases_nothing,
           what_nobody_agreed_to_is_erased)
