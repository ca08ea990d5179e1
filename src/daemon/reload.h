/* SPDX-License-Identifier: ISC */
/*
 * reload.h - settings, values and findings read again
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_RELOAD_H
#define LOGONGATE_DAEMON_RELOAD_H

#include "daemon/gate.h"

/* Settings of a gate; LG_ERR_SYNTAX...: what is wrong with them. */
enum lg_status gate_settings_load(const char *path,
				  struct lg_settings **out_settings,
				  struct lg_error *err);

/* Reads everything again (SIGHUP, reload) and calls done (may be NULL) when it
 * counts. On an error everything stays as it is, and the log says so. */
typedef void (*gate_reload_done)(void *context, enum lg_status status,
				 const struct lg_error *err);
void gate_reload(struct gate *gate, gate_reload_done done, void *context);

#endif
