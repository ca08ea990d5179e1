/* SPDX-License-Identifier: ISC */
/*
 * prepare.h - gathers what a plan is made of
 *
 * Layer: cli.
 * Flow: plan, apply and run prepare in the same way, so that apply does what
 * plan showed.
 * Source: contract 4, 7 "Locks", 8 "Targets".
 */
#ifndef LOGONGATE_CLI_CHANGE_PREPARE_H
#define LOGONGATE_CLI_CHANGE_PREPARE_H

#include "core/policy/session.h"

#include "app/records/past.h"
#include "app/change/plan_beside.h"
#include "cli/open/open_mailboxes.h"
#include "cli/open/open.h"

/* Zero-initialise; release with lg_prepared_release. */
struct lg_prepared {
	struct lg_profile *profile;
	struct lg_plan_server *server;
	size_t server_count;
	struct lg_registry *before; /* of the local gate */
	struct lg_registry **found; /* of each server that is not; or NULL */
	enum lg_service *service;   /* of each server, as last looked at */
	struct lg_cli_mailboxes *mailboxes; /* as many as servers */
	struct lg_servers_book book;        /* the locks on servers */
	struct lg_plan_beside there;        /* those on each server */
	struct lg_session_list sessions;
	struct lg_strlist unasking_doors;
	struct lg_strlist not_ended; /* of each server, "": the gate can */
	struct lg_progress progress;
	struct lg_control *control; /* NULL: no gate runs */
	struct lg_plan_input input;
	struct lg_plan *plan;
	struct lg_past *past;           /* plan --since; NULL: not asked */
	struct lg_strlist beside;       /* ids of the locks there are */
	struct lg_strlist beside_names; /* the same for people */
	char *variables; /* "name=value" lines, sorted; NULL: none */
	int64_t for_s;
	int64_t confirm_within_s;
	int64_t grace_s;
};

/* Whether the command line must say when a lock ends. */
enum lg_prepare_end {
	LG_END_OPTIONAL = 0, /* plan */
	LG_END_REQUIRED,     /* apply */
	LG_END_OR_MAXIMUM    /* run: else max_duration */
};

/* A lock that its profile does not let last so long: usage, and what would be
 * right. */
int lg_cli_too_long(struct lg_cli *cli, const struct lg_profile *profile);

/*
 * Reads the profile and the options, asks gate or state_dir for what is in
 * force, and makes the plan.
 * Returns: an exit code; 0 with a plan, else the error is printed already.
 */
int lg_prepare(struct lg_cli *cli, const char *profile, enum lg_prepare_end end,
	       struct lg_prepared *out_prepared);
void lg_prepared_release(struct lg_prepared *prepared);

/* Prints the plan, as JSON or in words; code: what became of it. */
int lg_prepared_print(struct lg_cli *cli, const struct lg_prepared *prepared,
		      int code);

/* The contract's object of plan and apply; id NULL: nothing was applied. */
cJSON *lg_prepared_object(struct lg_cli *cli,
			  const struct lg_prepared *prepared, const char *id,
			  int code);

/* 0 where the plan is for the gate here and none runs. */
int lg_prepared_enforced(const struct lg_prepared *prepared);

#define LG_UNENFORCED "no gate runs here, so nothing here enforces it"

/* Says so in front of the first line: to stdout, with --json to stderr. 1
 * where it is so. */
int lg_prepared_say_unenforced(struct lg_cli *cli,
			       const struct lg_prepared *prepared);

/* For prepare.c: what this machine and its journal know (prepare_here.c). */

/* Reads the journal of changes; the locks on each server of the plan. */
enum lg_status lg_prepare_locks_there(struct lg_cli *cli, struct lg_prepared *p,
				      struct lg_error *err);

/* What is in force at the gate here, or in state_dir, and who is logged on.
 * Returns: an exit code. */
int lg_prepare_before(struct lg_cli *cli, const struct lg_settings *settings,
		      enum lg_prepare_end end, struct lg_prepared *p);

/* The locks beside which this one comes: there are (returns an exit code), and
 * those on the servers of the plan that are not among them yet. */
int lg_prepare_beside(struct lg_cli *cli, struct lg_prepared *p);
enum lg_status lg_prepare_beside_there(struct lg_prepared *p,
				       struct lg_error *err);

/* The ways into this machine that do not ask its gate. */
enum lg_status lg_prepare_doors(const struct lg_settings *settings,
				struct lg_prepared *p, struct lg_error *err);

#endif
