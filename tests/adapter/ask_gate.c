/* SPDX-License-Identifier: ISC */
/*
 * Rows for adapters/pam/ask_gate.h: what is read as an answer, and that the
 * time limit holds against gates that are gone, stopped or full. The module
 * against a real gate is tests/live.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "adapters/pam/ask_gate.h"

#include "allocation.h"
#include "suite.h"

static void answers(void **state)
{
	static const struct {
		const char *text;
		int is_end;
		enum lg_status status;
		const char *body;
	} row[] = {
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 0, LG_OK,
		 "{}"},
		{"HTTP/1.1 200 OK\r\nA: b\r\ncontent-length:2\r\n\r\n{}more", 0,
		 LG_OK, "{}"},
		{"HTTP/1.0 200 OK\r\n\r\n{}", 1, LG_OK, "{}"},
		{"HTTP/1.0 200 OK\r\n\r\n{}", 0, LG_ERR_TIMEOUT, NULL},
		{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", 0,
		 LG_ERR_TIMEOUT, NULL},
		{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", 1,
		 LG_ERR_SYNTAX, NULL},
		{"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n{}", 1,
		 LG_ERR_SYNTAX, NULL},
		{"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n{}", 1,
		 LG_ERR_SYNTAX, NULL},
		{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n", 0,
		 LG_ERR_SYNTAX, NULL},
		{"HTTP/1.1 400 Bad Request\r\n\r\n", 1, LG_ERR_DENIED, NULL},
		{"HTTP/1.1 200", 0, LG_ERR_TIMEOUT, NULL},
		{"HTTP/1.1 200", 1, LG_ERR_SYNTAX, NULL},
		{"", 1, LG_ERR_SYNTAX, NULL},
		{"", 0, LG_ERR_TIMEOUT, NULL},
		{"SSH-2.0-OpenSSH\r\n\r\n", 1, LG_ERR_SYNTAX, NULL},
		{"HTTP/1.\r\n\r\n", 1, LG_ERR_SYNTAX, NULL},
	};
	struct lg_error err;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		size_t text_len = strlen(row[i].text), len = 7;
		char *text = malloc(text_len ? text_len : 1);
		const char *body = NULL;

		assert_non_null(text);
		memcpy(text, row[i].text, text_len);
		assert_int_equal(lg_ask_answer_read(text, text_len,
						    row[i].is_end, &body, &len,
						    &err),
				 row[i].status);
		if (row[i].body) {
			assert_int_equal(len, strlen(row[i].body));
			assert_memory_equal(body, row[i].body, len);
		} else {
			assert_null(body);
			assert_int_equal(len, 7);
		}
		free(text);
	}
}

static void decisions(void **state)
{
	static const struct {
		const char *json;
		enum lg_status status;
		enum lg_verdict verdict;
	} row[] = {
		{"{\"verdict\":\"admit\"}", LG_OK, LG_ADMIT},
		{"{\"verdict\":\"refuse\",\"message\":null}", LG_OK, LG_REFUSE},
		{"{\"verdict\":\"Admit\"}", LG_ERR_SYNTAX, LG_REFUSE},
		{"{\"verdict\":true}", LG_ERR_SYNTAX, LG_REFUSE},
		{"[]", LG_ERR_SYNTAX, LG_REFUSE},
		{"{}", LG_ERR_SYNTAX, LG_REFUSE},
		{"", LG_ERR_SYNTAX, LG_REFUSE},
	};
	struct lg_buffer message = {0};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		enum lg_verdict verdict = LG_REFUSE;

		assert_int_equal(lg_ask_decision_read(row[i].json,
						      strlen(row[i].json),
						      &verdict, &message, NULL),
				 row[i].status);
		assert_int_equal(verdict, row[i].verdict);
		assert_int_equal(message.len, 0);
	}
}

static void message_is_clean(void **state)
{
	static const char json[] = "{\"verdict\":\"refuse\",\"message\":"
				   "\"Later,\\r\\n\\u001b[31mplease\"}";
	enum lg_verdict verdict = LG_ADMIT;
	struct lg_buffer message = {0};

	assert_int_equal(lg_ask_decision_read(json, sizeof(json) - 1, &verdict,
					      &message, NULL),
			 LG_OK);
	assert_int_equal(verdict, LG_REFUSE);
	assert_string_equal(message.data, "Later, [31mplease");
	lg_buffer_release(&message);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum lg_status ask(const char *path, unsigned int timeout_ms)
{
	struct lg_ask_question question = {.user = "alice",
					   .protocol = "login"};
	enum lg_verdict verdict = LG_REFUSE;
	struct lg_buffer message = {0};
	struct lg_error err;
	enum lg_status status;

	status = lg_ask_gate(path, timeout_ms, &question, &verdict, &message,
			     &err);
	assert_int_not_equal(status, LG_OK);
	assert_int_equal(verdict, LG_REFUSE);
	assert_int_equal(message.len, 0);
	assert_true(err.text[0] != '\0');
	return status;
}

struct listener {
	char folder[32];
	char path[64];
	int fd;
};

static void listen_at(struct listener *l, int backlog)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(l->folder, sizeof(l->folder), "/tmp/lg-ask-XXXXXX");
	assert_non_null(mkdtemp(l->folder));
	snprintf(l->path, sizeof(l->path), "%s/s", l->folder);
	memcpy(address.sun_path, l->path, strlen(l->path) + 1);
	l->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_true(l->fd >= 0);
	assert_int_equal(
		bind(l->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(l->fd, backlog), 0);
}

static void listen_end(struct listener *l)
{
	close(l->fd);
	unlink(l->path);
	rmdir(l->folder);
}

static void nobody_listens(void **state)
{
	struct listener l;
	char longest[300];

	listen_at(&l, 1);
	close(l.fd);
	l.fd = -1;
	assert_int_equal(ask(l.path, 2000), LG_ERR_IO);
	listen_end(&l);
	assert_int_equal(ask(l.path, 2000), LG_ERR_IO);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(ask(longest, 2000), LG_ERR_LIMIT);
}

/* A stopped gate: the kernel still takes connections. */
static void nobody_answers(void **state)
{
	struct listener l;
	int64_t start;

	listen_at(&l, 8);
	start = now_ms();
	assert_int_equal(ask(l.path, 100), LG_ERR_TIMEOUT);
	assert_in_range(now_ms() - start, 100, 5000);
	listen_end(&l);
}

/* ... until its backlog is full. */
static void backlog_is_full(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct listener l;
	int64_t start;
	int fd[8], i;

	listen_at(&l, 1);
	memcpy(address.sun_path, l.path, strlen(l.path) + 1);
	for (i = 0; i < 8; i++) {
		fd[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		assert_true(fd[i] >= 0);
		(void)connect(fd[i], (struct sockaddr *)&address,
			      sizeof(address));
	}
	start = now_ms();
	assert_int_equal(ask(l.path, 100), LG_ERR_TIMEOUT);
	assert_in_range(now_ms() - start, 100, 5000);
	for (i = 0; i < 8; i++)
		close(fd[i]);
	listen_end(&l);
}

static enum lg_status read_decision(void *context, struct lg_error *err)
{
	static const char json[] = "{\"verdict\":\"refuse\","
				   "\"message\":\"Later.\"}";
	struct lg_buffer message = {0};
	enum lg_verdict verdict = LG_ADMIT;
	enum lg_status status;

	status = lg_ask_decision_read(json, sizeof(json) - 1, &verdict,
				      &message, err);
	/* cJSON's own memory failing looks like no JSON. */
	if (status == LG_ERR_SYNTAX)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, "", "no memory");
	if (status != LG_OK)
		assert_int_equal(verdict, LG_ADMIT);
	lg_buffer_release(&message);
	return status;
}

static void survives(void **state)
{
	allocation_survive(read_decision, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("only a whole 200 is an answer", answers),
		suite_row("only the words admit and refuse decide", decisions),
		suite_row("the message is cleaned again", message_is_clean),
		suite_row("a gate that is gone is told at once",
			  nobody_listens),
		suite_row("a gate that hangs costs the limit", nobody_answers),
		suite_row("a gate that is full costs the limit",
			  backlog_is_full),
		suite_row("each allocation may fail", survives),
	};

	return suite_run(rows);
}
