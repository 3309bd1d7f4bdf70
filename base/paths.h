/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where things are. The data root holds the same folders as the source tree (intents/fr,
 * config/territories, tts/fr, models/fr): it is the source tree for a program run from the build
 * folder, the installed data folder otherwise. Thread: any.
 */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H

#include <stddef.h>

/*
 * The data root: $VOISINE_DATA if set, else the tree named by a file "voisine-data" in the folder
 * of the running program or one of the two above it, else the installed folder.
 * Returns: 0, or -ENAMETOOLONG.
 */
int base_paths_data(char *ret_path, size_t size);

/*
 * Where the language bundles made from the data are (docs/ARCHITECTURE.md): $VOISINE_BUNDLES if
 * set, else "bundles" beside the file voisine-data, else the "bundles" folder of the installed
 * data. Returns: 0, or -ENAMETOOLONG.
 */
int base_paths_bundles(char *ret_path, size_t size);

#endif
