/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/lock/lock_change.h: what of locks is on disk, and what
 * happens where it cannot be written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/backup.h"
#include "app/lock/stored_values.h"
#include "lock_scene.h"
#include "suite.h"

static void what_was_edited_by_hand_is_kept_and_told(void **unused)
{
	static const char hand[] =
		"Windows Registry Editor Version 5.00\n\n"
		"[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
		"\\MSExchangeIS\\ParametersSystem]\n"
		"\"Disable MAPI Clients\"=\"-5.9.9\"\n\n";
	struct lock_scene s;
	struct lg_strlist changed = {0};
	struct lg_strlist names = {0};
	int locked;

	for (locked = 0; locked < 2; locked++) {
		lock_scene_begin(&s);
		assert_int_equal(lg_standing_write(s.state, LG_EVENT_IMPORT,
						   "anna", s.values, NULL, NULL,
						   NULL),
				 LG_OK);
		if (locked)
			applied(s.state, &s.request);
		folder_write(&s.folder, LG_STATE_REGISTRY, hand,
			     sizeof(hand) - 1);
		if (!locked)
			applied(s.state, &s.request);
		else
			assert_int_equal(lg_lock_lift(s.state, s.state->lock[0],
						      LG_LOCK_END_LIFT, "bert",
						      NULL, &changed, NULL),
					 LG_OK);
		assert_true(is_loud(s.state, "changed by hand"));
		assert_string_equal(shown(s.state), "/o=a/cn=one");
		s.state->files->list(s.state->files->self, LG_STATE_BACKUPS,
				     &names, NULL);
		assert_non_null(strstr(names.item[names.count - 1], "by-hand"));
		lg_strlist_release(&names);
		lock_scene_end(&s);
	}
	assert_int_equal(changed.count, 3);
	lg_strlist_release(&changed);
}

static void old_backups_and_lists_go(void **unused)
{
	struct lock_scene s;
	struct lg_strlist list = {0};
	struct lg_strlist names = {0};
	char dn[64];
	int i;

	lock_scene_begin(&s);
	for (i = 0; i < 1001; i++) {
		snprintf(dn, sizeof(dn), "/o=a/ou=b/cn=Recipients/cn=u%d", i);
		assert_int_equal(lg_strlist_add(&list, dn, strlen(dn), NULL),
				 LG_OK);
	}
	lg_registry_set_list(s.values, LG_KEY_PARAMETERS_SYSTEM,
			     LG_VALUE_LOGON_ONLY_AS, &list, NULL);
	s.request.max_duration_s = -1;
	s.request.for_s = 40 * 86400;
	applied(s.state, &s.request);
	folder_wait(&s.folder, 31 * 86400);
	lg_backup_prune(s.state, 30);
	s.state->files->list(s.state->files->self, "lists", &names, NULL);
	assert_int_equal(names.count, 1);
	lg_strlist_release(&names);
	s.state->files->list(s.state->files->self, LG_STATE_BACKUPS, &names,
			     NULL);
	assert_int_equal(names.count, 1);
	lg_strlist_release(&names);
	lift_by_name(s.state, NULL);
	lg_backup_prune(s.state, 0);
	s.state->files->list(s.state->files->self, "lists", &names, NULL);
	assert_int_equal(names.count, 1);
	lg_strlist_release(&names);
	lg_backup_prune(s.state, 30);
	s.state->files->list(s.state->files->self, "lists", &names, NULL);
	s.state->files->list(s.state->files->self, LG_STATE_BACKUPS, &names,
			     NULL);
	assert_int_equal(names.count, 0);
	lg_strlist_release(&names);
	lg_strlist_release(&list);
	lock_scene_end(&s);
}

static void a_full_disk_changes_nothing(void **unused)
{
	struct lock_scene s;
	unsigned int nth;
	enum lg_status status = LG_ERR_IO;

	for (nth = 1; status != LG_OK; nth++) {
		struct lg_lock *lock = NULL;
		struct lg_error err = {0};

		assert_true(nth < 40);
		lock_scene_begin(&s);
		s.folder.fail_write = nth;
		status = lg_lock_apply(s.state, &s.request, &lock, &err);
		s.folder.fail_write = 0;
		if (status != LG_OK) {
			assert_int_equal(status, LG_ERR_IO);
			/* A new process finds no lock, whatever was written. */
			lock_scene_again(&s);
			/* Unless all of it was, and only the last word of
			 * the record is missing. */
			if (lg_state_locked(s.state))
				assert_string_equal(shown(s.state),
						    "/o=a/cn=one");
			else
				assert_null(shown(s.state));
		}
		lock_scene_end(&s);
	}
	assert_true(nth > 6);
}

static void a_lift_that_failed_is_tried_again(void **unused)
{
	struct lock_scene s;
	unsigned int nth;

	for (nth = 1; nth < 6; nth++) {
		enum lg_status status;

		lock_scene_begin(&s);
		applied(s.state, &s.request);
		s.folder.writes = 0;
		s.folder.fail_write = nth;
		status = lg_lock_lift(s.state, s.state->lock[0],
				      LG_LOCK_END_LIFT, "bert", NULL, NULL,
				      NULL);
		s.folder.fail_write = 0;
		if (status != LG_OK)
			assert_int_equal(lg_lock_lift(s.state, s.state->lock[0],
						      LG_LOCK_END_LIFT, "bert",
						      NULL, NULL, NULL),
					 LG_OK);
		assert_false(lg_state_locked(s.state));
		assert_null(shown(s.state));
		lock_scene_end(&s);
	}
}

static void long_lists_stand_in_files(void **unused)
{
	struct folder folder;
	struct lg_registry *values = values_listing("/o=a/cn=one");
	struct lg_target_lock request;
	struct lg_strlist list = {0};
	struct lg_strlist names = {0};
	struct lg_state *state;
	char id[LG_LOCK_ID_SIZE];
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
	/* Whom a lock concerns, by logon names alone: no DN is blank there. */
	for (i = 0; i < 5000; i++)
		list.item[i] =
			list.item[i] + strlen("/o=a/ou=b/cn=Recipients/cn=");
	lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
			     LG_VALUE_APPLIES_TO_USERS, &list, NULL);
	lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
			     LG_VALUE_APPLIES_TO, &names, NULL);
	request.values = values;
	request.profile = "batch";
	snprintf(id, sizeof(id), "%s", applied(state, &request)->id);
	snprintf(dn, sizeof(dn), LG_STATE_LOCKS "/%s.json", id);
	text = folder_read(&folder, dn);
	assert_non_null(strstr(text, LG_VALUE_APPLIES_TO_FILE));
	assert_true(strlen(text) < 3000);
	free(text);
	lg_state_free(&state);
	state = folder_load(&folder);
	assert_true(lg_stored_values_equal(lg_state_lock(state, id)->values,
					   values));
	lg_strlist_release(&list);
	lg_registry_free(&values);
	lg_state_free(&state);
	folder_remove(&folder);
}

static void a_reader_changes_nothing(void **unused)
{
	struct lock_scene s;
	char *before;
	char *after;

	lock_scene_begin(&s);
	applied(s.state, &s.request);
	lg_state_free(&s.state);
	before = folder_read(&s.folder, LG_STATE_LOCK);
	folder_wait(&s.folder, 4000);
	s.folder.writes = 0;
	s.folder.fail_write = 1;
	assert_int_equal(lg_state_load(&s.folder.files, &s.folder.clock,
				       LG_STATE_READ, &s.state, NULL),
			 LG_OK);
	assert_int_equal(settle(s.state), LG_LOCK_EXPIRES);
	assert_null(shown(s.state));
	assert_false(lg_state_locked(s.state));
	assert_int_equal(s.folder.writes, 0);
	after = folder_read(&s.folder, LG_STATE_LOCK);
	assert_string_equal(before, after);
	free(before);
	free(after);
	lock_scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a hand edit is kept and told before it goes",
			  what_was_edited_by_hand_is_kept_and_told),
		suite_row("back-ups and lists that are of no use go",
			  old_backups_and_lists_go),
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
