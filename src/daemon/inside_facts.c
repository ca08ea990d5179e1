/* SPDX-License-Identifier: ISC */
/*
 * inside_facts.c - names that what is in force lists and nobody was asked about
 */
#include "daemon/inside_facts.h"

#include "app/lock/lock_change.h"

/* What is in force, and who was asked about it. */
struct layer {
	const struct lg_registry *values; /* NULL: there is nothing */
	const struct lg_findings *findings;
	/* NULL: findings tell of those whom it concerns too */
	const struct lg_findings *concerned;
};

/* The standing values, then the locks; one that waits has nothing yet. */
static struct layer layer_at(const struct lg_state *state, size_t at)
{
	const struct lg_lock *lock = at > 0 ? state->lock[at - 1] : NULL;

	if (!lock)
		return (struct layer){state->standing, state->findings, NULL};
	if (lg_lock_waits(lock))
		return (struct layer){NULL, NULL, NULL};
	return (struct layer){lock->values, lock->findings, lock->concerned};
}

/* The names of a layer that its answers do not tell of; dn and user may be
 * NULL. */
static enum lg_status lacking(const struct gate_inside *inside,
			      const struct layer *layer, struct lg_strlist *dn,
			      struct lg_strlist *user, int *out_needs,
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;
	int needs = 0;
	int more = 0;

	if (layer->values)
		status = lg_missing_facts(inside->settings->dialect,
					  layer->values, layer->findings, dn,
					  user, &needs, err);
	if (layer->values && status == LG_OK && !layer->concerned)
		status = lg_missing_concerned(layer->values, layer->findings,
					      dn, user, &more, err);
	*out_needs = needs || more;
	return status;
}

/*
 * Closed semantics need no facts to refuse, but without them nobody knows the
 * logon names of those who are listed: a lost findings file must not lock out
 * the administrators for good.
 */
int gate_inside_lacks_facts(const struct gate_inside *inside)
{
	const struct lg_state *state = inside->state;
	int needs = 0;

	if (!inside->settings->directory_uri)
		return 0;
	for (size_t i = 0; i <= state->lock_count; i++) {
		const struct layer layer = layer_at(state, i);

		if (lacking(inside, &layer, NULL, NULL, &needs, NULL) ==
			    LG_OK &&
		    needs)
			return 1;
	}
	return 0;
}

/* Asked is about all names of a layer: the answers replace those there are. */
enum lg_status gate_inside_names(const struct gate_inside *inside,
				 struct lg_strlist *out_dn,
				 struct lg_strlist *out_user,
				 struct lg_error *err)
{
	const struct lg_state *state = inside->state;
	enum lg_status status = LG_OK;
	int needs = 0;

	for (size_t i = 0; status == LG_OK && i <= state->lock_count; i++) {
		struct layer layer = layer_at(state, i);

		status = lacking(inside, &layer, NULL, NULL, &needs, err);
		layer.findings = NULL;
		if (status == LG_OK && needs)
			status = lacking(inside, &layer, out_dn, out_user,
					 &needs, err);
	}
	return status;
}

enum lg_status gate_inside_findings(struct gate_inside *inside,
				    const struct lg_findings *findings,
				    struct lg_error *err)
{
	struct lg_state *state = inside->state;
	enum lg_status status = LG_OK;
	int needs = 0;

	for (size_t i = 0; status == LG_OK && i <= state->lock_count; i++) {
		const struct layer layer = layer_at(state, i);

		status = lacking(inside, &layer, NULL, NULL, &needs, err);
		if (status != LG_OK || !needs)
			continue;
		status = i == 0 ? lg_state_save_findings(state, findings, err)
				: lg_state_save_lock_findings(
					  state, state->lock[i - 1], findings,
					  err);
	}
	return status;
}
