/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a device keeps what makes it itself: its name at the service, its control socket. Thread:
 * main. */
#ifndef DAEMON_IDENTITY_H
#define DAEMON_IDENTITY_H

#include "config/options.h"

#include <stddef.h>

/*
 * The device's name: the configured one, else the one kept in the state folder, made at the first
 * start, and anew when it is damaged; one that cannot be read is left alone. Returns: 0, -errno of
 * the state folder, -ENAMETOOLONG.
 */
int identity_device(const char *state_folder, const char *configured, char *ret_id, size_t size);

/* Where the token stands: as configured, else in the state folder; "" when a client certificate
 * takes its place. Returns: 0 or -ENAMETOOLONG. */
int identity_token_path(const struct config_options *config, char *ret_path, size_t size);

/* What pairing taught us, as a layer over the configuration. Returns: 0 or -ENAMETOOLONG. */
int identity_paired_path(const struct config_options *config, char *ret_path, size_t size);

/* Counts this start in the state folder. Returns: how many there were before. */
unsigned identity_count_start(const char *state_folder);

/* The path of the control socket. Returns: 0 or -ENAMETOOLONG. */
int identity_control_path(const struct config_options *config, char *ret_path, size_t size);

#endif
