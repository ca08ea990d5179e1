/* SPDX-License-Identifier: ISC */
/*
 * ldif_entries.h - the entries of an export, in memory, with their indexes
 *
 * Layer: adapter ldif.
 */
#ifndef LOGONGATE_ADAPTERS_LDIF_ENTRIES_H
#define LOGONGATE_ADAPTERS_LDIF_ENTRIES_H

#include <stdint.h>

#include <logongate/buffer.h>
#include <logongate/strlist.h>

#include "base/place_index.h"
#include "core/exchange/directory_entry.h"

struct lg_ldif_entry {
	const char *dn;
	size_t line;
	size_t first; /* value[first .. first + count) */
	size_t count;
};

struct lg_ldif_entries {
	struct lg_ldif_entry *entry;
	size_t count;
	size_t capacity;
	struct lg_entry_value *value; /* a NUL follows each */
	size_t value_count;
	size_t value_capacity;
	struct lg_ldif_block *block;   /* where the texts lie */
	struct lg_ldif_key_text *text; /* what entries are found by */
	size_t text_capacity;
	struct lg_place_index by_hash; /* the places in text */
	struct lg_buffer scratch;      /* while it is filled */
};

/* By what an entry is looked up. */
enum lg_ldif_key {
	LG_LDIF_BY_ENTRY = 1, /* its own DN */
	LG_LDIF_BY_DN,        /* legacyExchangeDN, as caseIgnoreMatch */
	LG_LDIF_BY_X500,      /* the DN of an X500: proxyAddress (D3) */
	LG_LDIF_BY_LOGIN      /* a logon name, folded */
};

/*
 * Reads clean text (ldif_text.h) with libldap and indexes it. Only entries
 * below base count where base is not empty.
 * Returns: LG_OK; LG_ERR_DIRECTORY (two entries of one name, nothing below
 * base, a value the reader refuses); LG_ERR_NO_MEMORY.
 * Owns: release with lg_ldif_entries_release.
 */
enum lg_status lg_ldif_entries_load(const char *bytes, size_t len,
				    const char *file, const char *base,
				    const struct lg_strlist *login_attributes,
				    struct lg_ldif_entries *out_entries,
				    struct lg_error *err);
void lg_ldif_entries_release(struct lg_ldif_entries *entries);

/*
 * Calls visit once for each distinct entry that has text under key, in the
 * order of the file.
 */
enum lg_status lg_ldif_entries_find(const struct lg_ldif_entries *entries,
				    enum lg_ldif_key key, const char *text,
				    size_t len,
				    void (*visit)(void *context, size_t entry),
				    void *context, struct lg_error *err);

/*
 * One text of one entry. text points into the entries: the index compares it
 * anew instead of keeping a folded copy.
 */
struct lg_ldif_key_text {
	const char *text;
	uint32_t len;
	uint32_t entry;
	enum lg_ldif_key key;
};

/* ldif_index.c: while the entries are read. */
enum lg_status lg_ldif_index_add(struct lg_ldif_entries *entries,
				 enum lg_ldif_key key, const char *text,
				 size_t len, size_t entry,
				 struct lg_error *err);

/* The values of an entry; NULL where it has none. */
static inline const struct lg_entry_value *
lg_ldif_values_of(const struct lg_ldif_entries *entries,
		  const struct lg_ldif_entry *entry)
{
	return entry->count ? &entries->value[entry->first] : NULL;
}

/* Appends an LDAP DN in one spelling: folded, no blanks around , + =. */
enum lg_status lg_ldif_fold_entry_dn(const char *dn, size_t len,
				     struct lg_buffer *out_folded,
				     struct lg_error *err);

#endif
