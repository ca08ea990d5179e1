/* SPDX-License-Identifier: ISC */
/*
 * key_table_inside.h - how a table finds its records
 *
 * Layer: core, private to key_table*.c.
 */
#ifndef LOGONGATE_CORE_POLICY_KEY_TABLE_INSIDE_H
#define LOGONGATE_CORE_POLICY_KEY_TABLE_INSIDE_H

#include "core/policy/key_table.h"

enum {
	LG_KEY_UNIT = 4 /* bytes that an offset counts */
};

static inline struct lg_key *lg_key_at(const struct lg_key_table *table,
				       uint64_t slot)
{
	return (struct lg_key *)(table->arena +
				 (slot & 0xffffffff) * LG_KEY_UNIT);
}

/* Slots for that many keys in all; those there are move over. */
enum lg_status lg_key_table_slots(struct lg_key_table *table, size_t keys,
				  struct lg_error *err);
enum lg_status lg_key_table_arena(struct lg_key_table *table, size_t bytes,
				  struct lg_error *err);

#endif
