/* SPDX-License-Identifier: ISC */
/*
 * plan.h - what a profile would do, before anything is done
 *
 * Layer: app: core and port/directory.
 * Flow: cli gathers what is there (values, sessions, who asks), lg_plan_new
 * asks the directory once, renders the profile for each target and compiles
 * what the target would make of it; `plan` prints the result, `apply` carries
 * it out when the answer says so.
 * Source: tests/unit/fail_table.c; contract 4 "Warning codes", 7 "Locks".
 */
#ifndef LOGONGATE_APP_CHANGE_PLAN_H
#define LOGONGATE_APP_CHANGE_PLAN_H

#include "app/change/servers_compose.h"
#include "port/mailboxes.h"
#include <logongate/profile.h>
#include "core/policy/session.h"
#include "core/settings/settings.h"

/* One server that the profile would be written to. All borrowed. */
struct lg_plan_server {
	const char *name;
	enum lg_backend backend;
	struct lg_render_target render;
	const struct lg_registry *before;       /* values there now, or NULL */
	const struct lg_servers_beside *beside; /* locks there; NULL: none */
	const struct lg_mailboxes *mailboxes;   /* of backend directory */
	int is_local; /* the gate whose sessions are given */
	int restarts; /* apply restarts it where it must */
	const struct lg_strlist *stop_services; /* NULL: none */
	int64_t next_poll_s; /* when it polls next; 0: not known */
	const char
		*not_ended; /* why the gate cannot end a lock; NULL: it can */
};

/* All borrowed; times in seconds of the wall clock. */
struct lg_plan_input {
	const struct lg_profile *profile;
	const struct lg_plan_server *server;
	size_t server_count;
	const struct lg_strlist *break_glass;
	const char *default_domain;     /* as in lg_policy_input; may be NULL */
	const char *language;           /* of the doors here; NULL: not set */
	struct lg_directory *directory; /* NULL: none is named */
	const struct lg_progress *progress; /* may be NULL */
	const char *caller; /* logon name of who applies; NULL: not judged */
	const struct lg_session *session;
	size_t session_count;
	/* Takes back marks of sessions that their door cannot end, and gives
	 * how many are left; NULL: every door ends whom it is told. */
	size_t (*can_cut)(const struct lg_session *session, size_t count,
			  unsigned char *cut);
	enum lg_session_control {
		LG_SESSIONS_KNOWN = 0,
		LG_SESSIONS_UNKNOWN /* no door tells of them */
	} session_control;
	const struct lg_strlist *unasking_doors; /* sentences; may be NULL */
	const char *uncut; /* a server whose sessions stay; may be NULL */
	/* Who ends the lock on servers that keep no end themselves. */
	enum lg_lifting {
		LG_LIFTED_IN_TIME = 0, /* a gate here, or run */
		LG_LIFTED_BY_NOBODY    /* the next command that may write */
	} lifting;
	int64_t now_s;
	int64_t starts_s; /* --at; else now */
	int64_t until_s;  /* 0: not said */
	uint64_t generation;
	int replaces; /* in place of what stood on the servers */
	enum lg_accepting {
		LG_ACCEPT_NOTHING = 0,
		LG_ACCEPT_WARNINGS = 1,
		LG_ACCEPT_OPEN = 2
	} accepting; /* bits */
};

/* What one server would make of it. */
struct lg_plan_target {
	const char *name;
	enum lg_dialect dialect;
	enum lg_backend backend;
	struct lg_registry *own;    /* what the profile sets by itself */
	struct lg_registry *values; /* to be written; may be empty */
	struct lg_registry *after;  /* before, with values written over */
	const struct lg_registry *before;
	/* directory: what the accounts that change had; else NULL */
	struct lg_registry *seen;
	struct lg_policy *policy; /* NULL: the directory did not answer */
	int engages;
	enum lg_gate_state gate;
	enum lg_takes_effect takes_effect;
	int restarts;
};

/* Whether apply may go on; the worst that was found. */
enum lg_plan_answer {
	LG_PLAN_GO = 0,
	LG_PLAN_WARNINGS, /* 5: warnings need accepting */
	LG_PLAN_OPEN,     /* 5: would fail open */
	LG_PLAN_NOTHING,  /* 5: a target is left with nothing to write */
	LG_PLAN_DIRECTORY /* 4: the directory could not be asked */
};

struct lg_plan {
	char *profile;
	struct lg_plan_target *target;
	size_t target_count;
	struct lg_findings *findings; /* never NULL; UNASKED where not asked */
	/* Of those whom the profile concerns; NULL: everybody, or not asked. */
	struct lg_findings *concerned;
	enum lg_facts facts;
	struct lg_error directory_error; /* when facts is NOT_ASKED */
	/* 1: no directory is named and only logon names are listed; that they
	 * are compared as they are written is what was meant. */
	int names_alone;
	struct lg_warnings warnings;
	unsigned char *cut; /* per session of the input */
	struct lg_decision *decision;
	size_t session_count;
	size_t cut_count;
	int64_t now_s;
	int64_t starts_s;
	int64_t until_s;
	enum lg_plan_answer answer;
	struct lg_strlist unaccepted; /* texts of what stands in the way */
};

/*
 * Makes the plan; changes nothing.
 * Returns: LG_OK with a plan whatever its answer; LG_ERR_CONFLICT, LG_ERR_LIMIT
 * the profile cannot be held by a target (err lists what); LG_ERR_SYNTAX,
 * LG_ERR_RANGE a value or the filter does not parse; LG_ERR_NO_MEMORY.
 * Owns: free with lg_plan_free. Keeps: texts of names and sessions in input
 * must live as long as the plan.
 */
enum lg_status lg_plan_new(const struct lg_plan_input *input,
			   struct lg_plan **out_plan, struct lg_error *err);
void lg_plan_free(struct lg_plan **plan);

/* From when on what a change wrote is in force (conformance A4, A5, T1, T2,
 * T6). */
enum lg_effect {
	LG_EFFECT_NOW = 0, /* when apply is done; test accounts are tried */
	LG_EFFECT_START,   /* --at */
	LG_EFFECT_POLL,    /* the store reads it by itself */
	LG_EFFECT_RESTART, /* somebody restarts the store */
	LG_EFFECT_CARRIED, /* somebody takes a file to the server */
	LG_EFFECT_NO_GATE, /* state_dir alone: nobody asks it */
	LG_EFFECT_IDLE     /* the service of the store does not run */
};

/* On a server as such, whenever the values were written. */
enum lg_effect lg_effect_on(enum lg_backend backend,
			    enum lg_takes_effect takes_effect, int restarts);

/* On a server of the plan, whose service does that; LG_SERVICE_NONE: whatever
 * it does now. gate_runs: the gate here is a process, not its files alone. */
enum lg_effect lg_plan_effect(const struct lg_plan *plan,
			      const struct lg_plan_input *input, size_t server,
			      int gate_runs, enum lg_service service);

/* When values that were written at since_s are in force at the latest, starts_s
 * their beginning; 0: nobody knows. */
int64_t lg_effect_by(enum lg_effect effect, int64_t since_s, int64_t starts_s);

/* 1 when the answer still waits for this warning. */
int lg_plan_must_accept(const struct lg_plan *plan,
			const struct lg_plan_input *input, size_t warning);

#endif
