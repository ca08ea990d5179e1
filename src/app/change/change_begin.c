/* SPDX-License-Identifier: ISC */
/*
 * change_begin.c - a plan put in force: on servers, then at the gate here
 */
#include "app/change/change_begin.h"

#include <string.h>

#include "app/change/change_held.h"
#include "app/change/servers_standing.h"
#include "app/change/servers_journal.h"

static size_t count_here(const struct lg_plan_server *server, size_t count)
{
	size_t here = 0;

	for (size_t i = 0; i < count; i++)
		here += server[i].is_local != 0;
	return here;
}

int lg_change_needs_servers(const struct lg_plan_server *server, size_t count)
{
	return count_here(server, count) < count;
}

int lg_change_has_gate(const struct lg_plan_server *server, size_t count)
{
	return count_here(server, count) > 0;
}

static int same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* The same profile with the same variables is the same lock. */
static enum lg_status not_in_force(const struct lg_change_hands *hands,
				   const struct lg_servers_book *book,
				   const struct lg_target_lock *lock,
				   struct lg_error *err)
{
	struct lg_now now = hands->now(hands->self);

	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];

		if (record->phase != LG_SERVERS_APPLIED ||
		    lg_servers_record_is_over(record, &now) ||
		    !same_text(record->lock.profile, lock->profile) ||
		    !same_text(record->lock.variables, lock->variables))
			continue;
		lg_error_set(err, LG_ERR_CONFLICT, record->lock.profile,
			     "is in force on servers already; lift "
			     "or extend it first");
		return lg_error_code(err, "already-in-force");
	}
	return LG_OK;
}

/* Where another change was interrupted nobody knows what stands. */
static enum lg_status none_interrupted(const struct lg_servers_book *book,
				       const struct lg_target *port,
				       size_t count, struct lg_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct lg_servers_record *other =
			lg_servers_interrupted(book, port[i].name, NULL);

		if (other)
			return lg_error_set(
				err, LG_ERR_CONFLICT,
				other->lock.profile ? other->lock.profile
						    : other->lock.id,
				"was interrupted half-way on %s; logongate "
				"recover first",
				port[i].name);
	}
	return LG_OK;
}

/* What stood under the names when it was planned: what another lock or a hand
 * wrote there since is found by the comparison. */
static enum lg_status add_planned(struct lg_servers_member *member,
				  const struct lg_servers_beside *beside,
				  const struct lg_plan_target *target,
				  struct lg_error *err)
{
	const struct lg_registry *found = target->before;
	const struct lg_servers_more none = {.dialect = target->dialect};
	struct lg_registry *stands = NULL;
	enum lg_status status;

	status = lg_servers_bare(beside, found, NULL, &stands, err);
	if (status == LG_OK)
		status = lg_servers_bare(beside, found, target->own,
					 &member->bare, err);
	if (status == LG_OK)
		status = lg_servers_composed(beside, &none, stands, target->own,
					     &member->composed, NULL, err);
	member->planned = member->composed;
	lg_registry_free(&stands);
	return status;
}

/* The one at this port; which is the gate here is known. */
static void add_member(const struct lg_change_held *held,
		       const struct lg_change_begin *request, size_t target,
		       struct lg_target *port, struct lg_servers_member *member)
{
	const struct lg_plan_target *planned = &request->plan->target[target];

	member->name = port->name;
	member->port = port;
	member->wanted = planned->values;
	member->dialect = planned->dialect;
	/* one that polls keeps its sessions (A4) */
	member->restart = planned->restarts;
	/* before the poll a logon tells nothing of the lock */
	if (request->test[target] &&
	    lg_plan_effect(request->plan, request->input, target,
			   request->gate_runs,
			   LG_SERVICE_NONE) == LG_EFFECT_NOW)
		member->test = held->hands->test;
	member->test_context = request->test[target];
	if (port->lock)
		port->lock(port->self, &held->lock, &member->told);
}

/* The members of a plan's servers, in the order of the opened ports. */
static enum lg_status add_members(struct lg_change_held *held,
				  const struct lg_change_begin *request,
				  struct lg_target *port, size_t count,
				  struct lg_error *err)
{
	struct lg_servers *servers = &held->servers;
	enum lg_status status = LG_OK;
	size_t at = 0;

	for (size_t i = 0; status == LG_OK && i < request->plan->target_count;
	     i++) {
		const struct lg_plan_target *target = &request->plan->target[i];
		struct lg_servers_member *member = &servers->member[at];

		if (request->input->server[i].is_local) {
			servers->last = &servers->member[count];
			add_member(held, request, i, &port[count],
				   servers->last);
			continue;
		}
		add_member(held, request, i, &port[at], member);
		servers->count = ++at;
		if (member->port->end)
			continue;
		member->own = target->own;
		status = add_planned(member, request->input->server[i].beside,
				     target, err);
	}
	return status;
}

static enum lg_status open_servers(struct lg_change_held *held,
				   const struct lg_change_begin *request,
				   const struct lg_strlist *names,
				   struct lg_error *err)
{
	struct lg_target *port = NULL;
	size_t count = names->count;
	enum lg_status status = lg_change_open(
		held, names->item, &count, held->servers.with_gate, &port, err);

	if (status == LG_OK)
		status = none_interrupted(&held->book, port, count, err);
	/* what has ended is left out of the journal now */
	if (status == LG_OK && held->begun)
		status = lg_servers_journal_rewrite(&held->servers.journal,
						    &held->book, err);
	if (status == LG_OK)
		status = add_members(held, request, port, count, err);
	return status;
}

/* What a gate had its part in it notes itself. */
static void note(const struct lg_change_held *held,
		 const struct lg_strlist *names, enum lg_status result)
{
	const struct lg_target_lock *lock = &held->lock;
	struct lg_journal_entry entry = lg_change_entry(
		held->hands, lock, LG_EVENT_APPLY,
		result == LG_OK                        ? "done"
		: held->outcome == LG_SERVERS_PUT_BACK ? "failed, put back"
						       : "failed, NOT put back "
							 "everywhere");

	entry.at_s = lock->since_s;
	entry.max_duration_s = lock->max_duration_s;
	entry.locks = result == LG_OK;
	if (held->begun &&
	    (result == LG_OK ? !held->servers.with_gate
			     : held->outcome != LG_SERVERS_NOTHING_WRITTEN))
		lg_change_note(held->hands, &entry, names);
}

static enum lg_status begin(struct lg_change_held *held,
			    const struct lg_change_begin *request,
			    const struct lg_strlist *names,
			    struct lg_error *err)
{
	const struct lg_change_hands *hands = held->hands;
	const struct lg_servers_backup backup = {(void *)hands,
						 lg_change_backup};
	enum lg_status status =
		not_in_force(hands, &held->book, &held->lock, err);

	if (status == LG_OK)
		status = open_servers(held, request, names, err);
	held->servers.now = hands->now(hands->self);
	return status == LG_OK ? lg_servers_apply(&held->servers, &held->lock,
						  &backup, &held->outcome, err)
			       : status;
}

/* Those that are not the gate here. */
static enum lg_status add_names(const struct lg_plan_server *server,
				size_t count, struct lg_strlist *names,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (!server[i].is_local)
			status = lg_strlist_add(names, server[i].name,
						strlen(server[i].name), err);
	}
	return status;
}

enum lg_status lg_change_read(const struct lg_change_hands *hands,
			      struct lg_plan_server *server, size_t count,
			      struct lg_registry **found,
			      enum lg_service *service, int *out_opened,
			      struct lg_error *err)
{
	struct lg_registry *nothing = NULL;
	struct lg_servers_member *member;
	struct lg_target *port = NULL;
	struct lg_strlist names = {0};
	struct lg_change_held held;
	enum lg_status status = add_names(server, count, &names, err);
	size_t opened = names.count;

	lg_change_hold(&held, hands, NULL, NULL);
	if (status == LG_OK)
		status = lg_registry_new(&nothing, err);
	if (status == LG_OK)
		status = lg_change_open(&held, names.item, &opened, 0, &port,
					err);
	*out_opened = held.opened;
	held.servers.count = held.opened ? opened : 0;
	member = held.servers.member;
	for (size_t i = 0; i < held.servers.count; i++) {
		member[i].name = port[i].name;
		member[i].port = &port[i];
		member[i].wanted = nothing;
	}
	if (status == LG_OK)
		status = lg_servers_probe(&held.servers, err);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (server[i].is_local)
			continue;
		service[i] = member->probe.service;
		server[i].before = found[i] = member->found;
		member++->found = NULL;
	}
	lg_change_let_go(&held);
	lg_registry_free(&nothing);
	lg_strlist_release(&names);
	return status;
}

/* How long it is to last counts from when the gate here begins it; servers are
 * lifted with a gate that nobody confirms. */
static struct lg_target_lock lock_of(const struct lg_change_hands *hands,
				     const struct lg_change_begin *request)
{
	const struct lg_plan_input *input = request->input;
	int has_facts = request->plan->facts == LG_FACTS_FINDINGS;
	struct lg_target_lock lock = {
		.id = request->id,
		.profile = input->profile->name,
		.variables = request->variables,
		.by = hands->by,
		.caller = hands->by,
		.reason = request->reason,
		/* asking may have taken long */
		.since_s = hands->now(hands->self).wall_ms / 1000,
		.until_s = input->until_s,
		.for_s = request->for_s,
		.at_s = input->starts_s > input->now_s ? input->starts_s : 0,
		.confirm_within_s = request->confirm_within_s,
		.grace_s = request->grace_s,
		.max_duration_s = input->profile->max_duration_s,
		.replaces = input->replaces,
		.findings = has_facts ? request->plan->findings : NULL,
		.concerned = has_facts ? request->plan->concerned : NULL,
	};
	int64_t confirm_s = input->now_s + request->confirm_within_s;

	if (request->confirm_within_s > 0 && confirm_s < lock.until_s)
		lock.until_s = confirm_s;
	return lock;
}

enum lg_status lg_change_begin(const struct lg_change_hands *hands,
			       const struct lg_change_begin *request,
			       struct lg_error *err)
{
	const struct lg_plan_server *server = request->input->server;
	size_t count = request->plan->target_count;
	struct lg_strlist names = {0}; /* that are not the gate here */
	struct lg_change_held held = {.hands = hands,
				      .outcome = LG_SERVERS_NOTHING_WRITTEN};
	struct lg_change_came begun = {
		.lock = &held.lock, .servers = &held.servers, .err = err};

	begun.status = add_names(server, count, &names, err);
	if (begun.status == LG_OK)
		begun.status = lg_change_hold(&held, hands,
					      names.count > 0 ? "" : NULL, err);
	held.lock = lock_of(hands, request);
	if (begun.status == LG_OK) {
		held.servers.with_gate = lg_change_has_gate(server, count);
		begun.status = begin(&held, request, &names, err);
		begun.outcome = held.outcome;
	}
	hands->begun(hands->self, &begun);
	note(&held, &names, begun.status);
	lg_change_let_go(&held);
	lg_strlist_release(&names);
	return begun.status;
}
