/* SPDX-License-Identifier: ISC */
/*
 * listener.c - the table of listeners
 */
#include "core/settings/listener.h"

#include <string.h>

static const struct lg_listener_row rows[LG_LISTENER_COUNT] = {
#define LG_LISTENER(id, name, address, asked, far, protocol)                   \
	{#name, address, asked, far},
#include "core/settings/listeners.def"
};

const struct lg_listener_row *lg_listener_row(enum lg_listener listener)
{
	return &rows[listener];
}

const char *lg_listener_name(enum lg_listener listener)
{
	return rows[listener].name;
}

int lg_listener_from_name(const char *name, enum lg_listener *out_listener)
{
	for (int i = 0; i < LG_LISTENER_COUNT; i++) {
		if (strcmp(rows[i].name, name))
			continue;
		*out_listener = (enum lg_listener)i;
		return 1;
	}
	return 0;
}
