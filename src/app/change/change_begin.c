/* SPDX-License-Identifier: ISC */
/*
 * change_begin.c - a plan put in force: on servers, then at the gate here
 */
#include "app/change/change_begin.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/change_backup.h"
#include "app/change/change_end.h"
#include "app/change/servers_ending.h"
#include "app/change/servers_journal.h"

int lg_change_needs_servers(const struct lg_plan_server *server, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!server[i].is_local)
			return 1;
	}
	return 0;
}

/* The same profile with the same variables is the same lock. */
static enum lg_status not_in_force(const struct lg_change_hands *hands,
				   const struct lg_servers_book *book,
				   const struct lg_servers_change *change,
				   struct lg_error *err)
{
	struct lg_now now = hands->now(hands->self);

	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];

		if (record->phase != LG_SERVERS_APPLIED ||
		    lg_servers_record_is_over(record, &now) ||
		    strcmp(record->profile, change->profile) != 0 ||
		    strcmp(record->variables ? record->variables : "",
			   change->variables ? change->variables : "") != 0)
			continue;
		lg_error_set(err, LG_ERR_CONFLICT, record->profile,
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
				other->profile ? other->profile : other->id,
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
				  struct lg_registry **out_planned,
				  struct lg_error *err)
{
	const struct lg_registry *found = target->before;
	const struct lg_servers_more none = {NULL, 0, target->dialect};
	struct lg_registry *stands = NULL;
	enum lg_status status;

	status = lg_servers_bare(beside, found, NULL, &stands, err);
	if (status == LG_OK)
		status = lg_servers_bare(beside, found, target->own,
					 &member->bare, err);
	if (status == LG_OK)
		status = lg_servers_composed(beside, &none, stands, target->own,
					     out_planned, NULL, err);
	lg_registry_free(&stands);
	return status;
}

/* What one apply holds. */
struct beginning {
	const struct lg_change_hands *hands;
	const struct lg_change_begin *request;
	struct lg_servers_journal journal;
	struct lg_servers_book book;
	const char **name; /* of the servers that are not the gate here */
	size_t count;
	int begun;
	int opened;
	struct lg_registry **planned;
	struct lg_servers fleet;
	enum lg_servers_outcome outcome;
};

/* The one at this port; which is the gate here is known. */
static void add_member(const struct beginning *beginning, size_t target,
		       struct lg_target *port, struct lg_servers_member *member)
{
	const struct lg_change_begin *request = beginning->request;
	const struct lg_plan_target *planned = &request->plan->target[target];

	member->name = port->name;
	member->port = port;
	member->wanted = planned->values;
	member->dialect = planned->dialect;
	/* one that polls keeps its sessions (A4) */
	member->restart = planned->restarts;
	/* before the poll a logon tells nothing of the lock */
	if (request->test[target])
		member->test = beginning->hands->test;
	member->test_context = request->test[target];
	if (port->lock)
		port->lock(port->self, &request->lock, &member->told);
}

/* The members of a plan's servers, in the order of the opened ports. */
static enum lg_status add_members(struct beginning *beginning,
				  struct lg_target *port, size_t count,
				  struct lg_error *err)
{
	const struct lg_change_begin *request = beginning->request;
	struct lg_servers *fleet = &beginning->fleet;
	enum lg_status status = LG_OK;
	size_t at = 0;

	for (size_t i = 0; status == LG_OK && i < request->plan->target_count;
	     i++) {
		const struct lg_plan_target *target = &request->plan->target[i];
		struct lg_servers_member *member = &fleet->member[at];

		if (request->server[i].is_local) {
			fleet->last = &fleet->member[count];
			add_member(beginning, i, &port[count], fleet->last);
			continue;
		}
		add_member(beginning, i, &port[at], member);
		fleet->count = ++at;
		if (member->port->end)
			continue;
		member->own = target->own;
		status = add_planned(member, request->server[i].beside, target,
				     &beginning->planned[at - 1], err);
		member->planned = beginning->planned[at - 1];
	}
	return status;
}

/* Names, and room for the members. */
static enum lg_status prepare(struct beginning *beginning, struct lg_error *err)
{
	const struct lg_change_begin *request = beginning->request;
	size_t most = request->plan->target_count + 1;

	beginning->name = calloc(most, sizeof(*beginning->name));
	beginning->planned = calloc(most, sizeof(*beginning->planned));
	beginning->fleet.member =
		calloc(most, sizeof(*beginning->fleet.member));
	if (!beginning->name || !beginning->planned || !beginning->fleet.member)
		return lg_no_memory(err);
	for (size_t i = 0; i < request->plan->target_count; i++) {
		if (!request->server[i].is_local)
			beginning->name[beginning->count++] =
				request->server[i].name;
	}
	return LG_OK;
}

static enum lg_status open_servers(struct beginning *beginning,
				   struct lg_error *err)
{
	const struct lg_change_hands *hands = beginning->hands;
	struct lg_target *port = NULL;
	size_t count = beginning->count;
	enum lg_status status;

	status = hands->open(hands->self, beginning->name, &count,
			     beginning->request->change.with_gate, &port, err);
	beginning->opened = status == LG_OK;
	if (status == LG_OK)
		status = none_interrupted(&beginning->book, port, count, err);
	/* what has ended is left out of the journal now */
	if (status == LG_OK && beginning->begun)
		status = lg_servers_journal_rewrite(&beginning->journal,
						    &beginning->book, err);
	if (status == LG_OK)
		status = add_members(beginning, port, count, err);
	return status;
}

/* What a gate had its part in it notes itself. */
static void note(const struct beginning *beginning, enum lg_status result)
{
	const struct lg_change_hands *hands = beginning->hands;
	const struct lg_servers_change *change = &beginning->request->change;
	struct lg_strlist names = {0};
	struct lg_buffer target = {0};
	struct lg_journal_entry entry = {
		.at_s = change->since_s,
		.event = LG_EVENT_APPLY,
		.id = change->id,
		.profile = change->profile,
		.by = change->by,
		.reason = change->reason,
		.result = result == LG_OK ? "done"
			  : beginning->outcome == LG_SERVERS_PUT_BACK
				  ? "failed, put back"
				  : "failed, NOT put back everywhere",
		.since_s = change->since_s,
		.until_s = change->until_s,
		.max_duration_s = change->max_duration_s,
		.locks = result == LG_OK,
	};

	if (!beginning->begun ||
	    (result == LG_OK
		     ? change->with_gate
		     : beginning->outcome == LG_SERVERS_NOTHING_WRITTEN))
		return;
	for (size_t i = 0; i < beginning->count; i++)
		lg_strlist_add(&names, beginning->name[i],
			       strlen(beginning->name[i]), NULL);
	lg_journal_names(&names, &target);
	entry.target = target.data;
	hands->note(hands->self, &entry);
	lg_buffer_release(&target);
	lg_strlist_release(&names);
}

static void release(struct beginning *beginning)
{
	const struct lg_change_hands *hands = beginning->hands;

	for (size_t i = 0; i < beginning->fleet.count; i++)
		lg_servers_member_release(&beginning->fleet.member[i]);
	if (beginning->fleet.last)
		lg_servers_member_release(beginning->fleet.last);
	for (size_t i = 0; beginning->planned && i < beginning->count; i++)
		lg_registry_free(&beginning->planned[i]);
	free(beginning->planned);
	free(beginning->fleet.member);
	free(beginning->name);
	if (beginning->opened)
		hands->close(hands->self);
	lg_servers_book_release(&beginning->book);
	if (beginning->begun)
		hands->finish(hands->self, &beginning->journal);
}

enum lg_status lg_change_begin(const struct lg_change_hands *hands,
			       const struct lg_change_begin *request,
			       struct lg_error *err)
{
	struct beginning beginning = {.hands = hands,
				      .request = request,
				      .outcome = LG_SERVERS_NOTHING_WRITTEN};
	const struct lg_servers_backup backup = {(void *)hands,
						 lg_change_backup};
	struct lg_servers *fleet = &beginning.fleet;
	struct lg_change_begun begun = {.fleet = fleet, .err = err};
	enum lg_status status = LG_OK;

	beginning.begun = lg_change_needs_servers(request->server,
						  request->plan->target_count);
	if (beginning.begun)
		status = hands->begin(hands->self, &beginning.journal,
				      &beginning.book, err);
	if (status != LG_OK) {
		begun.status = status;
		hands->begun(hands->self, &begun);
		return status;
	}
	status = prepare(&beginning, err);
	if (status == LG_OK)
		status = not_in_force(hands, &beginning.book, &request->change,
				      err);
	if (status == LG_OK)
		status = open_servers(&beginning, err);
	if (status == LG_OK) {
		fleet->journal = beginning.journal;
		fleet->parallel = hands->parallel;
		fleet->watch.context = hands->self;
		fleet->watch.moved = hands->moved;
		fleet->watch.stop = hands->stop;
		status = lg_servers_apply(fleet, &request->change, &backup,
					  &beginning.outcome, err);
	}
	begun.outcome = beginning.outcome;
	begun.status = status;
	hands->begun(hands->self, &begun);
	note(&beginning, status);
	release(&beginning);
	return status;
}
