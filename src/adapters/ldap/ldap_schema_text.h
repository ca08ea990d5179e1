/* SPDX-License-Identifier: ISC */
/*
 * ldap_schema_text.h - src/packaging/openldap/logongate.ldif
 *
 * Layer: adapter ldap.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_SCHEMA_TEXT_H
#define LOGONGATE_ADAPTERS_LDAP_SCHEMA_TEXT_H

#include <stddef.h>

extern const unsigned char lg_ldap_schema_text[];
extern const size_t lg_ldap_schema_text_len;

#endif
