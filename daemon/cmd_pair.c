/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `voisine pair`, which makes a speaker known to its service by a code that the coordinator gave,
 * and `voisine renew`, which replaces its token. The running daemon need not be restarted: it reads
 * the token at each call, and is told to try at once.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "config/territory.h"
#include "daemon/cli.h"
#include "daemon/commands.h"
#include "daemon/control.h"
#include "daemon/doctor.h"
#include "daemon/identity.h"
#include "matching/registration.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char pair_usage[] =
    "usage: voisine pair [CODE] [--config FILE]\n\n"
    "Makes this speaker known to the matching service by a pairing code, which the service's\n"
    "coordinator gives. Without CODE it is asked for. The speaker makes its own token and keeps "
    "it\n"
    "in the state folder, readable by the daemon alone; the service learns only its hash.";

static const char renew_usage[] =
    "usage: voisine renew [--config FILE]\n\n"
    "Replaces this speaker's token at the matching service; the old one then opens nothing.";

struct pairing {
    struct cli *cli;
    char device[64], token_path[PATH_MAX], code[MATCHING_NAME_SIZE];
    bool is_renewal;
    struct config_territory *territory;
    struct matching_client *client;
};

static const char *option(const struct pairing *pairing, enum config_key key)
{
    return config_options_text(pairing->cli->config, key);
}

/* Returns: the status, for the end of the command. */
static int tell(const struct pairing *pairing, int status, enum config_message message,
                const char *const args[])
{
    cli_tell(pairing->cli, status == EXIT_OK ? CONFIG_NOTE : CONFIG_ERROR, message, args);
    return status;
}

/* The configured address, else the territory's. Returns: NULL after saying that there is none. */
static const char *find_url(struct pairing *pairing)
{
    const char *url = option(pairing, CONFIG_SERVICE_URL);

    if (!*url && cli_load_territory(option(pairing, CONFIG_TERRITORY), &pairing->territory) != 0)
        return NULL;
    if (!*url)
        url = config_territory_service_url(pairing->territory);
    if (!inspection_is_placeholder(url))
        return url;
    tell(pairing, EXIT_CONFIG, CONFIG_PLACEHOLDER_URL, (const char *const[]){"got", url, NULL});
    return NULL;
}

/* Returns: -1 to go on, or the exit status. */
static int find_places(struct pairing *pairing)
{
    const char *folder = option(pairing, CONFIG_STATE_FOLDER);
    int r = base_file_make_folder(folder, 0700);

    if (r == 0)
        r = identity_device(folder, option(pairing, CONFIG_DEVICE_ID), pairing->device,
                            sizeof(pairing->device));
    if (r == 0)
        r = identity_token_path(pairing->cli->config, pairing->token_path,
                                sizeof(pairing->token_path));
    if (r < 0)
        return tell(pairing, EXIT_NO_STATE, CONFIG_STATE_UNWRITABLE,
                    (const char *const[]){"file", folder, "why", strerror(-r), NULL});
    return pairing->token_path[0] ? -1 : tell(pairing, EXIT_CONFIG, CONFIG_PAIR_NO_TOKEN, NULL);
}

static int make_client(struct pairing *pairing, const char *url)
{
    struct matching_client_settings settings = {
        .url = url,
        .ca_file = option(pairing, CONFIG_SERVICE_CA_FILE),
        .token_file = pairing->is_renewal ? pairing->token_path : NULL,
    };

    return matching_client_create(&settings, &pairing->client);
}

/* What the service told, where the daemon looks for it. */
static void keep_paired(const struct pairing *pairing, const char *resident)
{
    struct base_strbuf json;
    char path[PATH_MAX];
    int r = identity_paired_path(pairing->cli->config, path, sizeof(path));

    if (r < 0 || !*resident)
        return;
    base_strbuf_init(&json);
    base_strbuf_add(&json, "{\"resident\":{\"reference\":");
    base_strbuf_add_json(&json, resident);
    base_strbuf_add(&json, "}}\n");
    r = json.error ? json.error : base_file_replace(path, json.text, json.length, 0600);
    base_strbuf_finish(&json);
    if (r == 0)
        r = base_file_give_to_folder_owner(path);
    if (r < 0)
        tell(pairing, EXIT_NO_STATE, CONFIG_PAIR_UNKEPT,
             (const char *const[]){"file", path, "why", strerror(-r), NULL});
}

static void tell_daemon(const struct pairing *pairing)
{
    char path[PATH_MAX], *answer;

    if (identity_control_path(pairing->cli->config, path, sizeof(path)) == 0 &&
        control_ask(path, "retry", &answer) == 0)
        free(answer);
}

static int report(const struct pairing *pairing, const char *url, int r,
                  const struct matching_registered *got)
{
    static const enum config_message said[] = {
        [MATCHING_REGISTRATION_CODE] = CONFIG_PAIR_REFUSED,
        [MATCHING_REGISTRATION_NAME] = CONFIG_PAIR_NAME_TAKEN,
        [MATCHING_REGISTRATION_LATER] = CONFIG_PAIR_LATER,
        [MATCHING_REGISTRATION_REFUSED] = CONFIG_PAIR_PROGRAM,
        [MATCHING_REGISTRATION_IDENTITY] = CONFIG_PAIR_UNKNOWN,
        [MATCHING_REGISTRATION_STRANGER] = CONFIG_NOT_THE_SERVICE,
    };
    const char *args[] = {"url", url, "got", pairing->device, "why", NULL, NULL};
    char status[16];

    if (r == 0)
        return tell(pairing, EXIT_OK, pairing->is_renewal ? CONFIG_RENEWED : CONFIG_PAIRED, args);
    if (r < 0)
        return tell(pairing, EXIT_NO_STATE, CONFIG_PAIR_UNKEPT,
                    (const char *const[]){"file", pairing->token_path, "why", strerror(-r), NULL});
    if (r == MATCHING_REGISTRATION_AWAY) {
        args[5] = matching_transport_name(got->transport);
        return tell(pairing, EXIT_NO_SERVICE, doctor_transport_message(got->transport), args);
    }
    snprintf(status, sizeof(status), "HTTP %d", got->status);
    if (r == MATCHING_REGISTRATION_STRANGER)
        args[3] = status;
    return tell(pairing, EXIT_NO_SERVICE, said[r], args);
}

static int call_service(struct pairing *pairing)
{
    const struct base_clock *clock = base_clock_system();
    struct matching_registration registration = {pairing->device, VOISINE_VERSION,
                                                 pairing->token_path, clock->wall_ms(clock)};
    struct matching_registered got = {0};
    const char *url = find_url(pairing);
    int r;

    if (!url)
        return EXIT_CONFIG;
    r = make_client(pairing, url);
    if (r == 0 && pairing->is_renewal)
        r = matching_registration_renew(pairing->client, &registration, &got);
    else if (r == 0)
        r = matching_registration_pair(pairing->client, &registration, pairing->code, &got);
    if (r == 0) {
        keep_paired(pairing, got.resident);
        tell_daemon(pairing);
    }
    return report(pairing, url, r, &got);
}

/* From the command line or, so that it stands in no history, from standard input. */
static bool read_code(struct pairing *pairing)
{
    char line[128] = "";
    const char *typed = pairing->cli->n_words > 0 ? pairing->cli->words[0] : line;

    if (pairing->cli->n_words == 0) {
        if (isatty(STDIN_FILENO))
            fputs("code: ", stderr);
        if (!fgets(line, sizeof(line), stdin))
            line[0] = '\0';
    }
    if (matching_registration_read_code(typed, pairing->code) == 0)
        return true;
    tell(pairing, EXIT_USAGE, CONFIG_PAIR_MISTYPED, NULL);
    return false;
}

static int run(int argc, char **argv, const char *usage, bool is_renewal)
{
    struct cli cli;
    struct pairing pairing = {.cli = &cli, .is_renewal = is_renewal};
    int status = cli_begin(argc, argv, usage, is_renewal ? 0 : 1, &cli);

    if (status >= 0)
        return status;
    (void)base_log_open(BASE_LOG_ERROR, BASE_LOG_HUMAN, NULL);
    status = is_renewal || read_code(&pairing) ? find_places(&pairing) : EXIT_USAGE;
    if (status < 0)
        status = call_service(&pairing);
    if (pairing.client)
        pairing.client->ops->destroy(pairing.client);
    config_territory_destroy(pairing.territory);
    cli_finish(&cli);
    return status;
}

int cmd_pair(int argc, char **argv)
{
    return run(argc, argv, pair_usage, false);
}

int cmd_renew(int argc, char **argv)
{
    return run(argc, argv, renew_usage, true);
}
