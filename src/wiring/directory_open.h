/* SPDX-License-Identifier: ISC */
/*
 * directory_open.h - the directory that settings name, whatever it is
 *
 * Layer: for both composition roots.
 * Source: contract 3 [directory].
 */
#ifndef LOGONGATE_WIRING_DIRECTORY_OPEN_H
#define LOGONGATE_WIRING_DIRECTORY_OPEN_H

#include "port/directory.h"

/*
 * Opens ldif:FILE or a list of ldap://, ldaps://, ldapi:// addresses. Nothing
 * is asked or connected yet: what fails here is a setting (exit 3), what fails
 * when it is asked is "could not ask" (exit 4).
 * login_attributes NULL or empty: those of the contract.
 * Owns: *out_directory is closed with its close.
 */
enum lg_status lg_directory_open(const struct lg_directory_settings *settings,
				 struct lg_directory *out_directory,
				 struct lg_error *err);

#endif
