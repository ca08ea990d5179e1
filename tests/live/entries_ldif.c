/* SPDX-License-Identifier: ISC */
/*
 * Prints entries_table as LDIF, for a server to load.
 */
#include <stdio.h>

#include "contract/directory_entries.h"

int main(void)
{
	struct lg_buffer text = {0};

	entries_ldif(&text);
	fwrite(text.data, 1, text.len, stdout);
	lg_buffer_release(&text);
	return 0;
}
