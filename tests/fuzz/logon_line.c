/* SPDX-License-Identifier: ISC */
/*
 * A line of refused/ or logons/ as it is read back.
 */
#include <stdint.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "app/records/logon_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cJSON *json = cJSON_ParseWithLength((const char *)data, size);
	struct lg_logon logon = {.count = 77};

	if (!lg_logon_read(json, &logon)) {
		if (logon.count != 77)
			abort();
	} else if (logon.reason >= LG_REASON_COUNT ||
		   logon.protocol >= LG_PROTOCOL_COUNT) {
		abort();
	}
	cJSON_Delete(json);
	return 0;
}
