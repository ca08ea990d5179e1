/* SPDX-License-Identifier: ISC */
/*
 * hands.h - what the machine of changes needs from whoever runs it
 *
 * Layer: app.
 * Flow: a program fills these in once: its journal of changes, its servers, its
 * clock, the gate here, and who is told. The steps and their order are here.
 */
#ifndef LOGONGATE_APP_CHANGE_HANDS_H
#define LOGONGATE_APP_CHANGE_HANDS_H

#include "app/change/journal.h"
#include "app/change/servers_book.h"

/* What became of one change that was to end; all borrowed for the call. */
struct lg_change_ended {
	const struct lg_servers_record *record; /* NULL: begin failed */
	const struct lg_servers *fleet;         /* those that were asked */
	enum lg_servers_outcome outcome;
	enum lg_status status;      /* LG_OK: it is over there */
	const struct lg_error *err; /* where status is not LG_OK */
};

/* What came of an apply; fleet has the servers that are not the gate here, in
 * their order. */
struct lg_change_begun {
	const struct lg_servers *fleet;
	enum lg_servers_outcome outcome;
	enum lg_status status;
	const struct lg_error *err;
};

/*
 * begin: opens the journal, which nobody else changes until finish, and reads
 * it. LG_ERR_CONFLICT: somebody else is at it.
 * rewrite: the book in place of all that stands in the journal.
 * open: the servers of a change by name, in their order, which belong to close;
 * *count becomes how many there are. A gate among them is asked for this lock;
 * record NULL: for the one that is being applied.
 * backup: keeps what a server held; *out_file, its name, is the caller's to
 * free. has_backup: 1 where that file is still there.
 * test: the test accounts of a server log on. lock_gate: the part of the lock
 * that is at the gate here. stop: 1 ends an apply, and all is put back.
 * lift_gate: ends the part of the lock that is at the gate here. LG_OK also
 * where it has none; *out_was: it had one. What fails it tells itself.
 * note: one line of history; what cannot be written is told.
 * begun, ended: told for each change; moved: each server's steps, may be NULL.
 * What ends locks needs neither rewrite nor backup, test, lock_gate, stop and
 * begun; what begins them neither lift_gate nor ended.
 */
struct lg_change_hands {
	void *self;
	const char *by;
	struct lg_now (*now)(void *self);
	enum lg_status (*begin)(void *self,
				struct lg_servers_journal *out_journal,
				struct lg_servers_book *out_book,
				struct lg_error *err);
	void (*finish)(void *self, struct lg_servers_journal *journal);
	enum lg_status (*open)(void *self,
			       const struct lg_servers_record *record,
			       const char *const *name, size_t *count,
			       struct lg_target **out_port,
			       struct lg_error *err);
	void (*close)(void *self);
	enum lg_status (*rewrite)(void *self,
				  const struct lg_servers_book *book,
				  struct lg_error *err);
	enum lg_status (*backup)(void *self, const char *name,
				 const struct lg_registry *values,
				 char **out_file, struct lg_error *err);
	int (*has_backup)(void *self, const char *file);
	enum lg_status (*test)(const void *context, struct lg_error *err);
	enum lg_status (*lock_gate)(void *self, struct lg_error *err);
	int (*stop)(void *self);
	enum lg_status (*lift_gate)(void *self,
				    const struct lg_servers_record *record,
				    int *out_was);
	void (*note)(void *self, const struct lg_journal_entry *entry);
	void (*begun)(void *self, const struct lg_change_begun *begun);
	void (*ended)(void *self, const struct lg_change_ended *ended);
	void (*moved)(void *self, const struct lg_servers_member *member);
};

#endif
