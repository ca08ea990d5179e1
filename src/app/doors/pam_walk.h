/* SPDX-License-Identifier: ISC */
/*
 * pam_walk.h - who gets through a PAM stack, whatever its modules say
 *
 * Layer: app, private to the doors.
 * Source: Linux-PAM libpam/pam_dispatch.c, whose order of actions it follows.
 */
#ifndef LOGONGATE_APP_DOORS_PAM_WALK_H
#define LOGONGATE_APP_DOORS_PAM_WALK_H

#include "app/doors/pam_stack.h"

struct lg_pam_ways {
	int is_asked;     /* some way leads over a line of the gate */
	int is_heard;     /* and what the gate says keeps somebody out */
	int with_gate;    /* somebody gets in after the gate said it */
	int past_gate;    /* somebody gets in and the gate is not asked */
	int past_expired; /* only who must choose a new password does */
};

/*
 * Walks every way through the stack when the gate's lines answer so
 * (LG_PAM_PERM_DENIED, LG_PAM_AUTHINFO_UNAVAIL) and the others as they like.
 */
enum lg_status lg_pam_walk(const struct lg_pam_stack *stack, int gate_answer,
			   struct lg_pam_ways *out_ways, struct lg_error *err);

#endif
