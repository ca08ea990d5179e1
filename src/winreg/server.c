/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registry of a Windows server, call by call. A call whose connection
 * failed leaves nothing open, so that the next one begins with a session of
 * its own: what is to be put back must not depend on a pipe that broke.
 */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "base/utf16.h"
#include "winreg/server.h"

#define HIVE "HKEY_LOCAL_MACHINE\\"

enum {
	VALUE_MAX = 1 << 20, /* what a hive takes */
	NAME_MAX_UNITS = 16383,
	FLUSH_KEY = 11,
	ENUM_TRIES = 8
};

static void disconnect(struct server *server)
{
	pipe_close(&server->winreg);
	pipe_close(&server->svcctl);
	session_close(&server->session);
	lg_buffer_release(&server->stub);
	lg_buffer_release(&server->answer);
}

static enum lg_status connect_session(struct server *server,
				      struct lg_error *err)
{
	if (server->session)
		return LG_OK;
	return session_new(&server->settings, &server->session, err);
}

enum lg_status server_pipe(struct server *server, struct rpc_pipe **pipe,
			   const char *name,
			   const struct dcerpc_interface *interface,
			   struct lg_error *err)
{
	enum lg_status status = connect_session(server, err);

	if (status == LG_OK && !*pipe)
		status = pipe_open(server->session, name, interface, pipe, err);
	if (status != LG_OK)
		disconnect(server);
	return status;
}

enum lg_status server_call(struct server *server, struct rpc_pipe *pipe,
			   uint16_t opnum, struct lg_error *err)
{
	enum lg_status status =
		pipe_call(pipe, opnum, &server->stub, &server->answer, err);

	lg_buffer_clear(&server->stub);
	if (status != LG_OK && status != LG_ERR_DENIED &&
	    status != LG_ERR_CONFLICT)
		disconnect(server);
	if (status != LG_OK && err && !err->place[0])
		lg_error_set(err, status, server->settings.server, "%s",
			     err->text);
	return status;
}

enum lg_status server_failed(const struct server *server, const char *what,
			     uint32_t error, struct lg_error *err)
{
	return windows_failed(server->settings.server, what, error, err);
}

enum lg_status server_open(struct server *server,
			   const struct session_settings *settings,
			   struct lg_error *err)
{
	server_close(server);
	server->settings = *settings;
	return server_pipe(server, &server->winreg, "winreg", &dcerpc_winreg,
			   err);
}

void server_close(struct server *server)
{
	disconnect(server);
	*server = (struct server){0};
}

/* --- keys ----------------------------------------------------------------- */

/* A call of winreg. */
static enum lg_status call(struct server *server, uint16_t opnum,
			   struct lg_error *err)
{
	return server_call(server, server->winreg, opnum, err);
}

static void close_key(struct server *server, const struct rpc_handle *key)
{
	/* After a lost connection there is nothing to close. */
	if (!server->winreg)
		return;
	rpc_put_handle(&server->stub, key);
	call(server, RRP_CLOSE_KEY, NULL);
}

static enum lg_status check_text(const struct server *server, const char *text,
				 struct lg_error *err)
{
	size_t len = strlen(text);

	if (!lg_utf8_is_valid(text, len) ||
	    lg_utf16_units(text, len) > NAME_MAX_UNITS)
		return lg_error_set(
			err, LG_ERR_SYNTAX, server->settings.server,
			"a name is not UTF-8, or longer than %d characters",
			NAME_MAX_UNITS);
	return LG_OK;
}

/* The path below HKEY_LOCAL_MACHINE. */
static enum lg_status path_of(const struct server *server, const char *key,
			      const char **out_path, struct lg_error *err)
{
	enum lg_status status = check_text(server, key, err);

	if (status != LG_OK)
		return status;
	if (strncasecmp(key, HIVE, sizeof(HIVE) - 1) != 0 ||
	    !key[sizeof(HIVE) - 1])
		return lg_error_set(err, LG_ERR_SYNTAX, server->settings.server,
				    "\"%s\" is not a key below %s", key, HIVE);
	*out_path = key + sizeof(HIVE) - 1;
	return LG_OK;
}

static enum lg_status open_machine(struct server *server, uint32_t access,
				   struct rpc_handle *out_machine,
				   struct lg_error *err)
{
	uint32_t error = 0;
	enum lg_status status = server_pipe(server, &server->winreg, "winreg",
					    &dcerpc_winreg, err);

	if (status == LG_OK) {
		rrp_open_local_machine(access, &server->stub);
		status = call(server, RRP_OPEN_LOCAL_MACHINE, err);
	}
	if (status == LG_OK)
		status = rrp_read_handle(&server->answer, out_machine, &error,
					 err);
	if (status == LG_OK && error)
		status =
			server_failed(server, "HKEY_LOCAL_MACHINE", error, err);
	return status;
}

enum key_way {
	KEY_OPEN = 0,
	KEY_CREATE
};

/* Opens path[0..]; the Windows error is the caller's business. */
static enum lg_status open_path(struct server *server, const char *path,
				uint32_t access, enum key_way way,
				struct rpc_handle *out_key, uint32_t *out_error,
				struct lg_error *err)
{
	struct rpc_handle machine;
	enum lg_status status =
		open_machine(server, RRP_MAXIMUM_ALLOWED, &machine, err);

	if (status != LG_OK)
		return status;
	if (way == KEY_CREATE) {
		rrp_create_key(&machine, path, access, &server->stub);
		status = call(server, RRP_CREATE_KEY, err);
		if (status == LG_OK)
			status = rrp_read_created(&server->answer, out_key,
						  out_error, err);
	} else {
		rrp_open_key(&machine, path, access, &server->stub);
		status = call(server, RRP_OPEN_KEY, err);
		if (status == LG_OK)
			status = rrp_read_handle(&server->answer, out_key,
						 out_error, err);
	}
	close_key(server, &machine);
	return status;
}

static int is_missing(uint32_t error)
{
	return error == WINDOWS_FILE_NOT_FOUND ||
	       error == WINDOWS_PATH_NOT_FOUND;
}

enum lg_status server_probe(struct server *server, const char *key,
			    int *out_may_write, struct lg_error *err)
{
	struct lg_buffer at = {0};
	struct rpc_handle handle;
	uint32_t access = RRP_QUERY_VALUE | RRP_SET_VALUES;
	uint32_t error = WINDOWS_FILE_NOT_FOUND;
	const char *path;
	enum lg_status status = path_of(server, key, &path, err);

	if (status != LG_OK)
		return status;
	lg_buffer_text(&at, path);
	status = lg_buffer_status(&at, err);
	while (status == LG_OK && is_missing(error)) {
		char *up;

		status = open_path(server, at.data, access, KEY_OPEN, &handle,
				   &error, err);
		if (status != LG_OK || !is_missing(error))
			break;
		/* Not there: it would be made below the next one up. */
		access = RRP_CREATE_SUB_KEY;
		up = strrchr(at.data, '\\');
		if (!up)
			break;
		*up = '\0';
	}
	lg_buffer_release(&at);
	if (status != LG_OK)
		return status;
	if (!error)
		close_key(server, &handle);
	else if (error != WINDOWS_ACCESS_DENIED)
		return server_failed(server, key, error, err);
	*out_may_write = !error;
	return LG_OK;
}

/* --- reading -------------------------------------------------------------- */

static enum lg_status key_info(struct server *server,
			       const struct rpc_handle *key,
			       struct rrp_key_info *out_info,
			       struct lg_error *err)
{
	uint32_t error = 0;
	enum lg_status status;

	rrp_query_info_key(key, &server->stub);
	status = call(server, RRP_QUERY_INFO_KEY, err);
	if (status == LG_OK)
		status = rrp_read_key_info(&server->answer, out_info, &error,
					   err);
	if (status == LG_OK && error)
		status = server_failed(server, "reading the key", error, err);
	return status;
}

/* One value. *out_error is WINDOWS_NO_MORE_ITEMS behind the last. */
static enum lg_status read_one(struct server *server,
			       const struct rpc_handle *key,
			       const char *key_name, uint32_t index,
			       const struct rrp_key_info *info,
			       const struct server_sink *sink,
			       uint32_t *out_error, struct lg_error *err)
{
	struct rrp_value value = {{0}, 0, NULL, 0};
	enum lg_status status;

	rrp_enum_value(key, index, info, &server->stub);
	status = call(server, RRP_ENUM_VALUE, err);
	if (status == LG_OK)
		status =
			rrp_read_value(&server->answer, &value, out_error, err);
	if (status == LG_OK && !*out_error)
		status = sink->value(sink->context, key_name,
				     value.name.data ? value.name.data : "",
				     value.type, value.data, value.len, err);
	lg_buffer_release(&value.name);
	return status;
}

static enum lg_status read_values(struct server *server,
				  const struct rpc_handle *key,
				  const char *key_name,
				  const struct server_sink *sink,
				  struct lg_error *err)
{
	struct rrp_key_info info;
	uint32_t index = 0;
	uint32_t error = 0;
	int tries = 0;
	enum lg_status status = key_info(server, key, &info, err);

	while (status == LG_OK) {
		status = read_one(server, key, key_name, index, &info, sink,
				  &error, err);
		if (status != LG_OK || error == WINDOWS_NO_MORE_ITEMS)
			break;
		if (error == WINDOWS_MORE_DATA && tries++ < ENUM_TRIES) {
			/* Somebody wrote a larger one meanwhile. */
			info.name_max = 2 * info.name_max + 64;
			info.value_max = 2 * info.value_max + 4096;
			continue;
		}
		if (error)
			return server_failed(server, key_name, error, err);
		index++;
	}
	return status;
}

enum lg_status server_read(struct server *server, const char *key,
			   const struct server_sink *sink, struct lg_error *err)
{
	struct rpc_handle handle;
	uint32_t error = 0;
	const char *path;
	enum lg_status status = path_of(server, key, &path, err);

	if (status == LG_OK)
		status = open_path(server, path, RRP_READ, KEY_OPEN, &handle,
				   &error, err);
	if (status != LG_OK || is_missing(error))
		return status;
	if (error)
		return server_failed(server, key, error, err);
	status = read_values(server, &handle, key, sink, err);
	close_key(server, &handle);
	return status;
}

/* --- writing -------------------------------------------------------------- */

static enum lg_status check_changes(const struct server *server,
				    const struct server_change *change,
				    size_t count, struct lg_error *err)
{
	enum lg_status status = LG_OK;
	const char *path;

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		status = path_of(server, change[i].key, &path, err);
		if (status == LG_OK)
			status = check_text(server, change[i].name, err);
		if (status == LG_OK && change[i].kind == SERVER_SET &&
		    change[i].len > VALUE_MAX)
			status = lg_error_set(
				err, LG_ERR_LIMIT, server->settings.server,
				"%s would have %zu bytes; a "
				"registry takes %d",
				change[i].name, change[i].len, VALUE_MAX);
	}
	return status;
}

static enum lg_status change_value(struct server *server,
				   const struct rpc_handle *key,
				   const struct server_change *change,
				   struct lg_error *err)
{
	uint16_t opnum = RRP_SET_VALUE;
	uint32_t error = 0;
	enum lg_status status;

	if (change->kind == SERVER_DELETE) {
		opnum = RRP_DELETE_VALUE;
		rrp_delete_value(key, change->name, &server->stub);
	} else {
		rrp_set_value(key, change->name, change->type, change->data,
			      change->len, &server->stub);
	}
	status = call(server, opnum, err);
	if (status == LG_OK)
		status = rrp_read_error(&server->answer, &error, err);
	if (status == LG_OK && error &&
	    !(change->kind == SERVER_DELETE && is_missing(error)))
		status = server_failed(server, change->name, error, err);
	if (status == LG_OK) {
		/* Not every server has it, and none needs it to be read back:
		 * its answer decides nothing. */
		rpc_put_handle(&server->stub, key);
		status = call(server, FLUSH_KEY, err);
		if (status == LG_ERR_CONFLICT || status == LG_ERR_DENIED)
			status = LG_OK;
	}
	return status;
}

enum lg_status server_write(struct server *server,
			    const struct server_change *change, size_t count,
			    struct lg_error *err)
{
	enum lg_status status = check_changes(server, change, count, err);

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		struct rpc_handle key;
		uint32_t error = 0;
		const char *path;
		enum key_way way =
			change[i].kind == SERVER_SET ? KEY_CREATE : KEY_OPEN;

		status = path_of(server, change[i].key, &path, err);
		if (status == LG_OK)
			status = open_path(server, path,
					   RRP_QUERY_VALUE | RRP_SET_VALUES,
					   way, &key, &error, err);
		if (status != LG_OK)
			break;
		if (is_missing(error) && way == KEY_OPEN)
			continue;
		if (error)
			return server_failed(server, change[i].key, error, err);
		status = change_value(server, &key, &change[i], err);
		close_key(server, &key);
	}
	return status;
}
