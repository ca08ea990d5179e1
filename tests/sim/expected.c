/* SPDX-License-Identifier: ISC */
/*
 * expected.c - what should be so, from what was answered
 */
#include <stdio.h>
#include <string.h>

#include "sim/world.h"

int64_t version_left_ms(const struct world *world, const struct version *of,
			const struct lg_deadline *deadline)
{
	int64_t left_ms;

	if (!deadline->wall_s)
		return -1;
	left_ms = of->boot == world->boot
			  ? deadline->boot_ms - world->clock.boot_ms
			  : deadline->wall_s * 1000 - world->clock.wall_ms;
	return left_ms > 0 ? left_ms : 0;
}

static void stamp(const struct world *world, struct lg_deadline *deadline)
{
	if (deadline->wall_s)
		deadline->boot_ms = world->clock.boot_ms +
				    deadline->wall_s * 1000 -
				    world->clock.wall_ms;
}

struct version version_stamped(const struct world *world,
			       const struct version *of)
{
	struct version stamped = *of;

	if (of->boot == world->boot)
		return stamped;
	stamped.boot = world->boot;
	stamp(world, &stamped.start);
	stamp(world, &stamped.until);
	stamp(world, &stamped.confirm);
	stamp(world, &stamped.cut);
	return stamped;
}

static int same_version(const struct version *a, const struct version *b)
{
	if (!a->exists || !b->exists)
		return a->exists == b->exists;
	return a->waits == b->waits && a->since_s == b->since_s &&
	       a->boot == b->boot &&
	       !memcmp(&a->start, &b->start, sizeof(a->start)) &&
	       !memcmp(&a->until, &b->until, sizeof(a->until)) &&
	       !memcmp(&a->confirm, &b->confirm, sizeof(a->confirm)) &&
	       !memcmp(&a->cut, &b->cut, sizeof(a->cut));
}

void expect_maybe(struct world *world, struct expected *lock,
		  const struct version *version)
{
	size_t i;

	for (i = 0; i < lock->disk_count; i++)
		if (same_version(&lock->disk[i], version))
			return;
	must(world, lock->disk_count < VERSIONS, "the simulator: versions");
	lock->disk[lock->disk_count++] = *version;
}

void expect_standing_maybe(struct world *world, int kind)
{
	size_t i;

	for (i = 0; i < world->standing_count; i++)
		if (world->standing_disk[i] == kind)
			return;
	must(world, world->standing_count < VERSIONS,
	     "the simulator: standing");
	world->standing_disk[world->standing_count++] = kind;
}

/* Each step on the way may be on the disk as well. */
static void due(struct world *world, struct expected *lock)
{
	struct version *now = &lock->now;

	if (now->waits && version_left_ms(world, now, &now->until) &&
	    !version_left_ms(world, now, &now->start)) {
		now->since_s = now->start.wall_s;
		now->start = (struct lg_deadline){0};
		now->waits = 0;
		expect_maybe(world, lock, now);
	}
	if (!now->waits && !version_left_ms(world, now, &now->cut)) {
		now->cut = (struct lg_deadline){0};
		expect_maybe(world, lock, now);
	}
	if (!version_left_ms(world, now, &now->until) ||
	    (!now->waits && !version_left_ms(world, now, &now->confirm)))
		now->exists = 0;
	expect_maybe(world, lock, now);
}

void expect_due(struct world *world)
{
	size_t i;

	for (i = 0; i < world->count; i++)
		if (world->lock[i].now.exists)
			due(world, &world->lock[i]);
}

/* All of it was found by a start, and is mended. */
static void forget_hurt(struct world *world)
{
	size_t i;

	for (i = 0; i < world->count; i++)
		world->lock[i].hurt = 0;
	world->hurt = 0;
	world->hurt_found = 0;
	world->standing_hurt = 0;
	world->records_hurt = 0;
	world->half_mended = 0;
}

void expect_saved(struct world *world, const struct lg_state *state)
{
	size_t kept = 0;
	size_t i;

	if (state->unsaved || world->disk.is_dead) {
		for (i = 0; i < world->count; i++)
			expect_maybe(world, &world->lock[i],
				     &world->lock[i].now);
		expect_standing_maybe(world, world->standing);
		return;
	}
	for (i = 0; i < world->count; i++) {
		struct expected *lock = &world->lock[i];

		lock->disk[0] = lock->now;
		lock->disk_count = 1;
		if (lock->now.exists)
			world->lock[kept++] = *lock;
	}
	world->count = kept;
	world->standing_disk[0] = world->standing;
	world->standing_count = 1;
	if (world->hurt_found)
		forget_hurt(world);
	if (edit_stands(world))
		expect_standing_maybe(world, world->edit_kind);
}

struct expected *expect_lock(struct world *world, const char *id)
{
	size_t i;

	for (i = 0; i < world->count; i++)
		if (!strcmp(world->lock[i].id, id))
			return &world->lock[i];
	return NULL;
}

static struct version version_of(const struct world *world,
				 const struct lg_lock *lock)
{
	return (struct version){1,           lg_lock_waits(lock), lock->since_s,
				lock->start, lock->until,         lock->confirm,
				lock->cut,   world->boot};
}

static int is_told(const struct lg_state *state, const char *words)
{
	size_t i;

	for (i = 0; i < state->loud.count; i++)
		if (strstr(state->loud.item[i], words))
			return 1;
	return 0;
}

/* One whose id nobody told: the machine stopped before it was answered. */
static void name_unnamed(struct world *world, const struct lg_state *state)
{
	size_t i;
	size_t k;

	for (i = 0; i < world->count; i++) {
		struct expected *lock = &world->lock[i];

		for (k = 0; !*lock->id && k < state->lock_count; k++)
			if (!expect_lock(world, state->lock[k]->id) &&
			    state->lock[k]->variables &&
			    !strcmp(state->lock[k]->variables, lock->variables))
				memcpy(lock->id, state->lock[k]->id,
				       sizeof(lock->id));
	}
}

/* Damaged beyond what its copies tell: it is named, and goes on as found. */
static void adopt(struct world *world, struct expected *lock,
		  const struct lg_state *state, const struct lg_lock *found)
{
	must(world,
	     is_told(state, lock->id) ||
		     (world->records_hurt && state->loud.count),
	     "the damage of the lock %s is not named", lock->id);
	tell(world, "  %s is damaged and %s", lock->id,
	     found ? "stays" : "over");
	lock->kind = found ? kind_of_values(found->values) : KIND_UNKNOWN;
	lock->replaces = found && found->replaces;
	snprintf(lock->variables, sizeof(lock->variables), "%s",
		 found && found->variables ? found->variables : "");
	lock->now = found ? version_of(world, found)
			  : (struct version){.exists = 0};
}

static int may_be_over(const struct expected *lock)
{
	size_t i;

	for (i = 0; i < lock->disk_count; i++)
		if (!lock->disk[i].exists)
			return 1;
	return 0;
}

static void find_one(struct world *world, struct expected *lock,
		     const struct lg_state *state)
{
	const struct lg_lock *found =
		*lock->id ? lg_state_lock(state, lock->id) : NULL;
	struct version is = {0};
	size_t known = lock->disk_count;
	size_t i;

	if (found)
		is = version_of(world, found);
	for (i = 0; i < known; i++) {
		struct version may = version_stamped(world, &lock->disk[i]);

		if (!same_version(&may, &is) ||
		    (found && found->values &&
		     kind_of_values(found->values) != lock->kind))
			continue;
		if (found && !found->values)
			lock->kind = KIND_UNKNOWN;
		if (found && !found->variables) {
			*lock->variables = '\0';
			lock->replaces = found->replaces;
		}
		lock->now = is;
		expect_maybe(world, lock, &is);
		return;
	}
	/* One of its files is damaged, and the other was on its way out. */
	if (lock->hurt == 3 || (found && world->records_hurt) ||
	    (lock->hurt && may_be_over(lock))) {
		adopt(world, lock, state, found);
		expect_maybe(world, lock, &lock->now);
		return;
	}
	if (!found)
		fail(world, "the lock %s %s is lost", lock->id, lock->profile);
	fail(world,
	     "the lock %s %s is not as it was told: %s since %lld until %lld "
	     "(%lld) confirm %lld cut %lld",
	     lock->id, lock->profile, is.waits ? "waits" : "in force",
	     (long long)is.since_s, (long long)is.until.wall_s,
	     (long long)is.until.boot_ms, (long long)is.confirm.wall_s,
	     (long long)is.cut.wall_s);
}

static void find_standing(struct world *world, const struct lg_state *state)
{
	int is = kind_of_values(state->standing);
	int lost = 0;
	size_t i;

	/* What is lost may be found again. */
	for (i = 0; i < world->standing_count; i++)
		lost |= world->standing_disk[i] == KIND_UNKNOWN;
	for (i = 0; i < world->standing_count; i++)
		if (world->standing_disk[i] == is)
			break;
	if (i == world->standing_count) {
		must(world, world->standing_hurt || lost,
		     "the standing values are %s and should be %s",
		     kind_name(is), kind_name(world->standing_disk[0]));
		must(world, state->loud.count || world->half_mended,
		     "the damage of the standing values is not named");
		tell(world, "  the standing values are damaged");
	}
	if (i == world->standing_count || world->standing_count > 1)
		world->calm_known = 0;
	/* What was read is in force, and no secret any more. */
	if (world->edited && is == world->edit_kind)
		world->edited = 0;
	world->standing = is;
	expect_standing_maybe(world, is);
}

void expect_read(struct world *world, const struct lg_state *state)
{
	find_standing(world, state);
}

void expect_found(struct world *world, const struct lg_state *state)
{
	size_t i;

	name_unnamed(world, state);
	for (i = 0; i < world->count; i++)
		find_one(world, &world->lock[i], state);
	for (i = 0; i < state->lock_count; i++) {
		const struct lg_lock *found = state->lock[i];
		struct expected *lock;

		if (expect_lock(world, found->id))
			continue;
		must(world, world->hurt && is_told(state, found->id),
		     "a lock that nobody knows: %s %s", found->id,
		     found->profile ? found->profile : "");
		tell(world, "  %s comes back after damage", found->id);
		must(world, world->count < EXPECTED_MAX, "the simulator");
		lock = &world->lock[world->count++];
		*lock = (struct expected){
			.kind = kind_of_values(found->values)};
		memcpy(lock->id, found->id, sizeof(lock->id));
		snprintf(lock->profile, sizeof(lock->profile), "%s",
			 found->profile ? found->profile : "");
		lock->now = version_of(world, found);
		expect_maybe(world, lock, &lock->now);
	}
	find_standing(world, state);
	world->hurt_found = 1;
}

static void check_lock(struct world *world, const struct lg_state *state,
		       const struct expected *lock)
{
	const struct lg_lock *is = lg_state_lock(state, lock->id);
	struct version version;

	must(world, is, "the lock %s %s is not there", lock->id, lock->profile);
	version = version_of(world, is);
	must(world, same_version(&version, &lock->now),
	     "the lock %s %s is not as expected: %s until %lld (%lld), "
	     "confirm %lld; expected %s until %lld (%lld), confirm %lld",
	     lock->id, lock->profile, version.waits ? "waits" : "in force",
	     (long long)version.until.wall_s, (long long)version.until.boot_ms,
	     (long long)version.confirm.wall_s,
	     lock->now.waits ? "waits" : "in force",
	     (long long)lock->now.until.wall_s,
	     (long long)lock->now.until.boot_ms,
	     (long long)lock->now.confirm.wall_s);
	must(world,
	     lock->kind == KIND_UNKNOWN ||
		     kind_of_values(is->values) == lock->kind,
	     "the lock %s %s has other values", lock->id, lock->profile);
}

/* By the locks alone, asking each; *out_sure is 0 where damage left open what
 * some of them refuse. */
static int should_refuse(const struct world *world, int account,
			 enum lg_protocol protocol, int *out_sure)
{
	int refuses = 0;
	int replaced = 0;
	size_t i;

	*out_sure = 1;
	for (i = 0; i < world->count; i++) {
		const struct expected *lock = &world->lock[i];

		if (!lock->now.exists || lock->now.waits)
			continue;
		replaced |= lock->replaces;
		if (lock->kind == KIND_UNKNOWN)
			*out_sure = 0;
		else
			refuses |= kind_refuses(lock->kind, account, protocol);
	}
	if (replaced)
		return refuses;
	if (world->standing == KIND_UNKNOWN)
		*out_sure = 0;
	else
		refuses |= kind_refuses(world->standing, account, protocol);
	return refuses;
}

static void check_policy(struct world *world, const struct lg_policy *policy)
{
	static const enum lg_protocol protocols[] = {LG_PROTOCOL_IMAP,
						     LG_PROTOCOL_HTTP};
	int account;
	int sure;
	int p;

	for (account = 0; account <= ACCOUNTS; account++) {
		for (p = 0; p < 2; p++) {
			const char *dn = account_dn(account);
			struct lg_attempt attempt = {.dn = dn,
						     .dn_len = strlen(dn),
						     .protocol = protocols[p]};
			int refused =
				lg_policy_decide(policy, &attempt).verdict ==
				LG_REFUSE;
			int should = should_refuse(world, account, protocols[p],
						   &sure);

			must(world, account != ACCOUNT_GLASS || !refused,
			     "break-glass is refused");
			must(world, refused || !should,
			     "%s gets in by %s although a lock in force "
			     "refuses it",
			     dn, lg_protocol_name(protocols[p]));
			must(world, should || !refused || !sure,
			     "%s is refused by %s although nothing in force "
			     "refuses it",
			     dn, lg_protocol_name(protocols[p]));
		}
	}
}

void expect_check(struct world *world, const struct lg_state *state,
		  const struct lg_policy *policy)
{
	size_t there = 0;
	size_t i;

	for (i = 0; i < world->count; i++) {
		if (!world->lock[i].now.exists)
			continue;
		there++;
		check_lock(world, state, &world->lock[i]);
	}
	must(world, there == state->lock_count,
	     "%zu locks are there and %zu should be", state->lock_count, there);
	must(world,
	     world->standing == KIND_UNKNOWN ||
		     kind_of_values(state->standing) == world->standing,
	     "the standing values are %s and should be %s",
	     kind_name(kind_of_values(state->standing)),
	     kind_name(world->standing));
	must(world, policy || world->hurt_ever, "there is no policy");
	if (policy)
		check_policy(world, policy);
}
