/* SPDX-License-Identifier: ISC */
/*
 * LZ77: two bytes of SizeActual, then compressed bytes.
 */
#include <stdint.h>

#include "core/mapi/lz77.h"

#include "demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t actual, consumed = 0;
	unsigned char *out;

	if (size < 2)
		return 0;
	actual = data[0] | (size_t)data[1] << 8;
	out = malloc(actual ? actual : 1);
	demand(out);
	if (lg_lz77_expand(data + 2, size - 2, out, actual, &consumed) ==
	    LG_LZ77_OK)
		demand(consumed <= size - 2);
	free(out);
	return 0;
}
