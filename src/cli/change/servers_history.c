/* SPDX-License-Identifier: ISC */
/*
 * servers_history.c - what was done on servers, and the gate does not know of
 *
 * The lines are app/change/journal's; the file is one of its own, because a gate
 * that runs holds its journal, and repairs its lock from it.
 */
#include "cli/change/servers_history.h"

#include "cli/change/servers_lift.h"

#define FILE_NAME "fleet-audit.jsonl"

/* app/change/journal names its own file; here it is always this one. */
static enum lg_status read_all(void *self, const char *name,
			       struct lg_buffer *out_bytes,
			       struct lg_error *err)
{
	return lg_journal_file_read(self, out_bytes, err);
}

void lg_cli_servers_note(struct lg_cli *cli,
			 const struct lg_journal_entry *entry)
{
	struct lg_journal_file *file = NULL;
	struct lg_buffer path = {0}, line = {0};
	struct lg_error err;
	enum lg_status status =
		lg_cli_servers_path(cli, FILE_NAME, &path, &err);

	if (status == LG_OK)
		status = lg_journal_file_open(path.data, &file, &err);
	if (status == LG_OK)
		status = lg_journal_line(entry, &line, &err);
	if (status == LG_OK)
		status =
			lg_journal_file_append(file, line.data, line.len, &err);
	if (status != LG_OK)
		lg_cli_fail(cli, &err);
	lg_journal_file_close(&file);
	lg_buffer_release(&path);
	lg_buffer_release(&line);
}

enum lg_status lg_cli_servers_history(
	struct lg_cli *cli, int64_t since_s,
	int (*visit)(void *context, const struct lg_journal_entry *entry),
	void *context, size_t *out_damaged, struct lg_error *err)
{
	struct lg_files files = {.read = read_all};
	struct lg_buffer path = {0};
	enum lg_status status = lg_cli_servers_path(cli, FILE_NAME, &path, err);

	if (status == LG_OK) {
		files.self = path.data;
		status = lg_journal_read(&files, since_s, visit, context,
					 out_damaged, err);
	}
	lg_buffer_release(&path);
	return status;
}
