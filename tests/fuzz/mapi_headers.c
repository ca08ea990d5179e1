/* SPDX-License-Identifier: ISC */
/*
 * Header values and request targets, each read in every way there is, and a
 * refusal message, which must come out clean.
 */
#include <stdint.h>
#include <string.h>

#include "core/mapi/mapi.h"
#include "core/policy/message.h"

#include "demand.h"

static void message_is_clean(const char *text)
{
	struct lg_message_facts facts = {text, text, text, text};
	struct lg_buffer out = {0};
	size_t i;

	demand(lg_message_refusal(text, LG_REASON_NONE, &facts, &out, NULL) ==
	       LG_OK);
	for (i = 0; i < out.len; i++)
		demand((unsigned char)out.data[i] >= 0x20 &&
		       out.data[i] != 0x7f);
	lg_buffer_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_version version;
	char *text = malloc(size + 1);

	demand(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	message_is_clean(text);
	text = realloc(text, size ? size : 1);
	demand(text);
	lg_mapi_client_version(text, size, text, size, &version);
	lg_mapi_request_kind(text, size);
	lg_mapi_path_is_address_book(text, size);
	free(text);
	return 0;
}
