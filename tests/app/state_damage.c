/* SPDX-License-Identifier: ISC */
/*
 * Rows for lg_state_load: each file of state_dir missing, cut off, garbage or
 * from a newer version, with a lock in force.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "suite.h"

struct damaged {
	struct folder folder;
	struct lg_registry *values;
	struct lg_state *state;
};

/* A lock for an hour over values that list /o=a/cn=before. */
static void lock_then_damage(struct damaged *damaged)
{
	struct lg_registry *before = values_listing("/o=a/cn=before");
	struct lg_window_request request;

	folder_make(&damaged->folder);
	damaged->values = values_listing("/o=a/cn=one");
	request = request_for(damaged->values);
	damaged->state = folder_load(&damaged->folder);
	assert_int_equal(lg_window_write(damaged->state, LG_EVENT_IMPORT,
					 "anna", before, NULL, NULL, NULL),
			 LG_OK);
	assert_int_equal(lg_window_apply(damaged->state, &request, NULL),
			 LG_OK);
	lg_state_free(&damaged->state);
	lg_registry_free(&before);
}

static void reload(struct damaged *damaged)
{
	lg_state_free(&damaged->state);
	damaged->state = folder_load(&damaged->folder);
}

static void end(struct damaged *damaged)
{
	lg_state_free(&damaged->state);
	lg_registry_free(&damaged->values);
	folder_remove(&damaged->folder);
}

enum fault {
	DELETED,
	EMPTY,
	CUT_OFF,
	CUT_AT_LINE,
	GARBAGE,
	NEWER,
	FOLDER
};

static void hurt(struct folder *folder, const char *name, enum fault fault)
{
	char path[512];
	char *text = folder_read(folder, name);
	char *at;

	assert_non_null(text);
	switch (fault) {
	case DELETED:
		folder_unlink(folder, name);
		break;
	case EMPTY:
		folder_write(folder, name, "", 0);
		break;
	case CUT_OFF:
		folder_write(folder, name, text, strlen(text) / 2);
		break;
	case CUT_AT_LINE:
		at = strstr(text, "]\n");
		at = at ? at + 2 : strchr(text, '\n') + 1;
		folder_write(folder, name, text, (size_t)(at - text));
		break;
	case GARBAGE:
		folder_write(folder, name, "\0\1\2 garbage \377", 14);
		break;
	case NEWER:
		at = strpbrk(text, "15");
		*at = '9';
		folder_write(folder, name, text, strlen(text));
		break;
	case FOLDER:
		folder_unlink(folder, name);
		snprintf(path, sizeof(path), "mkdir %s/%s", folder->path, name);
		assert_int_equal(system(path), 0);
		break;
	}
	free(text);
}

static void registry_is_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_REGISTRY, fault);
	reload(&damaged);
	assert_true(lg_state_locked(damaged.state));
	assert_non_null(damaged.state->values);
	assert_string_equal(listed(damaged.state->values), "/o=a/cn=one");
	assert_true(is_loud(damaged.state, "last good copy"));
	if (fault != DELETED)
		assert_true(
			folder_has(&damaged.folder, "damaged/registry.reg.1"));
	/* It is whole again, and the lift still finds its way back. */
	reload(&damaged);
	assert_int_equal(damaged.state->loud.count, 0);
	assert_int_equal(lg_window_lift(damaged.state, LG_WINDOW_END_LIFT,
					"bert", NULL, NULL, NULL),
			 LG_OK);
	assert_string_equal(listed(damaged.state->values), "/o=a/cn=before");
	end(&damaged);
}

static void record_is_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_LOCK, fault);
	reload(&damaged);
	assert_true(lg_state_locked(damaged.state));
	assert_string_equal(listed(damaged.state->values), "/o=a/cn=one");
	assert_int_equal(damaged.state->lock->until.wall_s, 1795299360 + 3600);
	assert_string_equal(damaged.state->lock->profile, "upgrade");
	assert_true(is_loud(damaged.state, "its end comes from the audit"));
	if (fault != DELETED)
		assert_true(folder_has(&damaged.folder, "damaged/lock.json.1"));
	assert_int_equal(lg_window_lift(damaged.state, LG_WINDOW_END_LIFT,
					"bert", NULL, NULL, NULL),
			 LG_OK);
	assert_string_equal(listed(damaged.state->values), "/o=a/cn=before");
	end(&damaged);
}

static void findings_are_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};
	struct lg_findings *findings = NULL;

	lock_then_damage(&damaged);
	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	reload(&damaged);
	assert_int_equal(lg_state_save_findings(damaged.state, findings, NULL),
			 LG_OK);
	lg_findings_free(&findings);
	reload(&damaged);
	assert_non_null(damaged.state->findings);
	hurt(&damaged.folder, LG_STATE_FINDINGS, fault);
	reload(&damaged);
	assert_null(damaged.state->findings);
	assert_true(lg_state_locked(damaged.state));
	assert_int_equal(is_loud(damaged.state, "findings cannot be trusted"),
			 fault != DELETED);
	end(&damaged);
}

static void no_copy_can_be_read(void **unused)
{
	static const enum fault first[] = {DELETED, GARBAGE, CUT_AT_LINE};
	static const enum fault second[] = {GARBAGE, DELETED, EMPTY};
	size_t i;

	for (i = 0; i < 3; i++) {
		struct damaged damaged = {0};

		lock_then_damage(&damaged);
		hurt(&damaged.folder, LG_STATE_REGISTRY, first[i]);
		hurt(&damaged.folder, LG_STATE_REGISTRY_GOOD, second[i]);
		reload(&damaged);
		assert_null(damaged.state->values);
		assert_true(lg_state_locked(damaged.state));
		assert_true(is_loud(damaged.state, "no policy it can trust"));
		/* Lifting still knows what was there before. */
		assert_int_equal(lg_window_lift(damaged.state,
						LG_WINDOW_END_LIFT, "bert",
						NULL, NULL, NULL),
				 LG_OK);
		assert_string_equal(listed(damaged.state->values),
				    "/o=a/cn=before");
		end(&damaged);
	}
}

static void everything_but_the_values_is_gone(void **unused)
{
	struct damaged damaged = {0};
	struct lg_strlist names = {0};
	char name[128];
	int64_t left_ms;
	size_t i;

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_LOCK, DELETED);
	hurt(&damaged.folder, LG_JOURNAL_FILE, DELETED);
	damaged.folder.real.list(damaged.folder.real.self, LG_STATE_BACKUPS,
				 &names, NULL);
	for (i = 0; i < names.count; i++) {
		snprintf(name, sizeof(name), LG_STATE_BACKUPS "/%s",
			 names.item[i]);
		folder_unlink(&damaged.folder, name);
	}
	lg_strlist_release(&names);
	reload(&damaged);
	assert_true(lg_state_locked(damaged.state));
	assert_true(is_loud(damaged.state, "nobody knows its end"));
	assert_int_equal(lg_window_next(damaged.state, &left_ms),
			 LG_WINDOW_NOTHING);
	assert_int_equal(lg_window_lift(damaged.state, LG_WINDOW_END_LIFT,
					"bert", NULL, NULL, NULL),
			 LG_OK);
	assert_int_equal(lg_registry_count(damaged.state->values), 0);
	reload(&damaged);
	assert_false(lg_state_locked(damaged.state));
	end(&damaged);
}

static void record_and_values_are_gone(void **unused)
{
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_LOCK, DELETED);
	hurt(&damaged.folder, LG_STATE_REGISTRY, DELETED);
	reload(&damaged);
	assert_true(lg_state_locked(damaged.state));
	assert_string_equal(listed(damaged.state->values), "/o=a/cn=one");
	hurt(&damaged.folder, LG_STATE_LOCK, DELETED);
	hurt(&damaged.folder, LG_STATE_REGISTRY, DELETED);
	hurt(&damaged.folder, LG_STATE_REGISTRY_GOOD, DELETED);
	reload(&damaged);
	assert_true(lg_state_locked(damaged.state));
	assert_null(damaged.state->values);
	end(&damaged);
}

static void nothing_is_ever_overwritten(void **unused)
{
	struct damaged damaged = {0};
	char *kept;

	lock_then_damage(&damaged);
	folder_write(&damaged.folder, LG_STATE_REGISTRY, "first", 5);
	reload(&damaged);
	folder_write(&damaged.folder, LG_STATE_REGISTRY, "second", 6);
	reload(&damaged);
	kept = folder_read(&damaged.folder, "damaged/registry.reg.1");
	assert_string_equal(kept, "first");
	free(kept);
	kept = folder_read(&damaged.folder, "damaged/registry.reg.2");
	assert_string_equal(kept, "second");
	free(kept);
	end(&damaged);
}

/* What a process leaves behind that ends after each write of apply. */
static void killed_while_applying(void **unused)
{
	struct damaged damaged = {0};
	struct lg_lock *lock = NULL;
	char *record;

	lock_then_damage(&damaged);
	record = folder_read(&damaged.folder, LG_STATE_LOCK);
	assert_int_equal(
		lg_lock_parse(record, strlen(record), "lock.json", &lock, NULL),
		LG_OK);
	free(record);
	reload(&damaged);
	lock->phase = LG_LOCK_APPLYING;
	assert_int_equal(lg_state_save_lock(damaged.state, lock, NULL), LG_OK);
	/* All values are there: it is in force. */
	reload(&damaged);
	assert_int_equal(damaged.state->lock->phase, LG_LOCK_ACTIVE);
	assert_string_equal(listed(damaged.state->values), "/o=a/cn=one");
	/* They are not: it never was. */
	lock->values_digest[0] ^= 1;
	assert_int_equal(lg_state_save_lock(damaged.state, lock, NULL), LG_OK);
	reload(&damaged);
	assert_int_equal(damaged.state->lock->phase, LG_LOCK_NONE);
	assert_string_equal(listed(damaged.state->values), "/o=a/cn=before");
	assert_true(is_loud(damaged.state, "undone"));
	lg_lock_free(&lock);
	end(&damaged);
}

static void killed_while_lifting(void **unused)
{
	struct damaged damaged = {0};
	struct lg_lock *lock = NULL;

	lock_then_damage(&damaged);
	reload(&damaged);
	assert_int_equal(lg_lock_copy(damaged.state->lock, &lock, NULL), LG_OK);
	lock->phase = LG_LOCK_LIFTING;
	assert_int_equal(lg_state_save_lock(damaged.state, lock, NULL), LG_OK);
	reload(&damaged);
	assert_false(lg_state_locked(damaged.state));
	assert_string_equal(listed(damaged.state->values), "/o=a/cn=before");
	lg_lock_free(&lock);
	end(&damaged);
}

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
	reload(&damaged);
	assert_int_equal(lg_registry_count(damaged.state->values), 1);
	assert_true(is_loud(damaged.state, "until it is lifted"));
	assert_true(lg_state_locked(damaged.state));
	end(&damaged);
}

int main(void)
{
	static const enum fault faults[] = {
		DELETED, EMPTY, CUT_OFF, CUT_AT_LINE, GARBAGE, NEWER, FOLDER};
	const struct CMUnitTest rows[] = {
		suite_row_with("registry.reg deleted: the good copy",
			       registry_is_damaged, &faults[0]),
		suite_row_with("registry.reg empty: the good copy",
			       registry_is_damaged, &faults[1]),
		suite_row_with("registry.reg cut off: the good copy",
			       registry_is_damaged, &faults[2]),
		suite_row_with("registry.reg cut off at a line: the good copy",
			       registry_is_damaged, &faults[3]),
		suite_row_with("registry.reg garbage: the good copy",
			       registry_is_damaged, &faults[4]),
		suite_row_with("registry.reg of a newer version: the good copy",
			       registry_is_damaged, &faults[5]),
		suite_row_with("registry.reg unreadable: the good copy",
			       registry_is_damaged, &faults[6]),
		suite_row_with("lock.json deleted: the audit and the back-up",
			       record_is_damaged, &faults[0]),
		suite_row_with("lock.json empty: the audit and the back-up",
			       record_is_damaged, &faults[1]),
		suite_row_with("lock.json cut off: the audit and the back-up",
			       record_is_damaged, &faults[2]),
		suite_row_with("lock.json garbage: the audit and the back-up",
			       record_is_damaged, &faults[4]),
		suite_row_with("lock.json of a newer version: the same",
			       record_is_damaged, &faults[5]),
		suite_row_with("findings deleted: none", findings_are_damaged,
			       &faults[0]),
		suite_row_with("findings empty: none, loudly",
			       findings_are_damaged, &faults[1]),
		suite_row_with("findings garbage: none, loudly",
			       findings_are_damaged, &faults[4]),
		suite_row("no copy can be read: no policy",
			  no_copy_can_be_read),
		suite_row("only the values are left: locked until lift",
			  everything_but_the_values_is_gone),
		suite_row("record and values are gone: the audit says locked",
			  record_and_values_are_gone),
		suite_row("what is damaged is kept, each under its own name",
			  nothing_is_ever_overwritten),
		suite_row("killed while applying", killed_while_applying),
		suite_row("killed while lifting", killed_while_lifting),
		suite_row("values put there by hand are a lock without an end",
			  a_file_that_a_person_put_there),
	};

	return suite_run(rows);
}
