/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine status`, and the commands that press a button for a person or a script. */
#include "daemon/cli.h"
#include "daemon/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char status_usage[] =
    "usage: voisine status [--config FILE] [--json]\n\n"
    "Shows how the running daemon is: what it hears, what waits, what it used.";

static const char press_usage[] =
    "usage: voisine press button|button-long|mute|unmute [--config FILE]\n\n"
    "Does what the speaker's own button would do.";

/* The answer is one flat JSON object: a member a line reads well enough for a person. */
static void print_members(const char *json)
{
    bool in_text = false;

    for (const char *p = json; *p && *p != '\n'; p++) {
        if (*p == '"')
            in_text = !in_text;
        else if (!in_text && *p == ',')
            putchar('\n');
        else if (!in_text && *p == ':')
            fputs(": ", stdout);
        else if (in_text || !strchr("{}", *p))
            putchar(*p);
    }
    putchar('\n');
}

/* What somebody must put right, in words. */
static void print_trouble(const char *json)
{
    static const struct {
        const char *code, *words;
    } troubles[] = {
        {"identity-revoked", "the service has revoked this speaker: ask its coordinator for a new "
                             "code, then `voisine pair CODE`"},
        {"identity-unknown", "the service does not know this speaker: ask its coordinator for a "
                             "code, then `voisine pair CODE`"},
        {"identity-unreadable", "this speaker has no token that can be used: `voisine pair CODE` "
                                "gets one"},
        {"tls-untrusted", "what answers at the service's address has a certificate that nobody "
                          "trusted has signed: nothing is sent to it; see \"service.ca_file\""},
        {"tls-other-host", "what answers at the service's address has a certificate for another "
                           "name: nothing is sent to it; see \"service.url\""},
        {"tls-expired", "the service's certificate has expired, or this speaker's clock is ahead: "
                        "nothing is sent to it"},
        {"service-address-wrong", "something answers at \"service.url\" that is not the service"},
        {"service-setting", "\"service.url\" or \"service.ca_file\" cannot be used"},
    };
    char member[64];

    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        snprintf(member, sizeof(member), "\"trouble\":\"%s\"", troubles[i].code);
        if (strstr(json, member))
            puts(troubles[i].words);
    }
}

int cmd_status(int argc, char **argv)
{
    struct cli cli;
    char *answer;
    int status = cli_begin(argc, argv, status_usage, 0, &cli);

    if (status >= 0)
        return status;
    status = cli_ask_daemon(&cli, "status", &answer);
    if (status == 0) {
        if (cli.wants_json) {
            fputs(answer, stdout);
        } else {
            print_members(answer);
            print_trouble(answer);
        }
        free(answer);
    }
    cli_finish(&cli);
    return status;
}

int cmd_press(int argc, char **argv)
{
    struct cli cli;
    char *answer;
    int status = cli_begin(argc, argv, press_usage, 1, &cli);

    if (status >= 0)
        return status;
    if (cli.n_words != 1 ||
        (strcmp(cli.words[0], "button") && strcmp(cli.words[0], "button-long") &&
         strcmp(cli.words[0], "mute") && strcmp(cli.words[0], "unmute"))) {
        fprintf(stderr, "%s\n", press_usage);
        status = EXIT_USAGE;
    } else {
        status = cli_ask_daemon(&cli, cli.words[0], &answer);
        if (status == 0)
            free(answer);
    }
    cli_finish(&cli);
    return status;
}
