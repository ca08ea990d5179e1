/* SPDX-License-Identifier: ISC */
/*
 * Fuzz: an LDIF export. What the guard lets through, libldap's reader takes
 * entry by entry, and each entry is found again by its own name.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/ldif/ldif_entries.h"
#include "adapters/ldif/ldif_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *context, size_t entry)
{
	size_t *hits = context;

	(*hits)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_strlist names = {0};
	struct lg_ldif_entries entries = {0};
	struct lg_ldif_text text = {0};
	enum lg_status guarded;
	enum lg_status loaded;

	lg_strlist_add(&names, "uid", 3, NULL);
	lg_strlist_add(&names, "proxyAddresses", 14, NULL);
	guarded = lg_ldif_text_clean((const char *)data, size, "fuzz", &text,
				     NULL);
	loaded = lg_ldif_entries_load((const char *)data, size, "fuzz", NULL,
				      &names, &entries, NULL);
	if (loaded == LG_OK &&
	    (guarded != LG_OK || entries.count != text.count))
		abort();
	for (size_t i = 0; loaded == LG_OK && i < entries.count; i++) {
		size_t hits = 0;

		lg_ldif_entries_find(
			&entries, LG_LDIF_BY_ENTRY, entries.entry[i].dn,
			strlen(entries.entry[i].dn), count, &hits, NULL);
		if (hits != 1)
			abort();
	}
	if (guarded == LG_OK)
		lg_ldif_text_release(&text);
	if (loaded == LG_OK)
		lg_ldif_entries_release(&entries);
	lg_strlist_release(&names);
	return 0;
}
