/* SPDX-License-Identifier: ISC */
/*
 * settings_values.h - from the text of each key to the settings
 *
 * Layer: adapter. Used by settings_file and settings_check; values that are
 * words are settings_words.c.
 */
#ifndef LOGONGATE_ADAPTERS_INI_SETTINGS_VALUES_H
#define LOGONGATE_ADAPTERS_INI_SETTINGS_VALUES_H

#include "core/settings/settings.h"

#include "adapters/ini/guard.h"

enum lg_setting_kind {
	LG_SETTING_TEXT = 0, /* const char *; "" is none */
	LG_SETTING_PATH,   /* const char *; relative to the settings' folder */
	LG_SETTING_URIS,   /* const char *; the path of ldif: likewise */
	LG_SETTING_LIST,   /* struct lg_strlist, comma-separated */
	LG_SETTING_DNS,    /* struct lg_strlist of DNs */
	LG_SETTING_DOMAIN, /* const char *, one mail domain */
	LG_SETTING_LANGUAGE,  /* const char *, a language tag */
	LG_SETTING_COOKIES,   /* struct lg_strlist of names of cookies */
	LG_SETTING_ADDRESSES, /* struct lg_strlist of unix:NAME, HOST:PORT */
	LG_SETTING_YES_NO,    /* int */
	LG_SETTING_DIALECT,
	LG_SETTING_BACKEND,
	LG_SETTING_FILE_FORMAT, /* int: reg4 */
	LG_SETTING_TLS,
	LG_SETTING_WITHOUT_POLICY,
	LG_SETTING_MODE,    /* uint32_t, octal */
	LG_SETTING_REFUSAL, /* uint32_t, 503 or 500 */
	LG_SETTING_SCHEMES, /* uint32_t, bits of enum lg_http_scheme */
	LG_SETTING_REALM,   /* const char *, what stands between quotes */
	LG_SETTING_DAYS,    /* uint32_t, 1 .. 36500 */
	LG_SETTING_SECONDS, /* uint32_t of milliseconds, 1 .. 3600 s */
	LG_SETTING_VERSION, /* const char *, a version of three or four parts */
	LG_SETTING_REG_TYPE, /* const char *, REG_SZ ... */
	LG_SETTING_BEFORE    /* struct lg_notify_before */
};

/* One value on its way; arena takes the texts of the settings. */
struct lg_setting {
	const struct lg_ini_item *item;
	struct lg_strlist *arena;
	struct lg_error *err;
};

/* Reads the item's value into the member at field. */
enum lg_status lg_setting_read(const struct lg_setting *setting,
			       enum lg_setting_kind kind, void *field);

enum lg_status lg_setting_bad(const struct lg_setting *setting,
			      const char *right);
/* In the place of a default; "" stands for none. */
enum lg_status lg_setting_keep(const struct lg_setting *setting,
			       const char *text, const char **field);
/* For the kinds that have but a few words; field is of an enum or an int. */
enum lg_status lg_setting_word(const struct lg_setting *setting,
			       enum lg_setting_kind kind, int *field);
enum lg_status lg_setting_dialect(const struct lg_setting *setting,
				  enum lg_dialect *field);
enum lg_status lg_setting_backend(const struct lg_setting *setting,
				  enum lg_backend *field);
enum lg_status lg_setting_schemes(const struct lg_setting *setting,
				  uint32_t *field);
enum lg_status lg_setting_reg_type(const struct lg_setting *setting,
				   const char **field);
/* [notify] before: when an end is told of. */
enum lg_status lg_setting_before(const struct lg_setting *setting,
				 struct lg_notify_before *field);

/* 1 for a host that is this machine: 127.*, [::1], localhost. */
int lg_host_is_loopback(const char *host, size_t len);

/* 1 for "unix:...", and for an address of this machine alone. */
int lg_address_is_local(const char *address);

/* What belongs together: lines are those of items. */
enum lg_status lg_settings_check(const struct lg_settings *settings,
				 const struct lg_ini_items *items,
				 struct lg_error *err);

#endif
