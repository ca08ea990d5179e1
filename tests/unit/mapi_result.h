/* SPDX-License-Identifier: ISC */
/*
 * mapi_result.h - a Connect response as a client reads it
 */
#ifndef LOGONGATE_TESTS_UNIT_MAPI_RESULT_H
#define LOGONGATE_TESTS_UNIT_MAPI_RESULT_H

#include <stddef.h>
#include <stdint.h>

#include <logongate/error.h>

/* What a Connect response says, as a client reads it. */
struct mapi_result {
	uint32_t status_code;
	uint32_t error_code; /* 0 where status_code is not 0 */
	uint32_t polls_max;
	uint32_t retry_count;
	uint32_t retry_delay;
	const char *dn_prefix; /* borrowed from the body, NUL-terminated */
	const unsigned char *display_name; /* UTF-16LE units, borrowed */
	size_t display_name_units;
	uint32_t aux_size;
};

/*
 * Reads the whole entity of a Connect response: meta tags, additional headers
 * and body.
 * Returns: LG_OK; LG_ERR_SYNTAX, with nothing written.
 * Keeps: the result borrows from entity.
 */
enum lg_status mapi_result_read(const unsigned char *entity, size_t len,
				struct mapi_result *out_result,
				struct lg_error *err);

#endif
