/* SPDX-License-Identifier: ISC */
/*
 * A Postfix policy connection: values lie in the input and hold no newline.
 */
#include <string.h>

#include "adapters/postfix/policy_delegation.h"

#include "demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *in = (const char *)data;
	struct lg_postfix_request r;
	size_t used;

	while (lg_postfix_request_next(in, size, &r, &used) ==
	       LG_POSTFIX_REQUEST) {
		demand(used > 0 && used <= size);
		if (r.sasl_username.text) {
			demand(r.sasl_username.len > 0);
			demand(r.sasl_username.text >= in);
			demand(r.sasl_username.text + r.sasl_username.len <=
			       in + used);
			demand(!memchr(r.sasl_username.text, '\n',
				       r.sasl_username.len));
		}
		in += used;
		size -= used;
	}
	return 0;
}
