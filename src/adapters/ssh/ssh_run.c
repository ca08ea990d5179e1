/* SPDX-License-Identifier: ISC */
/*
 * ssh_run.c - ssh and sftp to one server, each call in the time left
 *
 * OpenSSH's own programs, so that ~/.ssh/config, agents, jump hosts and known
 * hosts count as they do by hand. Nobody is asked anything, and a host key
 * that is not known is never accepted. What goes through sftp is memory that
 * it opens as /proc/PID/fd/N: no file is left behind here.
 */
#include "adapters/ssh/ssh_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "adapters/system/steady.h"
#include "adapters/ssh/ssh_words.h"
#include "adapters/system/durable.h"
#include "adapters/system/program.h"

#define WORDS 32
#define FAILED_ITSELF 255 /* ssh's exit code where no command ran */
#define FILE_LIMIT ((size_t)64 << 20)

/* A destination that begins with a dash is none: both programs get "--". */
struct words {
	const char *word[WORDS];
	size_t count;
};

static int is_port(const char *text)
{
	size_t len = strspn(text, "0123456789");
	unsigned long port;

	if (len == 0 || len > 5 || text[len] != '\0')
		return 0;
	port = strtoul(text, NULL, 10);
	return port >= 1 && port <= 65535;
}

enum lg_status ssh_server_begin(const struct lg_target_settings *settings,
				struct ssh_server *out_server,
				struct lg_error *err)
{
	const char *text = settings->server;
	const char *at = strrchr(text, '@');
	const char *host = at != NULL ? at + 1 : text;
	const char *colon = strrchr(host, ':');
	const char *end = host + strlen(host);
	struct lg_buffer destination = {0};
	enum lg_status status;

	*out_server = (struct ssh_server){.settings = settings};
	/* one colon, or one behind brackets: else it is an IPv6 address */
	if (colon != NULL && (strchr(host, ':') == colon ||
			      (colon > host && colon[-1] == ']'))) {
		if (!is_port(colon + 1))
			return lg_error_set(err, LG_ERR_RANGE, settings->name,
					    "server = \"%s\": the port must "
					    "be 1 to 65535",
					    text);
		out_server->port = strdup(colon + 1);
		if (out_server->port == NULL)
			return lg_no_memory(err);
		end = colon;
	}
	if (end == host || at == text)
		return lg_error_set(err, LG_ERR_SYNTAX, settings->name,
				    "server = \"%s\"; write server = "
				    "\"USER@HOST\"",
				    text);
	lg_buffer_append(&destination, text, (size_t)(host - text));
	if (host[0] != '[' && memchr(host, ':', (size_t)(end - host)) != NULL)
		lg_buffer_format(&destination, "[%s]", host);
	else
		lg_buffer_append(&destination, host, (size_t)(end - host));
	out_server->host = strndup(host, (size_t)(end - host));
	status = lg_buffer_take(&destination, &out_server->destination, err);
	if (status == LG_OK && out_server->host == NULL)
		status = lg_no_memory(err);
	return status;
}

void ssh_server_release(struct ssh_server *server)
{
	free(server->host);
	free(server->destination);
	free(server->port);
}

void ssh_start(struct ssh_server *server, uint32_t timeout_ms)
{
	server->deadline_ms = lg_steady_ms() + timeout_ms;
}

static void add(struct words *words, const char *word)
{
	words->word[words->count++] = word;
}

static void add_option(struct words *words, const char *option)
{
	add(words, "-o");
	add(words, option);
}

static void begin(struct words *words, const struct ssh_server *server,
		  const char *program)
{
	*words = (struct words){0};
	add(words, program);
	if (server->settings->file != NULL) {
		add(words, "-F");
		add(words, server->settings->file);
	}
	if (server->settings->credentials_file != NULL) {
		add(words, "-i");
		add(words, server->settings->credentials_file);
		add_option(words, "IdentitiesOnly=yes");
	}
	add_option(words, "BatchMode=yes");
	add_option(words, "StrictHostKeyChecking=yes");
	add_option(words, "ClearAllForwardings=yes");
	add_option(words, "ConnectTimeout=10");
	add_option(words, "ServerAliveInterval=5");
	add_option(words, "ServerAliveCountMax=3");
}

static enum lg_status run(struct ssh_server *server, struct words *words,
			  struct lg_buffer *out_text, int *out_exit,
			  struct lg_error *err)
{
	int64_t left = server->deadline_ms - lg_steady_ms();
	enum lg_status status;

	add(words, NULL);
	if (left <= 0)
		return lg_error_set(err, LG_ERR_TIMEOUT, server->host,
				    "does not answer");
	status = lg_program_ran(words->word, (uint32_t)left, out_text, out_exit,
				err);
	if (status == LG_ERR_UNKNOWN_KEY)
		return lg_error_set(err, LG_ERR_IO, server->host,
				    "%s is not installed; backend = ssh needs "
				    "it (openssh-client)",
				    words->word[0]);
	if (status == LG_ERR_TIMEOUT)
		return lg_error_set(err, status, server->host,
				    "does not answer");
	return status;
}

enum lg_status ssh_failed(const struct ssh_server *server, const char *what,
			  const struct lg_buffer *text, const char *otherwise,
			  struct lg_error *err)
{
	struct lg_buffer line = {0};
	enum lg_status why = ssh_words_why(text->data, text->len, &line);

	if (lg_buffer_status(&line, err) == LG_OK)
		lg_error_set(err, why, server->host, "%s: %s", what,
			     line.len > 0 ? line.data : otherwise);
	else
		why = LG_ERR_NO_MEMORY;
	lg_buffer_release(&line);
	return why;
}

enum lg_status ssh_command(struct ssh_server *server, const char *command,
			   struct lg_buffer *out_text, int *out_exit,
			   struct lg_error *err)
{
	enum lg_status status;
	struct words words;

	begin(&words, server, "ssh");
	if (server->port != NULL) {
		add(&words, "-p");
		add(&words, server->port);
	}
	add(&words, "-T");
	add(&words, "-x");
	add(&words, "-a");
	add(&words, "--");
	add(&words, server->destination);
	add(&words, command);
	status = run(server, &words, out_text, out_exit, err);
	if (status == LG_OK && *out_exit >= FAILED_ITSELF)
		status = ssh_failed(server, "ssh says", out_text, "nothing",
				    err);
	return status;
}

static enum lg_status memory_with(const void *bytes, size_t len, int *out_fd,
				  struct lg_error *err)
{
	int fd = memfd_create("sftp", MFD_CLOEXEC);
	enum lg_status status = LG_OK;

	if (fd < 0 || (len > 0 && lg_write_all(fd, bytes, len) != 0))
		status = lg_errno_set("memory", "cannot be had", err);
	if (status == LG_OK)
		*out_fd = fd;
	else if (fd >= 0)
		close(fd);
	return status;
}

/* The lines of a batch are ours: no name in them needs more than quotes. */
static enum lg_status batch(struct ssh_server *server, const char *lines,
			    struct lg_error *err)
{
	struct lg_buffer text = {0};
	struct lg_buffer path = {0};
	struct words words;
	int code = 0;
	int fd;
	enum lg_status status = memory_with(lines, strlen(lines), &fd, err);

	if (status != LG_OK)
		return status;
	lg_buffer_format(&path, "/proc/%ld/fd/%d", (long)getpid(), fd);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK) {
		begin(&words, server, "sftp");
		if (server->port != NULL) {
			add(&words, "-P");
			add(&words, server->port);
		}
		/* not -q: it would keep ssh's reason to itself */
		add(&words, "-b");
		add(&words, path.data);
		add(&words, "--");
		add(&words, server->destination);
		status = run(server, &words, &text, &code, err);
	}
	if (status == LG_OK && code != 0)
		status = ssh_failed(server, "sftp says", &text, "nothing", err);
	close(fd);
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status read_memory(const struct ssh_server *server, int fd,
				  struct lg_buffer *out_bytes,
				  struct lg_error *err)
{
	char block[16384];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, block, sizeof(block), at)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return lg_errno_set(server->host, "cannot be read",
					    err);
		lg_buffer_append(out_bytes, block, (size_t)got);
		at += got;
		if (out_bytes->len > FILE_LIMIT)
			return lg_error_set(err, LG_ERR_LIMIT, server->host,
					    "its values are more than 64 MiB");
	}
	return lg_buffer_status(out_bytes, err);
}

enum lg_status ssh_fetch(struct ssh_server *server, const char *name,
			 struct lg_buffer *out_bytes, struct lg_error *err)
{
	struct lg_buffer lines = {0};
	int fd;
	enum lg_status status = memory_with(NULL, 0, &fd, err);

	if (status != LG_OK)
		return status;
	lg_buffer_format(&lines, "get \"%s\" /proc/%ld/fd/%d\n-rm \"%s\"\n",
			 name, (long)getpid(), fd, name);
	status = lg_buffer_status(&lines, err);
	if (status == LG_OK)
		status = batch(server, lines.data, err);
	if (status == LG_OK)
		status = read_memory(server, fd, out_bytes, err);
	close(fd);
	lg_buffer_release(&lines);
	return status;
}

enum lg_status ssh_put(struct ssh_server *server, const char *name,
		       const struct lg_buffer *bytes, struct lg_error *err)
{
	struct lg_buffer lines = {0};
	int fd;
	enum lg_status status = memory_with(bytes->data, bytes->len, &fd, err);

	if (status != LG_OK)
		return status;
	lg_buffer_format(&lines, "put /proc/%ld/fd/%d \"%s\"\n", (long)getpid(),
			 fd, name);
	status = lg_buffer_status(&lines, err);
	if (status == LG_OK)
		status = batch(server, lines.data, err);
	close(fd);
	lg_buffer_release(&lines);
	return status;
}

void ssh_remove(struct ssh_server *server, const char *name)
{
	struct lg_buffer lines = {0};

	lg_buffer_format(&lines, "-rm \"%s\"\n", name);
	if (lg_buffer_status(&lines, NULL) == LG_OK)
		batch(server, lines.data, NULL);
	lg_buffer_release(&lines);
}
