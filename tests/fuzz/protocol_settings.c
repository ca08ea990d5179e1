/* SPDX-License-Identifier: ISC */
/*
 * Takes lines as values, disables each protocol, and asks that the protocol is
 * off then, that the rest is untouched, and that the undo brings all back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/exchange/protocol_settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
	if (!holds)
		abort();
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The same values in whatever order. */
static int same(struct lg_strlist *a, struct lg_strlist *b)
{
	size_t i;

	if (a->count != b->count)
		return 0;
	if (!a->count)
		return 1;
	qsort(a->item, a->count, sizeof(a->item[0]), compare);
	qsort(b->item, b->count, sizeof(b->item[0]), compare);
	for (i = 0; i < a->count; i++)
		if (strcmp(a->item[i], b->item[i]) != 0)
			return 0;
	return 1;
}

static void try_protocol(struct lg_strlist *values, enum lg_protocol protocol)
{
	struct lg_protocol_change change = {{0}, {0}};
	struct lg_protocol_change undo;
	struct lg_strlist after = {0};
	struct lg_strlist before = {0};

	check(lg_protocol_settings_disable(values, protocol, &change, NULL) ==
	      LG_OK);
	check(lg_protocol_change_apply(values, &change, &after, NULL) == LG_OK);
	check(lg_protocol_settings_access(&after, protocol) ==
	      LG_ACCESS_DISABLED);
	undo = lg_protocol_change_undo(&change);
	check(lg_protocol_change_apply(&after, &undo, &before, NULL) == LG_OK);
	check(same(values, &before));
	lg_strlist_release(&before);
	lg_strlist_release(&after);
	lg_protocol_change_release(&change);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_strlist values = {0};
	size_t begin = 0;
	size_t i;
	int protocol;

	/* apply looks at each pair of values. */
	if (size > 4096)
		return 0;
	for (i = 0; i < size; i++)
		if (data[i] == '\n' || !data[i]) {
			check(lg_strlist_add(&values,
					     (const char *)data + begin,
					     i - begin, NULL) == LG_OK);
			begin = i + 1;
		}
	for (protocol = 0; protocol < LG_PROTOCOL_COUNT; protocol++)
		if (lg_protocol_settings_knows((enum lg_protocol)protocol))
			try_protocol(&values, (enum lg_protocol)protocol);
	lg_strlist_release(&values);
	return 0;
}
