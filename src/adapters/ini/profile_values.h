/* SPDX-License-Identifier: ISC */
/*
 * profile_values.h - from the text of each key to the profile
 *
 * Layer: adapter. Used by profile_file and profile_sections.
 */
#ifndef LOGONGATE_ADAPTERS_INI_PROFILE_VALUES_H
#define LOGONGATE_ADAPTERS_INI_PROFILE_VALUES_H

#include <logongate/profile.h>

#include "adapters/ini/known.h"
#include "adapters/ini/variables.h"

struct lg_profile_reader {
	struct lg_variables variables;
	struct lg_profile *profile;
	const struct lg_ini_item *item; /* the one that is taken */
	const char *value;              /* its own, with its variables put in */
	struct lg_error *err;
};

/* One key; one that ends in "." is numbered, in [message] named by a language.
 * field is the member of the profile. */
struct lg_profile_key {
	struct lg_ini_known known;
	/* NULL: it says how the files belong together (profile_sections) */
	enum lg_status (*take)(struct lg_profile_reader *reader, void *field);
	size_t offset;
};

/* In the order in which they are to be taken. */
extern const struct lg_profile_key lg_profile_keys[];
extern const size_t lg_profile_key_count;

/* A text into a char *, in the place of nothing. */
enum lg_status lg_profile_keep(struct lg_profile_reader *reader,
			       const char *text, char **field);
enum lg_status lg_profile_take_text(struct lg_profile_reader *reader,
				    void *field);

/* profile_accounts.c: who is named. Of lists one more; "0" is taken for a DN
 * where it ends a lock. */
enum lg_status lg_profile_take_dn(struct lg_profile_reader *reader,
				  void *field);
enum lg_status lg_profile_take_dn_or_0(struct lg_profile_reader *reader,
				       void *field);
enum lg_status lg_profile_take_single(struct lg_profile_reader *reader,
				      void *field);
enum lg_status lg_profile_take_user(struct lg_profile_reader *reader,
				    void *field);
enum lg_status lg_profile_take_filter(struct lg_profile_reader *reader,
				      void *field);
enum lg_status lg_profile_take_domains(struct lg_profile_reader *reader,
				       void *field);
enum lg_status lg_profile_take_allow_file(struct lg_profile_reader *reader,
					  void *field);
enum lg_status lg_profile_take_applies_file(struct lg_profile_reader *reader,
					    void *field);

/* profile_words.c: the keys of [message]. */
enum lg_status lg_profile_take_language(struct lg_profile_reader *reader,
					void *field);
enum lg_status lg_profile_take_refused_in(struct lg_profile_reader *reader,
					  void *field);

#endif
