/* SPDX-License-Identifier: ISC */
/*
 * Durations, which format and read back alike, and times.
 */
#include <stdint.h>
#include <stdlib.h>

#include <logongate/duration.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int32_t offset_s(void *context, int64_t at_s)
{
	return at_s % 7 < 3 ? 3600 : 7200;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct lg_zone zone = {NULL, offset_s};
	const char *text = (const char *)data;
	struct lg_buffer written = {0};
	int64_t seconds = 0;
	int64_t again = 0;

	if (!lg_duration_parse(text, size, &seconds, NULL)) {
		lg_duration_format(seconds, &written);
		if (written.data &&
		    (lg_duration_parse(written.data, written.len, &again,
				       NULL) ||
		     again != seconds))
			abort();
		lg_buffer_release(&written);
	}
	if (!lg_time_parse(text, size, 1000, &zone, &seconds, NULL) &&
	    size == 5 && seconds <= 1000)
		abort();
	return 0;
}
