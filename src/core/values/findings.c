/* SPDX-License-Identifier: ISC */
/*
 * findings.c - the accounts a directory was asked about, in memory
 *
 * Two growing arrays, accounts and their logon names, and one arena for all
 * texts. An account is added whole or not at all: the arrays grow first, the
 * texts are copied next, the counts move last.
 */
#include <logongate/findings.h>

#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>

#include "base/listed.h"
#include "base/grow.h"
#include "core/values/findings_words.h"

enum lg_status lg_findings_new(struct lg_findings **out_findings,
			       struct lg_error *err)
{
	struct lg_findings *findings = calloc(1, sizeof(*findings));

	if (!findings)
		return lg_no_memory(err);
	*out_findings = findings;
	return LG_OK;
}

void lg_findings_free(struct lg_findings **findings)
{
	if (!*findings)
		return;
	free((*findings)->account);
	free((*findings)->login);
	free((*findings)->filter);
	lg_strlist_release(&(*findings)->arena);
	free(*findings);
	*findings = NULL;
}

static enum lg_status keep(struct lg_findings *findings, const char *text,
			   const char **out_kept, struct lg_error *err)
{
	*out_kept = NULL;
	if (!text)
		return LG_OK;
	return lg_list_keep_text(&findings->arena, text, out_kept, err);
}

enum lg_status lg_findings_add(struct lg_findings *findings,
			       const struct lg_account *account,
			       const struct lg_login *login, size_t login_count,
			       struct lg_error *err)
{
	struct lg_account kept = *account;
	enum lg_status status = lg_grow(
		&findings->account, &findings->account_capacity,
		findings->account_count, sizeof(*findings->account), err);

	if (status == LG_OK)
		status = lg_grow_by(&findings->login, &findings->login_capacity,
				    findings->login_count, login_count,
				    sizeof(*findings->login), err);
	if (status == LG_OK)
		status = keep(findings, account->asked, &kept.asked, err);
	if (status == LG_OK)
		status = keep(findings, account->entry, &kept.entry, err);
	if (status == LG_OK)
		status = keep(findings, account->display, &kept.display, err);
	if (status == LG_OK)
		status = keep(findings, account->dn, &kept.dn, err);
	for (size_t i = 0; status == LG_OK && i < login_count; i++) {
		struct lg_login *to =
			&findings->login[findings->login_count + i];

		to->shared = login[i].shared;
		status = keep(findings, login[i].name, &to->name, err);
	}
	if (status != LG_OK)
		return status;
	kept.login_first = findings->login_count;
	kept.login_count = login_count;
	findings->login_count += login_count;
	findings->account[findings->account_count++] = kept;
	return LG_OK;
}

const struct lg_account *lg_findings_dn(const struct lg_findings *findings,
					const char *dn)
{
	size_t len = strlen(dn);

	for (size_t i = 0; i < findings->account_count; i++) {
		const struct lg_account *account = &findings->account[i];

		if (account->asked_as == LG_ASKED_DN && account->asked &&
		    lg_dn_equal(account->asked, strlen(account->asked), dn,
				len))
			return account;
	}
	return NULL;
}

static const char *const asked_as_words[] = {
	[LG_ASKED_DN] = "dn",           [LG_ASKED_USER] = "user",
	[LG_ASKED_FILTER] = "filtered", [LG_ASKED_BREAK_GLASS] = "break-glass",
	[LG_ASKED_CALLER] = "caller",   [LG_ASKED_KNOWN] = "known",
};

static const char *const finding_words[] = {
	[LG_FINDING_UNASKED] = "unasked",     [LG_FINDING_ONE] = "one",
	[LG_FINDING_NONE] = "none",           [LG_FINDING_MANY] = "many",
	[LG_FINDING_MALFORMED] = "malformed",
};

static const char *const via_words[] = {
	[LG_VIA_NOTHING] = "nothing",
	[LG_VIA_LEGACY_EXCHANGE_DN] = "legacyExchangeDN",
	[LG_VIA_X500] = "x500",
	[LG_VIA_FILTER] = "filter",
	[LG_VIA_LOGIN] = "login",
};

const struct lg_findings_field lg_findings_field[LG_FINDINGS_FIELDS] = {
	{asked_as_words, sizeof(asked_as_words) / sizeof(asked_as_words[0])},
	{finding_words, sizeof(finding_words) / sizeof(finding_words[0])},
	{via_words, sizeof(via_words) / sizeof(via_words[0])},
};

const char *lg_finding_name(enum lg_finding finding)
{
	return LG_WORD_OF(finding_words, finding);
}

const char *lg_via_name(enum lg_via via)
{
	return via != LG_VIA_NOTHING ? LG_WORD_OF(via_words, via) : NULL;
}
