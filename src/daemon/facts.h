/* SPDX-License-Identifier: ISC */
/*
 * facts.h - asking the directory from a worker
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_FACTS_H
#define LOGONGATE_DAEMON_FACTS_H

#include "daemon/gate.h"

enum lg_status gate_facts_open(struct gate *gate, struct lg_error *err);
/* Ends asking; a worker that is at it hands its answer to nobody. */
void gate_facts_close(struct gate *gate);

/* Asks about the names of the values in the state until the directory
 * answers; then gate_enforce_findings gets what it said. */
void gate_facts_ask(struct gate *gate);
/* The same after some seconds. */
void gate_facts_ask_later(struct gate *gate);
/* Nothing is lacking: what was said about that is taken back. */
void gate_facts_over(struct gate *gate);

/* Which names to ask about. */
struct gate_facts_names {
	struct lg_strlist dn;
	struct lg_strlist user;
};
void gate_facts_names_release(struct gate_facts_names *names);

/*
 * Asks once about names (which are taken over and left empty) and calls done
 * with what came, on the loop: LG_OK with findings (which done owns), or the
 * error. NULL findings are given where nothing has to be asked.
 */
typedef void (*gate_facts_done)(void *context, enum lg_status status,
				struct lg_findings *findings,
				const struct lg_error *err);
enum lg_status gate_facts_ask_once(struct gate *gate,
				   struct gate_facts_names *names,
				   gate_facts_done done, void *context,
				   struct lg_error *err);

#endif
