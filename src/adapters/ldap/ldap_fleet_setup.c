/* SPDX-License-Identifier: ISC */
/*
 * ldap_fleet_setup.c - what an administrator makes in a directory for a fleet
 *
 * Everything may be there already: then it is left, so that the same command
 * can be given again.
 */
#include "ldap_fleet_setup.h"

#include <string.h>

#include "ldap_sigpipe.h"

enum lg_status lg_ldap_setup_open(const struct lg_directory_settings *settings,
				  struct lg_ldap_setup *out_setup,
				  struct lg_error *err)
{
	struct lg_ldap_setup setup = {0};
	struct lg_ldap_sigpipe sigpipe = lg_ldap_sigpipe_hold_off();
	enum lg_status status =
		lg_ldap_settings_read(settings, &setup.settings, err);
	size_t count = setup.settings.uri.count;

	*out_setup = setup;
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		enum lg_status tried = lg_ldap_seat_connect(
			&out_setup->settings, i, &out_setup->connection,
			&out_setup->dialect, err);

		if (tried == LG_OK)
			break;
		if (i + 1 == count || !lg_ldap_seat_is_elsewhere(tried))
			status = tried;
	}
	if (status != LG_OK)
		lg_ldap_setup_close(out_setup);
	lg_ldap_sigpipe_let_be(&sigpipe);
	return status;
}

void lg_ldap_setup_close(struct lg_ldap_setup *setup)
{
	lg_ldap_disconnect(&setup->connection);
	lg_ldap_settings_release(&setup->settings);
}

static void fill(LDAPMod *mod, const char *attribute, char **values)
{
	mod->mod_op = LDAP_MOD_ADD;
	mod->mod_type = (char *)(uintptr_t)attribute;
	mod->mod_values = values;
}

/* Adds; there already is as good. */
static enum lg_status add(struct lg_ldap_setup *setup, const char *dn,
			  LDAPMod **mods, int *out_made, struct lg_error *err)
{
	int code = ldap_add_ext_s(setup->connection.ld, dn, mods, NULL, NULL);

	if (code != LDAP_SUCCESS && code != LDAP_ALREADY_EXISTS)
		return lg_ldap_seat_failed(&setup->connection, code, dn, err);
	if (code == LDAP_SUCCESS)
		*out_made = 1;
	return LG_OK;
}

enum lg_status lg_ldap_setup_unit(struct lg_ldap_setup *setup, const char *dn,
				  const char *ou, int *out_made,
				  struct lg_error *err)
{
	char class[] = "organizationalUnit";
	char *classes[2] = {class, NULL};
	char *names[2] = {(char *)(uintptr_t)ou, NULL};
	LDAPMod mod[2];
	LDAPMod *mods[3] = {&mod[0], &mod[1], NULL};

	fill(&mod[0], "objectClass", classes);
	fill(&mod[1], "ou", names);
	return add(setup, dn, mods, out_made, err);
}

/* The name of cn=NAME below branch. */
static enum lg_status name_entry(const struct lg_ldap_setup *setup,
				 const char *name, const char *branch,
				 struct lg_buffer *out_dn, struct lg_error *err)
{
	const struct lg_fleet_text cn = {name, strlen(name)};

	return lg_ldap_fleet_dn(&cn, branch, setup->settings.base, out_dn, err);
}

static enum lg_status done(const struct lg_ldap_setup *setup, int code,
			   const char *dn, struct lg_error *err)
{
	return code == LDAP_SUCCESS
		       ? LG_OK
		       : lg_ldap_seat_failed(&setup->connection, code, dn, err);
}

enum lg_status lg_ldap_setup_gate(struct lg_ldap_setup *setup, const char *name,
				  int *out_made, struct lg_error *err)
{
	int ad = setup->dialect == LG_LDAP_FLEET_AD;
	char openldap_class[] = "logongateGate";
	char ad_class[] = "serviceConnectionPoint";
	char keyword[] = "logongate=gate";
	char *classes[2] = {ad ? ad_class : openldap_class, NULL};
	char *names[2] = {(char *)(uintptr_t)name, NULL};
	char *keywords[2] = {keyword, NULL};
	LDAPMod mod[3];
	LDAPMod *mods[4] = {&mod[0], &mod[1], ad ? &mod[2] : NULL, NULL};
	struct lg_buffer dn = {0};
	enum lg_status status = name_entry(setup, name, "ou=gates", &dn, err);

	fill(&mod[0], "objectClass", classes);
	fill(&mod[1], "cn", names);
	fill(&mod[2], "keywords", keywords);
	if (status == LG_OK)
		status = add(setup, dn.data, mods, out_made, err);
	lg_buffer_release(&dn);
	return status;
}

enum lg_status lg_ldap_setup_password(struct lg_ldap_setup *setup,
				      const char *name, const char *password,
				      struct lg_error *err)
{
	struct lg_buffer dn = {0};
	struct berval user,
		secret = {strlen(password), (char *)(uintptr_t)password};
	struct berval made = {0, NULL}; /* only where none is given */
	enum lg_status status = name_entry(setup, name, "ou=gates", &dn, err);

	if (status == LG_OK) {
		user = (struct berval){dn.len, dn.data};
		status = done(setup,
			      ldap_passwd_s(setup->connection.ld, &user, NULL,
					    &secret, &made, NULL, NULL),
			      dn.data, err);
		ber_memfree(made.bv_val);
	}
	lg_buffer_release(&dn);
	return status;
}

enum lg_status lg_ldap_setup_delete(struct lg_ldap_setup *setup,
				    const char *name, const char *branch,
				    struct lg_error *err)
{
	struct lg_buffer dn = {0};
	enum lg_status status = name_entry(setup, name, branch, &dn, err);

	if (status == LG_OK)
		status = done(setup,
			      ldap_delete_ext_s(setup->connection.ld, dn.data,
						NULL, NULL),
			      dn.data, err);
	lg_buffer_release(&dn);
	return status;
}
