/* SPDX-License-Identifier: ISC */
/*
 * ldif_text.c - the guard before libldap's LDIF reader
 *
 * That reader follows include: and attr:<, hangs on a NUL, skips lines that
 * begin with a digit and joins what a cut-off file leaves. So every line is
 * looked at here first, unfolded as RFC 2849 says, and what is not a whole
 * export of entries is an error with its line. What passes is written out
 * clean: then the reader has nothing left to guess.
 */
#include "ldif_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/grow.h"
#include "base/utf8.h"

struct guard {
	const char *at;
	const char *end;
	const char *file;
	size_t line;            /* of the physical line at `at` */
	struct lg_buffer value; /* one logical line, unfolded */
	size_t value_line;      /* where it began */
	size_t last_width;      /* of the last physical line */
	size_t fold_width;      /* of the lines that others continue */
	size_t attributes;      /* in this record, beside dn and changetype */
	int in_record;
	int in_summary; /* ldapsearch's own "search:", "result:" */
	int blank_seen; /* after the last record */
	struct lg_ldif_text *out;
	struct lg_error *err;
};

static enum lg_status wrong_at(struct guard *guard, size_t line,
			       const char *what, const char *right)
{
	return lg_error_set_at(guard->err, LG_ERR_DIRECTORY, guard->file, line,
			       "%s; %s", what, right);
}

static enum lg_status wrong(struct guard *guard, const char *what,
			    const char *right)
{
	return wrong_at(guard, guard->value_line, what, right);
}

/* The next physical line, without its end; NULL where a line is no text. */
static enum lg_status take_line(struct guard *guard, const char **out_text,
				size_t *out_len)
{
	const char *text = guard->at;
	const char *stop = memchr(text, '\n', (size_t)(guard->end - text));
	size_t len;

	if (!stop)
		return wrong_at(guard, guard->line,
				"the last line is cut off: it has no end",
				"a whole export ends with a line feed");
	len = (size_t)(stop - text);
	guard->at = stop + 1;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (memchr(text, '\0', len))
		return wrong_at(guard, guard->line, "a NUL",
				"LDIF is text; export the directory again");
	if (memchr(text, '\r', len))
		return wrong_at(guard, guard->line,
				"a carriage return within a line",
				"lines end with LF or CR LF");
	if (!lg_utf8_is_valid(text, len))
		return wrong_at(guard, guard->line, "not UTF-8",
				"other bytes stand in base64, as \"attr:: "
				"...\"");
	guard->last_width = len;
	*out_text = text;
	*out_len = len;
	return LG_OK;
}

/* One logical line into guard->value: a line and all that continue it. */
static enum lg_status take_logical(struct guard *guard)
{
	const char *text;
	size_t len;
	enum lg_status status = take_line(guard, &text, &len);

	if (status != LG_OK)
		return status;
	guard->value_line = guard->line++;
	if (len > 0 && text[0] == ' ')
		return wrong(guard, "a line that continues nothing",
			     "only a line within an entry may begin with a "
			     "blank");
	lg_buffer_clear(&guard->value);
	lg_buffer_append(&guard->value, text, len);
	while (len > 0 && guard->at < guard->end && *guard->at == ' ') {
		guard->fold_width = guard->last_width;
		status = take_line(guard, &text, &len);
		if (status != LG_OK)
			return status;
		guard->line++;
		lg_buffer_append(&guard->value, text + 1, len - 1);
	}
	return lg_buffer_status(&guard->value, guard->err);
}

static int is_name_char(char c)
{
	return lg_ascii_is_alnum(c) || (c != '\0' && strchr("-;._=", c));
}

static int is_base64(const char *text, size_t len)
{
	size_t pad = 0;

	if (len % 4 != 0)
		return 0;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len - pad; i++) {
		char c = text[i];

		if (!(lg_ascii_is_alnum(c) || c == '+' || c == '/'))
			return 0;
	}
	return 1;
}

/* The value after "attr:": text, or base64 after another colon. */
static enum lg_status check_value(struct guard *guard, const char *value,
				  size_t len)
{
	int base64 = len > 0 && value[0] == ':';

	if (base64) {
		value++;
		len--;
	}
	if (len > 0 && !base64 && value[0] == '<')
		return wrong(guard, "a value to be fetched from elsewhere",
			     "a value stands in the file itself, as \"attr: "
			     "value\"");
	while (len > 0 && value[0] == ' ') {
		value++;
		len--;
	}
	if (base64 && !is_base64(value, len))
		return wrong(guard, "base64 that is damaged or cut off",
			     "export the directory again");
	if (!base64 && len > 0 && (value[0] == '<' || value[0] == ':'))
		return wrong(guard, "a value that begins with \"<\" or \":\"",
			     "such a value stands in base64, as \"attr:: "
			     "...\"");
	return LG_OK;
}

static enum lg_status begin_record(struct guard *guard)
{
	struct lg_ldif_text *out = guard->out;
	enum lg_status status = lg_grow(&out->line, &out->capacity, out->count,
					sizeof(*out->line), guard->err);

	if (status != LG_OK)
		return status;
	out->line[out->count++] = guard->value_line;
	guard->in_record = 1;
	guard->attributes = 0;
	return LG_OK;
}

/* Without -L, ldapsearch ends with a block of its own. */
static enum lg_status check_summary(struct guard *guard, const char *name,
				    size_t len, const char *value)
{
	if (!lg_ascii_is(name, len, "result"))
		return LG_OK;
	while (*value == ' ')
		value++;
	if (strcmp(value, "0") == 0 || strncmp(value, "0 ", 2) == 0)
		return LG_OK;
	return lg_error_set_at(guard->err, LG_ERR_DIRECTORY, guard->file,
			       guard->value_line,
			       "the export ended early (%s); export the "
			       "directory again",
			       value);
}

static enum lg_status check_first(struct guard *guard, const char *name,
				  size_t len)
{
	if (lg_ascii_is(name, len, "dn"))
		return begin_record(guard);
	if (lg_ascii_is(name, len, "include"))
		return wrong(guard, "an include of another file",
			     "all entries stand in the file itself");
	if (lg_ascii_is(name, len, "search") && guard->out->count > 0) {
		guard->in_summary = 1;
		return LG_OK;
	}
	return wrong(guard, "an entry that does not begin with \"dn:\"",
		     "\"dn: uid=name,dc=example,dc=org\" comes first");
}

/*
 * Where a search met a pointer to another server, ldapsearch writes it as a
 * block of its own. Active Directory points to its partitions without
 * accounts from the top of every domain.
 */
static enum lg_status check_reference(struct guard *guard, const char *value)
{
	static const char *const without_accounts[] = {"/DC=ForestDnsZones,",
						       "/DC=DomainDnsZones,",
						       "/CN=Configuration,"};

	for (size_t i = 0; i < 3; i++)
		if (strcasestr(value, without_accounts[i]))
			return LG_OK;
	return wrong(guard, "a part of the directory is on another server",
		     "an export holds all of it; export from the global "
		     "catalog");
}

static enum lg_status check_line(struct guard *guard)
{
	const char *text = guard->value.data;
	size_t len = guard->value.len;
	size_t name = 0;
	int first = !guard->in_record;
	int version;
	enum lg_status status;

	while (name < len && is_name_char(text[name]))
		name++;
	if (name == 0 || name == len || text[name] != ':')
		return wrong(guard, "a line that is not \"attr: value\"",
			     "export the directory again");
	if (guard->in_summary)
		return check_summary(guard, text, name, text + name + 1);
	if (first && lg_ascii_is(text, name, "ref"))
		return check_reference(guard, text + name + 1);
	version = first && guard->out->count == 0 &&
		  lg_ascii_is(text, name, "version");
	if (version)
		return LG_OK;
	status = first ? check_first(guard, text, name) : LG_OK;
	if (status != LG_OK || guard->in_summary)
		return status;
	if (!first && lg_ascii_is(text, name, "dn"))
		return wrong(guard, "a second \"dn:\" in one entry",
			     "an empty line stands between entries");
	if (lg_ascii_is(text, name, "include"))
		return wrong(guard, "an include of another file",
			     "all entries stand in the file itself");
	if (lg_ascii_is(text, name, "control"))
		return wrong(guard, "a control",
			     "an export holds entries only");
	status = check_value(guard, text + name + 1, len - name - 1);
	if (status != LG_OK)
		return status;
	if (lg_ascii_is(text, name, "changetype")) {
		const char *kind = text + name + 1;

		while (*kind == ' ')
			kind++;
		if (strcasecmp(kind, "add") != 0)
			return wrong(guard, "a change of an entry",
				     "an export holds entries only, at most "
				     "with \"changetype: add\"");
		return LG_OK;
	}
	if (!first)
		guard->attributes++;
	lg_buffer_append(&guard->out->text, text, len);
	lg_buffer_char(&guard->out->text, '\n');
	return LG_OK;
}

static void end_record(struct guard *guard)
{
	if (guard->in_record)
		lg_buffer_char(&guard->out->text, '\n');
	guard->in_record = 0;
	guard->in_summary = 0;
	guard->blank_seen = 1;
}

/*
 * A file may end without an empty line after its last entry, but not where
 * that looks like the middle of one: a dn alone, or a last line as long as the
 * lines that are continued.
 */
static enum lg_status check_end(struct guard *guard)
{
	if (guard->in_record && !guard->blank_seen &&
	    (guard->attributes == 0 ||
	     (guard->fold_width > 0 && guard->last_width == guard->fold_width)))
		return wrong(guard, "the last entry looks cut off",
			     "if it is whole, put an empty line after it");
	end_record(guard);
	if (guard->out->count == 0)
		return wrong_at(guard, guard->line, "no entry in this file",
				"an export of a directory has some");
	return lg_buffer_status(&guard->out->text, guard->err);
}

static enum lg_status run_guard(struct guard *guard)
{
	enum lg_status status = LG_OK;

	while (guard->at < guard->end) {
		status = take_logical(guard);
		if (status != LG_OK)
			return status;
		if (guard->value.len == 0) {
			end_record(guard);
			continue;
		}
		if (guard->value.data[0] == '#')
			continue;
		guard->blank_seen = 0;
		status = check_line(guard);
		if (status != LG_OK)
			return status;
	}
	return check_end(guard);
}

enum lg_status lg_ldif_text_clean(const char *bytes, size_t len,
				  const char *file,
				  struct lg_ldif_text *out_text,
				  struct lg_error *err)
{
	struct lg_buffer utf8 = {0};
	struct lg_ldif_text text = {0};
	struct guard guard = {
		.file = file, .line = 1, .out = &text, .err = err};
	enum lg_status status;

	/* Most exports need no copy: they are UTF-8 already. */
	guard.at = bytes;
	guard.end = bytes + len;
	if (lg_ldif_text_is_marked(bytes, len)) {
		status = lg_ldif_text_decode(bytes, len, file, &utf8, err);
		if (status != LG_OK)
			goto out;
		/* A mark alone has no bytes behind it. */
		guard.at = utf8.data ? utf8.data : "";
		guard.end = guard.at + utf8.len;
	}
	if (guard.at == guard.end) {
		status = lg_error_set(err, LG_ERR_DIRECTORY, file,
				      "an empty file; an export of a "
				      "directory has entries");
		goto out;
	}
	status = run_guard(&guard);
	if (status == LG_OK) {
		*out_text = text;
		text = (struct lg_ldif_text){0};
	}
out:
	lg_buffer_release(&guard.value);
	lg_ldif_text_release(&text);
	lg_buffer_release(&utf8);
	return status;
}

void lg_ldif_text_release(struct lg_ldif_text *text)
{
	lg_buffer_release(&text->text);
	free(text->line);
	*text = (struct lg_ldif_text){0};
}
