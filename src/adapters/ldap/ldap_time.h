/* SPDX-License-Identifier: ISC */
/*
 * ldap_time.h - a directory's time
 *
 * Layer: adapter ldap; pure.
 * Source: RFC 4517 3.3.13; OpenLDAP's CSN begins with one, with microseconds.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_TIME_H
#define LOGONGATE_ADAPTERS_LDAP_TIME_H

#include <stddef.h>
#include <stdint.h>

/* YYYYMMDDHHMMSS[.fraction]Z, and more behind it, as milliseconds since 1970;
 * 0 where it is none. */
int64_t lg_ldap_time(const char *text, size_t len);

#endif
