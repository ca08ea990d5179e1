/* SPDX-License-Identifier: ISC */
/*
 * logon_budget.h - how much the record of a day may still grow, and by whom
 *
 * Layer: app.
 * Flow: logon_log.c asks before each line that names somebody.
 * Source: contract 8 "Sockets": limits count bytes; a stranger cannot use up
 * the day's record.
 */
#ifndef LOGONGATE_APP_RECORDS_LOGON_BUDGET_H
#define LOGONGATE_APP_RECORDS_LOGON_BUDGET_H

#include <stddef.h>
#include <stdint.h>

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

/* Which count an address has; NULL has one, too. */
unsigned int lg_logon_source(const char *address);

/* 1 and it is taken, when bytes more may be written for source. */
int lg_logon_budget_take(struct lg_logon_budget *budget, int64_t now_s,
			 unsigned int source, size_t bytes);
/* 1 when that source has used up its hour. */
int lg_logon_budget_is_spent(const struct lg_logon_budget *budget,
			     unsigned int source);

#endif
