/* SPDX-License-Identifier: ISC */
/*
 * registry.reg of a state directory, whatever happened to it; there are no
 * list files.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/stored_values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum lg_status no_file(void *self, const char *name,
			      struct lg_buffer *out_bytes, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_UNKNOWN_KEY, name, "no such file");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_files files = {.read = no_file};
	struct lg_registry *values = NULL;
	struct lg_error err = {0};

	if (lg_stored_values_parse(&files, (const char *)data, size,
				   "registry.reg", LG_STORED_END_REQUIRED,
				   &values, &err) == LG_OK) {
		if (!values)
			abort();
	} else if (values || err.status == LG_OK) {
		abort();
	}
	lg_registry_free(&values);
	return 0;
}
