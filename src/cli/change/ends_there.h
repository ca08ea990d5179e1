/* SPDX-License-Identifier: ISC */
/*
 * ends_there.h - whether the gate here can end a lock on a server
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_CHANGE_ENDS_THERE_H
#define LOGONGATE_CLI_CHANGE_ENDS_THERE_H

#include <logongate/buffer.h>

#include "core/settings/settings.h"

/* Appends why the user that the gate runs as could not end a lock on the
 * server; nothing where it can, as far as the modes of files tell. */
void lg_cli_ends_there(const struct lg_settings *all,
		       const struct lg_target_settings *settings,
		       struct lg_buffer *out_why);

#endif
