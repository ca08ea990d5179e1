/* SPDX-License-Identifier: ISC */
/*
 * Rows for lg_state_load: each file of state_dir missing, cut off or garbage,
 * with a lock in force.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/stored_values.h"

#include "damage_scene.h"
#include "suite.h"

static void registry_is_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_REGISTRY, fault);
	damage_reload(&damaged);
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "last good copy"));
	if (fault != DELETED)
		assert_true(
			folder_has(&damaged.folder, "damaged/registry.reg.1"));
	/* It is whole again, and the lift still finds its way back. */
	damage_reload(&damaged);
	assert_int_equal(damaged.state->loud.count, 0);
	lifts_to_before(&damaged);
	damage_end(&damaged);
}

static void record_is_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_LOCK, fault);
	damage_reload(&damaged);
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "lock.json"));
	if (fault != DELETED)
		assert_true(folder_has(&damaged.folder, "damaged/lock.json.1"));
	damage_reload(&damaged);
	assert_int_equal(damaged.state->loud.count, 0);
	lifts_to_before(&damaged);
	damage_end(&damaged);
}

static void lock_is_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, lock_file(&damaged, ".json"), fault);
	damage_reload(&damaged);
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "the lock comes from the last good "
					   "copy"));
	damage_reload(&damaged);
	assert_int_equal(damaged.state->loud.count, 0);
	/* And the other way round nobody is told of anything. */
	hurt(&damaged.folder, lock_file(&damaged, ".good.json"), fault);
	damage_reload(&damaged);
	is_whole(&damaged);
	lifts_to_before(&damaged);
	damage_end(&damaged);
}

static void both_files_of_a_lock_are_damaged(void **unused)
{
	static const enum fault first[] = {GARBAGE, EMPTY, CUT_OFF};
	static const enum fault second[] = {DELETED, GARBAGE, EMPTY};
	struct lg_target_lock request;
	struct lg_lock *other;
	size_t i;

	for (i = 0; i < 3; i++) {
		struct damaged damaged = {0};

		lock_then_damage(&damaged);
		damage_reload(&damaged);
		request = request_for(damaged.values);
		request.profile = "other";
		request.for_s = 60;
		applied(damaged.state, &request);
		hurt(&damaged.folder, lock_file(&damaged, ".json"), first[i]);
		hurt(&damaged.folder, lock_file(&damaged, ".good.json"),
		     second[i]);
		damage_reload(&damaged);
		assert_int_equal(damaged.state->lock_count, 2);
		assert_true(
			is_loud(damaged.state, "its end comes from the audit"));
		/* Whom it refused is in registry.reg, with the others. */
		assert_true(lg_state_trusted(damaged.state));
		other = NULL;
		assert_int_equal(lg_lock_choose(damaged.state, damaged.id,
						LG_MEANT_ANY, &other, NULL),
				 LG_OK);
		assert_string_equal(other->profile, "upgrade");
		assert_int_equal(other->until.wall_s, 1795299360 + 3600);
		assert_non_null(other->values);
		/* The other one is as it was. */
		assert_int_equal(lg_lock_choose(damaged.state, "other",
						LG_MEANT_ANY, &other, NULL),
				 LG_OK);
		assert_int_equal(other->until.wall_s, 1795299360 + 60);
		assert_string_equal(listed(other->values), "/o=a/cn=one");
		assert_int_equal(lg_lock_lift(damaged.state, other,
					      LG_LOCK_END_LIFT, "bert", NULL,
					      NULL, NULL),
				 LG_OK);
		lifts_to_before(&damaged);
		damage_end(&damaged);
	}
}

static void standing_is_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_STANDING, fault);
	damage_reload(&damaged);
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "come from the back-up"));
	assert_non_null(damaged.state->standing);
	lifts_to_before(&damaged);
	damage_end(&damaged);
}

static void standing_is_lost(void **unused)
{
	struct damaged damaged = {0};
	struct lg_strlist names = {0};
	struct lg_target_lock request;
	char name[128];
	size_t i;

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_STANDING, GARBAGE);
	damaged.folder.real.list(damaged.folder.real.self, LG_STATE_BACKUPS,
				 &names, NULL);
	for (i = 0; i < names.count; i++) {
		snprintf(name, sizeof(name), LG_STATE_BACKUPS "/%s",
			 names.item[i]);
		folder_unlink(&damaged.folder, name);
	}
	lg_strlist_release(&names);
	damage_reload(&damaged);
	is_whole(&damaged);
	assert_null(damaged.state->standing);
	assert_true(is_loud(damaged.state, "are lost"));
	/* It keeps nothing else from being done. */
	request = request_for(damaged.values);
	request.profile = "other";
	applied(damaged.state, &request);
	request.profile = "later";
	request.at_s = 1795299360 + 10;
	applied(damaged.state, &request);
	folder_wait(&damaged.folder, 10);
	for (i = 0; i < 2; i++) {
		enum lg_lock_event event;

		assert_int_equal(
			lg_lock_settle(damaged.state, &event, NULL, NULL),
			LG_OK);
		assert_int_equal(event, i ? LG_LOCK_NOTHING : LG_LOCK_BEGINS);
	}
	while (damaged.state->lock_count)
		assert_int_equal(lg_lock_lift(damaged.state,
					      damaged.state->lock[0],
					      LG_LOCK_END_LIFT, "bert", NULL,
					      NULL, NULL),
				 LG_OK);
	assert_false(lg_state_trusted(damaged.state));
	damage_end(&damaged);
}

static void findings_are_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	damage_reload(&damaged);
	assert_non_null(damaged.state->findings);
	assert_non_null(damaged.state->lock[0]->findings);
	hurt(&damaged.folder, LG_STATE_FINDINGS, fault);
	damage_reload(&damaged);
	assert_null(damaged.state->findings);
	assert_non_null(damaged.state->lock[0]->findings);
	is_whole(&damaged);
	assert_int_equal(is_loud(damaged.state, "findings cannot be trusted"),
			 fault != DELETED);
	hurt(&damaged.folder, lock_file(&damaged, ".findings"), fault);
	damage_reload(&damaged);
	assert_null(damaged.state->lock[0]->findings);
	assert_true(damaged.state->lock[0]->asked);
	is_whole(&damaged);
	damage_end(&damaged);
}

/* Without a lock registry.reg is all there is. */
static void no_copy_can_be_read(void **unused)
{
	static const enum fault first[] = {DELETED, GARBAGE, CUT_OFF};
	static const enum fault second[] = {GARBAGE, DELETED, EMPTY};
	size_t i;

	for (i = 0; i < 3; i++) {
		struct damaged damaged = {0};

		lock_then_damage(&damaged);
		hurt(&damaged.folder, LG_STATE_REGISTRY, first[i]);
		hurt(&damaged.folder, LG_STATE_REGISTRY_GOOD, second[i]);
		/* The lock does not need them. */
		damage_reload(&damaged);
		is_whole(&damaged);
		lifts_to_before(&damaged);
		hurt(&damaged.folder, LG_STATE_REGISTRY, first[i]);
		damage_reload(&damaged);
		assert_string_equal(shown(damaged.state), "/o=a/cn=before");
		assert_true(is_loud(damaged.state, "last good copy"));
		hurt(&damaged.folder, LG_STATE_REGISTRY, first[i]);
		hurt(&damaged.folder, LG_STATE_REGISTRY_GOOD, second[i]);
		damage_reload(&damaged);
		assert_null(damaged.state->standing);
		assert_false(lg_state_trusted(damaged.state));
		assert_true(is_loud(damaged.state, "no policy it can trust"));
		damage_end(&damaged);
	}
}

/* Nothing but locks/ is left. */
static void everything_else_is_gone(void **unused)
{
	static const char *const gone[] = {
		LG_STATE_LOCK, LG_JOURNAL_FILE, LG_STATE_REGISTRY,
		LG_STATE_REGISTRY_GOOD, LG_STATE_STANDING};
	struct damaged damaged = {0};
	size_t i;

	lock_then_damage(&damaged);
	for (i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		hurt(&damaged.folder, gone[i], DELETED);
	damage_reload(&damaged);
	is_whole(&damaged);
	assert_true(damaged.state->loud.count > 0);
	lifts_to_before(&damaged);
	damage_end(&damaged);
}

/* Nothing but the audit and registry.reg is left of the lock. */
static void its_files_are_gone(void **unused)
{
	static const char *const endings[] = {".json", ".good.json",
					      ".findings"};
	struct damaged damaged = {0};
	size_t i;

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_LOCK, DELETED);
	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		hurt(&damaged.folder, lock_file(&damaged, endings[i]), DELETED);
	damage_reload(&damaged);
	assert_true(lg_state_locked(damaged.state));
	assert_int_equal(damaged.state->lock[0]->until.wall_s,
			 1795299360 + 3600);
	assert_non_null(damaged.state->lock[0]->values);
	lifts_to_before(&damaged);
	damage_end(&damaged);
}

/* A lock that concerns some is not in what registry.reg shows. */
static void whom_it_concerns_outlives_its_files(void **unused)
{
	struct lg_findings *findings = NULL;
	struct lg_target_lock request;
	struct lg_strlist bob = {0};
	struct damaged damaged = {0};
	struct lg_lock *lock;
	int with_audit;

	assert_int_equal(lg_strlist_add(&bob, "/o=a/cn=bob", 11, NULL), LG_OK);
	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	for (with_audit = 0; with_audit < 2; with_audit++) {
		lock_then_damage(&damaged);
		damage_reload(&damaged);
		assert_int_equal(lg_registry_set_list(damaged.values,
						      LG_KEY_PARAMETERS_SYSTEM,
						      LG_VALUE_APPLIES_TO, &bob,
						      NULL),
				 LG_OK);
		request = request_for(damaged.values);
		request.profile = "batch";
		request.findings = request.concerned = findings;
		snprintf(damaged.id, sizeof(damaged.id), "%s",
			 applied(damaged.state, &request)->id);
		hurt(&damaged.folder, lock_file(&damaged, ".json"), GARBAGE);
		hurt(&damaged.folder, lock_file(&damaged, ".good.json"),
		     CUT_OFF);
		if (!with_audit)
			hurt(&damaged.folder, LG_JOURNAL_FILE, EMPTY);
		damage_reload(&damaged);
		assert_int_equal(damaged.state->lock_count, 2);
		assert_true(lg_state_trusted(damaged.state));
		lock = lg_state_lock(damaged.state, damaged.id);
		assert_non_null(lock);
		assert_true(
			lg_stored_values_equal(lock->values, damaged.values));
		assert_non_null(lock->concerned);
		assert_true(is_loud(damaged.state, "as registry.reg tells it"));
		/* And once more, from the files that were made again. */
		damage_reload(&damaged);
		lock = lg_state_lock(damaged.state, damaged.id);
		assert_true(
			lg_stored_values_equal(lock->values, damaged.values));
		damage_end(&damaged);
	}
	lg_findings_free(&findings);
	lg_strlist_release(&bob);
}

static void in_its_place(const struct damaged *damaged, const char *what)
{
	char command[700];

	snprintf(command, sizeof(command), "cd %s && mv locks locks.away && %s",
		 damaged->folder.path, what);
	assert_int_equal(system(command), 0);
}

/* That nobody can say which files there are is no sign that there are none. */
static void the_folder_of_locks_is_damaged(void **unused)
{
	static const char *const places[] = {
		"touch locks", "ln -s locks.away locks", "ln -s nowhere locks"};
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct damaged damaged = {0};
		struct lg_error err = {0};
		struct lg_lock *lock;

		lock_then_damage(&damaged);
		in_its_place(&damaged, places[i]);
		damage_reload(&damaged);
		assert_int_equal(damaged.state->lock_count, 1);
		lock = damaged.state->lock[0];
		assert_true(lg_state_trusted(damaged.state));
		assert_string_equal(lock->id, damaged.id);
		assert_int_equal(lock->until.wall_s, 1795299360 + 3600);
		/* What both listed: nobody. */
		assert_non_null(lg_registry_find(lock->values,
						 LG_KEY_PARAMETERS_SYSTEM,
						 LG_VALUE_LOGON_ONLY_AS));
		assert_true(is_loud(damaged.state, "locks cannot be read"));
		/* Nothing can be removed there, and there is a way out. */
		assert_int_not_equal(lg_lock_lift(damaged.state, lock,
						  LG_LOCK_END_LIFT, "bert",
						  NULL, NULL, &err),
				     LG_OK);
		assert_non_null(strstr(err.text, "lift --force lg-"));
		assert_true(lg_state_locked(damaged.state));
		assert_int_equal(lg_lock_lift(damaged.state, lock,
					      LG_LOCK_END_FORCE, "bert", NULL,
					      NULL, NULL),
				 LG_OK);
		damage_reload(&damaged);
		assert_false(lg_state_locked(damaged.state));
		assert_string_equal(listed(damaged.state->standing),
				    "/o=a/cn=before");
		damage_end(&damaged);
	}
}

/* It is moved away, by the next who writes at the latest, and stays away. */
static void a_folder_is_in_its_place(void **unused)
{
	static const char *const names[] = {
		LG_STATE_LOCK,     LG_STATE_REGISTRY, LG_STATE_REGISTRY_GOOD,
		LG_STATE_STANDING, LG_JOURNAL_FILE,   ".json",
		".good.json",      ".findings"};
	struct lg_target_lock request;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct damaged damaged = {0};
		const char *name = names[i];

		lock_then_damage(&damaged);
		if (*name == '.')
			name = lock_file(&damaged, name);
		hurt(&damaged.folder, name, FOLDER);
		damage_reload(&damaged);
		assert_string_equal(damaged.state->lock[0]->id, damaged.id);
		request = request_for(damaged.values);
		request.profile = "second";
		applied(damaged.state, &request);
		assert_int_equal(lg_lock_lift(damaged.state,
					      damaged.state->lock[1],
					      LG_LOCK_END_LIFT, "bert", NULL,
					      NULL, NULL),
				 LG_OK);
		lifts_to_before(&damaged);
		damage_reload(&damaged);
		assert_int_equal(damaged.state->loud.count, 0);
		damage_end(&damaged);
	}
}

#define HERS "/o=a/cn=hers"

/* A file that somebody wrote and that the gate may not read. */
static void deny(struct damaged *damaged, const char *name)
{
	folder_write(&damaged->folder, name, HERS, strlen(HERS));
	damaged->folder.denied = HERS;
}

static void is_hers(const struct damaged *damaged, const char *name)
{
	char *text = folder_read(&damaged->folder, name);

	assert_non_null(text);
	assert_string_equal(text, HERS);
	free(text);
}

static void is_kept(const struct damaged *damaged, const char *name)
{
	is_hers(damaged, name);
	assert_true(is_loud(damaged->state, "Permission denied"));
	assert_true(is_loud(damaged->state, name));
}

static void what_is_not_to_be_read_is_not_written_over(void **unused)
{
	struct damaged damaged = {0};
	struct lg_target_lock request;
	struct lg_findings *findings = NULL;

	/* The picture, while a lock is in force. */
	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	lock_then_damage(&damaged);
	request = request_for(damaged.values);
	request.findings = findings;
	deny(&damaged, LG_STATE_REGISTRY);
	damage_reload(&damaged);
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "left as it is"));
	is_hers(&damaged, LG_STATE_REGISTRY);
	/* What was set by hand, while a lock is in force. */
	deny(&damaged, LG_STATE_STANDING);
	damage_reload(&damaged);
	is_whole(&damaged);
	lifts_to_before(&damaged);
	is_hers(&damaged, "damaged/standing.reg.1");
	is_hers(&damaged, "damaged/registry.reg.1");
	/* Without a lock it stays where it is until there is one. */
	deny(&damaged, LG_STATE_REGISTRY);
	damage_reload(&damaged);
	assert_true(is_loud(damaged.state, "left as it is"));
	assert_string_equal(listed(damaged.state->standing), "/o=a/cn=before");
	is_hers(&damaged, LG_STATE_REGISTRY);
	applied(damaged.state, &request);
	is_kept(&damaged, "damaged/registry.reg.2");
	lifts_to_before(&damaged);
	/* The good copy, where it is the last that is left. */
	folder_unlink(&damaged.folder, LG_STATE_REGISTRY);
	deny(&damaged, LG_STATE_REGISTRY_GOOD);
	damage_reload(&damaged);
	applied(damaged.state, &request);
	is_kept(&damaged, "damaged/registry.good.reg.1");
	lg_findings_free(&findings);
	damage_end(&damaged);
}

/* A lock that waits has moved nothing yet, and its file is ruined. */
static void what_was_set_outlives_a_ruined_file(void **unused)
{
	struct damaged damaged = {0};
	struct lg_target_lock request;
	struct lg_findings *findings = NULL;

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	lock_then_damage(&damaged);
	damage_reload(&damaged);
	lifts_to_before(&damaged);
	request = request_for(damaged.values);
	request.findings = findings;
	request.at_s = damaged.folder.now.wall_ms / 1000 + 600;
	snprintf(damaged.id, sizeof(damaged.id), "%s",
		 applied(damaged.state, &request)->id);
	hurt(&damaged.folder, lock_file(&damaged, ".json"), GARBAGE);
	hurt(&damaged.folder, lock_file(&damaged, ".good.json"), GARBAGE);
	hurt(&damaged.folder, LG_JOURNAL_FILE, EMPTY);
	damage_reload(&damaged);
	assert_int_equal(damaged.state->lock_count, 1);
	assert_true(is_loud(damaged.state, "come from registry.reg"));
	assert_string_equal(listed(damaged.state->standing), "/o=a/cn=before");
	lifts_to_before(&damaged);
	lg_findings_free(&findings);
	damage_end(&damaged);
}

static void nothing_is_ever_overwritten(void **unused)
{
	struct damaged damaged = {0};
	char *kept;

	lock_then_damage(&damaged);
	folder_write(&damaged.folder, LG_STATE_REGISTRY, "first", 5);
	damage_reload(&damaged);
	folder_write(&damaged.folder, LG_STATE_REGISTRY, "second", 6);
	damage_reload(&damaged);
	kept = folder_read(&damaged.folder, "damaged/registry.reg.1");
	assert_string_equal(kept, "first");
	free(kept);
	kept = folder_read(&damaged.folder, "damaged/registry.reg.2");
	assert_string_equal(kept, "second");
	free(kept);
	damage_end(&damaged);
}

/* What a process leaves behind that ends after each write of apply, and of
 * lift. */
static void killed_anywhere(void **unused)
{
	unsigned int nth;
	int lifts;

	for (lifts = 0; lifts < 2; lifts++) {
		for (nth = 1; nth < 12; nth++) {
			struct damaged damaged = {0};
			struct lg_target_lock request;
			struct lg_lock *lock = NULL;
			char *audit;

			lock_then_damage(&damaged);
			damage_reload(&damaged);
			if (!lifts)
				lifts_to_before(&damaged);
			damaged.folder.writes = 0;
			damaged.folder.killed_write = nth;
			request = request_for(damaged.values);
			request.profile = "second";
			if (lifts)
				lg_lock_lift(damaged.state,
					     damaged.state->lock[0],
					     LG_LOCK_END_LIFT, "bert", NULL,
					     NULL, NULL);
			else
				lg_lock_apply(damaged.state, &request, &lock,
					      NULL);
			damaged.folder.killed_write = 0;
			damage_reload(&damaged);
			assert_non_null(damaged.state->standing);
			assert_string_equal(listed(damaged.state->standing),
					    "/o=a/cn=before");
			audit = folder_read(&damaged.folder, LG_JOURNAL_FILE);
			if (lg_state_locked(damaged.state)) {
				lock = damaged.state->lock[0];
				assert_string_equal(listed(lock->values),
						    "/o=a/cn=one");
				/* Whoever is locked out stands in the audit. */
				assert_non_null(strstr(audit, lock->id));
				assert_int_equal(
					lg_lock_lift(damaged.state, lock,
						     LG_LOCK_END_LIFT, "bert",
						     NULL, NULL, NULL),
					LG_OK);
			}
			free(audit);
			assert_string_equal(shown(damaged.state),
					    "/o=a/cn=before");
			damage_reload(&damaged);
			assert_int_equal(damaged.state->loud.count, 0);
			assert_false(lg_state_locked(damaged.state));
			damage_end(&damaged);
		}
	}
}

/* What a person put there stands, and has no end. */
static void a_file_that_a_person_put_there(void **unused)
{
	static const char text[] =
		"Windows Registry Editor Version 5.00\n\n"
		"[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
		"\\MSExchangeIS\\ParametersSystem]\n"
		"\"Disable MAPI Clients\"=\"-5.9.9\"\n";
	struct damaged damaged = {0};

	folder_make(&damaged.folder);
	folder_write(&damaged.folder, LG_STATE_REGISTRY, text,
		     sizeof(text) - 1);
	damage_reload(&damaged);
	assert_int_equal(lg_registry_count(damaged.state->standing), 1);
	assert_true(lg_state_trusted(damaged.state));
	assert_false(lg_state_locked(damaged.state));
	assert_int_equal(damaged.state->loud.count, 0);
	damage_end(&damaged);
}

int main(void)
{
	static const enum fault faults[] = {
		DELETED, EMPTY, CUT_OFF, CUT_AT_LINE, GARBAGE, NEWER, FOLDER};
	const struct CMUnitTest rows[] = {
		suite_row_with("registry.reg deleted: the locks",
			       registry_is_damaged, &faults[0]),
		suite_row_with("registry.reg empty: the locks",
			       registry_is_damaged, &faults[1]),
		suite_row_with("registry.reg cut off: the locks",
			       registry_is_damaged, &faults[2]),
		suite_row_with("registry.reg cut off at a line: the locks",
			       registry_is_damaged, &faults[3]),
		suite_row_with("registry.reg garbage: the locks",
			       registry_is_damaged, &faults[4]),
		suite_row_with("registry.reg of a newer version: the locks",
			       registry_is_damaged, &faults[5]),
		suite_row_with("registry.reg unreadable: the locks",
			       registry_is_damaged, &faults[6]),
		suite_row_with("lock.json deleted: the locks",
			       record_is_damaged, &faults[0]),
		suite_row_with("lock.json empty: the locks", record_is_damaged,
			       &faults[1]),
		suite_row_with("lock.json cut off: the locks",
			       record_is_damaged, &faults[2]),
		suite_row_with("lock.json garbage: the locks",
			       record_is_damaged, &faults[4]),
		suite_row_with("lock.json unreadable: the locks",
			       record_is_damaged, &faults[6]),
		suite_row("a folder in the place of any file",
			  a_folder_is_in_its_place),
		suite_row_with("a lock's file deleted: its good copy",
			       lock_is_damaged, &faults[0]),
		suite_row_with("a lock's file empty: its good copy",
			       lock_is_damaged, &faults[1]),
		suite_row_with("a lock's file cut off: its good copy",
			       lock_is_damaged, &faults[2]),
		suite_row_with("a lock's file garbage: its good copy",
			       lock_is_damaged, &faults[4]),
		suite_row_with("standing.reg deleted: the back-up",
			       standing_is_damaged, &faults[0]),
		suite_row_with("standing.reg cut off: the back-up",
			       standing_is_damaged, &faults[2]),
		suite_row_with("standing.reg cut off at a line: the back-up",
			       standing_is_damaged, &faults[3]),
		suite_row_with("standing.reg garbage: the back-up",
			       standing_is_damaged, &faults[4]),
		suite_row_with("findings deleted: none", findings_are_damaged,
			       &faults[0]),
		suite_row_with("findings empty: none", findings_are_damaged,
			       &faults[1]),
		suite_row_with("findings garbage: none", findings_are_damaged,
			       &faults[4]),
		suite_row("both files of a lock damaged: the audit and what "
			  "was in force",
			  both_files_of_a_lock_are_damaged),
		suite_row("both files of a lock that concerns some: what "
			  "registry.reg tells of it",
			  whom_it_concerns_outlives_its_files),
		suite_row("locks/ cannot be read: the audit and registry.reg",
			  the_folder_of_locks_is_damaged),
		suite_row("what was set by hand is lost: the locks stay",
			  standing_is_lost),
		suite_row("no copy can be read: no policy, but of a lock",
			  no_copy_can_be_read),
		suite_row("only locks/ is left", everything_else_is_gone),
		suite_row("only the audit and registry.reg are left of a lock",
			  its_files_are_gone),
		suite_row("what is damaged is kept, each under its own name",
			  nothing_is_ever_overwritten),
		suite_row("what is not to be read is not written over",
			  what_is_not_to_be_read_is_not_written_over),
		suite_row("what was set by hand outlives a ruined lock file",
			  what_was_set_outlives_a_ruined_file),
		suite_row("killed after any write", killed_anywhere),
		suite_row("values put there by hand are standing values",
			  a_file_that_a_person_put_there),
	};

	return suite_run(rows);
}
