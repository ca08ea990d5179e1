/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logongate-winreg - reaches one Windows server for logongate
 *
 * Reads requests as JSON lines from standard input and answers each with one
 * line, as PROTOCOL.md says. A program of its own, because libsmbclient's
 * options are those of a process and its licence is the GPL.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include <logongate/release.h>

#include "winreg/server.h"

#include "base/hex.h"
#include "port/json_of.h"

enum {
	TIMEOUT_DEFAULT_MS = 10000
};

/* What the settings of a session point to. */
struct helper {
	struct server server;
	char *name;
	char *credentials_file;
	int opened;
};

static enum lg_status bad(const char *what, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "the request has no valid \"%s\"", what);
}

static int number_of(const cJSON *object, const char *name, int least, int most,
		     int otherwise)
{
	const cJSON *item = lg_json_of(object, name);

	if (!cJSON_IsNumber(item))
		return otherwise;
	if (item->valuedouble < least || item->valuedouble > most)
		return -1;
	return (int)item->valuedouble;
}

/* --- hex ------------------------------------------------------------------ */

static void hex_append(struct lg_buffer *out, const uint8_t *data, size_t len)
{
	lg_buffer_text(out, "");
	lg_hex_append(out, data, len);
}

static int hex_read(const char *hex, struct lg_buffer *out)
{
	lg_buffer_text(out, "");
	return lg_hex_read(hex, out);
}

/* --- requests ------------------------------------------------------------- */

static enum lg_status do_open(struct helper *helper, const cJSON *request,
			      cJSON *answer, struct lg_error *err)
{
	const char *server = lg_json_text_of(request, "server");
	const char *file = lg_json_text_of(request, "credentials_file");
	struct session_settings settings = {0};
	enum lg_status status;

	settings.port = number_of(request, "port", 1, 65535, 445);
	settings.timeout_ms = number_of(request, "timeout_ms", 1, 3600000,
					TIMEOUT_DEFAULT_MS);
	settings.smb1 = lg_json_is_true(request, "smb1");
	if (!server)
		return bad("server", err);
	if (settings.port < 0)
		return bad("port", err);
	if (settings.timeout_ms < 0)
		return bad("timeout_ms", err);
	server_close(&helper->server);
	helper->opened = 0;
	free(helper->name);
	free(helper->credentials_file);
	helper->name = strdup(server);
	helper->credentials_file = file ? strdup(file) : NULL;
	if (!helper->name || (file && !helper->credentials_file))
		return lg_no_memory(err);
	settings.server = helper->name;
	settings.credentials_file = helper->credentials_file;
	status = server_open(&helper->server, &settings, err);
	helper->opened = status == LG_OK;
	return status;
}

static enum lg_status do_probe(struct helper *helper, const cJSON *request,
			       cJSON *answer, struct lg_error *err)
{
	const char *key = lg_json_text_of(request, "key");
	int may_write = 0;
	enum lg_status status;

	if (!key)
		return bad("key", err);
	status = server_probe(&helper->server, key, &may_write, err);
	if (status == LG_OK &&
	    (!cJSON_AddBoolToObject(answer, "may_write", may_write) ||
	     !cJSON_AddStringToObject(
		     answer, "note",
		     may_write ? ""
			       : "the account may not set values "
				 "there")))
		status = lg_no_memory(err);
	return status;
}

static enum lg_status do_service(struct helper *helper, const cJSON *request,
				 cJSON *answer, struct lg_error *err)
{
	const char *name = lg_json_text_of(request, "name");
	static const char *const words[] = {
		[SERVER_RUNNING] = "running",   [SERVER_STOPPED] = "stopped",
		[SERVER_STOPPING] = "stopping", [SERVER_STARTING] = "starting",
		[SERVER_PAUSED] = "paused",
	};
	enum server_service_state state = SERVER_NO_SERVICE;
	enum lg_status status;
	cJSON *item;

	if (!name)
		return bad("name", err);
	status = server_service(&helper->server, name, &state, err);
	if (status != LG_OK)
		return status;
	item = state == SERVER_NO_SERVICE
		       ? cJSON_AddNullToObject(answer, "state")
		       : cJSON_AddStringToObject(answer, "state", words[state]);
	return item ? LG_OK : lg_no_memory(err);
}

static enum lg_status add_value(void *context, const char *key,
				const char *name, uint32_t type,
				const uint8_t *data, size_t len,
				struct lg_error *err)
{
	cJSON *array = context;
	cJSON *item = cJSON_CreateObject();
	struct lg_buffer hex = {0};
	int added = item && cJSON_AddItemToArray(array, item);

	if (!added)
		cJSON_Delete(item);
	hex_append(&hex, data, len);
	if (added)
		added = hex.status == LG_OK &&
			cJSON_AddStringToObject(item, "key", key) &&
			cJSON_AddStringToObject(item, "name", name) &&
			cJSON_AddNumberToObject(item, "type", type) &&
			cJSON_AddStringToObject(item, "hex", hex.data);
	lg_buffer_release(&hex);
	return added ? LG_OK : lg_no_memory(err);
}

static enum lg_status do_read(struct helper *helper, const cJSON *request,
			      cJSON *answer, struct lg_error *err)
{
	const cJSON *keys = lg_json_of(request, "keys");
	cJSON *array = cJSON_AddArrayToObject(answer, "values");
	struct server_sink sink = {array, add_value};
	enum lg_status status = LG_OK;
	const cJSON *key;

	if (!array)
		return lg_no_memory(err);
	if (!cJSON_IsArray(keys))
		return bad("keys", err);
	cJSON_ArrayForEach(key, keys) {
		if (!cJSON_IsString(key))
			status = bad("keys", err);
		else
			status = server_read(&helper->server, key->valuestring,
					     &sink, err);
		if (status != LG_OK)
			break;
	}
	return status;
}

static enum lg_status read_change(const cJSON *item,
				  struct server_change *out_change,
				  struct lg_buffer *bytes, struct lg_error *err)
{
	const cJSON *type = lg_json_of(item, "type");
	const char *hex = lg_json_text_of(item, "hex");

	out_change->key = lg_json_text_of(item, "key");
	out_change->name = lg_json_text_of(item, "name");
	if (!out_change->key || !out_change->name)
		return bad("changes", err);
	if (cJSON_IsNull(type)) {
		out_change->kind = SERVER_DELETE;
		return LG_OK;
	}
	if (!cJSON_IsNumber(type) || type->valuedouble < 0 ||
	    type->valuedouble > UINT32_MAX || !hex || !hex_read(hex, bytes))
		return bad("changes", err);
	out_change->type = (uint32_t)type->valuedouble;
	out_change->data = bytes->data;
	out_change->len = bytes->len;
	return lg_buffer_status(bytes, err);
}

static enum lg_status do_write(struct helper *helper, const cJSON *request,
			       cJSON *answer, struct lg_error *err)
{
	const cJSON *changes = lg_json_of(request, "changes");
	size_t count = (size_t)cJSON_GetArraySize(changes);
	struct server_change *change = NULL;
	struct lg_buffer *bytes = NULL;
	enum lg_status status = LG_OK;
	const cJSON *item;
	size_t i = 0;

	if (!cJSON_IsArray(changes))
		return bad("changes", err);
	change = calloc(count + 1, sizeof(*change));
	bytes = calloc(count + 1, sizeof(*bytes));
	if (!change || !bytes)
		status = lg_no_memory(err);
	cJSON_ArrayForEach(item, changes) {
		if (status != LG_OK)
			break;
		status = read_change(item, &change[i], &bytes[i], err);
		i++;
	}
	if (status == LG_OK)
		status = server_write(&helper->server, change, count, err);
	for (i = 0; bytes && i < count; i++)
		lg_buffer_release(&bytes[i]);
	free(bytes);
	free(change);
	return status;
}

enum turn {
	STOP = 0,
	START,
	RESTART
};

static enum lg_status turn(struct helper *helper, const cJSON *request,
			   enum turn way, struct lg_error *err)
{
	const char *name = lg_json_text_of(request, "name");
	int timeout_ms = number_of(request, "timeout_ms", 1, 86400000, 300000);

	if (!name)
		return bad("name", err);
	if (timeout_ms < 0)
		return bad("timeout_ms", err);
	if (way == RESTART)
		return server_restart(&helper->server, name, timeout_ms, err);
	return server_set_running(&helper->server, name, way == START,
				  timeout_ms, err);
}

static enum lg_status do_restart(struct helper *helper, const cJSON *request,
				 cJSON *answer, struct lg_error *err)
{
	return turn(helper, request, RESTART, err);
}

static enum lg_status do_start(struct helper *helper, const cJSON *request,
			       cJSON *answer, struct lg_error *err)
{
	return turn(helper, request, START, err);
}

static enum lg_status do_stop(struct helper *helper, const cJSON *request,
			      cJSON *answer, struct lg_error *err)
{
	return turn(helper, request, STOP, err);
}

static const struct {
	const char *op;
	enum lg_status (*run)(struct helper *helper, const cJSON *request,
			      cJSON *answer, struct lg_error *err);
	int needs_open;
} operations[] = {
	{"open", do_open, 0},       {"probe", do_probe, 1},
	{"service", do_service, 1}, {"read", do_read, 1},
	{"write", do_write, 1},     {"restart", do_restart, 1},
	{"start", do_start, 1},     {"stop", do_stop, 1},
};

static enum lg_status run(struct helper *helper, const cJSON *request,
			  cJSON *answer, struct lg_error *err)
{
	const char *op = lg_json_text_of(request, "op");

	for (size_t i = 0; op && i < sizeof(operations) / sizeof(operations[0]);
	     i++) {
		if (strcmp(op, operations[i].op) != 0)
			continue;
		if (operations[i].needs_open && !helper->opened)
			return lg_error_set(err, LG_ERR_CONFLICT, NULL,
					    "no server is open");
		return operations[i].run(helper, request, answer, err);
	}
	return bad("op", err);
}

/* The answer to one line; NULL without memory. */
static char *answer_line(struct helper *helper, const char *line, size_t len)
{
	cJSON *request = cJSON_ParseWithLength(line, len);
	cJSON *answer = cJSON_CreateObject();
	struct lg_error err = {0};
	enum lg_status status;
	char *text;

	if (!answer || !cJSON_AddTrueToObject(answer, "ok"))
		status = lg_no_memory(&err);
	else if (!cJSON_IsObject(request))
		status = lg_error_set(&err, LG_ERR_SYNTAX, NULL,
				      "the request is not a JSON object");
	else
		status = run(helper, request, answer, &err);
	if (status != LG_OK) {
		cJSON_Delete(answer);
		answer = cJSON_CreateObject();
		cJSON_AddFalseToObject(answer, "ok");
		cJSON_AddStringToObject(answer, "status",
					lg_status_name(status));
		cJSON_AddStringToObject(answer, "place",
					err.place[0]   ? err.place
					: helper->name ? helper->name
						       : "");
		cJSON_AddStringToObject(answer, "text", err.text);
	}
	text = cJSON_PrintUnformatted(answer);
	cJSON_Delete(answer);
	cJSON_Delete(request);
	return text;
}

int main(int argc, char **argv)
{
	struct helper helper = {0};
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int result = 0;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("logongate-winreg %s\n", LOGONGATE_VERSION);
		return 0;
	}
	if (argc > 1) {
		fputs("usage: logongate-winreg [--version]\n"
		      "Started by logongate; requests come on standard "
		      "input.\n",
		      stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	while (!result && (len = getline(&line, &size, stdin)) > 0) {
		char *text = answer_line(&helper, line, (size_t)len);

		if (!text || printf("%s\n", text) < 0 || fflush(stdout) != 0)
			result = 1;
		free(text);
	}
	server_close(&helper.server);
	free(helper.name);
	free(helper.credentials_file);
	free(line);
	return result;
}
