/* SPDX-License-Identifier: ISC */
/*
 * fleet_filters.h - lists that are too long for an entry, as filters
 *
 * Layer: app: core.
 * Flow: apply --fleet sends the filter in place of what it returned; each gate
 * asks its own directory and puts the accounts into the lock's values.
 * Shape: before all else in a prepare's lists, "filter", "allow" or "applies",
 * and the filter.
 * Source: contract 10 "Entries".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_FILTERS_H
#define LOGONGATE_APP_FLEET_FLEET_FILTERS_H

#include <logongate/findings.h>
#include <logongate/registry.h>

#include "core/fleet/fleet_event.h"

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

/* 1 where lists has a filter at this place, which takes three items. */
int lg_fleet_filters_is_at(const struct lg_strlist *lists, size_t at);

#endif
