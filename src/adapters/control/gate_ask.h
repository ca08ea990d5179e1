/* SPDX-License-Identifier: ISC */
/*
 * gate_ask.h - one question to a gate, and which of its locks is ours
 *
 * Layer: adapter of port/target, private to gate_target.
 */
#ifndef LOGONGATE_ADAPTERS_GATE_ASK_H
#define LOGONGATE_ADAPTERS_GATE_ASK_H

#include "adapters/control/control_client.h"
#include "port/target.h"

struct lg_gate_target {
	char *name;
	char *path; /* of the gate here; NULL: remote */
	struct lg_control_remote remote;
	struct lg_progress progress;
	struct lg_target_lock lock;
	struct lg_target_told *told; /* NULL: nobody */
	int has_lock;
};

/* Asks over a connection of its own; request (NULL: no memory) is deleted. */
enum lg_status lg_gate_ask(struct lg_gate_target *target, cJSON *request,
			   const struct lg_buffer *block, size_t count,
			   struct lg_control_answer *out_answer,
			   struct lg_error *err);

/* What the gate says of its locks. */
struct lg_gate_standing {
	int active;  /* any that is in force */
	char id[32]; /* of ours; "": it is not there */
	char text[200];
};
enum lg_status lg_gate_look(struct lg_gate_target *target,
			    struct lg_gate_standing *out_standing,
			    struct lg_error *err);

#endif
