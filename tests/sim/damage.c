/* SPDX-License-Identifier: ISC */
/*
 * damage.c - what a bad sector, a full disk of somebody else's making or an
 * editor does to the files
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lock/state.h"

#include "sim/world.h"

enum {
	OF_JSON = 1,
	OF_COPY = 2,
	OF_BOTH = 3
};

static int begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void hurt_lock(struct world *world, const char *name)
{
	const char *of = name + strlen(LG_STATE_LOCKS "/");
	struct expected *lock;
	char id[LG_LOCK_ID_SIZE];

	snprintf(id, sizeof(id), "%s", of);
	lock = expect_lock(world, id);
	if (!lock)
		return;
	of += strlen(id);
	if (!strcmp(of, ".json"))
		lock->hurt |= OF_JSON;
	else if (!strcmp(of, ".good.json"))
		lock->hurt |= OF_COPY;
	/* Nothing else tells that nothing was ever set. */
	if (lock->hurt == OF_BOTH && !disk_find(&world->disk, LG_STATE_LOCK) &&
	    !disk_find(&world->disk, LG_STATE_REGISTRY))
		world->standing_hurt = 1;
}

/* What may be found otherwise from now on. */
static void hurt_name(struct world *world, const char *name)
{
	size_t i;

	world->hurt++;
	world->hurt_found = 0;
	world->hurt_ever++;
	if (begins(name, LG_STATE_LOCKS "/"))
		hurt_lock(world, name);
	for (i = 0; begins(name, "lists/") && i < world->count; i++)
		if (kind_is_long(world->lock[i].kind))
			world->lock[i].hurt = OF_BOTH;
	if (begins(name, "lists/") || !strcmp(name, LG_STATE_STANDING) ||
	    begins(name, "registry.")) {
		world->standing_hurt = 1;
		world->calm_known = 0;
	}
	if (!strcmp(name, LG_STATE_LOCK) || begins(name, "audit"))
		world->records_hurt = 1;
}

static void damage_one(struct world *world)
{
	struct disk *disk = &world->disk;
	struct disk_file *file;
	uint32_t how = chance_below(&world->chance, 4);
	static const char *const words[] = {"cut off", "zeroed", "garbage",
					    "gone"};
	uint32_t at;

	if (!disk->count)
		return;
	file = &disk->file[chance_below(&world->chance, (uint32_t)disk->count)];
	/* Back-ups and what was set aside stand in for nothing else. */
	if (begins(file->name, "backups/") || begins(file->name, "damaged/"))
		return;
	tell(world, "bad luck: %s is %s", file->name, words[how]);
	hurt_name(world, file->name);
	at = file->bytes.len
		     ? chance_below(&world->chance, (uint32_t)file->bytes.len)
		     : 0;
	switch (how) {
	case 0:
		file->bytes.len = at;
		file->synced = at;
		break;
	case 1:
		memset(file->bytes.data + at, 0, file->bytes.len - at);
		break;
	case 2:
		disk_put(disk, file->name, "rubbish\n", 8);
		break;
	default:
		disk_drop(disk, file->name);
		break;
	}
}

void damage_something(struct world *world)
{
	uint32_t count = 1 + chance_below(&world->chance, 3);

	while (count--)
		damage_one(world);
}

int edit_stands(const struct world *world)
{
	const struct disk_file *file =
		disk_find(&world->disk, LG_STATE_REGISTRY);

	return world->edited && file && file->bytes.len == world->edit.len &&
	       !memcmp(file->bytes.data, world->edit.data, world->edit.len);
}

void edit_by_hand(struct world *world)
{
	int kind;

	do
		kind = (int)chance_below(&world->chance, KINDS);
	while (!kind_can_stand(kind) || kind_is_long(kind) ||
	       kind == world->standing);
	tell(world, "somebody writes %s into registry.reg", kind_name(kind));
	lg_buffer_clear(&world->edit);
	lg_reg_text_render(kind_values(kind), LG_REG_ENCODING_UTF8,
			   &world->edit, NULL);
	lg_buffer_format(&world->edit, "; by hand, %llu\n",
			 (unsigned long long)++world->named);
	disk_put(&world->disk, LG_STATE_REGISTRY, world->edit.data,
		 world->edit.len);
	world->edited = 1;
	world->edit_kind = kind;
	world->calm_known = 0;
	expect_standing_maybe(world, kind);
}

void check_edit(struct world *world)
{
	const struct disk *disk = &world->disk;
	size_t i;

	for (i = 0; world->edited && i < disk->count; i++) {
		const struct disk_file *file = &disk->file[i];

		if (file->bytes.len < world->edit.len ||
		    memcmp(file->bytes.data, world->edit.data, world->edit.len))
			continue;
		/* It is kept, and was told of. */
		if (begins(file->name, "backups/"))
			world->edited = 0;
		return;
	}
	must(world, !world->edited || world->hurt_ever,
	     "what somebody wrote into registry.reg is lost");
}
