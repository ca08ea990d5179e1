/* SPDX-License-Identifier: ISC */
/*
 * Journals of changes: whatever stands in one, what could be read of it is
 * written down so that all of it is read again.
 */
#include <stdint.h>
#include <stdlib.h>

#include "app/change/servers_book.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_servers_book book, again;
	struct lg_buffer text = {0};

	if (lg_servers_book_parse((const char *)data, size, "journal", &book,
				  NULL) != LG_OK)
		return 0;
	if (lg_servers_book_render(&book, &text, NULL) == LG_OK) {
		if (lg_servers_book_parse(text.data, text.len, "journal",
					  &again, NULL) != LG_OK)
			abort();
		if (again.damaged || again.count != book.count)
			abort();
		lg_servers_book_release(&again);
	}
	lg_buffer_release(&text);
	lg_servers_book_release(&book);
	return 0;
}
