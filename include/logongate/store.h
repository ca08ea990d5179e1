/* SPDX-License-Identifier: ISC */
/*
 * store.h - a store of some generation: values in, time in, logons in; reads,
 * verdicts and cuts out
 *
 * Layer: core.
 * Flow: logongated drives it with real time, `simulate` with a script, tests
 * with rows. It alone knows when values are read (T1-T6).
 * Source: conformance L, V, P, T; contract 5, 7 "simulate".
 */
#ifndef LOGONGATE_STORE_H
#define LOGONGATE_STORE_H

#include <logongate/policy.h>

enum lg_store_event_kind {
	LG_STORE_READ = 0,    /* values were read: gate */
	LG_STORE_LOGON,       /* id, verdict, reason */
	LG_STORE_CUT,         /* id, reason */
	LG_STORE_RESTART_CUT, /* id; the reason is the restart */
	LG_STORE_ERROR        /* text: a value that does not parse */
};

struct lg_store_event {
	int64_t t_s;
	enum lg_store_event_kind kind;
	enum lg_gate_state gate;
	const char *id;
	struct lg_decision decision;
	const char *text;
};

/* Called in order for each event; texts are good during the call. */
struct lg_store_sink {
	void *context;
	void (*event)(void *context, const struct lg_store_event *event);
};

/*
 * The facts for the next reads; borrowed, must outlive those reads. Findings
 * that lack a DN that a value now names make that read LG_ERR_DIRECTORY:
 * what was in force stays in force (L17).
 */
struct lg_store_facts {
	enum lg_facts facts;
	const struct lg_findings *findings;
	const struct lg_strlist *break_glass;
	const char *default_domain; /* as in lg_policy_input */
	/* The locks beside the values of the store, which are the standing
	 * values; each with its own facts. They are part of each read. */
	const struct lg_policy_layer *lock;
	size_t lock_count;
};

struct lg_store;

/* Without values; lg_store_restart reads them first. */
enum lg_status lg_store_new(enum lg_dialect dialect,
			    struct lg_store **out_store, struct lg_error *err);
void lg_store_free(struct lg_store **store);

/*
 * Puts all values in place of those there were (an administrator wrote them).
 * Dialect gate: reads them at once. Others: at their time.
 * A value that does not parse leaves that value as it was in force; the others
 * are read. sink may be NULL.
 * Returns: LG_OK (also when a value did not parse: an ERROR event);
 * LG_ERR_DIRECTORY: facts were missing, nothing is changed in what is in
 * force but the values stand; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_store_values(struct lg_store *store, int64_t t_s,
			       const struct lg_registry *values,
			       const struct lg_store_facts *facts,
			       const struct lg_store_sink *sink,
			       struct lg_error *err);

/* One value changed, or deleted when value is NULL. As lg_store_values. */
enum lg_status lg_store_set(struct lg_store *store, int64_t t_s,
			    const char *key, const char *name,
			    const struct lg_value *value,
			    const struct lg_store_facts *facts,
			    const struct lg_store_sink *sink,
			    struct lg_error *err);

/* Ends all sessions (RESTART_CUT) and reads. A value that does not parse
 * counts as absent, with an ERROR. */
enum lg_status lg_store_restart(struct lg_store *store, int64_t t_s,
				const struct lg_store_facts *facts,
				const struct lg_store_sink *sink,
				struct lg_error *err);

/* Time passes: polls that are due up to and with t_s. A read that could not
 * ask the directory is reported and does not keep later polls from their
 * turn. */
enum lg_status lg_store_advance(struct lg_store *store, int64_t t_s,
				const struct lg_store_facts *facts,
				const struct lg_store_sink *sink,
				struct lg_error *err);

/* When the next poll is due, in the time of the calls; -1: never. */
int64_t lg_store_next_poll(const struct lg_store *store);

/* id is copied; an admitted session is open until logoff, cut or restart.
 * The same id again replaces the session when it is admitted, and leaves it
 * when it is refused. Before the first restart: LG_ERR_CONFLICT. */
enum lg_status lg_store_logon(struct lg_store *store, int64_t t_s,
			      const char *id, const struct lg_attempt *attempt,
			      const struct lg_store_sink *sink,
			      struct lg_decision *out_decision,
			      struct lg_error *err);
void lg_store_logoff(struct lg_store *store, const char *id);

/* Policies made from now on are numbered from generation + 1. */
void lg_store_number(struct lg_store *store, uint64_t generation);

/* The policy in force; NULL before the first restart. Borrowed until the next
 * read. */
const struct lg_policy *lg_store_policy(const struct lg_store *store);
/* The values written, in force or not yet. */
const struct lg_registry *lg_store_registry(const struct lg_store *store);

#endif
