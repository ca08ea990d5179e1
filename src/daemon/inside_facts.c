/* SPDX-License-Identifier: ISC */
/*
 * inside_facts.c - names that what is in force lists and nobody was asked about
 */
#include "daemon/inside_facts.h"

#include "app/lock/lock_change.h"

/* The names of one layer that its answers do not tell of; dn and user may be
 * NULL. concerned NULL: findings tell of those whom it concerns too. */
static enum lg_status lacking(const struct gate_inside *inside,
			      const struct lg_registry *values,
			      const struct lg_findings *findings,
			      const struct lg_findings *concerned,
			      struct lg_strlist *dn, struct lg_strlist *user,
			      int *out_needs, struct lg_error *err)
{
	enum lg_status status = LG_OK;
	int needs = 0;
	int more = 0;

	if (values)
		status = lg_missing_facts(inside->settings->dialect, values,
					  findings, dn, user, &needs, err);
	if (values && status == LG_OK && !concerned)
		status = lg_missing_concerned(values, findings, dn, user, &more,
					      err);
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
	if (lacking(inside, state->standing, state->findings, NULL, NULL, NULL,
		    &needs, NULL) == LG_OK &&
	    needs)
		return 1;
	for (size_t i = 0; i < state->lock_count; i++) {
		const struct lg_lock *lock = state->lock[i];

		if (!lg_lock_waits(lock) &&
		    lacking(inside, lock->values, lock->findings,
			    lock->concerned, NULL, NULL, &needs,
			    NULL) == LG_OK &&
		    needs)
			return 1;
	}
	return 0;
}

/* Asked is about all names of a layer: the answers replace those there are. */
static enum lg_status add_lacking(const struct gate_inside *inside,
				  const struct lg_registry *values,
				  const struct lg_findings *findings,
				  const struct lg_findings *concerned,
				  struct lg_strlist *dn,
				  struct lg_strlist *user, struct lg_error *err)
{
	int needs = 0;
	enum lg_status status = lacking(inside, values, findings, concerned,
					NULL, NULL, &needs, err);

	if (status == LG_OK && needs)
		status = lacking(inside, values, NULL, concerned, dn, user,
				 &needs, err);
	return status;
}

enum lg_status gate_inside_names(const struct gate_inside *inside,
				 struct lg_strlist *out_dn,
				 struct lg_strlist *out_user,
				 struct lg_error *err)
{
	const struct lg_state *state = inside->state;
	enum lg_status status;

	status = add_lacking(inside, state->standing, state->findings, NULL,
			     out_dn, out_user, err);
	for (size_t i = 0; status == LG_OK && i < state->lock_count; i++) {
		const struct lg_lock *lock = state->lock[i];

		if (!lg_lock_waits(lock))
			status = add_lacking(inside, lock->values,
					     lock->findings, lock->concerned,
					     out_dn, out_user, err);
	}
	return status;
}

enum lg_status gate_inside_findings(struct gate_inside *inside,
				    const struct lg_findings *findings,
				    struct lg_error *err)
{
	struct lg_state *state = inside->state;
	enum lg_status status;
	int needs = 0;

	status = lacking(inside, state->standing, state->findings, NULL, NULL,
			 NULL, &needs, err);
	if (status == LG_OK && needs)
		status = lg_state_save_findings(state, findings, err);
	for (size_t i = 0; status == LG_OK && i < state->lock_count; i++) {
		struct lg_lock *lock = state->lock[i];

		status = lacking(inside, lock->values, lock->findings,
				 lock->concerned, NULL, NULL, &needs, err);
		if (status == LG_OK && needs && !lg_lock_waits(lock))
			status = lg_state_save_lock_findings(state, lock,
							     findings, err);
	}
	return status;
}
