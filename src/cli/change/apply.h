/* SPDX-License-Identifier: ISC */
/*
 * apply.h - carrying out a plan, and ending what was carried out
 *
 * Layer: cli. apply, run and lift share it.
 */
#ifndef LOGONGATE_CLI_CHANGE_APPLY_H
#define LOGONGATE_CLI_CHANGE_APPLY_H

#include "app/change/servers_book.h"
#include "app/lock/lock.h"
#include "cli/change/prepare.h"

/* What apply made. */
struct lg_applied {
	char id[LG_LOCK_ID_SIZE];
	int64_t until_s;
	size_t cut;
	size_t left; /* sessions that should be gone and are not */
};

/*
 * Applies a prepared plan whose answer is LG_PLAN_GO.
 * Returns: an exit code; 0 with *out_applied, else the error is printed.
 */
int lg_cli_apply(struct lg_cli *cli, const struct lg_prepared *prepared,
		 struct lg_applied *out_applied);

/*
 * What a lift did: the ids of the locks that are over, the names of the values
 * that are others in registry.reg now, and of those that somebody had changed.
 */
struct lg_lift {
	struct lg_strlist ids;
	struct lg_strlist others; /* "PROFILE (ID)", which were not meant */
	struct lg_strlist restored;
	struct lg_strlist changed;
	size_t count; /* of servers that the last of them was on */
	int gate;     /* the gate here had it */
};
void lg_lift_release(struct lg_lift *lift);

/*
 * Lifts a lock on every server that its apply wrote, or on those that --target
 * and --group name. name: a profile's name or an id; NULL: the only lock, or
 * with --all every one.
 * Returns: an exit code; 5 where there is no such lock.
 */
int lg_cli_lift(struct lg_cli *cli, const char *name, struct lg_lift *lift);

/* The exit code for what app/lock says of a change. */
enum lg_exit lg_cli_change_exit(enum lg_status status);

#endif
