/* SPDX-License-Identifier: ISC */
/*
 * ldap_shared.h - whether an entry that is not listed has a listed name too
 *
 * Layer: adapter ldap.
 * Source: contract 7 "Names": such a name admits nobody.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_SHARED_H
#define LOGONGATE_ADAPTERS_LDAP_SHARED_H

#include "port/directory.h"

#include "ldap_entries.h"
#include "ldap_search.h"

/*
 * Fills out_shared[i] for each entries->name: 1 where an entry that is not
 * listed (listed[entry] is 0, or it is not among entries) has the name, as
 * lg_name compares. Names of entries that are not listed stay 0.
 */
enum lg_status lg_ldap_shared_ask(const struct lg_ldap_entries *entries,
				  const unsigned char *listed,
				  const struct lg_ldap_search *search,
				  const struct lg_progress *progress,
				  unsigned char *out_shared,
				  struct lg_error *err);

#endif
