/* SPDX-License-Identifier: ISC */
/*
 * Times of a zone whose clock changes: a time is on its side of now.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/local_time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	NOW_S = 1792890000
};

static int32_t offset_s(void *context, int64_t at_s)
{
	return at_s < NOW_S ? 7200 : 3600;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct lg_zone zone = {NULL, offset_s};
	const char *text = (const char *)data;
	struct lg_moment moment;
	char written[LG_TIME_FULL_SIZE];

	for (int64_t now_s = NOW_S - 5000; now_s <= NOW_S + 5000;
	     now_s += 5000) {
		if (lg_time_parse(text, size, now_s, LG_TIME_NEXT, &zone,
				  &moment, NULL) == LG_OK) {
			if (moment.at_s < now_s)
				abort();
			lg_time_format_full(moment.at_s, &zone, written);
		}
		if (lg_time_parse(text, size, now_s, LG_TIME_LAST, &zone,
				  &moment, NULL) == LG_OK &&
		    moment.at_s > now_s)
			abort();
	}
	return 0;
}
