/* SPDX-License-Identifier: ISC */
/*
 * doors_probe.h - tries each way in and holds what came against the survey
 *
 * Layer: cli.
 * Source: contract 4 doors.
 */
#ifndef LOGONGATE_CLI_COMMANDS_DOORS_PROBE_H
#define LOGONGATE_CLI_COMMANDS_DOORS_PROBE_H

#include "adapters/logon/logon_try.h"
#include "app/doors/doors.h"
#include "cli/command.h"

/* An answer that may be missing. */
enum lg_maybe {
	LG_MAYBE_UNKNOWN = 0,
	LG_MAYBE_NO,
	LG_MAYBE_YES
};

/* What came of one way in. */
struct lg_probe {
	int is_tried;
	enum lg_logon_came came;
	enum lg_maybe refuses; /* the gate would refuse this account now */
	enum lg_maybe asked;   /* the gate decided a logon meanwhile */
	enum lg_maybe agrees;  /* with what the survey said */
	char *text;            /* what the server said */
};

struct lg_probes {
	struct lg_probe *probe; /* as many as ways, in their order */
	size_t count;
	char *user;
	int is_account; /* 0: nobody's name; the settings have none */
};

/* Returns: an exit code; what is wrong was said. Owns: lg_probes_release. */
int lg_doors_probe(struct lg_cli *cli, const struct lg_ways *ways,
		   struct lg_probes *out_probes);
void lg_probes_release(struct lg_probes *probes);

/* 1 when somebody got in whom the gate refuses, or got in unasked at a door
 * that is said to ask. */
int lg_probe_is_open(const struct lg_probe *probe, const struct lg_way *way);

#endif
