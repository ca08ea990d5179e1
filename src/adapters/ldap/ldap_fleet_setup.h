/* SPDX-License-Identifier: ISC */
/*
 * ldap_fleet_setup.h - what an administrator makes in a directory for a fleet
 *
 * Layer: adapter ldap.
 * Source: contract 13 "Set-up".
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_FLEET_SETUP_H
#define LOGONGATE_ADAPTERS_LDAP_FLEET_SETUP_H

#include "ldap_seat.h"

/* One connection of an administrator. Zero-initialise. */
struct lg_ldap_setup {
	struct lg_ldap_settings settings;
	struct lg_ldap_connection connection;
	enum lg_ldap_fleet_dialect dialect;
};

/*
 * Connects to the first provider that answers. Returns: as lg_ldap_connect, or
 * a setting.
 * Owns: lg_ldap_setup_close.
 */
enum lg_status lg_ldap_setup_open(const struct lg_directory_settings *settings,
				  struct lg_ldap_setup *out_setup,
				  struct lg_error *err);
void lg_ldap_setup_close(struct lg_ldap_setup *setup);

/*
 * Adds "ou=OU,..." where it is not there; *out_made is 1 where it was not. All
 * below: LG_OK; LG_ERR_DENIED; LG_ERR_UNKNOWN_KEY, what it stands below is not
 * there; LG_ERR_DIRECTORY, LG_ERR_TIMEOUT.
 */
enum lg_status lg_ldap_setup_unit(struct lg_ldap_setup *setup, const char *dn,
				  const char *ou, int *out_made,
				  struct lg_error *err);

/* The schema that is shipped, by a connection to cn=config. */
enum lg_status lg_ldap_setup_schema(struct lg_ldap_setup *config, int *out_made,
				    struct lg_error *err);

/*
 * The rules and limits, before all others of the database that holds base, and
 * of those that hold its branches, in cn=config. What of them is there already
 * is taken to its place. LG_ERR_UNKNOWN_KEY: no database there holds base.
 */
enum lg_status lg_ldap_setup_access(struct lg_ldap_setup *config,
				    const char *base,
				    const struct lg_strlist *rules,
				    const struct lg_strlist *limits,
				    int *out_made, struct lg_error *err);

/* Adds the accounts that copy the database to other providers, as far as its
 * own settings (olcSyncrepl) tell: they must see what the rules hide. */
enum lg_status lg_ldap_setup_replicas(struct lg_ldap_setup *config,
				      const char *base,
				      struct lg_strlist *out_dns,
				      struct lg_error *err);

/* The entry cn=NAME below ou=gates; *out_made as above. */
enum lg_status lg_ldap_setup_gate(struct lg_ldap_setup *setup, const char *name,
				  int *out_made, struct lg_error *err);

/* Sets the password that the gate binds with; the server hashes it. */
enum lg_status lg_ldap_setup_password(struct lg_ldap_setup *setup,
				      const char *name, const char *password,
				      struct lg_error *err);

/* Deletes cn=NAME below branch ("ou=gates", "ou=locks"). */
enum lg_status lg_ldap_setup_delete(struct lg_ldap_setup *setup,
				    const char *name, const char *branch,
				    struct lg_error *err);

#endif
