/* SPDX-License-Identifier: ISC */
/*
 * ldap_settings.h - the settings of a directory, checked
 *
 * Layer: adapter ldap.
 * Source: contract 3 [directory], 8 "Directory".
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_SETTINGS_H
#define LOGONGATE_ADAPTERS_LDAP_SETTINGS_H

#include <logongate/buffer.h>
#include "port/directory.h"

struct lg_ldap_settings {
	struct lg_strlist uri;
	char *base;
	char *bind_dn; /* "": anonymous or external */
	int external;
	struct lg_buffer password;
	char *ca_file; /* "": the system's */
	enum lg_directory_tls tls;
	uint32_t timeout_ms;
	struct lg_strlist login_attributes;
};

/*
 * Checks and copies.
 * Returns: LG_OK; LG_ERR_SYNTAX (a URI, an empty password, a bind_dn without
 * password_file, a ca_file without a certificate); LG_ERR_CONFLICT (a
 * password that would go over an open line); LG_ERR_IO (a file cannot be
 * read, or the password file can be read by everybody), naming the file.
 * Owns: release with lg_ldap_settings_release.
 */
enum lg_status
lg_ldap_settings_read(const struct lg_directory_settings *settings,
		      struct lg_ldap_settings *out_settings,
		      struct lg_error *err);
void lg_ldap_settings_release(struct lg_ldap_settings *settings);

/* 1 for ldapi:// */
int lg_ldap_uri_is_local(const char *uri);
/* 1 for ldaps:// */
int lg_ldap_uri_is_tls(const char *uri);

#endif
