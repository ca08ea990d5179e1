/* SPDX-License-Identifier: ISC */
/*
 * ldap_exchange.h - which values of an account go and which come
 *
 * Layer: adapter ldap; pure.
 * Source: conformance I2; port/target.h "care".
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_EXCHANGE_H
#define LOGONGATE_ADAPTERS_LDAP_EXCHANGE_H

#include "port/target.h"

/* What one account loses and gets; texts are borrowed. */
struct lg_ldap_exchange {
	const char **delete_value;
	size_t delete_count;
	const char **add_value;
	size_t add_count;
};

/* Two values, either of which may be NULL: 1 or 0. */
int lg_ldap_same_value(const struct lg_value *a, const struct lg_value *b);

/*
 * Works out the exchange that makes change of what is there now (NULL:
 * nothing). A restore leaves out protocols whose values are not the lock's
 * any more. Owns: lg_ldap_exchange_release, also on failure.
 * Returns: LG_OK, LG_ERR_NO_MEMORY.
 */
enum lg_status lg_ldap_exchange_plan(const struct lg_target_change *change,
				     const struct lg_value *now,
				     struct lg_ldap_exchange *exchange,
				     struct lg_error *err);
void lg_ldap_exchange_release(struct lg_ldap_exchange *exchange);

#endif
