/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/trace.h"

#include "base/file.h"
#include "tests/check.h"

#include <unistd.h>

static void what_is_said_and_heard_stands_as_json_lines(void)
{
    char path[] = "/tmp/voisine-trace-XXXXXX", *text;
    struct base_clock_manual clock;
    struct utterance utterance = {.text = "je dis \"oui\"", .confidence = 0.5};
    struct trace *trace;
    size_t n;
    int fd = mkstemp(path);

    REQUIRE(fd >= 0);
    close(fd);
    base_clock_manual_init(&clock, 0);
    base_clock_manual_advance(&clock, 1500);
    REQUIRE(trace_create(path, &clock.base, &trace) == 0);
    utterance.meaning.act = INTENTS_AFFIRM;
    utterance.meaning.time.hour = -1;
    trace_ready(trace);
    trace_spoken(trace, "Pardon ?");
    trace_heard(trace, &utterance);
    trace_destroy(trace);
    REQUIRE(base_file_read(path, 4096, &text, &n) == 0);
    CHECK_STR(text, "{\"t\":1.500,\"event\":\"ready\"}\n"
                    "{\"t\":1.500,\"event\":\"spoken\",\"text\":\"Pardon ?\"}\n"
                    "{\"t\":1.500,\"event\":\"heard\",\"text\":\"je dis \\\"oui\\\"\",\"act\":"
                    "\"affirm\",\"service\":\"\",\"confidence\":0.500}\n");
    free(text);
    unlink(path);
}

static void a_request_is_traced_with_when_and_items(void)
{
    char path[] = "/tmp/voisine-trace-XXXXXX", *text;
    struct base_clock_manual clock;
    struct utterance utterance = {.text = "du pain", .confidence = 0.75};
    struct trace *trace;
    size_t n;
    int fd = mkstemp(path);

    REQUIRE(fd >= 0);
    close(fd);
    base_clock_manual_init(&clock, 0);
    utterance.meaning = (struct intents_result){.act = INTENTS_REQUEST,
                                                .service = "groceries",
                                                .date = {2026, 6, 16},
                                                .part = INTENTS_MORNING,
                                                .time = {.hour = -1},
                                                .items = {"pain", "lait"},
                                                .n_items = 2};
    REQUIRE(trace_create(path, &clock.base, &trace) == 0);
    trace_heard(trace, &utterance);
    trace_destroy(trace);
    REQUIRE(base_file_read(path, 4096, &text, &n) == 0);
    CHECK_STR(text, "{\"t\":0.000,\"event\":\"heard\",\"text\":\"du pain\",\"act\":\"request\","
                    "\"service\":\"groceries\",\"date\":\"2026-06-16\",\"part\":\"morning\","
                    "\"items\":[\"pain\",\"lait\"],\"confidence\":0.750}\n");
    free(text);
    unlink(path);
}

static void without_a_path_nothing_is_written(void)
{
    struct trace *trace;

    REQUIRE(trace_create(NULL, base_clock_system(), &trace) == 0);
    trace_spoken(trace, "Pardon ?");
    trace_destroy(trace);
    CHECK(trace_create("/nowhere/trace", base_clock_system(), &trace) < 0);
}

CHECK_MAIN(what_is_said_and_heard_stands_as_json_lines, a_request_is_traced_with_when_and_items,
           without_a_path_nothing_is_written)
