/* SPDX-License-Identifier: ISC */
/*
 * Fuzz: a legacyExchangeDN, and the same bytes as a logon name. What passes
 * the check is within its limits; folded and hashed forms agree.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
#include "core/values/match.h"
#include "core/values/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
	if (!truth)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct lg_buffer folded = {0};
	struct lg_buffer form = {0};
	const char *part;
	size_t part_len;

	if (lg_dn_check(text, size, "fuzz", NULL) == LG_OK)
		must(size >= 6 && size <= 1024 && text[0] == '/');
	lg_dn_is_unusual(text, size);
	lg_dn_is_system_attendant(text, size);
	must(lg_dn_equal(text, size, text, size));
	if (lg_dn_of_x500(text, size, &part, &part_len))
		must(part + part_len == text + size);
	lg_name_of_value("proxyAddresses", text, size, &part, &part_len);
	must(lg_name_fold(text, size, &folded, NULL) == LG_OK);
	must(lg_name_equals_folded(text, size, folded.data, folded.len));
	lg_name_hash(text, size);
	lg_buffer_char(&form, '\0');
	must(lg_match_fold(text, size, &form, NULL) == LG_OK);
	lg_buffer_release(&form);
	lg_buffer_release(&folded);
	return 0;
}
