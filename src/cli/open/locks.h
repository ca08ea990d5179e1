/* SPDX-License-Identifier: ISC */
/*
 * locks.h - the locks there are, and which of them a command means
 *
 * Layer: cli.
 * Flow: lift, extend, confirm and status take a profile's name or an id; the
 * locks are those of the gate here (or of state_dir) and those that are on
 * servers.
 * Source: contract 9 "Commands", 12.
 */
#ifndef LOGONGATE_CLI_OPEN_LOCKS_H
#define LOGONGATE_CLI_OPEN_LOCKS_H

#include "app/change/known_locks.h"
#include "cli/open/open.h"

/* Zero-initialise; release. here: exit code of asking the gate here: where it
 * is not 0, which locks it holds is not known. */
struct lg_cli_locks {
	struct lg_known_locks known;
	int here;
	struct lg_error here_error;
	int there; /* the same of the journal of servers, also where it is
		    * damaged: then there may be more than is listed */
	struct lg_error there_error;
};

enum lg_locks_for {
	LG_LOCKS_SHOW = 0,
	LG_LOCKS_CHANGE /* exit 7 for who may not change them */
};

/*
 * servers: those that the command names, or NULL.
 * Returns: an exit code; 0 also where the gate here or the journal of servers
 * cannot be read (here and there say so, and nothing is printed of it).
 */
int lg_cli_locks(struct lg_cli *cli, enum lg_locks_for why,
		 const struct lg_strlist *servers,
		 struct lg_cli_locks *out_locks);
void lg_cli_locks_release(struct lg_cli_locks *locks);

/*
 * The lock that the command means.
 * Returns: an exit code; 5 is printed, with the locks there are.
 */
int lg_cli_choose(struct lg_cli *cli, const struct lg_cli_locks *locks,
		  const struct lg_lock_wish *wish,
		  const struct lg_known_lock **out_lock);

/* Says that no lock is where --target and --group say; 5. */
int lg_cli_none_there(struct lg_cli *cli);

/* "lg-..." that nobody has. */
enum lg_status lg_cli_new_id(char out_id[LG_LOCK_ID_SIZE],
			     struct lg_error *err);

#endif
