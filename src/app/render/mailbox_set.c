/* SPDX-License-Identifier: ISC */
/*
 * mailbox_set.c - mailboxes as a profile names them
 *
 * Names fold as Unicode does, DNs as ASCII does; one folding that does both
 * would let in a DN that the store holds for another (L16).
 */
#include "app/render/mailbox_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/listed.h"

#include "core/values/name.h"

typedef enum lg_status fold(const char *text, size_t len,
			    struct lg_buffer *out_text, struct lg_error *err);

static enum lg_status fold_ascii(const char *text, size_t len,
				 struct lg_buffer *out_text,
				 struct lg_error *err)
{
	for (size_t i = 0; i < len; i++)
		lg_buffer_char(out_text, lg_ascii_lower(text[i]));
	return lg_buffer_status(out_text, err);
}

static enum lg_status add(struct lg_strlist *list, const char *text, size_t len,
			  fold *fold_text, struct lg_error *err)
{
	struct lg_buffer folded = {0};
	enum lg_status status = fold_text(text, len, &folded, err);

	if (status == LG_OK)
		status = lg_list_buffer(list, &folded, err);
	lg_buffer_release(&folded);
	return status;
}

static enum lg_status add_all(struct lg_strlist *list,
			      const struct lg_strlist *texts, fold *fold_text,
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && texts && i < texts->count; i++)
		status = add(list, texts->item[i], strlen(texts->item[i]),
			     fold_text, err);
	return status;
}

enum lg_status lg_mailbox_set_add_dns(struct lg_mailbox_set *set,
				      const struct lg_strlist *list,
				      struct lg_error *err)
{
	return add_all(&set->dn, list, fold_ascii, err);
}

enum lg_status lg_mailbox_set_add_names(struct lg_mailbox_set *set,
					const struct lg_strlist *list,
					struct lg_error *err)
{
	return add_all(&set->name, list, lg_name_fold, err);
}

enum lg_status lg_mailbox_set_add_domains(struct lg_mailbox_set *set,
					  const struct lg_strlist *list,
					  struct lg_error *err)
{
	return add_all(&set->domain, list, lg_name_fold, err);
}

enum lg_status lg_mailbox_set_add_filtered(struct lg_mailbox_set *set,
					   const struct lg_findings *findings,
					   struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0;
	     status == LG_OK && findings && i < findings->account_count; i++) {
		const char *entry = findings->account[i].entry;

		if (findings->account[i].asked_as == LG_ASKED_FILTER && entry)
			status = add(&set->entry, entry, strlen(entry),
				     fold_ascii, err);
	}
	return status;
}

static void sort(struct lg_strlist *list)
{
	if (list->count)
		qsort(list->item, list->count, sizeof(list->item[0]),
		      lg_compare_texts);
}

void lg_mailbox_set_sort(struct lg_mailbox_set *set)
{
	sort(&set->dn);
	sort(&set->name);
	sort(&set->entry);
	sort(&set->domain);
}

void lg_mailbox_set_release(struct lg_mailbox_set *set)
{
	lg_strlist_release(&set->dn);
	lg_strlist_release(&set->name);
	lg_strlist_release(&set->entry);
	lg_strlist_release(&set->domain);
}

/* 1, 0, or -1 without memory. */
static int has(const struct lg_strlist *list, const char *text, size_t len,
	       fold *fold_text)
{
	struct lg_strlist asked = {0};
	const char *key;
	int found;

	if (!list->count)
		return 0;
	if (add(&asked, text, len, fold_text, NULL) != LG_OK) {
		lg_strlist_release(&asked);
		return -1;
	}
	key = asked.item[0];
	found = bsearch(&key, list->item, list->count, sizeof(list->item[0]),
			lg_compare_texts) != NULL;
	lg_strlist_release(&asked);
	return found;
}

static int has_one_of(const struct lg_strlist *list,
		      const struct lg_strlist *texts, fold *fold_text)
{
	int found = 0;

	for (size_t i = 0; !found && texts && i < texts->count; i++)
		found = has(list, texts->item[i], strlen(texts->item[i]),
			    fold_text);
	return found;
}

/* What stands behind the last @; NULL where there is none. */
static const char *domain_of(const char *name)
{
	const char *at = strrchr(name, '@');

	return at ? at + 1 : NULL;
}

static int lies_in_domain(const struct lg_mailbox_set *set,
			  const struct lg_strlist *names)
{
	size_t with_domain = 0;
	int found = 0;

	if (!set->domain.count)
		return 0;
	for (size_t i = 0; !found && names && i < names->count; i++) {
		const char *domain = domain_of(names->item[i]);

		with_domain += domain != NULL;
		if (domain)
			found = has(&set->domain, domain, strlen(domain),
				    lg_name_fold);
	}
	if (found || with_domain)
		return found;
	return set->default_domain && names && names->count
		       ? has(&set->domain, set->default_domain,
			     strlen(set->default_domain), lg_name_fold)
		       : 1;
}

int lg_mailbox_set_has(const struct lg_mailbox_set *set,
		       const struct lg_mailbox *mailbox)
{
	int found = mailbox->dn ? has(&set->dn, mailbox->dn,
				      strlen(mailbox->dn), fold_ascii)
				: 0;

	if (!found)
		found = has_one_of(&set->dn, mailbox->x500, fold_ascii);
	if (!found)
		found = has_one_of(&set->name, mailbox->login, lg_name_fold);
	if (!found)
		found = has(&set->entry, mailbox->entry, strlen(mailbox->entry),
			    fold_ascii);
	if (!found)
		found = lies_in_domain(set, mailbox->login);
	return found;
}
