/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/identity.h"

#include "base/file.h"
#include "matching/request.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int copy(const char *text, char *ret_text, size_t size)
{
    return (size_t)snprintf(ret_text, size, "%s", text) >= size ? -ENAMETOOLONG : 0;
}

/* -ENOENT when there is none, or a damaged one: a new one is needed. Any other failure may pass,
 * and a new name would be a speaker that the service does not know. */
static int read_kept(const char *path, char *ret_id, size_t size)
{
    char *kept;
    size_t n;
    int r = base_file_read(path, 64, &kept, &n);

    if (r < 0)
        return r == -EFBIG ? -ENOENT : r;
    kept[strcspn(kept, "\n")] = '\0';
    r = matching_id_is_valid(kept) ? copy(kept, ret_id, size) : -ENOENT;
    free(kept);
    return r;
}

int identity_device(const char *state_folder, const char *configured, char *ret_id, size_t size)
{
    char path[PATH_MAX], id[MATCHING_ID_SIZE];
    int r = base_file_join(state_folder, "device-id", path, sizeof(path));

    if (r < 0 || configured[0])
        return r < 0 ? r : copy(configured, ret_id, size);
    r = read_kept(path, ret_id, size);
    if (r != -ENOENT)
        return r;
    r = matching_id_make(id);
    if (r == 0)
        r = base_file_replace(path, id, strlen(id), 0600);
    if (r == 0)
        r = base_file_give_to_folder_owner(path);
    return r < 0 ? r : copy(id, ret_id, size);
}

int identity_token_path(const struct config_options *config, char *ret_path, size_t size)
{
    const char *configured = config_options_text(config, CONFIG_SERVICE_TOKEN_FILE);

    if (configured[0] || config_options_text(config, CONFIG_SERVICE_CLIENT_CERT_FILE)[0])
        return copy(configured, ret_path, size);
    return base_file_join(config_options_text(config, CONFIG_STATE_FOLDER), "token", ret_path,
                          size);
}

int identity_paired_path(const struct config_options *config, char *ret_path, size_t size)
{
    return base_file_join(config_options_text(config, CONFIG_STATE_FOLDER), "paired.json", ret_path,
                          size);
}

unsigned identity_count_start(const char *state_folder)
{
    char path[PATH_MAX], number[16], *kept;
    unsigned n_before = 0;
    size_t n;

    if (base_file_join(state_folder, "starts", path, sizeof(path)) < 0)
        return 0;
    if (base_file_read(path, sizeof(number), &kept, &n) == 0) {
        n_before = (unsigned)strtoul(kept, NULL, 10);
        free(kept);
    }
    snprintf(number, sizeof(number), "%u\n", n_before + 1);
    (void)base_file_replace(path, number, strlen(number), 0600);
    return n_before;
}

int identity_control_path(const struct config_options *config, char *ret_path, size_t size)
{
    const char *configured = config_options_text(config, CONFIG_CONTROL_SOCKET);

    if (configured[0])
        return copy(configured, ret_path, size);
    return base_file_join(config_options_text(config, CONFIG_STATE_FOLDER), "control.sock",
                          ret_path, size);
}
