/* SPDX-License-Identifier: ISC */
/*
 * ldap_fleet_entry.h - a fleet's entries as a directory keeps them
 *
 * Layer: adapter ldap.
 * Source: contract 13 "Schema and signature"; facts/directory.md D; MS-ADTS:
 * keywords holds 256 characters a value, serviceBindingInformation any number.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_FLEET_ENTRY_H
#define LOGONGATE_ADAPTERS_LDAP_FLEET_ENTRY_H

#include <ldap.h>

#include <logongate/buffer.h>
#include "port/fleet.h"

/* OpenLDAP keeps classes of ours; Active Directory service connection
 * points, so that its schema stays as it is. */
enum lg_ldap_fleet_dialect {
	LG_LDAP_FLEET_OPENLDAP,
	LG_LDAP_FLEET_AD
};

enum lg_ldap_fleet_class {
	LG_LDAP_FLEET_NEITHER,
	LG_LDAP_FLEET_EVENT,
	LG_LDAP_FLEET_GATE
};

#define LG_LDAP_FLEET_HELD 12

/* An entry of an answer. Texts point into held; good until released. */
struct lg_ldap_fleet_read {
	enum lg_ldap_fleet_class class;
	struct lg_fleet_entry entry;
	struct lg_fleet_gate_entry gate;
	uint64_t usn; /* AD: which change it was at this server; else 0 */
	struct berval **held[LG_LDAP_FLEET_HELD];
	size_t held_count;
};

/* The attributes to ask for, ending with NULL. */
char **lg_ldap_fleet_attributes(enum lg_ldap_fleet_dialect dialect);

/* The filter for entries of one class; lock NULL: of all locks. */
enum lg_status lg_ldap_fleet_filter(enum lg_ldap_fleet_dialect dialect,
				    enum lg_ldap_fleet_class class,
				    const char *lock, struct lg_buffer *out,
				    struct lg_error *err);

/* Owns: released with lg_ldap_fleet_release. */
void lg_ldap_fleet_read(enum lg_ldap_fleet_dialect dialect, LDAP *ld,
			LDAPMessage *message,
			struct lg_ldap_fleet_read *out_read);
void lg_ldap_fleet_release(struct lg_ldap_fleet_read *read);

/* "cn=NAME,BRANCH,BASE", escaped. */
enum lg_status lg_ldap_fleet_dn(const struct lg_fleet_text *name,
				const char *branch, const char *base,
				struct lg_buffer *out, struct lg_error *err);

/*
 * What an entry is added with. One text owns all that the mods point to.
 * Owns: released with lg_ldap_fleet_mods_release.
 */
#define LG_LDAP_FLEET_MODS 9
struct lg_ldap_fleet_mods {
	LDAPMod mod[LG_LDAP_FLEET_MODS];
	LDAPMod *list[LG_LDAP_FLEET_MODS + 1];
	struct berval value[LG_LDAP_FLEET_MODS];
	struct berval *values[LG_LDAP_FLEET_MODS][2];
	/* AD: the keywords */
	struct berval keyword[6];
	struct berval *keywords[7];
	struct lg_buffer text[6];
	size_t count, keyword_count;
};
enum lg_status lg_ldap_fleet_event_mods(enum lg_ldap_fleet_dialect dialect,
					const struct lg_fleet_entry *entry,
					struct lg_ldap_fleet_mods *out_mods,
					struct lg_error *err);
void lg_ldap_fleet_mods_release(struct lg_ldap_fleet_mods *mods);

/* The attribute that a gate's report stands in. */
const char *lg_ldap_fleet_report(enum lg_ldap_fleet_dialect dialect);

#endif
