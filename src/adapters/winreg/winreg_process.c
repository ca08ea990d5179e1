/* SPDX-License-Identifier: ISC */
/*
 * winreg_process.c - a logongate-winreg process, and lines to and from it
 *
 * A socket pair instead of pipes, so that a helper that died is an error from
 * send with MSG_NOSIGNAL and not a SIGPIPE in whoever holds us.
 */
#include "adapters/winreg/winreg_process.h"
#include "base/hex.h"
#include "port/json_of.h"
#include "adapters/system/steady.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_LIMIT ((size_t)64 << 20)

enum lg_status winreg_process_start(struct winreg_process *helper,
				    struct lg_error *err)
{
	char *const argv[] = {(char *)"logongate-winreg", NULL};
	posix_spawn_file_actions_t actions;
	int ends[2];
	int result;

	if (helper->pid > 0)
		return LG_OK;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return lg_error_set(err, LG_ERR_IO, helper->server,
				    "no socket for the helper: %s",
				    strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	result = posix_spawn(&helper->pid, helper->program, &actions, NULL,
			     argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (result != 0) {
		helper->pid = 0;
		close(ends[0]);
		return lg_error_set(err, LG_ERR_IO, helper->program,
				    "the helper that reaches Windows servers "
				    "cannot be started: %s",
				    strerror(result));
	}
	helper->fd = ends[0];
	return LG_OK;
}

void winreg_process_stop(struct winreg_process *helper)
{
	int64_t deadline = lg_steady_ms() + 2000;
	pid_t ended = 0;

	lg_buffer_release(&helper->input);
	if (helper->pid <= 0)
		return;
	close(helper->fd);
	/* end of input ends it; one that hangs in the network is killed */
	while ((ended = waitpid(helper->pid, NULL, WNOHANG)) == 0 &&
	       lg_steady_ms() < deadline)
		poll(NULL, 0, 10);
	if (ended == 0) {
		kill(helper->pid, SIGKILL);
		while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	helper->pid = 0;
}

static enum lg_status gone(struct winreg_process *helper, struct lg_error *err)
{
	winreg_process_stop(helper);
	return lg_error_set(err, LG_ERR_IO, helper->server,
			    "the helper that reaches it ended unexpectedly");
}

static enum lg_status send_line(struct winreg_process *helper, const char *text,
				size_t len, struct lg_error *err)
{
	ssize_t put;

	while (len > 0) {
		put = send(helper->fd, text, len, MSG_NOSIGNAL);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return gone(helper, err);
		text += put;
		len -= (size_t)put;
	}
	return LG_OK;
}

static enum lg_status receive_line(struct winreg_process *helper,
				   int timeout_ms, size_t *out_len,
				   struct lg_error *err)
{
	struct pollfd poll_fd = {.fd = helper->fd, .events = POLLIN};
	int64_t deadline = lg_steady_ms() + timeout_ms;
	const char *newline;
	char block[16384];
	size_t seen = 0;
	int64_t left;
	ssize_t got;

	for (;;) {
		newline = helper->input.len > seen
				  ? memchr(helper->input.data + seen, '\n',
					   helper->input.len - seen)
				  : NULL;
		if (newline) {
			*out_len = (size_t)(newline - helper->input.data);
			return LG_OK;
		}
		seen = helper->input.len;
		left = deadline - lg_steady_ms();
		if (left <= 0) {
			kill(helper->pid, SIGKILL);
			winreg_process_stop(helper);
			return lg_error_set(err, LG_ERR_TIMEOUT, helper->server,
					    "does not answer");
		}
		if (poll(&poll_fd, 1, (int)left) <= 0)
			continue;
		got = recv(helper->fd, block, sizeof(block), 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || helper->input.len > ANSWER_LIMIT)
			return gone(helper, err);
		lg_buffer_append(&helper->input, block, (size_t)got);
		if (helper->input.status != LG_OK)
			return lg_buffer_status(&helper->input, err);
	}
}

static enum lg_status status_from_name(const char *name)
{
	for (int status = LG_OK + 1; name && status < LG_ERR_BUG; status++) {
		if (strcmp(name, lg_status_name(status)) == 0)
			return status;
	}
	return LG_ERR_BUG;
}

static enum lg_status read_answer(struct winreg_process *helper, cJSON *answer,
				  struct lg_error *err)
{
	const char *place;
	const char *text;

	if (lg_json_is_true(answer, "ok"))
		return LG_OK;
	place = lg_json_text_of(answer, "place");
	text = lg_json_text_of(answer, "text");
	return lg_error_set(err,
			    status_from_name(lg_json_text_of(answer, "status")),
			    place ? place : helper->server, "%s",
			    text ? text : "the helper gave no reason");
}

enum lg_status winreg_process_ask(struct winreg_process *helper, cJSON *request,
				  int timeout_ms, cJSON **out_answer,
				  struct lg_error *err)
{
	struct lg_buffer line = {0};
	enum lg_status status;
	cJSON *answer = NULL;
	size_t len = 0;
	char *text = request ? cJSON_PrintUnformatted(request) : NULL;

	cJSON_Delete(request);
	if (!text)
		return lg_no_memory(err);
	lg_buffer_text(&line, text);
	lg_buffer_char(&line, '\n');
	cJSON_free(text);
	status = lg_buffer_status(&line, err);
	if (status == LG_OK)
		status = send_line(helper, line.data, line.len, err);
	if (status == LG_OK)
		status = receive_line(helper, timeout_ms, &len, err);
	if (status == LG_OK) {
		answer = cJSON_ParseWithLength(helper->input.data, len);
		/* one answer a request: nothing may follow the line */
		lg_buffer_clear(&helper->input);
		status = read_answer(helper, answer, err);
	}
	lg_buffer_release(&line);
	if (status == LG_OK && out_answer)
		*out_answer = answer;
	else
		cJSON_Delete(answer);
	return status;
}

static enum lg_status read_hex(const char *hex, struct lg_buffer *out,
			       const char *place, struct lg_error *err)
{
	if (!hex || !lg_hex_read(hex, out))
		return lg_error_set(
			err, LG_ERR_SYNTAX, place,
			"the helper gave a value that is not hexadecimal");
	return lg_buffer_status(out, err);
}

enum lg_status winreg_value_read(const cJSON *item, const char *place,
				 struct lg_registry *values,
				 struct lg_error *err)
{
	const char *key = lg_json_text_of(item, "key");
	const char *name = lg_json_text_of(item, "name");
	const cJSON *type = lg_json_of(item, "type");
	struct lg_buffer bytes = {0};
	enum lg_status status;

	if (!key || !name || !cJSON_IsNumber(type) || type->valuedouble < 0)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "the helper gave a value without key, "
				    "name or type");
	status = read_hex(lg_json_text_of(item, "hex"), &bytes, place, err);
	if (status == LG_OK)
		status = lg_registry_set_bytes(
			values, key, name, (uint32_t)type->valuedouble,
			bytes.data ? bytes.data : "", bytes.len, err);
	lg_buffer_release(&bytes);
	return status;
}

static int add_hex(cJSON *object, const struct lg_value *value)
{
	struct lg_buffer bytes = {0};
	struct lg_buffer hex = {0};
	struct lg_error ignored;
	int added = 0;

	lg_value_bytes(value, &bytes);
	lg_hex_append(&hex, bytes.data, bytes.len);
	if (lg_buffer_status(&bytes, &ignored) == LG_OK &&
	    lg_buffer_status(&hex, &ignored) == LG_OK)
		added = cJSON_AddStringToObject(object, "hex",
						hex.data ? hex.data : "") !=
			NULL;
	lg_buffer_release(&bytes);
	lg_buffer_release(&hex);
	return added;
}

int winreg_change_add(cJSON *array, const struct lg_target_change *change)
{
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(array, object)) {
		cJSON_Delete(object);
		return 0;
	}
	if (!cJSON_AddStringToObject(object, "key", change->key) ||
	    !cJSON_AddStringToObject(object, "name", change->name))
		return 0;
	if (!change->value)
		return cJSON_AddNullToObject(object, "type") != NULL;
	return cJSON_AddNumberToObject(object, "type", change->value->type) &&
	       add_hex(object, change->value);
}
