/* SPDX-License-Identifier: ISC */
/*
 * control_line.c - a JSON line and the blocks that its "attach" announces
 */
#include "daemon/control/control_line.h"

#include <math.h>
#include <string.h>

#include "port/json_of.h"

/* The lengths that "attach" announces; 0 when they cannot be. */
static int read_attach(struct control_line *line, size_t *out_total)
{
	const cJSON *attach = lg_json_of(line->request, "attach");
	const cJSON *item;
	size_t total = 0;

	*out_total = 0;
	if (!attach)
		return 1;
	if (!cJSON_IsArray(attach) ||
	    cJSON_GetArraySize(attach) > CONTROL_BLOCKS_MAX)
		return 0;
	cJSON_ArrayForEach(item, attach) {
		if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
		    item->valuedouble > CONTROL_ATTACH_MAX ||
		    floor(item->valuedouble) != item->valuedouble)
			return 0;
		line->block[line->block_count++].len =
			(size_t)item->valuedouble;
		total += (size_t)item->valuedouble;
	}
	*out_total = total;
	return total <= CONTROL_ATTACH_MAX;
}

enum control_line_event control_line_next(const char *in, size_t len,
					  struct control_line *out_line,
					  size_t *out_consumed)
{
	const char *end = memchr(in, '\n', len);
	struct control_line line = {0};
	size_t at = end ? (size_t)(end - in) + 1 : 0;
	size_t total;

	if (!end)
		return len > CONTROL_LINE_MAX ? CONTROL_LINE_BAD
					      : CONTROL_LINE_MORE;
	if (at > CONTROL_LINE_MAX)
		return CONTROL_LINE_BAD;
	line.request = cJSON_ParseWithLength(in, at);
	if (!cJSON_IsObject(line.request) || !read_attach(&line, &total)) {
		cJSON_Delete(line.request);
		return CONTROL_LINE_BAD;
	}
	if (len - at < total) {
		cJSON_Delete(line.request);
		return CONTROL_LINE_MORE;
	}
	for (size_t i = 0; i < line.block_count; i++) {
		line.block[i].bytes = in + at;
		at += line.block[i].len;
	}
	*out_line = line;
	*out_consumed = at;
	return CONTROL_LINE_REQUEST;
}
