/* SPDX-License-Identifier: ISC */
/*
 * Puts the listed names into the tables of a policy, and the other names of
 * their accounts. Listed names go in first, marked as asked; then each account
 * of the findings is looked up there, which answers the name and brings in
 * the account's other names.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>

#include "core/policy/policy_compiler.h"

static enum lg_status add(struct lg_key_table *table, const char *text,
			  unsigned int flags, struct lg_error *err)
{
	return lg_key_table_add(table, text, strlen(text), flags, err);
}

/* The listed names, as texts. Closed semantics compare them as they are. */
enum lg_status lg_policy_add_listed(struct lg_policy_compiler *compiler)
{
	unsigned int flags =
		KEY_ASKED | (lg_policy_is_closed(compiler) ? KEY_LISTED : 0);
	struct lg_name_walk walk = lg_policy_values_dns(&compiler->values);
	const char *text;
	enum lg_status status = LG_OK;

	if (compiler->values.list != LG_LIST_NAMES)
		return LG_OK;
	while (status == LG_OK && (text = lg_name_walk_next(&walk))) {
		unsigned int all_found = 0;

		if (lg_policy_is_zero(text)) /* L13: matches nobody */
			continue;
		if (compiler->layer->facts == LG_FACTS_ALL_FOUND)
			all_found =
				KEY_ANSWERED | (lg_dn_check(text, strlen(text),
							    NULL, NULL) == LG_OK
							? KEY_FOUND | KEY_LISTED
							: 0);
		status = add(&compiler->dn, text, flags | all_found,
			     compiler->err);
	}
	walk = lg_policy_values_users(&compiler->values);
	while (status == LG_OK && (text = lg_name_walk_next(&walk)))
		status = add(
			&compiler->name, text,
			flags | (compiler->layer->facts == LG_FACTS_ALL_FOUND
					 ? KEY_ANSWERED | KEY_FOUND | KEY_LISTED
					 : 0),
			compiler->err);
	return status;
}

enum lg_status lg_policy_add_break_glass(struct lg_policy_compiler *compiler)
{
	const struct lg_strlist *list = compiler->input->break_glass;
	enum lg_status status = LG_OK;

	for (size_t i = 0; list && i < list->count && status == LG_OK; i++) {
		if (!list->item[i][0])
			continue;
		compiler->has_break_glass = 1;
		status = add(&compiler->dn, list->item[i],
			     KEY_BREAK_GLASS | KEY_GLASS_ASKED, compiler->err);
	}
	return status;
}

/* The key under which the values list this account; NULL where they do not.
 * *out_table is where it stands. */
struct lg_key *lg_policy_listed_key(const struct lg_policy_compiler *compiler,
				    const struct lg_account *account)
{
	const struct lg_findings *findings = compiler->layer->findings;
	struct lg_key *key = NULL;

	switch (account->asked_as) {
	case LG_ASKED_DN:
		key = lg_key_table_find(&compiler->dn, account->asked,
					strlen(account->asked));
		break;
	case LG_ASKED_USER:
		key = lg_key_table_find(&compiler->name, account->asked,
					strlen(account->asked));
		break;
	case LG_ASKED_FILTER:
		/* Rendered by DN where it has one, else by its names. */
		if (account->dn)
			key = lg_key_table_find(&compiler->dn, account->dn,
						strlen(account->dn));
		for (size_t i = 0; !account->dn && i < account->login_count;
		     i++) {
			const char *name =
				findings->login[account->login_first + i].name;

			key = lg_key_table_find(&compiler->name, name,
						strlen(name));
			if (key && key->flags & KEY_ASKED)
				break;
		}
		break;
	case LG_ASKED_BREAK_GLASS:
		key = lg_key_table_find(&compiler->dn, account->asked,
					strlen(account->asked));
		return key && key->flags & KEY_GLASS_ASKED ? key : NULL;
	case LG_ASKED_CALLER:
	case LG_ASKED_KNOWN:
		return NULL;
	}
	return key && key->flags & KEY_ASKED ? key : NULL;
}

/* Whether the dialect takes the entry for found (contract 7 "Allow list"). */
static int counts(const struct lg_policy_compiler *compiler,
		  const struct lg_account *account)
{
	return account->finding == LG_FINDING_ONE &&
	       (account->via != LG_VIA_X500 ||
		account->asked_as == LG_ASKED_BREAK_GLASS ||
		compiler->traits->x500_counts_as_found);
}

static unsigned int answer_flags(const struct lg_policy_compiler *compiler,
				 const struct lg_account *account)
{
	unsigned int flags = 0;

	switch (account->finding) {
	case LG_FINDING_UNASKED:
		return 0;
	case LG_FINDING_MANY:
		flags |= KEY_MANY;
		/* Two accounts answer to the name, so it admits neither. */
		if (account->asked_as == LG_ASKED_USER)
			flags |= KEY_SHARED;
		break;
	case LG_FINDING_ONE:
		if (account->via == LG_VIA_X500)
			flags |= KEY_X500;
		if (counts(compiler, account))
			flags |= KEY_FOUND;
		break;
	case LG_FINDING_NONE:
	case LG_FINDING_MALFORMED:
		break;
	}
	/* A break-glass DN may be listed too; each has its own answer. */
	return account->asked_as == LG_ASKED_BREAK_GLASS ? 0
							 : flags | KEY_ANSWERED;
}

/* An account that allow_filter returned may stand for several listed names. */
static void answer(struct lg_policy_compiler *compiler,
		   const struct lg_account *account, struct lg_key *key)
{
	const struct lg_findings *findings = compiler->layer->findings;
	unsigned int flags = answer_flags(compiler, account);

	key->flags |= flags;
	compiler->shares |= (flags & KEY_SHARED) != 0;
	if (account->asked_as != LG_ASKED_FILTER || account->dn)
		return;
	for (size_t i = 0; i < account->login_count; i++) {
		const char *name =
			findings->login[account->login_first + i].name;

		key = lg_key_table_find(&compiler->name, name, strlen(name));
		if (key && key->flags & KEY_ASKED)
			key->flags |= flags;
	}
}

/* The other names of an account that gets in. */
static enum lg_status add_account(struct lg_policy_compiler *compiler,
				  const struct lg_account *account,
				  unsigned int flag)
{
	const struct lg_findings *findings = compiler->layer->findings;
	enum lg_status status = LG_OK;

	if (account->login_count)
		flag |= KEY_NAMED;
	if (account->asked_as == LG_ASKED_DN)
		status =
			add(&compiler->dn, account->asked, flag, compiler->err);
	if (account->asked_as == LG_ASKED_USER)
		status = add(&compiler->name, account->asked, flag,
			     compiler->err);
	/* Closed semantics compare the listed DN with the one that logs on,
	 * nothing else; one found through X500 has another now. */
	/* Mostly the DN that was asked. */
	if (status == LG_OK && account->dn &&
	    !(account->asked_as == LG_ASKED_DN &&
	      strcmp(account->dn, account->asked) == 0) &&
	    !(lg_policy_is_closed(compiler) && account->via == LG_VIA_X500))
		status = add(&compiler->dn, account->dn, flag, compiler->err);
	for (size_t i = 0; i < account->login_count && status == LG_OK; i++) {
		const struct lg_login *login =
			&findings->login[account->login_first + i];

		if (!login->name[0])
			continue;
		compiler->shares |= login->shared;
		status = add(&compiler->name, login->name,
			     flag | (login->shared ? KEY_SHARED : 0),
			     compiler->err);
	}
	return status;
}

enum lg_status lg_policy_reserve(struct lg_policy_compiler *compiler)
{
	const struct lg_findings *findings = compiler->layer->findings;
	const struct lg_policy_values *values = &compiler->values;
	size_t dns = values->dn ? values->dn->count : 0;
	size_t users = values->user ? values->user->count : 0;
	size_t names = findings && compiler->layer->facts == LG_FACTS_FINDINGS
			       ? findings->login_count
			       : 0;
	enum lg_status status;

	if (values->list != LG_LIST_NAMES || dns + users + names < 64)
		return LG_OK;
	status = lg_key_table_reserve(&compiler->dn, dns, 0, compiler->err);
	if (status == LG_OK)
		status = lg_key_table_reserve(&compiler->name, users + names, 0,
					      compiler->err);
	return status;
}

enum lg_status lg_policy_read_findings(struct lg_policy_compiler *compiler)
{
	const struct lg_findings *findings = compiler->layer->findings;
	enum lg_status status = LG_OK;

	compiler->has_right = calloc(findings->account_count + 1, 1);
	if (!compiler->has_right)
		return lg_no_memory(compiler->err);
	for (size_t i = 0; i < findings->account_count && status == LG_OK;
	     i++) {
		const struct lg_account *account = &findings->account[i];
		struct lg_key *key = lg_policy_listed_key(compiler, account);

		if (!key)
			continue;
		answer(compiler, account, key);
		if (!counts(compiler, account))
			continue;
		compiler->has_right[i] = 1;
		status = add_account(compiler, account,
				     account->asked_as == LG_ASKED_BREAK_GLASS
					     ? KEY_BREAK_GLASS
					     : KEY_LISTED);
	}
	return status;
}

/* The entries of the accounts that have a right, and which. */
static enum lg_status index_entries(struct lg_policy_compiler *compiler)
{
	const struct lg_findings *findings = compiler->layer->findings;
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < findings->account_count && status == LG_OK;
	     i++) {
		const struct lg_account *account = &findings->account[i];

		if (compiler->has_right[i] && account->entry)
			status = add(&compiler->entry, account->entry,
				     account->asked_as == LG_ASKED_BREAK_GLASS
					     ? KEY_BREAK_GLASS
					     : KEY_LISTED,
				     compiler->err);
	}
	return status;
}

/* The rights of the accounts that stand for the same entry. Few are asked
 * for, mostly none, so the index is made for the first. */
static enum lg_status entry_rights(struct lg_policy_compiler *compiler,
				   const struct lg_account *account,
				   unsigned int *out_rights)
{
	enum lg_status status = LG_OK;

	*out_rights = 0;
	if (!account->entry)
		return LG_OK;
	if (!compiler->has_entries)
		status = index_entries(compiler);
	if (status != LG_OK)
		return status;
	compiler->has_entries = 1;
	*out_rights = lg_key_table_flags(&compiler->entry, account->entry,
					 strlen(account->entry));
	return LG_OK;
}

/* What the account, which has no right to it or a greater one, leaves of the
 * right of a name. */
static enum lg_status judge_shared(struct lg_policy_compiler *compiler,
				   const struct lg_account *account, int right,
				   struct lg_key *key)
{
	int glass = right && account->asked_as == LG_ASKED_BREAK_GLASS;
	int may_lose_glass = key->flags & KEY_BREAK_GLASS && !glass;
	int may_share = key->flags & KEY_LISTED && !right;
	unsigned int rights;
	enum lg_status status;

	if (!may_lose_glass && !may_share)
		return LG_OK;
	status = entry_rights(compiler, account, &rights);
	if (status != LG_OK)
		return status;
	if (may_lose_glass && !(rights & KEY_BREAK_GLASS))
		key->flags &= ~(uint32_t)KEY_BREAK_GLASS;
	if (may_share && !rights) {
		key->flags |= KEY_SHARED;
		compiler->shares = 1;
	}
	return LG_OK;
}

/*
 * The port marks names that an entry outside the findings shares. Inside them
 * there are accounts without a right too (the caller's own), and break-glass
 * accounts with a greater one: a name that does not belong to one right alone
 * gives the smaller.
 */
enum lg_status lg_policy_judge_shared_names(struct lg_policy_compiler *compiler)
{
	const struct lg_findings *findings = compiler->layer->findings;
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < findings->account_count; i++) {
		const struct lg_account *account = &findings->account[i];
		int right = compiler->has_right[i];

		if (account->finding != LG_FINDING_ONE ||
		    (right && account->asked_as != LG_ASKED_BREAK_GLASS &&
		     !compiler->has_break_glass))
			continue;
		for (size_t j = 0; status == LG_OK && j < account->login_count;
		     j++) {
			const char *name =
				findings->login[account->login_first + j].name;
			struct lg_key *key = lg_key_table_find(
				&compiler->name, name, strlen(name));

			if (key)
				status = judge_shared(compiler, account, right,
						      key);
		}
		if (status != LG_OK)
			return status;
	}
	return LG_OK;
}
