/* SPDX-License-Identifier: ISC */
/*
 * control_client.c - JSON lines and attached bytes over a socket
 *
 * Everything that arrives is collected in one buffer from which lines and
 * blocks are taken; a read waits no longer than the time limit, which starts
 * again with every byte.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "adapters/control/control_client.h"
#include "port/json_of.h"
#include "adapters/control/control_tls.h"

/* A million sessions in one answer, and no more. */
#define ANSWER_MAX ((size_t)512 * 1024 * 1024)

struct lg_control {
	int fd;
	struct lg_control_tls *tls; /* NULL: fd itself */
	char *path;
	struct lg_buffer in;
	size_t taken; /* bytes of in that are used up */
};

static enum lg_status connect_error(const char *path, int number,
				    struct lg_error *err)
{
	switch (number) {
	case ENOENT:
	case ECONNREFUSED:
	case ENOTDIR:
		return lg_error_set(err, LG_ERR_IO, path,
				    "no gate is running here; systemctl start "
				    "logongated starts it");
	case EACCES:
	case EPERM:
		return lg_error_set(err, LG_ERR_DENIED, path,
				    "you may not talk to the gate; root and "
				    "the members of admin_group may");
	default:
		return lg_error_set(err, LG_ERR_IO, path, "%s",
				    strerror(number));
	}
}

enum lg_status lg_control_open(const char *path,
			       struct lg_control **out_control,
			       struct lg_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct lg_control *control = NULL;
	size_t len = strlen(path);
	enum lg_status status = LG_OK;

	if (len >= sizeof(address.sun_path))
		return lg_error_set(err, LG_ERR_LIMIT, path,
				    "a socket's path has at most %zu "
				    "characters; make run_dir shorter",
				    sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, len + 1);
	control = calloc(1, sizeof(*control));
	if (control == NULL)
		return lg_no_memory(err);
	control->path = strdup(path);
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (control->path == NULL)
		status = lg_no_memory(err);
	else if (control->fd < 0 ||
		 connect(control->fd, (struct sockaddr *)&address,
			 sizeof(address)) != 0)
		status = connect_error(path, errno, err);
	if (status != LG_OK)
		lg_control_close(&control);
	else
		*out_control = control;
	return status;
}

enum lg_status lg_control_open_remote(const struct lg_control_remote *remote,
				      int timeout_ms,
				      struct lg_control **out_control,
				      struct lg_error *err)
{
	struct lg_control *control = calloc(1, sizeof(*control));
	enum lg_status status = LG_OK;

	if (control == NULL)
		return lg_no_memory(err);
	control->fd = -1;
	control->path = strdup(remote->server);
	if (control->path == NULL)
		status = lg_no_memory(err);
	else
		status = lg_control_tls_open(remote, timeout_ms, &control->tls,
					     err);
	if (status != LG_OK) {
		lg_control_close(&control);
		return status;
	}
	control->fd = lg_control_tls_fd(control->tls);
	*out_control = control;
	return LG_OK;
}

static ssize_t send_some(struct lg_control *control, const void *bytes,
			 size_t len)
{
	if (control->tls != NULL)
		return lg_control_tls_send(control->tls, bytes, len);
	return send(control->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static ssize_t receive_some(struct lg_control *control, void *bytes, size_t len)
{
	if (control->tls != NULL)
		return lg_control_tls_recv(control->tls, bytes, len);
	return recv(control->fd, bytes, len, MSG_DONTWAIT);
}

void lg_control_close(struct lg_control **control)
{
	struct lg_control *c = *control;

	*control = NULL;
	if (c == NULL)
		return;
	if (c->tls != NULL)
		lg_control_tls_close(&c->tls);
	else if (c->fd >= 0)
		close(c->fd);
	lg_buffer_release(&c->in);
	free(c->path);
	free(c);
}

void lg_control_release(struct lg_control_answer *answer)
{
	cJSON_Delete(answer->object);
	for (size_t i = 0; i < answer->block_count; i++)
		lg_buffer_release(&answer->block[i]);
	free(answer->block);
	*answer = (struct lg_control_answer){0};
}

static enum lg_status wait_for(struct lg_control *control, short what,
			       int timeout_ms, struct lg_error *err)
{
	int ready = lg_control_wait(control->fd, what, timeout_ms);

	if (ready < 0)
		return lg_error_set(err, LG_ERR_IO, control->path, "%s",
				    strerror(errno));
	if (ready == 0)
		return lg_error_set(err, LG_ERR_TIMEOUT, control->path,
				    "the gate does not answer");
	return LG_OK;
}

static enum lg_status send_all(struct lg_control *control, const void *bytes,
			       size_t len, int timeout_ms, struct lg_error *err)
{
	const char *at = bytes;
	enum lg_status status = LG_OK;

	while (len > 0 && status == LG_OK) {
		ssize_t sent = send_some(control, at, len);

		if (sent > 0) {
			at += sent;
			len -= (size_t)sent;
		} else if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
			status = wait_for(control, POLLOUT, timeout_ms, err);
		} else {
			status = lg_error_set(err, LG_ERR_IO, control->path,
					      "the gate hung up");
		}
	}
	return status;
}

/* Makes at least one more byte arrive. */
static enum lg_status receive(struct lg_control *control, int timeout_ms,
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;
	char bytes[16384];
	ssize_t got;

	if (control->in.len > ANSWER_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, control->path,
				    "the gate's answer is too long");
	/* asked first: TLS may hold bytes that no poll tells of */
	while ((got = receive_some(control, bytes, sizeof(bytes))) < 0 &&
	       (errno == EAGAIN || errno == EINTR)) {
		status = wait_for(control, POLLIN, timeout_ms, err);
		if (status != LG_OK)
			return status;
	}
	if (got <= 0)
		return lg_error_set(err, LG_ERR_IO, control->path,
				    control->tls != NULL
					    ? "the gate hung up; it may not "
					      "know this certificate"
					    : "the gate hung up");
	lg_buffer_append(&control->in, bytes, (size_t)got);
	return lg_buffer_status(&control->in, err);
}

/* Forgets the bytes that are used up. */
static void compact(struct lg_control *control)
{
	size_t left = control->in.len - control->taken;

	if (control->taken == 0)
		return;
	memmove(control->in.data, control->in.data + control->taken, left);
	control->in.len = left;
	control->taken = 0;
}

static enum lg_status take_line(struct lg_control *control, int timeout_ms,
				cJSON **out_object, struct lg_error *err)
{
	enum lg_status status = LG_OK;
	const char *end = NULL, *start;
	size_t seen = 0;

	compact(control);
	while (status == LG_OK) {
		if (control->in.len > seen)
			end = memchr(control->in.data + seen, '\n',
				     control->in.len - seen);
		if (end != NULL)
			break;
		seen = control->in.len;
		status = receive(control, timeout_ms, err);
	}
	if (status != LG_OK)
		return status;
	start = control->in.data;
	control->taken = (size_t)(end - start) + 1;
	*out_object = cJSON_ParseWithLength(start, (size_t)(end - start));
	if (!cJSON_IsObject(*out_object)) {
		cJSON_Delete(*out_object);
		*out_object = NULL;
		return lg_error_set(err, LG_ERR_SYNTAX, control->path,
				    "the gate's answer cannot be read");
	}
	return LG_OK;
}

static enum lg_status take_block(struct lg_control *control, size_t len,
				 int timeout_ms, struct lg_buffer *out_block,
				 struct lg_error *err)
{
	enum lg_status status = LG_OK;

	compact(control);
	while (status == LG_OK && control->in.len < len)
		status = receive(control, timeout_ms, err);
	if (status != LG_OK)
		return status;
	lg_buffer_append(out_block, control->in.data, len);
	control->taken = len;
	return lg_buffer_status(out_block, err);
}

static enum lg_status take_blocks(struct lg_control *control, int timeout_ms,
				  struct lg_control_answer *answer,
				  struct lg_error *err)
{
	const cJSON *attach = lg_json_of(answer->object, "attach");
	int count = cJSON_GetArraySize(attach);
	enum lg_status status = LG_OK;

	if (count == 0)
		return LG_OK;
	answer->block = calloc((size_t)count, sizeof(*answer->block));
	if (answer->block == NULL)
		return lg_no_memory(err);
	answer->block_count = (size_t)count;
	for (int i = 0; i < count && status == LG_OK; i++) {
		const cJSON *len = cJSON_GetArrayItem(attach, i);

		if (!cJSON_IsNumber(len) || len->valuedouble < 0 ||
		    len->valuedouble > (double)ANSWER_MAX)
			status = lg_error_set(err, LG_ERR_SYNTAX, control->path,
					      "the gate's answer cannot be "
					      "read");
		else
			status = take_block(control, (size_t)len->valuedouble,
					    timeout_ms, &answer->block[i], err);
	}
	return status;
}

static enum lg_status send_request(struct lg_control *control, cJSON *request,
				   const struct lg_buffer *block,
				   size_t block_count, int timeout_ms,
				   struct lg_error *err)
{
	enum lg_status status = LG_OK;
	cJSON *attach;
	char *line;

	if (block_count > 0) {
		attach = cJSON_AddArrayToObject(request, "attach");
		for (size_t i = 0; attach != NULL && i < block_count; i++)
			cJSON_AddItemToArray(
				attach,
				cJSON_CreateNumber((double)block[i].len));
		if (cJSON_GetArraySize(attach) != (int)block_count)
			return lg_no_memory(err);
	}
	line = cJSON_PrintUnformatted(request);
	if (line == NULL)
		return lg_no_memory(err);
	status = send_all(control, line, strlen(line), timeout_ms, err);
	if (status == LG_OK)
		status = send_all(control, "\n", 1, timeout_ms, err);
	for (size_t i = 0; i < block_count && status == LG_OK; i++)
		status = send_all(control, block[i].data, block[i].len,
				  timeout_ms, err);
	cJSON_free(line);
	return status;
}

static void tell(const struct lg_progress *progress, const cJSON *object)
{
	const cJSON *told = lg_json_of(object, "progress");
	double done = cJSON_GetNumberValue(lg_json_of(told, "done"));
	double total = cJSON_GetNumberValue(lg_json_of(told, "total"));

	if (progress != NULL && progress->step != NULL)
		progress->step(progress->context, lg_json_word_of(told, "what"),
			       done >= 0 ? (uint64_t)done : 0,
			       total >= 0 ? (uint64_t)total : 0);
}

/* What the gate says instead of doing it. */
static enum lg_status refused(const cJSON *object, int *out_exit,
			      struct lg_error *err)
{
	const cJSON *code = lg_json_of(object, "exit");
	const cJSON *error = lg_json_of(object, "error");

	*out_exit = cJSON_IsNumber(code) && code->valueint > 0 ? code->valueint
							       : 70;
	lg_error_set(err, LG_ERR_CONFLICT, lg_json_word_of(error, "place"),
		     "%s", lg_json_word_of(error, "text"));
	return lg_error_code(
		err, lg_error_code_named(lg_json_word_of(error, "code")));
}

enum lg_status lg_control_ask(struct lg_control *control, cJSON *request,
			      const struct lg_buffer *block, size_t block_count,
			      int timeout_ms,
			      const struct lg_progress *progress,
			      struct lg_control_answer *out_answer,
			      int *out_exit, struct lg_error *err)
{
	struct lg_control_answer answer = {0};
	enum lg_status status;

	status = send_request(control, request, block, block_count, timeout_ms,
			      err);
	cJSON_Delete(request);
	while (status == LG_OK) {
		status = take_line(control, timeout_ms, &answer.object, err);
		if (status != LG_OK ||
		    !cJSON_HasObjectItem(answer.object, "progress"))
			break;
		tell(progress, answer.object);
		cJSON_Delete(answer.object);
		answer.object = NULL;
	}
	if (status == LG_OK && !lg_json_is_true(answer.object, "ok"))
		status = refused(answer.object, out_exit, err);
	else if (status == LG_OK)
		status = take_blocks(control, timeout_ms, &answer, err);
	if (status == LG_OK)
		*out_answer = answer;
	else
		lg_control_release(&answer);
	return status;
}
