/* SPDX-License-Identifier: ISC */
/*
 * protocolSettings values. Only field 0 and field 1 are understood (of MAPI
 * also field 2), and a changed value is the old bytes with field 1 exchanged:
 * what a later generation wrote behind it comes back as it was (I2). Changes
 * are kept as whole values to remove and to add, which is what LDAP takes and
 * what makes the way back exact.
 */
#include <string.h>

#include "core/exchange/protocol_settings.h"
#include "base/ascii.h"
#include "base/listed.h"

#define SEPARATOR "\xc2\xa7" /* U+00A7 */
#define SEPARATOR_LEN (sizeof(SEPARATOR) - 1)

struct protocol_names {
	const char *name[2];
	/* What the Exchange tools write for an account without a value (I2,
	 * field 1 made 0). */
	const char *disabled;
};

static const struct protocol_names known[LG_PROTOCOL_COUNT] = {
	[LG_PROTOCOL_MAPI] = {{"MAPI", NULL},
			      "MAPI" SEPARATOR "0" SEPARATOR
			      "0" SEPARATOR SEPARATOR SEPARATOR SEPARATOR
				      SEPARATOR SEPARATOR},
	[LG_PROTOCOL_HTTP] = {{"HTTP", "OWA"},
			      "HTTP" SEPARATOR "0" SEPARATOR
			      "1" SEPARATOR SEPARATOR SEPARATOR SEPARATOR
				      SEPARATOR SEPARATOR},
	[LG_PROTOCOL_IMAP] = {{"IMAP4", NULL},
			      "IMAP4" SEPARATOR "0" SEPARATOR "1" SEPARATOR
			      "1" SEPARATOR "ISO-8859-1" SEPARATOR "0" SEPARATOR
			      "1" SEPARATOR "1" SEPARATOR "0"},
	[LG_PROTOCOL_POP3] = {{"POP3", NULL},
			      "POP3" SEPARATOR "0" SEPARATOR "1" SEPARATOR
			      "1" SEPARATOR "ISO-8859-1" SEPARATOR
			      "0" SEPARATOR SEPARATOR SEPARATOR},
};

/* A value cut around its field 1. */
struct protocol_value {
	const char *text;
	size_t name_len;
	size_t field; /* where field 1 begins; the value's end without one */
	size_t field_len;
};

int lg_protocol_settings_knows(enum lg_protocol protocol)
{
	return (unsigned int)protocol < LG_PROTOCOL_COUNT &&
	       known[protocol].name[0] != NULL;
}

static size_t field_length(const char *text)
{
	const char *end = strstr(text, SEPARATOR);

	return end ? (size_t)(end - text) : strlen(text);
}

static struct protocol_value cut(const char *text)
{
	struct protocol_value value = {.text = text};

	value.name_len = value.field = field_length(text);
	if (text[value.name_len]) {
		value.field += SEPARATOR_LEN;
		value.field_len = field_length(text + value.field);
	}
	return value;
}

static int is_named(const struct protocol_value *value, const char *name)
{
	return name && lg_ascii_is(value->text, value->name_len, name);
}

static int is_of(const struct protocol_value *value, enum lg_protocol protocol)
{
	return is_named(value, known[protocol].name[0]) ||
	       is_named(value, known[protocol].name[1]);
}

static enum lg_access access_of(const struct protocol_value *value,
				enum lg_protocol protocol)
{
	const char *field = value->text + value->field;
	const char *next = field + value->field_len;

	if (!value->field_len)
		return LG_ACCESS_UNSTATED;
	if (value->field_len != 1 || (*field != '0' && *field != '1'))
		return LG_ACCESS_UNKNOWN;
	if (*field == '0')
		return LG_ACCESS_DISABLED;
	if (protocol == LG_PROTOCOL_MAPI && *next &&
	    field_length(next + SEPARATOR_LEN) == 1 &&
	    next[SEPARATOR_LEN] == '1')
		return LG_ACCESS_CACHED_ONLY;
	return LG_ACCESS_ENABLED;
}

static const int strictness[] = {
	[LG_ACCESS_UNSTATED] = 0, [LG_ACCESS_ENABLED] = 1,
	[LG_ACCESS_UNKNOWN] = 2,  [LG_ACCESS_CACHED_ONLY] = 3,
	[LG_ACCESS_DISABLED] = 4,
};

enum lg_access lg_protocol_settings_access(const struct lg_strlist *values,
					   enum lg_protocol protocol)
{
	enum lg_access strictest = LG_ACCESS_UNSTATED;

	if (!lg_protocol_settings_knows(protocol))
		return LG_ACCESS_UNSTATED;
	for (size_t i = 0; i < values->count; i++) {
		struct protocol_value value = cut(values->item[i]);
		enum lg_access access;

		if (!is_of(&value, protocol))
			continue;
		access = access_of(&value, protocol);
		if (strictness[access] > strictness[strictest])
			strictest = access;
	}
	return strictest;
}

/* The same value with another field 1. An attribute holds a value once: one
 * that is there already, or will be, is not added. */
static enum lg_status exchange_field(const struct lg_strlist *values,
				     const struct protocol_value *value,
				     const char *field,
				     struct lg_protocol_change *change,
				     struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_append(&text, value->text, value->name_len);
	lg_buffer_text(&text, SEPARATOR);
	lg_buffer_text(&text, field);
	lg_buffer_text(&text, value->text + value->field + value->field_len);
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = lg_list_text(&change->removed, value->text, err);
	if (status == LG_OK && !lg_listed(values, text.data) &&
	    !lg_listed(&change->added, text.data))
		status = lg_strlist_add(&change->added, text.data, text.len,
					err);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status refuse_unknown(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_CONFLICT, NULL,
			    "smtp and login have no switch in protocolSettings;"
			    " mapi, http, imap and pop3 have one");
}

enum lg_status lg_protocol_settings_disable(const struct lg_strlist *values,
					    enum lg_protocol protocol,
					    struct lg_protocol_change *change,
					    struct lg_error *err)
{
	enum lg_status status = LG_OK;
	int found = 0;

	if (!lg_protocol_settings_knows(protocol))
		return refuse_unknown(err);
	for (size_t i = 0; status == LG_OK && i < values->count; i++) {
		struct protocol_value value = cut(values->item[i]);

		if (!is_of(&value, protocol))
			continue;
		found = 1;
		if (access_of(&value, protocol) != LG_ACCESS_DISABLED)
			status = exchange_field(values, &value, "0", change,
						err);
	}
	if (status == LG_OK && !found)
		status = lg_list_text(&change->added, known[protocol].disabled,
				      err);
	return status;
}

/* Whether the nth value is among those to remove; each removes one value. */
static int is_removed(const struct lg_strlist *values, size_t nth,
		      const struct lg_strlist *removed)
{
	size_t earlier = 0;
	size_t times = 0;

	for (size_t i = 0; i < nth; i++)
		earlier += strcmp(values->item[i], values->item[nth]) == 0;
	for (size_t i = 0; i < removed->count; i++)
		times += strcmp(removed->item[i], values->item[nth]) == 0;
	return earlier < times;
}

enum lg_status lg_protocol_change_apply(const struct lg_strlist *values,
					const struct lg_protocol_change *change,
					struct lg_strlist *out_values,
					struct lg_error *err)
{
	struct lg_strlist result = {0};
	enum lg_status status = LG_OK;
	size_t removed = 0;

	for (size_t i = 0; status == LG_OK && i < values->count; i++) {
		if (is_removed(values, i, &change->removed))
			removed++;
		else
			status = lg_list_text(&result, values->item[i], err);
	}
	if (status == LG_OK && removed != change->removed.count)
		status =
			lg_error_set(err, LG_ERR_CONFLICT, NULL,
				     "protocolSettings was changed by somebody "
				     "else meanwhile");
	if (status == LG_OK)
		status = lg_strlist_add_all(&result, &change->added, err);
	if (status == LG_OK) {
		*out_values = result;
		return LG_OK;
	}
	lg_strlist_release(&result);
	return status;
}

struct lg_protocol_change
lg_protocol_change_undo(const struct lg_protocol_change *change)
{
	return (struct lg_protocol_change){change->added, change->removed};
}

void lg_protocol_change_release(struct lg_protocol_change *change)
{
	lg_strlist_release(&change->removed);
	lg_strlist_release(&change->added);
}
