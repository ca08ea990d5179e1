/* SPDX-License-Identifier: ISC */
/*
 * haproxy_asks.h - whether a section of HAProxy's configuration asks the gate
 *
 * Layer: app, private to the doors.
 * Source: facts/enforcement.md 4; HAProxy SPOE.txt 2 (scopes, events, groups).
 */
#ifndef LOGONGATE_APP_DOORS_HAPROXY_ASKS_H
#define LOGONGATE_APP_DOORS_HAPROXY_ASKS_H

#include "app/doors/doors.h"
#include "app/doors/haproxy_text.h"
#include "app/doors/verified.h"

/* Whether the process can reach the gate where it asks. */
enum lg_haproxy_reach {
	LG_HAPROXY_ELSEWHERE = 0,
	LG_HAPROXY_HIDDEN, /* a socket outside its chroot */
	LG_HAPROXY_GATE
};

struct lg_haproxy_asks {
	enum lg_haproxy_reach reach; /* where its filter asks */
	int sends;                   /* and a rule or an event makes it ask */
	int listens;                 /* and what came back can refuse */
	int closes;                  /* a rule for when there is no answer */
	enum lg_names names;         /* what its questions do with names */
	const char *partly;          /* why not for every request, or NULL */
	const char *unread;          /* what was not read, or NULL */
};

/* 1 when it asks this gate and hears it, at least for some. */
int lg_haproxy_is_asking(const struct lg_haproxy_asks *asks);

enum lg_status lg_haproxy_judge(const struct lg_block *root,
				const struct lg_haproxy_section *section,
				const struct lg_gate_addresses *gate,
				const struct lg_doors_files *files,
				struct lg_haproxy_asks *out_asks,
				struct lg_error *err);

#endif
