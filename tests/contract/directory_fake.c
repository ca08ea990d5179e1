/* SPDX-License-Identifier: ISC */
/*
 * The suite of port/directory on a fake that walks entries_table. What it
 * shows is that the suite asks for no more than a naive directory can do.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "suite.h"
#include "directory_entries.h"
#include "directory_suite.h"

#include <logongate/dn.h>
#include "core/values/match.h"
#include "core/values/name.h"

#define VALUES 12

static const char *const login_attributes[] = ENTRIES_LOGIN_ATTRIBUTES;

struct fake {
	int away;
};

/* The filters of the suite, and which entries they match by uid. */
static const struct {
	const char *filter;
	const char *uid[3];
} known_filters[] = {
	{"(uid=carl)", {"carl"}},
	{"(employeeType=admin  CREW)", {"anna"}},
	{"(employeeType=admin*)", {"anna", "nodn"}},
	{"(&(employeeType=*)(!(legacyExchangeDN=*)))", {"nodn"}},
	{"(|(uid=anna)(uid=bert))", {"anna", "bert"}},
	{"(&(objectClass=INETORGPERSON)(uid=*w*n2))", {"twin2"}},
	{"(&(objectClass=inetOrgPerson)(uid=*n*w*))", {NULL}},
	{"(uid=nobody)", {NULL}},
	{"(cn=m\\c3\\bcll*)", {"mueller"}},
};

static int below_base(const struct entries_entry *entry)
{
	const char *end = strstr(entry->dn, ENTRIES_BASE);

	return end && strcmp(end, ENTRIES_BASE) == 0;
}

static int same(const char *a, const char *b)
{
	struct lg_buffer x = {0};
	struct lg_buffer y = {0};
	int equal;

	lg_match_fold(a, strlen(a), &x, NULL);
	lg_match_fold(b, strlen(b), &y, NULL);
	equal = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	lg_buffer_release(&x);
	lg_buffer_release(&y);
	return equal;
}

static const char *value_of(const struct entries_entry *entry,
			    const char *attribute)
{
	for (size_t i = 0; i < VALUES && entry->value[i].attribute; i++)
		if (strcasecmp(entry->value[i].attribute, attribute) == 0)
			return entry->value[i].text;
	return NULL;
}

static int has_dn(const struct entries_entry *entry, const char *dn, int x500)
{
	for (size_t i = 0; i < VALUES && entry->value[i].attribute; i++) {
		const struct entries_value *value = &entry->value[i];
		const char *old;
		size_t len;

		if (!x500 &&
		    strcmp(value->attribute, "legacyExchangeDN") == 0 &&
		    same(value->text, dn))
			return 1;
		if (x500 &&
		    lg_dn_of_x500(value->text, strlen(value->text), &old,
				  &len) &&
		    same(old, dn))
			return 1;
	}
	return 0;
}

static int has_name(const struct entries_entry *entry, const char *name)
{
	struct lg_buffer folded = {0};
	int found = 0;

	lg_name_fold(name, strlen(name), &folded, NULL);
	for (size_t i = 0; i < VALUES && entry->value[i].attribute; i++) {
		const struct entries_value *value = &entry->value[i];
		const char *text;
		size_t len;

		for (size_t j = 0; j < 5; j++)
			if (strcmp(value->attribute, login_attributes[j]) ==
				    0 &&
			    lg_name_of_value(value->attribute, value->text,
					     strlen(value->text), &text,
					     &len) &&
			    lg_name_equals_folded(text, len, folded.data,
						  folded.len))
				found = 1;
	}
	lg_buffer_release(&folded);
	return found;
}

static int is_listed(const struct lg_findings *findings, const char *entry)
{
	for (size_t i = 0; i < findings->account_count; i++)
		if (findings->account[i].asked_as != LG_ASKED_CALLER &&
		    findings->account[i].finding == LG_FINDING_ONE &&
		    strcmp(findings->account[i].entry, entry) == 0)
			return 1;
	return 0;
}

static void add(struct lg_findings *findings, struct lg_account account,
		const struct entries_entry *entry)
{
	struct lg_login login[VALUES] = {{0}};
	size_t count = 0;

	if (entry) {
		account.entry = entry->dn;
		account.display = value_of(entry, "displayName");
		if (!account.display)
			account.display = value_of(entry, "cn");
		account.dn = value_of(entry, "legacyExchangeDN");
	}
	for (size_t j = 0; entry && j < 5; j++) {
		for (size_t i = 0; i < VALUES && entry->value[i].attribute;
		     i++) {
			const char *text = entry->value[i].text;
			const char *name;
			size_t len;
			size_t k = 0;

			if (strcmp(entry->value[i].attribute,
				   login_attributes[j]) != 0 ||
			    !lg_name_of_value(login_attributes[j], text,
					      strlen(text), &name, &len))
				continue;
			while (k < count && !same(login[k].name, name))
				k++;
			if (k == count)
				login[count++].name = name;
		}
	}
	assert_int_equal(
		lg_findings_add(findings, &account, login, count, NULL), LG_OK);
}

static void look_up(struct lg_findings *findings, enum lg_asked_as asked_as,
		    const char *asked)
{
	struct lg_account account = {.asked_as = asked_as, .asked = asked};
	int by_name = asked_as == LG_ASKED_USER || asked_as == LG_ASKED_CALLER;
	const struct entries_entry *found = NULL;
	size_t hits = 0;

	if (!by_name &&
	    lg_dn_check(asked, strlen(asked), NULL, NULL) != LG_OK) {
		account.finding = LG_FINDING_MALFORMED;
		add(findings, account, NULL);
		return;
	}
	for (int x500 = 0; x500 < 2 && hits == 0; x500++) {
		const struct entries_entry *e = entries_table;

		account.via = by_name ? LG_VIA_LOGIN
			      : x500  ? LG_VIA_X500
				      : LG_VIA_LEGACY_EXCHANGE_DN;
		for (; e->dn; e++) {
			if (!below_base(e) ||
			    !(by_name ? has_name(e, asked)
				      : has_dn(e, asked, x500)))
				continue;
			found = e;
			hits++;
		}
	}
	if (hits == 0)
		account.via = LG_VIA_NOTHING;
	account.finding = hits == 0   ? LG_FINDING_NONE
			  : hits == 1 ? LG_FINDING_ONE
				      : LG_FINDING_MANY;
	add(findings, account, hits == 1 ? found : NULL);
}

static int look_up_filter(struct lg_findings *findings, const char *filter)
{
	size_t at = 0;

	while (strcmp(known_filters[at].filter, filter) != 0)
		if (++at == sizeof(known_filters) / sizeof(*known_filters))
			return 0;
	for (const struct entries_entry *e = entries_table; e->dn; e++)
		for (size_t i = 0; i < 3 && known_filters[at].uid[i]; i++)
			if (strcmp(value_of(e, "uid"),
				   known_filters[at].uid[i]) == 0)
				add(findings,
				    (struct lg_account){
					    .asked_as = LG_ASKED_FILTER,
					    .finding = LG_FINDING_ONE,
					    .via = LG_VIA_FILTER},
				    e);
	findings->filter = strdup(filter);
	return 1;
}

static void mark_shared(struct lg_findings *findings)
{
	for (size_t i = 0; i < findings->account_count; i++) {
		const struct lg_account *account = &findings->account[i];

		for (size_t j = 0; j < account->login_count; j++) {
			struct lg_login *login =
				&findings->login[account->login_first + j];

			for (const struct entries_entry *e = entries_table;
			     e->dn; e++)
				if (below_base(e) &&
				    !is_listed(findings, e->dn) &&
				    has_name(e, login->name))
					login->shared = 1;
		}
	}
}

static void look_up_all(struct lg_findings *findings, enum lg_asked_as asked_as,
			const struct lg_strlist *asked)
{
	for (size_t i = 0; asked && i < asked->count; i++)
		look_up(findings, asked_as, asked->item[i]);
}

static enum lg_status fake_ask(void *self, const struct lg_ask *ask,
			       const struct lg_progress *progress,
			       struct lg_findings **out_findings,
			       struct lg_error *err)
{
	const struct fake *fake = self;
	struct lg_findings *findings = NULL;

	if (fake->away)
		return lg_error_set(err, LG_ERR_DIRECTORY, "fake",
				    "it was taken away");
	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	look_up_all(findings, LG_ASKED_DN, ask->dn);
	look_up_all(findings, LG_ASKED_USER, ask->user);
	look_up_all(findings, LG_ASKED_BREAK_GLASS, ask->break_glass);
	if (ask->filter && !look_up_filter(findings, ask->filter)) {
		lg_findings_free(&findings);
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "a filter the fake does not know");
	}
	if (ask->caller)
		look_up(findings, LG_ASKED_CALLER, ask->caller);
	mark_shared(findings);
	*out_findings = findings;
	return LG_OK;
}

static enum lg_status fake_verify(void *self, const struct lg_strlist *dn,
				  const struct lg_progress *progress,
				  struct lg_findings **out_findings,
				  struct lg_error *err)
{
	const struct lg_ask ask = {.dn = dn};
	enum lg_status status =
		fake_ask(self, &ask, progress, out_findings, err);

	if (status != LG_ERR_DIRECTORY)
		return status;
	assert_int_equal(lg_findings_new(out_findings, NULL), LG_OK);
	for (size_t i = 0; i < dn->count; i++) {
		const char *text = dn->item[i];
		int bad = lg_dn_check(text, strlen(text), NULL, NULL) != LG_OK;

		add(*out_findings,
		    (struct lg_account){.asked = text,
					.finding = bad ? LG_FINDING_MALFORMED
						       : LG_FINDING_UNASKED},
		    NULL);
	}
	return status;
}

static const char *fake_describe(void *self)
{
	return "a table in a test";
}

static void fake_take_away(void *context)
{
	struct fake *fake = context;

	fake->away = 1;
}

int main(void)
{
	struct fake fake = {0};
	struct directory_subject subject = {
		.directory = {.self = &fake,
			      .ask = fake_ask,
			      .verify = fake_verify,
			      .describe = fake_describe},
		.take_away = fake_take_away,
		.context = &fake,
	};

	return directory_suite_run(&subject);
}
