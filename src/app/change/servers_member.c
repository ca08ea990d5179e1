/* SPDX-License-Identifier: ISC */
/*
 * servers_member.c - the values of one target of a change
 */
#include "app/change/servers_member.h"

#include <stdlib.h>

enum lg_status lg_servers_keep_before(const struct lg_registry *wanted,
				      const struct lg_registry *found,
				      struct lg_registry **out_before,
				      struct lg_error *err)
{
	struct lg_registry *before = NULL;
	const struct lg_value *value;
	enum lg_status status;
	size_t i;

	status = lg_registry_new(&before, err);
	for (i = 0; status == LG_OK && i < lg_registry_count(wanted); i++) {
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
	free(member->backup);
	member->backup = NULL;
	lg_strlist_release(&member->told.restored);
	lg_strlist_release(&member->told.changed);
	lg_strlist_release(&member->told.says);
	lg_strlist_release(&member->told.loud);
}

const char *lg_servers_differing(const struct lg_registry *found,
				 const struct lg_registry *names,
				 const struct lg_registry *expected)
{
	const struct lg_value *name;
	const struct lg_value *is;
	const struct lg_value *should;
	size_t i;

	for (i = 0; i < lg_registry_count(names); i++) {
		name = lg_registry_at(names, i);
		is = lg_registry_find(found, name->key, name->name);
		should = lg_registry_find(expected, name->key, name->name);
		if (!is != !should || (is && !lg_value_equal(is, should)))
			return name->name;
	}
	return NULL;
}

static int is_same(const struct lg_value *a, const struct lg_value *b)
{
	return a && b ? lg_value_equal(a, b) : !a && !b;
}

const char *lg_servers_foreign(const struct lg_servers_member *member)
{
	const struct lg_value *name;
	const struct lg_value *is;
	size_t i;

	for (i = 0; i < lg_registry_count(member->wanted); i++) {
		name = lg_registry_at(member->wanted, i);
		is = lg_registry_find(member->found, name->key, name->name);
		if (!is_same(is, name) &&
		    !is_same(is, lg_registry_find(member->before, name->key,
						  name->name)))
			return name->name;
	}
	return NULL;
}

int lg_servers_holds(const struct lg_registry *found,
		     const struct lg_registry *names,
		     const struct lg_registry *expected)
{
	return !lg_servers_differing(found, names, expected);
}

int lg_servers_in_force(const struct lg_servers_member *member)
{
	return member->found &&
	       lg_servers_holds(member->found, member->wanted, member->wanted);
}

enum lg_status lg_servers_read_back(struct lg_servers_member *member,
				    const struct lg_registry *expected,
				    struct lg_error *err)
{
	struct lg_registry *found = NULL;
	enum lg_status status;

	status = member->port->read(member->port->self, &found, err);
	if (status == LG_OK &&
	    !lg_servers_holds(found, member->wanted, expected))
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
	size_t count = lg_registry_count(member->wanted);
	struct lg_target_change *change;
	const struct lg_value *value;
	enum lg_status status;
	size_t i;

	if (restore && member->port->end)
		return member->port->end(member->port->self, err);
	change = calloc(count ? count : 1, sizeof(*change));
	if (!change)
		return lg_error_set(err, LG_ERR_NO_MEMORY, member->name,
				    "out of memory");
	for (i = 0; i < count; i++) {
		value = lg_registry_at(member->wanted, i);
		change[i].key = value->key;
		change[i].name = value->name;
		change[i].value = lg_registry_find(to, value->key, value->name);
		change[i].expected =
			from ? lg_registry_find(from, value->key, value->name)
			     : NULL;
		change[i].care = care;
	}
	status = member->port->write(member->port->self, change, count, err);
	free(change);
	return status;
}
