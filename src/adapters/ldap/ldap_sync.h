/* SPDX-License-Identifier: ISC */
/*
 * ldap_sync.h - the messages of content synchronisation
 *
 * Layer: adapter ldap; bytes in, values out.
 * Source: RFC 4533 section 2; facts/directory.md C: libldap's own
 * ldap_sync_* loses entries and blocks.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_SYNC_H
#define LOGONGATE_ADAPTERS_LDAP_SYNC_H

#include <stdint.h>

#include <ldap.h>

#include <logongate/error.h>

#define LG_LDAP_SYNC_UUID_SIZE 16

/* What stands beside an entry (2.2). state is LDAP_SYNC_PRESENT, _ADD,
 * _MODIFY or _DELETE. cookie is empty where none came. */
struct lg_ldap_sync_state {
	int state;
	unsigned char uuid[LG_LDAP_SYNC_UUID_SIZE];
	struct berval cookie;
};

enum lg_ldap_sync_said {
	LG_LDAP_SYNC_NEW_COOKIE,
	LG_LDAP_SYNC_REFRESH_DELETE,
	LG_LDAP_SYNC_REFRESH_PRESENT,
	LG_LDAP_SYNC_ID_SET
};

/*
 * What a server says between entries (2.5). done: the refresh is over.
 * deletes: the ids of the set are those that went; else those that stayed.
 * uuid is count times LG_LDAP_SYNC_UUID_SIZE bytes.
 */
struct lg_ldap_sync_info {
	enum lg_ldap_sync_said said;
	struct berval cookie;
	int done;
	int deletes;
	unsigned char *uuid;
	size_t count;
};

/*
 * The value of the control for refreshAndPersist; cookie NULL or empty: all of
 * it, please.
 * Owns: *out_value.bv_val is freed with ber_memfree.
 */
enum lg_status lg_ldap_sync_request(const struct berval *cookie,
				    struct berval *out_value,
				    struct lg_error *err);

/*
 * Takes "sid=NNN," out of a cookie of OpenLDAP. Every provider names itself
 * there, and one that is shown another's name takes us for that provider: it
 * does not tell us of anything that was written there.
 */
void lg_ldap_sync_forget_sid(struct berval *cookie);

/*
 * Returns: LG_OK; LG_ERR_SYNTAX, it is none; LG_ERR_NO_MEMORY.
 * Owns: out_state->cookie.bv_val is freed with ber_memfree.
 */
enum lg_status lg_ldap_sync_state_parse(const struct berval *value,
					struct lg_ldap_sync_state *out_state,
					struct lg_error *err);

/* Likewise. Owns: released with lg_ldap_sync_info_release. */
enum lg_status lg_ldap_sync_info_parse(const struct berval *value,
				       struct lg_ldap_sync_info *out_info,
				       struct lg_error *err);
void lg_ldap_sync_info_release(struct lg_ldap_sync_info *info);

/* YYYYMMDDHHMMSS[.fraction]Z, and more behind it, as milliseconds since 1970;
 * 0 where it is none. OpenLDAP's CSN begins with one, with microseconds (RFC
 * 4517 3.3.13). */
int64_t lg_ldap_time(const char *text, size_t len);

#endif
