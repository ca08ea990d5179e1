/* SPDX-License-Identifier: ISC */
/*
 * dovecot/service.h - what both Dovecot doors share: services and JSON texts
 *
 * Layer: adapter; core only.
 */
#ifndef LG_ADAPTERS_DOVECOT_SERVICE_H
#define LG_ADAPTERS_DOVECOT_SERVICE_H

#include <logongate/buffer.h>
#include <logongate/policy.h>

/* How long the protocol's name is in front of "-login", under which Dovecot 2.4
 * lists what it passes on to others; 0 where service is something else. */
size_t lg_dovecot_login_len(const char *service);

/*
 * The protocol that a Dovecot service (%s) is, or that of its login service.
 * sieve and managesieve are IMAP: their people read mail. submission is SMTP.
 */
enum lg_protocol lg_dovecot_protocol(const char *service);

/* Whether a logon through this service is decided here: not for smtp, whose
 * refusal Postfix gives at MAIL, nor for lmtp and doveadm. A master's (NULL:
 * none) is, for smtp too: Postfix knows the mailbox's name alone. */
int lg_dovecot_is_decided(const char *service, const char *master);

/* 1 for the logons that Postfix has Dovecot check. */
int lg_dovecot_is_postfix(const char *service);

/* "[SYS/TEMP] " for POP3, "" for SMTP, whose codes are numbers, else
 * "[UNAVAILABLE] " (E5). */
const char *lg_dovecot_response_code(enum lg_protocol protocol);

/* Appends prefix and text, cleaned, as one JSON string. */
void lg_dovecot_json_text(const char *prefix, const char *text,
			  struct lg_buffer *out_json);

#endif
