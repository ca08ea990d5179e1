/* SPDX-License-Identifier: ISC */
/*
 * change_forget.c - giving up servers that are gone for good
 */
#include "app/change/change_forget.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"
#include "app/change/change_held.h"
#include "app/change/change_now.h"
#include "app/change/servers_journal.h"

/* What one command holds. */
struct forgetting {
	struct lg_change_held held;
	const struct lg_strlist *names;
	struct lg_change_forgotten forgotten;
};

void lg_change_forgotten_release(struct lg_change_forgotten *forgotten)
{
	lg_strlist_release(&forgotten->name);
	lg_strlist_release(&forgotten->backup);
	*forgotten = (struct lg_change_forgotten){0};
}

static int may_forget(const struct lg_servers_record_target *target)
{
	return target && (lg_servers_step_locks(target->step) ||
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
			const char *name = record->target[j].name;

			if (lg_servers_step_locks(record->target[j].step) &&
			    !lg_listed(&locked, name))
				lg_strlist_add(&locked, name, strlen(name),
					       NULL);
		}
	}
	lg_journal_names(&locked, text);
	if (locked.count == 0)
		lg_buffer_text(text, "no server");
	lg_strlist_release(&locked);
}

static enum lg_status is_any(const struct lg_servers_book *book,
			     const struct lg_strlist *names,
			     struct lg_error *err)
{
	if (book->count > 0)
		return LG_OK;
	return lg_error_set(err, LG_ERR_UNKNOWN_KEY, NULL,
			    "no lock is on other servers and nothing was "
			    "interrupted; %s is not given up",
			    names->item[0]);
}

/* Where there is none state_dir is left alone, unless it is to be mended. */
static enum lg_status look(const struct lg_change_hands *hands,
			   const struct lg_strlist *names, struct lg_error *err)
{
	struct lg_servers_book book = {0};
	enum lg_status status = lg_change_book(hands, &book, err);

	if (status == LG_OK && book.damaged == 0)
		status = is_any(&book, names, err);
	lg_servers_book_release(&book);
	return status;
}

/* All names, before anything is written. */
static enum lg_status check(const struct forgetting *forgetting,
			    struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status =
		is_any(&forgetting->held.book, forgetting->names, err);

	list_locked(&forgetting->held.book, &text);
	for (size_t i = 0; status == LG_OK && i < forgetting->names->count;
	     i++) {
		const char *name = forgetting->names->item[i];

		if (!is_anywhere(&forgetting->held.book, name))
			status = lg_error_set(
				err, LG_ERR_UNKNOWN_KEY, NULL,
				"no lock is on %s, so nothing is given up; "
				"locks are on: %s",
				name, text.data ? text.data : "");
	}
	lg_buffer_release(&text);
	return status;
}

/* The name of the file that holds what was there. */
static enum lg_status backup_of(const struct lg_change_hands *hands,
				const struct lg_servers_record_target *target,
				struct lg_strlist *names, struct lg_error *err)
{
	const char *name = target->backup;
	char *made = NULL;
	enum lg_status status = LG_OK;

	if (name && !lg_change_has_backup(hands, name))
		name = NULL;
	/* damage took it: there is none but those in the folder */
	if (!name && !target->before)
		name = "";
	if (!name) {
		status = lg_change_backup((void *)hands, target->name,
					  target->before, &made, err);
		name = made;
	}
	if (status == LG_OK)
		status = lg_strlist_add(names, name, strlen(name), err);
	free(made);
	return status;
}

/* The oldest lock on it knows what was there before all of them. */
static enum lg_status keep_backup(struct forgetting *forgetting,
				  const char *name, struct lg_error *err)
{
	enum lg_status status;

	for (size_t i = 0; i < forgetting->held.book.count; i++) {
		const struct lg_servers_record_target *target =
			lg_servers_record_target(
				&forgetting->held.book.record[i], name);

		if (!may_forget(target))
			continue;
		status = backup_of(forgetting->held.hands, target,
				   &forgetting->forgotten.backup, err);
		if (status == LG_OK)
			status = lg_strlist_add(&forgetting->forgotten.name,
						name, strlen(name), err);
		return status;
	}
	return LG_OK;
}

/* One lock on one of the servers; now is told of those given up just now. */
static enum lg_status forget_one(const struct lg_servers *servers,
				 struct lg_servers_record *record,
				 const char *name, struct lg_strlist *now,
				 struct lg_error *err)
{
	struct lg_servers_record_target *target =
		lg_servers_record_target(record, name);
	enum lg_status status;

	if (!may_forget(target) || target->step == LG_SERVERS_FORGOTTEN)
		return LG_OK;
	status = lg_servers_journal_step(
		servers, lg_servers_step_name(LG_SERVERS_FORGOTTEN), name, err);
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
static enum lg_status forget_record(struct forgetting *forgetting,
				    struct lg_servers_record *record,
				    struct lg_error *err)
{
	const struct lg_change_hands *hands = forgetting->held.hands;
	const struct lg_servers servers = {
		.id = record->lock.id,
		.journal = forgetting->held.servers.journal};
	struct lg_journal_entry entry = lg_change_entry(
		hands, &record->lock, LG_EVENT_FORGET, "given up");
	struct lg_now clocks = hands->now(hands->self);
	struct lg_strlist now = {0};
	enum lg_status status = LG_OK;
	size_t places;

	for (size_t i = 0; status == LG_OK && i < forgetting->names->count; i++)
		status = forget_one(&servers, record,
				    forgetting->names->item[i], &now, err);
	places = places_of(record);
	if (record->phase == LG_SERVERS_APPLIED &&
	    !lg_servers_record_is_over(record, &clocks))
		forgetting->forgotten.in_force += places;
	/* a lock that is nowhere is over */
	if (status == LG_OK && record->phase == LG_SERVERS_APPLIED &&
	    places == 0)
		status = lg_servers_journal_step(&servers, "lifted", NULL, err);
	if (status == LG_OK && now.count > 0)
		lg_change_note(hands, &entry, &now);
	lg_strlist_release(&now);
	return status;
}

enum lg_status lg_change_forget(const struct lg_change_hands *hands,
				const struct lg_strlist *names,
				struct lg_change_forgotten *out_forgotten,
				struct lg_error *err)
{
	struct forgetting forgetting = {.names = names};
	struct lg_servers_book *book = &forgetting.held.book;
	enum lg_status status = look(hands, names, err);

	if (status == LG_OK)
		status = lg_change_hold(&forgetting.held, hands, "", err);
	if (status != LG_OK)
		return status;
	status = check(&forgetting, err);
	for (size_t i = 0; status == LG_OK && i < names->count; i++)
		status = keep_backup(&forgetting, names->item[i], err);
	for (size_t i = 0; status == LG_OK && i < book->count; i++)
		status = forget_record(&forgetting, &book->record[i], err);
	if (status == LG_OK)
		*out_forgotten = forgetting.forgotten;
	else
		lg_change_forgotten_release(&forgetting.forgotten);
	lg_change_let_go(&forgetting.held);
	return status;
}
