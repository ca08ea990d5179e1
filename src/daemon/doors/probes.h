/* SPDX-License-Identifier: ISC */
/*
 * probes.h - which marked names the doors have asked about lately
 *
 * Layer: daemon.
 * Flow: `logongate setup` logs on at a server as LG_PROBE_PREFIX and chance,
 * which is nobody's name (where nobody need log on, as that client: HELO,
 * User-Agent), and then asks the gate whether it heard that name:
 * so it knows that this server asks this gate, without an account.
 */
#ifndef LOGONGATE_DAEMON_DOORS_PROBES_H
#define LOGONGATE_DAEMON_DOORS_PROBES_H

#include <stddef.h>

#define GATE_PROBE_PREFIX "logongate-probe-"
#define GATE_PROBE_MAX 64
#define GATE_PROBES 16 /* the last ones are remembered */

struct gate_probes {
	char name[GATE_PROBES][GATE_PROBE_MAX];
	const char *door[GATE_PROBES];
	size_t next;
};

/* Remembers a marked name, and no other; name need not end in NUL. */
void gate_probes_note(struct gate_probes *probes, const char *door,
		      const char *name, size_t len);

/* The door that asked about name or name@DOMAIN, or NULL. */
const char *gate_probes_door(const struct gate_probes *probes,
			     const char *name);

#endif
