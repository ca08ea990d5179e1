/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/window.h: the life of a window.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	struct lg_window_request request = request_for(values);
	struct lg_state *state;
	struct lg_error err = {0};
	char *audit;

	folder_make(&folder);
	state = folder_load(&folder);
	assert_false(lg_state_locked(state));
	assert_int_equal(lg_registry_count(state->values), 0);
	assert_int_equal(state->loud.count, 0);
	request.findings = findings_of("/o=a/cn=one");
	request.reason = "new\r\n\tdisks";
	assert_int_equal(lg_window_apply(state, &request, &err), LG_OK);
	lg_state_free(&state);

	state = folder_load(&folder);
	assert_true(lg_state_locked(state));
	assert_int_equal(state->loud.count, 0);
	assert_string_equal(listed(state->values), "/o=a/cn=one");
	assert_non_null(state->findings);
	assert_string_equal(state->lock->profile, "upgrade");
	assert_string_equal(state->lock->by, "anna");
	assert_string_equal(state->lock->reason, "new disks");
	assert_int_equal(state->lock->generation, 1);
	assert_int_equal(state->lock->until.wall_s, 1795299360 + 3600);
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
	struct lg_window_request request = request_for(values);
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
	assert_int_equal(lg_window_write(state, LG_EVENT_IMPORT, "anna", before,
					 findings, NULL, NULL),
			 LG_OK);
	text_before = folder_read(&folder, LG_STATE_REGISTRY);
	assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
	assert_null(state->findings);
	assert_int_equal(lg_window_lift(state, LG_WINDOW_END_LIFT, "bert",
					&restored, &changed, NULL),
			 LG_OK);
	text_after = folder_read(&folder, LG_STATE_REGISTRY);
	assert_string_equal(text_before, text_after);
	assert_string_equal(listed(state->values), "/o=a/cn=before");
	assert_non_null(lg_findings_dn(state->findings, "/o=a/cn=before"));
	assert_int_equal(restored.count, 2);
	assert_int_equal(changed.count, 0);
	assert_false(lg_state_locked(state));
	lg_state_free(&state);
	state = folder_load(&folder);
	assert_false(lg_state_locked(state));
	assert_non_null(state->findings);
	assert_int_equal(state->lock->generation, 3);
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

static void refuses_a_second_lock(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_registry *others = values_listing("/o=a/cn=two");
	struct lg_window_request request = request_for(values);
	struct lg_state *state;
	char *before;
	char *after;

	folder_make(&folder);
	state = folder_load(&folder);
	assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
	before = folder_read(&folder, LG_STATE_LOCK);
	request.values = others;
	assert_int_equal(lg_window_apply(state, &request, NULL),
			 LG_ERR_CONFLICT);
	assert_int_equal(lg_window_write(state, LG_EVENT_IMPORT, "anna", others,
					 NULL, NULL, NULL),
			 LG_ERR_CONFLICT);
	after = folder_read(&folder, LG_STATE_LOCK);
	assert_string_equal(before, after);
	assert_string_equal(listed(state->values), "/o=a/cn=one");
	free(before);
	free(after);
	lg_registry_free(&values);
	lg_registry_free(&others);
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
	struct lg_window_request request = request_for(values);
	struct lg_state *state;
	size_t i;

	folder_make(&folder);
	state = folder_load(&folder);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		request.for_s = rows[i].for_s;
		request.until_s = rows[i].until_s;
		request.at_s = rows[i].at_s;
		assert_int_equal(lg_window_apply(state, &request, NULL),
				 LG_ERR_RANGE);
	}
	assert_false(folder_has(&folder, LG_STATE_LOCK));
	assert_false(folder_has(&folder, LG_STATE_REGISTRY));
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static enum lg_window_event settle(struct lg_state *state)
{
	enum lg_window_event event = LG_WINDOW_NOTHING;

	assert_int_equal(lg_window_settle(state, &event, NULL), LG_OK);
	return event;
}

static void waits_for_its_beginning(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_window_request request = request_for(values);
	struct lg_state *state;
	int64_t left_ms;

	folder_make(&folder);
	state = folder_load(&folder);
	request.at_s = 1795299360 + 600;
	request.grace_s = 60;
	assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
	assert_false(lg_state_locked(state));
	assert_int_equal(lg_registry_count(state->values), 0);
	assert_int_equal(settle(state), LG_WINDOW_NOTHING);
	assert_int_equal(lg_window_next(state, &left_ms), LG_WINDOW_BEGINS);
	assert_int_equal(left_ms, 600000);
	lg_state_free(&state);
	folder_wait(&folder, 600);
	state = folder_load(&folder);
	assert_int_equal(settle(state), LG_WINDOW_BEGINS);
	assert_true(lg_state_locked(state));
	assert_string_equal(listed(state->values), "/o=a/cn=one");
	assert_false(folder_has(&folder, LG_STATE_PENDING));
	folder_wait(&folder, 60);
	assert_int_equal(settle(state), LG_WINDOW_CUTS);
	assert_int_equal(settle(state), LG_WINDOW_NOTHING);
	folder_wait(&folder, 3540);
	assert_int_equal(settle(state), LG_WINDOW_EXPIRES);
	assert_false(lg_state_locked(state));
	assert_int_equal(lg_registry_count(state->values), 0);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void never_began(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_window_request request = request_for(values);
	struct lg_state *state;

	folder_make(&folder);
	state = folder_load(&folder);
	request.at_s = 1795299360 + 600;
	assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
	lg_state_free(&state);
	folder_wait(&folder, 5000);
	state = folder_load(&folder);
	/* The start is due too; what is over does not begin. */
	assert_int_equal(settle(state), LG_WINDOW_EXPIRES);
	assert_int_equal(settle(state), LG_WINDOW_NOTHING);
	assert_int_equal(lg_registry_count(state->values), 0);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void lifts_without_a_confirm(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_window_request request = request_for(values);
	struct lg_state *state;
	int confirmed;

	for (confirmed = 0; confirmed < 2; confirmed++) {
		folder_make(&folder);
		state = folder_load(&folder);
		request.confirm_within_s = 120;
		assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
		folder_wait(&folder, 119);
		assert_int_equal(settle(state), LG_WINDOW_NOTHING);
		if (confirmed) {
			assert_int_equal(lg_window_confirm(state, "bert", NULL),
					 LG_OK);
			assert_int_equal(lg_window_confirm(state, "bert", NULL),
					 LG_ERR_CONFLICT);
		}
		folder_wait(&folder, 1);
		assert_int_equal(settle(state),
				 confirmed ? LG_WINDOW_NOTHING
					   : LG_WINDOW_UNCONFIRMED);
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
	struct lg_window_request request = request_for(values);
	struct lg_state *state;

	folder_make(&folder);
	state = folder_load(&folder);
	assert_int_equal(lg_window_extend(state, "bert", 0, 60, NULL),
			 LG_ERR_CONFLICT);
	assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
	folder_wait(&folder, 3000);
	assert_int_equal(lg_window_extend(state, "bert", 0, 4200, NULL), LG_OK);
	assert_int_equal(state->lock->until.wall_s, 1795299360 + 7200);
	assert_int_equal(lg_window_extend(state, "bert", 0, 4201, NULL),
			 LG_ERR_RANGE);
	assert_int_equal(lg_window_extend(state, "bert", 17, 0, NULL),
			 LG_ERR_RANGE);
	assert_int_equal(state->lock->until.wall_s, 1795299360 + 7200);
	folder_wait(&folder, 4199);
	assert_int_equal(settle(state), LG_WINDOW_NOTHING);
	folder_wait(&folder, 1);
	assert_int_equal(settle(state), LG_WINDOW_EXPIRES);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void a_stepped_clock_changes_nothing(void **unused)
{
	static const int64_t steps[] = {36000, -36000};
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_window_request request = request_for(values);
	struct lg_state *state;
	struct lg_now now;
	size_t i;

	for (i = 0; i < 2; i++) {
		folder_make(&folder);
		state = folder_load(&folder);
		assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
		folder.now.wall_ms += steps[i] * 1000;
		now = lg_state_now(state);
		assert_int_equal(lg_lock_stepped_s(state->lock, &now),
				 steps[i]);
		folder_wait(&folder, 3599);
		assert_int_equal(settle(state), LG_WINDOW_NOTHING);
		/* Nor does a restart of the gate. */
		lg_state_free(&state);
		state = folder_load(&folder);
		assert_int_equal(settle(state), LG_WINDOW_NOTHING);
		folder_wait(&folder, 1);
		assert_int_equal(settle(state), LG_WINDOW_EXPIRES);
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
	struct lg_window_request request = request_for(values);
	struct lg_state *state;
	struct lg_now now;
	size_t i;

	for (i = 0; i < 2; i++) {
		folder_make(&folder);
		state = folder_load(&folder);
		assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
		folder_wait(&folder, 3000);
		folder.now.wall_ms += steps[i] * 1000;
		/* What is left of max_duration is what was left before. */
		assert_int_equal(lg_window_extend(state, "bert", 0, 4201, NULL),
				 LG_ERR_RANGE);
		assert_int_equal(lg_window_extend(state, "bert", 0, 100, NULL),
				 LG_OK);
		assert_int_equal(lg_window_extend(state, "bert", 0, 4201, NULL),
				 LG_ERR_RANGE);
		assert_int_equal(lg_window_extend(state, "bert", 0, 4200, NULL),
				 LG_OK);
		now = lg_state_now(state);
		assert_int_equal(lg_lock_stepped_s(state->lock, &now),
				 steps[i]);
		folder_wait(&folder, 4199);
		assert_int_equal(settle(state), LG_WINDOW_NOTHING);
		folder_wait(&folder, 1);
		assert_int_equal(settle(state), LG_WINDOW_EXPIRES);
		lg_state_free(&state);
		folder_remove(&folder);
	}
	lg_registry_free(&values);
}

static void after_a_reboot_the_wall_clock_counts(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_window_request request = request_for(values);
	struct lg_state *state;

	folder_make(&folder);
	state = folder_load(&folder);
	assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
	lg_state_free(&state);
	folder.now.wall_ms += 1800 * 1000;
	folder.now.boot_ms = 900;
	folder.now.boot_id[0] = 'F';
	state = folder_load(&folder);
	assert_int_equal(settle(state), LG_WINDOW_NOTHING);
	/* From here on the new boot counts. */
	folder.now.wall_ms += 5000 * 1000;
	assert_int_equal(settle(state), LG_WINDOW_NOTHING);
	folder.now.boot_ms += 1799 * 1000;
	assert_int_equal(settle(state), LG_WINDOW_NOTHING);
	folder.now.boot_ms += 1000;
	assert_int_equal(settle(state), LG_WINDOW_EXPIRES);
	lg_state_free(&state);
	folder_remove(&folder);
	lg_registry_free(&values);
}

static void a_full_disk_changes_nothing(void **unused)
{
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_window_request request = request_for(values);
	unsigned int nth;
	enum lg_status status = LG_ERR_IO;

	for (nth = 1; status; nth++) {
		struct folder folder;
		struct lg_state *state;
		struct lg_error err = {0};

		assert_true(nth < 40);
		folder_make(&folder);
		state = folder_load(&folder);
		folder.fail_write = nth;
		status = lg_window_apply(state, &request, &err);
		folder.fail_write = 0;
		if (status) {
			assert_int_equal(status, LG_ERR_IO);
			/* A new process finds no lock, whatever was written. */
			lg_state_free(&state);
			state = folder_load(&folder);
			/* Unless all of it was, and only the last word of
			 * the record is missing. */
			if (lg_state_locked(state))
				assert_string_equal(listed(state->values),
						    "/o=a/cn=one");
			else
				assert_int_equal(
					lg_registry_count(state->values), 0);
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
	struct lg_window_request request = request_for(values);
	unsigned int nth;

	for (nth = 1; nth < 6; nth++) {
		struct folder folder;
		struct lg_state *state;
		enum lg_status status;

		folder_make(&folder);
		state = folder_load(&folder);
		assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
		folder.writes = 0;
		folder.fail_write = nth;
		status = lg_window_lift(state, LG_WINDOW_END_LIFT, "bert", NULL,
					NULL, NULL);
		folder.fail_write = 0;
		if (status)
			assert_int_equal(
				lg_window_lift(state, LG_WINDOW_END_LIFT,
					       "bert", NULL, NULL, NULL),
				LG_OK);
		assert_false(lg_state_locked(state));
		assert_int_equal(lg_registry_count(state->values), 0);
		lg_state_free(&state);
		folder_remove(&folder);
	}
	lg_registry_free(&values);
}

static void long_lists_stand_in_files(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_window_request request;
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
	assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
	text = folder_read(&folder, LG_STATE_REGISTRY);
	assert_non_null(strstr(text, "\"" LG_VALUE_LOGON_ONLY_AS_FILE "\"="));
	assert_true(strlen(text) < 1000);
	free(text);
	lg_state_free(&state);
	state = folder_load(&folder);
	assert_int_equal(lg_registry_find(state->values,
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
	struct lg_window_request request = request_for(values);
	struct lg_state *state;
	char *before;
	char *after;

	folder_make(&folder);
	state = folder_load(&folder);
	assert_int_equal(lg_window_apply(state, &request, NULL), LG_OK);
	lg_state_free(&state);
	before = folder_read(&folder, LG_STATE_LOCK);
	folder_wait(&folder, 4000);
	folder.writes = 0;
	folder.fail_write = 1;
	assert_int_equal(lg_state_load(&folder.files, &folder.clock,
				       LG_STATE_READ, &state, NULL),
			 LG_OK);
	assert_int_equal(settle(state), LG_WINDOW_EXPIRES);
	assert_int_equal(lg_registry_count(state->values), 0);
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
		suite_row("a second lock and an import are refused",
			  refuses_a_second_lock),
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
