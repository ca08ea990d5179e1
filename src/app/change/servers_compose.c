/* SPDX-License-Identifier: ISC */
/*
 * servers_compose.c - what stands on a server that several locks hold
 *
 * Values of a store are composed as core/policy/compose says. An account of a
 * directory has a protocol off where any lock turns it off.
 */
#include "app/change/servers_compose.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/exchange/protocol_settings.h"
#include "core/policy/compose.h"
#include "core/values/account_values.h"

/*
 * Values that say one thing together. A profile that sets one of them owns
 * them all: a list of users that was there before must not let in people whom
 * the profile does not name.
 */
const char *const lg_values_together[LG_TOGETHER_COUNT][4] = {
	{LG_VALUE_LOGON_ONLY_AS, LG_VALUE_LOGON_ONLY_AS_FILE,
	 LG_VALUE_LOGON_ONLY_AS_USERS, LG_VALUE_WHEN_INVALID},
	{LG_VALUE_DISABLE_MAPI_CLIENTS, LG_VALUE_FOUR_PART,
	 LG_VALUE_UNKNOWN_VERSION, NULL},
	{LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, LG_VALUE_UNKNOWN_PROCESS, NULL,
	 NULL},
	{LG_VALUE_APPLIES_TO, LG_VALUE_APPLIES_TO_FILE,
	 LG_VALUE_APPLIES_TO_USERS, LG_VALUE_APPLIES_TO_DOMAINS},
};

int lg_values_set_any(const struct lg_registry *values, size_t group)
{
	for (size_t i = 0; i < 4 && lg_values_together[group][i]; i++) {
		if (lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM,
				     lg_values_together[group][i]))
			return 1;
	}
	return 0;
}

void lg_servers_beside_release(struct lg_servers_beside *beside)
{
	free(beside->lock);
	lg_registry_free(&beside->names);
	lg_registry_free(&beside->bare);
	*beside = (struct lg_servers_beside){0};
}

static const struct lg_value *find(const struct lg_registry *registry,
				   const struct lg_value *name)
{
	return lg_registry_find(registry, name->key, name->name);
}

/* Every lock of a name tells the same of what stood there: the first counts. */
static enum lg_status add_names(struct lg_servers_beside *beside,
				const struct lg_servers_record_target *target,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0;
	     status == LG_OK && i < lg_registry_count(target->wanted); i++) {
		const struct lg_value *name = lg_registry_at(target->wanted, i);
		const struct lg_value *before = find(target->before, name);

		if (find(beside->names, name))
			continue;
		status = lg_registry_set(beside->names, name, err);
		if (status == LG_OK && before)
			status = lg_registry_set(beside->bare, before, err);
	}
	return status;
}

enum lg_status lg_servers_beside(const struct lg_servers_book *book,
				 const char *target,
				 const struct lg_servers_record *except,
				 struct lg_servers_beside *out_beside,
				 struct lg_error *err)
{
	struct lg_servers_beside beside = {0};
	enum lg_status status = lg_registry_new(&beside.names, err);

	if (status == LG_OK)
		status = lg_registry_new(&beside.bare, err);
	beside.lock = calloc(book->count + 1, sizeof(*beside.lock));
	if (status == LG_OK && !beside.lock)
		status = lg_no_memory(err);
	for (size_t i = 0; status == LG_OK && i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];
		const struct lg_servers_record_target *is =
			lg_servers_record_target(record, target);

		if (record->lock.stands || !is || !is->wanted || !is->before ||
		    (record != except && !lg_servers_step_locks(is->step)))
			continue;
		status = add_names(&beside, is, err);
		if (record == except)
			continue;
		beside.lock[beside.count++] = (struct lg_servers_more){
			.own = is->wanted,
			.replaces = record->lock.replaces,
			.dialect = is->dialect,
			.half = is->step == LG_SERVERS_WRITING ||
				is->step == LG_SERVERS_RESTORING};
	}
	if (status != LG_OK)
		lg_servers_beside_release(&beside);
	else
		*out_beside = beside;
	return status;
}

enum lg_status lg_servers_bare(const struct lg_servers_beside *beside,
			       const struct lg_registry *found,
			       const struct lg_registry *only,
			       struct lg_registry **out_bare,
			       struct lg_error *err)
{
	const struct lg_registry *const from[] = {found, beside->bare};
	struct lg_registry *bare = NULL;
	enum lg_status status = lg_registry_new(&bare, err);

	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0;
		     status == LG_OK && i < lg_registry_count(from[k]); i++) {
			const struct lg_value *value =
				lg_registry_at(from[k], i);

			/* what a lock wrote there is not what was there */
			if ((only && !find(only, value)) ||
			    (k == 0 && find(beside->names, value)))
				continue;
			status = lg_registry_set(bare, value, err);
		}
	}
	if (status != LG_OK)
		lg_registry_free(&bare);
	else
		*out_bare = bare;
	return status;
}

static int is_of_store(const struct lg_value *value)
{
	return strcasecmp(value->key, LG_KEY_PARAMETERS_SYSTEM) == 0;
}

/* Turns off in *values what is off in own. */
static enum lg_status turn_off(struct lg_strlist *values,
			       const struct lg_strlist *own,
			       struct lg_error *err)
{
	struct lg_protocol_change change = {0};
	struct lg_strlist after = {0};
	enum lg_status status = LG_OK;

	for (int protocol = 0; status == LG_OK && protocol < LG_PROTOCOL_COUNT;
	     protocol++) {
		if (lg_protocol_settings_knows(protocol) &&
		    lg_protocol_settings_access(own, protocol) ==
			    LG_ACCESS_DISABLED)
			status = lg_protocol_settings_disable(values, protocol,
							      &change, err);
	}
	if (status == LG_OK)
		status = lg_protocol_change_apply(values, &change, &after, err);
	if (status == LG_OK) {
		lg_strlist_release(values);
		*values = after;
	} else {
		lg_strlist_release(&after);
	}
	lg_protocol_change_release(&change);
	return status;
}

static enum lg_status
compose_account(const struct lg_servers_more *lock, size_t count,
		const struct lg_registry *bare, const struct lg_value *name,
		struct lg_registry *out, struct lg_error *err)
{
	const struct lg_value *value = find(bare, name);
	const struct lg_value *only = NULL;
	struct lg_strlist settings = {0};
	enum lg_status status = LG_OK;
	size_t setters = 0;

	for (size_t i = 0; i < count; i++) {
		if (find(lock[i].own, name)) {
			only = find(lock[i].own, name);
			setters++;
		}
	}
	if (setters == 1)
		return lg_registry_set(out, only, err);
	if (value)
		status = lg_strlist_add_all(&settings, &value->list, err);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		value = find(lock[i].own, name);
		if (value)
			status = turn_off(&settings, &value->list, err);
	}
	if (status == LG_OK)
		status = lg_account_values_set(out, name->name, &settings, err);
	lg_strlist_release(&settings);
	return status;
}

/* What is neither a store's nor an account's: all locks must say the same. */
static enum lg_status
compose_other(const struct lg_servers_more *lock, size_t count,
	      const struct lg_registry *bare, const struct lg_value *name,
	      struct lg_registry *out, struct lg_error *err)
{
	const struct lg_value *value = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct lg_value *other = find(lock[i].own, name);

		if (other && value && !lg_value_equal(value, other))
			return lg_error_set(err, LG_ERR_CONFLICT, name->name,
					    "the locks on it set different "
					    "data");
		if (other)
			value = other;
	}
	if (!value)
		value = find(bare, name);
	return value ? lg_registry_set(out, value, err) : LG_OK;
}

/* The values of a store alone, as composition takes them. */
static enum lg_status of_store(const struct lg_registry *values,
			       struct lg_registry **out_values,
			       struct lg_error *err)
{
	struct lg_registry *store = NULL;
	enum lg_status status = lg_registry_new(&store, err);

	for (size_t i = 0; status == LG_OK && i < lg_registry_count(values);
	     i++) {
		if (is_of_store(lg_registry_at(values, i)))
			status = lg_registry_set(
				store, lg_registry_at(values, i), err);
	}
	if (status != LG_OK)
		lg_registry_free(&store);
	else
		*out_values = store;
	return status;
}

static enum lg_status
compose_store(const struct lg_servers_more *lock, size_t count,
	      const struct lg_registry *bare, enum lg_dialect dialect,
	      struct lg_registry **out_values, struct lg_warnings *warnings,
	      struct lg_error *err)
{
	struct lg_registry **store = calloc(count + 1, sizeof(*store));
	struct lg_registry *before = NULL;
	const struct lg_compose_input input = {
		.dialect = dialect,
		.lock = (const struct lg_registry *const *)store,
		.lock_count = count,
	};
	struct lg_compose_input whole = input;
	enum lg_status status = LG_OK;

	if (!store)
		return lg_no_memory(err);
	for (size_t i = 0; status == LG_OK && i < count; i++)
		status = of_store(lock[i].own, &store[i], err);
	if (status == LG_OK && bare)
		status = of_store(bare, &before, err);
	whole.before = before;
	if (status == LG_OK)
		status = lg_compose(&whole, out_values, warnings, err);
	for (size_t i = 0; i < count; i++)
		lg_registry_free(&store[i]);
	lg_registry_free(&before);
	free(store);
	return status;
}

/* 1 where values say what this value says, or help to. */
static int says(const struct lg_registry *values, const struct lg_value *value)
{
	for (size_t group = 0; group < LG_TOGETHER_COUNT; group++) {
		for (size_t i = 0; i < 4 && lg_values_together[group][i]; i++) {
			if (is_of_store(value) &&
			    strcmp(lg_values_together[group][i], value->name) ==
				    0)
				return lg_values_set_any(values, group);
		}
	}
	return find(values, value) != NULL;
}

/* bare without what a lock stands in place of; all: each of them does. */
static enum lg_status beneath(const struct lg_servers_more *lock, size_t count,
			      int all, const struct lg_registry *bare,
			      struct lg_registry **out_bare,
			      struct lg_error *err)
{
	struct lg_registry *left = NULL;
	enum lg_status status = lg_registry_new(&left, err);

	for (size_t i = 0; status == LG_OK && i < lg_registry_count(bare);
	     i++) {
		const struct lg_value *value = lg_registry_at(bare, i);
		int replaced = all;

		for (size_t k = 0; k < count; k++)
			replaced |=
				lock[k].replaces && says(lock[k].own, value);
		if (!replaced)
			status = lg_registry_set(left, value, err);
	}
	if (status != LG_OK)
		lg_registry_free(&left);
	else
		*out_bare = left;
	return status;
}

static int sets(const struct lg_servers_more *lock, size_t count,
		const struct lg_value *name)
{
	for (size_t i = 0; i < count; i++) {
		if (find(lock[i].own, name))
			return 1;
	}
	return 0;
}

enum lg_status lg_servers_composed(const struct lg_servers_beside *beside,
				   const struct lg_servers_more *more,
				   const struct lg_registry *bare,
				   const struct lg_registry *names,
				   struct lg_registry **out_values,
				   struct lg_warnings *warnings,
				   struct lg_error *err)
{
	struct lg_servers_more *lock = calloc(beside->count + 1, sizeof(*lock));
	struct lg_registry *values = NULL, *store = NULL, *left = NULL;
	enum lg_status status = lg_registry_new(&values, err);
	size_t count = 0;

	if (status == LG_OK && !lock)
		status = lg_no_memory(err);
	for (; status == LG_OK && count < beside->count; count++)
		lock[count] = beside->lock[count];
	if (status == LG_OK && more->own)
		lock[count++] = *more;
	if (status == LG_OK)
		status = beneath(lock, count, beside->replaced, bare, &left,
				 err);
	if (status == LG_OK)
		status = compose_store(lock, count, left, more->dialect, &store,
				       warnings, err);
	for (size_t i = 0; status == LG_OK && i < lg_registry_count(names);
	     i++) {
		const struct lg_value *name = lg_registry_at(names, i);
		const struct lg_value *value;

		if (strcasecmp(name->key, LG_KEY_ACCOUNTS) == 0) {
			status = compose_account(lock, count, bare, name,
						 values, err);
		} else if (is_of_store(name)) {
			value = find(sets(lock, count, name) ? store : bare,
				     name);
			if (value)
				status = lg_registry_set(values, value, err);
		} else {
			status = compose_other(lock, count, bare, name, values,
					       err);
		}
	}
	lg_registry_free(&store);
	lg_registry_free(&left);
	free(lock);
	if (status != LG_OK)
		lg_registry_free(&values);
	else
		*out_values = values;
	return status;
}
