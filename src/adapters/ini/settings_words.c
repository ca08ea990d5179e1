/* SPDX-License-Identifier: ISC */
/*
 * Values of logongate.conf that are one word out of few, or several of them.
 */
#include <string.h>
#include <strings.h>

#include <logongate/registry.h>

#include "base/duration.h"

#include "adapters/ini/known.h"
#include "adapters/ini/settings_values.h"

/* Of each kind the words there are, and what is told where it is another. */
static const struct word {
	const char *word;
	enum lg_setting_kind kind;
	int value;
} known_words[] = {
	{"yes", LG_SETTING_YES_NO, 1},
	{"no", LG_SETTING_YES_NO, 0},
	{"reg", LG_SETTING_FILE_FORMAT, 0},
	{"reg4", LG_SETTING_FILE_FORMAT, 1},
	{"demand", LG_SETTING_TLS, LG_TLS_DEMAND},
	{"starttls", LG_SETTING_TLS, LG_TLS_STARTTLS},
	{"none", LG_SETTING_TLS, LG_TLS_NONE},
	{"admit", LG_SETTING_WITHOUT_POLICY, LG_WITHOUT_POLICY_ADMIT},
	{"refuse", LG_SETTING_WITHOUT_POLICY, LG_WITHOUT_POLICY_REFUSE},
};

static const char *const right[] = {
	[LG_SETTING_YES_NO] = "yes or no",
	[LG_SETTING_FILE_FORMAT] = "reg, or reg4 for Windows NT 4",
	[LG_SETTING_TLS] = "demand, starttls or none",
	[LG_SETTING_WITHOUT_POLICY] = "admit or refuse",
};

enum lg_status lg_setting_word(const struct lg_setting *setting,
			       enum lg_setting_kind kind, int *field)
{
	for (size_t i = 0; i < sizeof(known_words) / sizeof(known_words[0]);
	     i++) {
		if (known_words[i].kind != kind ||
		    strcmp(setting->item->value, known_words[i].word) != 0)
			continue;
		*field = known_words[i].value;
		return LG_OK;
	}
	return lg_setting_bad(setting, right[kind]);
}

enum lg_status lg_setting_dialect(const struct lg_setting *setting,
				  enum lg_dialect *field)
{
	if (lg_dialect_from_name(setting->item->value,
				 strlen(setting->item->value), field))
		return LG_OK;
	return lg_setting_bad(
		setting, "gate, exchange5.5, exchange2000, exchange2003 or "
			 "exchange2007");
}

enum lg_status lg_setting_backend(const struct lg_setting *setting,
				  enum lg_backend *field)
{
	struct lg_buffer names = {0};
	enum lg_status status;

	if (lg_backend_from_name(setting->item->value,
				 strlen(setting->item->value), field))
		return LG_OK;
	lg_backend_names(&names);
	status = lg_buffer_status(&names, setting->err);
	if (status == LG_OK)
		status = lg_setting_bad(setting, names.data);
	lg_buffer_release(&names);
	return status;
}

enum lg_status lg_setting_schemes(const struct lg_setting *setting,
				  uint32_t *field)
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
	enum lg_status status = lg_ini_split(
		setting->item, setting->item->value, &words, setting->err);
	uint32_t schemes = 0;
	size_t k;

	for (size_t i = 0; status == LG_OK && i < words.count; i++) {
		for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (!strcasecmp(words.item[i], known[k].name))
				break;
		if (k == sizeof(known) / sizeof(known[0]))
			status = lg_setting_bad(
				setting, "some of Negotiate, NTLM, Basic");
		else
			schemes |= known[k].scheme;
	}
	if (status == LG_OK)
		*field = schemes;
	lg_strlist_release(&words);
	return status;
}

enum lg_status lg_setting_reg_type(const struct lg_setting *setting,
				   const char **field)
{
	static const uint32_t type[] = {LG_REG_SZ, LG_REG_DWORD,
					LG_REG_MULTI_SZ};

	for (size_t i = 0; i < sizeof(type) / sizeof(type[0]); i++)
		if (!strcmp(setting->item->value, lg_reg_type_name(type[i])))
			return lg_setting_keep(setting, setting->item->value,
					       field);
	return lg_setting_bad(setting, "REG_SZ, REG_DWORD or "
				       "REG_MULTI_SZ");
}

enum lg_status lg_setting_before(const struct lg_setting *setting,
				 struct lg_notify_before *field)
{
	struct lg_notify_before before = {0};
	struct lg_strlist words = {0};
	struct lg_error told = {0};
	enum lg_status status = lg_ini_split(
		setting->item, setting->item->value, &words, setting->err);

	for (size_t i = 0; status == LG_OK && i < words.count; i++) {
		if (before.count == LG_NOTIFY_BEFORE_MAX) {
			status = lg_ini_wrong(
				setting->item, LG_ERR_LIMIT, setting->err,
				"more than %d times", LG_NOTIFY_BEFORE_MAX);
			break;
		}
		status = lg_duration_parse(words.item[i], strlen(words.item[i]),
					   &before.seconds[before.count++],
					   &told);
		status =
			lg_ini_told(setting->item, status, &told, setting->err);
	}
	if (status == LG_OK)
		*field = before;
	lg_strlist_release(&words);
	return status;
}
