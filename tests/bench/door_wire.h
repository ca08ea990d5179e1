/* SPDX-License-Identifier: ISC */
/*
 * What a server says to a door, and where the door's answer ends: just enough
 * of each protocol to count decisions.
 */
#ifndef DOOR_WIRE_H
#define DOOR_WIRE_H

#include <stddef.h>

enum door_kind {
	DOOR_CHECK,
	DOOR_HTTP,
	DOOR_HTTP_REFUSE,
	DOOR_DICT,
	DOOR_POSTFIX,
	DOOR_SPOP,
	DOOR_GET
};

/* A request or a greeting is never longer. */
#define DOOR_WIRE_MAX 256

/* 1 and *out_kind where there is a kind of that name, else 0. */
int door_kind_parse(const char *name, enum door_kind *out_kind);

/* What opens a connection; *out_is_answered says whether an answer comes. */
size_t door_greeting(enum door_kind kind, char out[DOOR_WIRE_MAX],
		     int *out_is_answered);

/* One request about that user. */
size_t door_request(enum door_kind kind, unsigned int user,
		    char out[DOOR_WIRE_MAX]);

/*
 * The length of the first whole answer in len bytes, 0 where more must come;
 * in[len] is writable. *out_is_refusal says what it was. Answers that no door
 * should give end the program.
 */
size_t door_answer(enum door_kind kind, char *in, size_t len,
		   int *out_is_refusal);

#endif
