/* SPDX-License-Identifier: ISC */
/*
 * Reads Registry Editor 5.00 files, and REGEDIT4 files of before.
 *
 * The bytes become UTF-8 first, then a cursor walks over the lines. Values
 * are put into a copy of the base; only a file that was read to its end hands
 * that copy over. What regedit or `net registry` pass over in silence (a last
 * line without an end, anything after a bad line) is an error here: an
 * administrator who imports a lock must get all of it or be told.
 */
#include <string.h>

#include "core/values/registry_bytes.h"
#include "core/values/registry_value.h"
#include "base/ascii.h"
#include "base/hex.h"
#include "base/utf16.h"
#include "core/values/registry_reader.h"

#define HEADER "Windows Registry Editor Version 5.00"

static int starts_folded(const char *text, size_t len, const char *prefix)
{
	size_t used = lg_ascii_starts(text, len, prefix);

	return used > 0 && (used == len || text[used] == '\\');
}

/* The key in its long form; 0 where it belongs to no hive. */
static int take_key(struct reader *reader, const char *text, size_t len)
{
	static const char *const roots[][2] = {
		{"HKLM", "HKEY_LOCAL_MACHINE"},  {"HKCU", "HKEY_CURRENT_USER"},
		{"HKCR", "HKEY_CLASSES_ROOT"},   {"HKU", "HKEY_USERS"},
		{"HKCC", "HKEY_CURRENT_CONFIG"},
	};

	lg_buffer_clear(&reader->key);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		for (size_t form = 0; form < 2; form++) {
			size_t root = strlen(roots[i][form]);

			if (!starts_folded(text, len, roots[i][form]))
				continue;
			lg_buffer_text(&reader->key, roots[i][1]);
			lg_buffer_append(&reader->key, text + root, len - root);
			return 1;
		}
	}
	return 0;
}

static enum lg_status read_key(struct reader *reader)
{
	const char *start = ++reader->at;
	const char *close = NULL;
	int deletes = 0;
	enum lg_status status;

	/* A key may hold brackets: the last one of the line closes it. */
	for (const char *at = start; at < reader->end && *at != '\n'; at++)
		if (*at == ']')
			close = at;
	if (!close)
		return lg_reg_syntax(reader,
				     "a key without its closing bracket; "
				     "[HKEY_LOCAL_MACHINE\\...]");
	if (start < close && *start == '-') {
		deletes = 1;
		start++;
	}
	for (const char *at = start; at < close; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return lg_reg_syntax(reader,
					     "a control character in a key");
	if (!take_key(reader, start, (size_t)(close - start)))
		return lg_reg_syntax(reader,
				     "a key of no hive; keys begin with "
				     "HKEY_LOCAL_MACHINE or HKLM");
	status = lg_buffer_status(&reader->key, reader->err);
	if (status != LG_OK)
		return status;
	reader->has_key = 1;
	reader->key_deleted = deletes;
	if (deletes)
		lg_registry_delete_key(reader->registry, reader->key.data);
	if (deletes && reader->deletions)
		status = lg_strlist_add(reader->deletions->deleted_key,
					reader->key.data, reader->key.len,
					reader->err);
	if (status != LG_OK)
		return status;
	reader->at = close + 1;
	return lg_reg_rest_of_line(reader);
}

/* Errors of the model get the line. */
static enum lg_status placed(struct reader *reader, enum lg_status status)
{
	char text[sizeof(reader->err->text)];

	if (status == LG_OK || status == LG_ERR_NO_MEMORY || !reader->err)
		return status;
	memcpy(text, reader->err->text, sizeof(text));
	return lg_error_set_at(reader->err, status, reader->file, reader->line,
			       "%s", text);
}

/* The bytes of a text in REGEDIT4 are ANSI; Windows stores UTF-16. */
static enum lg_status widen(struct reader *reader)
{
	struct lg_buffer text = {0};
	enum lg_status status = lg_reg_bytes_ansi(
		reader->codepage, (const unsigned char *)reader->data.data,
		reader->data.len, reader->file, &text, reader->err);

	if (status == LG_OK) {
		lg_buffer_clear(&reader->data);
		lg_utf16_append(&reader->data, text.data ? text.data : "",
				text.len);
		status = lg_buffer_status(&reader->data, reader->err);
	}
	lg_buffer_release(&text);
	reader->widened = 1;
	return placed(reader, status);
}

static enum lg_status note_deletion(struct reader *reader)
{
	enum lg_status status;

	if (!reader->deletions)
		return LG_OK;
	status = lg_strlist_add(reader->deletions->key, reader->key.data,
				reader->key.len, reader->err);
	if (status == LG_OK)
		status = lg_strlist_add(reader->deletions->name,
					reader->name.data, reader->name.len,
					reader->err);
	return status;
}

static enum lg_status read_data(struct reader *reader)
{
	const char *key = reader->key.data;
	const char *name = reader->name.data;
	enum lg_status status;
	uint32_t number;

	if (lg_reg_starts(reader, "\"")) {
		status = lg_reg_read_quoted(reader, &reader->data);
		if (status != LG_OK)
			return status;
		return placed(reader, lg_registry_set_text(
					      reader->registry, key, name,
					      reader->data.data, reader->err));
	}
	if (lg_reg_starts(reader, "-")) {
		reader->at++;
		lg_registry_delete(reader->registry, key, name);
		return note_deletion(reader);
	}
	if (lg_reg_starts(reader, "dword:")) {
		reader->at += 6;
		lg_reg_skip_blanks(reader);
		if (!lg_reg_read_hex(reader, 8, &number))
			return lg_reg_syntax(reader,
					     "not a number; dword: and up to "
					     "8 hexadecimal digits");
		return lg_registry_set_dword(reader->registry, key, name,
					     number, reader->err);
	}
	number = LG_REG_BINARY;
	if (lg_reg_starts(reader, "hex(")) {
		reader->at += 4;
		if (!lg_reg_read_hex(reader, 8, &number) ||
		    !lg_reg_starts(reader, "):"))
			return lg_reg_syntax(reader, "not a type; hex(7): is a "
						     "REG_MULTI_SZ");
		reader->at += 2;
	} else if (lg_reg_starts(reader, "hex:")) {
		reader->at += 4;
	} else {
		return lg_reg_syntax(reader,
				     "not a value; \"text\", dword:, hex: "
				     "and hex(N): are");
	}
	reader->type = number;
	status = lg_reg_read_bytes(reader);
	if (status == LG_OK && reader->codepage &&
	    (number == LG_REG_SZ || number == LG_REG_EXPAND_SZ ||
	     number == LG_REG_MULTI_SZ))
		status = widen(reader);
	if (status != LG_OK)
		return status;
	return lg_registry_set_bytes(reader->registry, key, name, number,
				     reader->data.data, reader->data.len,
				     reader->err);
}

static enum lg_status read_value(struct reader *reader)
{
	enum lg_status status;

	if (!reader->has_key)
		return lg_reg_syntax(reader,
				     "a value before the first key; "
				     "[HKEY_LOCAL_MACHINE\\...] comes first");
	if (reader->key_deleted)
		return lg_reg_syntax(reader,
				     "a value below a key that is deleted");
	if (*reader->at == '@') {
		reader->at++;
		lg_buffer_clear(&reader->name);
		lg_buffer_append(&reader->name, "", 0);
		status = lg_buffer_status(&reader->name, reader->err);
	} else {
		status = lg_reg_read_quoted(reader, &reader->name);
	}
	if (status != LG_OK)
		return status;
	lg_reg_skip_blanks(reader);
	if (!lg_reg_starts(reader, "="))
		return lg_reg_syntax(reader, "a value's name without =");
	reader->equals = reader->at;
	reader->at++;
	lg_reg_skip_blanks(reader);
	status = read_data(reader);
	return status != LG_OK ? status : lg_reg_rest_of_line(reader);
}

static enum lg_status read_header(struct reader *reader)
{
	if (reader->codepage) {
		reader->at += strlen(LG_REG_HEADER_4);
		return lg_reg_rest_of_line(reader);
	}
	if (!lg_reg_starts(reader, HEADER))
		return lg_reg_syntax(reader,
				     "not a registry file; its first line is "
				     "\"" HEADER "\"");
	reader->at += strlen(HEADER);
	return lg_reg_rest_of_line(reader);
}

/* What was read from start on, in the newer form. */
static void modernise(struct reader *reader, const char *start)
{
	if (!reader->modern)
		return;
	if (!reader->widened) {
		lg_buffer_append(reader->modern, start,
				 (size_t)(reader->at - start));
		return;
	}
	/* The name stands before the first = that no quote holds. */
	lg_buffer_append(reader->modern, start,
			 (size_t)(reader->equals - start));
	lg_buffer_format(reader->modern, "=hex(%x):", reader->type);
	for (size_t i = 0; i < reader->data.len; i++) {
		unsigned char byte = (unsigned char)reader->data.data[i];
		const char two[3] = {lg_hex_digit(byte >> 4u),
				     lg_hex_digit(byte), ','};

		lg_buffer_append(reader->modern, two,
				 i + 1 < reader->data.len ? 3 : 2);
	}
	lg_buffer_char(reader->modern, '\n');
}

static enum lg_status read_file(struct reader *reader)
{
	const char *start;
	enum lg_status status = read_header(reader);

	for (; status == LG_OK && reader->at < reader->end;
	     modernise(reader, start)) {
		start = reader->at;
		reader->widened = 0;
		lg_reg_skip_blanks(reader);
		if (reader->at == reader->end || *reader->at == ';' ||
		    *reader->at == '\r' || *reader->at == '\n')
			status = lg_reg_rest_of_line(reader);
		else if (*reader->at == '[')
			status = read_key(reader);
		else if (*reader->at == '"' || *reader->at == '@')
			status = read_value(reader);
		else if (lg_reg_starts(reader, HEADER) ||
			 lg_reg_starts(reader, LG_REG_HEADER_4))
			status = lg_reg_syntax(reader,
					       "a second header; the file "
					       "holds two exports");
		else
			status = lg_reg_syntax(reader,
					       "neither a key in brackets "
					       "nor a \"name\"=value");
	}
	return status;
}

/* modern and deletions may be NULL. */
static enum lg_status
parse(const void *bytes, size_t len, const char *place,
      const struct lg_registry *base, const struct lg_codepage *codepage,
      struct lg_buffer *modern, struct deletions *deletions,
      struct lg_registry **out_registry, struct lg_error *err)
{
	struct lg_codepage western;
	struct lg_error ignored;
	struct reader reader = {.file = place,
				.line = 1,
				.modern = modern,
				.deletions = deletions,
				.err = err ? err : &ignored};
	struct lg_buffer text = {0};
	enum lg_status status;

	if (lg_reg_bytes_are_ansi(bytes, len)) {
		lg_codepage_1252(&western);
		reader.codepage = codepage ? codepage : &western;
		status = lg_reg_bytes_ansi(reader.codepage, bytes, len, place,
					   &text, reader.err);
	} else {
		status = lg_reg_bytes_decode(bytes, len, place, &text,
					     reader.err);
	}
	if (status == LG_OK)
		status = base ? lg_registry_copy(base, &reader.registry,
						 reader.err)
			      : lg_registry_new(&reader.registry, reader.err);
	if (status != LG_OK)
		goto out;
	reader.at = text.data ? text.data : "";
	reader.end = reader.at + text.len;
	status = read_file(&reader);
	if (status != LG_OK)
		goto out;
	*out_registry = reader.registry;
	reader.registry = NULL;
out:
	lg_registry_free(&reader.registry);
	lg_buffer_release(&reader.key);
	lg_buffer_release(&reader.name);
	lg_buffer_release(&reader.data);
	lg_buffer_release(&text);
	return status;
}

enum lg_status lg_reg_text_parse(const void *bytes, size_t len,
				 const char *place,
				 const struct lg_registry *base,
				 struct lg_registry **out_registry,
				 struct lg_error *err)
{
	return parse(bytes, len, place, base, NULL, NULL, NULL, out_registry,
		     err);
}

enum lg_status lg_reg_text_parse_as(const void *bytes, size_t len,
				    const char *place,
				    const struct lg_registry *base,
				    const struct lg_codepage *codepage,
				    struct lg_registry **out_registry,
				    struct lg_error *err)
{
	return parse(bytes, len, place, base, codepage, NULL, NULL,
		     out_registry, err);
}

enum lg_status lg_reg_text_modernise(const void *bytes, size_t len,
				     const char *place,
				     const struct lg_codepage *codepage,
				     struct lg_buffer *out_text,
				     struct lg_error *err)
{
	struct lg_registry *registry = NULL;
	struct lg_buffer modern = {0};
	enum lg_status status = LG_OK;

	if (!lg_reg_bytes_are_ansi(bytes, len)) {
		lg_buffer_append(out_text, bytes, len);
		return lg_buffer_status(out_text, err);
	}
	lg_buffer_text(&modern, HEADER "\n");
	status = parse(bytes, len, place, NULL, codepage, &modern, NULL,
		       &registry, err);
	if (status == LG_OK)
		status = lg_buffer_status(&modern, err);
	if (status == LG_OK) {
		lg_buffer_append(out_text, modern.data, modern.len);
		status = lg_buffer_status(out_text, err);
	}
	lg_registry_free(&registry);
	lg_buffer_release(&modern);
	return status;
}

enum lg_status
lg_reg_text_deletions(const void *bytes, size_t len, const char *place,
		      struct lg_strlist *out_key, struct lg_strlist *out_name,
		      struct lg_strlist *out_deleted_key, struct lg_error *err)
{
	struct deletions deletions = {out_key, out_name, out_deleted_key};
	struct lg_registry *registry = NULL;
	enum lg_status status = parse(bytes, len, place, NULL, NULL, NULL,
				      &deletions, &registry, err);

	lg_registry_free(&registry);
	return status;
}
