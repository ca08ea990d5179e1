/* SPDX-License-Identifier: ISC */
/*
 * dn.h - legacyExchangeDN: grammar, comparison, hash
 *
 * Layer: core.
 * Source: conformance D1-D3, L12, L16; MS-OXOABK 2.2.1.1.
 */
#ifndef LOGONGATE_DN_H
#define LOGONGATE_DN_H

#include <stdint.h>

#include <logongate/error.h>

/*
 * Whether text is a legacyExchangeDN (D2).
 * Shape: "/" type "=" value, at least two levels, at most 16; type is o, ou
 * or cn in any order and case; value 1..64 characters (UTF-8 counted) with no
 * leading or trailing blank; at most 256 characters in all; no control
 * characters.
 * Returns: LG_OK; LG_ERR_SYNTAX with the reason and an example of a right one;
 * LG_ERR_LIMIT over 256 characters, 16 levels or 64 characters a value.
 */
enum lg_status lg_dn_check(const char *text, size_t len, const char *place,
			   struct lg_error *err);

/* 1 when text holds characters outside the documented set (D2: a warning). */
int lg_dn_is_unusual(const char *text, size_t len);

/* Equal but for ASCII case (L16): 1 or 0. */
int lg_dn_equal(const char *a, size_t a_len, const char *b, size_t b_len);

/* XXH3-64 of the ASCII-folded bytes: equal DNs have equal hashes. */
uint64_t lg_dn_hash(const char *text, size_t len);

/* The last part is "cn=Microsoft System Attendant", any ASCII case (L12). */
int lg_dn_is_system_attendant(const char *text, size_t len);

/*
 * The DN in a proxyAddresses value "X500:DN", any case of the prefix (D3).
 * Returns: 1, and *out_dn points into value; 0 where it is no such value.
 */
int lg_dn_of_x500(const char *value, size_t len, const char **out_dn,
		  size_t *out_len);

#endif
