/* SPDX-License-Identifier: ISC */
/*
 * ldap_dns.h - many DNs asked of a directory
 *
 * Layer: adapter ldap.
 * Source: conformance L10, L15, D3, D4; facts/directory.md A.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_DNS_H
#define LOGONGATE_ADAPTERS_LDAP_DNS_H

#include "port/directory.h"

#include "ldap_entries.h"
#include "ldap_search.h"

enum lg_ldap_dn_stage {
	LG_LDAP_DN_ASK_LEGACY = 0, /* by legacyExchangeDN */
	LG_LDAP_DN_ASK_X500,       /* by X500: proxyAddress */
	LG_LDAP_DN_ANSWERED
};

/* One distinct DN. dn is borrowed from the ask. */
struct lg_ldap_dn {
	const char *dn;
	enum lg_ldap_dn_stage stage;
	enum lg_via via; /* what `hits` was counted by */
	int singly;      /* our short cut does not do for it */
	int doubtful;    /* the server pointed elsewhere */
	size_t hits;
	size_t entry; /* of the first hit */
	size_t batch; /* the batch it is in, or was last */
};

struct lg_ldap_dns {
	struct lg_ldap_dn *dn;
	size_t count;
	size_t capacity;
	size_t answered;
	struct lg_place_index by_form;
	size_t legacy_hits; /* how many were found by legacyExchangeDN */
	size_t x500_hits;
};

/* Adds a well-formed DN; *out_number is that of an equal one where it is
 * there already. */
enum lg_status lg_ldap_dns_add(struct lg_ldap_dns *dns, const char *dn,
			       size_t *out_number, struct lg_error *err);

/*
 * Asks all that are not answered yet. What was answered before a failure stays
 * answered, so that the next server is asked for the rest.
 * Returns: as lg_ldap_search_many.
 */
enum lg_status lg_ldap_dns_ask(struct lg_ldap_dns *dns,
			       const struct lg_ldap_search *search,
			       struct lg_ldap_entries *entries,
			       const struct lg_progress *progress,
			       struct lg_error *err);
void lg_ldap_dns_release(struct lg_ldap_dns *dns);

#endif
