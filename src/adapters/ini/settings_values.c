/* SPDX-License-Identifier: ISC */
/*
 * Reads one value of logongate.conf by its kind. Numbers are read digit by
 * digit: iniparser's own readers take junk for 0.
 */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include <logongate/buffer.h>
#include <logongate/dn.h>
#include <logongate/version.h>

#include "base/listed.h"
#include "base/utf8.h"

#include "core/values/language.h"

#include "adapters/ini/known.h"
#include "adapters/ini/settings_values.h"

enum lg_status lg_setting_bad(const struct lg_setting *setting,
			      const char *right)
{
	return lg_ini_wrong(setting->item, LG_ERR_SYNTAX, setting->err,
			    "\"%s\"; write %s", setting->item->value, right);
}

enum lg_status lg_setting_keep(const struct lg_setting *setting,
			       const char *text, const char **field)
{
	*field = NULL;
	return *text ? lg_list_keep_text(setting->arena, text, field,
					 setting->err)
		     : LG_OK;
}

static enum lg_status read_list(const struct lg_setting *setting,
				struct lg_strlist *field)
{
	lg_strlist_release(field);
	return lg_ini_split(setting->item, setting->item->value, field,
			    setting->err);
}

static enum lg_status read_text(const struct lg_setting *setting,
				const char **field)
{
	if (lg_has_control(setting->item->value))
		return lg_ini_wrong(
			setting->item, LG_ERR_SYNTAX, setting->err,
			"a control character; write text and blanks only");
	return lg_setting_keep(setting, setting->item->value, field);
}

static enum lg_status read_path(const struct lg_setting *setting,
				const char **field)
{
	struct lg_buffer path = {0};
	enum lg_status status;

	if (!*setting->item->value || lg_has_control(setting->item->value))
		return read_text(setting, field);
	lg_ini_path(setting->item, setting->item->value, &path);
	status = lg_buffer_status(&path, setting->err);
	if (status == LG_OK)
		status = lg_setting_keep(setting, path.data, field);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status read_uris(const struct lg_setting *setting,
				const char **field)
{
	static const char *const scheme[] = {"ldif:", "ldap://", "ldaps://",
					     "ldapi://"};
	struct lg_buffer uris = {0};
	const char *at = setting->item->value;
	enum lg_status status;
	size_t i;

	if (lg_has_control(at) || !at[strspn(at, " ")])
		return lg_setting_bad(
			setting, "\"ldaps://dc1.example.org ldaps://dc2\" or "
				 "\"ldif:/path/export.ldif\"");
	/* One path may hold blanks; a list of servers may not. */
	if (!strncmp(at, "ldif:", 5)) {
		lg_buffer_text(&uris, "ldif:");
		lg_ini_path(setting->item, at + 5, &uris);
		goto out;
	}
	while (*(at += strspn(at, " "))) {
		size_t len = strcspn(at, " ");

		for (i = 1; i < sizeof(scheme) / sizeof(scheme[0]); i++)
			if (len > strlen(scheme[i]) &&
			    !strncmp(at, scheme[i], strlen(scheme[i])))
				break;
		if (i == sizeof(scheme) / sizeof(scheme[0])) {
			lg_buffer_release(&uris);
			return lg_setting_bad(
				setting,
				"URIs that begin with ldaps://, ldap:// or "
				"ldapi://, or ldif:/path/export.ldif");
		}
		if (uris.len)
			lg_buffer_char(&uris, ' ');
		lg_buffer_append(&uris, at, len);
		at += len;
	}
out:
	status = lg_buffer_status(&uris, setting->err);
	if (status == LG_OK)
		status = lg_setting_keep(setting, uris.data, field);
	lg_buffer_release(&uris);
	return status;
}

static enum lg_status read_dns(const struct lg_setting *setting,
			       struct lg_strlist *field)
{
	enum lg_status status = read_list(setting, field);

	for (size_t i = 0; i < field->count && status == LG_OK; i++) {
		struct lg_error told = {0};

		status = lg_dn_check(field->item[i], strlen(field->item[i]),
				     NULL, &told);
		status =
			lg_ini_told(setting->item, status, &told, setting->err);
	}
	return status;
}

static enum lg_status read_domain(const struct lg_setting *setting,
				  const char **field)
{
	if (!lg_mail_domain_valid(setting->item->value))
		return lg_ini_wrong(setting->item, LG_ERR_SYNTAX, setting->err,
				    "\"%s\" is not a mail domain; write "
				    "\"example.org\"",
				    setting->item->value);
	return lg_setting_keep(setting, setting->item->value, field);
}

/* Digits to the end of the text, at most nine of them. */
static int read_number(const char *text, unsigned int base, uint32_t *out)
{
	uint32_t number = 0;
	size_t i;

	for (i = 0; text[i]; i++) {
		if (text[i] < '0' || text[i] >= (char)('0' + base) || i >= 9)
			return 0;
		number = number * base + (uint32_t)(text[i] - '0');
	}
	*out = number;
	return i > 0;
}

static int is_address(const char *address)
{
	const char *port = strrchr(address, ':');
	uint32_t number = 0;

	if (!strncmp(address, "unix:", 5))
		return address[5] != '\0';
	if (!port || port == address || !read_number(port + 1, 10, &number))
		return 0;
	/* More than one : is IPv6 and stands in brackets. */
	if (memchr(address, ':', (size_t)(port - address)) &&
	    (address[0] != '[' || port[-1] != ']'))
		return 0;
	return number >= 1 && number <= 65535;
}

/* An address is judged as one: 127.0.0.1.example.org is a name. */
int lg_host_is_loopback(const char *host, size_t len)
{
	char text[64];
	struct in_addr four;

	if (len >= sizeof(text))
		return 0;
	memcpy(text, host, len);
	text[len] = '\0';
	if (!strcasecmp(text, "localhost") || !strcmp(text, "[::1]"))
		return 1;
	return inet_pton(AF_INET, text, &four) == 1 &&
	       ntohl(four.s_addr) >> 24 == 127;
}

int lg_address_is_local(const char *address)
{
	const char *port = strrchr(address, ':');
	size_t len = port ? (size_t)(port - address) : strlen(address);

	return !strncmp(address, "unix:", 5) ||
	       lg_host_is_loopback(address, len);
}

static enum lg_status read_addresses(const struct lg_setting *setting,
				     struct lg_strlist *field)
{
	enum lg_status status = read_list(setting, field);

	for (size_t i = 0; i < field->count && status == LG_OK; i++)
		if (!is_address(field->item[i]) ||
		    lg_has_control(field->item[i]))
			status = lg_setting_bad(
				setting, "\"unix:NAME.sock\" or \"HOST:PORT\"");
	if (status == LG_OK && !field->count)
		status = lg_setting_bad(setting,
					"\"unix:NAME.sock\" or \"HOST:PORT\"");
	return status;
}

/* Names as RFC 6265 has them: tokens. */
static enum lg_status read_cookies(const struct lg_setting *setting,
				   struct lg_strlist *field)
{
	static const char token[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "!#$%&'*+-.^_`|~";
	enum lg_status status = read_list(setting, field);

	for (size_t i = 0; i < field->count && status == LG_OK; i++)
		if (field->item[i][strspn(field->item[i], token)])
			status = lg_setting_bad(setting, "names of cookies");
	if (status == LG_OK && !field->count)
		status = lg_setting_bad(setting, "names of cookies");
	return status;
}

/* A number from least to most; right says what would be one. */
static enum lg_status read_between(const struct lg_setting *setting,
				   unsigned int base, uint32_t least,
				   uint32_t most, const char *right,
				   uint32_t *field)
{
	uint32_t number = 0;

	if (!read_number(setting->item->value, base, &number) ||
	    number < least || number > most)
		return lg_setting_bad(setting, right);
	*field = number;
	return LG_OK;
}

static enum lg_status read_refusal(const struct lg_setting *setting,
				   uint32_t *field)
{
	uint32_t number = 0;

	if (!read_number(setting->item->value, 10, &number) ||
	    (number != 503 && number != 500))
		return lg_setting_bad(setting, "503 or 500");
	*field = number;
	return LG_OK;
}

static enum lg_status read_language(const struct lg_setting *setting,
				    const char **field)
{
	char tag[LG_LANGUAGE_SIZE];
	struct lg_error told = {0};
	enum lg_status status = lg_language_parse(
		setting->item->value, strlen(setting->item->value), tag, &told);

	return status == LG_OK ? lg_setting_keep(setting, tag, field)
			       : lg_ini_told(setting->item, status, &told,
					     setting->err);
}

/* It stands between quotes in a header. */
static enum lg_status read_realm(const struct lg_setting *setting,
				 const char **field)
{
	if (strpbrk(setting->item->value, "\"\\"))
		return lg_setting_bad(setting,
				      "a name without quotes and backslashes");
	return read_text(setting, field);
}

static enum lg_status read_seconds(const struct lg_setting *setting,
				   uint32_t *field)
{
	enum lg_status status = read_between(
		setting, 10, 1, 3600, "a number of seconds, 1 to 3600", field);

	if (status == LG_OK)
		*field *= 1000;
	return status;
}

static enum lg_status read_version(const struct lg_setting *setting,
				   const char **field)
{
	struct lg_version version = {0};

	if (lg_version_parse(setting->item->value, strlen(setting->item->value),
			     &version, NULL) != LG_OK)
		return lg_setting_bad(setting, "a version such as 6.5.7651.19");
	return lg_setting_keep(setting, setting->item->value, field);
}

enum lg_status lg_setting_read(const struct lg_setting *setting,
			       enum lg_setting_kind kind, void *field)
{
	switch (kind) {
	case LG_SETTING_TEXT:
		return read_text(setting, field);
	case LG_SETTING_PATH:
		return read_path(setting, field);
	case LG_SETTING_URIS:
		return read_uris(setting, field);
	case LG_SETTING_LIST:
		return read_list(setting, field);
	case LG_SETTING_DNS:
		return read_dns(setting, field);
	case LG_SETTING_DOMAIN:
		return read_domain(setting, field);
	case LG_SETTING_LANGUAGE:
		return read_language(setting, field);
	case LG_SETTING_COOKIES:
		return read_cookies(setting, field);
	case LG_SETTING_ADDRESSES:
		return read_addresses(setting, field);
	case LG_SETTING_YES_NO:
	case LG_SETTING_FILE_FORMAT:
	case LG_SETTING_TLS:
	case LG_SETTING_WITHOUT_POLICY:
		return lg_setting_word(setting, kind, field);
	case LG_SETTING_DIALECT:
		return lg_setting_dialect(setting, field);
	case LG_SETTING_BACKEND:
		return lg_setting_backend(setting, field);
	case LG_SETTING_MODE:
		return read_between(setting, 8, 0, 0777,
				    "an octal mode such as 0660", field);
	case LG_SETTING_REFUSAL:
		return read_refusal(setting, field);
	case LG_SETTING_SCHEMES:
		return lg_setting_schemes(setting, field);
	case LG_SETTING_REALM:
		return read_realm(setting, field);
	case LG_SETTING_DAYS:
		return read_between(setting, 10, 1, 36500,
				    "a number of days, 1 to 36500", field);
	case LG_SETTING_SECONDS:
		return read_seconds(setting, field);
	case LG_SETTING_VERSION:
		return read_version(setting, field);
	case LG_SETTING_BEFORE:
		return lg_setting_before(setting, field);
	case LG_SETTING_REG_TYPE:
		return lg_setting_reg_type(setting, field);
	}
	return lg_error_set(setting->err, LG_ERR_BUG, setting->item->file,
			    "unknown kind");
}
