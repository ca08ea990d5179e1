/* SPDX-License-Identifier: ISC */
/*
 * Requests of the control socket, as many as there are in the input.
 */
#include <stdint.h>
#include <stdlib.h>

#include "daemon/control/control_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *in = (const char *)data;
	struct control_line line;
	size_t consumed = 0;
	size_t i;

	while (size > 0 && control_line_next(in, size, &line, &consumed) ==
				   CONTROL_LINE_REQUEST) {
		if (!consumed || consumed > size)
			abort();
		for (i = 0; i < line.block_count; i++)
			if (line.block[i].bytes < in ||
			    line.block[i].bytes + line.block[i].len >
				    in + consumed)
				abort();
		cJSON_Delete(line.request);
		in += consumed;
		size -= consumed;
	}
	return 0;
}
