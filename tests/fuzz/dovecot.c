/* SPDX-License-Identifier: ISC */
/*
 * Both Dovecot doors: a dict connection, and the same bytes as the JSON of an
 * auth policy request and as an IMAP ID. Whatever a client puts into its
 * name, no answer gets a second line.
 */
#include <string.h>

#include "adapters/dovecot/auth_policy.h"
#include "adapters/dovecot/dict_protocol.h"

#include "demand.h"

static void dict(const char *in, size_t size)
{
	struct lg_buffer scratch = {0}, answer = {0};
	struct lg_dict_request r;
	int is_greeted = 0;
	size_t used;

	for (;;) {
		enum lg_dict_event event = lg_dict_request_next(
			in, size, &is_greeted, &scratch, &r, &used);

		if (event == LG_DICT_MORE || event == LG_DICT_BAD)
			break;
		demand(used > 0 && used <= size);
		if (event == LG_DICT_LOOKUP && r.name) {
			demand(strlen(r.name) == r.name_len);
			lg_buffer_clear(&answer);
			lg_dict_answer_refuse(r.protocol, r.name, &answer);
			demand(memchr(answer.data, '\n', answer.len) ==
			       answer.data + answer.len - 1);
		}
		in += used;
		size -= used;
	}
	lg_buffer_release(&scratch);
	lg_buffer_release(&answer);
}

static void policy(const char *in, size_t size)
{
	struct lg_auth_policy r;
	struct lg_buffer out = {0};

	if (lg_auth_policy_parse(in, size, &r, NULL) != LG_OK)
		return;
	if (lg_auth_policy_name(&r))
		lg_auth_policy_refuse(r.protocol, lg_auth_policy_name(&r),
				      &out);
	if (r.client_id)
		lg_imap_id_client(r.client_id, &out);
	demand(!out.data || !strpbrk(out.data, "\r\n"));
	lg_buffer_release(&out);
	lg_auth_policy_release(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	dict((const char *)data, size);
	policy((const char *)data, size);
	return 0;
}
