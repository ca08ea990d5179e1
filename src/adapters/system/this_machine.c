/* SPDX-License-Identifier: ISC */
/*
 * this_machine.c - this machine, as the survey of its doors looks at it
 *
 * Processes are those of /proc in the caller's own mount namespace: a path on
 * the command line of another one (a container's) means another file.
 *
 * /proc/net/tcp and tcp6 name an inode for each socket; a process holds it
 * when one of its descriptors is a link to "socket:[INODE]" (proc(5)).
 */
#include "adapters/system/this_machine.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/listed.h"
#include "adapters/system/atomic_file.h"
#include "adapters/system/durable.h"
#include "adapters/system/program.h"

#define PROGRAM_TIMEOUT_MS 10000
#define NAME_SIZE 64
#define STATE_LISTEN 0x0A

static enum lg_status read_file(void *self, const char *path,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, path,
				    "is not there");
	return lg_file_read(path, out_text, err);
}

static enum lg_status list_folder(void *self, const char *folder,
				  struct lg_strlist *out_names,
				  struct lg_error *err)
{
	struct dirent **entry;
	int count = scandir(folder, &entry, NULL, alphasort);
	enum lg_status status = LG_OK;

	for (int i = 0; i < count; i++) {
		const char *name = entry[i]->d_name;

		if (status == LG_OK && *name != '.')
			status = lg_list_text(out_names, name, err);
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
	return status;
}

static enum lg_status prints(void *self, const char *const argv[],
			     struct lg_buffer *out_text, struct lg_error *err)
{
	return lg_program_output(argv, PROGRAM_TIMEOUT_MS, out_text, err);
}

/* "" for one that is gone. */
static void read_name(const char *pid, char out_name[NAME_SIZE])
{
	char path[64];
	FILE *file;

	*out_name = '\0';
	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (!fgets(out_name, NAME_SIZE, file))
		*out_name = '\0';
	fclose(file);
	out_name[strcspn(out_name, "\n")] = '\0';
}

static int is_called(const char *pid, const char *program)
{
	char name[NAME_SIZE];

	read_name(pid, name);
	return strcmp(name, program) == 0;
}

/* 1 when the process sees the same files, as far as this user may know. */
static int sees_the_same(const char *pid)
{
	char own[64];
	char other[64];
	char path[64];
	ssize_t own_len = readlink("/proc/self/ns/mnt", own, sizeof(own));
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%.20s/ns/mnt", pid);
	len = readlink(path, other, sizeof(other));
	return len < 0 ? errno == EACCES
		       : len == own_len && memcmp(own, other, (size_t)len) == 0;
}

static enum lg_status add_command_line(const char *pid,
				       struct lg_strlist *out_lines,
				       struct lg_error *err)
{
	struct lg_buffer line = {0};
	enum lg_status status = LG_OK;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		lg_read_all(fd, &line);
		close(fd);
	}
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] == '\0')
			line.data[i] = '\n';
	}
	status = lg_buffer_status(&line, err);
	/* a kernel thread and a process that is gone have none */
	if (status == LG_OK && line.len)
		status = lg_strlist_add(out_lines, line.data, line.len, err);
	lg_buffer_release(&line);
	return status;
}

static enum lg_status runs(void *self, const char *program,
			   struct lg_strlist *out_command_lines,
			   struct lg_error *err)
{
	enum lg_status status = LG_OK;
	DIR *folder = opendir("/proc");
	struct dirent *entry;

	while (folder && status == LG_OK && (entry = readdir(folder))) {
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    is_called(entry->d_name, program) &&
		    sees_the_same(entry->d_name))
			status = add_command_line(entry->d_name,
						  out_command_lines, err);
	}
	if (folder)
		closedir(folder);
	return status;
}

/* --- the TCP sockets on which somebody listens ---------------------------- */

struct found {
	struct lg_listening_socket socket;
	unsigned long inode;
};

struct reader {
	struct found *found;
	size_t count;
	size_t capacity;
	struct lg_strlist *arena;
	struct lg_error *err;
};

static enum lg_status add(struct reader *reader, const char *address,
			  unsigned int port, unsigned long inode)
{
	enum lg_status status =
		lg_grow(&reader->found, &reader->capacity, reader->count,
			sizeof(*reader->found), reader->err);

	if (status != LG_OK)
		return status;
	reader->found[reader->count] = (struct found){
		.socket = {.port = port, .program = ""}, .inode = inode};
	return lg_list_keep_text(reader->arena, address,
				 &reader->found[reader->count++].socket.address,
				 reader->err);
}

/* The hexadecimal words of an address, each in the host's byte order. */
static void format_address(const char *hex, size_t digits, char *out,
			   socklen_t size)
{
	uint32_t word[4] = {0};
	char part[9] = "";

	for (size_t i = 0; i < digits / 8 && i < 4; i++) {
		memcpy(part, hex + 8 * i, 8);
		word[i] = (uint32_t)strtoul(part, NULL, 16);
	}
	if (!inet_ntop(digits == 8 ? AF_INET : AF_INET6, word, out, size))
		snprintf(out, size, "?");
}

/* "sl local:port remote:port state tx:rx tr:when retr uid timeout inode" */
static enum lg_status read_line(struct reader *reader, char *line)
{
	char address[INET6_ADDRSTRLEN];
	char *field[10];
	char *save = line;
	char *colon;
	size_t n = 0;

	while (n < 10) {
		while (*save == ' ')
			save++;
		if (!*save)
			return LG_OK;
		field[n++] = save;
		save += strcspn(save, " \n");
		if (*save)
			*save++ = '\0';
	}
	colon = strchr(field[1], ':');
	if (!colon || strtoul(field[3], NULL, 16) != STATE_LISTEN)
		return LG_OK;
	format_address(field[1], (size_t)(colon - field[1]), address,
		       sizeof(address));
	return add(reader, address, (unsigned int)strtoul(colon + 1, NULL, 16),
		   strtoul(field[9], NULL, 10));
}

static enum lg_status read_table(struct reader *reader, const char *path)
{
	enum lg_status status = LG_OK;
	FILE *file = fopen(path, "re");
	char line[512];

	if (!file)
		return LG_OK; /* a kernel without IPv6 has no tcp6 */
	while (status == LG_OK && fgets(line, sizeof(line), file))
		status = read_line(reader, line);
	fclose(file);
	return status;
}

static enum lg_status name_program(struct reader *reader, const char *pid,
				   unsigned long inode)
{
	char name[NAME_SIZE];
	size_t i = 0;

	while (i < reader->count && reader->found[i].inode != inode)
		i++;
	if (i == reader->count)
		return LG_OK;
	read_name(pid, name);
	return lg_list_keep_text(reader->arena, name,
				 &reader->found[i].socket.program, reader->err);
}

static enum lg_status read_process(struct reader *reader, const char *pid)
{
	static const char prefix[] = "socket:[";
	enum lg_status status = LG_OK;
	struct dirent *entry;
	char path[64];
	char link[64];
	ssize_t len;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	folder = opendir(path);
	if (!folder)
		return LG_OK; /* gone, or not ours to see */
	while (status == LG_OK && (entry = readdir(folder))) {
		len = readlinkat(dirfd(folder), entry->d_name, link,
				 sizeof(link) - 1);
		if (len <= 0)
			continue;
		link[len] = '\0';
		if (strncmp(link, prefix, sizeof(prefix) - 1) == 0)
			status = name_program(
				reader, pid,
				strtoul(link + sizeof(prefix) - 1, NULL, 10));
	}
	closedir(folder);
	return status;
}

static enum lg_status read_processes(struct reader *reader)
{
	enum lg_status status = LG_OK;
	DIR *folder = opendir("/proc");
	struct dirent *entry;

	while (folder && status == LG_OK && (entry = readdir(folder))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			status = read_process(reader, entry->d_name);
	}
	if (folder)
		closedir(folder);
	return status;
}

static enum lg_status listening(void *self,
				struct lg_listening_sockets *out_sockets,
				struct lg_error *err)
{
	struct lg_strlist arena = {0};
	struct reader reader = {.arena = &arena, .err = err};
	struct lg_listening_socket *list = NULL;
	enum lg_status status = read_table(&reader, "/proc/net/tcp");

	if (status == LG_OK)
		status = read_table(&reader, "/proc/net/tcp6");
	if (status == LG_OK)
		status = read_processes(&reader);
	if (status == LG_OK) {
		list = calloc(reader.count ? reader.count : 1, sizeof(*list));
		if (!list)
			status = lg_no_memory(err);
	}
	if (status == LG_OK) {
		for (size_t i = 0; i < reader.count; i++)
			list[i] = reader.found[i].socket;
		out_sockets->socket = list;
		out_sockets->count = reader.count;
		out_sockets->arena = arena;
	} else {
		lg_strlist_release(&arena);
	}
	free(reader.found);
	return status;
}

struct lg_machine lg_machine_here(void)
{
	return (struct lg_machine){.is_root = geteuid() == 0,
				   .read = read_file,
				   .list = list_folder,
				   .prints = prints,
				   .runs = runs,
				   .listening = listening};
}
