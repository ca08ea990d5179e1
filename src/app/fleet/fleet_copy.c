/* SPDX-License-Identifier: ISC */
/*
 * fleet_copy.c - an entry that is kept beyond the call that gave it
 */
#include "app/fleet/fleet_copy.h"

#include <stdlib.h>
#include <string.h>

void lg_fleet_copy_release(struct lg_fleet_copy *copy)
{
	for (size_t i = 0; i < LG_FLEET_COPY_PARTS; i++)
		free(copy->bytes[i]);
	*copy = (struct lg_fleet_copy){0};
}

enum lg_status lg_fleet_copy(const struct lg_fleet_entry *entry,
			     struct lg_fleet_copy *out_copy,
			     struct lg_error *err)
{
	struct lg_fleet_copy copy = {.entry = *entry};
	struct lg_fleet_text *text[LG_FLEET_COPY_PARTS] = {
		&copy.entry.cn,       &copy.entry.lock, &copy.entry.number,
		&copy.entry.kind,     &copy.entry.body, &copy.entry.key,
		&copy.entry.signature};

	for (size_t i = 0; i < LG_FLEET_COPY_PARTS; i++) {
		if (!text[i]->bytes)
			continue;
		copy.bytes[i] = malloc(text[i]->len + 1);
		if (!copy.bytes[i]) {
			lg_fleet_copy_release(&copy);
			return lg_no_memory(err);
		}
		memcpy(copy.bytes[i], text[i]->bytes, text[i]->len);
		copy.bytes[i][text[i]->len] = '\0';
		text[i]->bytes = copy.bytes[i];
	}
	*out_copy = copy;
	return LG_OK;
}
