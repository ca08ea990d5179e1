/* SPDX-License-Identifier: ISC */
/*
 * Every allocation of an ask fails in turn, with a real server answering.
 *
 * directory_allocation URI: the server shows all to everybody.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"
#include "contract/directory_entries.h"

#include "adapters/ldap/ldap_directory.h"

static enum lg_status add(struct lg_strlist *list, const char *text,
			  struct lg_error *err)
{
	return lg_strlist_add(list, text, strlen(text), err);
}

static enum lg_status ask(void *context, struct lg_error *err)
{
	struct lg_strlist names = {0};
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	struct lg_directory_settings settings = {
		.uri = context,
		.base = ENTRIES_BASE,
		.tls = LG_TLS_NONE,
		.timeout_ms = 5000,
		.login_attributes = &names,
	};
	const struct lg_ask question = {
		.dn = &dn,
		.user = &user,
		.break_glass = &dn,
		.filter = "(uid=c*)",
		.caller = "bert",
	};
	struct lg_directory directory = {0};
	struct lg_findings *findings = NULL;
	enum lg_status status = add(&names, "mail", err);

	if (status == LG_OK)
		status = add(&names, "proxyAddresses", err);
	if (status == LG_OK)
		status = add(&dn, ENTRIES_DN "anna", err);
	if (status == LG_OK)
		status = add(&dn, "/o=ACME/ou=Old/cn=Recipients/cn=bert", err);
	if (status == LG_OK)
		status = add(&dn, ENTRIES_DN "m\u00fcller", err);
	if (status == LG_OK)
		status = add(&dn, ENTRIES_DN "nobody", err);
	if (status == LG_OK)
		status = add(&user, "M\u00dcLLER@acme.test", err);
	if (status == LG_OK)
		status = lg_directory_open_ldap(&settings, &directory, err);
	if (status == LG_OK) {
		status = directory.ask(directory.self, &question, NULL,
				       &findings, err);
		directory.close(directory.self);
	}
	lg_findings_free(&findings);
	lg_strlist_release(&names);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

static void survives_failing_allocations(void **state)
{
	assert_true(allocation_survive(ask, *state) > 50);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest rows[] = {
		suite_row_with("each allocation of an ask may fail",
			       survives_failing_allocations, argv[1]),
	};

	return argc == 2 ? suite_run(rows) : 2;
}
