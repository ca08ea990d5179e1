/* SPDX-License-Identifier: ISC */
/*
 * fleet_values.h - a lock's values in an entry of the fleet
 *
 * Layer: app: core.
 * In registry text a character of a list takes six bytes; an entry holds one
 * MiB, so lists stand in it as they are.
 * Source: contract 10 "Entries".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_VALUES_H
#define LOGONGATE_APP_FLEET_FLEET_VALUES_H

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

#endif
