/* SPDX-License-Identifier: ISC */
/*
 * name.h - logon names: what is compared when somebody logs on with a name
 *
 * Layer: core.
 * Source: contract 7 "Names" and 8 "Directory": prefixes smtp: SMTP: sip: are
 * cut, DOMAIN\user is compared as user, Unicode case folding.
 */
#ifndef LOGONGATE_CORE_VALUES_NAME_H
#define LOGONGATE_CORE_VALUES_NAME_H

#include <stdint.h>

#include <logongate/buffer.h>

/*
 * Appends the folded form of a logon name. Bytes that are not UTF-8 are kept
 * as they are, so that they equal only themselves.
 */
enum lg_status lg_name_fold(const char *text, size_t len,
			    struct lg_buffer *out_folded, struct lg_error *err);

/* 1 when there is a NUL or another control character in text: no account has
 * such a name, and whoever reads it as C reads another one. */
int lg_name_has_control(const char *text, size_t len);

/*
 * What of a logon name is compared, as it stands: without its prefix and its
 * domain. *out_bare points into text.
 */
void lg_name_bare(const char *text, size_t len, const char **out_bare,
		  size_t *out_len);

/* The hash of the folded form, without allocating; 0-length names hash too. */
uint64_t lg_name_hash(const char *text, size_t len);

/* 1 when text folds to exactly folded[0..folded_len). Allocates nothing. */
int lg_name_equals_folded(const char *text, size_t len, const char *folded,
			  size_t folded_len);

/*
 * The logon name in a value of a directory attribute: the value itself, but
 * of proxyAddresses only what stands after smtp: or sip:, or has no prefix.
 * Returns: 1, and *out_name points into value; 0 where the value is no logon
 * name (empty, another kind of address, not UTF-8, with a control character).
 */
int lg_name_of_value(const char *attribute, const char *value, size_t len,
		     const char **out_name, size_t *out_len);

#endif
