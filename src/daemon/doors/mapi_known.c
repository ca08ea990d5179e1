/* SPDX-License-Identifier: ISC */
/*
 * mapi_known.c - the session that the cookies of a MAPI request name
 */
#include "daemon/doors/mapi_known.h"

#include "daemon/sessions/sessions.h"

void gate_mapi_key(const char *name, struct lg_mapi_text value,
		   struct lg_buffer *out_key)
{
	lg_buffer_clear(out_key);
	lg_buffer_format(out_key, "mapi:%s=", name);
	lg_buffer_append(out_key, value.text, value.len);
}

void gate_mapi_find(struct gate *gate, const struct gate_mapi *request,
		    struct gate_mapi_known *out_known)
{
	const struct lg_strlist *names = &gate->settings->mapi_cookies;
	const struct lg_session *found;
	struct gate_mapi_known known = {0};
	struct lg_mapi_text value;
	size_t pos = 0, count = 0, i;

	for (i = 0; i < names->count && !count; i++) {
		pos = 0;
		while (lg_mapi_cookie_next(request->cookies, names->item[i],
					   &pos, &value)) {
			gate_mapi_key(names->item[i], value, &known.key);
			found = known.key.status != LG_OK
					? NULL
					: gate_sessions_find_mapi(
						  gate, known.key.data,
						  known.key.len,
						  &known.is_ended);
			if (count++ && found != known.session) {
				known.session = NULL;
				break;
			}
			known.session = found;
		}
	}
	/* Of more than one header nobody knows what the server takes. */
	if (request->cookies_count > 1)
		known.session = NULL;
	if (!known.session)
		known.is_ended = 0;
	*out_known = known;
}
