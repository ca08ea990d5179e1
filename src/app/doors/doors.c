/* SPDX-License-Identifier: ISC */
/*
 * doors.c - the list of ways in, and the words for what they do
 */
#include "app/doors/doors.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"
#include "base/grow.h"

const char *lg_asks_name(enum lg_asks asks)
{
	static const char *const names[] = {
		[LG_ASKS_NO] = "no",
		[LG_ASKS_YES] = "yes",
		[LG_ASKS_PARTLY] = "partly",
		[LG_ASKS_NOT_NEEDED] = "not-needed",
		[LG_ASKS_UNKNOWN] = "unknown",
	};

	return names[asks];
}

const char *lg_when_down_name(enum lg_when_down when_down)
{
	static const char *const names[] = {
		[LG_WHEN_DOWN_NOT_ASKED] = "not-asked",
		[LG_WHEN_DOWN_OPEN] = "open",
		[LG_WHEN_DOWN_CLOSED] = "closed",
		[LG_WHEN_DOWN_TEMPORARY] = "temporary-error",
		[LG_WHEN_DOWN_UNKNOWN] = "unknown",
	};

	return names[when_down];
}

static enum lg_status keep(struct lg_ways *ways, const char **text,
			   struct lg_error *err)
{
	if (!*text)
		return LG_OK;
	return lg_list_keep(&ways->arena, *text, strlen(*text), text, err);
}

enum lg_status lg_ways_add(struct lg_ways *ways, const struct lg_way *way,
			   struct lg_error *err)
{
	struct lg_way copy = *way;
	enum lg_status status;

	status = lg_grow(&ways->way, &ways->capacity, ways->count,
			 sizeof(*ways->way), err);
	if (status == LG_OK)
		status = keep(ways, &copy.door, err);
	if (status == LG_OK)
		status = keep(ways, &copy.way, err);
	if (status == LG_OK)
		status = keep(ways, &copy.add, err);
	if (status == LG_OK)
		status = keep(ways, &copy.note, err);
	if (status == LG_OK)
		status = keep(ways, &copy.url, err);
	if (status == LG_OK)
		status = keep(ways, &copy.peer, err);
	if (status == LG_OK)
		status = keep(ways, &copy.protocol, err);
	if (status == LG_OK)
		ways->way[ways->count++] = copy;
	return status;
}

enum lg_status lg_ways_add_named(struct lg_ways *ways, const struct lg_way *way,
				 struct lg_buffer *name, struct lg_error *err)
{
	struct lg_way named = *way;
	enum lg_status status = lg_buffer_status(name, err);

	named.way = name->data;
	if (status == LG_OK)
		status = lg_ways_add(ways, &named, err);
	lg_buffer_release(name);
	return status;
}

void lg_ways_release(struct lg_ways *ways)
{
	free(ways->way);
	lg_strlist_release(&ways->arena);
	lg_strlist_release(&ways->behind);
	*ways = (struct lg_ways){0};
}

void lg_gate_addresses_release(struct lg_gate_addresses *addresses)
{
	lg_strlist_release(&addresses->http);
	lg_strlist_release(&addresses->postfix);
	lg_strlist_release(&addresses->spop);
	lg_strlist_release(&addresses->dict);
}
