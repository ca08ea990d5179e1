/* SPDX-License-Identifier: ISC */
/*
 * fleet_access.h - who may do what below a fleet's base, in OpenLDAP's words
 *
 * Layer: app; text in, text out.
 * Source: contract 13 "Set-up"; slapd.access(5): an event is added with the
 * right "a" to the parent's children and the entry's entry, and nobody has "w"
 * on its attributes, so that it stays as it was written.
 */
#ifndef LOGONGATE_APP_SETUP_FLEET_ACCESS_H
#define LOGONGATE_APP_SETUP_FLEET_ACCESS_H

#include <logongate/buffer.h>
#include <logongate/strlist.h>

/* DNs of entries, or "group:DN" of a groupOfNames. replicas: who copies the
 * database to other providers, and must read all of it. */
struct lg_fleet_access_who {
	struct lg_strlist admins;
	struct lg_strlist replicas;
};

/* Adds the values of olcAccess, in their order, without "{N}". */
enum lg_status lg_fleet_access_rules(const char *base,
				     const struct lg_fleet_access_who *who,
				     struct lg_strlist *out_rules,
				     struct lg_error *err);

/* Likewise of olcLimits: gates, administrators and replicas see all entries,
 * however many there are. A group's members are not known there: size stays
 * theirs. */
enum lg_status lg_fleet_access_limits(const char *base,
				      const struct lg_fleet_access_who *who,
				      struct lg_strlist *out_limits,
				      struct lg_error *err);

/* Appends the entries as LDIF. LG_ERR_SYNTAX: base does not begin with ou=. */
enum lg_status lg_fleet_access_entries(const char *base,
				       struct lg_buffer *out_ldif,
				       struct lg_error *err);

/* What the ou of a base is: LG_ERR_SYNTAX where it is none. */
enum lg_status lg_fleet_access_unit(const char *base, struct lg_buffer *out_ou,
				    struct lg_error *err);

#endif
