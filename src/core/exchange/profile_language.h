/* SPDX-License-Identifier: ISC */
/*
 * profile_language.h - the languages of a profile's messages
 *
 * Layer: core.
 * Source: contract 11 "Languages", 12 "People".
 */
#ifndef LOGONGATE_CORE_EXCHANGE_PROFILE_LANGUAGE_H
#define LOGONGATE_CORE_EXCHANGE_PROFILE_LANGUAGE_H

#include <logongate/profile.h>

/* What the main message is written in. */
const char *lg_profile_language(const struct lg_profile *profile);

/* Warns language-missing where the profile has no message in the language of
 * the gate's doors (NULL: no language is set). */
enum lg_status lg_profile_language_lint(const struct lg_profile *profile,
					const char *language,
					struct lg_warnings *warnings,
					struct lg_error *err);

#endif
