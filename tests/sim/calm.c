/* SPDX-License-Identifier: ISC */
/*
 * calm.c - what lies on the disk once everything is said to be written
 */
#include <stdio.h>
#include <string.h>

#include "sim/world.h"

static int same_bytes(const struct lg_buffer *a, const struct lg_buffer *b)
{
	return a->len == b->len &&
	       (!a->len || !memcmp(a->data, b->data, a->len));
}

/* A lock lies there twice, and nothing of one that is over. */
static void check_locks(struct world *world, const struct lg_state *state)
{
	const struct disk *disk = &world->disk;
	char path[64];
	size_t i;

	for (i = 0; i < state->lock_count; i++) {
		const struct disk_file *file;
		const struct disk_file *copy;

		if (!state->lock[i]->values)
			continue;
		snprintf(path, sizeof(path), LG_STATE_LOCKS "/%s.json",
			 state->lock[i]->id);
		file = disk_find(disk, path);
		must(world, file, "%s is not there", path);
		snprintf(path, sizeof(path), LG_STATE_LOCKS "/%s.good.json",
			 state->lock[i]->id);
		copy = disk_find(disk, path);
		must(world, copy && same_bytes(&file->bytes, &copy->bytes),
		     "%s is no copy of the lock", path);
	}
	for (i = 0; i < disk->count; i++) {
		const char *name = disk->file[i].name;
		char id[LG_LOCK_ID_SIZE];

		if (strncmp(name, LG_STATE_LOCKS "/",
			    strlen(LG_STATE_LOCKS "/")))
			continue;
		snprintf(id, sizeof(id), "%s",
			 name + strlen(LG_STATE_LOCKS "/"));
		must(world, lg_state_lock(state, id),
		     "%s is left of a lock that is over", name);
	}
}

static void check_calm(struct world *world)
{
	const struct disk *disk = &world->disk;
	const struct disk_file *file = disk_find(disk, LG_STATE_REGISTRY);

	must(world, !disk_find(disk, LG_STATE_STANDING),
	     LG_STATE_STANDING " is left although no lock is in force");
	if (edit_stands(world))
		return;
	if (world->calm_known && world->calm.len)
		must(world, file && same_bytes(&file->bytes, &world->calm),
		     "registry.reg is not as it was before, byte for byte");
	lg_buffer_clear(&world->calm);
	if (file)
		lg_buffer_append(&world->calm, file->bytes.data,
				 file->bytes.len);
	world->calm_known = 1;
}

/* Whoever asks for the status without a gate sees the same. */
static void check_reader(struct world *world, const struct lg_state *state)
{
	struct lg_state *seen = NULL;
	struct lg_error err = {0};
	enum lg_lock_event event;
	size_t i;

	must(world,
	     !lg_state_load(&world->files, &world->reader, LG_STATE_READ, &seen,
			    &err),
	     "status cannot read the state: %s: %s", err.place, err.text);
	do
		must(world, !lg_lock_settle(seen, &event, NULL, &err),
		     "status cannot do what is due: %s", err.text);
	while (event != LG_LOCK_NOTHING);
	must(world, seen->lock_count == state->lock_count,
	     "status shows %zu locks of %zu", seen->lock_count,
	     state->lock_count);
	for (i = 0; i < state->lock_count; i++)
		must(world, lg_state_lock(seen, state->lock[i]->id),
		     "status does not show %s", state->lock[i]->id);
	lg_state_free(&seen);
}

void check_disk(struct world *world, const struct lg_state *state)
{
	/* What was damaged meanwhile nobody knows of before the next start. */
	if (state->unsaved || world->hurt)
		return;
	check_locks(world, state);
	check_edit(world);
	if (!lg_state_locked(state) && state->standing)
		check_calm(world);
	if (chance_of(&world->chance, 20))
		check_reader(world, state);
}
