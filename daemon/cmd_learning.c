/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `voisine learning`: erases what was learned of the resident's voice, and what they answered when
 * they were asked; `voisine status` shows both. */
#include "daemon/cli.h"
#include "daemon/commands.h"
#include "daemon/control.h"
#include "daemon/identity.h"
#include "daemon/learning.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: voisine learning erase [--config FILE]\n\n"
    "Erases what was learned of the resident's voice, and takes back what they answered when they\n"
    "were asked, a no included: they are asked anew. Works whether the daemon runs or not.\n"
    "`voisine status` shows what was learned. privacy.learn_voice allows the speaker to ask;\n"
    "nothing is learned before the resident has said yes.";

/* Returns: whether a running daemon did it. */
static bool ask_daemon(const struct cli *cli)
{
    char path[128], *answer = NULL;
    bool is_done = identity_control_path(cli->config, path, sizeof(path)) == 0 &&
                   control_ask(path, "learning-erase", &answer) == 0 && strstr(answer, "\"ok\"");

    free(answer);
    return is_done;
}

int cmd_learning(int argc, char **argv)
{
    struct cli cli;
    int status = cli_begin(argc, argv, usage, 1, &cli);

    if (status >= 0)
        return status;
    if (cli.n_words != 1 || strcmp(cli.words[0], "erase") != 0) {
        fprintf(stderr, "%s\n", usage);
        status = EXIT_USAGE;
    } else {
        bool is_asked = ask_daemon(&cli);
        int r = is_asked
                    ? 0
                    : learning_erase_folder(config_options_text(cli.config, CONFIG_STATE_FOLDER));

        status = r < 0 ? EXIT_NO_STATE : EXIT_OK;
        if (r < 0)
            fprintf(stderr, "voisine: what was learned cannot be erased: %s\n", strerror(-r));
        else
            puts("what was learned of the voice is erased");
    }
    cli_finish(&cli);
    return status;
}
