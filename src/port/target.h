/* SPDX-License-Identifier: ISC */
/*
 * port/target.h - a server whose registry values a lock is written to
 *
 * Layer: port; implemented for each row of core/settings/backend.h, by adapters
 * that cli/change/servers_targets.c opens (doc/adding-a-target.md).
 * Flow: app/change/servers plans, probes, backs up, writes, reads back, makes it take
 * effect and tests, over all targets or none.
 * Source: conformance A1-A7, T1, T2; contract 8 "Targets".
 */
#ifndef LOGONGATE_PORT_TARGET_H
#define LOGONGATE_PORT_TARGET_H

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
	int locked;              /* a gate: a lock is in force; see note */
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
 * extend: moves the end of a lock that the server keeps itself; NULL where
 * the backend keeps none.
 */
struct lg_target {
	void *self;
	const char *name;
	/* write leaves what somebody else changed as it is, does the rest and
	 * gives LG_ERR_CONFLICT; elsewhere that status is a plain failure */
	int keeps_others;
	/* a gate: each lock is read and written for itself, and what is left
	 * without one is composed there; a restore that gives LG_OK has seen
	 * that it is gone */
	int keeps_locks;
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
	enum lg_status (*extend)(void *self, int64_t until_s,
				 struct lg_error *err);
	void (*close)(void *self);
};

#endif
