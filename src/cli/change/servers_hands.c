/* SPDX-License-Identifier: ISC */
/*
 * servers_hands.c - what the machine of changes gets from the command line
 */
#include "cli/change/servers_hands.h"

#include <unistd.h>

#include "cli/change/servers_apply.h"
#include "cli/change/servers_history.h"
#include "cli/change/servers_lift.h"
#include "cli/open/open.h"
#include "cli/text/times.h"

static struct lg_now tell_time(void *self)
{
	return lg_cli_clocks();
}

static enum lg_status begin(void *self, struct lg_servers_journal *out_journal,
			    struct lg_servers_book *out_book,
			    struct lg_error *err)
{
	struct lg_cli_hands *hands = self;
	enum lg_status status =
		lg_cli_servers_begin(hands->cli, &hands->file, out_book, err);

	out_journal->self = hands->file;
	out_journal->append = lg_journal_file_append;
	return status;
}

static void finish(void *self, struct lg_servers_journal *journal)
{
	struct lg_cli_hands *hands = self;

	lg_journal_file_close(&hands->file);
}

static enum lg_status open_servers(void *self,
				   const struct lg_servers_record *record,
				   const char *const *name, size_t *count,
				   struct lg_target **out_port,
				   struct lg_error *err)
{
	struct lg_cli_hands *hands = self;
	struct lg_gate_lock lock = {.caller = lg_cli_by(hands->cli)};
	const struct lg_settings *settings;
	enum lg_status status = lg_cli_settings(hands->cli, &settings, err);

	if (status == LG_OK)
		status = lg_cli_targets_open(settings, name, *count,
					     &hands->targets, err);
	if (status != LG_OK)
		return status;
	if (record != NULL) {
		lock.id = record->id;
		lock.profile = record->profile;
		lock.by = record->by;
		lg_cli_targets_lock(&hands->targets, &lock);
	} else if (hands->lock != NULL) {
		lg_cli_targets_lock(&hands->targets, hands->lock);
	}
	*count = hands->targets.count;
	*out_port = hands->targets.port;
	return LG_OK;
}

static void close_servers(void *self)
{
	struct lg_cli_hands *hands = self;

	lg_cli_targets_release(&hands->targets);
}

static enum lg_status rewrite(void *self, const struct lg_servers_book *book,
			      struct lg_error *err)
{
	const struct lg_cli_hands *hands = self;

	return lg_cli_servers_rewrite(hands->file, book, err);
}

static enum lg_status backup(void *self, const char *name,
			     const struct lg_registry *values, char **out_file,
			     struct lg_error *err)
{
	const struct lg_cli_hands *hands = self;

	return lg_cli_servers_backup(hands->cli, name, values, out_file, err);
}

static int has_backup(void *self, const char *name)
{
	const struct lg_cli_hands *hands = self;
	struct lg_buffer file = {0}, path = {0};
	int has = 0;

	lg_buffer_format(&file, LG_CLI_BACKUPS "/%s", name);
	if (lg_buffer_status(&file, NULL) == LG_OK &&
	    lg_cli_servers_path(hands->cli, file.data, &path, NULL) == LG_OK)
		has = access(path.data, F_OK) == 0;
	lg_buffer_release(&path);
	lg_buffer_release(&file);
	return has;
}

static void note(void *self, const struct lg_journal_entry *entry)
{
	const struct lg_cli_hands *hands = self;

	lg_cli_servers_note(hands->cli, entry);
}

static void moved(void *self, const struct lg_servers_member *member)
{
	const struct lg_cli_hands *hands = self;

	lg_cli_servers_moved(hands->cli, member);
}

struct lg_change_hands lg_cli_hands(struct lg_cli_hands *self)
{
	return (struct lg_change_hands){
		.self = self,
		.by = lg_cli_by(self->cli),
		.now = tell_time,
		.begin = begin,
		.finish = finish,
		.open = open_servers,
		.close = close_servers,
		.rewrite = rewrite,
		.backup = backup,
		.has_backup = has_backup,
		.test = lg_cli_target_test,
		.note = note,
		.moved = moved,
	};
}
