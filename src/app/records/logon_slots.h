/* SPDX-License-Identifier: ISC */
/*
 * logon_slots.h - what is counted of each person, program and address
 *
 * Layer: app.
 * Flow: logon_log.c finds the slot of a logon and counts in it, or writes its
 * line. When the table is full, a source has used up its hour, or a key has no
 * memory, that is the one slot of its door and reason.
 */
#ifndef LOGONGATE_APP_RECORDS_LOGON_SLOTS_H
#define LOGONGATE_APP_RECORDS_LOGON_SLOTS_H

#include "app/records/logon_budget.h"

#define LG_LOGON_SLOTS 4096u

struct lg_logon_slot {
	uint64_t hash;      /* 0: free */
	int64_t window_s;   /* when the window began */
	unsigned int lines; /* of this window */
	uint64_t count;     /* over, not written */
	int64_t first_s;
	int64_t last_s;
	struct lg_logon logon; /* texts lie in kept */
	void *kept;            /* NULL: others of a door and reason */
	unsigned int source;
};

/* Zero-initialise, and begin the budget. */
struct lg_logon_slots {
	struct lg_logon_slot slot[LG_LOGON_SLOTS];
	size_t used;
	size_t counts; /* slots whose count is not written */
	size_t hand;   /* the slot that is looked at next to be given up */
	struct lg_logon_budget budget;
};

/* The slot for a logon: its own, or the one of its door and reason; NULL: no
 * room. */
struct lg_logon_slot *lg_logon_slot_for(struct lg_logon_slots *slots,
					const struct lg_logon *logon);

/* Counts what a slot holds with the others, where its lines have no room. */
void lg_logon_slot_fold(struct lg_logon_slots *slots,
			struct lg_logon_slot *slot);

void lg_logon_slot_free(struct lg_logon_slots *slots, size_t at);

#endif
