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

#include "base/hex.h"
#include "adapters/system/steady.h"

#define TIMEOUT_MS 3000
#define ANSWER_MAX (64u << 20)
/* A line of commands must fit into HAProxy's buffer (16 kB). */
#define COMMANDS_MAX 100

struct runtime {
	char *path;
	struct lg_strlist frontends;
	const atomic_int *stop;
};

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
		left_ms = until_ms - lg_steady_ms();
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
				    "the path is too long for a socket");
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
	int64_t until_ms = lg_steady_ms() + TIMEOUT_MS;
	char chunk[16384];
	ssize_t done;
	int fd = -1;
	enum lg_status status = dial(runtime, &fd, err);

	while (status == LG_OK && len > 0) {
		status = wait_for(runtime, fd, POLLOUT, until_ms, err);
		if (status != LG_OK)
			break;
		done = send(fd, command, len, MSG_NOSIGNAL);
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			status = failed(runtime, "ask", err);
		if (done > 0) {
			command += done;
			len -= (size_t)done;
		}
	}
	while (status == LG_OK) {
		status = wait_for(runtime, fd, POLLIN, until_ms, err);
		if (status != LG_OK)
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
	if (status == LG_OK)
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

	for (size_t at = 0; at + name_len <= len; at++) {
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

/*
 * How long ago "1m5s", "3h12m" or "2d4h" is, at most: HAProxy leaves away what
 * is smaller than the last unit. 0 where it is none.
 */
static int64_t age_at_most_s(const char *text, size_t len)
{
	static const struct {
		char letter;
		int64_t s;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	int64_t smallest_s = 0;
	int64_t total_s = 0;
	int64_t number = 0;
	size_t i;

	for (size_t at = 0; at < len; at++) {
		if (text[at] >= '0' && text[at] <= '9') {
			if (number > 1000000)
				return 0;
			number = number * 10 + (text[at] - '0');
			continue;
		}
		for (i = 0; i < 4 && units[i].letter != text[at]; i++)
			;
		if (i == 4)
			return 0;
		total_s += number * units[i].s;
		smallest_s = units[i].s;
		number = 0;
	}
	return smallest_s ? total_s + smallest_s : 0;
}

/* Whether the session is of one of the frontends that are asked for. */
static int is_wanted(const char *line, size_t len,
		     const struct lg_strlist *frontends)
{
	const char *name = NULL;
	size_t name_len;

	if (!frontends || !frontends->count)
		return 1;
	name_len = word_of(line, len, "fe=", &name);
	for (size_t i = 0; i < frontends->count; i++)
		if (name_len && strlen(frontends->item[i]) == name_len &&
		    !memcmp(frontends->item[i], name, name_len))
			return 1;
	return 0;
}

static enum lg_status add_session(const char *line, size_t len, int64_t now_s,
				  const struct lg_strlist *frontends,
				  struct lg_session_list *out_list,
				  struct lg_error *err)
{
	struct lg_session session = {.door = "haproxy"};
	const char *colon = memchr(line, ':', len);
	const char *source = NULL;
	const char *age = NULL;
	enum lg_status status = LG_OK;
	size_t source_len;
	size_t age_len;
	int64_t age_s;
	char *address;
	char *id;

	if (!colon || len < 3 || memcmp(line, "0x", 2))
		return LG_OK;
	source_len = word_of(line, len, "src=", &source);
	if (!source_len || memchr(source, ':', source_len) == NULL ||
	    !memcmp(source, "unix", source_len < 4 ? source_len : 4) ||
	    !is_wanted(line, len, frontends))
		return LG_OK;
	age_len = word_of(line, len, "age=", &age);
	age_s = age_len ? age_at_most_s(age, age_len) : 0;
	session.since_s = age_s ? now_s - age_s : 0;
	id = strndup(line, (size_t)(colon - line));
	address = strndup(source, source_len);
	session.id = id;
	session.address = address;
	if (!id || !address)
		status = lg_no_memory(err);
	else
		status = lg_session_list_add(out_list, &session, err);
	free(id);
	free(address);
	return status;
}

/*
 * Reads what "show sess" answers: "0xID: proto=tcpv4 src=IP:PORT fe=... be=...
 * age=1m5s ..." a line; other lines are read over. Adds what is a client's.
 * Units: now_s is the wall clock's.
 */
static enum lg_status sessions_parse(const char *text, size_t len,
				     int64_t now_s,
				     const struct lg_strlist *frontends,
				     struct lg_session_list *out_list,
				     struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t at = 0;

	while (status == LG_OK && at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line = end ? (size_t)(end - text) - at : len - at;

		status = add_session(text + at, line, now_s, frontends,
				     out_list, err);
		at += line + 1;
	}
	return status;
}

static enum lg_status runtime_list(void *self, struct lg_session_list *out_list,
				   struct lg_error *err)
{
	static const char command[] = "show sess\n";
	struct runtime *runtime = self;
	struct lg_buffer answer = {0};
	enum lg_status status =
		exchange(runtime, command, sizeof(command) - 1, &answer, err);

	if (status == LG_OK)
		status = sessions_parse(answer.data ? answer.data : "",
					answer.len, time(NULL),
					&runtime->frontends, out_list, err);
	lg_buffer_release(&answer);
	return status;
}

/* Whatever comes back as an id goes into a command. */
static int is_id(const char *id)
{
	return id && !strncmp(id, "0x", 2) && id[2] &&
	       strspn(id + 2, LG_HEX_DIGITS) == strlen(id + 2);
}

static int is_own(const struct lg_cut_order *order, size_t i)
{
	return order->cut[i] == LG_CUT_NOW && order->session[i].door &&
	       !strcmp(order->session[i].door, "haproxy") &&
	       is_id(order->session[i].id);
}

static int compare_ids(const void *a, const void *b)
{
	const struct lg_session *const *left = a;
	const struct lg_session *const *right = b;

	return strcmp((*left)->id, (*right)->id);
}

/* What is open now, by id; the caller frees it. NULL: no memory. */
static const struct lg_session **by_id(const struct lg_session_list *list)
{
	const struct lg_session **sorted =
		calloc(list->count + 1, sizeof(*sorted));

	for (size_t i = 0; sorted && i < list->count; i++)
		sorted[i] = &list->session[i];
	if (sorted)
		qsort(sorted, list->count, sizeof(*sorted), compare_ids);
	return sorted;
}

static enum lg_status shut_down(const struct runtime *runtime,
				struct lg_buffer *commands,
				struct lg_error *err)
{
	struct lg_buffer answer = {0};
	enum lg_status status;

	if (!commands->len)
		return LG_OK;
	lg_buffer_char(commands, '\n');
	status = lg_buffer_status(commands, err);
	if (status == LG_OK)
		status = exchange(runtime, commands->data, commands->len,
				  &answer, err);
	/* "No such session" is what was wanted. */
	if (status == LG_OK && answer.data &&
	    strspn(answer.data, "\n") != answer.len &&
	    !strstr(answer.data, "No such"))
		status = lg_error_set(err, LG_ERR_DENIED, "haproxy", "%s",
				      answer.data);
	lg_buffer_clear(commands);
	lg_buffer_release(&answer);
	return status;
}

/*
 * HAProxy's ids are places in its memory, and the next session takes the place
 * of one that ended: what has the id now must be from where it was.
 */
static enum lg_status cut_same(const struct runtime *runtime,
			       struct lg_cut_order *order,
			       const struct lg_session *const *open,
			       size_t open_count, struct lg_error *err)
{
	struct lg_buffer commands = {0};
	enum lg_status status = LG_OK;
	size_t waiting = 0;

	for (size_t i = 0; i < order->count && status == LG_OK; i++) {
		const struct lg_session *session = &order->session[i];
		const struct lg_session *const *now;

		if (!is_own(order, i))
			continue;
		if (runtime->stop && atomic_load(runtime->stop))
			break;
		order->cut[i] = LG_CUT_TOLD;
		now = bsearch(&session, open, open_count, sizeof(*open),
			      compare_ids);
		if (!now || !session->address || !(*now)->address ||
		    strcmp((*now)->address, session->address) != 0)
			continue;
		lg_buffer_format(&commands, "%sshutdown session %s",
				 waiting ? ";" : "", session->id);
		if (++waiting == COMMANDS_MAX) {
			status = shut_down(runtime, &commands, err);
			waiting = 0;
		}
	}
	if (status == LG_OK)
		status = shut_down(runtime, &commands, err);
	lg_buffer_release(&commands);
	return status;
}

static enum lg_status runtime_cut(void *self, struct lg_cut_order *order,
				  struct lg_error *err)
{
	struct lg_session_list list = {0};
	const struct lg_session **open = NULL;
	enum lg_status status;
	size_t i = 0;

	while (i < order->count && !is_own(order, i))
		i++;
	if (i == order->count)
		return LG_OK;
	status = runtime_list(self, &list, err);
	open = status != LG_OK ? NULL : by_id(&list);
	if (status == LG_OK && !open)
		status = lg_no_memory(err);
	if (status == LG_OK)
		status = cut_same(self, order, open, list.count, err);
	free(open);
	lg_session_list_release(&list);
	return status;
}

static void runtime_close(void *self)
{
	struct runtime *runtime = self;

	lg_strlist_release(&runtime->frontends);
	free(runtime->path);
	free(runtime);
}

enum lg_status lg_haproxy_open(const struct lg_haproxy_settings *settings,
			       struct lg_door *out_door, struct lg_error *err)
{
	const struct lg_strlist *frontends = settings->frontends;
	struct runtime *runtime = calloc(1, sizeof(*runtime));
	const char *path = settings->path;
	enum lg_status status = LG_OK;

	if (!strncmp(path, "unix:", 5))
		path += 5;
	if (runtime) {
		runtime->path = strdup(path);
		runtime->stop = settings->stop;
	}
	if (!runtime || !runtime->path) {
		free(runtime);
		return lg_no_memory(err);
	}
	if (frontends)
		status =
			lg_strlist_add_all(&runtime->frontends, frontends, err);
	if (status != LG_OK) {
		runtime_close(runtime);
		return status;
	}
	*out_door = (struct lg_door){runtime, "haproxy", runtime_list,
				     runtime_cut, runtime_close};
	return LG_OK;
}
