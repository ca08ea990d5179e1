/* SPDX-License-Identifier: ISC */
/*
 * See policy_domain.h. A domain is a key like a name; the prefix and the NT
 * domain that names may have (smtp:, DOMAIN\) are no part of one, so a text
 * with such a sign behind its @ is in no mail domain.
 */
#include <string.h>

#include "core/values/name.h"

#include "core/policy/policy_domain.h"

size_t lg_domain_of(const char *name, size_t len, const char **out_domain)
{
	const char *bare;
	size_t at;

	lg_name_bare(name, len, &bare, &len);
	for (at = len; at && bare[at - 1] != '@'; at--)
		;
	if (!at)
		return 0;
	*out_domain = bare + at;
	return len - at;
}

uint32_t lg_domain_flags(const struct lg_key_table *domains,
			 const char *default_domain, uint32_t any,
			 const char *name, size_t len)
{
	const char *domain = NULL;
	size_t domain_len = lg_domain_of(name, len, &domain);

	if (!domain_len && !default_domain)
		return any;
	if (!domain_len) {
		domain = default_domain;
		domain_len = strlen(default_domain);
	}
	if (memchr(domain, ':', domain_len) || memchr(domain, '\\', domain_len))
		return 0;
	return lg_key_table_flags(domains, domain, domain_len);
}
