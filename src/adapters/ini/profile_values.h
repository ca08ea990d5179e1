/* SPDX-License-Identifier: ISC */
/*
 * profile_values.h - from the text of each key to the profile
 *
 * Layer: adapter. Used by profile_file alone.
 */
#ifndef LOGONGATE_ADAPTERS_INI_PROFILE_VALUES_H
#define LOGONGATE_ADAPTERS_INI_PROFILE_VALUES_H

#include <logongate/profile.h>

#include "adapters/ini/profile_sections.h"
#include "adapters/ini/variables.h"

struct lg_profile_reader {
	const struct lg_profile_sections *sections;
	struct lg_variables variables;
	struct lg_profile *profile;
	struct lg_error *err;
};

/* The function of one key; one that ends in "." is numbered, in [message] named
 * by a language. */
struct lg_profile_taker {
	const char *section;
	const char *key;
	enum lg_status (*take)(struct lg_profile_reader *reader,
			       const struct lg_ini_item *item,
			       const char *value);
};

/* What several keys share. */
enum lg_status lg_profile_check_user(struct lg_profile_reader *reader,
				     const struct lg_ini_item *item,
				     const char *value);
enum lg_status lg_profile_check_dn(struct lg_profile_reader *reader,
				   const struct lg_ini_item *item,
				   const char *value);
enum lg_status lg_profile_keep_filter(struct lg_profile_reader *reader,
				      const struct lg_ini_item *item,
				      const char *value, char **out_filter);
/* The lines of a file beside the profile; users may be NULL. */
enum lg_status lg_profile_take_file(struct lg_profile_reader *reader,
				    const struct lg_ini_item *item,
				    const char *value, struct lg_strlist *dn,
				    struct lg_strlist *users);

/* profile_words.c: the keys of [message]. */
enum lg_status lg_profile_take_refused(struct lg_profile_reader *reader,
				       const struct lg_ini_item *item,
				       const char *value);
enum lg_status lg_profile_take_language(struct lg_profile_reader *reader,
					const struct lg_ini_item *item,
					const char *value);
enum lg_status lg_profile_take_refused_in(struct lg_profile_reader *reader,
					  const struct lg_ini_item *item,
					  const char *value);

/* profile_applies.c: the keys of [applies_to]. */
enum lg_status lg_profile_take_domains(struct lg_profile_reader *reader,
				       const struct lg_ini_item *item,
				       const char *value);
enum lg_status lg_profile_take_applies_user(struct lg_profile_reader *reader,
					    const struct lg_ini_item *item,
					    const char *value);
enum lg_status lg_profile_take_applies_dn(struct lg_profile_reader *reader,
					  const struct lg_ini_item *item,
					  const char *value);
enum lg_status lg_profile_take_applies_file(struct lg_profile_reader *reader,
					    const struct lg_ini_item *item,
					    const char *value);
enum lg_status lg_profile_take_applies_filter(struct lg_profile_reader *reader,
					      const struct lg_ini_item *item,
					      const char *value);
/* Whether the section is there, and says whom. */
enum lg_status lg_profile_check_applies(struct lg_profile_reader *reader);

/* In the order in which they are to be taken. */
extern const struct lg_profile_taker lg_profile_takers[];
extern const size_t lg_profile_taker_count;

#endif
