/* SPDX-License-Identifier: ISC */
/*
 * apply.h - carrying out a plan, and ending what was carried out
 *
 * Layer: cli. apply, run and lift share it.
 */
#ifndef LOGONGATE_CLI_APPLY_H
#define LOGONGATE_CLI_APPLY_H

#include "cli/prepare.h"

/* What apply made. */
struct lg_applied {
	uint64_t generation;
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

/* The same for the gate of this machine alone, where it is among the servers
 * of the plan. */
int lg_cli_apply_gate(struct lg_cli *cli, const struct lg_prepared *prepared,
		      struct lg_applied *out_applied);

/* Says in words what is in force now; not with --json or --quiet. */
void lg_cli_say_applied(struct lg_cli *cli, const struct lg_prepared *prepared,
			const struct lg_applied *applied);

/*
 * Lifts the lock in force, on every server that its apply wrote, or those that
 * --target and --group name. generation: of the gate, only this one; 0:
 * whichever.
 * Returns: an exit code; 5 where there is no lock.
 */
int lg_cli_lift(struct lg_cli *cli, uint64_t generation,
		struct lg_strlist *out_restored,
		struct lg_strlist *out_changed);

/* The same for the gate of this machine alone. */
int lg_cli_lift_gate(struct lg_cli *cli, uint64_t generation,
		     struct lg_strlist *out_restored,
		     struct lg_strlist *out_changed);

/* The same where that lock is of this profile and began then or later (then
 * *out_was is 1); any other is left alone. */
int lg_cli_lift_gate_of(struct lg_cli *cli, const char *profile,
			int64_t since_s, int *out_was);

/* The exit code for what app/window says of a change. */
enum lg_exit lg_cli_window_exit(enum lg_status status);

/* Reports why state_dir cannot be written. */
int lg_cli_state_failed(struct lg_cli *cli, const struct lg_error *err);

#endif
