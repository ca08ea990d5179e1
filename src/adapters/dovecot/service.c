/* SPDX-License-Identifier: ISC */
/*
 * service.c - what both Dovecot doors share; see service.h
 *
 * A cleaned text is UTF-8 without control characters, so that only the quote
 * and the backslash are left to escape in JSON.
 */
#include <string.h>

#include "core/policy/message.h"

#include "adapters/dovecot/service.h"

size_t lg_dovecot_login_len(const char *service)
{
	static const char login[] = "-login";
	size_t len = strlen(service), of = sizeof(login) - 1;

	return len > of && !strcmp(service + len - of, login) ? len - of : 0;
}

enum lg_protocol lg_dovecot_protocol(const char *service)
{
	static const struct {
		const char *service;
		enum lg_protocol protocol;
	} known[] = {
		{"imap", LG_PROTOCOL_IMAP},  {"pop3", LG_PROTOCOL_POP3},
		{"sieve", LG_PROTOCOL_IMAP}, {"managesieve", LG_PROTOCOL_IMAP},
		{"smtp", LG_PROTOCOL_SMTP},  {"submission", LG_PROTOCOL_SMTP},
	};
	size_t len = service ? lg_dovecot_login_len(service) : 0;

	if (service && !len)
		len = strlen(service);
	for (size_t i = 0; service && i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].service) == len &&
		    !memcmp(service, known[i].service, len))
			return known[i].protocol;
	return LG_PROTOCOL_UNKNOWN;
}

int lg_dovecot_is_postfix(const char *service)
{
	return service && strcmp(service, "smtp") == 0;
}

int lg_dovecot_is_decided(const char *service, const char *master)
{
	if (master && lg_dovecot_protocol(service) == LG_PROTOCOL_SMTP)
		return 1;
	return !service || (!lg_dovecot_is_postfix(service) &&
			    strcmp(service, "lmtp") != 0 &&
			    strcmp(service, "doveadm") != 0);
}

const char *lg_dovecot_response_code(enum lg_protocol protocol)
{
	if (protocol == LG_PROTOCOL_SMTP)
		return "";
	return protocol == LG_PROTOCOL_POP3 ? "[SYS/TEMP] " : "[UNAVAILABLE] ";
}

void lg_dovecot_json_text(const char *prefix, const char *text,
			  struct lg_buffer *out_json)
{
	struct lg_buffer clean = {0};

	lg_buffer_char(out_json, '"');
	lg_buffer_text(out_json, prefix);
	lg_message_clean(text, strlen(text), &clean);
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.data[i] == '"' || clean.data[i] == '\\')
			lg_buffer_char(out_json, '\\');
		lg_buffer_char(out_json, clean.data[i]);
	}
	lg_buffer_char(out_json, '"');
	if (lg_buffer_status(&clean, NULL) != LG_OK)
		out_json->status = LG_ERR_NO_MEMORY;
	lg_buffer_release(&clean);
}
