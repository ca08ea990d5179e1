/* SPDX-License-Identifier: ISC */
/*
 * servers_member.c - one target of a change: its values, and who reads them
 */
#include "app/change/servers_steps.h"

#include <stdlib.h>

enum lg_status lg_servers_keep_before(const struct lg_registry *wanted,
				      const struct lg_registry *found,
				      struct lg_registry **out_before,
				      struct lg_error *err)
{
	struct lg_registry *before = NULL;
	const struct lg_value *value;
	enum lg_status status;

	status = lg_registry_new(&before, err);
	for (size_t i = 0; status == LG_OK && i < lg_registry_count(wanted);
	     i++) {
		value = lg_registry_at(wanted, i);
		value = lg_registry_find(found, value->key, value->name);
		if (value)
			status = lg_registry_set(before, value, err);
	}
	if (status != LG_OK) {
		lg_registry_free(&before);
		return status;
	}
	*out_before = before;
	return LG_OK;
}

void lg_servers_member_release(struct lg_servers_member *member)
{
	lg_registry_free(&member->found);
	lg_registry_free(&member->before);
	lg_registry_free(&member->bare);
	lg_registry_free(&member->composed);
	while (member->possible_count > 0)
		lg_registry_free(&member->possible[--member->possible_count]);
	free(member->possible);
	member->possible = NULL;
	free(member->backup);
	member->backup = NULL;
	lg_strlist_release(&member->told.restored);
	lg_strlist_release(&member->told.changed);
	lg_strlist_release(&member->told.says);
	lg_strlist_release(&member->told.loud);
}

static int is_same(const struct lg_value *a, const struct lg_value *b)
{
	return a && b ? lg_value_equal(a, b) : !a && !b;
}

/* Names are those of wanted, then those that only before has. */
static const struct lg_value *name_at(const struct lg_servers_member *member,
				      size_t at)
{
	size_t count = lg_registry_count(member->wanted);

	if (at < count)
		return lg_registry_at(member->wanted, at);
	at -= count;
	return member->before && at < lg_registry_count(member->before)
		       ? lg_registry_at(member->before, at)
		       : NULL;
}

int lg_servers_is_gate(const struct lg_servers_member *member)
{
	return member->port->end && !member->stands;
}

static const struct lg_value *find(const struct lg_registry *registry,
				   const struct lg_value *name)
{
	return lg_registry_find(registry, name->key, name->name);
}

const char *lg_servers_differing(const struct lg_servers_member *member,
				 const struct lg_registry *found,
				 const struct lg_registry *expected)
{
	const struct lg_value *name;

	for (size_t i = 0; (name = name_at(member, i)) != NULL; i++) {
		if (!is_same(find(found, name), find(expected, name)))
			return name->name;
	}
	return NULL;
}

static int is_possible(const struct lg_servers_member *member,
		       const struct lg_value *is, const struct lg_value *name)
{
	for (size_t i = 0; i < member->possible_count; i++) {
		if (is_same(is, find(member->possible[i], name)))
			return 1;
	}
	return is_same(is, find(member->wanted, name)) ||
	       is_same(is, find(member->before, name));
}

const char *lg_servers_foreign(const struct lg_servers_member *member)
{
	const struct lg_value *name;

	for (size_t i = 0; (name = name_at(member, i)) != NULL; i++) {
		if (!is_possible(member, find(member->found, name), name))
			return name->name;
	}
	return NULL;
}

int lg_servers_in_force(const struct lg_servers_member *member)
{
	return member->found &&
	       !lg_servers_differing(member, member->found, member->wanted);
}

enum lg_status lg_servers_read_back(struct lg_servers_member *member,
				    const struct lg_registry *expected,
				    struct lg_error *err)
{
	struct lg_registry *found = NULL;
	enum lg_status status;

	status = member->port->read(member->port->self, &found, err);
	if (status == LG_OK && lg_servers_differing(member, found, expected))
		status = lg_error_set(err, LG_ERR_IO, member->name,
				      "the values read back are not those "
				      "that were written");
	lg_registry_free(&found);
	return status;
}

enum lg_status lg_servers_write_values(struct lg_servers_member *member,
				       enum lg_target_care care,
				       struct lg_error *err)
{
	int restore = care == LG_TARGET_RESTORE;
	const struct lg_registry *from =
		restore ? member->wanted : member->before;
	const struct lg_registry *to =
		restore ? member->before : member->wanted;
	struct lg_target_change *change;
	const struct lg_value *name;
	enum lg_status status;
	size_t count = 0;

	if (restore && lg_servers_is_gate(member))
		return member->port->end(member->port->self, err);
	while (name_at(member, count) != NULL)
		count++;
	change = calloc(count + 1, sizeof(*change));
	if (!change)
		return lg_error_set(err, LG_ERR_NO_MEMORY, member->name,
				    "out of memory");
	count = 0;
	for (size_t i = 0; (name = name_at(member, i)) != NULL; i++) {
		if (i >= lg_registry_count(member->wanted) &&
		    find(member->wanted, name))
			continue;
		change[count++] = (struct lg_target_change){
			.key = name->key,
			.name = name->name,
			.value = find(to, name),
			.expected = from ? find(from, name) : NULL,
			.care = care,
		};
	}
	status = member->port->write(member->port->self, change, count, err);
	free(change);
	return status;
}

/*
 * The service that reads the values. Who upgrades a server stops its store and
 * must find it stopped. What tells that from a restart of ours that broke off
 * is the journal: its step "restarting", until the target is tested or
 * restored.
 */

static const char *const service_names[] = {
	[LG_SERVICE_NONE] = NULL,           [LG_SERVICE_RUNNING] = "running",
	[LG_SERVICE_STOPPED] = "stopped",   [LG_SERVICE_STOPPING] = "stopping",
	[LG_SERVICE_STARTING] = "starting", [LG_SERVICE_PAUSED] = "paused",
	[LG_SERVICE_UNKNOWN] = "unknown",
};

const char *lg_servers_service_name(enum lg_service service)
{
	return service_names[service];
}

int lg_servers_service_idle(enum lg_service service)
{
	return service != LG_SERVICE_NONE && service != LG_SERVICE_RUNNING;
}

static enum lg_status ask(struct lg_servers_member *member,
			  struct lg_error *err)
{
	if (!member->port->service)
		return LG_OK;
	member->service = LG_SERVICE_UNKNOWN;
	return member->port->service(member->port->self, &member->service, err);
}

static int may_restart(const struct lg_servers_member *member)
{
	switch (member->service) {
	case LG_SERVICE_STOPPED:
	case LG_SERVICE_STOPPING:
	case LG_SERVICE_PAUSED:
	case LG_SERVICE_UNKNOWN:
		return member->in_restart;
	case LG_SERVICE_NONE:
	case LG_SERVICE_RUNNING:
	case LG_SERVICE_STARTING:
		break;
	}
	return 1;
}

enum lg_status lg_servers_service_restart(struct lg_servers_round *round,
					  struct lg_servers_member *member,
					  struct lg_error *err)
{
	enum lg_status status;

	if (!member->restart || !member->port->restart)
		return LG_OK;
	status = ask(member, err);
	if (status != LG_OK || !may_restart(member))
		return status;
	status = lg_servers_round_step(round, member, LG_SERVERS_RESTARTING,
				       err);
	if (status != LG_OK)
		return status;
	member->in_restart = 1;
	return member->port->restart(member->port->self, err);
}

enum lg_status lg_servers_service_look(struct lg_servers_member *member,
				       struct lg_error *err)
{
	enum lg_status status = ask(member, err);

	if (status == LG_OK && member->in_restart &&
	    lg_servers_service_idle(member->service))
		status = lg_error_set(err, LG_ERR_CONFLICT, member->name,
				      "its service was restarted and is %s "
				      "now",
				      lg_servers_service_name(member->service));
	return status;
}
