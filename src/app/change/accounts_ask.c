/* SPDX-License-Identifier: ISC */
/*
 * accounts_ask.c - asking the directory for accounts that are not listed by DN
 *
 * The accounts that are asked for their names alone are a question of their
 * own, as a question has one filter; they are put behind the others.
 */
#include "app/change/accounts_ask.h"

#include <string.h>

#include <logongate/dn.h>

#define EVERY_DN "(legacyExchangeDN=*)"

static enum lg_status add_known(struct lg_findings *findings,
				const struct lg_findings *known,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < known->account_count && status == LG_OK; i++) {
		struct lg_account account = known->account[i];

		account.asked_as = LG_ASKED_KNOWN;
		status = lg_findings_add(findings, &account,
					 &known->login[account.login_first],
					 account.login_count, err);
	}
	return status;
}

static enum lg_status ask_names(const struct lg_directory *directory,
				const struct lg_concerned *who,
				const struct lg_progress *progress,
				struct lg_findings **out_findings,
				struct lg_error *err)
{
	const struct lg_ask question = {
		.dn = who->dn, .user = who->user, .filter = who->filter};

	if ((who->dn == NULL || who->dn->count == 0) &&
	    (who->user == NULL || who->user->count == 0) && who->filter == NULL)
		return lg_findings_new(out_findings, err);
	return directory->ask(directory->self, &question, progress,
			      out_findings, err);
}

enum lg_status lg_concerned_ask(const struct lg_directory *directory,
				const struct lg_concerned *who,
				const struct lg_progress *progress,
				struct lg_findings **out_findings,
				struct lg_error *err)
{
	const struct lg_ask every = {.filter = EVERY_DN};
	struct lg_findings *findings = NULL;
	struct lg_findings *known = NULL;
	enum lg_status status;

	if (directory == NULL)
		return lg_error_set(err, LG_ERR_DIRECTORY, NULL,
				    "whom the lock concerns has to be asked, "
				    "and no directory is named; --directory "
				    "URI or [directory] uri names one");
	status = ask_names(directory, who, progress, &findings, err);
	if (status == LG_OK && who->domains)
		status = directory->ask(directory->self, &every, progress,
					&known, err);
	if (status == LG_OK && known != NULL)
		status = add_known(findings, known, err);
	lg_findings_free(&known);
	if (status == LG_OK) {
		*out_findings = findings;
		findings = NULL;
	}
	lg_findings_free(&findings);
	return status;
}

static int is_found_otherwise(const struct lg_account *account)
{
	return account->finding == LG_FINDING_ONE && account->dn &&
	       (account->asked_as == LG_ASKED_FILTER ||
		account->asked_as == LG_ASKED_USER);
}

/* One that is only longer than Exchange's are cannot be asked about. */
static int is_no_dn(const char *dn)
{
	return lg_dn_check(dn, strlen(dn), NULL, NULL) == LG_ERR_SYNTAX;
}

static enum lg_status leave_out(struct lg_account *account,
				enum lg_finding finding,
				struct lg_warnings *warnings,
				struct lg_error *err)
{
	const char *dn = account->dn;
	const char *who = account->asked   ? account->asked
			  : account->entry ? account->entry
					   : "an account";

	account->dn = NULL;
	if (!warnings)
		return LG_OK;
	if (finding == LG_FINDING_MALFORMED)
		return lg_warnings_add(warnings, LG_WARN_DN_MALFORMED, err,
				       "%s: its legacyExchangeDN \"%s\" is not "
				       "a DN and is not listed",
				       who, dn);
	return lg_warnings_add(warnings, LG_WARN_DN_AMBIGUOUS, err,
			       "%s: its legacyExchangeDN %s belongs to more "
			       "than one entry of the directory and is not "
			       "listed",
			       who, dn);
}

/* again has one answer for each DN, in the order they were asked in. */
static enum lg_status check(struct lg_findings *findings,
			    const struct lg_findings *again,
			    struct lg_warnings *warnings, struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t at = 0;

	for (size_t i = 0; status == LG_OK && i < findings->account_count;
	     i++) {
		struct lg_account *account = &findings->account[i];
		enum lg_finding finding;

		if (!is_found_otherwise(account))
			continue;
		finding = at < again->account_count ? again->account[at].finding
						    : LG_FINDING_UNASKED;
		at++;
		if (finding == LG_FINDING_UNASKED)
			return lg_error_set(
				err, LG_ERR_DIRECTORY, NULL,
				"could not be asked whether another "
				"entry has the legacyExchangeDN %s",
				account->dn);
		if (finding == LG_FINDING_MANY ||
		    (finding == LG_FINDING_MALFORMED && is_no_dn(account->dn)))
			status = leave_out(account, finding, warnings, err);
	}
	return status;
}

enum lg_status lg_found_ask(const struct lg_directory *directory,
			    const struct lg_ask *ask,
			    const struct lg_progress *progress,
			    struct lg_findings **out_findings,
			    struct lg_warnings *warnings, struct lg_error *err)
{
	struct lg_findings *findings = NULL, *again = NULL;
	struct lg_strlist dn = {0};
	const struct lg_ask question = {.dn = &dn};
	enum lg_status status =
		directory->ask(directory->self, ask, progress, &findings, err);

	for (size_t i = 0; status == LG_OK && i < findings->account_count;
	     i++) {
		const struct lg_account *account = &findings->account[i];

		if (is_found_otherwise(account))
			status = lg_strlist_add(&dn, account->dn,
						strlen(account->dn), err);
	}
	if (status == LG_OK && dn.count > 0)
		status = directory->ask(directory->self, &question, progress,
					&again, err);
	if (status == LG_OK && again)
		status = check(findings, again, warnings, err);
	if (status == LG_OK) {
		*out_findings = findings;
		findings = NULL;
	}
	lg_findings_free(&findings);
	lg_findings_free(&again);
	lg_strlist_release(&dn);
	return status;
}
