/* SPDX-License-Identifier: ISC */
/*
 * simulate.h - playing scripts, shared by both forms of `simulate`
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_COMMANDS_SIMULATE_H
#define LOGONGATE_CLI_COMMANDS_SIMULATE_H

#include "app/render/script.h"
#include "cli/command.h"

/* Asks --directory about the script's names and plays it. An exit code. */
int lg_simulate_play(struct lg_cli *cli, const struct lg_script *script,
		     enum lg_dialect dialect, const struct lg_store_sink *sink);

/* The same with each event as a JSON line. */
int lg_simulate_json(struct lg_cli *cli, const struct lg_script *script,
		     enum lg_dialect dialect);

/* A profile's whole window as a timeline. */
int lg_simulate_profile(struct lg_cli *cli, enum lg_dialect dialect,
			const char *name);

#endif
