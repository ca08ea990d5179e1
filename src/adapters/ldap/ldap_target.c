/* SPDX-License-Identifier: ISC */
/*
 * ldap_target.c - the accounts' protocolSettings in a directory, as a target
 *
 * Writing lists what is there, works out for each account which values go and
 * which come, and sends one modification an account, which the server makes
 * whole or not at all. When a lock is put on, one account that somebody else
 * changed stops everything before the first modification. When it is put
 * back, each protocol is judged by itself: where the lock's own values are
 * all still there they go and the earlier ones come back, else it is left
 * alone and told.
 */
#include "ldap_target.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <logongate/account_values.h>

#include "ldap_connection.h"
#include "ldap_mailboxes.h"
#include "ldap_modify.h"
#include "ldap_sigpipe.h"

#define TOLD_MAX 3

struct ldap_target {
	char *name;
	struct lg_ldap_settings settings;
};

/* What one account loses and gets; texts are borrowed. */
struct exchange {
	const char **delete_value;
	size_t delete_count;
	const char **add_value;
	size_t add_count;
};

/* --- reading --------------------------------------------------------------- */

struct reading {
	struct lg_registry *values;
	struct lg_strlist first; /* the first account */
};

static enum lg_status take_mailbox(void *context,
				   const struct lg_mailbox *mailbox,
				   struct lg_error *err)
{
	struct reading *reading = context;

	if (!reading->first.count &&
	    lg_strlist_add(&reading->first, mailbox->entry,
			   strlen(mailbox->entry), err))
		return LG_ERR_NO_MEMORY;
	return lg_account_values_set(reading->values, mailbox->entry,
				     mailbox->protocol_settings, err);
}

static enum lg_status read_all(struct ldap_target *target,
			       struct reading *reading, struct lg_error *err)
{
	const struct lg_mailbox_sink sink = {reading, take_mailbox};
	enum lg_status status = lg_registry_new(&reading->values, err);

	if (!status)
		status = lg_ldap_list_mailboxes(&target->settings, &sink, err);
	if (status)
		lg_registry_free(&reading->values);
	return status;
}

static enum lg_status target_read(void *self, struct lg_registry **out_values,
				  struct lg_error *err)
{
	struct reading reading = {0};
	enum lg_status status = read_all(self, &reading, err);

	lg_strlist_release(&reading.first);
	if (!status)
		*out_values = reading.values;
	return status;
}

/* --- connecting ------------------------------------------------------------ */

static enum lg_status connect_any(struct ldap_target *target,
				  struct lg_ldap_connection *out_connection,
				  struct lg_error *err)
{
	enum lg_status status = LG_ERR_DIRECTORY;
	size_t i;

	for (i = 0; i < target->settings.uri.count &&
		    (status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT);
	     i++)
		status = lg_ldap_connect(&target->settings,
					 target->settings.uri.item[i],
					 out_connection, err);
	return status;
}

static enum lg_status ask_right(struct ldap_target *target, const char *entry,
				struct lg_target_probe *probe,
				struct lg_error *err)
{
	struct lg_ldap_connection connection = {0};
	enum lg_status status = connect_any(target, &connection, err);

	if (!status)
		status = lg_ldap_may_modify(&connection, entry,
					    &probe->may_write, probe->note,
					    sizeof(probe->note), err);
	lg_ldap_disconnect(&connection);
	return status;
}

static enum lg_status target_probe(void *self,
				   struct lg_target_probe *out_probe,
				   struct lg_error *err)
{
	struct lg_target_probe probe = {.running = -1};
	struct reading reading = {0};
	struct lg_ldap_sigpipe guard = lg_ldap_sigpipe_hold_off();
	enum lg_status status = read_all(self, &reading, err);

	if (!status)
		status = ask_right(self, reading.first.item[0], &probe, err);
	lg_ldap_sigpipe_let_be(&guard);
	lg_registry_free(&reading.values);
	lg_strlist_release(&reading.first);
	if (!status)
		*out_probe = probe;
	return status;
}

/* --- what goes and what comes ---------------------------------------------- */

static int same(const struct lg_value *a, const struct lg_value *b)
{
	return !a == !b && (!a || lg_value_equal(a, b));
}

static size_t count_of(const struct lg_value *value)
{
	return value ? value->list.count : 0;
}

/* Both end before U+00A7. */
static int same_protocol(const char *a, const char *b)
{
	size_t a_len = strcspn(a, "\xc2");
	size_t b_len = strcspn(b, "\xc2");

	return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

/* 1 where the lock's own values of that protocol are all still there. */
static int is_ours(const struct lg_target_change *change,
		   const struct lg_value *now, const char *protocol)
{
	size_t found = 0;
	size_t i;

	for (i = 0; i < count_of(change->expected); i++) {
		const char *text = change->expected->list.item[i];

		if (!same_protocol(text, protocol) ||
		    lg_account_values_has(change->value, text))
			continue;
		if (!lg_account_values_has(now, text))
			return 0;
		found++;
	}
	return found > 0;
}

static void exchange_release(struct exchange *exchange)
{
	free(exchange->delete_value);
	free(exchange->add_value);
}

/* judge: leave out protocols whose values are not ours any more. */
static enum lg_status plan_exchange(const struct lg_target_change *change,
				    const struct lg_value *now,
				    struct exchange *exchange,
				    struct lg_error *err)
{
	int judge = change->care == LG_TARGET_RESTORE;
	size_t i;

	exchange->delete_value = calloc(count_of(change->expected) + 1,
					sizeof(*exchange->delete_value));
	exchange->add_value = calloc(count_of(change->value) + 1,
				     sizeof(*exchange->add_value));
	if (!exchange->delete_value || !exchange->add_value)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	for (i = 0; i < count_of(change->expected); i++) {
		const char *text = change->expected->list.item[i];

		if (!lg_account_values_has(change->value, text) &&
		    (!judge || is_ours(change, now, text)))
			exchange->delete_value[exchange->delete_count++] = text;
	}
	for (i = 0; i < count_of(change->value); i++) {
		const char *text = change->value->list.item[i];

		if (!lg_account_values_has(change->expected, text) &&
		    (!judge || is_ours(change, now, text)))
			exchange->add_value[exchange->add_count++] = text;
	}
	return LG_OK;
}

/* --- writing --------------------------------------------------------------- */

/* Accounts that somebody else changed. */
struct conflicts {
	struct lg_buffer text;
	size_t count;
};

static void add_conflict(struct conflicts *conflicts, const char *entry)
{
	if (conflicts->count++ < TOLD_MAX)
		lg_buffer_format(&conflicts->text, "%s%s",
				 conflicts->count > 1 ? "; " : "", entry);
}

static enum lg_status conflict_error(const struct ldap_target *target,
				     struct conflicts *conflicts,
				     const char *rest, struct lg_error *err)
{
	if (conflicts->count > TOLD_MAX)
		lg_buffer_format(&conflicts->text, " and %zu more",
				 conflicts->count - TOLD_MAX);
	if (lg_buffer_status(&conflicts->text, err))
		return LG_ERR_NO_MEMORY;
	return lg_error_set(err, LG_ERR_CONFLICT, target->name,
			    "somebody else changed the protocolSettings of "
			    "%s; %s",
			    conflicts->text.data, rest);
}

static enum lg_status write_one(struct lg_ldap_connection *connection,
				const struct lg_target_change *change,
				const struct lg_value *now,
				struct conflicts *conflicts,
				struct lg_error *err)
{
	struct exchange exchange = {0};
	enum lg_status status = LG_OK;

	if (same(now, change->value))
		return LG_OK;
	status = plan_exchange(change, now, &exchange, err);
	if (!status && (exchange.delete_count || exchange.add_count))
		status = lg_ldap_modify_values(
			connection, change->name, exchange.delete_value,
			exchange.delete_count, exchange.add_value,
			exchange.add_count, err);
	exchange_release(&exchange);
	if (status == LG_ERR_CONFLICT ||
	    (!status && !same(now, change->expected))) {
		add_conflict(conflicts, change->name);
		status = LG_OK;
	}
	return status;
}

static enum lg_status write_all(struct ldap_target *target,
				const struct lg_target_change *change,
				size_t count, const struct lg_registry *now,
				struct lg_error *err)
{
	struct lg_ldap_connection connection = {0};
	struct conflicts conflicts = {0};
	enum lg_status status = LG_OK;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct lg_value *value =
			lg_registry_find(now, change[i].key, change[i].name);

		if (strcasecmp(change[i].key, LG_KEY_ACCOUNTS) != 0 ||
		    (change[i].value &&
		     (change[i].value->type != LG_REG_MULTI_SZ ||
		      change[i].value->bytes_kept)))
			return lg_error_set(err, LG_ERR_SYNTAX, target->name,
					    "\"%s\" is no account's "
					    "protocolSettings",
					    change[i].name);
		if (change[i].care == LG_TARGET_CHANGE &&
		    !same(value, change[i].expected) &&
		    !same(value, change[i].value))
			add_conflict(&conflicts, change[i].name);
	}
	if (conflicts.count) {
		status = conflict_error(target, &conflicts,
					"nothing is written there, try again",
					err);
		goto out;
	}
	status = connect_any(target, &connection, err);
	for (i = 0; !status && i < count; i++)
		status = write_one(
			&connection, &change[i],
			lg_registry_find(now, change[i].key, change[i].name),
			&conflicts, err);
	if (!status && conflicts.count)
		status = conflict_error(target, &conflicts,
					"what they changed is left as it is",
					err);
out:
	lg_ldap_disconnect(&connection);
	lg_buffer_release(&conflicts.text);
	return status;
}

static enum lg_status target_write(void *self,
				   const struct lg_target_change *change,
				   size_t count, struct lg_error *err)
{
	struct lg_ldap_sigpipe guard = lg_ldap_sigpipe_hold_off();
	struct lg_registry *now = NULL;
	enum lg_status status = target_read(self, &now, err);

	if (!status)
		status = write_all(self, change, count, now, err);
	lg_ldap_sigpipe_let_be(&guard);
	lg_registry_free(&now);
	return status;
}

/* --- opening --------------------------------------------------------------- */

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
		return lg_error_set(err, LG_ERR_NO_MEMORY, name,
				    "out of memory");
	target->name = strdup(name);
	status = target->name ? lg_ldap_settings_read(settings,
						      &target->settings, err)
			      : lg_error_set(err, LG_ERR_NO_MEMORY, name,
					     "out of memory");
	if (status) {
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
