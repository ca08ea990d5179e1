/* SPDX-License-Identifier: ISC */
/*
 * explain.h - what a "Disable MAPI Clients" setting means to people
 *
 * Layer: core.
 * Flow: `versions explain`, `plan` and `profiles lint` show the same
 * explanation.
 * Source: conformance V10, V11; contract 4 "versions explain", 7 "Versions".
 */
#ifndef LOGONGATE_EXPLAIN_H
#define LOGONGATE_EXPLAIN_H

#include <logongate/clients.h>
#include <logongate/dialect.h>
#include <logongate/version_setting.h>
#include <logongate/warning.h>

/* An array of ranges; the offset and len of each are 0. */
struct lg_version_ranges {
	struct lg_version_range *item;
	size_t count;
};

/*
 * Borrows the clients it was made with. system and released speak of versions
 * whose parts are at most 65535, as they go over the wire (V6).
 */
struct lg_explanation {
	enum lg_dialect dialect;
	struct lg_version_setting *setting;
	const struct lg_client **blocked; /* in the order of the table */
	size_t blocked_count;
	/* misses-outlook-97-98-2000, misses-outlook-2003,
	 * help-about-version: each at most once (V11) */
	struct lg_warnings traps;
	/* what it blocks of the server's own components (V10) */
	struct lg_version_ranges system;
	/* the setting without those; NULL where none are hit or nothing
	 * would remain */
	char *safe_spec;
	/* what the setting blocks outside the system ranges and safe_spec
	 * does not: versions whose second part is not 0, which three parts
	 * cannot name; empty where safe_spec is NULL */
	struct lg_version_ranges released;
};

/*
 * Reads and explains a setting.
 * Returns: as lg_version_setting_parse. Owns: free with lg_explanation_free.
 */
enum lg_status lg_explanation_new(const char *spec, size_t len,
				  enum lg_version_form form, const char *place,
				  enum lg_dialect dialect,
				  const struct lg_clients *clients,
				  struct lg_explanation **out_explanation,
				  struct lg_error *err);
void lg_explanation_free(struct lg_explanation **explanation);

/*
 * "6.*" or "6.* and 8.*": what the server's own components of the dialect
 * report (V10); "" where none are known.
 */
void lg_explanation_components(enum lg_dialect dialect,
			       struct lg_buffer *out_text);

#endif
