/* SPDX-License-Identifier: GPL-3.0-or-later */
/* docs/configuration.md from the option table. */
#include "config/options.h"

#include <string.h>

static const char *type_name(const struct config_option *option)
{
    static const char *const names[] = {
        [CONFIG_TEXT] = "text",     [CONFIG_PATH] = "path",     [CONFIG_URL] = "https address",
        [CONFIG_WORD] = "word",     [CONFIG_NUMBER] = "number", [CONFIG_SWITCH] = "true or false",
        [CONFIG_CHOICE] = "choice", [CONFIG_TIME] = "time",     [CONFIG_NAMELIST] = "list of names",
    };

    return names[option->type];
}

static void print_value(FILE *file, const struct config_option *option)
{
    bool quoted = option->type != CONFIG_NUMBER && option->type != CONFIG_SWITCH &&
                  option->type != CONFIG_NAMELIST;

    fprintf(file, quoted ? "`\"%s\"`" : "`%s`", option->default_text);
}

static void print_range(FILE *file, const struct config_option *option)
{
    if (option->type == CONFIG_NUMBER)
        fprintf(file, ", %d to %d%s%s", option->from, option->to, option->unit[0] ? " " : "",
                option->unit);
    if (option->type == CONFIG_CHOICE)
        fprintf(file, ": %s", option->choices);
    if (option->type == CONFIG_NAMELIST)
        fprintf(file, "; kind is one of: %s", option->choices);
    if (option->type == CONFIG_TEXT)
        fprintf(file, ", at most %d characters", option->to);
}

static void print_option(FILE *file, const struct config_option *option,
                         const struct config_carer_texts *texts)
{
    const char *carer = texts ? config_carer_texts_help(texts, option->key) : NULL;

    fprintf(file, "### `%s`\n\n%s\n\n", option->key, option->help);
    if (carer)
        fprintf(file, "*%s*\n\n", carer);
    fprintf(file, "%s", type_name(option));
    print_range(file, option);
    fputs(". Default: ", file);
    print_value(file, option);
    fprintf(file, ". %s%s\n\n",
            option->needs_restart ? "Taken over at the next start." : "Taken over at once.",
            option->by_voice ? " The resident can change it by voice." : "");
}

void config_options_print_reference(FILE *file, const struct config_carer_texts *texts)
{
    fputs("<!-- Made by `voisine check --print-reference`: do not edit. -->\n"
          "# Configuration\n\n"
          "One JSON file, `" CONFIG_DEFAULT_PATH "` unless `--config FILE` names another. A dot in "
          "a key is a level in the file: `voice.rate_wpm` is written\n\n"
          "```json\n{\n  \"territory\": \"pessac\",\n  \"voice\": {\"rate_wpm\": 150}\n}\n```\n\n"
          "What is left out keeps its default. A file with a fault is not taken over at all: the "
          "speaker goes on with the last good one, and `voisine check` says what is wrong, where, "
          "and what to do. A sentence in italics is the help for carers.\n\n",
          file);
    for (enum config_key key = 0; key < CONFIG_N_KEYS; key++)
        print_option(file, config_option(key), texts);
}
