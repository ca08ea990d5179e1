/* SPDX-License-Identifier: ISC */
/*
 * port/door.h - the open sessions of a server, and cutting them
 *
 * Layer: port; implemented by adapters/dovecot (doveadm), adapters/haproxy
 * (runtime socket) and by the gate's own listeners for sessions it cuts
 * itself (postfix 421, X-ResponseCode 10).
 * Source: contract 8 "Sessions"; facts/enforcement.md 1.5, 4.
 */
#ifndef LOGONGATE_PORT_DOOR_H
#define LOGONGATE_PORT_DOOR_H

#include "core/policy/session.h"

/* What is to become of a session, and what became of it. */
enum lg_cut {
	LG_CUT_SPARE = 0,
	LG_CUT_NOW,    /* to be ended by this order */
	LG_CUT_LATER,  /* to go, but not by this order */
	LG_CUT_TOLD,   /* was NOW: the server was told to end it */
	LG_CUT_CANNOT, /* was NOW: it cannot end this one without others */
	LG_CUT_ASKED, /* was NOW: the server was told, and its answer broke off */
	LG_CUT_HANGS /* was NOW: told, and ends when it no longer hangs */
};

/*
 * Whom to cut. session are all that were listed, those of other doors and
 * those to spare too: a door that matches names must hit none of the latter.
 * cut[i] belongs to session[i]; NOW becomes TOLD, ASKED, HANGS or CANNOT, or
 * stays where the order was stopped or the server said no. All borrowed.
 */
struct lg_cut_order {
	const struct lg_session *session;
	unsigned char *cut; /* enum lg_cut */
	size_t count;
	struct lg_strlist *notes; /* what the server said; may be NULL */
	/* The server forgot whom it had: who is not listed may be there. */
	int is_blind;
};

/*
 * One server. Calls may block up to their own time limit: workers only.
 *
 * list: adds what is open now, as just asked of the server. LG_ERR_IO or
 * LG_ERR_TIMEOUT when it could not be asked.
 * cut: asks the server, in few requests, to end the sessions of the order that
 * are its own; LG_OK says that it was told so, not that they are gone (list
 * again). A door that cannot tell sessions of one user and address apart cuts
 * them all and says so in notes.
 */
struct lg_door {
	void *self;
	const char *name;
	enum lg_status (*list)(void *self, struct lg_session_list *out_list,
			       struct lg_error *err);
	enum lg_status (*cut)(void *self, struct lg_cut_order *order,
			      struct lg_error *err);
	void (*close)(void *self);
};

#endif
