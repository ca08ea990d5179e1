/* SPDX-License-Identifier: ISC */
/*
 * Answers of Dovecot 2.4's anvil: its list of connections, and a count. In
 * pieces no end is seen that the whole does not have.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/dovecot/anvil_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct lg_anvil_list list = {0};

	if (lg_anvil_list_parse(text, size, &list, NULL) == LG_OK) {
		if (!lg_anvil_list_ends(text, size) ||
		    list.now.count != list.named.count)
			abort();
		for (size_t len = 0; len < size; len++)
			if (lg_anvil_list_ends(text, len))
				abort();
	} else if (list.now.count || list.named.count) {
		abort();
	}
	for (size_t i = 0; i < list.now.count; i++)
		if (!list.now.session[i].id || !list.now.session[i].user ||
		    strchr(list.named.item[i], '\n'))
			abort();
	lg_anvil_list_release(&list);
	lg_anvil_is_count(text, size);
	return 0;
}
