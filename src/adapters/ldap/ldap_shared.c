/* SPDX-License-Identifier: ISC */
/*
 * ldap_shared.c - whether an entry that is not listed has a listed name too
 *
 * The names of listed entries go into a table by their folded hash. Either
 * the directory is asked for them, some names a filter, or, when they are
 * many, for all entries that have logon names, page by page. Whatever comes
 * back is compared here, by the rule the gate will use.
 */
#include "ldap_shared.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/place_index.h"
#include "core/values/name.h"

#include "ldap_names.h"

#define BATCH_TERMS 64
#define BATCH_BYTES 60000
/* Beyond this, one walk through the directory is cheaper than asking. */
#define SCAN_NAMES 5000

struct asking {
	const struct lg_ldap_entries *entries;
	const unsigned char *listed;
	const struct lg_ldap_search *search;
	const struct lg_progress *progress;
	unsigned char *shared;
	size_t *name; /* the names asked for, distinct */
	size_t name_count;
	size_t next;
	int singly; /* a server gave too few entries for several */
	struct lg_place_index by_hash; /* the places in every */
	size_t *every;                 /* all names of listed entries */
	struct lg_buffer folded;
	uint64_t seen;
	enum lg_status status; /* of comparing: kept until it is asked for */
	struct lg_error *err;
};

static int equal_names(struct asking *asking, const char *a, size_t a_len,
		       const char *b, size_t b_len)
{
	lg_buffer_clear(&asking->folded);
	if (lg_name_fold(a, a_len, &asking->folded, asking->err) != LG_OK) {
		asking->status = LG_ERR_NO_MEMORY;
		return 0;
	}
	return lg_name_equals_folded(
		b, b_len, asking->folded.len ? asking->folded.data : "",
		asking->folded.len);
}

/* A name that is looked for among those of listed entries. */
struct wanted {
	struct asking *asking;
	const char *name;
	size_t len;
	int marks; /* all that are equal are shared */
};

static int is_wanted(const void *context, size_t place)
{
	const struct wanted *wanted = context;
	struct asking *asking = wanted->asking;
	size_t listed = asking->every[place];
	const char *name = asking->entries->name.item[listed];

	if (!equal_names(asking, wanted->name, wanted->len, name, strlen(name)))
		return 0;
	if (wanted->marks)
		asking->shared[listed] = 1;
	return !wanted->marks;
}

static size_t find(struct asking *asking, const char *name, size_t len,
		   int marks)
{
	const struct wanted wanted = {asking, name, len, marks};

	return lg_place_index_find(&asking->by_hash, lg_name_hash(name, len),
				   is_wanted, &wanted);
}

/* Every listed name into the table; an equal one of another entry as well. */
static enum lg_status fill_table(struct asking *asking)
{
	const struct lg_ldap_entries *entries = asking->entries;

	asking->every = calloc(entries->name.count + 1, sizeof(*asking->every));
	asking->name = calloc(entries->name.count + 1, sizeof(*asking->name));
	if (!asking->every || !asking->name)
		return lg_no_memory(asking->err);
	for (size_t e = 0; e < entries->count; e++) {
		const struct lg_ldap_entry *entry = &entries->entry[e];

		if (!asking->listed[e])
			continue;
		for (size_t n = entry->name_first;
		     n < entry->name_first + entry->name_count; n++) {
			const char *name = entries->name.item[n];
			size_t len = strlen(name);

			if (lg_place_index_reserve(&asking->by_hash,
						   asking->err) != LG_OK)
				return LG_ERR_NO_MEMORY;
			if (find(asking, name, len, 0) == LG_PLACE_NONE)
				asking->name[asking->name_count++] = n;
			asking->every[asking->by_hash.count] = n;
			lg_place_index_add(&asking->by_hash,
					   lg_name_hash(name, len));
		}
	}
	return asking->status;
}

static enum lg_status take_entry(void *context, size_t ticket,
				 const struct lg_ldap_row *row,
				 struct lg_error *err)
{
	struct asking *asking = context;
	const struct lg_strlist *attributes =
		lg_ldap_login_attributes(asking->search);
	const struct lg_progress *progress = asking->progress;
	size_t entry = lg_ldap_entries_find(asking->entries, &row->dn);

	if (++asking->seen % 4096 == 0 && progress && progress->step)
		progress->step(progress->context, "entries", asking->seen, 0);
	if (entry != SIZE_MAX && asking->listed[entry])
		return LG_OK;
	for (size_t i = 0; i < row->count; i++) {
		for (size_t a = 0; a < attributes->count; a++) {
			const char *name;
			size_t len;

			if (lg_entry_login_of(&row->value[i],
					      attributes->item[a], &name, &len))
				find(asking, name, len, 1);
		}
	}
	return asking->status;
}

/* A ticket is twice the first name's number, and one more for it alone. */
static int next_names(void *context, struct lg_buffer *filter,
		      size_t *out_ticket)
{
	struct asking *asking = context;
	size_t per_name = lg_ldap_login_attributes(asking->search)->count + 2;
	size_t left = asking->singly ? 1 : BATCH_TERMS / per_name + 1;

	if (asking->next == asking->name_count)
		return 0;
	*out_ticket = asking->next * 2 + (left == 1);
	lg_buffer_text(filter, "(|");
	while (left-- > 0 && asking->next < asking->name_count &&
	       filter->len < BATCH_BYTES) {
		size_t name = asking->name[asking->next++];

		if (lg_ldap_names_put(asking->entries->name.item[name],
				      lg_ldap_login_attributes(asking->search),
				      filter, NULL) != LG_OK)
			filter->status = LG_ERR_NO_MEMORY;
	}
	lg_buffer_char(filter, ')');
	return 1;
}

static enum lg_status names_done(void *context, size_t ticket, int code,
				 int referred, struct lg_error *err)
{
	struct asking *asking = context;
	size_t first = ticket / 2;

	if (code == LDAP_SUCCESS)
		return LG_OK;
	if (code != LDAP_SIZELIMIT_EXCEEDED && code != LDAP_ADMINLIMIT_EXCEEDED)
		return lg_ldap_failed(asking->search->connection, code,
				      "search for shared names", err);
	/* More entries than the server gives have this one name. */
	if (ticket % 2 == 1) {
		asking->shared[asking->name[first]] = 1;
		return LG_OK;
	}
	asking->singly = 1;
	if (asking->next > first)
		asking->next = first;
	return LG_OK;
}

static enum lg_status scan(struct asking *asking,
			   const struct lg_ldap_pipeline *pipeline)
{
	const struct lg_strlist *attributes =
		lg_ldap_login_attributes(asking->search);
	struct lg_buffer filter = {0};
	int referred;
	enum lg_status status;

	lg_buffer_text(&filter, "(|");
	for (size_t i = 0; i < attributes->count; i++)
		lg_buffer_format(&filter, "(%s=*)", attributes->item[i]);
	lg_buffer_char(&filter, ')');
	status = lg_buffer_status(&filter, asking->err);
	if (status == LG_OK)
		status = lg_ldap_search_paged(asking->search, filter.data,
					      pipeline, &referred, asking->err);
	lg_buffer_release(&filter);
	return status;
}

enum lg_status lg_ldap_shared_ask(const struct lg_ldap_entries *entries,
				  const unsigned char *listed,
				  const struct lg_ldap_search *search,
				  const struct lg_progress *progress,
				  unsigned char *out_shared,
				  struct lg_error *err)
{
	struct asking asking = {
		.entries = entries,
		.listed = listed,
		.search = search,
		.progress = progress,
		.shared = out_shared,
		.err = err,
	};
	const struct lg_ldap_pipeline pipeline = {
		.context = &asking,
		.next = next_names,
		.entry = take_entry,
		.done = names_done,
	};
	enum lg_status status = fill_table(&asking);

	if (status == LG_OK && asking.name_count > SCAN_NAMES)
		status = scan(&asking, &pipeline);
	else if (status == LG_OK && asking.name_count > 0)
		status = lg_ldap_search_many(search, &pipeline, err);
	lg_buffer_release(&asking.folded);
	free(asking.name);
	free(asking.every);
	lg_place_index_release(&asking.by_hash);
	return status;
}
