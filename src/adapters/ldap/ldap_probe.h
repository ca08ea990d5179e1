/* SPDX-License-Identifier: ISC */
/*
 * ldap_probe.h - whether "not found" may be believed
 *
 * Layer: adapter ldap.
 * Source: conformance D5, L17; contract 8 "Directory".
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_PROBE_H
#define LOGONGATE_ADAPTERS_LDAP_PROBE_H

#include "ldap_search.h"

enum lg_ldap_matchable {
	LG_LDAP_MATCHABLE,   /* an exact filter finds what is there */
	LG_LDAP_UNMATCHABLE, /* it finds nothing although values are there */
	LG_LDAP_NO_VALUE,    /* no rule for it, and nobody has a value */
	LG_LDAP_UNKNOWN      /* the schema has no such attribute */
};

/* What one server says of itself; read once a connection. */
struct lg_ldap_probe {
	const struct lg_ldap_search *search;
	int active_directory;
	struct berval **schema; /* attributeTypes; NULL: not readable */
};

enum lg_status lg_ldap_probe_open(const struct lg_ldap_search *search,
				  struct lg_ldap_probe *out_probe,
				  struct lg_error *err);
void lg_ldap_probe_close(struct lg_ldap_probe *probe);

enum lg_status lg_ldap_probe_attribute(const struct lg_ldap_probe *probe,
				       const char *attribute,
				       enum lg_ldap_matchable *out_matchable,
				       struct lg_error *err);

/*
 * Whether a search for anything at all finds an entry below base.
 * Returns: LG_OK, it does; LG_ERR_DIRECTORY, this server shows us nothing.
 */
enum lg_status lg_ldap_probe_sight(const struct lg_ldap_search *search,
				   struct lg_error *err);

#endif
