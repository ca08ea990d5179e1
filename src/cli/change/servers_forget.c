/* SPDX-License-Identifier: ISC */
/*
 * servers_forget.c - giving up servers that are gone for good
 *
 * The journal says so before anything else happens, and no later step asks
 * such a server. What it held before stays at hand: the back-up of the apply,
 * or one that is made from the journal where that file is gone.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/change/servers_journal.h"
#include "app/change/change_end.h"
#include "cli/change/servers_apply.h"
#include "cli/change/servers_history.h"
#include "cli/change/servers_lift.h"
#include "cli/output.h"

void lg_cli_forgotten_release(struct lg_cli_forgotten *forgotten)
{
	lg_strlist_release(&forgotten->name);
	lg_strlist_release(&forgotten->backup);
	*forgotten = (struct lg_cli_forgotten){0};
}

/* Adds the names of a list with commas, each once. */
static enum lg_status add_names(const char *list, struct lg_strlist *names,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;

	while (status == LG_OK && *list != '\0') {
		size_t len, all;
		int is_new = 1;

		list += strspn(list, " \t,");
		len = all = strcspn(list, ",");
		while (len > 0 && strchr(" \t", list[len - 1]) != NULL)
			len--;
		for (size_t i = 0; i < names->count; i++) {
			if (strlen(names->item[i]) == len &&
			    memcmp(names->item[i], list, len) == 0)
				is_new = 0;
		}
		if (len > 0 && is_new)
			status = lg_strlist_add(names, list, len, err);
		list += all;
	}
	return status;
}

static int read_names(struct lg_cli *cli, struct lg_strlist *names)
{
	struct lg_strlist given = {0};
	struct lg_error err;
	enum lg_status status = lg_cli_options(cli, "forget", &given, &err);
	int code = LG_EXIT_DONE;

	for (size_t i = 0; status == LG_OK && i < given.count; i++)
		status = add_names(given.item[i], names, &err);
	if (status != LG_OK)
		code = lg_cli_fail(cli, &err);
	else if (given.count > 0 && names->count == 0)
		code = lg_cli_usage(cli, "no server is named");
	lg_strlist_release(&given);
	return code;
}

/* A second try gives up again what was given up already. */
static int may_forget(const struct lg_servers_record_target *target)
{
	return target != NULL && (lg_servers_step_locks(target->step) ||
				  target->step == LG_SERVERS_FORGOTTEN);
}

static int is_anywhere(const struct lg_servers_book *book, const char *name)
{
	for (size_t i = 0; i < book->count; i++) {
		if (may_forget(
			    lg_servers_record_target(&book->record[i], name)))
			return 1;
	}
	return 0;
}

/* Each server that a lock is on, once. */
static void list_locked(const struct lg_servers_book *book,
			struct lg_buffer *text)
{
	struct lg_strlist locked = {0};

	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record *record = &book->record[i];

		for (size_t j = 0; j < record->count; j++) {
			if (lg_servers_step_locks(record->target[j].step))
				add_names(record->target[j].name, &locked,
					  NULL);
		}
	}
	lg_change_names(&locked, text);
	if (locked.count == 0)
		lg_buffer_text(text, "no server");
	lg_strlist_release(&locked);
}

/* All names, before anything is written. */
static int check(struct lg_cli *cli, const struct lg_servers_book *book,
		 const struct lg_strlist *names)
{
	struct lg_buffer text = {0};
	int code = LG_EXIT_DONE;

	if (book->count == 0)
		return lg_cli_usage(cli,
				    "no lock is on other servers and nothing "
				    "was interrupted; %s is not given up",
				    names->item[0]);
	list_locked(book, &text);
	for (size_t i = 0; i < names->count && code == LG_EXIT_DONE; i++) {
		if (!is_anywhere(book, names->item[i]))
			code = lg_cli_usage(cli,
					    "no lock is on %s, so nothing is "
					    "given up; locks are on: %s",
					    names->item[i],
					    text.data != NULL ? text.data : "");
	}
	lg_buffer_release(&text);
	return code;
}

/* The name of the file that holds what was there. */
static enum lg_status backup_of(struct lg_cli *cli,
				const struct lg_servers_record_target *target,
				struct lg_strlist *names, struct lg_error *err)
{
	struct lg_buffer file = {0}, path = {0};
	char *made = NULL;
	const char *name = target->backup;
	enum lg_status status = LG_OK;

	if (name != NULL) {
		lg_buffer_format(&file, LG_CLI_BACKUPS "/%s", name);
		status = lg_buffer_status(&file, err);
		if (status == LG_OK)
			status =
				lg_cli_servers_path(cli, file.data, &path, err);
		if (status == LG_OK && access(path.data, F_OK) != 0)
			name = NULL;
	}
	/* damage took it: there is none but those in the folder */
	if (name == NULL && target->before == NULL)
		name = "";
	if (status == LG_OK && name == NULL) {
		status = lg_cli_servers_backup(cli, target->name,
					       target->before, &made, err);
		name = made;
	}
	if (status == LG_OK)
		status = lg_strlist_add(names, name, strlen(name), err);
	free(made);
	lg_buffer_release(&path);
	lg_buffer_release(&file);
	return status;
}

static void note(struct lg_cli *cli, const struct lg_servers_record *record,
		 const struct lg_strlist *names)
{
	struct lg_buffer target = {0};
	struct lg_journal_entry entry = {
		.at_s = lg_cli_now(),
		.event = LG_EVENT_FORGET,
		.id = record->id,
		.profile = record->profile,
		.by = lg_cli_by(cli),
		.reason = record->reason != NULL && *record->reason
				  ? record->reason
				  : NULL,
		.result = "given up",
		.since_s = record->since_s,
		.until_s = record->until_s,
		.max_duration_s = -1,
	};

	lg_change_names(names, &target);
	entry.target = target.data;
	lg_cli_servers_note(cli, &entry);
	lg_buffer_release(&target);
}

/* One lock on one of the servers; now is told of those given up just now. */
static enum lg_status forget_one(struct lg_journal_file *file,
				 struct lg_servers_record *record,
				 const char *name, struct lg_strlist *now,
				 struct lg_error *err)
{
	const struct lg_servers fleet = {
		.id = record->id, .journal = {file, lg_journal_file_append}};
	struct lg_servers_record_target *target =
		lg_servers_record_target(record, name);
	enum lg_status status;

	if (!may_forget(target) || target->step == LG_SERVERS_FORGOTTEN)
		return LG_OK;
	status = lg_servers_journal_step(
		&fleet, lg_servers_step_name(LG_SERVERS_FORGOTTEN), name, err);
	if (status == LG_OK)
		status = lg_strlist_add(now, name, strlen(name), err);
	if (status == LG_OK)
		target->step = LG_SERVERS_FORGOTTEN;
	return status;
}

static size_t places_of(const struct lg_servers_record *record)
{
	size_t locked = record->with_gate != 0;

	for (size_t i = 0; i < record->count; i++)
		locked += lg_servers_step_locks(record->target[i].step) != 0;
	return locked;
}

/* One lock on all that are named. */
static enum lg_status
forget_record(struct lg_cli *cli, struct lg_journal_file *file,
	      struct lg_servers_record *record, const struct lg_strlist *names,
	      struct lg_cli_forgotten *forgotten, struct lg_error *err)
{
	const struct lg_servers fleet = {
		.id = record->id, .journal = {file, lg_journal_file_append}};
	struct lg_now clocks = lg_cli_clocks();
	struct lg_strlist now = {0};
	enum lg_status status = LG_OK;
	size_t places;

	for (size_t i = 0; status == LG_OK && i < names->count; i++)
		status = forget_one(file, record, names->item[i], &now, err);
	places = places_of(record);
	if (record->phase == LG_SERVERS_APPLIED &&
	    !lg_servers_record_is_over(record, &clocks))
		forgotten->in_force += places;
	/* a lock that is nowhere is over */
	if (status == LG_OK && record->phase == LG_SERVERS_APPLIED &&
	    places == 0)
		status = lg_servers_journal_step(&fleet, "lifted", NULL, err);
	if (status == LG_OK && now.count > 0)
		note(cli, record, &now);
	lg_strlist_release(&now);
	return status;
}

/* The oldest lock on it knows what was there before all of them. */
static enum lg_status keep_backup(struct lg_cli *cli,
				  const struct lg_servers_book *book,
				  const char *name,
				  struct lg_cli_forgotten *forgotten,
				  struct lg_error *err)
{
	enum lg_status status;

	for (size_t i = 0; i < book->count; i++) {
		const struct lg_servers_record_target *target =
			lg_servers_record_target(&book->record[i], name);

		if (!may_forget(target))
			continue;
		status = backup_of(cli, target, &forgotten->backup, err);
		if (status == LG_OK)
			status = lg_strlist_add(&forgotten->name, name,
						strlen(name), err);
		return status;
	}
	return LG_OK;
}

int lg_cli_servers_forget(struct lg_cli *cli,
			  struct lg_cli_forgotten *out_forgotten)
{
	struct lg_cli_forgotten forgotten = {0};
	struct lg_servers_book book = {0};
	struct lg_journal_file *journal = NULL;
	struct lg_strlist names = {0};
	enum lg_status status = LG_OK;
	struct lg_error err;
	int code = read_names(cli, &names);

	if (code != LG_EXIT_DONE || names.count == 0)
		goto out;
	/* without a lock on servers state_dir is left alone */
	status = lg_cli_servers_book(cli, &book, &err);
	if (status == LG_OK && book.count == 0 && book.damaged == 0) {
		code = check(cli, &book, &names);
		goto out;
	}
	lg_servers_book_release(&book);
	if (status == LG_OK)
		status = lg_cli_servers_begin(cli, &journal, &book, &err);
	if (status == LG_OK)
		code = check(cli, &book, &names);
	for (size_t i = 0;
	     status == LG_OK && code == LG_EXIT_DONE && i < names.count; i++)
		status = keep_backup(cli, &book, names.item[i], &forgotten,
				     &err);
	for (size_t i = 0;
	     status == LG_OK && code == LG_EXIT_DONE && i < book.count; i++)
		status = forget_record(cli, journal, &book.record[i], &names,
				       &forgotten, &err);
	if (status != LG_OK)
		code = status == LG_ERR_CONFLICT
			       ? lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, &err)
			       : lg_cli_fail(cli, &err);
out:
	lg_journal_file_close(&journal);
	lg_servers_book_release(&book);
	lg_strlist_release(&names);
	if (code == LG_EXIT_DONE)
		*out_forgotten = forgotten;
	else
		lg_cli_forgotten_release(&forgotten);
	return code;
}
