/* SPDX-License-Identifier: ISC */
/*
 * The entries every directory of the suite serves.
 */
#include "directory_entries.h"

#include <stddef.h>

#define USER(name) "uid=" name "," ENTRIES_BASE
/* clang-format off */
#define PERSON                                                                 \
	{"objectClass", "inetOrgPerson"},                                      \
	{                                                                      \
		"objectClass", "exchMailRecipient"                             \
	}
/* clang-format on */

const struct entries_entry entries_table[] = {
	{USER("anna"),
	 {PERSON,
	  {"uid", "anna"},
	  {"cn", "Anna Common"},
	  {"sn", "A"},
	  {"displayName", "Anna \u00c4rger"},
	  {"mail", "Anna@acme.test"},
	  {"proxyAddresses", "SMTP:anna@acme.test"},
	  {"proxyAddresses", "smtp:a.second@acme.test"},
	  {"employeeType", "Admin Crew"},
	  {"legacyExchangeDN", ENTRIES_DN "anna"}}},
	{USER("bert"),
	 {PERSON,
	  {"uid", "bert"},
	  {"cn", "Bert"},
	  {"sn", "B"},
	  {"mail", "bert@acme.test"},
	  {"proxyAddresses", "x500:/o=ACME/ou=Old/cn=Recipients/cn=bert"},
	  {"legacyExchangeDN", ENTRIES_DN "bert.new"}}},
	{USER("twin1"),
	 {PERSON,
	  {"uid", "twin1"},
	  {"cn", "Twin"},
	  {"sn", "T"},
	  {"mail", "twin@acme.test"},
	  {"legacyExchangeDN", ENTRIES_DN "twin"}}},
	{USER("twin2"),
	 {PERSON,
	  {"uid", "twin2"},
	  {"cn", "Twin"},
	  {"sn", "T"},
	  {"mail", "twin@acme.test"},
	  {"legacyExchangeDN", ENTRIES_DN "twin"}}},
	{USER("odd"),
	 {PERSON,
	  {"uid", "odd"},
	  {"cn", "Odd"},
	  {"sn", "O"},
	  {"legacyExchangeDN", ENTRIES_DN "Smith (temp)*\\x"}}},
	{USER("starred"),
	 {PERSON,
	  {"uid", "starred"},
	  {"cn", "Starred"},
	  {"sn", "S"},
	  {"legacyExchangeDN", ENTRIES_DN "star one two"}}},
	{USER("mueller"),
	 {PERSON,
	  {"uid", "mueller"},
	  {"cn", "M\u00fcller"},
	  {"sn", "M"},
	  {"mail", "mueller@acme.test"},
	  {"legacyExchangeDN", ENTRIES_DN "m\u00fcller"}}},
	{USER("nodn"),
	 {PERSON,
	  {"uid", "nodn"},
	  {"cn", "No DN"},
	  {"sn", "N"},
	  {"employeeType", "Admin Guest"},
	  {"mail", "nodn@acme.test"}}},
	{USER("carl"),
	 {PERSON,
	  {"uid", "carl"},
	  {"cn", "Carl"},
	  {"sn", "C"},
	  {"mail", "office@acme.test"},
	  {"legacyExchangeDN", ENTRIES_DN "carl"}}},
	{USER("carla"),
	 {PERSON,
	  {"uid", "carla"},
	  {"cn", "Carla"},
	  {"sn", "C"},
	  {"proxyAddresses", "smtp:OFFICE@acme.test"},
	  {"legacyExchangeDN", ENTRIES_DN "carla"}}},
	{"uid=outside,ou=Other," ENTRIES_SUFFIX,
	 {PERSON,
	  {"uid", "outside"},
	  {"cn", "Outside"},
	  {"sn", "O"},
	  {"mail", "outside@acme.test"},
	  {"legacyExchangeDN", ENTRIES_DN "outside"}}},
	{NULL, {{NULL, NULL}}},
};

static void put_unit(struct lg_buffer *out, const char *name)
{
	lg_buffer_format(out,
			 "dn: ou=%s," ENTRIES_SUFFIX
			 "\nobjectClass: organizationalUnit\nou: %s\n\n",
			 name, name);
}

void entries_ldif(struct lg_buffer *out)
{
	lg_buffer_text(out, "dn: " ENTRIES_SUFFIX
			    "\nobjectClass: dcObject\nobjectClass: "
			    "organization\ndc: acme\no: ACME\n\n");
	put_unit(out, "Users");
	put_unit(out, "Other");
	for (const struct entries_entry *e = entries_table; e->dn; e++) {
		lg_buffer_format(out, "dn: %s\n", e->dn);
		for (size_t i = 0; i < 12 && e->value[i].attribute; i++)
			lg_buffer_format(out, "%s: %s\n", e->value[i].attribute,
					 e->value[i].text);
		lg_buffer_char(out, '\n');
	}
}
