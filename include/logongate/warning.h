/* SPDX-License-Identifier: ISC */
/*
 * warning.h - what a plan must tell before a lock is applied
 *
 * Layer: core.
 * Source: contract 4 "Warning codes", 7 "Locks", 9 "JSON".
 */
#ifndef LOGONGATE_WARNING_H
#define LOGONGATE_WARNING_H

#include <logongate/strlist.h>

enum lg_warning {
	LG_WARN_SYSTEM_VERSIONS_BLOCKED = 0,
	LG_WARN_MISSES_OUTLOOK_97_98_2000,
	LG_WARN_MISSES_OUTLOOK_2003,
	LG_WARN_HELP_ABOUT_VERSION,
	LG_WARN_COMMA_IN_PROCESS,
	LG_WARN_DN_NOT_FOUND,
	LG_WARN_DN_AMBIGUOUS,
	LG_WARN_DN_MALFORMED,
	LG_WARN_LOCKS_EVERYONE_OUT,
	LG_WARN_LOCKS_YOU_OUT,
	LG_WARN_FAILS_OPEN,
	LG_WARN_UNSUPPORTED_BY_DIALECT,
	LG_WARN_NO_SESSION_CONTROL,
	LG_WARN_X500_MATCH,
	LG_WARN_DOOR_DOES_NOT_ASK,
	LG_WARN_DIRECTORY_NOT_ASKED,
	LG_WARN_BREAK_GLASS_NOT_FOUND,
	LG_WARN_ENDS_BEFORE_IT_BITES,
	LG_WARN_NAME_SHARED,
	LG_WARN_LOCK_CONFLICT,
	LG_WARN_CONCERNS_NOBODY,
	LG_WARN_NOBODY_LIFTS,
	LG_WARN_FOREIGN_VALUE,
	LG_WARN_COMPANION_UNKNOWN,
	LG_WARN_UNREAD_KEY,
	LG_WARN_LANGUAGE_MISSING
};
#define LG_WARNING_COUNT 26

/* What a warning asks of the one who applies (contract 7 "Locks"). */
enum lg_warning_weight {
	LG_WEIGHT_TOLD = 0,    /* never needs accepting */
	LG_WEIGHT_ACCEPT,      /* --accept-warnings, or the profile's accept */
	LG_WEIGHT_ACCEPT_OPEN, /* --accept-open only */
	LG_WEIGHT_REFUSES      /* cannot be accepted */
};

/* "system-versions-blocked" ... */
const char *lg_warning_name(enum lg_warning warning);
/* 1 and *out_warning for a contract code, else 0. */
int lg_warning_from_name(const char *name, size_t len,
			 enum lg_warning *out_warning);
enum lg_warning_weight lg_warning_weight(enum lg_warning warning);

/* Zero-initialise; code[i] belongs to text.item[i]. */
struct lg_warnings {
	enum lg_warning *code;
	size_t capacity;
	struct lg_strlist text;
};

enum lg_status lg_warnings_add(struct lg_warnings *warnings,
			       enum lg_warning code, struct lg_error *err,
			       const char *format, ...)
	__attribute__((format(printf, 4, 5)));
int lg_warnings_has(const struct lg_warnings *warnings, enum lg_warning code);
void lg_warnings_release(struct lg_warnings *warnings);

#endif
