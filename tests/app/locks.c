/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/lock/lock_change.h: the life of locks, one and several.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lock_scene.h"
#include "suite.h"

static struct lg_findings *findings_of(const char *dn)
{
	struct lg_findings *findings = NULL;
	struct lg_account account = {.asked_as = LG_ASKED_DN,
				     .finding = LG_FINDING_ONE,
				     .via = LG_VIA_LEGACY_EXCHANGE_DN,
				     .asked = dn,
				     .entry = "cn=one",
				     .dn = dn};

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	assert_int_equal(lg_findings_add(findings, &account, NULL, 0, NULL),
			 LG_OK);
	return findings;
}

static void applies_and_survives(void **unused)
{
	struct lock_scene s;
	char *audit;

	lock_scene_begin(&s);
	assert_false(lg_state_locked(s.state));
	assert_null(shown(s.state));
	assert_int_equal(s.state->loud.count, 0);
	s.request.findings = findings_of("/o=a/cn=one");
	s.request.reason = "new\r\n\tdisks";
	applied(s.state, &s.request);
	lg_state_free(&s.state);

	s.state = folder_load(&s.folder);
	assert_true(lg_state_locked(s.state));
	assert_int_equal(s.state->loud.count, 0);
	assert_string_equal(shown(s.state), "/o=a/cn=one");
	assert_non_null(s.state->lock[0]->findings);
	assert_true(lg_lock_is_id(s.state->lock[0]->id));
	assert_string_equal(s.state->lock[0]->profile, "upgrade");
	assert_string_equal(s.state->lock[0]->by, "anna");
	assert_string_equal(s.state->lock[0]->reason, "new disks");
	assert_int_equal(s.state->lock[0]->generation, 1);
	assert_int_equal(s.state->lock[0]->until.wall_s, 1795299360 + 3600);
	audit = folder_read(&s.folder, LG_JOURNAL_FILE);
	assert_non_null(strstr(audit, "\"event\":\"apply\""));
	free(audit);
	lg_findings_free((struct lg_findings **)&s.request.findings);
	lock_scene_end(&s);
}

static void lifts_to_what_was_there(void **unused)
{
	struct lg_registry *before = values_listing("/o=a/cn=before");
	struct lock_scene s;
	struct lg_findings *findings = findings_of("/o=a/cn=before");
	struct lg_strlist restored = {0};
	struct lg_strlist changed = {0};
	char *text_before;
	char *text_after;

	lock_scene_begin(&s);
	lg_registry_set_dword(before, LG_KEY_PARAMETERS_SYSTEM, "Other", 7,
			      NULL);
	assert_int_equal(lg_standing_write(s.state, LG_EVENT_IMPORT, "anna",
					   before, findings, NULL, NULL),
			 LG_OK);
	text_before = folder_read(&s.folder, LG_STATE_REGISTRY);
	applied(s.state, &s.request);
	assert_null(s.state->lock[0]->findings);
	assert_non_null(s.state->findings);
	assert_int_equal(lg_lock_lift(s.state, s.state->lock[0],
				      LG_LOCK_END_LIFT, "bert", &restored,
				      &changed, NULL),
			 LG_OK);
	text_after = folder_read(&s.folder, LG_STATE_REGISTRY);
	assert_string_equal(text_before, text_after);
	assert_string_equal(shown(s.state), "/o=a/cn=before");
	assert_non_null(lg_findings_dn(s.state->findings, "/o=a/cn=before"));
	assert_int_equal(restored.count, 1);
	assert_int_equal(changed.count, 0);
	assert_false(lg_state_locked(s.state));
	lock_scene_again(&s);
	assert_false(lg_state_locked(s.state));
	assert_non_null(s.state->findings);
	assert_int_equal(s.state->generation, 3);
	free(text_before);
	free(text_after);
	lg_strlist_release(&restored);
	lg_strlist_release(&changed);
	lg_findings_free(&findings);
	lg_registry_free(&before);
	lock_scene_end(&s);
}

/* Another name, or another variable, is another lock. */
static void refuses_the_same_lock(void **unused)
{
	struct lock_scene s;
	struct lg_lock *lock = NULL;
	struct lg_error err = {0};
	char *before;
	char *after;

	lock_scene_begin(&s);
	s.request.variables = "org=A\n";
	applied(s.state, &s.request);
	before = folder_read(&s.folder, LG_STATE_LOCK);
	assert_int_equal(lg_lock_apply(s.state, &s.request, &lock, &err),
			 LG_ERR_CONFLICT);
	assert_string_equal(err.code, "already-in-force");
	assert_int_equal(lg_standing_write(s.state, LG_EVENT_IMPORT, "anna",
					   s.values, NULL, NULL, &err),
			 LG_ERR_CONFLICT);
	after = folder_read(&s.folder, LG_STATE_LOCK);
	assert_string_equal(before, after);
	assert_int_equal(s.state->lock_count, 1);
	s.request.variables = "org=B\n";
	applied(s.state, &s.request);
	s.request.profile = "other";
	applied(s.state, &s.request);
	/* One that begins when the first is over. */
	s.request.profile = "upgrade";
	s.request.variables = "org=A\n";
	s.request.at_s = 1795299360 + 3600;
	applied(s.state, &s.request);
	s.request.at_s = 1795299360 + 3599;
	assert_int_equal(lg_lock_apply(s.state, &s.request, &lock, &err),
			 LG_ERR_CONFLICT);
	assert_int_equal(s.state->lock_count, 4);
	free(before);
	free(after);
	lock_scene_end(&s);
}

static void takes_so_many_and_no_more(void **unused)
{
	struct lock_scene s;
	struct lg_lock *lock = NULL;
	struct lg_error err = {0};
	char command[700];
	char name[16];
	int i;

	lock_scene_begin(&s);
	s.request.profile = name;
	for (i = 0; i < LG_LOCKS_MAX; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		applied(s.state, &s.request);
	}
	snprintf(name, sizeof(name), "one more");
	assert_int_equal(lg_lock_apply(s.state, &s.request, &lock, &err),
			 LG_ERR_CONFLICT);
	assert_string_equal(err.code, "too-many-locks");
	lock_scene_again(&s);
	assert_int_equal(s.state->lock_count, LG_LOCKS_MAX);
	assert_int_equal(s.state->loud.count, 0);
	/* Whoever puts another file there is told that it does not count. */
	snprintf(command, sizeof(command),
		 "cd %s/locks && sed s/%s/lg-0123456789ab/ %s.json "
		 ">lg-0123456789ab.json",
		 s.folder.path, s.state->lock[0]->id, s.state->lock[0]->id);
	assert_int_equal(system(command), 0);
	lock_scene_again(&s);
	assert_true(is_loud(s.state, "65 locks lie in locks"));
	lock_scene_end(&s);
}

/* Whatever the order of lifting, each goes alone, and the first state comes
 * back byte for byte, with what a person wrote around the values. */
static void several_locks_come_and_go(void **unused)
{
	static const char hand[] =
		"Windows Registry Editor Version 5.00\n\n"
		"; by hand\n"
		"[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
		"\\MSExchangeIS\\ParametersSystem]\n"
		"\"Disable MAPI Clients\"=\"-5.9.9\"\n\n";
	static const char *const orders[][3] = {
		{"a", "b", "c"}, {"c", "b", "a"}, {"b", "a", "c"}};
	struct lg_registry *one = values_listing("/o=a/cn=one");
	struct lg_registry *two = values_listing("/o=a/cn=two");
	struct lg_registry *client = NULL;
	struct lg_lock *lock = NULL;
	size_t i;

	assert_int_equal(lg_registry_new(&client, NULL), LG_OK);
	assert_int_equal(lg_registry_set_text(client, LG_KEY_PARAMETERS_SYSTEM,
					      LG_VALUE_DISABLE_MAPI_CLIENTS,
					      "7.0.0-11.6568.6567; -5.9.9",
					      NULL),
			 LG_OK);
	for (i = 0; i < 3; i++) {
		struct lg_target_lock request = request_for(one);
		struct lg_registry *values = NULL;
		struct lg_error err = {0};
		struct folder folder;
		struct lg_state *state;
		char *after;
		int j;

		folder_make(&folder);
		folder_write(&folder, LG_STATE_REGISTRY, hand,
			     sizeof(hand) - 1);
		state = folder_load(&folder);
		assert_false(lg_state_locked(state));
		request.profile = "a";
		applied(state, &request);
		request.profile = "b";
		request.values = client;
		applied(state, &request);
		request.profile = "c";
		request.values = two;
		request.for_s = 7200;
		applied(state, &request);
		assert_int_equal(
			lg_lock_choose(state, NULL, LG_MEANT_ANY, &lock, &err),
			LG_ERR_CONFLICT);
		assert_string_equal(err.code, "ambiguous-lock");
		assert_int_equal(
			lg_lock_choose(state, "d", LG_MEANT_ANY, &lock, &err),
			LG_ERR_CONFLICT);
		assert_string_equal(err.code, "not-in-force");
		assert_string_equal(lg_state_last(state)->profile, "c");
		lg_state_free(&state);
		state = folder_load(&folder);
		assert_int_equal(state->loud.count, 0);
		assert_int_equal(state->lock_count, 3);
		assert_int_equal(lg_picture_values(state, &values, NULL),
				 LG_OK);
		/* Nobody is on both lists, and that is not "no list". */
		assert_null(listed(values));
		assert_non_null(lg_registry_find(values,
						 LG_KEY_PARAMETERS_SYSTEM,
						 LG_VALUE_LOGON_ONLY_AS));
		assert_string_equal(
			lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM,
					 LG_VALUE_DISABLE_MAPI_CLIENTS)
				->text,
			"-5.9.9;7.0.0-11.6568.6567");
		lg_registry_free(&values);
		for (j = 0; j < 3; j++)
			lift_by_name(state, orders[i][j]);
		assert_false(lg_state_locked(state));
		after = folder_read(&folder, LG_STATE_REGISTRY);
		assert_string_equal(after, hand);
		assert_false(folder_has(&folder, LG_STATE_STANDING));
		free(after);
		lg_state_free(&state);
		state = folder_load(&folder);
		assert_int_equal(state->loud.count, 0);
		lg_state_free(&state);
		folder_remove(&folder);
	}
	lg_registry_free(&one);
	lg_registry_free(&two);
	lg_registry_free(&client);
}

static void stands_in_place_of_the_standing_values(void **unused)
{
	struct lg_registry *before = values_listing("/o=a/cn=before");
	struct lock_scene s;

	lock_scene_begin(&s);
	assert_int_equal(lg_standing_write(s.state, LG_EVENT_IMPORT, "anna",
					   before, NULL, NULL, NULL),
			 LG_OK);
	s.request.replaces = 1;
	applied(s.state, &s.request);
	assert_true(lg_state_replaced(s.state));
	assert_string_equal(shown(s.state), "/o=a/cn=one");
	lock_scene_again(&s);
	assert_true(lg_state_replaced(s.state));
	lift_by_name(s.state, NULL);
	assert_string_equal(shown(s.state), "/o=a/cn=before");
	lg_registry_free(&before);
	lock_scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a lock is on disk when apply returns",
			  applies_and_survives),
		suite_row("lift leaves exactly what was there before",
			  lifts_to_what_was_there),
		suite_row("the same lock and an import are refused",
			  refuses_the_same_lock),
		suite_row("64 locks, and no more", takes_so_many_and_no_more),
		suite_row("several locks: each ends alone, the last leaves "
			  "what was there, byte for byte",
			  several_locks_come_and_go),
		suite_row("--replace: in place of the standing values",
			  stands_in_place_of_the_standing_values),
	};

	return suite_run(rows);
}
