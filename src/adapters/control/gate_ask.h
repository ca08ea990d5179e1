/* SPDX-License-Identifier: ISC */
/*
 * gate_ask.h - what a gate is asked and answers, and which of its locks is ours
 *
 * Layer: adapter of port/target, private to gate_target.
 * Source: src/doc/control.md.
 */
#ifndef LOGONGATE_ADAPTERS_GATE_ASK_H
#define LOGONGATE_ADAPTERS_GATE_ASK_H

#include "adapters/control/control_client.h"
#include "port/target.h"

/* {"op": op}. Without memory a request cannot be sent. */
cJSON *lg_gate_request(const char *op);

/* Adds a text, a time, true where there is one. */
void lg_gate_add_text(cJSON *request, const char *name, const char *text);
void lg_gate_add_time(cJSON *request, const char *name, int64_t time_s);
void lg_gate_add_flag(cJSON *request, const char *name, int is_so);

/* for_s: the gate counts how long it lasts; 0: its end is said. */
cJSON *lg_gate_apply_request(const struct lg_target_lock *lock, int64_t for_s);

/* What a lock sets, or (by_hand) values that stand by themselves and those that
 * go; and what the directory said: *out_count blocks. */
enum lg_status lg_gate_blocks(const struct lg_target_lock *lock,
			      const struct lg_target_change *change,
			      size_t count, int by_hand,
			      struct lg_buffer text[3], size_t *out_count,
			      struct lg_error *err);

/* The texts of an array, after some words. */
void lg_gate_add_names(const cJSON *answer, const char *name, const char *words,
		       struct lg_strlist *names);

/* The answer to an apply. */
void lg_gate_tell_applied(const cJSON *answer, struct lg_target_told *told);

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
