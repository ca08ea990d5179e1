/* SPDX-License-Identifier: ISC */
/*
 * fleet_values.h - a lock's values in an entry of the fleet
 *
 * Layer: app: core.
 * Flow: where lists are too long for an entry, apply --fleet sends the filter
 * in place of what it returned; each gate asks its own directory and puts the
 * accounts into the lock's values.
 * Shape: a prepare's lists begin with the filters: "filter", "allow" or
 * "applies", and the filter.
 * In registry text a character of a list takes six bytes; an entry holds one
 * MiB, so lists stand in it as they are.
 * Source: contract 10 "Entries".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_VALUES_H
#define LOGONGATE_APP_FLEET_FLEET_VALUES_H

#include <logongate/findings.h>
#include <logongate/registry.h>

#include "core/fleet/fleet_event.h"

/* Appends the text of all that are no lists, and adds the lists: for each its
 * key, its name, how many items, and these. */
enum lg_status lg_fleet_values_split(const struct lg_registry *values,
				     struct lg_buffer *out_text,
				     struct lg_strlist *out_lists,
				     struct lg_error *err);

/*
 * The values of a prepare.
 * Returns: LG_OK; LG_ERR_SYNTAX, they do not read; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_fleet_values_join(const struct lg_fleet_event *prepare,
				    struct lg_registry **out_values,
				    struct lg_error *err);

/* NULL: there is none. Borrowed. */
struct lg_fleet_filters {
	const char *allow;   /* who stays in */
	const char *applies; /* whom it concerns */
};

/* Bytes that lists and text take in an entry, as JSON. */
size_t lg_fleet_filters_size(const char *text, const struct lg_strlist *lists);

enum lg_status lg_fleet_filters_add(const struct lg_fleet_filters *filters,
				    struct lg_strlist *lists,
				    struct lg_error *err);

struct lg_fleet_filters
lg_fleet_filters_of(const struct lg_fleet_event *prepare);

/* The accounts that the filter returned join the lists of DNs and of logon
 * names, which are values of LG_KEY_PARAMETERS_SYSTEM. */
enum lg_status lg_fleet_filters_join(struct lg_registry *values,
				     const struct lg_findings *findings,
				     const char *dn_list, const char *user_list,
				     struct lg_error *err);

#endif
