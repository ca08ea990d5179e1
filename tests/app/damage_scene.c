/* SPDX-License-Identifier: ISC */
/*
 * damage_scene.c - a state directory with a lock in it, for who damages it
 */
#include "damage_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

void lock_then_damage(struct damaged *damaged)
{
	struct lg_registry *before = values_listing("/o=a/cn=before");
	struct lg_target_lock request;
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

const char *lock_file(const struct damaged *damaged, const char *ending)
{
	static char name[64];

	snprintf(name, sizeof(name), LG_STATE_LOCKS "/%s%s", damaged->id,
		 ending);
	return name;
}

void damage_reload(struct damaged *damaged)
{
	lg_state_free(&damaged->state);
	damaged->state = folder_load(&damaged->folder);
}

void damage_end(struct damaged *damaged)
{
	lg_state_free(&damaged->state);
	lg_registry_free(&damaged->values);
	folder_remove(&damaged->folder);
}

void is_whole(const struct damaged *damaged)
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

void lifts_to_before(struct damaged *damaged)
{
	assert_int_equal(lg_lock_lift(damaged->state, damaged->state->lock[0],
				      LG_LOCK_END_LIFT, "bert", NULL, NULL,
				      NULL),
			 LG_OK);
	assert_string_equal(shown(damaged->state), "/o=a/cn=before");
	damage_reload(damaged);
	assert_string_equal(shown(damaged->state), "/o=a/cn=before");
	assert_false(lg_state_locked(damaged->state));
}

void hurt(struct folder *folder, const char *name, enum fault fault)
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
