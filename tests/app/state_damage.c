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
	char id[LG_LOCK_ID_SIZE];
};

/* A lock for an hour beside values that list /o=a/cn=before. */
static void lock_then_damage(struct damaged *damaged)
{
	struct lg_registry *before = values_listing("/o=a/cn=before");
	struct lg_lock_request request;
	struct lg_findings *findings = NULL;

	folder_make(&damaged->folder);
	damaged->values = values_listing("/o=a/cn=one");
	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	request = request_for(damaged->values);
	request.findings = findings;
	damaged->state = folder_load(&damaged->folder);
	assert_int_equal(lg_standing_write(damaged->state, LG_EVENT_IMPORT,
					   "anna", before, findings, NULL,
					   NULL),
			 LG_OK);
	snprintf(damaged->id, sizeof(damaged->id), "%s",
		 applied(damaged->state, &request)->id);
	lg_state_free(&damaged->state);
	lg_findings_free(&findings);
	lg_registry_free(&before);
}

/* locks/ID and the ending. */
static const char *lock_file(const struct damaged *damaged, const char *ending)
{
	static char name[64];

	snprintf(name, sizeof(name), LG_STATE_LOCKS "/%s%s", damaged->id,
		 ending);
	return name;
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

/* The one lock, as it was applied. */
static void is_whole(const struct damaged *damaged)
{
	const struct lg_state *state = damaged->state;

	assert_int_equal(state->lock_count, 1);
	assert_true(lg_state_locked(state));
	assert_true(lg_state_trusted(state));
	assert_string_equal(state->lock[0]->id, damaged->id);
	assert_string_equal(state->lock[0]->profile, "upgrade");
	assert_int_equal(state->lock[0]->until.wall_s, 1795299360 + 3600);
	assert_string_equal(listed(state->lock[0]->values), "/o=a/cn=one");
}

static void lifts_to_before(struct damaged *damaged)
{
	assert_int_equal(lg_lock_lift(damaged->state, damaged->state->lock[0],
				      LG_LOCK_END_LIFT, "bert", NULL, NULL,
				      NULL),
			 LG_OK);
	assert_string_equal(shown(damaged->state), "/o=a/cn=before");
	reload(damaged);
	assert_string_equal(shown(damaged->state), "/o=a/cn=before");
	assert_false(lg_state_locked(damaged->state));
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
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "last good copy"));
	if (fault != DELETED)
		assert_true(
			folder_has(&damaged.folder, "damaged/registry.reg.1"));
	/* It is whole again, and the lift still finds its way back. */
	reload(&damaged);
	assert_int_equal(damaged.state->loud.count, 0);
	lifts_to_before(&damaged);
	end(&damaged);
}

static void record_is_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_LOCK, fault);
	reload(&damaged);
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "lock.json"));
	if (fault != DELETED)
		assert_true(folder_has(&damaged.folder, "damaged/lock.json.1"));
	reload(&damaged);
	assert_int_equal(damaged.state->loud.count, 0);
	lifts_to_before(&damaged);
	end(&damaged);
}

static void lock_is_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, lock_file(&damaged, ".json"), fault);
	reload(&damaged);
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "the lock comes from the last good "
					   "copy"));
	reload(&damaged);
	assert_int_equal(damaged.state->loud.count, 0);
	/* And the other way round nobody is told of anything. */
	hurt(&damaged.folder, lock_file(&damaged, ".good.json"), fault);
	reload(&damaged);
	is_whole(&damaged);
	lifts_to_before(&damaged);
	end(&damaged);
}

static void both_files_of_a_lock_are_damaged(void **unused)
{
	static const enum fault first[] = {GARBAGE, EMPTY, CUT_OFF};
	static const enum fault second[] = {DELETED, GARBAGE, EMPTY};
	struct lg_lock_request request;
	struct lg_lock *other;
	size_t i;

	for (i = 0; i < 3; i++) {
		struct damaged damaged = {0};

		lock_then_damage(&damaged);
		reload(&damaged);
		request = request_for(damaged.values);
		request.profile = "other";
		request.for_s = 60;
		applied(damaged.state, &request);
		hurt(&damaged.folder, lock_file(&damaged, ".json"), first[i]);
		hurt(&damaged.folder, lock_file(&damaged, ".good.json"),
		     second[i]);
		reload(&damaged);
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
		end(&damaged);
	}
}

static void standing_is_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	hurt(&damaged.folder, LG_STATE_STANDING, fault);
	reload(&damaged);
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "come from the back-up"));
	assert_non_null(damaged.state->standing);
	lifts_to_before(&damaged);
	end(&damaged);
}

static void standing_is_lost(void **unused)
{
	struct damaged damaged = {0};
	struct lg_strlist names = {0};
	struct lg_lock_request request;
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
	reload(&damaged);
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
	end(&damaged);
}

static void findings_are_damaged(void **state)
{
	enum fault fault = *(const enum fault *)*state;
	struct damaged damaged = {0};

	lock_then_damage(&damaged);
	reload(&damaged);
	assert_non_null(damaged.state->findings);
	assert_non_null(damaged.state->lock[0]->findings);
	hurt(&damaged.folder, LG_STATE_FINDINGS, fault);
	reload(&damaged);
	assert_null(damaged.state->findings);
	assert_non_null(damaged.state->lock[0]->findings);
	is_whole(&damaged);
	assert_int_equal(is_loud(damaged.state, "findings cannot be trusted"),
			 fault != DELETED);
	hurt(&damaged.folder, lock_file(&damaged, ".findings"), fault);
	reload(&damaged);
	assert_null(damaged.state->lock[0]->findings);
	assert_true(damaged.state->lock[0]->asked);
	is_whole(&damaged);
	end(&damaged);
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
		reload(&damaged);
		is_whole(&damaged);
		lifts_to_before(&damaged);
		hurt(&damaged.folder, LG_STATE_REGISTRY, first[i]);
		reload(&damaged);
		assert_string_equal(shown(damaged.state), "/o=a/cn=before");
		assert_true(is_loud(damaged.state, "last good copy"));
		hurt(&damaged.folder, LG_STATE_REGISTRY, first[i]);
		hurt(&damaged.folder, LG_STATE_REGISTRY_GOOD, second[i]);
		reload(&damaged);
		assert_null(damaged.state->standing);
		assert_false(lg_state_trusted(damaged.state));
		assert_true(is_loud(damaged.state, "no policy it can trust"));
		end(&damaged);
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
	reload(&damaged);
	is_whole(&damaged);
	assert_true(damaged.state->loud.count > 0);
	lifts_to_before(&damaged);
	end(&damaged);
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
	reload(&damaged);
	assert_true(lg_state_locked(damaged.state));
	assert_int_equal(damaged.state->lock[0]->until.wall_s,
			 1795299360 + 3600);
	assert_non_null(damaged.state->lock[0]->values);
	lifts_to_before(&damaged);
	end(&damaged);
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
	struct lg_lock_request request;
	struct lg_findings *findings = NULL;

	/* The picture, while a lock is in force. */
	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	lock_then_damage(&damaged);
	request = request_for(damaged.values);
	request.findings = findings;
	deny(&damaged, LG_STATE_REGISTRY);
	reload(&damaged);
	is_whole(&damaged);
	assert_true(is_loud(damaged.state, "left as it is"));
	is_hers(&damaged, LG_STATE_REGISTRY);
	/* What was set by hand, while a lock is in force. */
	deny(&damaged, LG_STATE_STANDING);
	reload(&damaged);
	is_whole(&damaged);
	lifts_to_before(&damaged);
	is_hers(&damaged, "damaged/standing.reg.1");
	is_hers(&damaged, "damaged/registry.reg.1");
	/* Without a lock it stays where it is until there is one. */
	deny(&damaged, LG_STATE_REGISTRY);
	reload(&damaged);
	assert_true(is_loud(damaged.state, "left as it is"));
	assert_string_equal(listed(damaged.state->standing), "/o=a/cn=before");
	is_hers(&damaged, LG_STATE_REGISTRY);
	applied(damaged.state, &request);
	is_kept(&damaged, "damaged/registry.reg.2");
	lifts_to_before(&damaged);
	/* The good copy, where it is the last that is left. */
	folder_unlink(&damaged.folder, LG_STATE_REGISTRY);
	deny(&damaged, LG_STATE_REGISTRY_GOOD);
	reload(&damaged);
	applied(damaged.state, &request);
	is_kept(&damaged, "damaged/registry.good.reg.1");
	lg_findings_free(&findings);
	end(&damaged);
}

/* A lock that waits has moved nothing yet, and its file is ruined. */
static void what_was_set_outlives_a_ruined_file(void **unused)
{
	struct damaged damaged = {0};
	struct lg_lock_request request;
	struct lg_findings *findings = NULL;

	assert_int_equal(lg_findings_new(&findings, NULL), LG_OK);
	lock_then_damage(&damaged);
	reload(&damaged);
	lifts_to_before(&damaged);
	request = request_for(damaged.values);
	request.findings = findings;
	request.at_s = damaged.folder.now.wall_ms / 1000 + 600;
	snprintf(damaged.id, sizeof(damaged.id), "%s",
		 applied(damaged.state, &request)->id);
	hurt(&damaged.folder, lock_file(&damaged, ".json"), GARBAGE);
	hurt(&damaged.folder, lock_file(&damaged, ".good.json"), GARBAGE);
	hurt(&damaged.folder, LG_JOURNAL_FILE, EMPTY);
	reload(&damaged);
	assert_int_equal(damaged.state->lock_count, 1);
	assert_true(is_loud(damaged.state, "come from registry.reg"));
	assert_string_equal(listed(damaged.state->standing), "/o=a/cn=before");
	lifts_to_before(&damaged);
	lg_findings_free(&findings);
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

/* What a process leaves behind that ends after each write of apply, and of
 * lift. */
static void killed_anywhere(void **unused)
{
	unsigned int nth;
	int lifts;

	for (lifts = 0; lifts < 2; lifts++) {
		for (nth = 1; nth < 12; nth++) {
			struct damaged damaged = {0};
			struct lg_lock_request request;
			struct lg_lock *lock = NULL;
			char *audit;

			lock_then_damage(&damaged);
			reload(&damaged);
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
			reload(&damaged);
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
			reload(&damaged);
			assert_int_equal(damaged.state->loud.count, 0);
			assert_false(lg_state_locked(damaged.state));
			end(&damaged);
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
	reload(&damaged);
	assert_int_equal(lg_registry_count(damaged.state->standing), 1);
	assert_true(lg_state_trusted(damaged.state));
	assert_false(lg_state_locked(damaged.state));
	assert_int_equal(damaged.state->loud.count, 0);
	end(&damaged);
}

#define KEY                                                                    \
	"[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"             \
	"\\MSExchangeIS\\ParametersSystem]\n"
#define V1_EARLIER                                                             \
	"Windows Registry Editor Version 5.00\n\n" KEY                         \
	"\"Disable MAPI Clients\"=\"-5.9.9\"\n\n"                              \
	"; logongate: end of 1 values\n"
#define V1_LOCKED                                                              \
	"Windows Registry Editor Version 5.00\n\n" KEY                         \
	"\"Disable MAPI Clients\"=\"-11.9.9\"\n\n"                             \
	"; logongate: end of 1 values\n"
/* As the version that knew one lock wrote it. */
#define V1_RECORD(phase, start, digest)                                        \
	"{\"logongate-lock\":1,\"phase\":\"" phase "\",\"generation\":7,"      \
	"\"profile\":\"upgrade\",\"by\":\"anna\",\"reason\":null,"             \
	"\"since\":\"2026-11-21T22:16:00Z\",\"max_duration_s\":7200,"          \
	"\"start\":" start ",\"until\":{\"at\":\"2026-11-21T23:16:00Z\","      \
	"\"boot_ms\":3605000},\"confirm_by\":null,\"cut_at\":null,"            \
	"\"boot_id\":\"first-boot\",\"offset_ms\":1795299355000,"              \
	"\"backup\":null,\"values_sha256\":\"" digest "\",\"earlier\":"        \
	"\"Windows Registry Editor Version 5.00\\n\\n"                         \
	"[HKEY_LOCAL_MACHINE\\\\SYSTEM\\\\CurrentControlSet\\\\Services"       \
	"\\\\MSExchangeIS\\\\ParametersSystem]\\n"                             \
	"\\\"Disable MAPI Clients\\\"=\\\"-5.9.9\\\"\\n\\n"                    \
	"; logongate: end of 1 values\\n\"}\n"
#define NO_DIGEST                                                              \
	"0000000000000000000000000000000000000000000000000000000000000000"

static const char *blocked(const struct lg_registry *values)
{
	const struct lg_value *value =
		lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM,
				 LG_VALUE_DISABLE_MAPI_CLIENTS);

	return value ? value->text : NULL;
}

static void put(struct damaged *damaged, const char *name, const char *text)
{
	folder_write(&damaged->folder, name, text, strlen(text));
}

static void an_earlier_version_was_locked(void **unused)
{
	struct damaged damaged = {0};
	struct lg_registry *values = NULL;
	char *text;
	int again;

	folder_make(&damaged.folder);
	put(&damaged, LG_STATE_REGISTRY, V1_LOCKED);
	put(&damaged, LG_STATE_REGISTRY_GOOD, V1_LOCKED);
	put(&damaged, LG_STATE_LOCK, V1_RECORD("active", "null", NO_DIGEST));
	put(&damaged, "applied.reg", V1_LOCKED);
	for (again = 0; again < 2; again++) {
		reload(&damaged);
		assert_int_equal(damaged.state->lock_count, 1);
		assert_true(lg_state_replaced(damaged.state));
		assert_string_equal(damaged.state->lock[0]->profile, "upgrade");
		assert_int_equal(damaged.state->lock[0]->until.wall_s,
				 1795302960);
		assert_string_equal(blocked(damaged.state->lock[0]->values),
				    "-11.9.9");
		assert_string_equal(blocked(damaged.state->standing), "-5.9.9");
		assert_int_equal(
			lg_picture_values(damaged.state, &values, NULL), LG_OK);
		assert_string_equal(blocked(values), "-11.9.9");
		lg_registry_free(&values);
		assert_false(folder_has(&damaged.folder, "applied.reg"));
		assert_int_equal(damaged.state->loud.count, 0);
	}
	assert_int_equal(lg_lock_lift(damaged.state, damaged.state->lock[0],
				      LG_LOCK_END_LIFT, "bert", NULL, NULL,
				      NULL),
			 LG_OK);
	text = folder_read(&damaged.folder, LG_STATE_REGISTRY);
	assert_string_equal(text, V1_EARLIER);
	free(text);
	end(&damaged);
}

static void an_earlier_version_waited(void **unused)
{
	struct damaged damaged = {0};

	folder_make(&damaged.folder);
	put(&damaged, LG_STATE_REGISTRY, V1_EARLIER);
	put(&damaged, "pending.reg", V1_LOCKED);
	put(&damaged, LG_STATE_LOCK,
	    V1_RECORD("pending",
		      "{\"at\":\"2026-11-21T22:46:00Z\",\"boot_ms\":1805000}",
		      NO_DIGEST));
	reload(&damaged);
	assert_int_equal(damaged.state->lock_count, 1);
	assert_false(lg_state_locked(damaged.state));
	assert_int_equal(damaged.state->lock[0]->start.wall_s, 1795301160);
	assert_string_equal(blocked(damaged.state->lock[0]->values), "-11.9.9");
	assert_string_equal(blocked(damaged.state->standing), "-5.9.9");
	assert_false(folder_has(&damaged.folder, "pending.reg"));
	/* What waited is lost alone. */
	lg_state_free(&damaged.state);
	hurt(&damaged.folder, LG_STATE_REGISTRY, GARBAGE);
	put(&damaged, LG_STATE_REGISTRY, V1_EARLIER);
	end(&damaged);
}

static void an_earlier_version_was_interrupted(void **unused)
{
	static const char *const records[] = {
		V1_RECORD("applying", "null", NO_DIGEST),
		V1_RECORD("lifting", "null", NO_DIGEST)};
	size_t i;

	for (i = 0; i < 2; i++) {
		struct damaged damaged = {0};

		folder_make(&damaged.folder);
		put(&damaged, LG_STATE_REGISTRY, V1_LOCKED);
		put(&damaged, LG_STATE_LOCK, records[i]);
		reload(&damaged);
		assert_false(lg_state_locked(damaged.state));
		assert_string_equal(blocked(damaged.state->standing), "-5.9.9");
		assert_true(is_loud(damaged.state, "undone"));
		reload(&damaged);
		assert_string_equal(blocked(damaged.state->standing), "-5.9.9");
		end(&damaged);
	}
}

static void a_newer_version_is_refused(void **unused)
{
	static const char newer[] =
		"{\"logongate-lock\":3,\"phase\":\"active\",\"more\":1}\n";
	int record;

	for (record = 0; record < 2; record++) {
		struct damaged damaged = {0};
		struct lg_error err = {0};
		const char *name;

		lock_then_damage(&damaged);
		name = record ? LG_STATE_LOCK : lock_file(&damaged, ".json");
		put(&damaged, name, newer);
		assert_int_equal(lg_state_load(&damaged.folder.files,
					       &damaged.folder.clock,
					       LG_STATE_WRITE, &damaged.state,
					       &err),
				 LG_ERR_LIMIT);
		assert_non_null(strstr(err.text, "newer logongate"));
		assert_null(damaged.state);
		/* It is left as it was. */
		assert_true(folder_has(&damaged.folder, name));
		end(&damaged);
	}
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
		suite_row("an earlier version's lock is carried over",
			  an_earlier_version_was_locked),
		suite_row("an earlier version's waiting lock is carried over",
			  an_earlier_version_waited),
		suite_row("an earlier version's interrupted change is undone",
			  an_earlier_version_was_interrupted),
		suite_row("a newer version's state is refused",
			  a_newer_version_is_refused),
	};

	return suite_run(rows);
}
