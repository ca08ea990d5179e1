/* SPDX-License-Identifier: ISC */
/*
 * change_held.h - what one change holds: the journal, its servers opened
 *
 * Layer: app, private to the machine of changes.
 */
#ifndef LOGONGATE_APP_CHANGE_CHANGE_HELD_H
#define LOGONGATE_APP_CHANGE_CHANGE_HELD_H

#include "app/change/change_end.h"

struct lg_change_held {
	const struct lg_change_hands *hands;
	struct lg_servers_book book;
	const struct lg_servers_record *record; /* in the book; NULL: none */
	int begun;                              /* the journal is held */
	int opened;
	struct lg_servers servers;
	struct lg_target_lock lock; /* as gates among the servers know it */
	struct lg_target_lock lock_here; /* and the gate here */
	enum lg_servers_outcome outcome;
};

/* Begins the journal and finds the change of that id there; NULL: without. */
enum lg_status lg_change_hold(struct lg_change_held *held,
			      const struct lg_change_hands *hands,
			      const char *id, struct lg_error *err);
void lg_change_let_go(struct lg_change_held *held);

/* As hands->open, and room for a member of each and the gate here. */
enum lg_status lg_change_open(struct lg_change_held *held,
			      const char *const *name, size_t *count,
			      int with_gate, struct lg_target **out_port,
			      struct lg_error *err);

/* The record's servers that are locked and meant as members, and the gate
 * here: to end or to move. */
enum lg_status lg_change_gather(struct lg_change_held *held,
				const struct lg_change_lift *lift,
				struct lg_error *err);

/* A line of history, by whoever runs this, now; and its writing, names: with
 * the servers that it is about. What cannot be written is told. */
struct lg_journal_entry lg_change_entry(const struct lg_change_hands *hands,
					const struct lg_target_lock *lock,
					enum lg_journal_event event,
					const char *result);
void lg_change_note(const struct lg_change_hands *hands,
		    struct lg_journal_entry *entry,
		    const struct lg_strlist *names);

/* The same of the record: the gate had no part in it and keeps no record. */
void lg_change_note_held(const struct lg_change_held *held,
			 enum lg_journal_event event, int64_t until_s,
			 const char *result);

/* Keeps it as backups/TIME.NAME.reg below state_dir, which regedit and
 * `registry restore` take; never over another. *out_file is the file's name,
 * the caller's to free. hands: a const struct lg_change_hands, as self of
 * lg_servers_backup. */
enum lg_status lg_change_backup(void *hands, const char *name,
				const struct lg_registry *values,
				char **out_file, struct lg_error *err);

/* 1 where that file is still there. */
int lg_change_has_backup(const struct lg_change_hands *hands, const char *file);

/* Puts back what a move that broke off may have left: the end of the journal
 * counts. */
enum lg_status lg_change_move_back(struct lg_change_held *held,
				   struct lg_error *err);

#endif
