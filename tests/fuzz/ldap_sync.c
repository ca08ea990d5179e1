/* SPDX-License-Identifier: ISC */
/*
 * What a server says of an entry, and between entries.
 */
#include <stdint.h>
#include <stdlib.h>

#include "adapters/ldap/ldap_sync.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct berval value = {size, (char *)(uintptr_t)data};
	struct lg_ldap_sync_state state;
	struct lg_ldap_sync_info info;

	if (lg_ldap_sync_state_parse(&value, &state, NULL) == LG_OK)
		ber_memfree(state.cookie.bv_val);
	if (lg_ldap_sync_info_parse(&value, &info, NULL) == LG_OK) {
		if (info.count * LG_LDAP_SYNC_UUID_SIZE > size)
			abort();
		lg_ldap_sync_info_release(&info);
	}
	lg_ldap_time((const char *)data, size);
	return 0;
}
