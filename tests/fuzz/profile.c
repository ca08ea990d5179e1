/* SPDX-License-Identifier: ISC */
/*
 * A profile's text; base and allow_file are looked for in an empty place.
 */
#include <stdint.h>
#include <stdlib.h>

#include "adapters/ini/profile_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_profile_source source = {"/nonexistent/x.ini", "/nonexistent",
					   NULL};
	struct lg_profile *profile = NULL;
	struct lg_strlist usage = {0};
	struct lg_strlist set = {0};
	struct lg_error err = {0};

	if (lg_strlist_add(&set, "org=Org", 7, NULL) != LG_OK)
		return 0;
	source.set = &set;
	if (lg_profile_parse(&source, (const char *)data, size, &profile,
			     &usage, &err) == LG_ERR_BUG)
		abort();
	lg_profile_free(&profile);
	lg_strlist_release(&usage);
	lg_strlist_release(&set);
	return 0;
}
