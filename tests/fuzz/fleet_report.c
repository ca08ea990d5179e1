/* SPDX-License-Identifier: ISC */
/*
 * Fuzz: what a gate of the fleet says of itself. What is taken renders, and
 * the rendering reads as the same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lg_fleet_report report, again;
	struct lg_buffer first = {0}, second = {0};

	if (lg_fleet_report_parse((const char *)data, size, &report, NULL) !=
	    LG_OK)
		return 0;
	if (lg_fleet_report_render(&report, &first, NULL) != LG_OK ||
	    lg_fleet_report_parse(first.data, first.len, &again, NULL) !=
		    LG_OK ||
	    lg_fleet_report_render(&again, &second, NULL) != LG_OK ||
	    first.len != second.len ||
	    memcmp(first.data, second.data, first.len) != 0)
		abort();
	lg_fleet_report_release(&report);
	lg_fleet_report_release(&again);
	lg_buffer_release(&first);
	lg_buffer_release(&second);
	return 0;
}
