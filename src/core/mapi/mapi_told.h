/* SPDX-License-Identifier: ISC */
/*
 * mapi_told.h - what a server answered, as the proxy in front of it tells
 *
 * Layer: core. Allocates nothing.
 * Flow: a door that let a Connect or a Disconnect by is told the server's
 * answer; lg_mapi_told_accepts says whether the server did it, and
 * lg_mapi_told_cookie which session it is. Of later requests
 * lg_mapi_cookie_next reads the sessions that their cookies name.
 * Source: facts on MAPI over HTTP 7, 10; MS-OXCMAPIHTTP 2.2.2.2, 3.2.5.6.
 */
#ifndef LOGONGATE_CORE_MAPI_MAPI_TOLD_H
#define LOGONGATE_CORE_MAPI_MAPI_TOLD_H

#include "core/mapi/mapi.h"
#include <logongate/strlist.h>

/* A longer value names no session. Those of Exchange have some 200 bytes. */
#define LG_MAPI_COOKIE_MAX 2048u

struct lg_mapi_told {
	int64_t status; /* of HTTP; -1 not known */
	/* "Name: value" lines, each with its line end. */
	struct lg_mapi_text headers;
	const unsigned char *entity; /* its beginning, 512 bytes or all */
	size_t entity_len;
};

/*
 * Reads "HTTP/1.1 200", header lines, an empty line, the entity's beginning.
 * Returns: 1; 0 where it is something else, with nothing written.
 */
int lg_mapi_told_read(const char *bytes, size_t len,
		      struct lg_mapi_told *out_told);

/*
 * 1 when the request was done: HTTP 200, X-ResponseCode 0 once in the headers
 * and no other among the additional headers of the entity, which outrank it,
 * StatusCode 0 and ErrorCode 0. What cannot be read was not accepted.
 */
int lg_mapi_told_accepts(const struct lg_mapi_told *told);

/*
 * The context cookie that the answer sets: of the first of names that it sets
 * to something; the last value where it sets it twice, as a client keeps it.
 * Names compare without ASCII case.
 * Returns: 1, *out_name the number of the name, *out_value borrowed; 0 where
 * there is none or it is longer than LG_MAPI_COOKIE_MAX.
 */
int lg_mapi_told_cookie(const struct lg_mapi_told *told,
			const struct lg_strlist *names, size_t *out_name,
			struct lg_mapi_text *out_value);

/*
 * The next value that a Cookie header gives name, from *pos on, without ASCII
 * case of the name; servers differ in which of several they take.
 * Returns: 1, and *pos is behind it; 0 at the end.
 */
int lg_mapi_cookie_next(struct lg_mapi_text cookies, const char *name,
			size_t *pos, struct lg_mapi_text *out_value);

#endif
