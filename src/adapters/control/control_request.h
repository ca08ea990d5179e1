/* SPDX-License-Identifier: ISC */
/*
 * control_request.h - what a gate is asked, and what it answers
 *
 * Layer: adapter control, private to gate_target.
 * Source: src/doc/control.md.
 */
#ifndef LOGONGATE_ADAPTERS_CONTROL_CONTROL_REQUEST_H
#define LOGONGATE_ADAPTERS_CONTROL_CONTROL_REQUEST_H

#include <cjson/cJSON.h>

#include "port/target.h"

/* {"op": op}. Without memory a request cannot be sent. */
cJSON *lg_gate_request(const char *op);

/* Adds a text, a time, true where there is one. */
void lg_gate_add_text(cJSON *request, const char *name, const char *text);
void lg_gate_add_time(cJSON *request, const char *name, int64_t time_s);
void lg_gate_add_flag(cJSON *request, const char *name, int is_so);

/* for_s: the gate counts how long it lasts; 0: its end is said. */
cJSON *lg_gate_apply_request(const struct lg_target_lock *lock, int64_t for_s);

/* What a lock sets, and what the directory said: *out_count blocks. */
enum lg_status lg_gate_apply_blocks(const struct lg_target_lock *lock,
				    const struct lg_target_change *change,
				    size_t count, struct lg_buffer text[3],
				    size_t *out_count, struct lg_error *err);

/* Values that stand by themselves, and those that go. */
enum lg_status lg_gate_import_block(const struct lg_target_change *change,
				    size_t count, struct lg_buffer *text,
				    struct lg_error *err);

/* What an exit code that the gate names means. */
enum lg_status lg_gate_status(int code);

/* The exit code of what went wrong at the gate here; LG_ERR_CONFLICT is its
 * own word, said_code. */
int lg_gate_exit(enum lg_status status, int said_code);

/* The texts of an array, after some words. */
void lg_gate_add_names(const cJSON *answer, const char *name, const char *words,
		       struct lg_strlist *names);

/* The answer to an apply. */
void lg_gate_tell_applied(const cJSON *answer, struct lg_target_told *told);

#endif
