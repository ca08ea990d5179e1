/* SPDX-License-Identifier: ISC */
/*
 * ldap_dns.c - many DNs asked of a directory
 *
 * Up to BATCH_DNS of them share one OR filter; each entry that comes back is
 * mapped to the DN it was asked for by its short form (ASCII case, blanks).
 * The server decides what matches, so where an entry cannot be mapped, or a
 * DN is not ASCII, each DN of the batch is asked alone: then every entry of
 * the answer is a hit. First by legacyExchangeDN, then what is left by X500.
 */
#include "ldap_dns.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
#include "base/grow.h"
#include "core/values/match.h"

/* A batch costs the server the square of its size; 50 to 100 is best. */
#define BATCH_DNS 64
/* Servers close the connection on requests of 256 KB. */
#define BATCH_BYTES 60000

struct batch {
	size_t dn[BATCH_DNS];
	size_t count;
	int alone;
	size_t unmapped;
};

struct asking {
	struct lg_ldap_dns *dns;
	const struct lg_ldap_search *search;
	struct lg_ldap_entries *entries;
	const struct lg_progress *progress;
	enum lg_ldap_dn_stage stage;
	size_t next;         /* the first DN that may still be asked */
	struct batch *batch; /* those in flight, by ticket % capacity */
	size_t batch_capacity;
	struct lg_buffer form;
	struct lg_error *err;
};

static uint64_t hash_form(const struct lg_buffer *form)
{
	return lg_dn_hash(form->len ? form->data : "", form->len);
}

struct wanted {
	const struct lg_ldap_dns *dns;
	const struct lg_buffer *form;
	struct lg_buffer *there;
};

static int is_wanted(const void *context, size_t place)
{
	const struct wanted *wanted = context;
	const char *dn = wanted->dns->dn[place].dn;

	lg_buffer_clear(wanted->there);
	lg_match_squeeze(dn, strlen(dn), wanted->there);
	/* Not to be taken for another one: the caller looks. */
	return wanted->there->status != LG_OK ||
	       (wanted->there->len == wanted->form->len &&
		memcmp(wanted->there->data, wanted->form->data,
		       wanted->form->len) == 0);
}

/* The DN with this short form, or LG_PLACE_NONE. */
static size_t find(const struct lg_ldap_dns *dns, const struct lg_buffer *form,
		   struct lg_buffer *there)
{
	const struct wanted wanted = {dns, form, there};

	return lg_place_index_find(&dns->by_form, hash_form(form), is_wanted,
				   &wanted);
}

static int is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return 0;
	return 1;
}

enum lg_status lg_ldap_dns_add(struct lg_ldap_dns *dns, const char *dn,
			       size_t *out_number, struct lg_error *err)
{
	struct lg_buffer form = {0};
	struct lg_buffer there = {0};
	size_t at;
	enum lg_status status = lg_place_index_reserve(&dns->by_form, err);

	if (status == LG_OK)
		status = lg_grow(&dns->dn, &dns->capacity, dns->count,
				 sizeof(*dns->dn), err);
	if (status != LG_OK)
		return status;
	lg_match_squeeze(dn, strlen(dn), &form);
	status = lg_buffer_status(&form, err);
	if (status != LG_OK)
		goto out;
	at = find(dns, &form, &there);
	status = lg_buffer_status(&there, err);
	if (status != LG_OK)
		goto out;
	if (at == LG_PLACE_NONE) {
		at = dns->count++;
		dns->dn[at] =
			(struct lg_ldap_dn){.dn = dn, .singly = !is_ascii(dn)};
		lg_place_index_add(&dns->by_form, hash_form(&form));
	}
	*out_number = at;
out:
	lg_buffer_release(&there);
	lg_buffer_release(&form);
	return status;
}

void lg_ldap_dns_release(struct lg_ldap_dns *dns)
{
	free(dns->dn);
	lg_place_index_release(&dns->by_form);
	*dns = (struct lg_ldap_dns){0};
}

static void put_term(struct asking *asking, const char *dn,
		     struct lg_buffer *filter)
{
	lg_buffer_text(filter, asking->stage == LG_LDAP_DN_ASK_X500
				       ? "(proxyAddresses=X500:"
				       : "(legacyExchangeDN=");
	/* A failed allocation is remembered by the buffer. */
	if (lg_ldap_escape(dn, strlen(dn), filter, NULL) != LG_OK)
		filter->status = LG_ERR_NO_MEMORY;
	lg_buffer_char(filter, ')');
}

static struct batch *batch_of(struct asking *asking, size_t ticket)
{
	return &asking->batch[ticket % asking->batch_capacity];
}

/* A ticket is a number of a batch; those in flight are close together. */
static int next_batch(void *context, struct lg_buffer *filter,
		      size_t *out_ticket)
{
	struct asking *asking = context;
	struct lg_ldap_dns *dns = asking->dns;
	struct batch *batch = NULL;
	size_t ticket = 0;

	while (asking->next < dns->count) {
		struct lg_ldap_dn *dn = &dns->dn[asking->next];

		if (dn->stage != asking->stage || dn->batch) {
			asking->next++;
			continue;
		}
		if (!batch) {
			while (batch_of(asking, ticket)->count)
				ticket++;
			batch = batch_of(asking, ticket);
			*batch = (struct batch){.alone = dn->singly};
			lg_buffer_text(filter, "(|");
		} else if (dn->singly || batch->alone) {
			break;
		}
		put_term(asking, dn->dn, filter);
		dn->batch = ticket + 1;
		dn->hits = 0;
		dn->doubtful = 0;
		batch->dn[batch->count++] = asking->next++;
		if (batch->count == BATCH_DNS || filter->len > BATCH_BYTES)
			break;
	}
	if (!batch)
		return 0;
	lg_buffer_char(filter, ')');
	*out_ticket = ticket;
	return 1;
}

static enum lg_status hit(struct asking *asking, const struct lg_ldap_row *row,
			  struct lg_ldap_dn *dn)
{
	if (dn->hits++ > 0)
		return LG_OK;
	return lg_ldap_entries_keep(asking->entries, row,
				    lg_ldap_login_attributes(asking->search),
				    &dn->entry, asking->err);
}

/* The text an entry would be found by in this stage, from one value. */
static int key_of_value(const struct asking *asking,
			const struct lg_entry_value *value,
			const char **out_text, size_t *out_len)
{
	if (asking->stage == LG_LDAP_DN_ASK_X500)
		return lg_entry_value_is(value, "proxyAddresses") &&
		       lg_dn_of_x500(value->text, value->len, out_text,
				     out_len);
	*out_text = value->text;
	*out_len = value->len;
	return lg_entry_value_is(value, "legacyExchangeDN");
}

/* Maps the row to the DNs of its batch. */
static enum lg_status map_row(struct asking *asking,
			      const struct lg_ldap_row *row,
			      struct batch *batch, size_t ticket)
{
	struct lg_ldap_dns *dns = asking->dns;
	struct lg_buffer there = {0};
	size_t mapped = 0;
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < row->count; i++) {
		const char *text;
		size_t len;
		size_t at;

		if (!key_of_value(asking, &row->value[i], &text, &len))
			continue;
		lg_buffer_clear(&asking->form);
		lg_match_squeeze(text, len, &asking->form);
		status = lg_buffer_status(&asking->form, asking->err);
		if (status != LG_OK || asking->form.len == 0)
			continue;
		at = find(dns, &asking->form, &there);
		status = lg_buffer_status(&there, asking->err);
		if (status == LG_OK && at != LG_PLACE_NONE &&
		    dns->dn[at].batch == ticket + 1) {
			status = hit(asking, row, &dns->dn[at]);
			mapped++;
		}
	}
	if (mapped == 0)
		batch->unmapped++;
	lg_buffer_release(&there);
	return status;
}

static enum lg_status take_entry(void *context, size_t ticket,
				 const struct lg_ldap_row *row,
				 struct lg_error *err)
{
	struct asking *asking = context;
	struct batch *batch = batch_of(asking, ticket);

	if (batch->alone)
		return hit(asking, row, &asking->dns->dn[batch->dn[0]]);
	return map_row(asking, row, batch, ticket);
}

static void advance(struct asking *asking, struct lg_ldap_dn *dn, int referred)
{
	struct lg_ldap_dns *dns = asking->dns;

	dn->batch = 0;
	dn->doubtful |= referred;
	if (dn->hits > 0) {
		dn->via = asking->stage == LG_LDAP_DN_ASK_X500
				  ? LG_VIA_X500
				  : LG_VIA_LEGACY_EXCHANGE_DN;
		if (dn->via == LG_VIA_X500)
			dns->x500_hits++;
		else
			dns->legacy_hits++;
		dn->stage = LG_LDAP_DN_ANSWERED;
	} else {
		dn->stage = dn->stage == LG_LDAP_DN_ASK_LEGACY
				    ? LG_LDAP_DN_ASK_X500
				    : LG_LDAP_DN_ANSWERED;
	}
	if (dn->stage == LG_LDAP_DN_ANSWERED)
		dns->answered++;
}

static void tell(const struct asking *asking)
{
	const struct lg_progress *progress = asking->progress;

	if (progress && progress->step)
		progress->step(progress->context, "names",
			       asking->dns->answered, asking->dns->count);
}

static enum lg_status batch_done(void *context, size_t ticket, int code,
				 int referred, struct lg_error *err)
{
	struct asking *asking = context;
	struct lg_ldap_dns *dns = asking->dns;
	struct batch *batch = batch_of(asking, ticket);
	/* More entries than the server gives at once: ask for each alone. */
	int limited = code == LDAP_SIZELIMIT_EXCEEDED ||
		      code == LDAP_ADMINLIMIT_EXCEEDED;
	int again = !batch->alone &&
		    ((limited && batch->count > 1) || batch->unmapped > 0);

	/* One DN with more entries than that is many all the same (L15). */
	if (batch->count == 1 && code == LDAP_SIZELIMIT_EXCEEDED &&
	    dns->dn[batch->dn[0]].hits > 1)
		code = LDAP_SUCCESS;
	if (code != LDAP_SUCCESS && !(again && limited))
		return lg_ldap_failed(asking->search->connection, code,
				      "search", err);
	for (size_t i = 0; i < batch->count; i++) {
		struct lg_ldap_dn *dn = &dns->dn[batch->dn[i]];

		if (!again) {
			advance(asking, dn, referred);
			continue;
		}
		dn->singly = 1;
		dn->batch = 0;
		if (batch->dn[i] < asking->next)
			asking->next = batch->dn[i];
	}
	batch->count = 0;
	tell(asking);
	return LG_OK;
}

/* What was in flight when a connection failed is asked anew. */
static void forget_flight(struct lg_ldap_dns *dns)
{
	for (size_t i = 0; i < dns->count; i++) {
		if (dns->dn[i].batch)
			dns->dn[i].hits = 0;
		dns->dn[i].batch = 0;
	}
}

enum lg_status lg_ldap_dns_ask(struct lg_ldap_dns *dns,
			       const struct lg_ldap_search *search,
			       struct lg_ldap_entries *entries,
			       const struct lg_progress *progress,
			       struct lg_error *err)
{
	struct asking asking = {
		.dns = dns,
		.search = search,
		.entries = entries,
		.progress = progress,
		.batch_capacity = 64,
		.err = err,
	};
	const struct lg_ldap_pipeline pipeline = {
		.context = &asking,
		.next = next_batch,
		.entry = take_entry,
		.done = batch_done,
	};
	enum lg_status status = LG_OK;

	forget_flight(dns);
	asking.batch = calloc(asking.batch_capacity, sizeof(*asking.batch));
	if (!asking.batch)
		return lg_no_memory(err);
	for (int stage = LG_LDAP_DN_ASK_LEGACY;
	     status == LG_OK && stage < LG_LDAP_DN_ANSWERED; stage++) {
		asking.stage = (enum lg_ldap_dn_stage)stage;
		asking.next = 0;
		status = lg_ldap_search_many(search, &pipeline, err);
	}
	free(asking.batch);
	lg_buffer_release(&asking.form);
	return status;
}
