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

/* Who holds the journal. pid 0: nobody knows. */
struct lg_change_holder {
	const char *command;
	const char *by;
	int64_t pid;
	int64_t since_s;
};

/* What came of one change; all borrowed for the call. */
struct lg_change_came {
	/* of one that was to begin */
	const struct lg_target_lock *lock;
	/* of one that was to end; NULL: the gate here alone */
	const struct lg_servers_record *record;
	/* the servers that were asked and are not the gate here, in their
	 * order, and that as the last, which has its own status; NULL: begin
	 * failed */
	const struct lg_servers *servers;
	enum lg_servers_outcome outcome;
	enum lg_status status;      /* LG_OK: it is in force, or over, there */
	const struct lg_error *err; /* where status is not LG_OK */
};

/*
 * command, by, pid: who runs this, for those who find the journal held; runs: 1
 * while a process of that number does; name: appends who such a one is, for
 * people, and a sentence for one that nobody knows (pid 0).
 * open: the servers of a change by name, in their order, which belong to close;
 * *count becomes how many there are. with_gate: the gate here, or the files of
 * a machine where none runs, stands behind them.
 * files: those of state_dir, while the journal is held.
 * test: what is in force there is what was planned, and test accounts log on.
 * stop: 1 ends an apply, and all is put back; may be NULL.
 * warn: told what went wrong beside the change, and fails nothing.
 * begun, ended: told for each change; moved: each server's steps, may be NULL.
 * What ends locks needs no test, stop and begun; what begins them no ended. A
 * change of the gate here alone holds no journal.
 */
struct lg_change_hands {
	void *self;
	struct lg_change_journal journal;
	const struct lg_files *files;
	unsigned int parallel; /* servers at once; 0: 8 */
	const char *command;
	const char *by;
	int64_t pid;
	struct lg_now (*now)(void *self);
	int (*runs)(void *self, int64_t pid);
	void (*name)(void *self, const struct lg_change_holder *holder,
		     struct lg_buffer *out_text);
	enum lg_status (*open)(void *self, const char *const *name,
			       size_t *count, int with_gate,
			       struct lg_target **out_port,
			       struct lg_error *err);
	void (*close)(void *self);
	enum lg_status (*test)(const void *context, struct lg_error *err);
	int (*stop)(void *self);
	void (*warn)(void *self, const struct lg_error *err);
	void (*begun)(void *self, const struct lg_change_came *came);
	void (*ended)(void *self, const struct lg_change_came *came);
	void (*moved)(void *self, const struct lg_servers_member *member);
};

#endif
