/* SPDX-License-Identifier: ISC */
/*
 * this_machine.c - this machine, as the survey of its doors looks at it
 *
 * Processes are those of /proc in the caller's own mount namespace: a path on
 * the command line of another one (a container's) means another file.
 */
#define _GNU_SOURCE
#include "adapters/system/this_machine.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/listening.h"
#include "adapters/system/program.h"

#define PROGRAM_TIMEOUT_MS 10000

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
			status = lg_strlist_add(out_names, name, strlen(name),
						err);
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

static int is_called(const char *pid, const char *program)
{
	char name[64] = "";
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
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
	char block[4096];
	char path[64];
	ssize_t got = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (got = read(fd, block, sizeof(block))) > 0)
		lg_buffer_append(&line, block, (size_t)got);
	if (fd >= 0)
		close(fd);
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

static enum lg_status listening(void *self,
				struct lg_listening_sockets *out_sockets,
				struct lg_error *err)
{
	return lg_listening_read(out_sockets, err);
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
