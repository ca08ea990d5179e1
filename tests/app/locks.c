/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/lock/lock_change.h: the life of locks, one and several.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/backup.h"
#include "folder.h"
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
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;
	char *audit;

	folder_make(&folder);
	state = folder_load(&folder);
	assert_false(lg_state_locked(state));
	assert_null(shown(state));
	assert_int_equal(state->loud.count, 0);
	request.findings = findings_of("/o=a/cn=one");
	request.reason = "new\r\n\tdisks";
	applied(state, &request);
	lg_state_free(&state);

	state = folder_load(&folder);
	assert_true(lg_state_locked(state));
	assert_int_equal(state->loud.count, 0);
	assert_string_equal(shown(state), "/o=a/cn=one");
	assert_non_null(state->lock[0]->findings);
	assert_true(lg_lock_is_id(state->lock[0]->id));
	assert_string_equal(state->lock[0]->profile, "upgrade");
	assert_string_equal(state->lock[0]->by, "anna");
	assert_string_equal(state->lock[0]->reason, "new disks");
	assert_int_equal(state->lock[0]->generation, 1);
	assert_int_equal(state->lock[0]->until.wall_s, 1795299360 + 3600);
	audit = folder_read(&folder, LG_JOURNAL_FILE);
	assert_non_null(strstr(audit, "\"event\":\"apply\""));
	free(audit);
	lg_findings_free((struct lg_findings **)&request.findings);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void lifts_to_what_was_there(void **unused)
{
	struct folder folder;
	struct lg_registry *before = values_listing("/o=a/cn=before");
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_findings *findings = findings_of("/o=a/cn=before");
	struct lg_strlist restored = {0};
	struct lg_strlist changed = {0};
	struct lg_state *state;
	char *text_before;
	char *text_after;

	folder_make(&folder);
	state = folder_load(&folder);
	lg_registry_set_dword(before, LG_KEY_PARAMETERS_SYSTEM, "Other", 7,
			      NULL);
	assert_int_equal(lg_standing_write(state, LG_EVENT_IMPORT, "anna",
					   before, findings, NULL, NULL),
			 LG_OK);
	text_before = folder_read(&folder, LG_STATE_REGISTRY);
	applied(state, &request);
	assert_null(state->lock[0]->findings);
	assert_non_null(state->findings);
	assert_int_equal(lg_lock_lift(state, state->lock[0], LG_LOCK_END_LIFT,
				      "bert", &restored, &changed, NULL),
			 LG_OK);
	text_after = folder_read(&folder, LG_STATE_REGISTRY);
	assert_string_equal(text_before, text_after);
	assert_string_equal(shown(state), "/o=a/cn=before");
	assert_non_null(lg_findings_dn(state->findings, "/o=a/cn=before"));
	assert_int_equal(restored.count, 1);
	assert_int_equal(changed.count, 0);
	assert_false(lg_state_locked(state));
	lg_state_free(&state);
	state = folder_load(&folder);
	assert_false(lg_state_locked(state));
	assert_non_null(state->findings);
	assert_int_equal(state->generation, 3);
	free(text_before);
	free(text_after);
	lg_strlist_release(&restored);
	lg_strlist_release(&changed);
	lg_findings_free(&findings);
	lg_registry_free(&before);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

/* Another name, or another variable, is another lock. */
static void refuses_the_same_lock(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_lock *lock = NULL;
	struct lg_state *state;
	struct lg_error err = {0};
	char *before;
	char *after;

	folder_make(&folder);
	state = folder_load(&folder);
	request.variables = "org=A\n";
	applied(state, &request);
	before = folder_read(&folder, LG_STATE_LOCK);
	assert_int_equal(lg_lock_apply(state, &request, &lock, &err),
			 LG_ERR_CONFLICT);
	assert_string_equal(err.code, "already-in-force");
	assert_int_equal(lg_standing_write(state, LG_EVENT_IMPORT, "anna",
					   values, NULL, NULL, &err),
			 LG_ERR_CONFLICT);
	after = folder_read(&folder, LG_STATE_LOCK);
	assert_string_equal(before, after);
	assert_int_equal(state->lock_count, 1);
	request.variables = "org=B\n";
	applied(state, &request);
	request.profile = "other";
	applied(state, &request);
	/* One that begins when the first is over. */
	request.profile = "upgrade";
	request.variables = "org=A\n";
	request.at_s = 1795299360 + 3600;
	applied(state, &request);
	request.at_s = 1795299360 + 3599;
	assert_int_equal(lg_lock_apply(state, &request, &lock, &err),
			 LG_ERR_CONFLICT);
	assert_int_equal(state->lock_count, 4);
	free(before);
	free(after);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void takes_so_many_and_no_more(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_lock *lock = NULL;
	struct lg_state *state;
	struct lg_error err = {0};
	char name[16];
	int i;

	folder_make(&folder);
	state = folder_load(&folder);
	request.profile = name;
	for (i = 0; i < LG_LOCKS_MAX; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		applied(state, &request);
	}
	snprintf(name, sizeof(name), "one more");
	assert_int_equal(lg_lock_apply(state, &request, &lock, &err),
			 LG_ERR_CONFLICT);
	assert_string_equal(err.code, "too-many-locks");
	lg_state_free(&state);
	state = folder_load(&folder);
	assert_int_equal(state->lock_count, LG_LOCKS_MAX);
	assert_int_equal(state->loud.count, 0);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void lift_by_name(struct lg_state *state, const char *name)
{
	struct lg_lock *lock = NULL;

	assert_int_equal(lg_lock_choose(state, name, LG_MEANT_ANY, &lock, NULL),
			 LG_OK);
	assert_int_equal(lg_lock_lift(state, lock, LG_LOCK_END_LIFT, "bert",
				      NULL, NULL, NULL),
			 LG_OK);
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
		struct lg_lock_request request = request_for(one);
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
	struct folder folder;
	struct lg_registry *before = values_listing("/o=a/cn=before");
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;

	folder_make(&folder);
	state = folder_load(&folder);
	assert_int_equal(lg_standing_write(state, LG_EVENT_IMPORT, "anna",
					   before, NULL, NULL, NULL),
			 LG_OK);
	request.place = LG_LOCK_REPLACES;
	applied(state, &request);
	assert_true(lg_state_replaced(state));
	assert_string_equal(shown(state), "/o=a/cn=one");
	lg_state_free(&state);
	state = folder_load(&folder);
	assert_true(lg_state_replaced(state));
	lift_by_name(state, NULL);
	assert_string_equal(shown(state), "/o=a/cn=before");
	lg_registry_free(&before);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

/* Of two that meet, the one that begins is there before the other is gone. */
static void a_beginning_goes_before_an_end(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	char id[LG_LOCK_ID_SIZE] = "";
	enum lg_lock_event event;
	struct lg_state *state;
	struct lg_lock *first;

	folder_make(&folder);
	state = folder_load(&folder);
	request.for_s = 600;
	first = applied(state, &request);
	snprintf(id, sizeof(id), "%s", first->id);
	request.profile = "next";
	request.at_s = 1795299360 + 600;
	applied(state, &request);
	folder_wait(&folder, 600);
	assert_int_equal(lg_lock_settle(state, &event, id, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_BEGINS);
	assert_int_equal(lg_lock_settle(state, &event, id, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_EXPIRES);
	assert_int_equal(lg_lock_settle(state, &event, id, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_NOTHING);
	assert_string_equal(state->lock[0]->profile, "next");
	assert_int_equal(state->lock[0]->since_s, 1795299360 + 600);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

/* Nobody is kept out past the end because nothing can be written. */
static void an_end_does_not_wait_for_the_disk(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	enum lg_lock_event event;
	struct lg_state *state;

	folder_make(&folder);
	state = folder_load(&folder);
	applied(state, &request);
	folder_wait(&folder, 3600);
	folder.writes = 0;
	folder.fail_write = 1;
	assert_int_equal(lg_lock_settle(state, &event, NULL, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_EXPIRES);
	assert_false(lg_state_locked(state));
	assert_true(state->unsaved);
	assert_true(is_loud(state, "could not be written"));
	/* Nor does a beginning. */
	request.at_s = 1795299360 + 7000;
	folder.fail_write = 0;
	assert_int_equal(lg_picture_flush(state, NULL), LG_OK);
	assert_false(is_loud(state, "what changed could not be written"));
	applied(state, &request);
	folder_wait(&folder, 3400);
	folder.writes = 0;
	folder.fail_write = 1;
	assert_int_equal(lg_lock_settle(state, &event, NULL, NULL), LG_OK);
	assert_int_equal(event, LG_LOCK_BEGINS);
	assert_true(lg_state_locked(state));
	folder.fail_write = 0;
	assert_int_equal(lg_picture_flush(state, NULL), LG_OK);
	lg_state_free(&state);
	state = folder_load(&folder);
	assert_true(lg_state_locked(state));
	lift_by_name(state, NULL);
	assert_null(shown(state));
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void what_was_edited_by_hand_is_kept_and_told(void **unused)
{
	static const char hand[] =
		"Windows Registry Editor Version 5.00\n\n"
		"[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
		"\\MSExchangeIS\\ParametersSystem]\n"
		"\"Disable MAPI Clients\"=\"-5.9.9\"\n\n";
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_strlist changed = {0};
	struct lg_strlist names = {0};
	struct lg_state *state;
	int locked;

	for (locked = 0; locked < 2; locked++) {
		folder_make(&folder);
		state = folder_load(&folder);
		assert_int_equal(lg_standing_write(state, LG_EVENT_IMPORT,
						   "anna", values, NULL, NULL,
						   NULL),
				 LG_OK);
		if (locked)
			applied(state, &request);
		folder_write(&folder, LG_STATE_REGISTRY, hand,
			     sizeof(hand) - 1);
		if (!locked)
			applied(state, &request);
		else
			assert_int_equal(lg_lock_lift(state, state->lock[0],
						      LG_LOCK_END_LIFT, "bert",
						      NULL, &changed, NULL),
					 LG_OK);
		assert_true(is_loud(state, "changed by hand"));
		assert_string_equal(shown(state), "/o=a/cn=one");
		state->files->list(state->files->self, LG_STATE_BACKUPS, &names,
				   NULL);
		assert_non_null(strstr(names.item[names.count - 1], "by-hand"));
		lg_strlist_release(&names);
		lg_state_free(&state);
		folder_remove(&folder);
	}
	assert_int_equal(changed.count, 3);
	lg_strlist_release(&changed);
	lg_registry_free(&values);
}

static void old_backups_and_lists_go(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_strlist list = {0};
	struct lg_strlist names = {0};
	struct lg_state *state;
	char dn[64];
	int i;

	for (i = 0; i < 1001; i++) {
		snprintf(dn, sizeof(dn), "/o=a/ou=b/cn=Recipients/cn=u%d", i);
		assert_int_equal(lg_strlist_add(&list, dn, strlen(dn), NULL),
				 LG_OK);
	}
	lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
			     LG_VALUE_LOGON_ONLY_AS, &list, NULL);
	folder_make(&folder);
	state = folder_load(&folder);
	request.max_duration_s = -1;
	request.for_s = 40 * 86400;
	applied(state, &request);
	folder_wait(&folder, 31 * 86400);
	lg_backup_prune(state, 30);
	state->files->list(state->files->self, "lists", &names, NULL);
	assert_int_equal(names.count, 1);
	lg_strlist_release(&names);
	state->files->list(state->files->self, LG_STATE_BACKUPS, &names, NULL);
	assert_int_equal(names.count, 1);
	lg_strlist_release(&names);
	lift_by_name(state, NULL);
	lg_backup_prune(state, 0);
	state->files->list(state->files->self, "lists", &names, NULL);
	assert_int_equal(names.count, 1);
	lg_strlist_release(&names);
	lg_backup_prune(state, 30);
	state->files->list(state->files->self, "lists", &names, NULL);
	state->files->list(state->files->self, LG_STATE_BACKUPS, &names, NULL);
	assert_int_equal(names.count, 0);
	lg_strlist_release(&names);
	lg_strlist_release(&list);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void an_end_is_needed(void **unused)
{
	static const struct {
		int64_t for_s, until_s, at_s;
	} rows[] = {
		{0, 0, 0},
		{0, 1795299360, 0},
		{0, 100, 0},
		{7201, 0, 0},
		{0, 1795299360 + 7201, 0},
		{60, 0, 1795299300},
		{0, 1795299400, 1795299500},
		{-5, 0, 0},
	};
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_lock *lock = NULL;
	struct lg_state *state;
	size_t i;

	folder_make(&folder);
	state = folder_load(&folder);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		request.for_s = rows[i].for_s;
		request.until_s = rows[i].until_s;
		request.at_s = rows[i].at_s;
		assert_int_equal(lg_lock_apply(state, &request, &lock, NULL),
				 LG_ERR_RANGE);
	}
	assert_false(folder_has(&folder, LG_STATE_LOCK));
	assert_false(folder_has(&folder, LG_STATE_REGISTRY));
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static enum lg_lock_event settle(struct lg_state *state)
{
	enum lg_lock_event event = LG_LOCK_NOTHING;

	assert_int_equal(lg_lock_settle(state, &event, NULL, NULL), LG_OK);
	return event;
}

static void waits_for_its_beginning(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;
	int64_t left_ms;

	folder_make(&folder);
	state = folder_load(&folder);
	request.at_s = 1795299360 + 600;
	request.grace_s = 60;
	applied(state, &request);
	assert_false(lg_state_locked(state));
	assert_null(shown(state));
	assert_int_equal(settle(state), LG_LOCK_NOTHING);
	assert_int_equal(lg_lock_next(state, NULL, &left_ms), LG_LOCK_BEGINS);
	assert_int_equal(left_ms, 600000);
	lg_state_free(&state);
	folder_wait(&folder, 600);
	state = folder_load(&folder);
	assert_int_equal(settle(state), LG_LOCK_BEGINS);
	assert_true(lg_state_locked(state));
	assert_string_equal(shown(state), "/o=a/cn=one");
	folder_wait(&folder, 60);
	assert_int_equal(settle(state), LG_LOCK_CUTS);
	assert_int_equal(settle(state), LG_LOCK_NOTHING);
	folder_wait(&folder, 3540);
	assert_int_equal(settle(state), LG_LOCK_EXPIRES);
	assert_false(lg_state_locked(state));
	assert_null(shown(state));
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void never_began(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;

	folder_make(&folder);
	state = folder_load(&folder);
	request.at_s = 1795299360 + 600;
	applied(state, &request);
	lg_state_free(&state);
	folder_wait(&folder, 5000);
	state = folder_load(&folder);
	/* The start is due too; what is over does not begin. */
	assert_int_equal(settle(state), LG_LOCK_EXPIRES);
	assert_int_equal(settle(state), LG_LOCK_NOTHING);
	assert_null(shown(state));
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void lifts_without_a_confirm(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;
	int confirmed;

	for (confirmed = 0; confirmed < 2; confirmed++) {
		folder_make(&folder);
		state = folder_load(&folder);
		request.confirm_within_s = 120;
		applied(state, &request);
		folder_wait(&folder, 119);
		assert_int_equal(settle(state), LG_LOCK_NOTHING);
		if (confirmed) {
			assert_int_equal(lg_lock_confirm(state, state->lock[0],
							 "bert", NULL),
					 LG_OK);
			assert_int_equal(lg_lock_confirm(state, state->lock[0],
							 "bert", NULL),
					 LG_ERR_CONFLICT);
		}
		folder_wait(&folder, 1);
		assert_int_equal(settle(state), confirmed
							? LG_LOCK_NOTHING
							: LG_LOCK_UNCONFIRMED);
		assert_int_equal(lg_state_locked(state), confirmed);
		lg_state_free(&state);
		folder_remove(&folder);
	}
	lg_registry_free(&values);
}

static void extends_within_the_limit(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;

	folder_make(&folder);
	state = folder_load(&folder);
	applied(state, &request);
	folder_wait(&folder, 3000);
	assert_int_equal(
		lg_lock_extend(state, state->lock[0], "bert", 0, 4200, NULL),
		LG_OK);
	assert_int_equal(state->lock[0]->until.wall_s, 1795299360 + 7200);
	assert_int_equal(
		lg_lock_extend(state, state->lock[0], "bert", 0, 4201, NULL),
		LG_ERR_RANGE);
	assert_int_equal(
		lg_lock_extend(state, state->lock[0], "bert", 17, 0, NULL),
		LG_ERR_RANGE);
	assert_int_equal(state->lock[0]->until.wall_s, 1795299360 + 7200);
	folder_wait(&folder, 4199);
	assert_int_equal(settle(state), LG_LOCK_NOTHING);
	folder_wait(&folder, 1);
	assert_int_equal(settle(state), LG_LOCK_EXPIRES);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void a_stepped_clock_changes_nothing(void **unused)
{
	static const int64_t steps[] = {36000, -36000};
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;
	struct lg_now now;
	size_t i;

	for (i = 0; i < 2; i++) {
		folder_make(&folder);
		state = folder_load(&folder);
		applied(state, &request);
		folder.now.wall_ms += steps[i] * 1000;
		now = lg_state_now(state);
		assert_int_equal(lg_lock_stepped_s(state->lock[0], &now),
				 steps[i]);
		folder_wait(&folder, 3599);
		assert_int_equal(settle(state), LG_LOCK_NOTHING);
		/* Nor does a restart of the gate. */
		lg_state_free(&state);
		state = folder_load(&folder);
		assert_int_equal(settle(state), LG_LOCK_NOTHING);
		folder_wait(&folder, 1);
		assert_int_equal(settle(state), LG_LOCK_EXPIRES);
		lg_state_free(&state);
		folder_remove(&folder);
	}
	lg_registry_free(&values);
}

static void extends_after_a_step(void **unused)
{
	static const int64_t steps[] = {86400, -86400};
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;
	struct lg_now now;
	size_t i;

	for (i = 0; i < 2; i++) {
		folder_make(&folder);
		state = folder_load(&folder);
		applied(state, &request);
		folder_wait(&folder, 3000);
		folder.now.wall_ms += steps[i] * 1000;
		/* What is left of max_duration is what was left before. */
		assert_int_equal(lg_lock_extend(state, state->lock[0], "bert",
						0, 4201, NULL),
				 LG_ERR_RANGE);
		assert_int_equal(lg_lock_extend(state, state->lock[0], "bert",
						0, 100, NULL),
				 LG_OK);
		assert_int_equal(lg_lock_extend(state, state->lock[0], "bert",
						0, 4201, NULL),
				 LG_ERR_RANGE);
		assert_int_equal(lg_lock_extend(state, state->lock[0], "bert",
						0, 4200, NULL),
				 LG_OK);
		now = lg_state_now(state);
		assert_int_equal(lg_lock_stepped_s(state->lock[0], &now),
				 steps[i]);
		folder_wait(&folder, 4199);
		assert_int_equal(settle(state), LG_LOCK_NOTHING);
		folder_wait(&folder, 1);
		assert_int_equal(settle(state), LG_LOCK_EXPIRES);
		lg_state_free(&state);
		folder_remove(&folder);
	}
	lg_registry_free(&values);
}

static void after_a_reboot_the_wall_clock_counts(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;

	folder_make(&folder);
	state = folder_load(&folder);
	applied(state, &request);
	lg_state_free(&state);
	folder.now.wall_ms += 1800 * 1000;
	folder.now.boot_ms = 900;
	folder.now.boot_id[0] = 'F';
	state = folder_load(&folder);
	assert_int_equal(settle(state), LG_LOCK_NOTHING);
	/* From here on the new boot counts. */
	folder.now.wall_ms += 5000 * 1000;
	assert_int_equal(settle(state), LG_LOCK_NOTHING);
	folder.now.boot_ms += 1799 * 1000;
	assert_int_equal(settle(state), LG_LOCK_NOTHING);
	folder.now.boot_ms += 1000;
	assert_int_equal(settle(state), LG_LOCK_EXPIRES);
	lg_state_free(&state);
	folder_remove(&folder);
	lg_registry_free(&values);
}

static void a_full_disk_changes_nothing(void **unused)
{
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	unsigned int nth;
	enum lg_status status = LG_ERR_IO;

	for (nth = 1; status; nth++) {
		struct folder folder;
		struct lg_lock *lock = NULL;
		struct lg_state *state;
		struct lg_error err = {0};

		assert_true(nth < 40);
		folder_make(&folder);
		state = folder_load(&folder);
		folder.fail_write = nth;
		status = lg_lock_apply(state, &request, &lock, &err);
		folder.fail_write = 0;
		if (status) {
			assert_int_equal(status, LG_ERR_IO);
			/* A new process finds no lock, whatever was written. */
			lg_state_free(&state);
			state = folder_load(&folder);
			/* Unless all of it was, and only the last word of
			 * the record is missing. */
			if (lg_state_locked(state))
				assert_string_equal(shown(state),
						    "/o=a/cn=one");
			else
				assert_null(shown(state));
		}
		lg_state_free(&state);
		folder_remove(&folder);
	}
	assert_true(nth > 6);
	lg_registry_free(&values);
}

static void a_lift_that_failed_is_tried_again(void **unused)
{
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	unsigned int nth;

	for (nth = 1; nth < 6; nth++) {
		struct folder folder;
		struct lg_state *state;
		enum lg_status status;

		folder_make(&folder);
		state = folder_load(&folder);
		applied(state, &request);
		folder.writes = 0;
		folder.fail_write = nth;
		status = lg_lock_lift(state, state->lock[0], LG_LOCK_END_LIFT,
				      "bert", NULL, NULL, NULL);
		folder.fail_write = 0;
		if (status)
			assert_int_equal(lg_lock_lift(state, state->lock[0],
						      LG_LOCK_END_LIFT, "bert",
						      NULL, NULL, NULL),
					 LG_OK);
		assert_false(lg_state_locked(state));
		assert_null(shown(state));
		lg_state_free(&state);
		folder_remove(&folder);
	}
	lg_registry_free(&values);
}

static void long_lists_stand_in_files(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request;
	struct lg_strlist list = {0};
	struct lg_strlist names = {0};
	struct lg_state *state;
	char dn[64];
	char *text;
	int i;

	for (i = 0; i < 5000; i++) {
		snprintf(dn, sizeof(dn), "/o=a/ou=b/cn=Recipients/cn=u%d", i);
		assert_int_equal(lg_strlist_add(&list, dn, strlen(dn), NULL),
				 LG_OK);
	}
	lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
			     LG_VALUE_LOGON_ONLY_AS, &list, NULL);
	request = request_for(values);
	folder_make(&folder);
	state = folder_load(&folder);
	applied(state, &request);
	text = folder_read(&folder, LG_STATE_REGISTRY);
	assert_non_null(strstr(text, "\"" LG_VALUE_LOGON_ONLY_AS_FILE "\"="));
	assert_true(strlen(text) < 1000);
	free(text);
	lg_state_free(&state);
	state = folder_load(&folder);
	assert_int_equal(lg_registry_find(state->lock[0]->values,
					  LG_KEY_PARAMETERS_SYSTEM,
					  LG_VALUE_LOGON_ONLY_AS)
				 ->list.count,
			 5000);
	assert_int_equal(
		state->files->list(state->files->self, "lists", &names, NULL),
		LG_OK);
	assert_int_equal(names.count, 1);
	lg_strlist_release(&names);
	lg_strlist_release(&list);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void a_reader_changes_nothing(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_lock_request request = request_for(values);
	struct lg_state *state;
	char *before;
	char *after;

	folder_make(&folder);
	state = folder_load(&folder);
	applied(state, &request);
	lg_state_free(&state);
	before = folder_read(&folder, LG_STATE_LOCK);
	folder_wait(&folder, 4000);
	folder.writes = 0;
	folder.fail_write = 1;
	assert_int_equal(lg_state_load(&folder.files, &folder.clock,
				       LG_STATE_READ, &state, NULL),
			 LG_OK);
	assert_int_equal(settle(state), LG_LOCK_EXPIRES);
	assert_null(shown(state));
	assert_false(lg_state_locked(state));
	assert_int_equal(folder.writes, 0);
	after = folder_read(&folder, LG_STATE_LOCK);
	assert_string_equal(before, after);
	free(before);
	free(after);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
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
		suite_row("where two locks meet nobody slips in",
			  a_beginning_goes_before_an_end),
		suite_row("a full disk keeps nobody out past the end",
			  an_end_does_not_wait_for_the_disk),
		suite_row("a hand edit is kept and told before it goes",
			  what_was_edited_by_hand_is_kept_and_told),
		suite_row("back-ups and lists that are of no use go",
			  old_backups_and_lists_go),
		suite_row("no end, a past one, one beyond max_duration",
			  an_end_is_needed),
		suite_row("a pending lock begins, cuts and expires in time",
			  waits_for_its_beginning),
		suite_row("a pending lock whose end is past never begins",
			  never_began),
		suite_row("a lock that is not confirmed lifts by itself",
			  lifts_without_a_confirm),
		suite_row("extend counts max_duration from the start",
			  extends_within_the_limit),
		suite_row("a stepped wall clock neither lifts nor holds",
			  a_stepped_clock_changes_nothing),
		suite_row("extend keeps to max_duration after a step",
			  extends_after_a_step),
		suite_row("across a reboot the wall clock tells the end",
			  after_a_reboot_the_wall_clock_counts),
		suite_row("an apply that cannot write leaves no lock",
			  a_full_disk_changes_nothing),
		suite_row("a lift that failed can be done again",
			  a_lift_that_failed_is_tried_again),
		suite_row("a long list stands in a file of its own",
			  long_lists_stand_in_files),
		suite_row("reading changes nothing on disk",
			  a_reader_changes_nothing),
	};

	return suite_run(rows);
}
