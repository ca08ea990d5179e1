/* SPDX-License-Identifier: ISC */
/*
 * One registry value: its data as this library reads it, and as Windows
 * stores it.
 *
 * Strings are UTF-16 with a NUL, multi-strings end in one more. Windows does
 * not enforce any of that; what a missing NUL cannot change is read, anything
 * else is kept as bytes, so that nothing an administrator has set is lost in
 * a back-up.
 */
#include <stdlib.h>
#include <string.h>

#include "core/values/registry_value.h"
#include "base/listed.h"
#include "base/utf8.h"
#include "base/utf16.h"

enum lg_status lg_shared_value_new(const char *key, const char *name,
				   uint32_t type,
				   struct lg_shared_value **out_shared,
				   struct lg_error *err)
{
	struct lg_shared_value *shared;

	if (!lg_utf8_is_valid(key, strlen(key)) ||
	    !lg_utf8_is_valid(name, strlen(name)))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "a registry name is not UTF-8");
	shared = calloc(1, sizeof(*shared));
	if (!shared)
		return lg_no_memory(err);
	atomic_init(&shared->holders, 1);
	shared->value.type = type;
	shared->value.key = strdup(key);
	shared->value.name = strdup(name);
	if (!shared->value.key || !shared->value.name) {
		lg_shared_value_release(shared);
		return lg_no_memory(err);
	}
	*out_shared = shared;
	return LG_OK;
}

void lg_shared_value_keep(struct lg_shared_value *shared)
{
	atomic_fetch_add(&shared->holders, 1);
}

void lg_shared_value_release(struct lg_shared_value *shared)
{
	if (atomic_fetch_sub(&shared->holders, 1) != 1)
		return;
	free(shared->value.key);
	free(shared->value.name);
	free(shared->value.text);
	free(shared->value.bytes);
	lg_strlist_release(&shared->value.list);
	free(shared);
}

enum lg_status lg_shared_value_text(struct lg_shared_value *shared,
				    const char *text, size_t len,
				    struct lg_error *err)
{
	if (!lg_utf8_is_valid(text, len))
		return lg_error_set(err, LG_ERR_SYNTAX, shared->value.name,
				    "the text is not UTF-8");
	shared->value.text = strndup(text, len);
	if (!shared->value.text)
		return lg_no_memory(err);
	return LG_OK;
}

static enum lg_status keep_bytes(struct lg_shared_value *shared,
				 const unsigned char *bytes, size_t len,
				 struct lg_error *err)
{
	shared->value.bytes = malloc(len ? len : 1);
	if (!shared->value.bytes)
		return lg_no_memory(err);
	if (len)
		memcpy(shared->value.bytes, bytes, len);
	shared->value.bytes_len = len;
	return LG_OK;
}

static int ends_in_nul(const unsigned char *bytes, size_t units)
{
	return units && !bytes[2 * units - 2] && !bytes[2 * units - 1];
}

static enum lg_status read_list(struct lg_shared_value *shared,
				const struct lg_buffer *text,
				struct lg_error *err)
{
	size_t start = 0;
	enum lg_status status = LG_OK;

	/* The list's own NUL is cut already; each string has one of its own,
	 * the last may lack it. */
	for (size_t i = 0; i < text->len && status == LG_OK; i++) {
		if (text->data[i])
			continue;
		status = lg_strlist_add(&shared->value.list, text->data + start,
					i - start, err);
		start = i + 1;
	}
	if (status == LG_OK && start < text->len)
		status = lg_strlist_add(&shared->value.list, text->data + start,
					text->len - start, err);
	return status;
}

enum lg_status lg_shared_value_data(struct lg_shared_value *shared,
				    const unsigned char *bytes, size_t len,
				    struct lg_error *err)
{
	struct lg_value *value = &shared->value;
	struct lg_buffer text = {0};
	size_t units = len / 2;
	enum lg_status status = LG_OK;

	if (value->type == LG_REG_DWORD && len == 4) {
		value->dword = bytes[0] | (uint32_t)bytes[1] << 8 |
			       (uint32_t)bytes[2] << 16 |
			       (uint32_t)bytes[3] << 24;
		return LG_OK;
	}
	if (value->type != LG_REG_SZ && value->type != LG_REG_MULTI_SZ) {
		value->bytes_kept = value->type == LG_REG_DWORD;
		return keep_bytes(shared, bytes, len, err);
	}
	if (ends_in_nul(bytes, units))
		units--;
	if (len % 2 || lg_utf16_decode(bytes, units, &text) < units) {
		value->bytes_kept = 1;
	} else if (value->type == LG_REG_MULTI_SZ) {
		status = lg_buffer_status(&text, err);
		if (status == LG_OK)
			status = read_list(shared, &text, err);
		goto out;
	} else if (text.len && memchr(text.data, '\0', text.len)) {
		value->bytes_kept = 1;
	}
	status = lg_buffer_status(&text, err);
	if (status != LG_OK)
		goto out;
	if (value->bytes_kept)
		status = keep_bytes(shared, bytes, len, err);
	else
		status = lg_buffer_take(&text, &value->text, err);
out:
	lg_buffer_release(&text);
	return status;
}

int lg_value_equal(const struct lg_value *a, const struct lg_value *b)
{
	if (a->type != b->type || a->bytes_kept != b->bytes_kept)
		return 0;
	if (a->bytes || b->bytes)
		return a->bytes_len == b->bytes_len &&
		       (!a->bytes_len ||
			memcmp(a->bytes, b->bytes, a->bytes_len) == 0);
	if (a->text || b->text)
		return a->text && b->text && strcmp(a->text, b->text) == 0;
	if (a->dword != b->dword || a->list.count != b->list.count)
		return 0;
	for (size_t i = 0; i < a->list.count; i++)
		if (strcmp(a->list.item[i], b->list.item[i]) != 0)
			return 0;
	return 1;
}

void lg_value_bytes(const struct lg_value *value, struct lg_buffer *out_bytes)
{
	if (value->bytes) {
		lg_buffer_append(out_bytes, value->bytes, value->bytes_len);
	} else if (value->type == LG_REG_DWORD) {
		for (size_t i = 0; i < 4; i++)
			lg_buffer_char(out_bytes,
				       (char)(value->dword >> 8 * i & 0xff));
	} else if (value->type == LG_REG_SZ) {
		lg_utf16_append(out_bytes, value->text, strlen(value->text));
		lg_buffer_append(out_bytes, "\0", 2);
	} else if (value->type == LG_REG_MULTI_SZ) {
		for (size_t i = 0; i < value->list.count; i++) {
			const char *item = value->list.item[i];

			/* With its NUL. */
			lg_utf16_append(out_bytes, item, strlen(item) + 1);
		}
		lg_buffer_append(out_bytes, "\0", 2);
	}
}

size_t lg_value_stored_size(const struct lg_value *value)
{
	size_t units = 1;

	if (value->bytes)
		return value->bytes_len;
	if (value->type == LG_REG_DWORD)
		return 4;
	if (value->type == LG_REG_SZ)
		return 2 * (units +
			    lg_utf16_units(value->text, strlen(value->text)));
	if (value->type != LG_REG_MULTI_SZ)
		return 0;
	for (size_t i = 0; i < value->list.count; i++)
		units += 1 + lg_utf16_units(value->list.item[i],
					    strlen(value->list.item[i]));
	return 2 * units;
}

const char *lg_reg_type_name(uint32_t type)
{
	static const char *const names[] = {
		[LG_REG_NONE] = "REG_NONE",
		[LG_REG_SZ] = "REG_SZ",
		[LG_REG_EXPAND_SZ] = "REG_EXPAND_SZ",
		[LG_REG_BINARY] = "REG_BINARY",
		[LG_REG_DWORD] = "REG_DWORD",
		[LG_REG_MULTI_SZ] = "REG_MULTI_SZ",
	};

	return LG_WORD_OF(names, type);
}
