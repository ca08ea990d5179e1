/* SPDX-License-Identifier: ISC */
/*
 * request_path.h - what a path says, and when it says it to everybody
 *
 * Layer: core. Allocates nothing.
 * The one rule for all fronts: proxies and servers read "..", backslashes,
 * doubled slashes, ";" and "%" in different ways, so what lies open without a
 * logon lies open for a plain path only. Every other path is asked about.
 */
#ifndef LOGONGATE_CORE_MAPI_REQUEST_PATH_H
#define LOGONGATE_CORE_MAPI_REQUEST_PATH_H

#include <stddef.h>

/*
 * A plain path: parts of letters, digits, "_", "~", "@", "+", "-" and single
 * dots with such a character behind them; no part is empty but the last one.
 * Encoded may be "@" and "+", for addresses stand in paths of Autodiscover.
 * Shape: a regular expression that PCRE and RE2 read; the drop-ins quote it.
 */
#define LG_REQUEST_PATH_PLAIN                                                  \
	"^(/([A-Za-z0-9_~@+-]|[.][A-Za-z0-9_~@+-]|%40|%2[Bb])+)*/?$"

/* 1 when the path of a request target, up to its "?", is plain. */
int lg_request_path_is_plain(const char *target, size_t len);

/*
 * 1 when it is one of the two paths of MAPI over HTTP, /mapi/emsmdb and
 * /mapi/nspi, in any case, decoded once, and nothing else: what lies below
 * may end elsewhere.
 */
int lg_request_path_is_mapi(const char *target, size_t len);

#endif
