/* SPDX-License-Identifier: ISC */
/*
 * hour.c - a ring of minutes, by the boot clock
 */
#include "daemon/hour.h"

#include <string.h>

#include "daemon/gate.h"

/* Empties what the clock went over since. */
static struct lg_overview_minute *now_of(struct gate *gate)
{
	struct gate_hour *hour = &gate->hour;
	int64_t minute = gate_store_s(gate) / 60;

	if (minute - hour->minute >= LG_OVERVIEW_MINUTES) {
		memset(hour->of, 0, sizeof(hour->of));
		hour->minute = minute;
	}
	while (hour->minute < minute) {
		hour->minute++;
		hour->of[hour->minute % LG_OVERVIEW_MINUTES] =
			(struct lg_overview_minute){0};
	}
	return &hour->of[hour->minute % LG_OVERVIEW_MINUTES];
}

void gate_hour_add(struct gate *gate, enum lg_verdict verdict)
{
	if (verdict == LG_ADMIT)
		now_of(gate)->admitted++;
	else
		now_of(gate)->refused++;
}

void gate_hour_read(struct gate *gate,
		    struct lg_overview_minute out_minute[LG_OVERVIEW_MINUTES])
{
	int64_t newest;

	now_of(gate);
	newest = gate->hour.minute;
	for (int i = 0; i < LG_OVERVIEW_MINUTES; i++)
		out_minute[i] =
			gate->hour.of[(newest + 1 + i) % LG_OVERVIEW_MINUTES];
}
