/* SPDX-License-Identifier: ISC */
/*
 * policy_domain.h - the mail domain of a logon name
 *
 * Layer: core, private to policy*.c.
 * Source: contract 9 "Whom it concerns", 12 "Who is concerned": whole domains,
 * without case; what stands behind the last @; a name without one belongs to
 * [gate] default_domain, and without that to any domain.
 */
#ifndef LOGONGATE_CORE_POLICY_POLICY_DOMAIN_H
#define LOGONGATE_CORE_POLICY_POLICY_DOMAIN_H

#include "core/policy/key_table.h"

/* What stands behind the last @ of a name; 0 where it has no domain. */
size_t lg_domain_of(const char *name, size_t len, const char **out_domain);

/* The flags of the domain of a name in a table of domains; any for a name
 * without one where default_domain is NULL. */
uint32_t lg_domain_flags(const struct lg_key_table *domains,
			 const char *default_domain, uint32_t any,
			 const char *name, size_t len);

#endif
