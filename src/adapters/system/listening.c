/* SPDX-License-Identifier: ISC */
/*
 * listening.c - the TCP sockets of this machine on which somebody listens
 *
 * /proc/net/tcp and tcp6 name an inode for each socket; a process holds it
 * when one of its descriptors is a link to "socket:[INODE]".
 */
#define _GNU_SOURCE
#include "adapters/system/listening.h"

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

#define STATE_LISTEN 0x0A

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

static enum lg_status keep(struct reader *reader, const char *text,
			   const char **out_text)
{
	enum lg_status status;

	status = lg_strlist_add(reader->arena, text, strlen(text), reader->err);
	if (status == LG_OK)
		*out_text = reader->arena->item[reader->arena->count - 1];
	return status;
}

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
	return keep(reader, address,
		    &reader->found[reader->count++].socket.address);
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
	enum lg_status status = LG_OK;
	char path[64];
	char name[64] = "";
	FILE *file;
	size_t i;

	for (i = 0; i < reader->count; i++) {
		if (reader->found[i].inode == inode)
			break;
	}
	if (i == reader->count)
		return LG_OK;
	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return LG_OK;
	if (fgets(name, sizeof(name), file)) {
		name[strcspn(name, "\n")] = '\0';
		status = keep(reader, name, &reader->found[i].socket.program);
	}
	fclose(file);
	return status;
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

enum lg_status lg_listening_read(struct lg_listening_sockets *out_sockets,
				 struct lg_error *err)
{
	struct lg_strlist arena = {0};
	struct reader reader = {.arena = &arena, .err = err};
	struct lg_listening_socket *list = NULL;
	enum lg_status status;

	status = read_table(&reader, "/proc/net/tcp");
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
