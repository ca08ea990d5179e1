/* SPDX-License-Identifier: ISC */
/*
 * pam_stack.h - the account lines of a PAM service, one after the other
 *
 * Layer: app, private to the doors.
 * Source: pam.conf(5).
 */
#ifndef LOGONGATE_APP_DOORS_PAM_STACK_H
#define LOGONGATE_APP_DOORS_PAM_STACK_H

#include "app/doors/doors.h"

/* What a control makes of an answer; a number above 0 jumps over that many. */
enum {
	LG_PAM_IGNORE = 0,
	LG_PAM_OK = -1,
	LG_PAM_DONE = -2,
	LG_PAM_BAD = -3,
	LG_PAM_DIE = -4,
	LG_PAM_RESET = -5
};

/* Answers of a module, the first of those that pam.conf(5) names. */
enum {
	LG_PAM_SUCCESS = 0,
	LG_PAM_NEW_AUTHTOK_REQD,
	LG_PAM_IGNORED,
	LG_PAM_PERM_DENIED,
	LG_PAM_AUTHINFO_UNAVAIL
};
#define LG_PAM_ANSWERS 32

/* What the module of a line says of an ordinary user. */
enum lg_pam_says {
	LG_PAM_SAYS_ANYTHING = 0,
	LG_PAM_SAYS_SUCCESS,
	LG_PAM_SAYS_FAILURE,
	LG_PAM_SAYS_GATE,
	LG_PAM_SAYS_NOTHING /* where a substack begins */
};

struct lg_pam_line {
	enum lg_pam_says says;
	unsigned int level; /* 0, and one more in each substack */
	int action[LG_PAM_ANSWERS];
};

struct lg_pam_stack {
	struct lg_pam_line *line;
	size_t count;
	size_t capacity;
	struct lg_buffer unread;   /* what was not understood, if anything */
	struct lg_buffer sockets;  /* of the gate's lines, a line each */
	struct lg_buffer protocol; /* that the last of them names; or empty */
};

/*
 * Reads the account lines of a service with all that they include.
 * Owns: lg_pam_stack_free.
 */
enum lg_status lg_pam_stack_read(const char *text, size_t len,
				 const char *folder,
				 const struct lg_doors_files *files,
				 struct lg_pam_stack **out_stack,
				 struct lg_error *err);
void lg_pam_stack_free(struct lg_pam_stack **stack);

#endif
