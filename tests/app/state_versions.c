/* SPDX-License-Identifier: ISC */
/*
 * Rows for lg_state_load: state_dir of an earlier version is carried over, that
 * of a newer one is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "damage_scene.h"
#include "suite.h"

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
		damage_reload(&damaged);
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
	damage_end(&damaged);
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
	damage_reload(&damaged);
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
	damage_end(&damaged);
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
		damage_reload(&damaged);
		assert_false(lg_state_locked(damaged.state));
		assert_string_equal(blocked(damaged.state->standing), "-5.9.9");
		assert_true(is_loud(damaged.state, "undone"));
		damage_reload(&damaged);
		assert_string_equal(blocked(damaged.state->standing), "-5.9.9");
		damage_end(&damaged);
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
		damage_end(&damaged);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
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
