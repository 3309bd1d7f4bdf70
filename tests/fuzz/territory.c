/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A carer's own territory file with anything in it: taken whole, or refused with a finding. */
#include "config/territory.h"
#include "tests/check.h"
#include "tests/fuzz/target.h"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_territory *territory = NULL;
    struct config_problems *problems;
    char folder[64], path[96];
    FILE *f;
    int r;

    snprintf(folder, sizeof(folder), "%s/voisine-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    REQUIRE(mkdtemp(folder) && config_problems_create(&problems) == 0);
    snprintf(path, sizeof(path), "%s/here.json", folder);
    f = fopen(path, "we");
    REQUIRE(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
    r = config_territory_load(folder, "here", problems, &territory);
    if (r == 0) {
        REQUIRE(config_territory_n_services(territory) > 0);
        REQUIRE(config_territory_name(territory) && config_territory_service_url(territory));
        for (size_t i = 0; i < config_territory_n_services(territory); i++)
            REQUIRE(
                config_territory_has_service(territory, config_territory_service(territory, i)));
    } else {
        REQUIRE(config_problems_count(problems) > 0);
    }
    config_territory_destroy(territory);
    config_problems_destroy(problems);
    unlink(path);
    rmdir(folder);
    return 0;
}
