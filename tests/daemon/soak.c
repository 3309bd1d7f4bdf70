/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * R49: months in one life of the daemon's parts, on the twins: each day a request, its news, one
 * that is called off, a television that is taken for an answer; some nights without the service.
 * When the oldest have been forgotten, nothing grows any more.
 */
#include "base/log.h"
#include "tests/check.h"
#include "tests/daemon/scene.h"
#include "tests/daemon/scene_private.h"

#include <dirent.h>
#include <malloc.h>
#include <time.h>

enum {
    SETTLED_DAYS = 33, /* ids of requests are kept for 30 */
    MORE_DAYS = 30,
    DAY_MS = 24 * 3600 * 1000,
    LARGE = 128 * 1024, /* bytes: the sound that the twins keep is not counted */
    NOTHING = 3072,     /* bytes a day: SQLite's cache of the outbox fills slowly, to 512 KB; 600 to
                           1,100 seen */
};

static struct scene scene;

static size_t n_open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t n = 0;

    REQUIRE(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

static void say(const char *text)
{
    scene_run(&scene, false);
    if (scene_is_listening(&scene))
        scene_resident(&scene, text, 1);
    scene_run(&scene, false);
    scene.n_said = 0;
}

static void call(void)
{
    scene_run(&scene, false);
    scene.n_said = 0;
    scene_wake(&scene);
}

static void live_a_day(int day)
{
    json_t *news = json_pack("{s:s, s:s, s:s, s:{s:s}}", "service", "groceries", "status",
                             "matched", "first_name", "Marie", "when", "date", "2026-06-16");

    REQUIRE(news);
    scene_service_set_mood(scene.service, day % 7 == 3 ? SERVICE_AWAY : SERVICE_UP);
    call();
    say("Je voudrais que quelqu'un fasse mes courses demain matin.");
    say("Oui, c'est ça.");
    scene_service_set_mood(scene.service, SERVICE_UP);
    (void)scene_service_tell(scene.service, news);
    scene_run(&scene, false);
    call();
    say("Je voudrais que quelqu'un promène mon chien demain matin.");
    say("Oui, c'est ça.");
    call();
    say("Annulez la promenade du chien.");
    say("Oui, annulez.");
    call();
    say("Et maintenant la météo avec un temps très nuageux sur le nord.");
    scene_skip_ms(&scene, DAY_MS);
    json_decref(news);
}

static size_t live(int n_days)
{
    for (int day = 0; day < n_days; day++)
        live_a_day(day);
    return mallinfo2().uordblks - scene_service_heap(scene.service);
}

static void nothing_grows(void)
{
    struct scene_stage *stage = scene_stage_create();
    size_t before, after, n_files;

    scene = (struct scene){.stage = stage, .name = "soak", .file = json_object()};
    base_clock_manual_init(&scene.clock, 1781510400000LL); /* 2026-06-15, 08:00 UTC */
    scene.clock.monotonic_now_ms = 1000;
    REQUIRE(config_territory_load(NULL, "pessac", stage->problems, &scene.territory) == 0);
    scene_room_open(&scene);
    before = live(SETTLED_DAYS);
    n_files = n_open_files();
    after = live(MORE_DAYS);
    printf("%d requests; %zu KB, %d days later %+ld bytes a day\n",
           (int)scene_service_n_requests(scene.service), before / 1024, MORE_DAYS,
           (long)(after - before) / MORE_DAYS);
    CHECK((int)scene_service_n_requests(scene.service) >= SETTLED_DAYS + MORE_DAYS);
    CHECK(after < before + MORE_DAYS * NOTHING);
    CHECK_INT(n_open_files(), n_files);
    scene_room_close(&scene);
    config_territory_destroy(scene.territory);
    json_decref(scene.file);
    scene_stage_destroy(stage);
}

static void set_up(void)
{
    setenv("TZ", "Europe/Paris", 1);
    tzset();
    mallopt(M_MMAP_THRESHOLD, LARGE);
    base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
}

CHECK_MAIN(set_up, nothing_grows)
