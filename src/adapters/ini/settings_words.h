/* SPDX-License-Identifier: ISC */
/*
 * settings_words.h - values of the settings that are words out of few
 *
 * Layer: adapter, private to settings_values.c.
 */
#ifndef LOGONGATE_ADAPTERS_INI_SETTINGS_WORDS_H
#define LOGONGATE_ADAPTERS_INI_SETTINGS_WORDS_H

#include "adapters/ini/settings_values.h"

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

#endif
