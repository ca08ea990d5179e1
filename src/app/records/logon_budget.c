/* SPDX-License-Identifier: ISC */
/*
 * logon_budget.c - a bucket of bytes for all, and an hour's worth for each
 *
 * Who floods a door from some addresses uses up what those addresses have:
 * what comes from others is still written.
 */
#include "app/records/logon_budget.h"

#include <string.h>

#include "base/kept.h"
#include "core/values/name.h"

#define HOUR_S 3600
#define DAY_S 86400.0

void lg_logon_budget_begin(struct lg_logon_budget *budget,
			   const struct lg_logon_limits *limits)
{
	uint64_t day_bytes = limits->day_bytes;

	*budget = (struct lg_logon_budget){
		.lines = limits->burst,
		.lines_max = limits->burst,
		.lines_per_s = limits->per_s,
		.bytes = (double)day_bytes / 4,
		.bytes_max = (double)day_bytes / 4,
		.bytes_per_s = (double)day_bytes * 3 / 4 / DAY_S,
		.source_max = (uint32_t)(day_bytes / 64),
	};
}

unsigned int lg_logon_source(const char *address)
{
	if (!address)
		return 0;
	return (unsigned int)(lg_name_hash(address, lg_kept_text_len(address)) %
			      LG_LOGON_SOURCES);
}

static void go_on(struct lg_logon_budget *budget, int64_t now_s)
{
	if (now_s == budget->at_s)
		return;
	/* Less: the clock was stepped back. */
	if (budget->at_s && now_s > budget->at_s) {
		double passed_s = (double)(now_s - budget->at_s);

		budget->lines += passed_s * budget->lines_per_s;
		budget->bytes += passed_s * budget->bytes_per_s;
	}
	if (budget->lines > budget->lines_max)
		budget->lines = budget->lines_max;
	if (budget->bytes > budget->bytes_max)
		budget->bytes = budget->bytes_max;
	budget->at_s = now_s;
	if (budget->hour != now_s / HOUR_S) {
		budget->hour = now_s / HOUR_S;
		memset(budget->source, 0, sizeof(budget->source));
	}
}

int lg_logon_budget_has_line(struct lg_logon_budget *budget, int64_t now_s)
{
	go_on(budget, now_s);
	return budget->lines >= 1;
}

int lg_logon_budget_is_spent(const struct lg_logon_budget *budget,
			     unsigned int source)
{
	return budget->source[source] >= budget->source_max;
}

int lg_logon_budget_take(struct lg_logon_budget *budget, int64_t now_s,
			 unsigned int source, size_t bytes)
{
	go_on(budget, now_s);
	if (lg_logon_budget_is_spent(budget, source) ||
	    budget->bytes < (double)bytes)
		return 0;
	budget->bytes -= (double)bytes;
	budget->source[source] += (uint32_t)bytes;
	return 1;
}
