/* SPDX-License-Identifier: ISC */
/*
 * ldap_watchdog.h - ends a connection attempt that takes too long
 *
 * Layer: adapter ldap.
 * Source: contract 8 "Directory": timeout_s limits connecting, TLS and bind of
 * one server together.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_WATCHDOG_H
#define LOGONGATE_ADAPTERS_LDAP_WATCHDOG_H

#include <stdint.h>

#include <ldap.h>

#include <logongate/error.h>

struct lg_ldap_watchdog;

/*
 * Watches the connection that ld is about to make: after timeout_ms its socket
 * is shut down, so that every wait on it ends.
 * Owns: end with lg_ldap_watchdog_end, before ld is unbound.
 */
enum lg_status lg_ldap_watchdog_begin(LDAP *ld, uint32_t timeout_ms,
				      struct lg_ldap_watchdog **out_watchdog,
				      struct lg_error *err);

/* Stops watching. Returns: 1 when it had shut the connection down. */
int lg_ldap_watchdog_end(struct lg_ldap_watchdog **watchdog);

#endif
