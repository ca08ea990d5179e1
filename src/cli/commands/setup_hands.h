/* SPDX-License-Identifier: ISC */
/*
 * setup_hands.h - how the command proves that a server asks the gate
 *
 * Layer: cli, private to setup.
 */
#ifndef LOGONGATE_CLI_COMMANDS_SETUP_HANDS_H
#define LOGONGATE_CLI_COMMANDS_SETUP_HANDS_H

#include "app/setup/setup_ask.h"
#include "app/setup/setup_run.h"
#include "cli/change/stop_signals.h"
#include "cli/command.h"

struct setup_hands {
	struct lg_cli *cli;
	const struct lg_machine *machine;
	const char *config_dir;
	struct lg_stop_signals signals;
};

/* As app/setup/setup_run.h has them; context is a struct setup_hands. */
enum lg_status setup_prove(void *context, const struct lg_setup_plan *plan,
			   struct lg_error *err);
enum lg_status setup_gate_answers(void *context, struct lg_error *err);
void setup_says(void *context, const char *step);
int setup_stopped(void *context);

/* 1 while the gate that answers here has a lock in force. */
int setup_is_locked(struct lg_cli *cli);

/* Two at once would write over what the other did: LG_ERR_CONFLICT. Held to the
 * end of the program; settings NULL: nothing is. */
enum lg_status setup_stay_alone(const char *settings, struct lg_error *err);

/* `logongate setup directory`; its plan wants the command as "own". */
extern const struct lg_setup_door setup_directory_door;
enum lg_status setup_prove_directory(void *context,
				     const struct lg_setup_plan *plan,
				     struct lg_error *err);

/* `logongate setup check`; folder is that of the records. */
int setup_check(struct lg_cli *cli, const struct lg_machine *machine,
		const char *folder);

#endif
