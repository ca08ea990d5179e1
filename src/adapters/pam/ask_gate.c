/* SPDX-License-Identifier: ISC */
/*
 * ask_gate.c - connect, ask, read, all against one deadline
 *
 * The socket never blocks; every wait is a poll for what is left of the time.
 * A gate that is stopped, full, slow or gone costs the limit and no more.
 */
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "adapters/pam/ask_gate.h"

#include "adapters/system/steady.h"

/* A full backlog of a unix socket cannot be waited for, only tried again. */
#define RETRY_MS 5

static enum lg_status broken(struct lg_error *err, const char *path,
			     const char *doing)
{
	return lg_error_set(err, LG_ERR_IO, path, "%s: %s", doing,
			    strerror(errno));
}

static enum lg_status too_late(struct lg_error *err, const char *path)
{
	return lg_error_set(err, LG_ERR_TIMEOUT, path,
			    "the gate did not answer in time");
}

/* Waits until fd is ready or the time is over. */
static enum lg_status wait_for(int fd, short events, int64_t deadline_ms,
			       const char *path, struct lg_error *err)
{
	struct pollfd ready = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline_ms - lg_steady_ms();
		int got;

		if (left <= 0)
			return too_late(err, path);
		got = poll(&ready, 1, (int)left);
		if (got > 0)
			return LG_OK;
		if (got < 0 && errno != EINTR)
			return broken(err, path, "waiting");
	}
}

static enum lg_status connect_to(int fd, const char *path, int64_t deadline_ms,
				 struct lg_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	socklen_t size;

	if (len >= sizeof(address.sun_path))
		return lg_error_set(err, LG_ERR_LIMIT, path,
				    "the path is too long for a socket");
	memcpy(address.sun_path, path, len + 1);
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
	while (connect(fd, (struct sockaddr *)&address, size) != 0) {
		if (errno != EAGAIN && errno != EINTR)
			return broken(err, path, "cannot connect");
		if (lg_steady_ms() >= deadline_ms)
			return too_late(err, path);
		poll(NULL, 0, RETRY_MS);
	}
	return LG_OK;
}

static enum lg_status send_all(int fd, const char *bytes, size_t len,
			       const char *path, int64_t deadline_ms,
			       struct lg_error *err)
{
	enum lg_status status;

	while (len) {
		/* A host must not die of a gate that hung up. */
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		if (sent >= 0) {
			bytes += sent;
			len -= (size_t)sent;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return broken(err, path, "cannot ask");
		status = wait_for(fd, POLLOUT, deadline_ms, path, err);
		if (status != LG_OK)
			return status;
	}
	return LG_OK;
}

static enum lg_status receive(int fd, const char *path, int64_t deadline_ms,
			      struct lg_buffer *answer, const char **out_body,
			      size_t *out_len, struct lg_error *err)
{
	enum lg_status status;
	char part[2048];

	for (;;) {
		ssize_t got = recv(fd, part, sizeof(part), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN) {
			status = wait_for(fd, POLLIN, deadline_ms, path, err);
			if (status != LG_OK)
				return status;
			continue;
		}
		if (got < 0)
			return broken(err, path, "cannot read the answer");
		lg_buffer_append(answer, part, (size_t)got);
		status = lg_buffer_status(answer, err);
		if (status != LG_OK)
			return status;
		if (answer->len > LG_ASK_ANSWER_MAX)
			return lg_error_set(err, LG_ERR_LIMIT, path,
					    "the answer is too long");
		status = lg_ask_answer_read(answer->data, answer->len, !got,
					    out_body, out_len, err);
		if (status != LG_ERR_TIMEOUT)
			return status;
	}
}

static enum lg_status question_write(const struct lg_ask_question *question,
				     struct lg_buffer *out,
				     struct lg_error *err)
{
	const struct {
		const char *name;
		const char *value;
	} member[] = {
		{"user", question->user},
		{"address", question->address},
		{"process", question->process},
		{"protocol", question->protocol},
	};
	cJSON *json = cJSON_CreateObject();
	char *body = NULL;
	int complete = json != NULL;

	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++)
		if (complete && member[i].value)
			complete = cJSON_AddStringToObject(json, member[i].name,
							   member[i].value) !=
				   NULL;
	if (complete)
		body = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	if (!body)
		return lg_error_set(err, LG_ERR_NO_MEMORY, "", "out of memory");
	lg_buffer_format(out,
			 "POST /v1/decide HTTP/1.1\r\nHost: logongate\r\n"
			 "Content-Type: application/json\r\n"
			 "Content-Length: %zu\r\nConnection: close\r\n\r\n",
			 strlen(body));
	lg_buffer_text(out, body);
	cJSON_free(body);
	return lg_buffer_status(out, err);
}

enum lg_status lg_ask_gate(const char *path, unsigned int timeout_ms,
			   const struct lg_ask_question *question,
			   enum lg_verdict *out_verdict,
			   struct lg_buffer *out_message, struct lg_error *err)
{
	int64_t deadline_ms = lg_steady_ms() + timeout_ms;
	struct lg_buffer request = {0}, answer = {0};
	const char *body;
	size_t body_len;
	int fd = -1;
	enum lg_status status = question_write(question, &request, err);

	if (status != LG_OK)
		goto out;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		status = broken(err, path, "no socket");
		goto out;
	}
	status = connect_to(fd, path, deadline_ms, err);
	if (status != LG_OK)
		goto out;
	status =
		send_all(fd, request.data, request.len, path, deadline_ms, err);
	if (status != LG_OK)
		goto out;
	status = receive(fd, path, deadline_ms, &answer, &body, &body_len, err);
	if (status != LG_OK)
		goto out;
	status = lg_ask_decision_read(body, body_len, out_verdict, out_message,
				      err);
out:
	if (fd >= 0)
		close(fd);
	lg_buffer_release(&request);
	lg_buffer_release(&answer);
	return status;
}
