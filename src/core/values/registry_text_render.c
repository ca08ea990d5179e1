/* SPDX-License-Identifier: ISC */
/*
 * Writes Registry Editor 5.00 files, and REGEDIT4 ones: one block a key, in the
 * order in which keys first appear, and an empty line at the end, without which
 * `net registry import` drops the last value (facts/directory.md D).
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/registry.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "base/hex.h"
#include "base/utf16.h"

enum {
	WIDTH = 80
};

struct writer {
	struct lg_buffer text; /* UTF-8, whatever the encoding */
	const char *line_end;
	struct lg_buffer data;
	enum lg_reg_encoding encoding;
	const struct lg_codepage *codepage;
	enum lg_status status; /* of what REGEDIT4 cannot hold */
	struct lg_error *err;
};

static const char *line_end_of(enum lg_reg_encoding encoding)
{
	return encoding == LG_REG_ENCODING_UTF8 ? "\n" : "\r\n";
}

static void write_quoted(struct lg_buffer *out, const char *text)
{
	lg_buffer_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			lg_buffer_char(out, '\\');
		lg_buffer_char(out, *text);
	}
	lg_buffer_char(out, '"');
}

/* As regedit breaks lines: behind a comma, two blanks before the rest. */
static void write_bytes(struct writer *writer, size_t column)
{
	const unsigned char *bytes = (const unsigned char *)writer->data.data;

	for (size_t i = 0; i < writer->data.len; i++) {
		const char three[3] = {lg_hex_digit(bytes[i] >> 4u),
				       lg_hex_digit(bytes[i]), ','};
		size_t width = i + 1 < writer->data.len ? 3 : 2;

		/* One column is kept for the backslash. */
		if (column + width >= WIDTH && i) {
			lg_buffer_format(&writer->text, "\\%s  ",
					 writer->line_end);
			column = 2;
		}
		lg_buffer_append(&writer->text, three, width);
		column += width;
	}
}

/* For the one who opens the gate's file in an editor. */
static void write_shown(struct writer *writer, const struct lg_strlist *list)
{
	for (size_t i = 0; i < list->count; i++) {
		lg_buffer_text(&writer->text, "; ");
		for (const char *at = list->item[i]; *at; at++)
			lg_buffer_char(&writer->text,
				       (unsigned char)*at < 0x20 ? ' ' : *at);
		lg_buffer_text(&writer->text, writer->line_end);
	}
}

static int is_text_type(const struct lg_value *value)
{
	return value->type == LG_REG_SZ || value->type == LG_REG_EXPAND_SZ ||
	       value->type == LG_REG_MULTI_SZ;
}

/* Text as Windows stores it, into the bytes that REGEDIT4 has of it. */
static void narrow(struct writer *writer, const struct lg_value *value)
{
	struct lg_buffer text = {0};
	size_t units = writer->data.len / 2;
	size_t done = 0;

	if (writer->encoding != LG_REG_ENCODING_REGEDIT4 ||
	    !is_text_type(value) || writer->status != LG_OK ||
	    writer->data.status != LG_OK)
		return;
	if (writer->data.len % 2 == 0 &&
	    lg_utf16_decode((const unsigned char *)writer->data.data, units,
			    &text) == units) {
		lg_buffer_clear(&writer->data);
		done = lg_codepage_encode(writer->codepage,
					  text.data ? text.data : "", text.len,
					  &writer->data);
	}
	if (text.status != LG_OK)
		writer->data.status = text.status;
	else if (done < text.len || (units && !text.len))
		writer->status = lg_error_set(
			writer->err, LG_ERR_SYNTAX, value->name,
			"a character in it is not in code page %u, which "
			"REGEDIT4 is written in; write Registry Editor 5.00",
			writer->codepage->number);
	lg_buffer_release(&text);
}

static void write_value(struct writer *writer, const struct lg_value *value)
{
	size_t line = writer->text.len;

	if (writer->encoding == LG_REG_ENCODING_UTF8 &&
	    value->type == LG_REG_MULTI_SZ && !value->bytes_kept) {
		write_shown(writer, &value->list);
		line = writer->text.len;
	}
	if (value->name[0])
		write_quoted(&writer->text, value->name);
	else
		lg_buffer_char(&writer->text, '@');
	lg_buffer_char(&writer->text, '=');
	if (value->type == LG_REG_SZ && !value->bytes_kept &&
	    !lg_has_control(value->text)) {
		write_quoted(&writer->text, value->text);
	} else if (value->type == LG_REG_DWORD && !value->bytes_kept) {
		lg_buffer_format(&writer->text, "dword:%08x", value->dword);
	} else {
		if (value->type == LG_REG_BINARY)
			lg_buffer_text(&writer->text, "hex:");
		else
			lg_buffer_format(&writer->text,
					 "hex(%x):", value->type);
		lg_buffer_clear(&writer->data);
		lg_value_bytes(value, &writer->data);
		narrow(writer, value);
		/* Clearing the data for the next value forgets a failure. */
		if (writer->data.status != LG_OK)
			writer->text.status = writer->data.status;
		write_bytes(writer, writer->text.len - line);
	}
	lg_buffer_text(&writer->text, writer->line_end);
}

static enum lg_status write_keys(struct writer *writer,
				 const struct lg_registry *registry,
				 struct lg_error *err)
{
	size_t count = lg_registry_count(registry);
	unsigned char *written = calloc(count ? count : 1, 1);
	enum lg_status status = LG_OK;

	if (!written)
		return lg_no_memory(err);
	for (size_t i = 0; i < count && status == LG_OK; i++) {
		const struct lg_value *first = lg_registry_at(registry, i);

		if (written[i])
			continue;
		/* The form has no spelling for it. */
		if (lg_has_control(first->key))
			status = lg_error_set(err, LG_ERR_SYNTAX, NULL,
					      "a key with a control character "
					      "cannot be written to a "
					      "registry file");
		lg_buffer_char(&writer->text, '[');
		lg_buffer_text(&writer->text, first->key);
		lg_buffer_char(&writer->text, ']');
		lg_buffer_text(&writer->text, writer->line_end);
		for (size_t j = i; j < count; j++) {
			const struct lg_value *value =
				lg_registry_at(registry, j);

			if (written[j] ||
			    !lg_ascii_same(value->key, first->key))
				continue;
			written[j] = 1;
			write_value(writer, value);
		}
		lg_buffer_text(&writer->text, writer->line_end);
	}
	free(written);
	return status;
}

enum lg_status lg_reg_text_render(const struct lg_registry *registry,
				  enum lg_reg_encoding encoding,
				  struct lg_buffer *out_bytes,
				  struct lg_error *err)
{
	return lg_reg_text_render_as(registry, encoding, NULL, out_bytes, err);
}

/* The whole text in the page: keys, names and texts in quotes. */
static enum lg_status append_ansi(const struct lg_codepage *codepage,
				  const struct lg_buffer *text,
				  struct lg_buffer *out_bytes,
				  struct lg_error *err)
{
	struct lg_buffer bytes = {0};
	size_t done =
		lg_codepage_encode(codepage, text->data, text->len, &bytes);
	enum lg_status status = lg_buffer_status(&bytes, err);
	const char *line = text->data;
	size_t len;

	if (status != LG_OK)
		goto out;
	if (done == text->len) {
		lg_buffer_append(out_bytes, bytes.data, bytes.len);
		status = lg_buffer_status(out_bytes, err);
		goto out;
	}
	while ((len = strcspn(line, "\r")) < (size_t)(text->data + done - line))
		line += len + 2;
	status = lg_error_set(err, LG_ERR_SYNTAX, NULL,
			      "\"%.*s\" has a character that is not in code "
			      "page %u, which REGEDIT4 is written in; write "
			      "Registry Editor 5.00",
			      len > 80 ? 80 : (int)len, line, codepage->number);
out:
	lg_buffer_release(&bytes);
	return status;
}

/* Text in the encoding; releases it. */
static enum lg_status append_block(struct lg_buffer *text,
				   enum lg_reg_encoding encoding,
				   const struct lg_codepage *codepage,
				   struct lg_buffer *out_bytes,
				   struct lg_error *err)
{
	enum lg_status status = lg_buffer_status(text, err);

	if (status == LG_OK) {
		switch (encoding) {
		case LG_REG_ENCODING_REGEDIT4:
			status = append_ansi(codepage, text, out_bytes, err);
			break;
		case LG_REG_ENCODING_UTF16:
			lg_utf16_append(out_bytes, text->data, text->len);
			break;
		case LG_REG_ENCODING_UTF8:
			lg_buffer_append(out_bytes, text->data, text->len);
			break;
		}
	}
	lg_buffer_release(text);
	return status == LG_OK ? lg_buffer_status(out_bytes, err) : status;
}

/* The same in Windows' western code page where it is in one. */
static enum lg_status append_western(struct lg_buffer *text,
				     enum lg_reg_encoding encoding,
				     struct lg_buffer *out_bytes,
				     struct lg_error *err)
{
	struct lg_codepage western;

	lg_codepage_1252(&western);
	return append_block(text, encoding, &western, out_bytes, err);
}

enum lg_status lg_reg_text_render_as(const struct lg_registry *registry,
				     enum lg_reg_encoding encoding,
				     const struct lg_codepage *codepage,
				     struct lg_buffer *out_bytes,
				     struct lg_error *err)
{
	struct lg_codepage western;
	struct writer writer = {
		.encoding = encoding,
		.codepage = codepage ? codepage : &western,
		.err = err,
	};
	enum lg_status status;

	lg_codepage_1252(&western);
	writer.line_end = line_end_of(encoding);
	lg_buffer_text(&writer.text,
		       encoding == LG_REG_ENCODING_REGEDIT4
			       ? "REGEDIT4"
			       : "Windows Registry Editor Version 5.00");
	lg_buffer_text(&writer.text, writer.line_end);
	lg_buffer_text(&writer.text, writer.line_end);
	status = write_keys(&writer, registry, err);
	if (status == LG_OK)
		status = lg_buffer_status(&writer.text, err);
	if (status == LG_OK)
		status = writer.status;
	if (status == LG_OK && encoding == LG_REG_ENCODING_UTF16)
		lg_buffer_append(out_bytes, "\xff\xfe", 2);
	if (status == LG_OK)
		status = append_block(&writer.text, encoding, writer.codepage,
				      out_bytes, err);
	lg_buffer_release(&writer.text);
	lg_buffer_release(&writer.data);
	return status;
}

static enum lg_status refuse_control(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "a name with a control character cannot be "
			    "written to a registry file");
}

enum lg_status lg_reg_text_render_key_deletion(const char *key,
					       enum lg_reg_encoding encoding,
					       struct lg_buffer *out_bytes,
					       struct lg_error *err)
{
	struct lg_buffer text = {0};
	const char *line_end = line_end_of(encoding);

	if (lg_has_control(key))
		return refuse_control(err);
	lg_buffer_format(&text, "[-%s]%s%s", key, line_end, line_end);
	return append_western(&text, encoding, out_bytes, err);
}

enum lg_status lg_reg_text_render_deletion(const char *key, const char *name,
					   enum lg_reg_encoding encoding,
					   struct lg_buffer *out_bytes,
					   struct lg_error *err)
{
	struct lg_buffer text = {0};
	const char *line_end = line_end_of(encoding);

	if (lg_has_control(key) || lg_has_control(name))
		return refuse_control(err);
	lg_buffer_format(&text, "[%s]%s", key, line_end);
	if (name[0])
		write_quoted(&text, name);
	else
		lg_buffer_char(&text, '@');
	lg_buffer_format(&text, "=-%s%s", line_end, line_end);
	return append_western(&text, encoding, out_bytes, err);
}

enum lg_status lg_reg_text_render_comments(const char *text,
					   enum lg_reg_encoding encoding,
					   struct lg_buffer *out_bytes,
					   struct lg_error *err)
{
	struct lg_buffer lines = {0};

	for (; *text; text++) {
		if (*text == '\n')
			lg_buffer_text(&lines, line_end_of(encoding));
		else
			lg_buffer_char(&lines, *text);
	}
	return append_western(&lines, encoding, out_bytes, err);
}
