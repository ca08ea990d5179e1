/* SPDX-License-Identifier: ISC */
/*
 * ldap_target.c - the accounts' protocolSettings in a directory, as a target
 *
 * Writing lists what is there, works out for each account which values go and
 * which come, and sends one modification an account, which the server makes
 * whole or not at all. When a lock is put on, one account that somebody else
 * changed stops everything before the first modification. When it is put
 * back, each protocol is judged by itself: where the lock's own values are
 * all still there they go and the earlier ones come back, else it is told.
 * An account that may not be changed any more keeps no other one locked.
 */
#include "ldap_target.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/values/account_values.h"

#include "ldap_connection.h"
#include "ldap_mailboxes.h"
#include "ldap_modify.h"
#include "ldap_sigpipe.h"

#define PROBED_MAX 16

struct ldap_target {
	char *name;
	struct lg_ldap_settings settings;
};

/* --- reading -------------------------------------------------------------- */

struct reading {
	struct lg_registry *values;
	struct lg_strlist first; /* a few accounts */
};

static enum lg_status take_mailbox(void *context,
				   const struct lg_mailbox *mailbox,
				   struct lg_error *err)
{
	struct reading *reading = context;

	if (reading->first.count < PROBED_MAX &&
	    lg_strlist_add(&reading->first, mailbox->entry,
			   strlen(mailbox->entry), err) != LG_OK)
		return LG_ERR_NO_MEMORY;
	return lg_account_values_set(reading->values, mailbox->entry,
				     mailbox->protocol_settings, err);
}

static enum lg_status read_all(struct ldap_target *target,
			       struct reading *reading, struct lg_error *err)
{
	const struct lg_mailbox_sink sink = {reading, take_mailbox};
	enum lg_status status = lg_registry_new(&reading->values, err);

	if (status == LG_OK)
		status = lg_ldap_list_mailboxes(&target->settings, &sink, err);
	if (status != LG_OK)
		lg_registry_free(&reading->values);
	return status;
}

static enum lg_status target_read(void *self, struct lg_registry **out_values,
				  struct lg_error *err)
{
	struct reading reading = {0};
	enum lg_status status = read_all(self, &reading, err);

	lg_strlist_release(&reading.first);
	if (status == LG_OK)
		*out_values = reading.values;
	return status;
}

/* --- connecting ----------------------------------------------------------- */

static enum lg_status connect_any(struct ldap_target *target,
				  struct lg_ldap_connection *out_connection,
				  struct lg_error *err)
{
	enum lg_status status = LG_ERR_DIRECTORY;

	/* Only memory is no server's matter. */
	for (size_t i = 0; i < target->settings.uri.count && status != LG_OK &&
			   status != LG_ERR_NO_MEMORY;
	     i++)
		status = lg_ldap_connect(&target->settings,
					 target->settings.uri.item[i],
					 out_connection, err);
	return status;
}

/*
 * Whether any of them may be changed: those of administrators may be
 * protected, and be the ones that the lock leaves alone.
 */
static enum lg_status ask_right(struct ldap_target *target,
				const struct lg_strlist *entry,
				struct lg_target_probe *probe,
				struct lg_error *err)
{
	struct lg_ldap_connection connection = {0};
	enum lg_status status = connect_any(target, &connection, err);

	for (size_t i = 0;
	     status == LG_OK && !probe->may_write && i < entry->count; i++)
		status = lg_ldap_may_modify(&connection, entry->item[i],
					    &probe->may_write, probe->note,
					    sizeof(probe->note), err);
	if (probe->may_write)
		probe->note[0] = '\0';
	lg_ldap_disconnect(&connection);
	return status;
}

static enum lg_status target_probe(void *self,
				   struct lg_target_probe *out_probe,
				   struct lg_error *err)
{
	struct lg_target_probe probe = {0};
	struct reading reading = {0};
	struct lg_ldap_sigpipe guard = lg_ldap_sigpipe_hold_off();
	enum lg_status status = read_all(self, &reading, err);

	if (status == LG_OK)
		status = ask_right(self, &reading.first, &probe, err);
	lg_ldap_sigpipe_let_be(&guard);
	lg_registry_free(&reading.values);
	lg_strlist_release(&reading.first);
	if (status == LG_OK)
		*out_probe = probe;
	return status;
}

/* --- writing -------------------------------------------------------------- */

/* An entry without any value may be one that is gone. */
static enum lg_status tell_changed(struct lg_ldap_connection *connection,
				   const char *entry,
				   const struct lg_value *now,
				   struct lg_ldap_outcome *outcome,
				   struct lg_error *err)
{
	int there = 1;
	enum lg_status status = LG_OK;

	if (!now)
		status = lg_ldap_is_there(connection, entry, &there, err);
	if (status == LG_OK)
		lg_ldap_told_add(there ? &outcome->changed : &outcome->gone,
				 entry);
	return status;
}

static enum lg_status write_one(struct lg_ldap_connection *connection,
				const struct lg_target_change *change,
				const struct lg_value *now,
				struct lg_ldap_outcome *outcome,
				struct lg_error *err)
{
	struct lg_ldap_exchange exchange = {0};
	struct lg_error failure = {0};
	enum lg_status status;

	if (lg_ldap_same_value(now, change->value))
		return LG_OK;
	status = lg_ldap_exchange_plan(change, now, &exchange, &failure);
	if (status == LG_OK && (exchange.delete_count || exchange.add_count))
		status = lg_ldap_modify_values(connection, change->name,
					       &exchange, &failure);
	lg_ldap_exchange_release(&exchange);
	if (status == LG_ERR_CONFLICT ||
	    (status == LG_OK && !lg_ldap_same_value(now, change->expected)))
		return tell_changed(connection, change->name, now, outcome,
				    err);
	if (status == LG_ERR_DENIED) {
		lg_ldap_outcome_denied(outcome, change->name, failure.text);
		return LG_OK;
	}
	if (status != LG_OK && err)
		*err = failure;
	return status;
}

/* A1, of every account that would be changed: changes nothing. */
static enum lg_status check_rights(struct lg_ldap_connection *connection,
				   const struct lg_target_change *change,
				   size_t count, const struct lg_registry *now,
				   struct lg_ldap_outcome *outcome,
				   struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		struct lg_target_probe probe = {.may_write = 1};
		const struct lg_value *value =
			lg_registry_find(now, change[i].key, change[i].name);

		if (change[i].care != LG_TARGET_CHANGE ||
		    lg_ldap_same_value(value, change[i].value))
			continue;
		status = lg_ldap_may_modify(connection, change[i].name,
					    &probe.may_write, probe.note,
					    sizeof(probe.note), err);
		if (status == LG_OK && !probe.may_write)
			lg_ldap_outcome_denied(outcome, change[i].name,
					       probe.note);
	}
	return status;
}

/* A value that is not what this target keeps, or that is not as expected. */
static enum lg_status check_changes(const struct ldap_target *target,
				    const struct lg_target_change *change,
				    size_t count, const struct lg_registry *now,
				    struct lg_ldap_outcome *outcome,
				    struct lg_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct lg_value *value =
			lg_registry_find(now, change[i].key, change[i].name);

		if (strcasecmp(change[i].key, LG_KEY_ACCOUNTS) != 0 ||
		    (change[i].value &&
		     (change[i].value->type != LG_REG_MULTI_SZ ||
		      change[i].value->bytes_kept)))
			return lg_error_set(
				err, LG_ERR_SYNTAX, target->name,
				"\"%s\" is not an account's protocolSettings",
				change[i].name);
		if (change[i].care == LG_TARGET_CHANGE &&
		    !lg_ldap_same_value(value, change[i].expected) &&
		    !lg_ldap_same_value(value, change[i].value))
			lg_ldap_told_add(&outcome->changed, change[i].name);
	}
	return lg_ldap_outcome_report(target->name, outcome,
				      "nothing is written there, try again",
				      err);
}

static enum lg_status write_all(struct ldap_target *target,
				const struct lg_target_change *change,
				size_t count, const struct lg_registry *now,
				struct lg_error *err)
{
	struct lg_ldap_connection connection = {0};
	struct lg_ldap_outcome outcome = {0};
	enum lg_status status =
		check_changes(target, change, count, now, &outcome, err);

	if (status == LG_OK)
		status = connect_any(target, &connection, err);
	if (status == LG_OK)
		status = check_rights(&connection, change, count, now, &outcome,
				      err);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		/* A restore goes on: the others are not to stay locked. */
		if (outcome.denied.count && change[i].care == LG_TARGET_CHANGE)
			break;
		status = write_one(
			&connection, &change[i],
			lg_registry_find(now, change[i].key, change[i].name),
			&outcome, err);
	}
	if (status == LG_OK)
		status = lg_ldap_outcome_report(
			target->name, &outcome,
			"what they changed is left as it is", err);
	lg_ldap_disconnect(&connection);
	lg_ldap_outcome_release(&outcome);
	return status;
}

static enum lg_status target_write(void *self,
				   const struct lg_target_change *change,
				   size_t count, struct lg_error *err)
{
	struct lg_ldap_sigpipe guard = lg_ldap_sigpipe_hold_off();
	struct lg_registry *now = NULL;
	enum lg_status status = target_read(self, &now, err);

	if (status == LG_OK)
		status = write_all(self, change, count, now, err);
	lg_ldap_sigpipe_let_be(&guard);
	lg_registry_free(&now);
	return status;
}

/* --- opening -------------------------------------------------------------- */

static void target_close(void *self)
{
	struct ldap_target *target = self;

	lg_ldap_settings_release(&target->settings);
	free(target->name);
	free(target);
}

enum lg_status lg_ldap_target_open(const char *name,
				   const struct lg_directory_settings *settings,
				   struct lg_target *out_target,
				   struct lg_error *err)
{
	struct ldap_target *target;
	enum lg_status status;

	if (!settings->uri || !*settings->uri)
		return lg_error_set(err, LG_ERR_CONFLICT, name,
				    "backend = directory writes to a "
				    "directory; name it with [directory] uri, "
				    "or with server = \"ldap://...\"");
	if (strncasecmp(settings->uri, "ldif:", 5) == 0)
		return lg_error_set(err, LG_ERR_CONFLICT, name,
				    "backend = directory cannot write to an "
				    "LDIF file; it needs an LDAP server");
	target = calloc(1, sizeof(*target));
	if (!target)
		return lg_no_memory(err);
	target->name = strdup(name);
	status = target->name ? lg_ldap_settings_read(settings,
						      &target->settings, err)
			      : lg_no_memory(err);
	if (status != LG_OK) {
		free(target->name);
		free(target);
		return status;
	}
	*out_target = (struct lg_target){
		.self = target,
		.name = target->name,
		.keeps_others = 1,
		.probe = target_probe,
		.read = target_read,
		.write = target_write,
		.close = target_close,
	};
	return LG_OK;
}
