/* SPDX-License-Identifier: ISC */
/*
 * Durations, which format and read back alike.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/duration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct lg_buffer written = {0};
	int64_t seconds = 0;
	int64_t again = 0;

	if (lg_duration_parse(text, size, &seconds, NULL) == LG_OK) {
		lg_duration_format(seconds, &written);
		if (written.data &&
		    (lg_duration_parse(written.data, written.len, &again,
				       NULL) != LG_OK ||
		     again != seconds))
			abort();
		lg_buffer_release(&written);
	}
	return 0;
}
