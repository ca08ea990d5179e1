/* SPDX-License-Identifier: ISC */
/*
 * fleet_own.c - what a gate keeps of each lock for itself
 */
#include "app/fleet/fleet_own.h"

#include <string.h>

#include "base/grow.h"

struct lg_fleet_own *lg_fleet_own_find(struct lg_fleet_gate *gate,
				       const char *id)
{
	for (size_t i = 0; i < gate->own_count; i++)
		if (!strcmp(gate->own[i].id, id))
			return &gate->own[i];
	return NULL;
}

enum lg_status lg_fleet_own_add(struct lg_fleet_gate *gate, const char *id,
				struct lg_fleet_own **out_own,
				struct lg_error *err)
{
	struct lg_fleet_own *own = lg_fleet_own_find(gate, id);

	if (!own) {
		if (lg_grow(&gate->own, &gate->own_capacity, gate->own_count,
			    sizeof(*own), err) != LG_OK)
			return LG_ERR_NO_MEMORY;
		own = &gate->own[gate->own_count++];
		*own = (struct lg_fleet_own){0};
		memcpy(own->id, id, strlen(id) + 1);
	}
	*out_own = own;
	return LG_OK;
}

void lg_fleet_own_drop(struct lg_fleet_gate *gate)
{
	struct lg_fleet_fate fate;

	for (size_t i = gate->own_count; i-- > 0;) {
		struct lg_fleet_own *own = &gate->own[i];

		if (!own->events || own->has ||
		    lg_fleet_set_find(gate->ear.set, own->id, &fate))
			continue;
		lg_fleet_made_release(&own->made);
		gate->own_count--;
		memmove(own, own + 1, (gate->own_count - i) * sizeof(*own));
	}
}
