/* SPDX-License-Identifier: ISC */
/*
 * compose.h - the values of a server that several locks hold
 *
 * Layer: core.
 * Flow: each lock is rendered for the target by itself; plan, apply, lift and
 * expiry write what is composed of them and of what stood there before.
 * Source: contract 9 "Composition", 12 "Contradictions".
 *
 * A store decides over one set of values, so the set must refuse whomever any
 * lock or the values before refuse, and nobody else: versions and processes of
 * all, of lists of DNs those that every one lists.
 */
#ifndef LOGONGATE_CORE_POLICY_COMPOSE_H
#define LOGONGATE_CORE_POLICY_COMPOSE_H

#include <logongate/dialect.h>
#include <logongate/registry.h>
#include <logongate/warning.h>

/* All borrowed. */
struct lg_compose_input {
	enum lg_dialect dialect;
	const struct lg_registry *before; /* NULL: nothing */
	/* As lg_profile_render makes them, in any order; for the dialect gate
	 * locks for everybody, in the order in which they speak. */
	const struct lg_registry *const *lock;
	size_t lock_count;
};

/*
 * Composes the values under LG_KEY_PARAMETERS_SYSTEM. What no lock sets stays
 * as it is before, whatever it is; without a lock that is everything. Where
 * one lock alone says something its text is taken as it is, else items are put
 * in order, so that the order of the locks does not matter.
 * A value before that a store of the dialect could not read counts as not
 * there and is warned foreign-value. Lists that have nobody in common are
 * present and blank, warned locks-everyone-out.
 * Returns: LG_OK; LG_ERR_CONFLICT, the locks (or one and the values before)
 * cannot both be written: two DNs where a store takes one, or two data of
 * another value, warned lock-conflict; LG_ERR_LIMIT, more than a store reads;
 * LG_ERR_SYNTAX a lock's value does not parse; LG_ERR_NO_MEMORY.
 * warnings may be NULL. Owns: free with lg_registry_free.
 */
enum lg_status lg_compose(const struct lg_compose_input *input,
			  struct lg_registry **out_values,
			  struct lg_warnings *warnings, struct lg_error *err);

#endif
