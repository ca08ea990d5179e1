/* SPDX-License-Identifier: ISC */
/*
 * directory_settings.h - what a directory is opened with
 *
 * Layer: core.
 * Flow: lg_settings_directory fills it, port/directory's implementations are
 * opened with it.
 * Source: contract 3 [directory], 8 "Directory".
 */
#ifndef LOGONGATE_CORE_SETTINGS_DIRECTORY_SETTINGS_H
#define LOGONGATE_CORE_SETTINGS_DIRECTORY_SETTINGS_H

#include <stdint.h>

#include <logongate/strlist.h>
#include "core/settings/directory_tls.h"

/* The settings a directory is opened with ([directory], contract 3). All
 * borrowed until the open call returns. */
struct lg_directory_settings {
	const char *uri; /* list of URIs, or ldif:FILE */
	const char *base;
	const char *bind_dn; /* NULL or "": anonymous; "external" */
	const char *password_file;
	const char *ca_file;
	enum lg_directory_tls tls;
	uint32_t timeout_ms;
	const struct lg_strlist *login_attributes;
};

#endif
