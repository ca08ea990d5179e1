/* SPDX-License-Identifier: ISC */
/*
 * gate_records.h - lines that a gate kept, asked of it or read from state_dir
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_OPEN_GATE_RECORDS_H
#define LOGONGATE_CLI_OPEN_GATE_RECORDS_H

#include "cli/open/open.h"

/* Who takes the lines. add is given each object of the gate's answer. read goes
 * through the files of state_dir and counts the lines it could not read. */
struct lg_cli_records {
	const char *op;    /* of control.sock; the answer's member, too */
	const char *place; /* of the files, in messages */
	void (*add)(void *context, const cJSON *object);
	enum lg_status (*read)(void *context, const struct lg_files *files,
			       int64_t since_s, size_t *out_damaged,
			       struct lg_error *err);
	void *context;
	/* since_s 0 is since the oldest lock in force, without one a day back;
	 * else all. */
	int since_lock;
};

/* Asks the gate, or reads where none is to run. Returns: an exit code; what is
 * wrong was said. */
int lg_cli_records(struct lg_cli *cli, const struct lg_cli_records *records,
		   int64_t since_s);

/* Says how many lines of place could not be read, when any. */
void lg_cli_say_damaged(struct lg_cli *cli, const char *place, size_t damaged);

#endif
