/* SPDX-License-Identifier: ISC */
/*
 * What ssh, sftp and reg.exe of a server print.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/ssh/ssh_words.h"
#include "base/utf8.h"
#include "logongate/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct lg_buffer line = {0};
	enum lg_status status = ssh_words_why(text, size, &line);
	size_t i;

	if (status != LG_ERR_DENIED && status != LG_ERR_TIMEOUT &&
	    status != LG_ERR_IO)
		abort();
	if (line.len > 0 && !lg_utf8_is_valid(line.data, line.len))
		abort();
	for (i = 0; i < line.len; i++)
		if ((unsigned char)line.data[i] < ' ' || line.data[i] == 0x7f)
			abort();
	if (ssh_words_list(text, size, LG_KEY_PARAMETERS_SYSTEM) &&
	    size < strlen(LG_KEY_PARAMETERS_SYSTEM))
		abort();
	lg_buffer_release(&line);
	return 0;
}
