/* SPDX-License-Identifier: ISC */
/*
 * settings_words.h - values of the settings that are words out of few
 *
 * Layer: adapter, private to settings_values.c.
 */
#ifndef LOGONGATE_ADAPTERS_INI_SETTINGS_WORDS_H
#define LOGONGATE_ADAPTERS_INI_SETTINGS_WORDS_H

#include "adapters/ini/settings_values.h"

enum lg_status lg_setting_bad(const struct lg_ini_item *item,
			      struct lg_error *err, const char *right);
/* In the place of a default; "" stands for none. */
enum lg_status lg_setting_keep(char **field, const char *text,
			       struct lg_error *err);
/* For the kinds that have but a few words; field is of an enum or an int. */
enum lg_status lg_setting_word(enum lg_setting_kind kind,
			       const struct lg_ini_item *item, int *field,
			       struct lg_error *err);
enum lg_status lg_setting_dialect(const struct lg_ini_item *item,
				  enum lg_dialect *field, struct lg_error *err);
enum lg_status lg_setting_backend(const struct lg_ini_item *item,
				  enum lg_backend *field, struct lg_error *err);
enum lg_status lg_setting_schemes(const struct lg_ini_item *item,
				  uint32_t *field, struct lg_error *err);
enum lg_status lg_setting_reg_type(const struct lg_ini_item *item, char **field,
				   struct lg_error *err);
/* [notify] before: when an end is told of. */
enum lg_status lg_setting_before(const struct lg_ini_item *item,
				 struct lg_notify_before *field,
				 struct lg_error *err);

#endif
