/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/adapters/ssh: where a server is, and what programs print.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"
#include "allocation.h"

#include "adapters/ssh/ssh_run.h"
#include "adapters/ssh/ssh_target.h"
#include "adapters/ssh/ssh_words.h"

static struct lg_target_settings settings_of(const char *server)
{
	return (struct lg_target_settings){.name = (char *)"ex1",
					   .server = (char *)server};
}

static void where_a_server_is(void **state)
{
	static const struct {
		const char *server, *destination, *host, *port;
	} row[] = {
		{"ex1", "ex1", "ex1", NULL},
		{"admin@ex1.example.org:2222", "admin@ex1.example.org",
		 "ex1.example.org", "2222"},
		{"a@b@ex1", "a@b@ex1", "ex1", NULL},
		{"admin@[2001:db8::1]:22", "admin@[2001:db8::1]",
		 "[2001:db8::1]", "22"},
		{"admin@2001:db8::1", "admin@[2001:db8::1]", "2001:db8::1",
		 NULL},
		{"-oProxyCommand=x", "-oProxyCommand=x", "-oProxyCommand=x",
		 NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct lg_target_settings settings = settings_of(row[i].server);
		struct ssh_server server;
		struct lg_error err;

		assert_int_equal(ssh_server_begin(&settings, &server, &err),
				 LG_OK);
		assert_string_equal(server.destination, row[i].destination);
		assert_string_equal(server.host, row[i].host);
		if (row[i].port == NULL)
			assert_null(server.port);
		else
			assert_string_equal(server.port, row[i].port);
		ssh_server_release(&server);
	}
}

static void no_server(void **state)
{
	static const struct {
		const char *server;
		enum lg_status status;
	} row[] = {
		{"", LG_ERR_SYNTAX},
		{"@ex1", LG_ERR_SYNTAX},
		{"admin@", LG_ERR_SYNTAX},
		{"admin@:22", LG_ERR_SYNTAX},
		{"ex1:", LG_ERR_RANGE},
		{"ex1:0", LG_ERR_RANGE},
		{"ex1:65536", LG_ERR_RANGE},
		{"ex1:22x", LG_ERR_RANGE},
		{"[::1]:999999", LG_ERR_RANGE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct lg_target_settings settings = settings_of(row[i].server);
		struct lg_target target;
		struct lg_error err;

		assert_int_equal(lg_ssh_target_open(&settings, &target, &err),
				 row[i].status);
		assert_string_equal(err.place, "ex1");
	}
}

static void why_a_program_failed(void **state)
{
	static const struct {
		const char *text;
		enum lg_status status;
		const char *line;
	} row[] = {
		{"", LG_ERR_IO, ""},
		{"\r\n \r\n", LG_ERR_IO, ""},
		{"a@ex1: Permission denied (publickey).\r\n"
		 "Connection closed.  \r\n",
		 LG_ERR_DENIED, "a@ex1: Permission denied (publickey)."},
		{"ERROR: Access is denied.\r\n\r\n", LG_ERR_DENIED,
		 "ERROR: Access is denied."},
		{"ssh: connect to host ex1 port 22: Connection timed out\n",
		 LG_ERR_TIMEOUT,
		 "ssh: connect to host ex1 port 22: Connection timed out"},
		{"Host key verification failed.\nConnection closed\n",
		 LG_ERR_IO, "Host key verification failed."},
		{"sftp> get \"a\" b\nFile \"a\" not found.\n", LG_ERR_IO,
		 "File \"a\" not found."},
		{"FEHLER: Zugriff verweigert \x81.\r\n", LG_ERR_IO,
		 "FEHLER: Zugriff verweigert ?."},
		{"a\tb\033[1m", LG_ERR_IO, "a b [1m"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct lg_buffer line = {0};

		assert_int_equal(
			ssh_words_why(row[i].text, strlen(row[i].text), &line),
			row[i].status);
		assert_string_equal(line.data ? line.data : "", row[i].line);
		lg_buffer_release(&line);
	}
}

static void a_long_line_is_cut_between_characters(void **state)
{
	struct lg_buffer line = {0};
	char text[302];

	(void)state;
	memset(text, 'x', 199);
	memcpy(text + 199, "\303\274\303\274", 5);
	ssh_words_why(text, strlen(text), &line);
	assert_int_equal(line.len, 199);
	lg_buffer_release(&line);
}

static void a_key_is_listed_or_not(void **state)
{
	static const char text[] =
		"\r\nHKEY_LOCAL_MACHINE\\A\r\n    x    REG_SZ    y\r\n\r\n"
		"HKEY_LOCAL_MACHINE\\System\\B\r\n";

	(void)state;
	assert_true(ssh_words_list(text, strlen(text),
				   "HKEY_LOCAL_MACHINE\\SYSTEM\\b"));
	assert_false(ssh_words_list(text, strlen(text),
				    "HKEY_LOCAL_MACHINE\\SYSTEM"));
	assert_false(ssh_words_list(text, 0, "HKEY_LOCAL_MACHINE\\A"));
}

static enum lg_status open_and_close(void *context, struct lg_error *err)
{
	struct lg_target target;
	enum lg_status status = lg_ssh_target_open(context, &target, err);

	if (status == LG_OK)
		target.close(target.self);
	return status;
}

static void memory_runs_out(void **state)
{
	struct lg_target_settings settings = settings_of("a@[::1]:22");

	(void)state;
	allocation_survive(open_and_close, &settings);
}

/* Accepts, for the kernel does, and says nothing. */
static int silent(char *out_server, size_t size)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	snprintf(out_server, size, "127.0.0.1:%u",
		 (unsigned int)ntohs(address.sin_port));
	return fd;
}

static void a_silent_server_costs_no_more_than_its_time(void **state)
{
	struct lg_buffer text = {0};
	struct ssh_server server;
	struct lg_error err;
	char where[32];
	int fd = silent(where, sizeof(where));
	struct lg_target_settings settings = settings_of(where);
	int code = -1;

	(void)state;
	assert_int_equal(ssh_server_begin(&settings, &server, &err), LG_OK);
	ssh_start(&server, 300);
	assert_int_equal(ssh_command(&server, "reg", &text, &code, &err),
			 LG_ERR_TIMEOUT);
	assert_string_equal(err.place, "127.0.0.1");
	assert_string_equal(err.text, "does not answer");
	assert_int_equal(code, -1);
	/* the time is over for what would follow, too */
	assert_int_equal(ssh_fetch(&server, "x", &text, &err), LG_ERR_TIMEOUT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	ssh_server_release(&server);
	lg_buffer_release(&text);
	close(fd);
}

static void ssh_that_is_not_installed(void **state)
{
	struct lg_target_settings settings = settings_of("ex1");
	struct lg_buffer text = {0};
	struct ssh_server server;
	struct lg_error err;
	char *path = strdup(getenv("PATH"));
	int code = -1;

	(void)state;
	assert_int_equal(ssh_server_begin(&settings, &server, &err), LG_OK);
	ssh_start(&server, 5000);
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(ssh_command(&server, "reg", &text, &code, &err),
			 LG_ERR_IO);
	setenv("PATH", path, 1);
	assert_non_null(strstr(err.text, "is not installed"));
	free(path);
	ssh_server_release(&server);
	lg_buffer_release(&text);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("where a server is", where_a_server_is),
		suite_row("what is no server", no_server),
		suite_row("why a program failed", why_a_program_failed),
		suite_row("a long line is cut between characters",
			  a_long_line_is_cut_between_characters),
		suite_row("a key is listed or not", a_key_is_listed_or_not),
		suite_row("memory runs out", memory_runs_out),
		suite_row("a silent server costs no more than its time",
			  a_silent_server_costs_no_more_than_its_time),
		suite_row("ssh that is not installed",
			  ssh_that_is_not_installed),
	};

	return suite_run(rows);
}
