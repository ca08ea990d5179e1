/* SPDX-License-Identifier: ISC */
/*
 * probes.c - which marked names the doors have asked about lately
 */
#include "daemon/doors/probes.h"

#include <string.h>

#define PREFIX_LEN (sizeof(GATE_PROBE_PREFIX) - 1)

void gate_probes_note(struct gate_probes *probes, const char *door,
		      const char *name, size_t len)
{
	size_t slot = probes->next;

	if (name == NULL || len < PREFIX_LEN || len >= GATE_PROBE_MAX ||
	    memcmp(name, GATE_PROBE_PREFIX, PREFIX_LEN) != 0)
		return;
	memcpy(probes->name[slot], name, len);
	probes->name[slot][len] = '\0';
	probes->door[slot] = door;
	probes->next = (slot + 1) % GATE_PROBES;
}

const char *gate_probes_door(const struct gate_probes *probes, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < GATE_PROBES; i++) {
		const char *heard = probes->name[i];

		if (len >= PREFIX_LEN && strncmp(heard, name, len) == 0 &&
		    (heard[len] == '\0' || heard[len] == '@'))
			return probes->door[i];
	}
	return NULL;
}
