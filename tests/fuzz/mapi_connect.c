/* SPDX-License-Identifier: ISC */
/*
 * A Connect body: whatever it says, names are text and blocks lie inside.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/mapi/mapi.h"

#include "demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lg_mapi_scratch scratch;
	struct lg_mapi_connect connect;
	struct lg_mapi_block block;
	size_t i, pos = 0;
	int more;

	if (lg_mapi_connect_parse(data, size, &scratch, &connect) !=
	    LG_MAPI_SOUND)
		return 0;
	demand(connect.user_dn.len < size);
	demand(!connect.user_dn.text[connect.user_dn.len]);
	for (i = 0; i < connect.aux.process_count; i++) {
		const struct lg_mapi_text *process = &connect.aux.process[i];

		demand(process->len && strlen(process->text) == process->len);
	}
	while ((more = lg_mapi_block_next(&connect.aux, &pos, &block)) == 1)
		demand(block.offset + block.size <= connect.aux.payload_len);
	demand(!more);
	return 0;
}
