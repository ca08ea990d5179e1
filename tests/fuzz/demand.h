/* SPDX-License-Identifier: ISC */
/*
 * demand.h - what every fuzz target needs: its prototype, and an assertion
 * that stands in every build
 */
#ifndef LOGONGATE_TESTS_DEMAND_H
#define LOGONGATE_TESTS_DEMAND_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define demand(condition) demand_that(!!(condition), #condition)

static inline void demand_that(int holds, const char *condition)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", condition);
	abort();
}

#endif
