/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine outbox`: the requests of this speaker and how each stands, read beside a running daemon.
 */
#include "base/clock.h"
#include "daemon/cli.h"
#include "daemon/commands.h"
#include "matching/outbox.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: voisine outbox [--config FILE] [--json]\n\n"
    "Lists the requests: id, state, service, when. No words that were said are kept.";

static int print_json(void *user, const struct matching_entry *entry)
{
    const struct matching_summary *s = &entry->summary;
    bool *is_first = user;

    printf("%s{\"id\":\"%s\",\"state\":\"%s\",\"status\":\"%s\",\"service\":\"%s\",\"date\":\"%s\","
           "\"part\":\"%s\",\"time\":\"%s\",\"noted_ms\":%lld}",
           *is_first ? "" : ",\n", s->id, matching_state_name(s->state), s->status, s->service,
           s->when.date, s->when.part, s->when.time, (long long)s->noted_wall_ms);
    *is_first = false;
    return 0;
}

static int print_human(void *user, const struct matching_entry *entry)
{
    const struct matching_summary *s = &entry->summary;
    bool *is_first = user;
    char noted[32];

    if (*is_first)
        printf("%-36s  %-12s %-14s %-14s %-22s %s\n", "id", "state", "service", "says", "noted",
               "when");
    *is_first = false;
    base_clock_format_utc(s->noted_wall_ms, noted);
    printf("%-36s  %-12s %-14s %-14s %.19sZ   %s %s%s\n", s->id, matching_state_name(s->state),
           s->kind == MATCHING_KIND_CALLBACK ? "(call back)" : s->service,
           s->status[0] ? s->status : "-", noted, s->when.date, s->when.part, s->when.time);
    return 0;
}

int cmd_outbox(int argc, char **argv)
{
    struct matching_outbox *outbox = NULL;
    bool is_first = true;
    struct cli cli;
    const char *folder;
    int r, status = cli_begin(argc, argv, usage, 0, &cli);

    if (status >= 0)
        return status;
    folder = config_options_text(cli.config, CONFIG_STATE_FOLDER);
    r = matching_outbox_open_read_only(folder, &outbox);
    if (r == MATCHING_OUTBOX_ABSENT) {
        puts(cli.wants_json ? "[]" : "no request was made yet");
    } else if (r != 0) {
        fprintf(stderr, "voisine: the outbox in %s cannot be read: %s\n", folder,
                r == MATCHING_OUTBOX_NEWER ? "a newer version wrote it" : strerror(-r));
        status = EXIT_NO_STATE;
    } else {
        if (cli.wants_json)
            putchar('[');
        r = matching_outbox_each(outbox, cli.wants_json ? print_json : print_human, &is_first);
        if (cli.wants_json)
            puts("]");
        else if (is_first)
            puts("no request was made yet");
        status = r < 0 ? EXIT_NO_STATE : EXIT_OK;
    }
    matching_outbox_close(outbox);
    cli_finish(&cli);
    return status < 0 ? EXIT_OK : status;
}
