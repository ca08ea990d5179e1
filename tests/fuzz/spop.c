/* SPDX-License-Identifier: ISC */
/*
 * A SPOP connection from its first byte: every argument lies in the input,
 * and the agent never answers more than it was asked.
 */
#include <string.h>

#include "adapters/haproxy/spop.h"

#include "demand.h"

static void lies_in(struct lg_spop_bytes bytes, const uint8_t *in, size_t len)
{
	const uint8_t *p = (const uint8_t *)bytes.data;

	demand(!p || (p >= in && bytes.len <= len &&
		      (size_t)(p - in) <= len - bytes.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_spop_actions actions = {.action = "admit"};
	struct lg_spop_agent agent = {0};
	struct lg_buffer answer = {0};
	struct lg_spop_notify n;
	char address[LG_SPOP_ADDRESS_SIZE];
	size_t used;

	for (;;) {
		enum lg_spop_event event =
			lg_spop_next(&agent, data, size, &n, &answer, &used);

		if (event == LG_SPOP_MORE || event == LG_SPOP_CLOSE)
			break;
		demand(used > 0 && used <= size);
		if (event == LG_SPOP_NOTIFY) {
			lies_in(n.body, data, used);
			lies_in(n.user, data, used);
			lies_in(n.src, data, used);
			lg_spop_address(&n, address);
			lg_spop_ack(&agent, n.stream_id, n.frame_id, &actions,
				    &answer);
		}
		data += used;
		size -= used;
	}
	lg_buffer_release(&answer);
	return 0;
}
