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

#include "base/listed.h"

static void add_who(struct lg_buffer *rule, const struct lg_strlist *whom,
		    const char *right)
{
	for (size_t i = 0; i < whom->count; i++) {
		const char *dn = whom->item[i];
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

/* to WHAT by REPLICAS read by ADMINS right [by self right] [by gates read]
 * by * none */
struct rule {
	const char *scope;
	const char *branch;
	const char *attrs;
	const char *admin;
	const char *others;
	int gates_read;
};

static enum lg_status add_rule(const struct rule *rule, const char *base,
			       const struct lg_fleet_access_who *who,
			       struct lg_strlist *out_rules,
			       struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_format(&text, "to dn.%s=\"%s%s\"%s", rule->scope,
			 rule->branch, base, rule->attrs);
	add_who(&text, &who->replicas, "read");
	add_who(&text, &who->admins, rule->admin);
	lg_buffer_text(&text, rule->others);
	if (rule->gates_read)
		lg_buffer_format(&text, " by dn.onelevel=\"ou=gates,%s\" read",
				 base);
	lg_buffer_text(&text, " by * none");
	status = lg_list_buffer(out_rules, &text, err);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status check_all(const struct lg_strlist *whom,
				enum lg_status status, struct lg_error *err)
{
	for (size_t i = 0; status == LG_OK && i < whom->count; i++)
		status = check_quotes(whom->item[i], err);
	return status;
}

enum lg_status lg_fleet_access_rules(const char *base,
				     const struct lg_fleet_access_who *who,
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

	status = check_all(&who->admins, status, err);
	status = check_all(&who->replicas, status, err);
	for (size_t i = 0;
	     status == LG_OK && i < sizeof(rules) / sizeof(rules[0]); i++)
		status = add_rule(&rules[i], base, who, out_rules, err);
	return status;
}

static enum lg_status add_limit(const char *kind, const char *dn,
				struct lg_strlist *out_limits,
				struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_format(&text, "%s=\"%s\" size=unlimited time=unlimited", kind,
			 dn);
	status = lg_list_buffer(out_limits, &text, err);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status add_limits(const struct lg_strlist *whom,
				 struct lg_strlist *out_limits,
				 struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < whom->count; i++)
		status = strncmp(whom->item[i], "group:", 6) == 0
				 ? add_limit("group", whom->item[i] + 6,
					     out_limits, err)
				 : add_limit("dn.exact", whom->item[i],
					     out_limits, err);
	return status;
}

enum lg_status lg_fleet_access_limits(const char *base,
				      const struct lg_fleet_access_who *who,
				      struct lg_strlist *out_limits,
				      struct lg_error *err)
{
	struct lg_buffer gates = {0};
	enum lg_status status = add_limits(&who->admins, out_limits, err);

	if (status == LG_OK)
		status = add_limits(&who->replicas, out_limits, err);
	lg_buffer_format(&gates, "ou=gates,%s", base);
	if (status == LG_OK)
		status = lg_buffer_status(&gates, err);
	if (status == LG_OK)
		status = add_limit("dn.onelevel", gates.data, out_limits, err);
	lg_buffer_release(&gates);
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
