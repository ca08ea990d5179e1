/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/findings.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/findings.h>

#define DN "/o=Org/ou=Site/cn=Recipients/cn="

static struct lg_findings *sample(void)
{
	static const struct lg_login anna_names[] = {
		{"anna", 0},
		{"anna@example.org", 1},
		{"odd\tname\n\r\\", 0},
	};
	struct lg_findings *findings = NULL;
	struct lg_account anna = {
		.asked_as = LG_ASKED_DN,
		.finding = LG_FINDING_ONE,
		.via = LG_VIA_X500,
		.asked = DN "Anna",
		.entry = "uid=anna,dc=example,dc=org",
		.display = "Anna \u00c4",
		.dn = DN "a.new",
	};
	struct lg_account gone = {
		.asked_as = LG_ASKED_USER,
		.finding = LG_FINDING_NONE,
		.asked = "gone",
		.display = "",
	};
	struct lg_account filtered = {
		.asked_as = LG_ASKED_FILTER,
		.finding = LG_FINDING_ONE,
		.via = LG_VIA_FILTER,
		.entry = "uid=b,dc=example,dc=org",
	};

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	assert_int_equal(lg_findings_add(findings, &anna, anna_names, 3, NULL),
			 LG_OK);
	assert_int_equal(lg_findings_add(findings, &gone, NULL, 0, NULL),
			 LG_OK);
	assert_int_equal(lg_findings_add(findings, &filtered, NULL, 0, NULL),
			 LG_OK);
	findings->filter = strdup("(memberOf=CN=a,DC=b)");
	assert_non_null(findings->filter);
	return findings;
}

static void render(const struct lg_findings *findings, struct lg_buffer *out)
{
	assert_int_equal(lg_findings_render(findings, out, NULL), LG_OK);
}

static void same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void comes_back_whole(void **state)
{
	struct lg_findings *findings = sample();
	struct lg_findings *back = NULL;
	struct lg_buffer text = {0};
	struct lg_buffer again = {0};

	render(findings, &text);
	assert_int_equal(
		lg_findings_parse(text.data, text.len, "findings", &back, NULL),
		LG_OK);
	assert_int_equal(back->account_count, findings->account_count);
	assert_int_equal(back->login_count, findings->login_count);
	assert_string_equal(back->filter, findings->filter);
	for (size_t i = 0; i < back->account_count; i++) {
		const struct lg_account *a = &findings->account[i];
		const struct lg_account *b = &back->account[i];

		assert_int_equal(a->asked_as, b->asked_as);
		assert_int_equal(a->finding, b->finding);
		assert_int_equal(a->via, b->via);
		same_text(a->asked, b->asked);
		same_text(a->entry, b->entry);
		same_text(a->display, b->display);
		same_text(a->dn, b->dn);
		assert_int_equal(a->login_first, b->login_first);
		assert_int_equal(a->login_count, b->login_count);
	}
	for (size_t i = 0; i < back->login_count; i++) {
		same_text(findings->login[i].name, back->login[i].name);
		assert_int_equal(findings->login[i].shared,
				 back->login[i].shared);
	}
	render(back, &again);
	assert_int_equal(text.len, again.len);
	assert_memory_equal(text.data, again.data, text.len);
	lg_buffer_release(&again);
	lg_buffer_release(&text);
	lg_findings_free(&back);
	lg_findings_free(&findings);
}

static void no_findings_come_back(void **state)
{
	struct lg_findings *findings = NULL;
	struct lg_findings *back = NULL;
	struct lg_buffer text = {0};

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	render(findings, &text);
	assert_int_equal(
		lg_findings_parse(text.data, text.len, NULL, &back, NULL),
		LG_OK);
	assert_int_equal(back->account_count, 0);
	assert_null(back->filter);
	lg_buffer_release(&text);
	lg_findings_free(&back);
	lg_findings_free(&findings);
	lg_findings_free(&findings);
}

static void refuse(const char *text, size_t len)
{
	struct lg_findings *untouched = NULL;
	struct lg_error err = {0};

	assert_int_equal(
		lg_findings_parse(text, len, "findings", &untouched, &err),
		LG_ERR_SYNTAX);
	assert_null(untouched);
	assert_int_equal(err.status, LG_ERR_SYNTAX);
	assert_int_equal(strncmp(err.place, "findings", 8), 0);
}

static void no_part_is_taken_for_the_whole(void **state)
{
	struct lg_findings *findings = sample();
	struct lg_buffer text = {0};

	render(findings, &text);
	for (size_t len = 0; len < text.len; len++)
		refuse(text.data, len);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		refuse(text.data, text.len);
		text.data[i] ^= 1;
	}
	lg_buffer_text(&text, "\n");
	refuse(text.data, text.len);
	lg_buffer_release(&text);
	lg_findings_free(&findings);
}

static void finds_by_dn(void **state)
{
	struct lg_findings *findings = sample();

	assert_ptr_equal(lg_findings_dn(findings, DN "ANNA"),
			 &findings->account[0]);
	assert_null(lg_findings_dn(findings, DN "anne"));
	assert_null(lg_findings_dn(findings, "gone"));
	lg_findings_free(&findings);
}

static void failed_add_changes_nothing(void **state)
{
	struct lg_findings *findings = sample();
	struct lg_account account = {.asked = "x", .entry = "y"};
	struct lg_login login[100] = {0};
	struct lg_error err = {0};

	for (size_t i = 0; i < 100; i++)
		login[i].name = "n";
	for (size_t i = 0; i < 20; i++)
		lg_findings_add(findings, &account, login, 100, NULL);
	allocation_fail_from(1);
	while (lg_findings_add(findings, &account, login, 100, &err) == LG_OK)
		;
	allocation_stop_failing();
	assert_int_equal(err.status, LG_ERR_NO_MEMORY);
	assert_int_equal((findings->account_count - 3) * 100 + 3,
			 findings->login_count);
	lg_findings_free(&findings);
}

static void has_the_words_of_the_contract(void **state)
{
	assert_string_equal(lg_finding_name(LG_FINDING_ONE), "one");
	assert_string_equal(lg_finding_name(LG_FINDING_NONE), "none");
	assert_string_equal(lg_finding_name(LG_FINDING_MANY), "many");
	assert_string_equal(lg_finding_name(LG_FINDING_MALFORMED), "malformed");
	assert_string_equal(lg_finding_name(LG_FINDING_UNASKED), "unasked");
	assert_string_equal(lg_via_name(LG_VIA_LEGACY_EXCHANGE_DN),
			    "legacyExchangeDN");
	assert_string_equal(lg_via_name(LG_VIA_X500), "x500");
	assert_string_equal(lg_via_name(LG_VIA_FILTER), "filter");
	assert_string_equal(lg_via_name(LG_VIA_LOGIN), "login");
	assert_null(lg_via_name(LG_VIA_NOTHING));
}

static enum lg_status there_and_back(void *context, struct lg_error *err)
{
	const struct lg_buffer *text = context;
	struct lg_findings *findings = NULL;
	struct lg_buffer again = {0};
	enum lg_status status;

	status = lg_findings_parse(text->data, text->len, "findings", &findings,
				   err);
	if (status == LG_OK)
		status = lg_findings_render(findings, &again, err);
	lg_buffer_release(&again);
	lg_findings_free(&findings);
	return status;
}

static void survives_failing_allocations(void **state)
{
	struct lg_findings *findings = sample();
	struct lg_buffer text = {0};

	render(findings, &text);
	allocation_survive(there_and_back, &text);
	lg_buffer_release(&text);
	lg_findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("findings come back from their text whole",
			  comes_back_whole),
		suite_row("no findings come back as no findings",
			  no_findings_come_back),
		suite_row("a part or a changed byte is never taken for the "
			  "whole",
			  no_part_is_taken_for_the_whole),
		suite_row("L16: an asked DN is found in any ASCII case",
			  finds_by_dn),
		suite_row("a failed add changes nothing",
			  failed_add_changes_nothing),
		suite_row("findings have the words of the contract",
			  has_the_words_of_the_contract),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
