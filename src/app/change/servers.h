/* SPDX-License-Identifier: ISC */
/*
 * servers.h - one lock on many servers, or on none
 *
 * Layer: app: core and port/target.
 * Flow: cli opens the targets, renders each one's values and calls
 * lg_servers_apply; the journal that is written before each step lets
 * lg_servers_lift finish or undo what was interrupted.
 * Source: conformance A1-A7; contract 4 (exit codes), 8 "Targets".
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_H
#define LOGONGATE_APP_CHANGE_SERVERS_H

#include <logongate/dialect.h>
#include "port/change_journal.h"
#include "port/clock.h"
#include "port/target.h"

/* How far a target got in a change; the words of the journal. */
enum lg_servers_step {
	LG_SERVERS_UNTOUCHED = 0,
	LG_SERVERS_WRITING,    /* "writing": may be half written */
	LG_SERVERS_WROTE,      /* "wrote": read back and equal */
	LG_SERVERS_RESTARTING, /* "restarting" */
	LG_SERVERS_TESTED,     /* "tested": in force as far as it can be */
	LG_SERVERS_RESTORING,  /* "restoring" */
	LG_SERVERS_RESTORED,   /* "restored": the earlier values are back */
	LG_SERVERS_FORGOTTEN   /* "forgotten": given up, never asked again */
};
const char *lg_servers_step_name(enum lg_servers_step step);

/* 1 where values of the change may be, and are to go. */
int lg_servers_step_locks(enum lg_servers_step step);

/* "running", "stopped"...; NULL where there is no service. */
const char *lg_servers_service_name(enum lg_service service);

/* 1 when there is a service and it does not run, or does not say. */
int lg_servers_service_idle(enum lg_service service);

/*
 * One target of a change. name, port, wanted, restart are the caller's; the
 * rest is filled here. before holds what the names of wanted held (and only
 * those): what is put back.
 */
struct lg_servers_member {
	const char *name;
	struct lg_target *port;
	const struct lg_registry *wanted;
	/* what wanted was computed from: an apply that finds anything else
	 * under its names writes nothing; NULL: it was computed from nothing */
	const struct lg_registry *planned;
	/* beside other locks wanted is composed with them: what this lock sets
	 * by itself, and what its names held without any; both are for the
	 * journal, and NULL where the lock stands alone */
	const struct lg_registry *own;
	struct lg_registry *bare;
	int stands; /* no lock: before is the caller's, and may have more names */
	struct lg_registry *composed; /* wanted or planned, made for this */
	/* what else may be there and is nobody else's: steps of other locks
	 * that broke off */
	struct lg_registry **possible;
	size_t possible_count;
	enum lg_dialect dialect;
	int restart;
	/* A5, after the values are in effect; NULL where nobody asks for it */
	enum lg_status (*test)(const void *context, struct lg_error *err);
	const void *test_context;
	struct lg_target_probe probe;
	struct lg_registry *found; /* all that was there when probed */
	struct lg_registry *before;
	char *backup; /* the name of the file with all that was found */
	enum lg_servers_step step;
	int in_restart;          /* ours, begun and not known to be over */
	enum lg_service service; /* as it was left (A5) */
	enum lg_status status;
	struct lg_error error; /* of the step that failed */
	int left_behind;       /* could not be put back */
	int kept;              /* put back but for what somebody changed */
	int changed;           /* lift: somebody changed a value meanwhile */
	struct lg_target_told told; /* by a gate */
};

/*
 * moved: told as each target moves on, from any thread, one call at a time.
 * stop: asked before each step of an apply, from any thread; 1 ends it, and
 * everything is put back. Each may be NULL.
 */
struct lg_servers_watch {
	void *context;
	void (*moved)(void *context, const struct lg_servers_member *member);
	int (*stop)(void *context);
};

struct lg_servers {
	struct lg_servers_member *member;
	size_t count;
	const char *id;        /* of the change, in the journal; may be NULL */
	unsigned int parallel; /* targets at once; 0: 8 */
	int partial;           /* a lift that leaves other targets locked */
	/* the gate of this machine, NULL where it has no part: locked when all
	 * others are, lifted when they have what they had, or are left behind;
	 * it keeps its own back-ups */
	struct lg_servers_member *last;
	int ends_last; /* the change in the journal ends with it: "opened" */
	int with_gate; /* the change has a part at that gate, says the journal */
	struct lg_now now; /* the clocks that an apply's end is told by */
	struct lg_change_journal journal; /* none: the gate here alone */
	struct lg_error unwritten; /* why the journal could not be written */
	struct lg_servers_watch watch;
};

/* What came of it. */
enum lg_servers_outcome {
	LG_SERVERS_DONE = 0,
	LG_SERVERS_NOTHING_WRITTEN, /* failed before any write */
	LG_SERVERS_PUT_BACK,        /* failed; every target is as before */
	LG_SERVERS_LEFT_BEHIND      /* failed; see left_behind (exit 9) */
};

/* A2: keeps what a server held, when all befores are read and nothing is
 * written; its failure ends the change. *out_file is the member's. keep may be
 * NULL. */
struct lg_servers_backup {
	void *self;
	enum lg_status (*keep)(void *self, const char *name,
			       const struct lg_registry *values,
			       char **out_file, struct lg_error *err);
};

/*
 * Applies: probe all, read all, write all, read back and compare, restart
 * where asked and running, read again, look at the services; a store that does
 * not run is no failure, and tests no logon. Then the last. The first failure
 * stops the others at their next step and puts everything back. Where there is
 * only the last nothing stands in the journal: its lock is one write. Values
 * by hand (lock->stands) are over when they are in force.
 * Returns: LG_OK with LG_SERVERS_DONE; else the status of the member that
 * failed first, err names it, and *out_outcome says what is true now.
 */
enum lg_status lg_servers_apply(struct lg_servers *servers,
				const struct lg_target_lock *lock,
				const struct lg_servers_backup *backup,
				enum lg_servers_outcome *out_outcome,
				struct lg_error *err);

/* Frees what was filled in. */
void lg_servers_member_release(struct lg_servers_member *member);

/* 1 where what came to that status at a gate may be done all the same. */
int lg_servers_may_be_done(const struct lg_servers_member *member,
			   enum lg_status status);

/* Why a member failed, at its name, with the place below it. */
enum lg_status lg_servers_member_failure(const struct lg_servers_member *member,
					 struct lg_error *err);

/* Reads every member into found; one that cannot be read has its status and
 * error. Changes nothing. */
void lg_servers_look(struct lg_servers *servers);

/* 1 when found holds all that wanted holds. */
int lg_servers_in_force(const struct lg_servers_member *member);

/* Probes all and reads what their names hold; changes nothing. The first part
 * of an apply, for a plan. */
enum lg_status lg_servers_probe(struct lg_servers *servers,
				struct lg_error *err);

enum lg_servers_lift_mode {
	LG_SERVERS_LIFT_CAREFUL = 0, /* a changed value: LG_ERR_CONFLICT */
	LG_SERVERS_LIFT_FORCE,       /* puts back all the same */
	LG_SERVERS_LIFT_EACH         /* every one that can be */
};

/*
 * Lifts: puts before back on every member whose wanted is in force. Careful:
 * when somebody changed a value since, nothing is written anywhere, the
 * members are marked changed and the status is LG_ERR_CONFLICT.
 *
 * Each: for an end that is past or a change that was interrupted, and can ask
 * nobody. What cannot be reached or was changed keeps only its own lock, and is
 * left behind; the others are lifted and the record stays for it. Members that
 * were never touched are left as they are.
 *
 * The last is lifted unless a careful lift wrote nothing at all, which a
 * journal that cannot be written leads to, too. What it failed with is its own,
 * and what is returned is the others'.
 */
enum lg_status lg_servers_lift(struct lg_servers *servers,
			       enum lg_servers_lift_mode mode,
			       enum lg_servers_outcome *out_outcome,
			       struct lg_error *err);

/* The last alone, and the journal's "opened" where that ends the change. */
enum lg_status lg_servers_end_last(struct lg_servers *servers);

#endif
