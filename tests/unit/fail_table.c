/* SPDX-License-Identifier: ISC */
/*
 * THE fail table, cell by cell (design "The fail table"): what a list and the
 * directory's word about it come to under either semantics.
 */
#include <string.h>

#include "suite.h"

#include <logongate/policy.h>

#define A "/o=Org/ou=Site/cn=Recipients/cn=a"
#define B "/o=Org/ou=Site/cn=Recipients/cn=b"

struct cell {
	const char *const *list; /* NULL: the value is absent */
	const char *when;
	int answered; /* else the directory was silent */
	enum lg_finding a;
	enum lg_finding b;
	int no_policy;
	enum lg_gate_state gate;
	const char *warnings; /* codes, in order */
};

static struct lg_findings *findings_of(const struct cell *cell)
{
	struct lg_findings *findings = NULL;
	const char *const dns[] = {A, B};
	const enum lg_finding finding[] = {cell->a, cell->b};
	size_t i;

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	for (i = 0; i < 2; i++) {
		int one = finding[i] == LG_FINDING_ONE;
		struct lg_account account = {
			.asked_as = LG_ASKED_DN,
			.finding = finding[i],
			.via = one ? LG_VIA_LEGACY_EXCHANGE_DN : LG_VIA_NOTHING,
			.asked = dns[i],
			.entry = one ? "CN=x" : NULL,
			.dn = one ? dns[i] : NULL,
		};

		assert_int_equal(
			lg_findings_add(findings, &account, NULL, 0, NULL),
			LG_OK);
	}
	return findings;
}

/* As a lock between standing values that say nothing and a lock that lets
 * nobody in, its cell is its own. */
static void beside_others(const struct cell *cell,
			  const struct lg_policy_layer *layer)
{
	struct lg_registry *nothing = NULL;
	struct lg_registry *nobody = NULL;
	struct lg_policy *policy = NULL;
	struct lg_policy_layer layers[3] = {{0}, *layer, {0}};
	const struct lg_policy_input input = {
		.dialect = LG_DIALECT_GATE,
		.layer = layers,
		.layer_count = 3,
	};
	static const struct lg_strlist blank_list;
	enum lg_status status;

	assert_int_equal(lg_registry_new(&nothing, NULL), LG_OK);
	assert_int_equal(lg_registry_new(&nobody, NULL), LG_OK);
	lg_registry_set_text(nobody, LG_KEY_PARAMETERS_SYSTEM,
			     LG_VALUE_WHEN_INVALID, "closed", NULL);
	lg_registry_set_list(nobody, LG_KEY_PARAMETERS_SYSTEM,
			     LG_VALUE_LOGON_ONLY_AS, &blank_list, NULL);
	layers[0].values = nothing;
	layers[1].id = "lg-cell";
	layers[1].until_s = 20;
	layers[2].id = "lg-nobody";
	layers[2].values = nobody;
	status = lg_policy_compile(&input, &policy, NULL, NULL);
	if (cell->no_policy) {
		assert_int_equal(status, LG_ERR_DIRECTORY);
		assert_null(policy);
	} else {
		assert_int_equal(status, LG_OK);
		assert_string_equal(lg_policy_layer_at(policy, 1)->id,
				    "lg-cell");
		assert_int_equal(lg_policy_layer_at(policy, 1)->gate,
				 cell->gate);
		assert_int_equal(lg_policy_layer_at(policy, 0)->gate,
				 LG_GATE_OFF);
		assert_int_equal(lg_policy_gate(policy), LG_GATE_NOBODY);
	}
	lg_policy_free(&policy);
	lg_registry_free(&nothing);
	lg_registry_free(&nobody);
}

static void gives_its_cell(void **state)
{
	const struct cell *cell = *state;
	struct lg_registry *values = NULL;
	struct lg_findings *findings = findings_of(cell);
	struct lg_policy *policy = NULL;
	struct lg_warnings warnings = {0};
	struct lg_buffer codes = {0};
	struct lg_error err = {0};
	struct lg_policy_layer layer = {
		.facts =
			cell->answered ? LG_FACTS_FINDINGS : LG_FACTS_NOT_ASKED,
		.findings = cell->answered ? findings : NULL,
	};
	const struct lg_policy_input input = {
		.dialect = LG_DIALECT_GATE,
		.layer = &layer,
		.layer_count = 1,
	};
	enum lg_status status;
	size_t i;

	assert_int_equal(lg_registry_new(&values, NULL), LG_OK);
	lg_registry_set_text(values, LG_KEY_PARAMETERS_SYSTEM,
			     LG_VALUE_WHEN_INVALID, cell->when, NULL);
	if (cell->list) {
		struct lg_strlist list = {0};

		for (i = 0; cell->list[i]; i++)
			lg_strlist_add(&list, cell->list[i],
				       strlen(cell->list[i]), NULL);
		lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
				     LG_VALUE_LOGON_ONLY_AS, &list, NULL);
		lg_strlist_release(&list);
	}
	layer.values = values;
	status = lg_policy_compile(&input, &policy, &warnings, &err);
	if (cell->no_policy) {
		assert_int_equal(status, LG_ERR_DIRECTORY);
		assert_null(policy);
	} else {
		assert_int_equal(status, LG_OK);
		assert_string_equal(lg_gate_state_name(lg_policy_gate(policy)),
				    lg_gate_state_name(cell->gate));
		lg_buffer_append(&codes, "", 0);
		for (i = 0; i < warnings.text.count; i++)
			lg_buffer_format(&codes, "%s%s", i ? " " : "",
					 lg_warning_name(warnings.code[i]));
		assert_string_equal(codes.data, cell->warnings);
	}
	beside_others(cell, &layer);
	lg_buffer_release(&codes);
	lg_warnings_release(&warnings);
	lg_policy_free(&policy);
	lg_findings_free(&findings);
	lg_registry_free(&values);
}

static const char *const blank[] = {"", " \t", NULL};
static const char *const zero[] = {"0", NULL};
static const char *const both[] = {A, B, NULL};
static const char *const malformed[] = {"administrator", NULL};

static struct cell cells[] = {
	{NULL, "open", 1, 0, 0, 0, LG_GATE_OFF, ""},
	{NULL, "closed", 1, 0, 0, 0, LG_GATE_OFF, ""},
	{NULL, "open", 0, 0, 0, 0, LG_GATE_OFF, ""},
	{NULL, "closed", 0, 0, 0, 0, LG_GATE_OFF, ""},
	{zero, "open", 1, 0, 0, 0, LG_GATE_OFF, "fails-open"},
	{zero, "closed", 1, 0, 0, 0, LG_GATE_LISTED,
	 "dn-malformed locks-everyone-out"},
	{blank, "open", 1, 0, 0, 0, LG_GATE_OFF, "fails-open"},
	{blank, "closed", 1, 0, 0, 0, LG_GATE_NOBODY, "locks-everyone-out"},
	{both, "open", 1, LG_FINDING_NONE, LG_FINDING_NONE, 0, LG_GATE_OFF,
	 "dn-not-found dn-not-found fails-open"},
	{both, "open", 1, LG_FINDING_MANY, LG_FINDING_MANY, 0, LG_GATE_OFF,
	 "dn-ambiguous dn-ambiguous fails-open"},
	{malformed, "open", 1, 0, 0, 0, LG_GATE_OFF, "dn-malformed fails-open"},
	{both, "closed", 1, LG_FINDING_NONE, LG_FINDING_MANY, 0, LG_GATE_LISTED,
	 "dn-not-found dn-ambiguous locks-everyone-out"},
	{malformed, "closed", 1, 0, 0, 0, LG_GATE_LISTED,
	 "dn-malformed locks-everyone-out"},
	{both, "open", 1, LG_FINDING_ONE, LG_FINDING_NONE, 0, LG_GATE_LISTED,
	 "dn-not-found"},
	{both, "closed", 1, LG_FINDING_NONE, LG_FINDING_ONE, 0, LG_GATE_LISTED,
	 "dn-not-found"},
	{both, "open", 0, 0, 0, 1, LG_GATE_OFF, ""},
	{both, "closed", 0, 0, 0, 0, LG_GATE_LISTED, "directory-not-asked"},
	{both, "open", 1, LG_FINDING_ONE, LG_FINDING_UNASKED, 1, LG_GATE_OFF,
	 ""},
	{both, "closed", 1, LG_FINDING_ONE, LG_FINDING_UNASKED, 0,
	 LG_GATE_LISTED, "directory-not-asked"},
	{zero, "open", 0, 0, 0, 0, LG_GATE_OFF, "fails-open"},
	{blank, "open", 0, 0, 0, 0, LG_GATE_OFF, "fails-open"},
};

int main(void)
{
	static const char *const sentence[] = {
		"absent, open: the gate is off",
		"absent, closed: the gate is off",
		"absent, open, directory silent: the gate is off",
		"absent, closed, directory silent: the gate is off",
		"0, open: the gate is off, which is warned (L11)",
		"0, closed: an entry that matches nobody, warned (L13)",
		"blank, open: the gate is off, which is warned (L10)",
		"blank, closed: nobody gets in (L4)",
		"none found, open: the gate is off (L10, L14)",
		"found twice, open: the gate is off (L15)",
		"malformed, open: the gate is off",
		"none found, closed: listed, and matches no account (L5)",
		"malformed, closed: listed, and matches no account",
		"one found, open: listed, the other warned (L14)",
		"one found, closed: listed, the other warned",
		"directory silent, open: no new policy (L17)",
		"directory silent, closed: listed, warned (L17)",
		"directory silent about one, open: no new policy (L17)",
		"directory silent about one, closed: listed, warned",
		"0, open, directory silent: nothing to ask",
		"blank, open, directory silent: nothing to ask",
	};
	struct CMUnitTest rows[sizeof(cells) / sizeof(cells[0])];
	size_t i;

	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		rows[i] = (struct CMUnitTest)suite_row_with(
			sentence[i], gives_its_cell, &cells[i]);
	return suite_run(rows);
}
