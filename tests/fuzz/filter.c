/* SPDX-License-Identifier: ISC */
/*
 * Fuzz: a filter for an export. What is taken can be asked of an entry.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/ldif/ldif_entries.h"
#include "adapters/ldif/ldif_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char export_text[] =
	"dn: uid=a,dc=x\nuid: a\ncn: Anna  Maria Berg\nobjectClass: top\n"
	"memberOf: CN=Admins,DC=x\nobjectCategory: CN=Person,DC=x\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_ldif_filter *filter = NULL;
	struct lg_ldif_entries entries;
	char *text = malloc(size + 1);
	int matches = 7;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (lg_ldif_entries_load(export_text, sizeof(export_text) - 1, "fuzz",
				 NULL, NULL, &entries, NULL) != LG_OK)
		abort();
	if (lg_ldif_filter_parse(text, &filter, NULL) == LG_OK) {
		if (lg_ldif_filter_match(filter, &entries, 0, &matches, NULL) !=
			    LG_OK ||
		    (matches != 0 && matches != 1))
			abort();
	}
	lg_ldif_filter_free(&filter);
	lg_ldif_entries_release(&entries);
	free(text);
	return 0;
}
