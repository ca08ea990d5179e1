/* SPDX-License-Identifier: ISC */
/*
 * mail_domain.h - whether a text is one whole mail domain
 *
 * Layer: adapter.
 * Source: contract 12 "Who is concerned".
 */
#ifndef LOGONGATE_ADAPTERS_INI_MAIL_DOMAIN_H
#define LOGONGATE_ADAPTERS_INI_MAIL_DOMAIN_H

/* 1 for "example.org"; 0 for an address, a pattern, an empty text. */
int lg_mail_domain_valid(const char *text);

#endif
