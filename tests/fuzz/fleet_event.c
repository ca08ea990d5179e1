/* SPDX-License-Identifier: ISC */
/*
 * Fuzz: the body of a fleet's event. The first byte is its kind. What is taken
 * renders to the very same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/fleet/fleet_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_fleet_event *event = NULL;
	struct lg_buffer again = {0};
	const char *body;
	size_t len;

	if (!size)
		return 0;
	body = (const char *)data + 1;
	len = size - 1;
	if (lg_fleet_event_parse(
		    (enum lg_fleet_kind)(data[0] % LG_FLEET_KIND_COUNT), body,
		    len, &event, NULL) != LG_OK)
		return 0;
	if (lg_fleet_event_render(event, &again, NULL) != LG_OK ||
	    again.len != len || memcmp(again.data, body, len) != 0)
		abort();
	lg_buffer_release(&again);
	lg_fleet_event_free(&event);
	return 0;
}
