/* SPDX-License-Identifier: ISC */
/*
 * INI text: what the guard lets pass iniparser reads as the same values.
 */
#include <stdint.h>
#include <stdlib.h>

#include "adapters/ini/ini_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const separated[] = {"versions", NULL};
	static const char *const ldap[] = {"filter", NULL};
	static const struct lg_ini_rules rules = {separated, ldap};
	struct lg_ini_items items = {0};
	struct lg_error err = {0};

	if (lg_ini_parse((const char *)data, size, "fuzz", &rules, &items,
			 &err) == LG_ERR_BUG)
		abort();
	lg_ini_items_release(&items);
	return 0;
}
