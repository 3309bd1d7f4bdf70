/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/model.h"

#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

int asr_model_check_file(const char *folder, const char *name)
{
    char path[1024];
    int r = base_file_join(folder, name, path, sizeof(path));
    if (r < 0 || access(path, R_OK) == 0)
        return r;
    r = -errno;
    log_error("asr-model-missing", "model file not readable: %s", path);
    return r;
}

int asr_model_check(const char *folder, const char *dictionary)
{
    static const char *const names[] = {
        "mdef", "means", "variances", "transition_matrices", "sendump", "feat.params", "noisedict"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int r = asr_model_check_file(folder, names[i]);
        if (r < 0)
            return r;
    }
    if (dictionary && access(dictionary, R_OK) < 0) {
        int r = -errno;
        log_error("asr-model-missing", "dictionary not readable: %s", dictionary);
        return r;
    }
    return 0;
}
