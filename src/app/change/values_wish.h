/* SPDX-License-Identifier: ISC */
/*
 * values_wish.h - what a server is to hold after an import or a restore
 *
 * Layer: app.
 * Flow: lg_change_values asks one of these with what the server holds now.
 * Source: contract 4 registry, 7 "render, registry, targets".
 */
#ifndef LOGONGATE_APP_CHANGE_VALUES_WISH_H
#define LOGONGATE_APP_CHANGE_VALUES_WISH_H

#include <logongate/registry.h>
#include "core/settings/settings.h"

/* The Registry Editor file that says it. All borrowed; server NULL: the gate
 * here. */
struct lg_values_wish {
	const char *place;
	const struct lg_buffer *bytes;
	const struct lg_target_settings *server;
};

/* context is a struct lg_values_wish. merged: as regedit does; as_kept: the
 * file is a back-up, and what came since and is not ours stays. */
enum lg_status lg_values_merged(const void *context,
				const struct lg_registry *is,
				struct lg_registry **out_should,
				struct lg_error *err);
enum lg_status lg_values_as_kept(const void *context,
				 const struct lg_registry *is,
				 struct lg_registry **out_should,
				 struct lg_error *err);

/* A value that a registry would not take is LG_ERR_LIMIT before anything is
 * written. */
enum lg_status lg_values_check_sizes(const char *name,
				     const struct lg_registry *values,
				     struct lg_error *err);

#endif
