/* SPDX-License-Identifier: ISC */
/*
 * fleet_access.c - who may do what below a fleet's base, in OpenLDAP's words
 *
 * Administrators add events and change nothing that stands there: deleting what
 * is over (fleet tidy) is left to the directory's own. They make and forget
 * gates. A gate writes its own report. Nobody else reads anything: a lock names
 * people.
 */
#include "app/setup/fleet_access.h"

#include <string.h>
#include <strings.h>

static void add_who(struct lg_buffer *rule, const struct lg_strlist *admins,
		    const char *right)
{
	for (size_t i = 0; i < admins->count; i++) {
		const char *dn = admins->item[i];
		int group = strncmp(dn, "group:", 6) == 0;

		lg_buffer_format(rule, " by %s=\"%s\" %s",
				 group ? "group.exact" : "dn.exact",
				 group ? dn + 6 : dn, right);
	}
}

/* slapd's own words end at a quote. */
static enum lg_status check_quotes(const char *dn, struct lg_error *err)
{
	if (!strpbrk(dn, "\"\n"))
		return LG_OK;
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "%s: a rule for access cannot name an entry with "
			    "a quote in its name",
			    dn);
}

/* to WHAT by ADMINS right [by self right] [by gates read] by * none */
struct rule {
	const char *scope;
	const char *branch;
	const char *attrs;
	const char *admin;
	const char *others;
	int gates_read;
};

static enum lg_status add_rule(const struct rule *rule, const char *base,
			       const struct lg_strlist *admins,
			       struct lg_strlist *out_rules,
			       struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_format(&text, "to dn.%s=\"%s%s\"%s", rule->scope,
			 rule->branch, base, rule->attrs);
	add_who(&text, admins, rule->admin);
	lg_buffer_text(&text, rule->others);
	if (rule->gates_read)
		lg_buffer_format(&text, " by dn.onelevel=\"ou=gates,%s\" read",
				 base);
	lg_buffer_text(&text, " by * none");
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = lg_strlist_add(out_rules, text.data, text.len, err);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_fleet_access_rules(const char *base,
				     const struct lg_strlist *admins,
				     struct lg_strlist *out_rules,
				     struct lg_error *err)
{
	static const struct rule rules[] = {
		/* Adding is all: with =w an event could be renamed. */
		{"exact", "ou=locks,", " attrs=children", "=arscd", "", 1},
		{"onelevel", "ou=locks,", " attrs=entry", "=arscd", "", 1},
		{"subtree", "ou=locks,", "", "read", "", 1},
		/* Gates are made and forgotten. */
		{"exact", "ou=gates,", " attrs=children", "=azrscd", "", 1},
		{"onelevel", "ou=gates,", " attrs=entry", "=azrscd", "", 1},
		{"onelevel", "ou=gates,", " attrs=userPassword", "=w",
		 " by anonymous auth", 0},
		{"onelevel", "ou=gates,", " attrs=logongateReport", "read",
		 " by self =wrscd", 1},
		{"subtree", "", "", "read", "", 1},
	};
	enum lg_status status = check_quotes(base, err);

	for (size_t i = 0; status == LG_OK && i < admins->count; i++)
		status = check_quotes(admins->item[i], err);
	for (size_t i = 0;
	     status == LG_OK && i < sizeof(rules) / sizeof(rules[0]); i++)
		status = add_rule(&rules[i], base, admins, out_rules, err);
	return status;
}

enum lg_status lg_fleet_access_limits(const char *base,
				      const struct lg_strlist *admins,
				      struct lg_strlist *out_limits,
				      struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i <= admins->count; i++) {
		lg_buffer_clear(&text);
		if (i == admins->count)
			lg_buffer_format(&text, "dn.onelevel=\"ou=gates,%s\"",
					 base);
		else if (strncmp(admins->item[i], "group:", 6) == 0)
			lg_buffer_format(&text, "group=\"%s\"",
					 admins->item[i] + 6);
		else
			lg_buffer_format(&text, "dn.exact=\"%s\"",
					 admins->item[i]);
		lg_buffer_text(&text, " size=unlimited time=unlimited");
		status = lg_buffer_status(&text, err);
		if (status == LG_OK)
			status = lg_strlist_add(out_limits, text.data, text.len,
						err);
	}
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_fleet_access_unit(const char *base, struct lg_buffer *out_ou,
				    struct lg_error *err)
{
	const char *end = strchr(base, ',');

	if (strncasecmp(base, "ou=", 3) != 0 || !end || end == base + 3 ||
	    memchr(base, '\\', (size_t)(end - base)) ||
	    memchr(base, '+', (size_t)(end - base)))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "[fleet] base \"%s\" does not begin with a "
				    "plain ou=; one looks like "
				    "ou=logongate,dc=example,dc=org",
				    base);
	lg_buffer_append(out_ou, base + 3, (size_t)(end - base - 3));
	return lg_buffer_status(out_ou, err);
}

enum lg_status lg_fleet_access_entries(const char *base,
				       struct lg_buffer *out_ldif,
				       struct lg_error *err)
{
	struct lg_buffer unit = {0};
	enum lg_status status = lg_fleet_access_unit(base, &unit, err);

	if (status == LG_OK) {
		lg_buffer_format(out_ldif,
				 "dn: %s\nobjectClass: organizationalUnit\n"
				 "ou: %s\n\n",
				 base, unit.data);
		lg_buffer_format(out_ldif,
				 "dn: ou=locks,%s\n"
				 "objectClass: organizationalUnit\n"
				 "ou: locks\n\n",
				 base);
		lg_buffer_format(out_ldif,
				 "dn: ou=gates,%s\n"
				 "objectClass: organizationalUnit\n"
				 "ou: gates\n",
				 base);
		status = lg_buffer_status(out_ldif, err);
	}
	lg_buffer_release(&unit);
	return status;
}
