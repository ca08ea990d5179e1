/* SPDX-License-Identifier: ISC */
/*
 * try_sieve.h - one logon at ManageSieve
 *
 * Layer: adapter, private to the logons.
 * Source: RFC 5804 1.7, 2.1, 2.2.
 */
#ifndef LOGONGATE_ADAPTERS_LOGON_TRY_SIEVE_H
#define LOGONGATE_ADAPTERS_LOGON_TRY_SIEVE_H

#include "adapters/logon/logon_try.h"

/*
 * url is sieve://HOST:PORT; TLS is begun where the server offers it. Appends
 * what the server said to out_text, or why nothing could be tried.
 */
enum lg_logon_came lg_try_sieve(const struct lg_logon_attempt *attempt,
				struct lg_buffer *out_text);

#endif
