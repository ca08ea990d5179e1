/* SPDX-License-Identifier: ISC */
/*
 * logon_slots.h - what is counted of each person, program and address, and how
 * much the record of a day may still grow, and by whom
 *
 * Layer: app.
 * Flow: logon_log.c finds the slot of a logon and counts in it, or writes its
 * line. When the table is full, a source has used up its hour, or a key has no
 * memory, that is the one slot of its door and reason. It asks the budget
 * before each line that names somebody.
 * Source: contract 8 "Sockets": limits count bytes; a stranger cannot use up
 * the day's record.
 */
#ifndef LOGONGATE_APP_RECORDS_LOGON_SLOTS_H
#define LOGONGATE_APP_RECORDS_LOGON_SLOTS_H

#include "app/records/logon_log.h"

/* Addresses that share a count; a power of two. */
#define LG_LOGON_SOURCES 256u

struct lg_logon_budget {
	double lines; /* that may be written at once now */
	double lines_max;
	double lines_per_s;
	double bytes; /* that may be written now */
	double bytes_max;
	double bytes_per_s;
	int64_t at_s;
	int64_t hour;
	uint32_t source_max; /* an hour */
	uint32_t source[LG_LOGON_SOURCES];
};

/* A quarter of day_bytes may be written at once, the rest comes back over the
 * day; one source has a sixty-fourth of day_bytes in an hour. */
void lg_logon_budget_begin(struct lg_logon_budget *budget,
			   const struct lg_logon_limits *limits);

/* 1 when a line may be written at once; who does takes one of lines. */
int lg_logon_budget_has_line(struct lg_logon_budget *budget, int64_t now_s);

/* 1 and it is taken, when bytes more may be written for source. */
int lg_logon_budget_take(struct lg_logon_budget *budget, int64_t now_s,
			 unsigned int source, size_t bytes);

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
