/* SPDX-License-Identifier: ISC */
/*
 * ldif_answers.c - what an export says of the names of an ask
 *
 * Each asked name is looked up in the index and the entries that were found
 * are marked; then the accounts are written in the order of the port, with
 * each logon name looked up once more to see whether an entry without a mark
 * has it too.
 */
#include "ldif_answers.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
#include "base/grow.h"
#include "core/values/name.h"

/* entry is set where the finding is one. */
struct answer {
	struct lg_account account;
	size_t entry;
};

/* One ask under way. */
struct question {
	const struct lg_ldif_entries *entries;
	const struct lg_strlist *login_attributes;
	struct answer *answer;
	size_t count;
	size_t capacity;
	unsigned char *found; /* by entry: a listed account */
	const struct lg_progress *progress;
	struct lg_error *err;
};

struct hits {
	size_t count;
	size_t first;
	const unsigned char *found; /* for count_unlisted */
};

static void count_hit(void *context, size_t entry)
{
	struct hits *hits = context;

	if (hits->count++ == 0)
		hits->first = entry;
}

static void count_unlisted(void *context, size_t entry)
{
	struct hits *hits = context;

	if (!hits->found[entry])
		hits->count++;
}

/* What the export says of a DN: L10, L15, D3. */
static enum lg_status look_up_dn(struct question *question,
				 struct answer *answer)
{
	const struct lg_ldif_entries *entries = question->entries;
	struct lg_account *account = &answer->account;
	struct hits hits = {0};
	size_t len = strlen(account->asked);
	enum lg_status status;

	if (lg_dn_check(account->asked, len, NULL, NULL) != LG_OK) {
		account->finding = LG_FINDING_MALFORMED;
		return LG_OK;
	}
	account->via = LG_VIA_LEGACY_EXCHANGE_DN;
	status = lg_ldif_entries_find(entries, LG_LDIF_BY_DN, account->asked,
				      len, count_hit, &hits, question->err);
	if (status == LG_OK && hits.count == 0) {
		account->via = LG_VIA_X500;
		status = lg_ldif_entries_find(entries, LG_LDIF_BY_X500,
					      account->asked, len, count_hit,
					      &hits, question->err);
	}
	if (hits.count == 0)
		account->via = LG_VIA_NOTHING;
	account->finding = lg_finding_of(hits.count);
	answer->entry = hits.first;
	return status;
}

static enum lg_status look_up_user(struct question *question,
				   struct answer *answer)
{
	struct lg_account *account = &answer->account;
	struct hits hits = {0};
	size_t len = strlen(account->asked);
	enum lg_status status = LG_OK;

	/* A domain without a user names nobody. */
	if (!lg_name_equals_folded(account->asked, len, "", 0))
		status = lg_ldif_entries_find(
			question->entries, LG_LDIF_BY_LOGIN, account->asked,
			len, count_hit, &hits, question->err);
	account->via = hits.count ? LG_VIA_LOGIN : LG_VIA_NOTHING;
	account->finding = lg_finding_of(hits.count);
	answer->entry = hits.first;
	return status;
}

/* Adds an answer and marks its entry as one of those listed. */
static enum lg_status keep_answer(struct question *question,
				  const struct answer *answer)
{
	if (lg_grow(&question->answer, &question->capacity, question->count,
		    sizeof(*question->answer), question->err) != LG_OK)
		return LG_ERR_NO_MEMORY;
	if (answer->account.finding == LG_FINDING_ONE &&
	    answer->account.asked_as != LG_ASKED_CALLER)
		question->found[answer->entry] = 1;
	question->answer[question->count++] = *answer;
	return LG_OK;
}

static enum lg_status look_up(struct question *question,
			      enum lg_asked_as asked_as, const char *asked)
{
	struct answer answer = {
		.account = {.asked_as = asked_as, .asked = asked}};
	enum lg_status status;

	if (asked_as == LG_ASKED_USER || asked_as == LG_ASKED_CALLER)
		status = look_up_user(question, &answer);
	else
		status = look_up_dn(question, &answer);
	return status == LG_OK ? keep_answer(question, &answer) : status;
}

static enum lg_status look_up_all(struct question *question,
				  enum lg_asked_as asked_as,
				  const struct lg_strlist *asked)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; asked && status == LG_OK && i < asked->count; i++)
		status = look_up(question, asked_as, asked->item[i]);
	return status;
}

static enum lg_status look_up_filter(struct question *question,
				     const struct lg_ldif_filter *filter)
{
	const struct lg_ldif_entries *entries = question->entries;

	for (size_t i = 0; i < entries->count; i++) {
		struct answer answer = {
			.account =
				{
					.asked_as = LG_ASKED_FILTER,
					.finding = LG_FINDING_ONE,
					.via = LG_VIA_FILTER,
				},
			.entry = i};
		int matches;
		enum lg_status status = lg_ldif_filter_match(
			filter, entries, i, &matches, question->err);

		if (status == LG_OK && matches)
			status = keep_answer(question, &answer);
		if (status != LG_OK)
			return status;
	}
	return LG_OK;
}

/* Contract 7 "Names": whether an entry that is not listed has the name too. */
static enum lg_status mark_shared(struct question *question,
				  struct lg_login *login)
{
	struct hits hits = {.found = question->found};
	enum lg_status status = lg_ldif_entries_find(
		question->entries, LG_LDIF_BY_LOGIN, login->name,
		strlen(login->name), count_unlisted, &hits, question->err);

	login->shared = hits.count > 0;
	return status;
}

static enum lg_status make_logins(struct question *question,
				  const struct lg_account *account,
				  const struct lg_strlist *names,
				  struct lg_login **out_login)
{
	enum lg_status status = LG_OK;

	if (names->count == 0)
		return LG_OK;
	*out_login = calloc(names->count, sizeof(**out_login));
	if (!*out_login)
		return lg_no_memory(question->err);
	for (size_t i = 0; status == LG_OK && i < names->count; i++) {
		(*out_login)[i].name = names->item[i];
		if (account->asked_as != LG_ASKED_CALLER)
			status = mark_shared(question, &(*out_login)[i]);
	}
	return status;
}

static enum lg_status write_answer(struct question *question,
				   const struct answer *answer,
				   struct lg_findings *findings)
{
	const struct lg_ldif_entry *from =
		&question->entries->entry[answer->entry];
	struct lg_account account = answer->account;
	struct lg_entry_account told = {NULL, NULL};
	struct lg_strlist texts = {0};
	struct lg_strlist names = {0};
	struct lg_login *login = NULL;
	enum lg_status status = LG_OK;

	if (account.finding == LG_FINDING_ONE) {
		status = lg_entry_account(
			lg_ldif_values_of(question->entries, from), from->count,
			question->login_attributes, &texts, &names, &told,
			question->err);
		account.entry = from->dn;
		account.display = told.display;
		account.dn = told.dn;
		if (status == LG_OK)
			status =
				make_logins(question, &account, &names, &login);
	}
	if (status == LG_OK)
		status = lg_findings_add(findings, &account, login, names.count,
					 question->err);
	free(login);
	lg_strlist_release(&names);
	lg_strlist_release(&texts);
	return status;
}

static enum lg_status write_answers(struct question *question,
				    struct lg_findings *findings)
{
	const struct lg_progress *progress = question->progress;
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < question->count; i++) {
		status = write_answer(question, &question->answer[i], findings);
		if (progress && progress->step &&
		    ((i + 1) % 4096 == 0 || i + 1 == question->count))
			progress->step(progress->context, "names", i + 1,
				       question->count);
	}
	return status;
}

static enum lg_status collect_answers(struct question *question,
				      const struct lg_ask *ask,
				      const struct lg_ldif_filter *filter)
{
	enum lg_status status = look_up_all(question, LG_ASKED_DN, ask->dn);

	if (status == LG_OK)
		status = look_up_all(question, LG_ASKED_USER, ask->user);
	if (status == LG_OK)
		status = look_up_all(question, LG_ASKED_BREAK_GLASS,
				     ask->break_glass);
	if (status == LG_OK && filter)
		status = look_up_filter(question, filter);
	if (status == LG_OK && ask->caller)
		status = look_up(question, LG_ASKED_CALLER, ask->caller);
	return status;
}

enum lg_status lg_ldif_answer(const struct lg_ldif_entries *entries,
			      const struct lg_strlist *login_attributes,
			      const struct lg_ask *ask,
			      const struct lg_ldif_filter *filter,
			      const struct lg_progress *progress,
			      struct lg_findings *findings,
			      struct lg_error *err)
{
	struct question question = {
		.entries = entries,
		.login_attributes = login_attributes,
		.progress = progress,
		.err = err,
	};
	enum lg_status status;

	question.found = calloc(entries->count + 1, 1);
	if (!question.found)
		return lg_no_memory(err);
	status = collect_answers(&question, ask, filter);
	if (status == LG_OK)
		status = write_answers(&question, findings);
	free(question.answer);
	free(question.found);
	return status;
}
