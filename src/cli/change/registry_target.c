/* SPDX-License-Identifier: ISC */
/*
 * registry_target.c - registry show, import, restore ... on another server
 *
 * A change is the difference between what the server holds and what it is to
 * hold. The journal of locks is held meanwhile, so that no lock begins in the
 * middle; what fails is put back from what was read first.
 */
#include "cli/change/registry_target.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/journal_file.h"
#include "app/change/change_end.h"
#include "cli/change/servers_apply.h"
#include "cli/change/servers_history.h"
#include "cli/change/servers_lift.h"
#include "cli/output.h"
#include "cli/open/targets.h"

int lg_cli_registry_server(struct lg_cli *cli,
			   const struct lg_target_settings **out_server)
{
	const struct lg_target_settings *server;
	const struct lg_settings *settings;
	struct lg_strlist names = {0};
	struct lg_error err;
	int code;

	*out_server = NULL;
	if (lg_cli_option(cli, "target") == NULL)
		return LG_EXIT_DONE;
	if (lg_cli_settings(cli, &settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	code = lg_cli_target_names(cli, settings, &names);
	if (code == LG_EXIT_DONE && names.count != 1)
		code = lg_cli_usage(cli, "registry works on one server at a "
					 "time; name one --target");
	if (code == LG_EXIT_DONE) {
		server = lg_cli_target(settings, names.item[0]);
		*out_server = lg_cli_target_is_local(server) ? NULL : server;
	}
	lg_strlist_release(&names);
	return code;
}

/* A server that is down or says no, in the words and codes of a target. */
static int failed(struct lg_cli *cli, const struct lg_error *err)
{
	if (err->status == LG_ERR_CONFLICT)
		return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, err);
	if (err->status == LG_ERR_IO || err->status == LG_ERR_TIMEOUT)
		return lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, err);
	return lg_cli_fail(cli, err);
}

int lg_cli_registry_read(struct lg_cli *cli,
			 const struct lg_target_settings *server,
			 struct lg_registry **out_values)
{
	struct lg_target port;
	struct lg_error err;
	const struct lg_settings *settings;
	enum lg_status status;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK ||
	    lg_cli_target_open(settings, server, &port, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	status = port.read(port.self, out_values, &err);
	port.close(port.self);
	return status == LG_OK ? LG_EXIT_DONE : failed(cli, &err);
}

/* A lock would put the values back, or take them for somebody's change. Of one
 * that damage took nothing is left but this. */
static enum lg_status not_locked(const struct lg_servers_book *book,
				 const char *name, struct lg_error *err)
{
	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];
		const struct lg_servers_record_target *target =
			lg_servers_record_target(record, name);

		if (target != NULL && record->phase != LG_SERVERS_LOST &&
		    lg_servers_step_locks(target->step))
			return lg_error_set(err, LG_ERR_CONFLICT, name,
					    "the lock %s is on this server; "
					    "logongate lift first",
					    record->profile);
	}
	return LG_OK;
}

/* From what is there to what is to be there. item borrows from both. */
struct difference {
	struct lg_target_change *item;
	size_t count;
};

static enum lg_status differences(const struct lg_registry *is,
				  const struct lg_registry *should,
				  struct difference *out, struct lg_error *err)
{
	const struct lg_value *value, *other;
	size_t most = lg_registry_count(is) + lg_registry_count(should);

	out->item = calloc(most + 1, sizeof(*out->item));
	if (out->item == NULL)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	for (size_t i = 0; i < lg_registry_count(should); i++) {
		value = lg_registry_at(should, i);
		other = lg_registry_find(is, value->key, value->name);
		if (other == NULL || !lg_value_equal(value, other))
			out->item[out->count++] =
				(struct lg_target_change){.key = value->key,
							  .name = value->name,
							  .value = value,
							  .expected = other};
	}
	for (size_t i = 0; i < lg_registry_count(is); i++) {
		value = lg_registry_at(is, i);
		if (lg_registry_find(should, value->key, value->name) == NULL)
			out->item[out->count++] =
				(struct lg_target_change){.key = value->key,
							  .name = value->name,
							  .expected = value};
	}
	return LG_OK;
}

/* A3: whether each name holds what the change said. */
static enum lg_status read_back(struct lg_target *port,
				const struct difference *change,
				const struct lg_registry *should,
				struct lg_error *err)
{
	struct lg_registry *found = NULL;
	const struct lg_value *a, *b;
	enum lg_status status = port->read(port->self, &found, err);

	for (size_t i = 0; status == LG_OK && i < change->count; i++) {
		a = lg_registry_find(found, change->item[i].key,
				     change->item[i].name);
		b = lg_registry_find(should, change->item[i].key,
				     change->item[i].name);
		if (!a != !b || (a != NULL && !lg_value_equal(a, b)))
			status = lg_error_set(err, LG_ERR_IO, port->name,
					      "the values read back are not "
					      "those that were written");
	}
	lg_registry_free(&found);
	return status;
}

/* Writes what differs; *out_left is 1 where it failed and the earlier values
 * could not be put back. */
static enum lg_status change_values(struct lg_target *port,
				    const struct lg_registry *is,
				    const struct lg_registry *should,
				    struct lg_strlist *names, int *out_left,
				    struct lg_error *err)
{
	struct difference there = {0}, back = {0};
	struct lg_error second;
	enum lg_status status = differences(is, should, &there, err);

	if (status == LG_OK)
		status = differences(should, is, &back, err);
	for (size_t i = 0; status == LG_OK && i < there.count; i++)
		status = lg_strlist_add(names, there.item[i].name,
					strlen(there.item[i].name), err);
	if (status == LG_OK && there.count > 0) {
		status = port->write(port->self, there.item, there.count, err);
		if (status == LG_OK)
			status = read_back(port, &there, should, err);
		if (status != LG_OK)
			*out_left =
				port->write(port->self, back.item, back.count,
					    &second) != LG_OK ||
				read_back(port, &back, is, &second) != LG_OK;
	}
	free(there.item);
	free(back.item);
	return status;
}

/* What the server is to hold, made from what it holds. */
struct wish {
	enum lg_status (*make)(const struct wish *wish,
			       const struct lg_registry *is,
			       struct lg_registry **out_should,
			       struct lg_error *err);
	const char *place;
	const struct lg_buffer *bytes;
	const struct lg_target_settings *server;
	enum lg_journal_event event;
};

/* Who changed what there; a change of nothing is none. */
static void note(struct lg_cli *cli, const struct wish *wish,
		 const struct lg_strlist *names, const char *result)
{
	struct lg_buffer what = {0};
	struct lg_journal_entry entry = {
		.at_s = lg_cli_now(),
		.event = wish->event,
		.by = lg_cli_by(cli),
		.result = result,
		.max_duration_s = -1,
		.target = wish->server->name,
	};

	if (names->count == 0)
		return;
	lg_change_names(names, &what);
	entry.what = what.data;
	lg_cli_servers_note(cli, &entry);
	lg_buffer_release(&what);
}

static int change_server(struct lg_cli *cli, const struct wish *wish,
			 struct lg_strlist *names)
{
	const char *name = wish->server->name;
	struct lg_registry *is = NULL, *should = NULL;
	struct lg_journal_file *journal = NULL;
	struct lg_servers_book book = {0};
	const struct lg_settings *settings;
	struct lg_target_probe probe = {0};
	struct lg_target port = {0};
	struct lg_error err;
	enum lg_status status;
	int left = 0;
	int code = LG_EXIT_DONE;

	lg_cli_servers_end_over(cli);
	status = lg_cli_servers_begin(cli, &journal, &book, &err);
	if (status == LG_OK)
		status = not_locked(&book, name, &err);
	if (status != LG_OK) {
		code = status == LG_ERR_CONFLICT
			       ? lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK,
						&err)
			       : lg_cli_fail(cli, &err);
		goto out;
	}
	status = lg_cli_settings(cli, &settings, &err);
	if (status == LG_OK)
		status =
			lg_cli_target_open(settings, wish->server, &port, &err);
	if (status == LG_OK)
		status = port.probe(port.self, &probe, &err);
	if (status == LG_OK && !probe.may_write)
		status = lg_error_set(&err, LG_ERR_DENIED, name,
				      "the account may not change the registry "
				      "there; %s",
				      probe.note);
	if (status == LG_OK)
		status = port.read(port.self, &is, &err);
	if (status == LG_OK)
		status = wish->make(wish, is, &should, &err);
	if (status == LG_OK && wish->server->backend != LG_BACKEND_GATE)
		status = lg_cli_servers_check_sizes(name, should, &err);
	if (status == LG_OK)
		status = lg_cli_servers_backup(cli, name, is, NULL, &err);
	if (status == LG_OK)
		status = change_values(&port, is, should, names, &left, &err);
	if (status != LG_OK)
		code = left ? lg_cli_fail_as(cli, LG_EXIT_NOT_PUT_BACK, &err)
			    : failed(cli, &err);
	note(cli, wish, names,
	     status == LG_OK ? "done"
	     : left          ? "failed, NOT put back"
			     : "failed, put back");
	if (left)
		lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, name,
			   "the earlier values could NOT be put back; when it "
			   "can be reached again: logongate registry restore");
out:
	lg_registry_free(&should);
	lg_registry_free(&is);
	if (port.close != NULL)
		port.close(port.self);
	lg_servers_book_release(&book);
	lg_journal_file_close(&journal);
	return code;
}

static enum lg_status merged(const struct wish *wish,
			     const struct lg_registry *is,
			     struct lg_registry **out_should,
			     struct lg_error *err)
{
	return lg_reg_text_parse(wish->bytes->data ? wish->bytes->data : "",
				 wish->bytes->len, wish->place, is, out_should,
				 err);
}

int lg_cli_registry_merge(struct lg_cli *cli,
			  const struct lg_target_settings *server,
			  const char *path, const struct lg_buffer *bytes,
			  struct lg_strlist *names)
{
	const struct wish wish = {merged, path, bytes, server, LG_EVENT_IMPORT};

	return change_server(cli, &wish, names);
}

/* 1 for a name that an apply writes there. */
static int is_ours(const char *name, const struct lg_target_settings *server)
{
	static const char *const ours[] = {
		LG_VALUE_LOGON_ONLY_AS,
		LG_VALUE_DISABLE_MAPI_CLIENTS,
		LG_VALUE_LOGON_ONLY_AS_FILE,
		LG_VALUE_LOGON_ONLY_AS_USERS,
		LG_VALUE_WHEN_INVALID,
		LG_VALUE_REFUSE_PROTOCOLS,
		LG_VALUE_REFUSAL_MESSAGE,
		LG_VALUE_REFUSAL_MESSAGES,
		LG_VALUE_UNKNOWN_VERSION,
		LG_VALUE_UNKNOWN_PROCESS,
		LG_VALUE_FOUR_PART,
		LG_VALUE_HOLD_MAIL,
		LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (strcmp(name, ours[i]) == 0)
			return 1;
	}
	if (server->backend == LG_BACKEND_DIRECTORY)
		return 1;
	return server->companion_name != NULL &&
	       strcmp(name, server->companion_name) == 0;
}

static enum lg_status as_kept(const struct wish *wish,
			      const struct lg_registry *is,
			      struct lg_registry **out_should,
			      struct lg_error *err)
{
	struct lg_registry *should = NULL;
	const struct lg_value *value;
	enum lg_status status = merged(wish, NULL, &should, err);

	for (size_t i = 0; status == LG_OK && i < lg_registry_count(is); i++) {
		value = lg_registry_at(is, i);
		if (!is_ours(value->name, wish->server) &&
		    lg_registry_find(should, value->key, value->name) == NULL)
			status = lg_registry_set(should, value, err);
	}
	if (status == LG_OK)
		*out_should = should;
	else
		lg_registry_free(&should);
	return status;
}

/* backups/TIME.TARGET.reg, with or without the ending. */
static int is_backup_of(const char *name, const char *target)
{
	size_t len = strlen(name), target_len = strlen(target);

	if (len > 4 && strcmp(name + len - 4, ".reg") == 0)
		len -= 4;
	return strchr(name, '/') == NULL && name[0] != '.' &&
	       len > target_len + 1 && name[len - target_len - 1] == '.' &&
	       strncmp(name + len - target_len, target, target_len) == 0;
}

int lg_cli_registry_put_back(struct lg_cli *cli,
			     const struct lg_target_settings *server,
			     const char *name, struct lg_strlist *names)
{
	struct lg_buffer file = {0}, path = {0}, bytes = {0};
	size_t len = strlen(name);
	struct lg_error err;
	enum lg_status status;
	int code;

	if (!is_backup_of(name, server->name))
		return lg_cli_say(cli, LG_EXIT_INVALID, name,
				  "is no back-up of %s; one is called "
				  "TIME.%s.reg and lies in backups/ of "
				  "state_dir",
				  server->name, server->name);
	lg_buffer_format(
		&file, LG_CLI_BACKUPS "/%s%s", name,
		len > 4 && strcmp(name + len - 4, ".reg") == 0 ? "" : ".reg");
	status = lg_buffer_status(&file, &err);
	if (status == LG_OK)
		status = lg_cli_servers_path(cli, file.data, &path, &err);
	if (status == LG_OK)
		status = lg_file_read(path.data, &bytes, &err);
	if (status == LG_OK) {
		const struct wish wish = {as_kept, path.data, &bytes, server,
					  LG_EVENT_RESTORE};

		code = change_server(cli, &wish, names);
	} else {
		code = status == LG_ERR_IO
			       ? lg_cli_fail_as(cli, LG_EXIT_INVALID, &err)
			       : lg_cli_fail(cli, &err);
	}
	lg_buffer_release(&bytes);
	lg_buffer_release(&path);
	lg_buffer_release(&file);
	return code;
}
