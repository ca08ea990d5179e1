/* SPDX-License-Identifier: ISC */
/*
 * The languages of a profile's messages. A profile that says nothing else is
 * written in English, as those that come with logongate are, and so are the
 * words where it has none.
 */
#include <string.h>

#include "core/exchange/profile_language.h"
#include "core/values/language.h"

const char *lg_profile_language(const struct lg_profile *profile)
{
	return profile->message_language ? profile->message_language : "en";
}

/* What the main message would be found by. */
static int main_is_in(const struct lg_profile *profile, const char *language)
{
	const char *written = lg_profile_language(profile);
	size_t len = strcspn(written, "-");

	return strcspn(language, "-") == len && !memcmp(written, language, len);
}

enum lg_status lg_profile_language_lint(const struct lg_profile *profile,
					const char *language,
					struct lg_warnings *warnings,
					struct lg_error *err)
{
	if (!language || main_is_in(profile, language) ||
	    lg_language_best(&profile->messages, language))
		return LG_OK;
	return lg_warnings_add(
		warnings, LG_WARN_LANGUAGE_MISSING, err,
		"the doors of this gate speak %s, and the profile has no "
		"message in that language: people will read %s; add refused.%s "
		"to [message]",
		language,
		profile->refused_message ? lg_profile_language(profile) : "en",
		language);
}
