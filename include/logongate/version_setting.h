/* SPDX-License-Identifier: ISC */
/*
 * version_setting.h - the value "Disable MAPI Clients"
 *
 * Layer: core.
 * Source: conformance V1-V9, V12, V15; contract 7 "Versions".
 */
#ifndef LOGONGATE_VERSION_SETTING_H
#define LOGONGATE_VERSION_SETTING_H

#include <logongate/version.h>

enum lg_version_form {
	LG_VERSION_FORM_REGISTRY = 0, /* three parts only */
	LG_VERSION_FORM_FOUR_PART     /* three or four parts (V8) */
};

/* One item as written. from/to are FOUR, or UNKNOWN where the item is open. */
struct lg_version_range {
	struct lg_version from;
	struct lg_version to;
	size_t offset; /* where the item stands in the setting */
	size_t len;
};

/*
 * A read setting. range[] are the items in the order written; the index that
 * answers lg_version_setting_blocks is private (sorted and merged).
 */
struct lg_version_setting;

/*
 * Reads a setting; all or nothing (V9).
 * Shape: items between , or ; with blanks and tabs around them ignored;
 * v | a-b | -b | a- . Empty or blank text is valid and blocks nothing.
 * Limits: 1 MiB. Parts 0..65535.
 * Returns: LG_OK; LG_ERR_SYNTAX, LG_ERR_RANGE (a part), LG_ERR_CONFLICT (a
 * range that runs backwards), LG_ERR_LIMIT; place is the caller's, the text
 * names position and item. Owns: free with lg_version_setting_free.
 */
enum lg_status lg_version_setting_parse(const char *text, size_t len,
					enum lg_version_form form,
					const char *place,
					struct lg_version_setting **out_setting,
					struct lg_error *err);
void lg_version_setting_free(struct lg_version_setting **setting);

/*
 * 1 when the version is blocked. UNKNOWN is never blocked by this (the policy
 * has its own rule); THREE is blocked when any fourth part would be.
 * Allocates nothing.
 */
int lg_version_setting_blocks(const struct lg_version_setting *setting,
			      const struct lg_version *version);

/* The items as written, for explanation. */
const struct lg_version_range *
lg_version_setting_items(const struct lg_version_setting *setting,
			 size_t *out_count);

/* The disjoint ranges in order, open ends UNKNOWN. */
const struct lg_version_range *
lg_version_setting_merged(const struct lg_version_setting *setting,
			  size_t *out_count);

#endif
