/* SPDX-License-Identifier: ISC */
/*
 * registry_keys.c - where values stand in a file, and where stores look
 *
 * Names and keys look alike when their letters are the same but for case, for
 * e and for s: "LogonOnlyAs", "Disable MAPI Client Process", "Parameters
 * System".
 */
#include "app/render/registry_keys.h"

#include <string.h>
#include <strings.h>

#define SETS 3
#define SYSTEM_KEY LG_KEY_HIVE "\\SYSTEM\\"
#define SERVICE "\\Services\\MSExchangeIS"
#define LEAF "\\ParametersSystem"

static const char *const names[] = {
	LG_VALUE_LOGON_ONLY_AS,
	LG_VALUE_DISABLE_MAPI_CLIENTS,
	LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static char letter(char c)
{
	char low = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;

	return low >= 'a' && low <= 'z' && low != 's' && low != 'e' ? low
								    : '\0';
}

static int looks_like(const char *a, const char *b)
{
	for (;;) {
		while (*a && !letter(*a))
			a++;
		while (*b && !letter(*b))
			b++;
		if (!*a || !*b)
			return !*a && !*b;
		if (letter(*a++) != letter(*b++))
			return 0;
	}
}

/* 1 to SETS for a key of a numbered control set, and what stands behind it;
 * 0 for the current one; -1 for a key of no control set. */
static int control_set(const char *key, const char **out_rest)
{
	static const char numbered[] = "ControlSet00";
	static const char current[] = "CurrentControlSet";
	const char *at = key + strlen(SYSTEM_KEY);

	if (strncasecmp(key, SYSTEM_KEY, strlen(SYSTEM_KEY)) != 0)
		return -1;
	if (strncasecmp(at, current, strlen(current)) == 0) {
		*out_rest = at + strlen(current);
		return 0;
	}
	if (strncasecmp(at, numbered, strlen(numbered)) != 0)
		return -1;
	at += strlen(numbered);
	if (*at < '1' || *at > '0' + SETS || at[1] != '\\')
		return -1;
	*out_rest = at + 1;
	return *at - '0';
}

static enum lg_status warn(struct lg_warnings *warnings, enum lg_warning code,
			   const struct lg_value *value, const char *what,
			   struct lg_error *err)
{
	if (warnings == NULL)
		return LG_OK;
	return lg_warnings_add(warnings, code, err, "%s\\%s %s", value->key,
			       value->name, what);
}

static int is_known(const char *name)
{
	for (size_t i = 0; i < NAMES; i++) {
		if (strcasecmp(names[i], name) == 0)
			return 1;
	}
	return 0;
}

static const char *resembled(const char *name)
{
	for (size_t i = 0; i < NAMES; i++) {
		if (looks_like(names[i], name))
			return names[i];
	}
	return NULL;
}

/* Regedit shows such a list up to the blank string alone. */
static enum lg_status look_at_list(const struct lg_value *value,
				   struct lg_warnings *warnings,
				   struct lg_error *err)
{
	int blank = 0;

	if (value->type != LG_REG_MULTI_SZ || value->bytes_kept)
		return LG_OK;
	for (size_t i = 0; i < value->list.count; i++) {
		const char *item = value->list.item[i];

		if (item[strspn(item, " \t")] == '\0')
			blank = 1;
		else if (blank)
			return warn(warnings, LG_WARN_DN_MALFORMED, value,
				    "has a blank string before others; regedit "
				    "shows and saves none behind it",
				    err);
	}
	return LG_OK;
}

/* A value below the store's service: whether a store reads it. */
static enum lg_status look_at(const struct lg_value *value, const char *rest,
			      struct lg_warnings *warnings,
			      struct lg_error *err)
{
	const char *leaf = rest + strlen(SERVICE);
	const char *meant = resembled(value->name);

	if (meant == NULL)
		return LG_OK;
	if (strcasecmp(leaf, LEAF) == 0) {
		if (is_known(value->name))
			return look_at_list(value, warnings, err);
		if (warnings == NULL)
			return LG_OK;
		return lg_warnings_add(warnings, LG_WARN_UNREAD_KEY, err,
				       "no store reads \"%s\"; its name is "
				       "\"%s\"",
				       value->name, meant);
	}
	/* L2 prints the service itself; that is told by itself. */
	if (*leaf == '\0' && is_known(value->name))
		return LG_OK;
	return warn(
		warnings, LG_WARN_UNREAD_KEY, value,
		looks_like(leaf, LEAF)
			? "is read by no store; its key is ParametersSystem, "
			  "in one word"
			: "is read by no store, which looks below "
			  "ParametersSystem",
		err);
}

static enum lg_status put(struct lg_registry *copy,
			  const struct lg_registry *values,
			  const struct lg_value *found, struct lg_error *err)
{
	char key[] = LG_KEY_PARAMETERS_SYSTEM;
	struct lg_value value = *found;

	if (lg_registry_find(values, key, found->name) != NULL ||
	    lg_registry_find(copy, key, found->name) != NULL)
		return LG_OK;
	value.key = key;
	return lg_registry_set(copy, &value, err);
}

enum lg_status lg_registry_keys_gather(const struct lg_registry *values,
				       struct lg_registry **out_values,
				       int *out_moved,
				       struct lg_warnings *warnings,
				       struct lg_error *err)
{
	struct lg_registry *copy = NULL;
	int moved = 0;
	enum lg_status status = lg_registry_copy(values, &copy, err);

	for (size_t i = 0; i < NAMES && status == LG_OK; i++) {
		const struct lg_value *found =
			lg_registry_find(values, LG_KEY_MSEXCHANGEIS, names[i]);

		if (found == NULL)
			continue;
		moved = 1;
		status = put(copy, values, found, err);
	}
	for (size_t i = 0; i < lg_registry_count(values) && status == LG_OK;
	     i++) {
		const struct lg_value *value = lg_registry_at(values, i);
		const char *rest = NULL;
		int set = control_set(value->key, &rest);

		if (set < 0 || strncasecmp(rest, SERVICE, strlen(SERVICE)) != 0)
			continue;
		status = look_at(value, rest, warnings, err);
		if (status != LG_OK || set == 0 ||
		    strcasecmp(rest, SERVICE LEAF) != 0)
			continue;
		status = put(copy, values, value, err);
		if (status == LG_OK)
			status = warn(warnings, LG_WARN_UNREAD_KEY, value,
				      "is read as that of the current control "
				      "set; a server reads the set that it was "
				      "started with",
				      err);
	}
	if (status != LG_OK) {
		lg_registry_free(&copy);
		return status;
	}
	*out_values = copy;
	*out_moved = moved;
	return LG_OK;
}
