/* SPDX-License-Identifier: ISC */
/*
 * haproxy/runtime.c - show sess, shutdown session
 *
 * One command a connection, as HAProxy answers without an interactive prompt;
 * each has one deadline for everything. The gate's own questions come from
 * HAProxy too and stand in the list without a source: they are left out.
 */
#include "adapters/haproxy/runtime.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS 3000
#define ANSWER_MAX (64u << 20)

struct runtime {
	char *path;
};

static int64_t now_ms(void)
{
	struct timespec at = {0};

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static enum lg_status failed(const struct runtime *runtime, const char *what,
			     struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_IO, runtime->path, "cannot %s: %s",
			    what, strerror(errno));
}

/* Waits for events until the deadline. */
static enum lg_status wait_for(const struct runtime *runtime, int fd,
			       short events, int64_t until_ms,
			       struct lg_error *err)
{
	struct pollfd ready = {fd, events, 0};
	int64_t left_ms;
	int count;

	do {
		left_ms = until_ms - now_ms();
		count = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;
	} while (count < 0 && errno == EINTR);
	if (count > 0)
		return LG_OK;
	if (count < 0)
		return failed(runtime, "wait", err);
	return lg_error_set(err, LG_ERR_TIMEOUT, runtime->path,
			    "HAProxy said nothing for %d ms", TIMEOUT_MS);
}

static enum lg_status dial(const struct runtime *runtime, int *out_fd,
			   struct lg_error *err)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(runtime->path) >= sizeof(name.sun_path))
		return lg_error_set(err, LG_ERR_LIMIT, runtime->path,
				    "is too long for a socket");
	memcpy(name.sun_path, runtime->path, strlen(runtime->path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failed(runtime, "connect", err);
	if (connect(fd, (const struct sockaddr *)&name, sizeof(name))) {
		failed(runtime, "connect", err);
		close(fd);
		return LG_ERR_IO;
	}
	*out_fd = fd;
	return LG_OK;
}

static enum lg_status exchange(const struct runtime *runtime,
			       const char *command, size_t len,
			       struct lg_buffer *out_answer,
			       struct lg_error *err)
{
	int64_t until_ms = now_ms() + TIMEOUT_MS;
	enum lg_status status;
	char chunk[16384];
	ssize_t done;
	int fd = -1;

	status = dial(runtime, &fd, err);
	while (!status && len > 0) {
		status = wait_for(runtime, fd, POLLOUT, until_ms, err);
		if (status)
			break;
		done = send(fd, command, len, MSG_NOSIGNAL);
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			status = failed(runtime, "ask", err);
		if (done > 0) {
			command += done;
			len -= (size_t)done;
		}
	}
	while (!status) {
		status = wait_for(runtime, fd, POLLIN, until_ms, err);
		if (status)
			break;
		done = recv(fd, chunk, sizeof(chunk), 0);
		if (done == 0)
			break;
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			status = failed(runtime, "read", err);
		if (done > 0)
			lg_buffer_append(out_answer, chunk, (size_t)done);
		if (out_answer->len > ANSWER_MAX)
			status = lg_error_set(err, LG_ERR_LIMIT, runtime->path,
					      "the answer is too long");
	}
	if (!status)
		status = lg_buffer_status(out_answer, err);
	if (fd >= 0)
		close(fd);
	return status;
}

/* The word that follows name in a line; its length, 0 where there is none. */
static size_t word_of(const char *line, size_t len, const char *name,
		      const char **out_word)
{
	size_t name_len = strlen(name);
	size_t at;

	for (at = 0; at + name_len <= len; at++) {
		size_t end = at + name_len;

		if (memcmp(line + at, name, name_len) ||
		    (at && line[at - 1] != ' '))
			continue;
		*out_word = line + end;
		while (end < len && line[end] != ' ')
			end++;
		return end - at - name_len;
	}
	return 0;
}

static enum lg_status add_session(const char *line, size_t len,
				  struct lg_session_list *out_list,
				  struct lg_error *err)
{
	struct lg_session session = {.door = "haproxy"};
	const char *colon = memchr(line, ':', len);
	const char *source = NULL;
	enum lg_status status = LG_OK;
	size_t source_len;
	char *address;
	char *id;

	if (!colon || len < 3 || memcmp(line, "0x", 2))
		return LG_OK;
	source_len = word_of(line, len, "src=", &source);
	if (!source_len || memchr(source, ':', source_len) == NULL ||
	    !memcmp(source, "unix", source_len < 4 ? source_len : 4))
		return LG_OK;
	id = strndup(line, (size_t)(colon - line));
	address = strndup(source, source_len);
	session.id = id;
	session.address = address;
	if (!id || !address)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	else
		status = lg_session_list_add(out_list, &session, err);
	free(id);
	free(address);
	return status;
}

enum lg_status lg_haproxy_sessions_parse(const char *text, size_t len,
					 struct lg_session_list *out_list,
					 struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t at = 0;

	while (!status && at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line = end ? (size_t)(end - text) - at : len - at;

		status = add_session(text + at, line, out_list, err);
		at += line + 1;
	}
	return status;
}

static enum lg_status runtime_list(void *self, struct lg_session_list *out_list,
				   struct lg_error *err)
{
	static const char command[] = "show sess\n";
	struct lg_buffer answer = {0};
	enum lg_status status;

	status = exchange(self, command, sizeof(command) - 1, &answer, err);
	if (!status)
		status = lg_haproxy_sessions_parse(answer.data ? answer.data
							       : "",
						   answer.len, out_list, err);
	lg_buffer_release(&answer);
	return status;
}

static enum lg_status runtime_cut(void *self, const struct lg_session *session,
				  struct lg_buffer *said, struct lg_error *err)
{
	struct lg_buffer command = {0};
	struct lg_buffer answer = {0};
	enum lg_status status;

	/* Whatever comes back as an id goes into a command. */
	if (!session->id || strncmp(session->id, "0x", 2) ||
	    strspn(session->id + 2, "0123456789abcdef") !=
		    strlen(session->id + 2))
		return lg_error_set(err, LG_ERR_SYNTAX, session->id,
				    "is no session of HAProxy");
	lg_buffer_format(&command, "shutdown session %s\n", session->id);
	status = lg_buffer_status(&command, err);
	if (!status)
		status =
			exchange(self, command.data, command.len, &answer, err);
	/* "No such session" is what was wanted. */
	if (!status && answer.len > 1 && !strstr(answer.data, "No such"))
		status = lg_error_set(err, LG_ERR_DENIED, "haproxy", "%s",
				      answer.data);
	lg_buffer_release(&command);
	lg_buffer_release(&answer);
	return status;
}

static void runtime_close(void *self)
{
	struct runtime *runtime = self;

	free(runtime->path);
	free(runtime);
}

enum lg_status lg_haproxy_open(const char *path, struct lg_door *out_door,
			       struct lg_error *err)
{
	struct runtime *runtime = calloc(1, sizeof(*runtime));

	if (!strncmp(path, "unix:", 5))
		path += 5;
	if (runtime)
		runtime->path = strdup(path);
	if (!runtime || !runtime->path) {
		free(runtime);
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	}
	*out_door = (struct lg_door){runtime, "haproxy", runtime_list,
				     runtime_cut, runtime_close};
	return LG_OK;
}
