/* SPDX-License-Identifier: ISC */
/*
 * clients.h - the MAPI clients that are known, with their versions
 *
 * Layer: core.
 * Flow: `versions explain` and the lint of profiles ask which of them a
 * setting blocks. The table is compiled in from clients.csv with its sources;
 * a clients_file of the settings adds to it.
 * Source: conformance "Client versions"; contract 7 "Versions".
 */
#ifndef LOGONGATE_CLIENTS_H
#define LOGONGATE_CLIENTS_H

#include <logongate/version.h>

/* Texts lie in the table; registry is NULL where no three parts name the
 * version. version is UNKNOWN, and both texts NULL, where the source gives
 * none: such a client is listed but cannot be judged. */
struct lg_client {
	const char *name;
	const char *provider; /* "5.0.2819.0" */
	const char *registry; /* "5.2819.0" */
	const char *source;
	struct lg_version version;
};

struct lg_clients;

/* The compiled-in table. Owns: free with lg_clients_free. */
enum lg_status lg_clients_new(struct lg_clients **out_clients,
			      struct lg_error *err);
void lg_clients_free(struct lg_clients **clients);

/*
 * Adds the clients of a clients_file behind those there are; all or nothing.
 * Shape: CSV (RFC 4180), UTF-8 with or without a mark, first line
 * client,provider_version,registry_version,source. provider_version has four
 * parts, registry_version three; either may be empty, and then follows from
 * the other (V5); both given must agree.
 * Limits: 16 MiB.
 * Returns: LG_OK; LG_ERR_SYNTAX, LG_ERR_RANGE, LG_ERR_CONFLICT (versions that
 * disagree) with "place:LINE"; LG_ERR_LIMIT; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_clients_add(struct lg_clients *clients, const char *text,
			      size_t len, const char *place,
			      struct lg_error *err);

/* In the order of the files. */
const struct lg_client *lg_clients_items(const struct lg_clients *clients,
					 size_t *out_count);

#endif
