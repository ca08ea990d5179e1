/* SPDX-License-Identifier: ISC */
/*
 * Answers of doveadm's HTTP API to who and kick.
 */
#include <stdint.h>
#include <stdlib.h>

#include "adapters/dovecot/doveadm_who.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_session_list list = {0};
	unsigned char done[8];
	size_t i;

	if (lg_doveadm_who_parse((const char *)data, size, &list, NULL) !=
		    LG_OK &&
	    list.count)
		abort();
	for (i = 0; i < list.count; i++)
		if (!list.session[i].id || !list.session[i].user)
			abort();
	lg_session_list_release(&list);
	lg_doveadm_kick_parse((const char *)data, size, sizeof(done), done,
			      NULL);
	return 0;
}
