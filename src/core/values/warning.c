/* SPDX-License-Identifier: ISC */
/*
 * The warning codes of the contract, how much each weighs, and a list of
 * warnings with their sentences.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <logongate/warning.h>

#include "base/grow.h"
#include "base/listed.h"

static const struct {
	const char *name;
	enum lg_warning_weight weight;
} codes[LG_WARNING_COUNT] = {
	[LG_WARN_SYSTEM_VERSIONS_BLOCKED] = {"system-versions-blocked",
					     LG_WEIGHT_ACCEPT},
	[LG_WARN_MISSES_OUTLOOK_97_98_2000] = {"misses-outlook-97-98-2000",
					       LG_WEIGHT_TOLD},
	[LG_WARN_MISSES_OUTLOOK_2003] = {"misses-outlook-2003", LG_WEIGHT_TOLD},
	[LG_WARN_HELP_ABOUT_VERSION] = {"help-about-version", LG_WEIGHT_TOLD},
	[LG_WARN_COMMA_IN_PROCESS] = {"comma-in-process", LG_WEIGHT_TOLD},
	[LG_WARN_DN_NOT_FOUND] = {"dn-not-found", LG_WEIGHT_ACCEPT},
	[LG_WARN_DN_AMBIGUOUS] = {"dn-ambiguous", LG_WEIGHT_ACCEPT},
	/* A profile's malformed DN is an error (contract 7 "Profiles"); the
	 * finding comes from a registry that somebody else wrote. */
	[LG_WARN_DN_MALFORMED] = {"dn-malformed", LG_WEIGHT_TOLD},
	[LG_WARN_LOCKS_EVERYONE_OUT] = {"locks-everyone-out", LG_WEIGHT_ACCEPT},
	[LG_WARN_LOCKS_YOU_OUT] = {"locks-you-out", LG_WEIGHT_ACCEPT},
	[LG_WARN_FAILS_OPEN] = {"fails-open", LG_WEIGHT_ACCEPT_OPEN},
	[LG_WARN_UNSUPPORTED_BY_DIALECT] = {"unsupported-by-dialect",
					    LG_WEIGHT_ACCEPT},
	[LG_WARN_NO_SESSION_CONTROL] = {"no-session-control", LG_WEIGHT_TOLD},
	[LG_WARN_X500_MATCH] = {"x500-match", LG_WEIGHT_TOLD},
	[LG_WARN_DOOR_DOES_NOT_ASK] = {"door-does-not-ask", LG_WEIGHT_TOLD},
	[LG_WARN_DIRECTORY_NOT_ASKED] = {"directory-not-asked",
					 LG_WEIGHT_ACCEPT},
	[LG_WARN_BREAK_GLASS_NOT_FOUND] = {"break-glass-not-found",
					   LG_WEIGHT_TOLD},
	[LG_WARN_ENDS_BEFORE_IT_BITES] = {"ends-before-it-bites",
					  LG_WEIGHT_ACCEPT},
	[LG_WARN_NAME_SHARED] = {"name-shared", LG_WEIGHT_TOLD},
	[LG_WARN_LOCK_CONFLICT] = {"lock-conflict", LG_WEIGHT_REFUSES},
	[LG_WARN_CONCERNS_NOBODY] = {"concerns-nobody", LG_WEIGHT_ACCEPT},
	[LG_WARN_NOBODY_LIFTS] = {"nobody-lifts", LG_WEIGHT_ACCEPT},
	[LG_WARN_FOREIGN_VALUE] = {"foreign-value", LG_WEIGHT_TOLD},
	[LG_WARN_COMPANION_UNKNOWN] = {"companion-unknown", LG_WEIGHT_ACCEPT},
	[LG_WARN_UNREAD_KEY] = {"unread-key", LG_WEIGHT_TOLD},
	[LG_WARN_LANGUAGE_MISSING] = {"language-missing", LG_WEIGHT_TOLD},
};

const char *lg_warning_name(enum lg_warning warning)
{
	if ((unsigned int)warning >= LG_WARNING_COUNT)
		return NULL;
	return codes[warning].name;
}

int lg_warning_from_name(const char *name, size_t len,
			 enum lg_warning *out_warning)
{
	for (unsigned int i = 0; i < LG_WARNING_COUNT; i++) {
		if (!lg_is_word(codes[i].name, name, len))
			continue;
		*out_warning = (enum lg_warning)i;
		return 1;
	}
	return 0;
}

enum lg_warning_weight lg_warning_weight(enum lg_warning warning)
{
	/* What nobody knows must not slip through as harmless. */
	if ((unsigned int)warning >= LG_WARNING_COUNT)
		return LG_WEIGHT_REFUSES;
	return codes[warning].weight;
}

/* A DN out of a directory must not steer the terminal it is shown on. */
static void blank_controls(char *text)
{
	unsigned char *at = (unsigned char *)text;

	for (; *at; at++) {
		if (*at < 0x20 || *at == 0x7f) {
			*at = ' ';
		} else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
			*at++ = ' ';
			*at = ' ';
		}
	}
}

enum lg_status lg_warnings_add(struct lg_warnings *warnings,
			       enum lg_warning code, struct lg_error *err,
			       const char *format, ...)
{
	char fixed[512];
	char *text = fixed;
	va_list args;
	int len;
	enum lg_status status;

	va_start(args, format);
	len = vsnprintf(fixed, sizeof(fixed), format, args);
	va_end(args);
	if (len < 0)
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "a warning could not be worded");
	if ((size_t)len >= sizeof(fixed)) {
		text = malloc((size_t)len + 1);
		if (!text)
			return lg_no_memory(err);
		va_start(args, format);
		vsnprintf(text, (size_t)len + 1, format, args);
		va_end(args);
	}
	blank_controls(text);
	status = lg_grow(&warnings->code, &warnings->capacity,
			 warnings->text.count, sizeof(*warnings->code), err);
	if (status == LG_OK)
		status =
			lg_strlist_add(&warnings->text, text, (size_t)len, err);
	/* The count of the list is the count of both. */
	if (status == LG_OK)
		warnings->code[warnings->text.count - 1] = code;
	if (text != fixed)
		free(text);
	return status;
}

int lg_warnings_has(const struct lg_warnings *warnings, enum lg_warning code)
{
	for (size_t i = 0; i < warnings->text.count; i++)
		if (warnings->code[i] == code)
			return 1;
	return 0;
}

void lg_warnings_release(struct lg_warnings *warnings)
{
	free(warnings->code);
	lg_strlist_release(&warnings->text);
	*warnings = (struct lg_warnings){0};
}
