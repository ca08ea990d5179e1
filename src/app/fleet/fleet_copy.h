/* SPDX-License-Identifier: ISC */
/*
 * fleet_copy.h - an entry that is kept beyond the call that gave it
 *
 * Layer: app: port/fleet.
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_COPY_H
#define LOGONGATE_APP_FLEET_FLEET_COPY_H

#include <stddef.h>

#include "base/kept.h"
#include "port/fleet.h"

/* With its texts in one allocation, for the caller to free; NULL without
 * memory. */
static inline struct lg_fleet_entry *
lg_fleet_copy(const struct lg_fleet_entry *entry)
{
	const struct lg_kept_text text[] = {
		{offsetof(struct lg_fleet_entry, cn.bytes), entry->cn.len},
		{offsetof(struct lg_fleet_entry, lock.bytes), entry->lock.len},
		{offsetof(struct lg_fleet_entry, number.bytes),
		 entry->number.len},
		{offsetof(struct lg_fleet_entry, kind.bytes), entry->kind.len},
		{offsetof(struct lg_fleet_entry, body.bytes), entry->body.len},
		{offsetof(struct lg_fleet_entry, key.bytes), entry->key.len},
		{offsetof(struct lg_fleet_entry, signature.bytes),
		 entry->signature.len},
	};
	size_t size;

	return lg_kept_value(entry, sizeof(*entry), text,
			     sizeof(text) / sizeof(text[0]), &size);
}

#endif
