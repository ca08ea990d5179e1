/* SPDX-License-Identifier: ISC */
/*
 * ldap_words.h - what Active Directory means by the number of a refused bind
 *
 * Layer: adapter.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_LDAP_WORDS_H
#define LOGONGATE_ADAPTERS_LDAP_LDAP_WORDS_H

/* "the password has expired" for a text with ", data 532,"; NULL where the
 * text has no such number or nobody knows it. */
const char *lg_ldap_words_of(const char *diagnostic);

#endif
