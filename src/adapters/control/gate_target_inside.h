/* SPDX-License-Identifier: ISC */
/*
 * gate_target_inside.h - a gate on another machine, and how it is asked
 *
 * Layer: adapter, private to gate_target.c and gate_lock.c.
 */
#ifndef LOGONGATE_ADAPTERS_CONTROL_GATE_TARGET_INSIDE_H
#define LOGONGATE_ADAPTERS_CONTROL_GATE_TARGET_INSIDE_H

#include "adapters/control/control_client.h"
#include "adapters/control/gate_target.h"

struct gate_target {
	char *name;
	struct lg_control_remote remote;
	struct lg_gate_lock lock;
	int has_lock;
};

/* What the gate says of its locks. */
struct standing {
	int active;  /* any at all */
	char id[32]; /* of ours; "": it is not there */
	char text[200];
};

/* Asks one question over a connection of its own; request is deleted. */
enum lg_status gate_target_ask(struct gate_target *target, cJSON *request,
			       const struct lg_control_block *block,
			       size_t count,
			       struct lg_control_answer *out_answer,
			       struct lg_error *err);
cJSON *gate_target_request(const char *op);
/* Adds a text where there is one; *failed is set without memory. */
void gate_target_add_text(cJSON *request, const char *name, const char *text,
			  int *failed);
enum lg_status gate_target_look(struct gate_target *target,
				struct standing *out_standing,
				struct lg_error *err);
/* What is in force there; once our lock is, what that sets: what the other
 * locks beside it come to is not ours to compare. */
enum lg_status gate_target_read(void *self, struct lg_registry **out_values,
				struct lg_error *err);
enum lg_status gate_target_write(void *self,
				 const struct lg_target_change *change,
				 size_t count, struct lg_error *err);
enum lg_status gate_target_extend(void *self, int64_t until_s,
				  struct lg_error *err);

#endif
