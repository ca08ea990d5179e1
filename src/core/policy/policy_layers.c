/* SPDX-License-Identifier: ISC */
/*
 * Makes one policy of its layers. Each key of a layer's tables goes into the
 * policy's, where its number names a row of rights: which layers it is
 * concerned by, listed in and so on. Keys with the same rights share a row, and
 * a row is reached from the row of the layers before by what this layer adds,
 * so that rows need no searching. The first layer's tables are taken as they
 * are: one lock costs what one list costs.
 */
#include <stdlib.h>

#include "base/grow.h"

#include "core/policy/policy_compiler.h"

enum {
	ADDITIONS = 32 /* what a layer may add to a key: five bits */
};

/* Where each row leads to with what this layer adds; 0: not made yet. */
struct steps {
	uint32_t (*next)[ADDITIONS];
	size_t count;
};

static unsigned int addition(uint32_t flags)
{
	unsigned int adds = 0;

	if (flags & KEY_CONCERNED)
		adds |= 1;
	if (flags & KEY_LISTED && !(flags & KEY_SHARED))
		adds |= 2;
	if (flags & KEY_BREAK_GLASS && !(flags & KEY_SHARED))
		adds |= 4;
	if (flags & KEY_OUTSIDE)
		adds |= 8;
	if (flags & KEY_NAMED)
		adds |= 16;
	return adds;
}

static enum lg_status add_row(struct lg_policy *policy, uint32_t from,
			      unsigned int adds, size_t layer,
			      uint32_t *out_row, struct lg_error *err)
{
	struct lg_key_rights *row;
	enum lg_status status;

	if (policy->rights_count == UINT32_MAX)
		return lg_no_memory(err);
	status = lg_grow(&policy->rights, &policy->rights_capacity,
			 policy->rights_count, sizeof(*policy->rights), err);
	if (status != LG_OK)
		return status;
	row = &policy->rights[policy->rights_count];
	*row = policy->rights[from];
	if (adds & 1)
		lg_mask_add(&row->concerned, layer);
	if (adds & 2)
		lg_mask_add(&row->listed, layer);
	if (adds & 4)
		lg_mask_add(&row->glass, layer);
	if (adds & 8)
		lg_mask_add(&row->outside, layer);
	if (adds & 16)
		lg_mask_add(&row->named, layer);
	*out_row = (uint32_t)policy->rights_count++;
	return LG_OK;
}

/* The row that a key of this layer comes to; rows from steps->count on are of
 * this layer already. */
static enum lg_status step(struct lg_policy *policy, struct steps *steps,
			   uint32_t from, uint32_t flags, size_t layer,
			   uint32_t *out_row, struct lg_error *err)
{
	unsigned int adds = addition(flags);
	uint32_t *next;
	enum lg_status status = LG_OK;

	*out_row = from;
	if (!adds)
		return LG_OK;
	next = &steps->next[from][adds];
	if (!*next)
		status = add_row(policy, from, adds, layer, next, err);
	if (status == LG_OK)
		*out_row = *next;
	return status;
}

static enum lg_status take_table(struct lg_policy *policy, size_t layer,
				 struct steps *steps, struct lg_key_table *into,
				 struct lg_key_table *from,
				 struct lg_error *err)
{
	int is_first = !into->count;
	struct lg_key *key;
	size_t at = 0;
	enum lg_status status = LG_OK;

	if (is_first) {
		lg_key_table_release(into);
		*into = *from;
		*from = (struct lg_key_table){.kind = from->kind};
		while (status == LG_OK && (key = lg_key_table_next(into, &at)))
			status = step(policy, steps, 0, key->flags, layer,
				      &key->flags, err);
		return status;
	}
	status = lg_key_table_reserve(into, from->count, from->used, err);
	while (status == LG_OK && (key = lg_key_table_next(from, &at))) {
		struct lg_key *there;

		if (!addition(key->flags))
			continue;
		status = lg_key_table_put(into, key, &there, err);
		if (status == LG_OK)
			status = step(policy, steps, there->flags, key->flags,
				      layer, &there->flags, err);
	}
	return status;
}

enum lg_status lg_policy_take_layer(struct lg_policy *policy, size_t index,
				    struct lg_policy_compiler *compiler)
{
	struct steps steps = {.count = policy->rights_count};
	enum lg_status status;

	steps.next = calloc(steps.count, sizeof(*steps.next));
	if (!steps.next)
		return lg_no_memory(compiler->err);
	status = take_table(policy, index, &steps, &policy->dn, &compiler->dn,
			    compiler->err);
	if (status == LG_OK)
		status = take_table(policy, index, &steps, &policy->name,
				    &compiler->name, compiler->err);
	if (status == LG_OK)
		status = take_table(policy, index, &steps, &policy->domain,
				    &compiler->domain, compiler->err);
	free(steps.next);
	return status;
}
