/* SPDX-License-Identifier: ISC */
/*
 * What a gate answered a PAM module, whole or not: a body lies in the input,
 * and a message comes out clean.
 */
#include <string.h>

#include "adapters/pam/ask_gate.h"

#include "demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *in = (const char *)data, *body = NULL;
	struct lg_buffer message = {0};
	enum lg_verdict verdict;
	size_t len = 0, i;

	lg_ask_answer_read(in, size, 0, &body, &len, NULL);
	if (lg_ask_answer_read(in, size, 1, &body, &len, NULL) == LG_OK) {
		demand(body >= in && len <= size);
		demand((size_t)(body - in) <= size - len);
		lg_ask_decision_read(body, len, &verdict, &message, NULL);
		for (i = 0; i < message.len; i++)
			demand((unsigned char)message.data[i] >= 0x20);
	}
	lg_buffer_release(&message);
	return 0;
}
