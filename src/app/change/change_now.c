/* SPDX-License-Identifier: ISC */
/*
 * change_now.c - what the journal of changes says, and who writes it now
 *
 * Whoever changes servers holds the journal and signs it; the signature means
 * nothing once the journal is free. A journal that is unfinished and free was
 * left by a command that is gone.
 */
#include "app/change/change_now.h"

#include "app/change/servers_journal.h"
#include "app/records/json_fields.h"

/* A journal that moves under the reader is one that somebody writes. */
#define LOOKS 5

#define FIELD(name, kind, member)                                              \
	LG_FIELD(name, kind, struct lg_change_holder, member, 0)

static const struct lg_field holder_fields[] = {
	FIELD("command", TEXT, command), FIELD("by", TEXT, by),
	FIELD("pid", NUMBER, pid), FIELD("since", TIME, since_s),
	LG_FIELDS_END};

void lg_change_holder_read(const cJSON *signature,
			   struct lg_change_holder *out_holder)
{
	*out_holder = (struct lg_change_holder){0};
	lg_fields_read(signature, holder_fields, out_holder);
}

/* Only for people: what cannot be written is not told. */
static void sign(const struct lg_change_hands *hands)
{
	const struct lg_change_holder holder = {
		.command = hands->command,
		.by = hands->by,
		.pid = hands->pid,
		.since_s = hands->now(hands->self).wall_ms / 1000,
	};
	cJSON *object = cJSON_CreateObject();
	struct lg_buffer text = {0};

	lg_fields_add(object, holder_fields, &holder);
	if (lg_json_print(object, &text, NULL) == LG_OK)
		lg_files_put(hands->files, LG_CHANGE_SIGNATURE_FILE, &text,
			     NULL);
	lg_buffer_release(&text);
}

/* One that a crash left behind names a process that is gone. */
static cJSON *read_signature(const struct lg_change_hands *hands)
{
	const struct lg_change_journal *journal = &hands->journal;
	struct lg_change_holder holder;
	struct lg_buffer text = {0};
	cJSON *object = NULL;

	if (journal->read(journal->self, LG_CHANGE_SIGNATURE_FILE, &text,
			  NULL) == LG_OK &&
	    text.len)
		object = cJSON_ParseWithLength(text.data, text.len);
	lg_change_holder_read(object, &holder);
	if (holder.pid < 1 || !hands->runs(hands->self, holder.pid)) {
		cJSON_Delete(object);
		object = NULL;
	}
	lg_buffer_release(&text);
	return object;
}

/* Who it is that changes servers right now. */
static enum lg_status is_held(const struct lg_change_hands *hands,
			      struct lg_error *err)
{
	cJSON *signature = read_signature(hands);
	struct lg_change_holder holder;
	struct lg_buffer who = {0};

	lg_change_holder_read(signature, &holder);
	hands->name(hands->self, &holder, &who);
	lg_error_set(
		err, LG_ERR_CONFLICT, err->place,
		"%s is changing servers right now; try again when it is done",
		who.data ? who.data : "another command");
	cJSON_Delete(signature);
	lg_buffer_release(&who);
	return LG_ERR_CONFLICT;
}

/* What could not be read is kept, and told. */
static enum lg_status settle(const struct lg_change_hands *hands,
			     const struct lg_servers_book *book,
			     const struct lg_buffer *text, struct lg_error *err)
{
	struct lg_buffer kept = {0};
	struct lg_error said;
	enum lg_status status = lg_servers_journal_settle(
		&hands->journal, hands->files, book, text,
		hands->now(hands->self).wall_ms / 1000, &kept, err);

	if (status == LG_OK && kept.len > 0) {
		hands->warn(hands->self, &book->damage);
		lg_error_set(&said, LG_ERR_SYNTAX, NULL,
			     "%zu line%s of it could not be read; the damaged "
			     "file is kept as %s below state_dir",
			     book->damaged, book->damaged == 1 ? "" : "s",
			     kept.data);
		hands->warn(hands->self, &said);
	}
	lg_buffer_release(&kept);
	return status;
}

static enum lg_status read_book(const struct lg_change_hands *hands,
				struct lg_buffer *text,
				struct lg_servers_book *out_book,
				struct lg_error *err)
{
	const struct lg_change_journal *journal = &hands->journal;
	struct lg_buffer place = {0};
	enum lg_status status = journal->place(journal->self, &place, err);

	if (status == LG_OK)
		status = journal->read(journal->self, LG_SERVERS_BOOK_FILE,
				       text, err);
	if (status == LG_OK)
		status = lg_servers_book_parse(text->data ? text->data : "",
					       text->len, place.data, out_book,
					       err);
	lg_buffer_release(&place);
	return status;
}

enum lg_status lg_change_book(const struct lg_change_hands *hands,
			      struct lg_servers_book *out_book,
			      struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status = read_book(hands, &text, out_book, err);

	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_change_take(const struct lg_change_hands *hands,
			      struct lg_servers_book *out_book,
			      struct lg_error *err)
{
	const struct lg_change_journal *journal = &hands->journal;
	struct lg_servers_book book = {0};
	struct lg_buffer text = {0};
	enum lg_status status = journal->hold(journal->self, err);

	if (status == LG_ERR_CONFLICT)
		return is_held(hands, err);
	if (status != LG_OK)
		return status;
	sign(hands);
	status = read_book(hands, &text, &book, err);
	if (status == LG_OK)
		status = settle(hands, &book, &text, err);
	if (status == LG_OK) {
		*out_book = book;
	} else {
		lg_servers_book_release(&book);
		journal->let_go(journal->self);
	}
	lg_buffer_release(&text);
	return status;
}

static int is_unfinished(const struct lg_servers_book *book)
{
	for (size_t i = 0; i < book->count; i++) {
		if (lg_servers_is_unfinished(&book->record[i]) ||
		    book->record[i].moving)
			return 1;
	}
	return 0;
}

/*
 * One look: 1 in *out_sure where it is known. An unfinished journal that was
 * free between two readings of the same text was left behind; one whose text
 * moved is looked at again.
 */
static enum lg_status look(const struct lg_change_hands *hands,
			   struct lg_change_now *now, int *out_sure,
			   struct lg_error *err)
{
	const struct lg_change_journal *journal = &hands->journal;
	struct lg_buffer text = {0}, again = {0};
	enum lg_status status = read_book(hands, &text, &now->book, err);

	*out_sure = 1;
	if (status == LG_OK && journal->is_held(journal->self)) {
		now->state = LG_CHANGE_UNDER_WAY;
		now->holder = read_signature(hands);
	} else if (status == LG_OK && is_unfinished(&now->book)) {
		now->state = LG_CHANGE_INTERRUPTED;
		status = journal->read(journal->self, LG_SERVERS_BOOK_FILE,
				       &again, err);
		*out_sure = status != LG_OK || lg_files_same(&text, &again);
	}
	lg_buffer_release(&text);
	lg_buffer_release(&again);
	return status;
}

enum lg_status lg_change_now(const struct lg_change_hands *hands,
			     struct lg_change_now *out_now,
			     struct lg_error *err)
{
	struct lg_change_now now = {0};
	enum lg_status status = LG_OK;
	int sure = 0;

	for (int i = 0; status == LG_OK && !sure && i < LOOKS; i++) {
		lg_change_now_release(&now);
		status = look(hands, &now, &sure, err);
	}
	if (status == LG_OK && !sure)
		now.state = LG_CHANGE_UNDER_WAY;
	if (status == LG_OK)
		*out_now = now;
	else
		lg_change_now_release(&now);
	return status;
}

void lg_change_now_release(struct lg_change_now *now)
{
	lg_servers_book_release(&now->book);
	cJSON_Delete(now->holder);
	*now = (struct lg_change_now){0};
}
