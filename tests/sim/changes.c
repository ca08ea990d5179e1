/* SPDX-License-Identifier: ISC */
/*
 * changes.c - many lives of several servers and one gate's files, from a seed
 *
 * test_sim_changes [--from N] [--seeds COUNT] [--steps COUNT]
 * test_sim_changes --seed N --verbose     tells the story of one
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/change/plan_parts.h"
#include "base/listed.h"

#include "sim/changes_world.h"

#define SEEDS 200
#define STEPS 40

static struct world world;

static int64_t now_s(void)
{
	return world.clock.wall_ms / 1000;
}

static struct expected *any(int with_maybe)
{
	size_t at = world.count
			    ? chance_below(&world.chance, (uint32_t)world.count)
			    : 0;
	size_t i;

	for (i = 0; i < world.count; i++) {
		struct expected *lock = &world.lock[(at + i) % world.count];

		if (lock->how == THERE || (with_maybe && lock->how == MAYBE))
			return lock;
	}
	return NULL;
}

/* Disk or servers failed, or the machine stopped: who knows. */
struct trust {
	uint64_t missteps;
	uint64_t trouble;
};

static struct trust trust_now(void)
{
	return (struct trust){world.disk.missteps, world.trouble};
}

static int is_sure(const struct trust *before)
{
	return !world.disk.is_dead && world.disk.missteps == before->missteps &&
	       world.trouble == before->trouble;
}

/* The plan's targets: what is there, and what it comes to with the lock. */
static enum lg_status plan(struct expected *lock, int kind,
			   const struct lg_servers_book *book,
			   struct lg_plan_beside *beside, struct lg_plan *made,
			   struct lg_plan_server *server,
			   struct lg_plan_input *input, struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t i;
	int k;

	for (k = 0; k < SERVERS; k++) {
		if (!(lock->servers & (1u << k)))
			continue;
		server[made->target_count].name = world.server[k].name;
		server[made->target_count].backend = LG_BACKEND_WINREG;
		server[made->target_count++].before = world.server[k].values;
	}
	if (lock->gate) {
		server[made->target_count].name = "gate";
		server[made->target_count].is_local = 1;
		server[made->target_count++].backend = LG_BACKEND_GATE;
	}
	input->server = server;
	input->server_count = made->target_count;
	status = lg_plan_beside_find(book, server, made->target_count, beside,
				     err);
	for (i = 0; status == LG_OK && i < made->target_count; i++) {
		struct lg_plan_target *target = &made->target[i];

		target->name = server[i].name;
		target->dialect = server[i].is_local ? LG_DIALECT_GATE
						     : LG_DIALECT_EXCHANGE_2007;
		target->backend = server[i].backend;
		if (server[i].before)
			status = lg_registry_copy(
				server[i].before,
				(struct lg_registry **)&target->before, err);
		if (status == LG_OK)
			status = lg_registry_copy(own_values(kind),
						  &target->own, err);
		if (status == LG_OK)
			status = lg_plan_compose(made, input, &server[i],
						 target, err);
	}
	return status;
}

static void release_plan(struct lg_plan *made)
{
	size_t i;

	for (i = 0; i < made->target_count; i++) {
		lg_registry_free(&made->target[i].own);
		lg_registry_free(&made->target[i].values);
		lg_registry_free(
			(struct lg_registry **)&made->target[i].before);
	}
	lg_warnings_release(&made->warnings);
}

static void apply(void)
{
	struct lg_change_hands hands = world_hands(&world);
	struct lg_plan_target target[SERVERS + 1] = {{0}};
	struct lg_plan_server server[SERVERS + 1] = {{0}};
	const void *test[SERVERS + 1] = {NULL};
	struct lg_plan made = {.target = target};
	struct expected *lock = &world.lock[world.count];
	struct lg_profile profile = {.name = lock->profile,
				     .max_duration_s = -1};
	struct lg_plan_input input = {.profile = &profile, .now_s = now_s()};
	struct lg_plan_beside beside = {0};
	struct lg_servers_book book = {0};
	int kind = (int)chance_below(&world.chance, OWN_KINDS);
	const struct lg_change_begin request = {
		.plan = &made, .input = &input, .test = test, .id = lock->id};
	struct trust before = trust_now();
	struct lg_error err = {0};
	enum lg_status status;

	if (world.count == EXPECTED_MAX)
		return;
	*lock = (struct expected){0};
	snprintf(lock->id, sizeof(lock->id), "lg-%012zx", world.count + 1);
	snprintf(lock->profile, sizeof(lock->profile), "p%zu", world.count);
	lock->servers = chance_below(&world.chance, 1u << SERVERS);
	lock->gate = !lock->servers || chance_of(&world.chance, 50);
	lock->least_s = now_s() + chance_between(&world.chance, 60, 7200);
	input.until_s = lock->least_s;
	input.replaces = chance_of(&world.chance, 10);
	tell(&world, "apply %s: kind %d on servers %x%s%s", lock->id, kind,
	     lock->servers, lock->gate ? " and here" : "",
	     input.replaces ? ", in their place" : "");
	world_book(&world, &book);
	status = plan(lock, kind, &book, &beside, &made, server, &input, &err);
	world.outcome = LG_SERVERS_NOTHING_WRITTEN;
	if (status == LG_OK) {
		world.count++;
		status = lg_change_begin(&hands, &request, &err);
		if (status == LG_OK)
			lock->how = THERE;
		else if (!is_sure(&before) ||
			 world.outcome == LG_SERVERS_LEFT_BEHIND)
			lock->how = MAYBE;
	}
	tell(&world, "  %s %s", status == LG_OK ? "done" : "failed:",
	     status == LG_OK ? "" : err.text);
	if (world.disk.is_dead)
		lock->how = MAYBE;
	release_plan(&made);
	lg_plan_beside_release(&beside);
	lg_servers_book_release(&book);
}

/* What time ended meanwhile, by the next command or by recover. */
static enum lg_status end_over(int interrupted, int force)
{
	const struct lg_change_hands hands = world_hands(&world);
	enum lg_servers_lift_mode mode =
		force ? LG_SERVERS_LIFT_FORCE : LG_SERVERS_LIFT_EACH;
	struct lg_servers_book book = {0};
	struct lg_change_recovered recovered;
	enum lg_status status = LG_OK;
	struct lg_error err;
	size_t i;

	world_book(&world, &book);
	for (i = 0; i < world.count; i++) {
		const struct lg_servers_record *record =
			lg_servers_book_find(&book, world.lock[i].id);

		/* it is lifted, as far as it can be; and so is one whose end
		 * was being moved, where the gate has it no more */
		if (record &&
		    (lg_change_is_due(record, &world.clock) ||
		     (interrupted && record->phase != LG_SERVERS_APPLIED) ||
		     (interrupted && record->moving &&
		      (world.lock[i].forced ||
		       now_s() >= world.lock[i].least_s))))
			world.lock[i].how = MAYBE;
	}
	lg_servers_book_release(&book);
	if (interrupted)
		status = lg_change_recover(&hands, mode, 1, &recovered, &err);
	else
		lg_change_end_over(&hands, mode, &recovered);
	return status == LG_OK ? recovered.status : status;
}

/* The lock as a command finds it; NULL: it is nowhere any more. */
static const struct lg_known_lock *known(const struct expected *lock,
					 struct lg_known_locks *locks)
{
	const struct lg_lock_wish wish = {.name = lock->id};
	const struct lg_known_lock *found = NULL;
	struct lg_state *state = world_look(&world);
	struct lg_servers_book book = {0};
	size_t i;

	for (i = 0; i < state->lock_count; i++) {
		struct lg_known_lock here = {.profile = state->lock[i]->profile,
					     .is_here = 1};

		snprintf(here.id, sizeof(here.id), "%s", state->lock[i]->id);
		lg_known_locks_add(locks, &here);
	}
	world_book(&world, &book);
	lg_known_locks_add_book(locks, &book, NULL, NULL);
	lg_servers_book_release(&book);
	lg_state_free(&state);
	lg_known_locks_choose(locks, &wish, &found);
	must(&world, found || lock->how == MAYBE || now_s() >= lock->least_s,
	     "%s is in force and nowhere", lock->id);
	return found;
}

static void lift(struct expected *lock, int force)
{
	const struct lg_change_hands hands = world_hands(&world);
	struct lg_known_locks locks = {0};
	const struct lg_known_lock *there = known(lock, &locks);
	struct trust before = trust_now();
	struct lg_error err = {0};
	enum lg_status status = LG_OK;
	size_t count;

	lock->forced |= force;
	tell(&world, "lift %s%s", lock->id, force ? " by force" : "");
	world.outcome = LG_SERVERS_NOTHING_WRITTEN;
	if (there) {
		struct lg_change_lift what = lg_known_lock_lift(there, 1);

		what.mode =
			force ? LG_SERVERS_LIFT_FORCE : LG_SERVERS_LIFT_CAREFUL;
		status = lg_change_lift(&hands, &what, &count, &err);
	}
	if (status == LG_OK)
		lock->how = GONE;
	else if (!is_sure(&before) || world.outcome == LG_SERVERS_LEFT_BEHIND)
		lock->how = MAYBE;
	else
		must(&world, lock->servers, "a lift here fails: %s", err.text);
	tell(&world, "  %s %s", status == LG_OK ? "done" : "failed:",
	     status == LG_OK ? "" : err.text);
	lg_known_locks_release(&locks);
}

/* What --target names of it: servers, the gate here, or both. */
static void lift_some(struct expected *lock)
{
	const struct lg_change_hands hands = world_hands(&world);
	unsigned int servers = lock->servers & chance_below(&world.chance, 8);
	int gate = lock->gate && chance_of(&world.chance, 50);
	struct lg_known_locks locks = {0};
	const struct lg_known_lock *there = known(lock, &locks);
	struct lg_strlist names = {0};
	struct lg_change_lift what;
	struct lg_error err = {0};
	enum lg_status status;
	size_t count;

	for (int i = 0; i < SERVERS; i++) {
		if (servers & (1u << i))
			lg_list_text(&names, world.server[i].name, NULL);
	}
	if (there && lock->how == THERE && (names.count > 0 || gate)) {
		tell(&world, "lift %s on servers %x%s", lock->id, servers,
		     gate ? " and here" : "");
		what = lg_known_lock_lift(there, gate);
		what.names = &names;
		status = lg_change_lift(&hands, &what, &count, &err);
		if (status == LG_OK) {
			lock->servers &= ~servers;
			lock->gate &= !gate;
		}
		/* a full disk keeps nobody out here, whatever becomes of the
		 * others */
		lock->forced |= status != LG_OK && gate;
		if (status != LG_OK)
			lock->some |= servers | (gate ? HERE : 0);
		if (status == LG_OK && !lock->servers && !lock->gate)
			lock->how = GONE;
		else if (status != LG_OK || lock->forced)
			lock->how = MAYBE;
		tell(&world, "  %s %s", status == LG_OK ? "done" : "failed:",
		     status == LG_OK ? "" : err.text);
	}
	lg_strlist_release(&names);
	lg_known_locks_release(&locks);
}

static void extend(struct expected *lock)
{
	const struct lg_change_hands hands = world_hands(&world);
	int64_t until_s = now_s() + chance_between(&world.chance, 60, 7200);
	struct lg_known_locks locks = {0};
	const struct lg_known_lock *there = known(lock, &locks);
	struct lg_error err = {0};
	enum lg_status status = LG_ERR_CONFLICT;

	tell(&world, "extend %s", lock->id);
	if (there) {
		struct lg_change_move move = lg_known_lock_move(there);

		move.until_s = until_s;
		status = lg_change_move(&hands, &move, &err);
	}
	if (status == LG_OK || until_s < lock->least_s)
		lock->least_s = until_s;
	tell(&world, "  %s %s", status == LG_OK ? "done" : "failed:",
	     status == LG_OK ? "" : err.text);
	lg_known_locks_release(&locks);
}

static enum lg_status make(const void *context, const struct lg_registry *is,
			   struct lg_registry **out_should,
			   struct lg_error *err)
{
	(void)is;
	return lg_registry_copy(context, out_should, err);
}

/* Where no lock is: values by hand, on a server or here. */
static void import(void)
{
	const struct lg_change_hands hands = world_hands(&world);
	uint32_t at = chance_below(&world.chance, SERVERS + 1);
	struct server *server = at < SERVERS ? &world.server[at] : NULL;
	struct by_hand *hand = server ? &server->hand : &world.hand;
	struct lg_registry *should = NULL;
	struct trust before = trust_now();
	struct lg_strlist names = {0};
	struct lg_error err = {0};
	enum lg_status status;
	char id[LG_LOCK_ID_SIZE];

	snprintf(id, sizeof(id), "lg-%012x", 0xf0000000 + ++world.imports);
	lg_registry_copy(
		own_values(
			server ? (int)chance_below(&world.chance, OWN_KINDS)
			       : (int)chance_below(&world.chance, OWN_DENIES)),
		&should, NULL);
	if (chance_of(&world.chance, 50))
		lg_registry_set_text(should, LG_KEY_PARAMETERS_SYSTEM,
				     "By Hand", id, NULL);
	tell(&world, "import on %s", server ? server->name : "the gate here");
	{
		struct lg_change_values wish = {
			.server = server ? server->name : NULL,
			.id = id,
			.event = LG_EVENT_IMPORT,
			.context = should,
			.make = make,
		};

		status = lg_change_values(&hands, &wish, &names, &err);
	}
	if (status == LG_OK)
		hand_settle(hand, should);
	else if (!is_sure(&before)) {
		lg_registry_free(&hand->after);
		lg_registry_copy(should, &hand->after, NULL);
	} else
		must(&world, status == LG_ERR_CONFLICT, "an import fails: %s",
		     err.text);
	tell(&world, "  %s %s", status == LG_OK ? "done" : "failed:",
	     status == LG_OK ? "" : err.text);
	lg_strlist_release(&names);
	lg_registry_free(&should);
}

static void command(void)
{
	uint32_t what = chance_below(&world.chance, 100);
	struct expected *lock;

	end_over(0, 0);
	lock = any(what >= 90);
	if (world.disk.is_dead)
		return;
	if (what < 45 || (!lock && what < 80))
		apply();
	else if (what < 65)
		lift(lock, chance_of(&world.chance, 20));
	else if (what < 70)
		lift_some(lock);
	else if (what < 80)
		extend(lock);
	else if (what < 88)
		import();
	else
		end_over(1, chance_of(&world.chance, 30));
}

static void trouble(void)
{
	struct server *server =
		&world.server[chance_below(&world.chance, SERVERS)];

	switch (chance_below(&world.chance, 6)) {
	case 0:
		world.disk.is_full = !world.disk.is_full;
		tell(&world, "the disk %s",
		     world.disk.is_full ? "is full" : "has room again");
		break;
	case 1:
		world.disk.fails_in = 1 + chance_below(&world.chance, 12);
		world.disk.fails_late = chance_of(&world.chance, 30);
		break;
	case 2:
		world.held_by = world.held_by ? 0 : 99;
		tell(&world, "another command %s",
		     world.held_by ? "changes servers" : "is done");
		break;
	case 3:
		server->away = !server->away;
		tell(&world, "%s is %s", server->name,
		     server->away ? "away" : "back");
		break;
	default:
		server->fails_in = 1 + chance_below(&world.chance, 4);
		server->fails_late = chance_of(&world.chance, 50);
		tell(&world, "%s fails at value %u", server->name,
		     server->fails_in);
		break;
	}
}

static void all_works(void)
{
	int i;

	world.disk.is_full = 0;
	world.disk.fails_in = 0;
	world.disk.crashes_in = 0;
	world.held_by = 0;
	for (i = 0; i < SERVERS; i++)
		world.server[i].away = world.server[i].fails_in = 0;
}

/* What is over ends without recover, whatever was interrupted beside it. */
static void ends(void)
{
	struct lg_servers_book book = {0};
	size_t i;

	must(&world, end_over(0, 0) == LG_OK,
	     "what is over does not end where nothing fails");
	world_end_command(&world);
	world_book(&world, &book);
	for (i = 0; i < book.count; i++)
		must(&world, !lg_change_is_due(&book.record[i], &world.clock),
		     "%s outlives its end", book.record[i].lock.id);
	lg_servers_book_release(&book);
	world_check(&world, 0);
}

/* Everything works, and whoever comes next recovers: once. */
static void recovers(void)
{
	enum lg_status status;

	all_works();
	if (chance_of(&world.chance, 50)) {
		tell(&world, "all works again; what is over ends");
		ends();
	}
	tell(&world, "all works again; recover");
	status = end_over(1, 0);
	world_end_command(&world);
	must(&world, status == LG_OK, "recover fails where nothing does");
	world_check(&world, 1);
}

static void step(void)
{
	uint32_t what = chance_below(&world.chance, 100);

	if (what < 60) {
		if (chance_of(&world.chance, 20))
			world.disk.crashes_in =
				1 + chance_below(&world.chance, 30);
		command();
		world_end_command(&world);
		world.disk.crashes_in = 0;
		if (world.disk.is_dead)
			world_stops(&world, chance_of(&world.chance, 50));
		world_check(&world, 0);
	} else if (what < 75) {
		int64_t ms = chance_between(&world.chance, 1, 1800 * 1000);

		tell(&world, "%lld s pass", (long long)ms / 1000);
		world.clock.wall_ms += ms;
		world.clock.boot_ms += ms;
	} else if (what < 90) {
		trouble();
	} else if (what < 93) {
		world_stops(&world, 1);
	} else {
		recovers();
	}
}

static void the_end(void)
{
	struct expected *lock;
	int i;

	recovers();
	while ((lock = any(1)) != NULL) {
		lift(lock, 0);
		world_end_command(&world);
		world_check(&world, 0);
		must(&world, lock->how == GONE, "%s cannot be lifted",
		     lock->id);
	}
	world_check(&world, 1);
	for (i = 0; i < SERVERS; i++) {
		const struct server *server = &world.server[i];

		must(&world,
		     lg_registry_count(server->values) ==
			     lg_registry_count(server->hand.first),
		     "%s is not as it was", server->name);
	}
}

static int run(uint64_t seed, const struct lives *lives)
{
	uint64_t i;

	world_make(&world, seed, lives->verbose);
	if (setjmp(world.life.failed))
		return 0;
	for (i = 0; i < lives->steps; i++)
		step();
	the_end();
	world.life.changes = world.disk.changes;
	world_release(&world);
	return 1;
}

int main(int argc, char **argv)
{
	struct lives lives = {.name = "test_sim_changes",
			      .from = 1,
			      .seeds = SEEDS,
			      .steps = STEPS};
	uint64_t failures;

	if (lives_read(&lives, argc, argv))
		return 2;
	own_make();
	failures = lives_run(&lives, &world.life, run);
	own_release();
	/* A run that failed leaves its memory behind. */
	if (failures)
		_exit(1);
	return 0;
}
