/* SPDX-License-Identifier: ISC */
/*
 * port/target.h - a server whose registry values a lock is written to
 *
 * Layer: port; implemented for each row of core/settings/backends.def, by
 * adapters that cli/change/servers_targets.c opens (doc/adding-a-target.md).
 * Flow: app/change/servers plans, probes, backs up, writes, reads back, makes
 * it take effect and tests, over all targets or none.
 * Source: conformance A1-A7, T1, T2; contract 8 "Targets".
 */
#ifndef LOGONGATE_PORT_TARGET_H
#define LOGONGATE_PORT_TARGET_H

#include <logongate/findings.h>
#include <logongate/registry.h>

/* What the service that reads the values does; contract 8 "Targets". */
enum lg_service {
	LG_SERVICE_NONE = 0, /* there is none */
	LG_SERVICE_RUNNING,
	LG_SERVICE_STOPPED,
	LG_SERVICE_STOPPING,
	LG_SERVICE_STARTING,
	LG_SERVICE_PAUSED,
	LG_SERVICE_UNKNOWN /* it could not be asked for */
};

/* What a target says of itself when asked. */
struct lg_target_probe {
	int may_write;           /* A1: found out without changing anything */
	int locked;              /* values by hand cannot stand: a lock is in
				  * force; see note */
	enum lg_service service; /* never LG_SERVICE_UNKNOWN */
	char store_version[64];  /* "" where it cannot be asked */
	char note[256];          /* one sentence for people, may be "" */
};

/* What to do about a value that somebody else changed. */
enum lg_target_care {
	LG_TARGET_CHANGE = 0, /* apply: then nothing is written at all */
	LG_TARGET_RESTORE     /* lift, recover: theirs stays, ours goes */
};

/*
 * One change: the value to be there, or NULL to have none of that name.
 * expected and care are for a backend whose values other people work on
 * meanwhile (directory): what the caller believes to be there, NULL for none.
 */
struct lg_target_change {
	const char *key;
	const char *name;
	const struct lg_value *value;
	const struct lg_value *expected;
	enum lg_target_care care;
};

/* What a gate is written. */
enum lg_target_stands {
	LG_TARGET_LOCK = 0,
	LG_TARGET_IMPORT, /* values by hand, which stand without a lock */
	LG_TARGET_BACKUP  /* and are those of a back-up */
};

/* Who wrote it. */
enum lg_lock_origin {
	LG_ORIGIN_HERE = 0, /* "here" */
	LG_ORIGIN_FLEET,    /* "fleet" */
	LG_ORIGIN_REMOTE    /* "remote": another machine, over TLS */
};

/*
 * The lock that a gate is written; every text is borrowed until close. id NULL:
 * profile, by and since_s tell it apart. variables: "name=value" lines, sorted.
 * Times are 0 where there is none; the end is until_s, at the gate here for_s
 * from its beginning where that is set. Whoever ends a lock needs its name and
 * caller alone; values and origin count for who keeps it.
 */
struct lg_target_lock {
	const char *id;
	const char *profile;
	const char *variables;
	const char *by;     /* who applied it */
	const char *caller; /* who changes it now */
	const char *reason;
	int64_t since_s;
	int64_t until_s;
	int64_t for_s;
	int64_t at_s;
	int64_t confirm_within_s;
	int64_t grace_s;        /* open sessions are cut after it */
	int64_t max_duration_s; /* -1: no limit */
	enum lg_target_stands
		stands; /* no lock: of caller and findings alone */
	int replaces;   /* in place of the values that stand by hand */
	enum lg_lock_origin origin;
	const struct lg_registry *values; /* what it sets, and nothing else */
	int force; /* it ends whatever the disk there says */
	const struct lg_findings *findings;  /* NULL: nothing was asked */
	const struct lg_findings *concerned; /* NULL: in findings too */
};

/* What a gate says of what was done to its lock. exit: the exit code that it
 * names where it said no, or that of no gate; 0: the status says it all. */
struct lg_target_told {
	int exit;
	int unreached;   /* it could not be asked: nothing was done */
	int64_t until_s; /* the end it has now */
	size_t cut;
	size_t left;                /* sessions that are still to go */
	int ended;                  /* it had the lock, which is over */
	struct lg_strlist restored; /* values that are others now */
	struct lg_strlist changed;  /* values that somebody had changed */
	struct lg_strlist says;     /* of its doors, a sentence each */
	struct lg_strlist loud;     /* of its own state */
};

/*
 * One target, one thread at a time; targets run side by side. Every call
 * keeps its own time limit and gives LG_ERR_TIMEOUT or LG_ERR_IO when the
 * server does not answer, LG_ERR_DENIED when it says no (wrong password,
 * missing right).
 *
 * probe: changes nothing.
 * read: all values of the two keys of MSExchangeIS that exist there; of a
 * directory those of LG_KEY_ACCOUNTS.
 * watch: the names of a change that read is to look for as well, for a backend
 * that does not read all there is (services); NULL where it does.
 * write: makes the changes, in order, durable before it returns. On failure
 * some may have been made: the caller reads back and restores. A directory
 * never overwrites what somebody else changed: LG_ERR_CONFLICT names them, and
 * a restore has put back everything else.
 * service: what it does now; NULL where the backend has nothing to ask.
 * restart: stops and starts the service and waits until it runs (A4), also
 * one that was stopped: the caller asks first; LG_ERR_CONFLICT when it did not
 * come up again; NULL where the backend has nothing to restart.
 *
 * A gate keeps locks: each is read and written for itself, and what is left
 * without one is composed there. Where it has none of these they are NULL.
 * lock: which lock it is about from now on, and who is told (told may be NULL).
 * A write of it that fails left nothing behind where it was not reached, and
 * with any other status than LG_ERR_IO and LG_ERR_TIMEOUT.
 * end: the lock is over; LG_OK also where it was already, and once it was seen
 * that it is gone.
 * extend: moves its end. confirm: it stays until its end.
 * kept: a back-up that it made by itself, with what the directory said of its
 * names, or NULL; LG_ERR_UNKNOWN_KEY: there is none of that name.
 */
struct lg_target {
	void *self;
	const char *name;
	/* write leaves what somebody else changed as it is, does the rest and
	 * gives LG_ERR_CONFLICT; elsewhere that status is a plain failure */
	int keeps_others;
	enum lg_status (*probe)(void *self, struct lg_target_probe *out_probe,
				struct lg_error *err);
	enum lg_status (*read)(void *self, struct lg_registry **out_values,
			       struct lg_error *err);
	enum lg_status (*watch)(void *self, const struct lg_registry *names,
				struct lg_error *err);
	enum lg_status (*write)(void *self,
				const struct lg_target_change *change,
				size_t count, struct lg_error *err);
	enum lg_status (*service)(void *self, enum lg_service *out_service,
				  struct lg_error *err);
	enum lg_status (*restart)(void *self, struct lg_error *err);
	void (*lock)(void *self, const struct lg_target_lock *lock,
		     struct lg_target_told *told);
	enum lg_status (*end)(void *self, struct lg_error *err);
	enum lg_status (*extend)(void *self, int64_t until_s,
				 struct lg_error *err);
	enum lg_status (*confirm)(void *self, struct lg_error *err);
	enum lg_status (*kept)(void *self, const char *name,
			       struct lg_registry **out_values,
			       struct lg_findings **out_findings,
			       struct lg_error *err);
	void (*close)(void *self);
};

#endif
