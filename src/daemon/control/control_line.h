/* SPDX-License-Identifier: ISC */
/*
 * control_line.h - one request of the control socket, before anybody looks at
 * what it asks
 *
 * Layer: daemon; cJSON alone, so that it can be fuzzed.
 * Source: src/doc/control.md.
 */
#ifndef LOGONGATE_DAEMON_CONTROL_CONTROL_LINE_H
#define LOGONGATE_DAEMON_CONTROL_CONTROL_LINE_H

#include <cjson/cJSON.h>

#include <stddef.h>

#define CONTROL_BLOCKS_MAX 4
#define CONTROL_LINE_MAX (1u << 20)
#define CONTROL_ATTACH_MAX (1u << 30)

struct control_block {
	const char *bytes;
	size_t len;
};

enum control_line_event {
	CONTROL_LINE_MORE = 0, /* not whole yet */
	CONTROL_LINE_REQUEST,
	CONTROL_LINE_BAD /* no request, or no memory for it */
};

/* A request and its blocks, which borrow from in. The caller deletes
 * request. */
struct control_line {
	cJSON *request;
	struct control_block block[CONTROL_BLOCKS_MAX];
	size_t block_count;
};

/* Takes one request from the front of in; nothing is written but for
 * REQUEST. */
enum control_line_event control_line_next(const char *in, size_t len,
					  struct control_line *out_line,
					  size_t *out_consumed);

#endif
