/* SPDX-License-Identifier: ISC */
/*
 * The path of a request: a plain one has nothing that servers read in several
 * ways, and what is behind its "?" changes nothing.
 * Shape: the target.
 */
#include <string.h>

#include "core/mapi/request_path.h"

#include "demand.h"

static int has(const char *path, size_t len, const char *what)
{
	size_t n = strlen(what);
	size_t i;

	for (i = 0; i + n <= len; i++)
		if (!memcmp(path + i, what, n))
			return 1;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const bad[] = {"..", "//", "/./", "\\",
					  ";",  "#",  "%2e", "%5c"};
	const char *target = (const char *)data;
	const char *query = memchr(target, '?', size);
	size_t len = query ? (size_t)(query - target) : size;
	int is_plain = lg_request_path_is_plain(target, size);
	size_t i;

	demand(is_plain == lg_request_path_is_plain(target, len));
	demand(lg_request_path_is_mapi(target, size) ==
	       lg_request_path_is_mapi(target, len));
	for (i = 0; is_plain && i < sizeof(bad) / sizeof(bad[0]); i++)
		demand(!has(target, len, bad[i]));
	if (lg_request_path_is_mapi(target, size))
		demand(!has(target, len, "\\") && !has(target, len, ".."));
	return 0;
}
