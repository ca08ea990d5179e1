/* SPDX-License-Identifier: ISC */
/*
 * profile_accounts.h - the keys of [logon_only_as] that name accounts
 *
 * Layer: adapter, private to profile_values.c.
 */
#ifndef LOGONGATE_ADAPTERS_INI_PROFILE_ACCOUNTS_H
#define LOGONGATE_ADAPTERS_INI_PROFILE_ACCOUNTS_H

#include "adapters/ini/profile_values.h"

enum lg_status lg_profile_keep(struct lg_profile_reader *reader,
			       char **out_text, const char *text);
/* Puts the item's place before what a parser said. */
enum lg_status lg_profile_at_item(struct lg_profile_reader *reader,
				  const struct lg_ini_item *item,
				  enum lg_status status,
				  const struct lg_error *told);
enum lg_status lg_profile_take_allow(struct lg_profile_reader *reader,
				     const struct lg_ini_item *item,
				     const char *value);
enum lg_status lg_profile_take_allow_user(struct lg_profile_reader *reader,
					  const struct lg_ini_item *item,
					  const char *value);
enum lg_status lg_profile_take_single(struct lg_profile_reader *reader,
				      const struct lg_ini_item *item,
				      const char *value);
enum lg_status lg_profile_take_allow_filter(struct lg_profile_reader *reader,
					    const struct lg_ini_item *item,
					    const char *value);
enum lg_status lg_profile_take_allow_file(struct lg_profile_reader *reader,
					  const struct lg_ini_item *item,
					  const char *value);

#endif
