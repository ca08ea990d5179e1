/* SPDX-License-Identifier: ISC */
/*
 * ldif_entries.c - reads an export with libldap's LDIF reader
 *
 * The guard cleans the text, ldif_read_record cuts it into records, each is
 * copied into a block and taken apart in place, so that a value is a pointer
 * into the block. Then the texts somebody may ask for are indexed.
 */
#include "ldif_entries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lber.h>
#include <ldap.h>
#include <ldif.h>

#include <logongate/dn.h>
#include "base/grow.h"
#include "base/utf8.h"
#include "core/values/match.h"
#include "core/values/name.h"

#include "ldif_text.h"

#define BLOCK_BYTES ((size_t)1 << 20)

struct lg_ldif_block {
	struct lg_ldif_block *next;
	size_t used;
	size_t size;
	char bytes[];
};

struct loader {
	struct lg_ldif_entries *entries;
	const struct lg_ldif_text *text;
	const char *file;
	struct lg_buffer base; /* folded */
	const struct lg_strlist *login_attributes;
};

static char *place_record(struct lg_ldif_entries *entries, const char *record,
			  size_t len)
{
	struct lg_ldif_block *block = entries->block;
	char *to;

	if (!block || block->size - block->used < len + 1) {
		size_t size = len + 1 > BLOCK_BYTES ? len + 1 : BLOCK_BYTES;

		block = malloc(sizeof(*block) + size);
		if (!block)
			return NULL;
		block->next = entries->block;
		block->used = 0;
		block->size = size;
		entries->block = block;
	}
	to = block->bytes + block->used;
	memcpy(to, record, len);
	to[len] = '\0';
	block->used += len + 1;
	return to;
}

static enum lg_status add_value(struct loader *loader,
				const struct berval *type,
				const struct berval *value,
				struct lg_error *err)
{
	struct lg_ldif_entries *entries = loader->entries;
	struct lg_ldif_entry *entry = &entries->entry[entries->count];

	if (lg_grow(&entries->value, &entries->value_capacity,
		    entries->value_count, sizeof(*entries->value),
		    err) != LG_OK)
		return LG_ERR_NO_MEMORY;
	entries->value[entries->value_count++] = (struct lg_entry_value){
		.attribute = type->bv_val,
		.attribute_len = (uint32_t)type->bv_len,
		.text = value->bv_len ? value->bv_val : "",
		.len = (uint32_t)value->bv_len,
	};
	entry->count++;
	return LG_OK;
}

static int below_base(const struct loader *loader,
		      const struct lg_buffer *folded)
{
	const struct lg_buffer *base = &loader->base;

	if (base->len == 0)
		return 1;
	if (folded->len < base->len ||
	    memcmp(folded->data + folded->len - base->len, base->data,
		   base->len) != 0)
		return 0;
	return folded->len == base->len ||
	       folded->data[folded->len - base->len - 1] == ',';
}

static enum lg_status index_value(struct loader *loader, size_t entry,
				  const struct lg_entry_value *value,
				  struct lg_error *err)
{
	const struct lg_strlist *names = loader->login_attributes;
	const char *text;
	size_t len;
	enum lg_status status = LG_OK;

	if (lg_entry_value_is(value, "legacyExchangeDN"))
		status = lg_ldif_index_add(loader->entries, LG_LDIF_BY_DN,
					   value->text, value->len, entry, err);
	else if (lg_entry_value_is(value, "proxyAddresses") &&
		 lg_dn_of_x500(value->text, value->len, &text, &len))
		status = lg_ldif_index_add(loader->entries, LG_LDIF_BY_X500,
					   text, len, entry, err);
	for (size_t i = 0; status == LG_OK && names && i < names->count; i++) {
		if (!lg_entry_login_of(value, names->item[i], &text, &len))
			continue;
		status = lg_ldif_index_add(loader->entries, LG_LDIF_BY_LOGIN,
					   text, len, entry, err);
		break;
	}
	return status;
}

static void remember_first(void *context, size_t entry)
{
	size_t *first = context;

	if (*first == SIZE_MAX)
		*first = entry;
}

/* Keeps the entry that was just read, where it lies below base. */
static enum lg_status keep_entry(struct loader *loader, struct lg_error *err)
{
	struct lg_ldif_entries *entries = loader->entries;
	struct lg_ldif_entry *entry = &entries->entry[entries->count];
	size_t len = strlen(entry->dn);
	struct lg_buffer folded = {0};
	size_t twin = SIZE_MAX;
	enum lg_status status;

	status = lg_ldif_fold_entry_dn(entry->dn, len, &folded, err);
	if (status != LG_OK)
		goto out;
	if (!below_base(loader, &folded)) {
		entries->value_count = entry->first;
		goto out;
	}
	status = lg_ldif_entries_find(entries, LG_LDIF_BY_ENTRY, entry->dn, len,
				      remember_first, &twin, err);
	if (status == LG_OK && twin != SIZE_MAX)
		status = lg_error_set_at(err, LG_ERR_DIRECTORY, loader->file,
					 entry->line,
					 "the entry \"%s\" stands at line %zu "
					 "already; an export has each once",
					 entry->dn, entries->entry[twin].line);
	if (status == LG_OK)
		status = lg_ldif_index_add(entries, LG_LDIF_BY_ENTRY, entry->dn,
					   len, entries->count, err);
	for (size_t i = 0; status == LG_OK && i < entry->count; i++)
		status = index_value(loader, entries->count,
				     &entries->value[entry->first + i], err);
	if (status == LG_OK)
		entries->count++;
out:
	lg_buffer_release(&folded);
	return status;
}

static enum lg_status refused(const struct loader *loader, size_t line,
			      struct lg_error *err)
{
	return lg_error_set_at(
		err, LG_ERR_DIRECTORY, loader->file, line,
		"an entry that cannot be read; export the directory again");
}

static enum lg_status take_record(struct loader *loader, const char *record,
				  size_t line, struct lg_error *err)
{
	struct lg_ldif_entries *entries = loader->entries;
	struct lg_ldif_entry *entry;
	char *next;
	char *text;
	int first = 1;

	if (lg_grow(&entries->entry, &entries->capacity, entries->count,
		    sizeof(*entries->entry), err) != LG_OK)
		return LG_ERR_NO_MEMORY;
	next = place_record(entries, record, strlen(record));
	if (!next)
		return lg_no_memory(err);
	entry = &entries->entry[entries->count];
	*entry = (struct lg_ldif_entry){.line = line,
					.first = entries->value_count};
	while ((text = ldif_getline(&next)) != NULL) {
		struct berval type;
		struct berval value;
		int must_free = 0;
		enum lg_status status = LG_OK;

		if (ldif_parse_line2(text, &type, &value, &must_free) != 0)
			return refused(loader, line, err);
		if (first && (memchr(value.bv_val, '\0', value.bv_len) ||
			      !lg_utf8_is_valid(value.bv_val, value.bv_len)))
			return refused(loader, line, err);
		if (first)
			entry->dn = value.bv_val;
		else
			status = add_value(loader, &type, &value, err);
		if (status != LG_OK)
			return status;
		first = 0;
	}
	return first ? refused(loader, line, err) : keep_entry(loader, err);
}

static enum lg_status read_records(struct loader *loader, struct lg_error *err)
{
	const struct lg_ldif_text *text = loader->text;
	LDIFFP *reader = ldif_open_mem(text->text.data, text->text.len, "r");
	unsigned long reader_line = 0;
	char *record = NULL;
	int size = 0;
	size_t count = 0;
	int more;
	enum lg_status status = LG_OK;

	if (!reader)
		return lg_no_memory(err);
	while (status == LG_OK && (more = ldif_read_record(reader, &reader_line,
							   &record, &size))) {
		if (more < 0 || count == text->count) {
			status = refused(loader, 0, err);
			break;
		}
		status = take_record(loader, record, text->line[count++], err);
	}
	/* A reader that ends early would have entries missing. */
	if (status == LG_OK && count != text->count)
		status = refused(loader, text->line[count], err);
	ber_memfree(record);
	ldif_close(reader);
	return status;
}

enum lg_status lg_ldif_entries_load(const char *bytes, size_t len,
				    const char *file, const char *base,
				    const struct lg_strlist *login_attributes,
				    struct lg_ldif_entries *out_entries,
				    struct lg_error *err)
{
	struct lg_ldif_entries entries = {0};
	struct lg_ldif_text text = {0};
	struct loader loader = {
		.entries = &entries,
		.text = &text,
		.file = file,
		.login_attributes = login_attributes,
	};
	enum lg_status status;

	status = lg_ldif_text_clean(bytes, len, file, &text, err);
	if (status == LG_OK && base)
		status = lg_ldif_fold_entry_dn(base, strlen(base), &loader.base,
					       err);
	if (status == LG_OK)
		status = read_records(&loader, err);
	if (status == LG_OK && entries.count == 0)
		status = lg_error_set(err, LG_ERR_DIRECTORY, file,
				      "no entry below the base \"%s\"; the "
				      "base is the end of the entries' names",
				      base ? base : "");
	if (status == LG_OK) {
		*out_entries = entries;
		entries = (struct lg_ldif_entries){0};
	}
	lg_buffer_release(&loader.base);
	lg_ldif_text_release(&text);
	lg_ldif_entries_release(&entries);
	return status;
}

void lg_ldif_entries_release(struct lg_ldif_entries *entries)
{
	while (entries->block) {
		struct lg_ldif_block *next = entries->block->next;

		free(entries->block);
		entries->block = next;
	}
	free(entries->entry);
	free(entries->value);
	free(entries->text);
	lg_place_index_release(&entries->by_hash);
	lg_buffer_release(&entries->scratch);
	*entries = (struct lg_ldif_entries){0};
}

enum lg_status lg_ldif_fold_entry_dn(const char *dn, size_t len,
				     struct lg_buffer *out_folded,
				     struct lg_error *err)
{
	struct lg_buffer folded = {0};
	size_t start = out_folded->len;
	enum lg_status status = lg_match_fold(dn, len, &folded, err);

	for (size_t i = 0; status == LG_OK && i < folded.len; i++) {
		char c = folded.data[i];
		char last = out_folded->len > start
				    ? out_folded->data[out_folded->len - 1]
				    : ',';

		if (c == '\\' && i + 1 < folded.len) {
			lg_buffer_char(out_folded, c);
			lg_buffer_char(out_folded, folded.data[++i]);
			continue;
		}
		if (c == ' ' &&
		    (strchr(",+=", last) ||
		     (i + 1 < folded.len && strchr(",+=", folded.data[i + 1]))))
			continue;
		lg_buffer_char(out_folded, c);
	}
	if (status == LG_OK)
		status = lg_buffer_status(out_folded, err);
	lg_buffer_release(&folded);
	return status;
}
