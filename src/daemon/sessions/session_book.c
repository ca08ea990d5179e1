/* SPDX-License-Identifier: ISC */
/*
 * session_book.c - the judging lane's own tables
 *
 * Of Dovecot's sessions nobody but a list asks: they are here alone. What MAPI
 * and HAProxy's requests left is here as it is in the loop's table, which says
 * when one goes. A session that a list shows is in use.
 */
#include "daemon/sessions/session_book.h"

#include <stdlib.h>

#include "daemon/sessions/session_masters.h"

#define IDLE_S (24 * 3600)

static const int64_t idle_s[SESSION_KINDS] = {IDLE_S, IDLE_S};

enum lg_status session_book_new(int64_t started_s, int began_locked,
				struct session_book **out_book,
				struct lg_error *err)
{
	struct session_book *book = calloc(1, sizeof(*book));

	if (!book)
		return lg_no_memory(err);
	book->started_s = started_s;
	book->began_locked = began_locked;
	*out_book = book;
	return LG_OK;
}

void session_book_free(struct session_book **book)
{
	if (!*book)
		return;
	session_table_release(&(*book)->dovecot);
	session_table_release(&(*book)->requested);
	free(*book);
	*book = NULL;
}

static void set_mastered(struct session_book *book, struct session_entry *entry,
			 int is_mastered)
{
	if ((entry->mastered_at != NULL) == is_mastered)
		return;
	if (is_mastered) {
		entry->next_mastered = book->mastered;
		entry->mastered_at = &book->mastered;
		if (book->mastered)
			book->mastered->mastered_at = &entry->next_mastered;
		book->mastered = entry;
		return;
	}
	*entry->mastered_at = entry->next_mastered;
	if (entry->next_mastered)
		entry->next_mastered->mastered_at = entry->mastered_at;
	entry->mastered_at = NULL;
}

/* Whether a master is among its openers; was_mastered: one was. */
static void settle(struct session_book *book, struct session_turn *turn,
		   struct session_entry *entry, int was_mastered)
{
	int is_mastered = gate_openers_any_master(entry->openers);

	set_mastered(book, entry, is_mastered);
	if (turn && (was_mastered || is_mastered))
		gate_masters_line(entry, &turn->lines);
}

void session_book_forget_openers(struct session_book *book,
				 struct session_turn *turn,
				 struct session_entry *entry,
				 uint64_t before_ms)
{
	int was_mastered = entry->mastered_at != NULL;

	gate_openers_forget(&entry->openers, before_ms);
	settle(book, turn, entry, was_mastered);
}

/* It is in no table any more. */
static void drop(struct session_book *book, struct session_turn *turn,
		 struct session_entry *entry)
{
	int was_mastered = entry->mastered_at != NULL;

	gate_openers_free(&entry->openers);
	settle(book, turn, entry, was_mastered);
	session_entry_free(entry);
}

static void note_dovecots(struct session_book *book, struct session_turn *turn,
			  struct session_entry *entry)
{
	struct session_entry *surplus;
	struct session_entry *before;
	int was_mastered = 0;

	while ((surplus = session_table_take_surplus(&book->dovecot,
						     entry->size)))
		drop(book, turn, surplus);
	before = session_table_put(&book->dovecot, entry);
	/* The same session goes on: it began when it began. */
	if (before) {
		was_mastered = before->mastered_at != NULL;
		if (before->session.since_s)
			entry->session.since_s = before->session.since_s;
		entry->openers = before->openers;
		before->openers = NULL;
		set_mastered(book, before, 0);
		session_entry_free(before);
	}
	gate_openers_note(&entry->openers, entry->session.master,
			  entry->noted_ms);
	/* Who of the openers it is depends on the list. */
	entry->session.master = NULL;
	settle(book, turn, entry, was_mastered);
}

void session_book_note(struct session_book *book, struct session_turn *turn,
		       struct session_entry *entry)
{
	if (session_entry_is_dovecots(entry))
		note_dovecots(book, turn, entry);
	else
		session_entry_free(session_table_put(&book->requested, entry));
}

void session_book_forget(struct session_book *book, struct session_turn *turn,
			 const char *key, size_t key_len)
{
	struct session_entry *entry =
		session_table_take(&book->dovecot, key, key_len);

	if (entry)
		drop(book, turn, entry);
}

static void hear_one(struct session_book *book, struct session_turn *turn,
		     struct session_entry *news)
{
	struct session_entry *entry;

	if (news->news == SESSION_NEWS_NOTED) {
		session_book_note(book, turn, news);
		return;
	}
	if (news->news == SESSION_NEWS_GONE) {
		session_entry_free(session_table_take(
			&book->requested, news->text, news->key_len));
		session_entry_free(news);
		return;
	}
	entry = session_table_find(&book->requested, news->text, news->key_len,
				   news->used_s);
	if (entry && news->news == SESSION_NEWS_ASKED)
		entry->asked_s = news->asked_s;
	else if (entry)
		session_table_set_state(&book->requested, entry, news->state);
	session_entry_free(news);
}

void session_book_hear(struct session_book *book, struct session_turn *turn)
{
	struct session_entry *idle;

	while (turn->news) {
		struct session_entry *news = turn->news;

		turn->news = news->chain;
		news->chain = NULL;
		hear_one(book, turn, news);
	}
	while ((idle = session_table_take_idle(&book->dovecot, turn->store_s,
					       idle_s)))
		drop(book, turn, idle);
	turn->has_masters = book->mastered != NULL;
	turn->listed_ms = book->listed_ms;
}
