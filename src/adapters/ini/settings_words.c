/* SPDX-License-Identifier: ISC */
/*
 * Values of logongate.conf that are one word out of few.
 */
#include <string.h>
#include <strings.h>

#include <logongate/registry.h>

#include "adapters/ini/profile_sections.h"
#include "adapters/ini/settings_words.h"

enum lg_status lg_setting_yes_no(const struct lg_ini_item *item, int *field,
				 struct lg_error *err)
{
	if (strcmp(item->value, "yes") && strcmp(item->value, "no"))
		return lg_setting_bad(item, err, "yes or no");
	*field = !strcmp(item->value, "yes");
	return LG_OK;
}

enum lg_status lg_setting_dialect(const struct lg_ini_item *item,
				  enum lg_dialect *field, struct lg_error *err)
{
	if (lg_dialect_from_name(item->value, strlen(item->value), field))
		return LG_OK;
	return lg_setting_bad(
		item, err,
		"gate, exchange5.5, exchange2000, exchange2003 or "
		"exchange2007");
}

enum lg_status lg_setting_backend(const struct lg_ini_item *item,
				  enum lg_backend *field, struct lg_error *err)
{
	struct lg_buffer names = {0};
	enum lg_status status;

	if (lg_backend_from_name(item->value, strlen(item->value), field))
		return LG_OK;
	lg_backend_names(&names);
	status = lg_buffer_status(&names, err);
	if (status == LG_OK)
		status = lg_setting_bad(item, err, names.data);
	lg_buffer_release(&names);
	return status;
}

enum lg_status lg_setting_file_format(const struct lg_ini_item *item,
				      int *field, struct lg_error *err)
{
	*field = !strcmp(item->value, "reg4");
	return *field || !strcmp(item->value, "reg")
		       ? LG_OK
		       : lg_setting_bad(item, err,
					"reg, or reg4 for Windows NT 4");
}

enum lg_status lg_setting_tls(const struct lg_ini_item *item,
			      enum lg_directory_tls *field,
			      struct lg_error *err)
{
	if (!strcmp(item->value, "demand"))
		*field = LG_TLS_DEMAND;
	else if (!strcmp(item->value, "starttls"))
		*field = LG_TLS_STARTTLS;
	else if (!strcmp(item->value, "none"))
		*field = LG_TLS_NONE;
	else
		return lg_setting_bad(item, err, "demand, starttls or none");
	return LG_OK;
}

enum lg_status lg_setting_without_policy(const struct lg_ini_item *item,
					 enum lg_without_policy *field,
					 struct lg_error *err)
{
	if (!strcmp(item->value, "admit"))
		*field = LG_WITHOUT_POLICY_ADMIT;
	else if (!strcmp(item->value, "refuse"))
		*field = LG_WITHOUT_POLICY_REFUSE;
	else
		return lg_setting_bad(item, err, "admit or refuse");
	return LG_OK;
}

enum lg_status lg_setting_schemes(const struct lg_ini_item *item,
				  uint32_t *field, struct lg_error *err)
{
	static const struct {
		const char *name;
		enum lg_http_scheme scheme;
	} known[] = {
		{"Negotiate", LG_HTTP_SCHEME_NEGOTIATE},
		{"NTLM", LG_HTTP_SCHEME_NTLM},
		{"Basic", LG_HTTP_SCHEME_BASIC},
	};
	struct lg_strlist words = {0};
	enum lg_status status = lg_ini_split(item, item->value, &words, err);
	uint32_t schemes = 0;
	size_t k;

	for (size_t i = 0; status == LG_OK && i < words.count; i++) {
		for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (!strcasecmp(words.item[i], known[k].name))
				break;
		if (k == sizeof(known) / sizeof(known[0]))
			status = lg_setting_bad(
				item, err, "some of Negotiate, NTLM, Basic");
		else
			schemes |= known[k].scheme;
	}
	if (status == LG_OK)
		*field = schemes;
	lg_strlist_release(&words);
	return status;
}

enum lg_status lg_setting_reg_type(const struct lg_ini_item *item, char **field,
				   struct lg_error *err)
{
	static const uint32_t type[] = {LG_REG_SZ, LG_REG_DWORD,
					LG_REG_MULTI_SZ};

	for (size_t i = 0; i < sizeof(type) / sizeof(type[0]); i++)
		if (!strcmp(item->value, lg_reg_type_name(type[i])))
			return lg_setting_keep(field, item->value, err);
	return lg_setting_bad(item, err,
			      "REG_SZ, REG_DWORD or "
			      "REG_MULTI_SZ");
}
