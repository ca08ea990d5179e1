/* SPDX-License-Identifier: ISC */
/*
 * concerned.c - asking the directory whom a lock concerns
 *
 * The accounts that are asked for their names alone are a question of their
 * own, as a question has one filter; they are put behind the others.
 */
#include "app/change/concerned.h"

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
