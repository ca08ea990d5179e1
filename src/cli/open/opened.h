/* SPDX-License-Identifier: ISC */
/*
 * opened.h - what open.c, gate.c and caller.c keep between them
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_OPEN_OPENED_H
#define LOGONGATE_CLI_OPEN_OPENED_H

#include "cli/open/open.h"

struct lg_cli_open {
	struct lg_settings *settings;
	struct lg_strlist set;
	struct lg_directory directory;
	int has_directory;
	struct lg_control *control;
	struct lg_files files;
	int has_files;
	struct lg_clock clock;
	struct lg_state *state;
	char *caller;
	char *by;
};

/* Made when first asked for; NULL: no memory. */
struct lg_cli_open *lg_cli_opened(struct lg_cli *cli);

#endif
