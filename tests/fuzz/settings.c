/* SPDX-License-Identifier: ISC */
/*
 * The text of logongate.conf.
 */
#include <stdint.h>
#include <stdlib.h>

#include "adapters/ini/settings_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_settings *settings = NULL;
	struct lg_error err = {0};

	if (lg_settings_parse("/nonexistent/x.conf", (const char *)data, size,
			      &settings, &err) == LG_ERR_BUG)
		abort();
	lg_settings_free(&settings);
	return 0;
}
