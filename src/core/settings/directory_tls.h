/* SPDX-License-Identifier: ISC */
/*
 * directory_tls.h - how a connection to the directory is protected
 *
 * Layer: core.
 * Source: contract 3, [directory] tls.
 */
#ifndef LOGONGATE_CORE_SETTINGS_DIRECTORY_TLS_H
#define LOGONGATE_CORE_SETTINGS_DIRECTORY_TLS_H

enum lg_directory_tls {
	LG_TLS_DEMAND = 0, /* ldaps */
	LG_TLS_STARTTLS,
	LG_TLS_NONE
};

#endif
