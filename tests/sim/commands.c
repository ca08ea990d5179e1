/* SPDX-License-Identifier: ISC */
/*
 * commands.c - what administrators do, and what must come of it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/world.h"

static const char *const people[] = {"anna", "bert", "root"};

static const char *person(struct world *world)
{
	return people[chance_below(&world->chance, 3)];
}

/* One that is there, or waits; NULL: none. */
struct expected *any_lock(struct world *world)
{
	size_t there = 0;
	size_t pick;
	size_t i;

	for (i = 0; i < world->count; i++)
		there += world->lock[i].now.exists != 0;
	if (!there)
		return NULL;
	pick = chance_below(&world->chance, (uint32_t)there);
	for (i = 0; i < world->count; i++)
		if (world->lock[i].now.exists && !pick--)
			break;
	return &world->lock[i];
}

/* What a failure means: the disk's, or the code's. */
static void accident(struct world *world, const char *what,
		     enum lg_status status, const struct lg_error *err,
		     uint64_t missteps)
{
	if (world->disk.is_dead)
		return;
	tell(world, "      %s fails: %s: %s", what, err->place, err->text);
	must(world, world->disk.missteps > missteps,
	     "%s fails without a reason: %s: %s", what, err->place, err->text);
	must(world, status == LG_ERR_IO,
	     "%s fails and is not told as of the "
	     "disk: %s",
	     what, err->text);
}

static struct version version_for(const struct world *world,
				  const struct lg_target_lock *request)
{
	int64_t now_s = world->clock.wall_ms / 1000;
	int64_t begin_s = request->at_s ? request->at_s : now_s;
	struct version version = {
		.exists = 1,
		.waits = request->at_s != 0,
		.since_s = request->at_s ? 0 : now_s,
		.start.wall_s = request->at_s,
		.until.wall_s = request->until_s ? request->until_s
						 : begin_s + request->for_s,
	};

	if (request->confirm_within_s)
		version.confirm.wall_s = begin_s + request->confirm_within_s;
	if (request->grace_s)
		version.cut.wall_s = begin_s + request->grace_s;
	return version_stamped(world, &version);
}

/* 1 where the same lock is there at a time that is shared. */
static int is_there(const struct world *world,
		    const struct lg_target_lock *request,
		    const struct version *wanted)
{
	int64_t from_s = wanted->waits ? wanted->start.wall_s : wanted->since_s;
	size_t i;

	for (i = 0; i < world->count; i++) {
		const struct expected *lock = &world->lock[i];
		int64_t starts_s = lock->now.waits ? lock->now.start.wall_s : 0;

		if (lock->now.exists &&
		    !strcmp(lock->profile, request->profile) &&
		    !strcmp(lock->variables, request->variables) &&
		    wanted->until.wall_s > starts_s &&
		    from_s < lock->now.until.wall_s)
			return 1;
	}
	return 0;
}

static size_t there(const struct world *world)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < world->count; i++)
		count += world->lock[i].now.exists != 0;
	return count;
}

/* A request that must be refused and change nothing; 1 when it is one. */
static int spoil(struct world *world, struct lg_target_lock *request)
{
	int64_t now_s = world->clock.wall_ms / 1000;

	switch (chance_below(&world->chance, 12)) {
	case 0:
		request->for_s = 0;
		request->until_s = 0;
		return 1;
	case 1:
		request->until_s = now_s - chance_below(&world->chance, 1000);
		return 1;
	case 2:
		request->at_s = now_s - 1 - chance_below(&world->chance, 1000);
		return 1;
	case 3:
		request->max_duration_s = 60;
		request->for_s = 3600;
		request->until_s = 0;
		return 1;
	default:
		return 0;
	}
}

static void refused(struct world *world, const char *what,
		    enum lg_status status, uint64_t print)
{
	must(world, status == LG_ERR_RANGE || status == LG_ERR_CONFLICT,
	     "%s should be refused (%d)", what, status);
	must(world, disk_print(&world->disk, NULL) == print,
	     "%s is refused and changes something", what);
}

static void make_request(struct world *world, struct lg_target_lock *request,
			 struct expected *lock)
{
	struct chance *chance = &world->chance;
	uint32_t kind = 1 + chance_below(chance, KINDS - 1);

	/* Long lists take long. */
	if (kind >= 7 && !chance_of(chance, 20))
		kind -= 4;
	lock->kind = (int)kind;
	lock->replaces = chance_of(chance, 15);
	snprintf(lock->profile, sizeof(lock->profile), "p%u",
		 chance_below(chance, 4));
	snprintf(lock->variables, sizeof(lock->variables), "n=%u\n",
		 chance_below(chance, 4));
	if (chance_of(chance, 70))
		snprintf(lock->id, sizeof(lock->id), "lg-%012llx",
			 (unsigned long long)++world->named);
	*request = (struct lg_target_lock){
		.id = *lock->id ? lock->id : NULL,
		.profile = lock->profile,
		.variables = lock->variables,
		.by = person(world),
		.reason = "disks",
		.replaces = lock->replaces,
		.for_s = chance_between(chance, 1, 7200),
		.max_duration_s = chance_of(chance, 50) ? -1 : 10800,
	};
	if (chance_of(chance, 25))
		request->at_s = world->clock.wall_ms / 1000 +
				chance_between(chance, 0, 3600);
	if (chance_of(chance, 25))
		request->confirm_within_s = chance_between(chance, 1, 3600);
	if (chance_of(chance, 25))
		request->grace_s = chance_between(chance, 1, 600);
}

static void apply(struct world *world, struct lg_state *state)
{
	struct expected lock = {.now.exists = 0};
	struct lg_target_lock request;
	struct lg_findings *findings;
	struct lg_lock *made = NULL;
	struct lg_error err = {0};
	uint64_t missteps = world->disk.missteps;
	uint64_t print;
	struct version wanted;
	enum lg_status status;
	int bad;

	make_request(world, &request, &lock);
	bad = spoil(world, &request);
	wanted = version_for(world, &request);
	bad |= is_there(world, &request, &wanted);
	bad |= there(world) >= LG_LOCKS_MAX;
	must(world, world->count < EXPECTED_MAX, "the simulator: locks");
	findings = kind_findings(lock.kind);
	request.values = kind_values(lock.kind);
	request.findings = findings;
	tell(world, "%s applies %s %.3s (%s%s) for %lld at %lld confirm %lld%s",
	     request.by, request.profile, request.variables,
	     kind_name(lock.kind), lock.replaces ? ", replaces" : "",
	     (long long)request.for_s, (long long)request.at_s,
	     (long long)request.confirm_within_s, bad ? " - bad" : "");
	lock.disk[0] = lock.now;
	lock.disk_count = 1;
	if (!bad) {
		expect_maybe(world, &lock, &wanted);
		world->lock[world->count++] = lock;
	}
	print = disk_print(&world->disk, NULL);
	status = lg_lock_apply(state, &request, &made, &err);
	lg_findings_free(&findings);
	if (world->disk.is_dead)
		return;
	if (bad) {
		refused(world, "apply", status, print);
		return;
	}
	if (status != LG_OK) {
		accident(world, "apply", status, &err, missteps);
		return;
	}
	tell(world, "      %s", made->id);
	memcpy(world->lock[world->count - 1].id, made->id, sizeof(made->id));
	world->lock[world->count - 1].now = wanted;
	process_enforce(world);
}

static void lift_one(struct world *world, struct lg_state *state,
		     struct expected *lock, enum lg_lock_end end)
{
	uint64_t missteps = world->disk.missteps;
	struct version over = {.exists = 0};
	struct lg_error err = {0};
	struct lg_lock *chosen = NULL;
	enum lg_status status;

	tell(world, "%s lifts %s%s", person(world), lock->id,
	     end == LG_LOCK_END_FORCE ? " by force" : "");
	expect_maybe(world, lock, &over);
	status = lg_lock_choose(state, lock->id, LG_MEANT_ANY, &chosen, &err);
	must(world, status == LG_OK, "%s cannot be chosen: %s", lock->id,
	     err.text);
	status = lg_lock_lift(state, chosen, end, "bert", NULL, NULL, &err);
	if (world->disk.is_dead)
		return;
	must(world, status == LG_OK || end != LG_LOCK_END_FORCE,
	     "lift --force fails: %s: %s", err.place, err.text);
	if (status != LG_OK)
		accident(world, "lift", status, &err, missteps);
	else
		lock->now = over;
	process_enforce(world);
}

static void lift(struct world *world, struct lg_state *state)
{
	struct expected *lock = any_lock(world);
	struct lg_lock *chosen = NULL;
	struct lg_error err = {0};
	uint64_t print = disk_print(&world->disk, NULL);
	uint64_t id;

	if (lock && chance_of(&world->chance, 90)) {
		lift_one(world, state, lock,
			 chance_of(&world->chance, 30) ? LG_LOCK_END_FORCE
						       : LG_LOCK_END_LIFT);
		return;
	}
	/* One that is not there, or more than one. */
	id = there(world) > 1 ? 0 : world->named + 1000;
	tell(world, "a lift of no lock");
	must(world,
	     lg_lock_choose(state, id ? "lg-ffffffffffff" : NULL, LG_MEANT_ANY,
			    &chosen, &err) == LG_ERR_CONFLICT,
	     "a lock that is not there is lifted");
	refused(world, "lift", LG_ERR_CONFLICT, print);
}

static void extend(struct world *world, struct lg_state *state)
{
	struct expected *lock = any_lock(world);
	uint64_t missteps = world->disk.missteps;
	int64_t now_s = world->clock.wall_ms / 1000;
	struct lg_error err = {0};
	struct lg_lock *is;
	struct version wanted;
	enum lg_status status;
	uint64_t print;
	int64_t until_s;

	if (!lock)
		return;
	is = lg_state_lock(state, lock->id);
	must(world, is, "the lock %s is not there", lock->id);
	until_s = now_s + chance_between(&world->chance, -600, 10000);
	wanted = lock->now;
	wanted.until.wall_s = until_s;
	wanted.until.boot_ms =
		world->clock.boot_ms + until_s * 1000 - world->clock.wall_ms;
	tell(world, "%s moves the end of %s to %+lld s", person(world),
	     lock->id, (long long)(until_s - now_s));
	expect_maybe(world, lock, &wanted);
	print = disk_print(&world->disk, NULL);
	status = lg_lock_extend(state, is, "bert", until_s, 0, &err);
	if (world->disk.is_dead)
		return;
	if (until_s <= now_s)
		must(world, status == LG_ERR_RANGE, "an end that is past");
	if (status == LG_ERR_RANGE)
		refused(world, "extend", status, print);
	else if (status != LG_OK)
		accident(world, "extend", status, &err, missteps);
	else
		lock->now = wanted;
	process_enforce(world);
}

static void confirm(struct world *world, struct lg_state *state)
{
	struct expected *lock = any_lock(world);
	uint64_t missteps = world->disk.missteps;
	struct lg_error err = {0};
	struct lg_lock *is;
	struct version wanted;
	enum lg_status status;
	uint64_t print;

	if (!lock)
		return;
	is = lg_state_lock(state, lock->id);
	must(world, is, "the lock %s is not there", lock->id);
	tell(world, "%s confirms %s", person(world), lock->id);
	wanted = lock->now;
	wanted.confirm = (struct lg_deadline){0};
	expect_maybe(world, lock, &wanted);
	print = disk_print(&world->disk, NULL);
	status = lg_lock_confirm(state, is, "anna", &err);
	if (world->disk.is_dead)
		return;
	if (!lock->now.confirm.wall_s)
		refused(world, "confirm", status, print);
	else if (status != LG_OK)
		accident(world, "confirm", status, &err, missteps);
	else
		lock->now = wanted;
}

void import_kind(struct world *world, struct lg_state *state, int kind)
{
	const struct lg_registry *values = kind_values(kind);
	struct lg_findings *findings = kind_findings(kind);
	uint64_t print = disk_print(&world->disk, NULL);
	uint64_t missteps = world->disk.missteps;
	struct lg_error err = {0};
	enum lg_status status;

	tell(world, "%s imports %s", person(world), kind_name(kind));
	if (!lg_state_locked(state)) {
		expect_standing_maybe(world, kind);
		world->calm_known = 0;
	}
	status = lg_standing_write(state, LG_EVENT_IMPORT, "anna", values,
				   findings, NULL, &err);
	lg_findings_free(&findings);
	if (world->disk.is_dead)
		return;
	if (lg_state_locked(state)) {
		refused(world, "import", status, print);
	} else if (status != LG_OK) {
		accident(world, "import", status, &err, missteps);
	} else {
		world->standing = kind;
	}
	process_enforce(world);
}

static void import(struct world *world, struct lg_state *state)
{
	int kind;

	do
		kind = (int)chance_below(&world->chance, KINDS);
	while (!kind_can_stand(kind));
	import_kind(world, state, kind);
}

void lift_all(struct world *world, struct lg_state *state)
{
	size_t i;

	for (i = 0; i < world->count && !world->disk.is_dead; i++)
		if (world->lock[i].now.exists)
			lift_one(world, state, &world->lock[i],
				 LG_LOCK_END_LIFT);
}

/* Every process pays what it owes first; a change on top of a debt is not
 * made. */
static int owes(struct world *world, const struct lg_state *state)
{
	return world->inside && state->unsaved;
}

void world_command(struct world *world)
{
	struct lg_state *state = process_begin(world);

	if (!state)
		return;
	if (owes(world, state)) {
		process_end(world);
		return;
	}
	switch (chance_below(&world->chance, 10)) {
	case 0:
	case 1:
	case 2:
	case 3:
		apply(world, state);
		break;
	case 4:
	case 5:
		lift(world, state);
		break;
	case 6:
		extend(world, state);
		break;
	case 7:
		confirm(world, state);
		break;
	case 8:
		import(world, state);
		break;
	case 9:
		if (chance_of(&world->chance, 20))
			lift_all(world, state);
		break;
	}
	process_end(world);
}
