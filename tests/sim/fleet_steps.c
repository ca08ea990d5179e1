/* SPDX-License-Identifier: ISC */
/*
 * fleet_steps.c - what administrators, networks and forgers do
 */
#include "sim/fleet_world.h"

#include <stdio.h>
#include <string.h>

#include "app/fleet/fleet_round.h"
#include "app/lock/lock_change.h"

static const char values[] =
	"Windows Registry Editor Version 5.00\n\n"
	"[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\"
	"MSExchangeIS\\ParametersSystem]\n"
	"\"Refuse Protocols\"=\"imap\"\n\n";

static struct sim_gate *any_gate(struct fleet_world *world)
{
	return &world->gate[chance_below(&world->chance,
					 (uint32_t)world->count)];
}

static size_t index_of(const struct fleet_world *world, const char *name)
{
	size_t i;

	for (i = 0; i < world->count; i++)
		if (!strcmp(world->gate[i].name, name))
			break;
	return i;
}

static void new_round(struct fleet_world *world, struct sim_admin *admin)
{
	lg_fleet_round_release(&admin->round);
	admin->round = (struct lg_fleet_round){
		.fleet = &admin->fleet,
		.signature = &admin->signature,
		.clock = &world->clock,
		.ear = &admin->ear,
		.key = world->keys.key[admin - world->admin].name,
		.by = world->keys.key[admin - world->admin].name,
		.require = chance_of(&world->chance, 60)
				   ? LG_FLEET_REQUIRE_ALL
				   : LG_FLEET_REQUIRE_COUNT,
		.required = 1,
		.within_ms = chance_between(&world->chance, 500, 4000),
	};
}

static void begin_apply(struct fleet_world *world, struct sim_admin *admin)
{
	struct sim_lock *lock = &world->lock[world->lock_count];
	struct lg_fleet_event prepare = {
		.profile = lock->profile,
		.values = values,
		.until_s = world->now.wall_ms / 1000 +
			   chance_between(&world->chance, 20, 4000),
		.max_duration_s = -1,
	};
	struct lg_error err = {0};
	enum lg_status status;

	if (world->lock_count == FLEET_LOCKS_MAX)
		return;
	/* Time that went by in one leap left no gate time to say so. */
	fleet_pass(world, 100);
	memset(lock, 0, sizeof(*lock));
	snprintf(lock->id, sizeof(lock->id), "lg-%012zx", world->lock_count);
	snprintf(lock->profile, sizeof(lock->profile), "p%zu",
		 world->lock_count);
	if (chance_of(&world->chance, 20))
		prepare.confirm_within_s =
			chance_between(&world->chance, 5, 600);
	lock->until_s = prepare.until_s;
	lock->has_confirm = prepare.confirm_within_s != 0;
	if (lg_fleet_ear_ask(&admin->ear, &admin->fleet, NULL, &err) != LG_OK)
		return;
	/* Before, for who hears it while it is written. */
	world->lock_count++;
	new_round(world, admin);
	status = lg_fleet_round_apply(&admin->round, lock->id, &prepare, &err);
	fleet_tell(world, "administrator %d applies %s: %s",
		   (int)(admin - world->admin), lock->id,
		   status != LG_OK ? err.text : "prepared");
	if (status != LG_OK)
		return;
	admin->busy = 1;
	admin->applies = lock;
}

static void begin_change(struct fleet_world *world, struct sim_admin *admin)
{
	static const enum lg_fleet_kind kinds[] = {
		LG_FLEET_LIFT, LG_FLEET_EXTEND, LG_FLEET_CONFIRM};
	enum lg_fleet_kind kind = kinds[chance_below(&world->chance, 3)];
	struct lg_error err = {0};
	struct lg_fleet_fate fate;
	struct sim_lock *lock;

	if (!world->lock_count)
		return;
	lock = &world->lock[chance_below(&world->chance,
					 (uint32_t)world->lock_count)];
	if (lg_fleet_ear_ask(&admin->ear, &admin->fleet, NULL, &err) != LG_OK ||
	    !lg_fleet_set_find(admin->ear.set, lock->id, &fate) ||
	    lg_fleet_fate_state(&fate, world->now.wall_ms) !=
		    LG_FLEET_STATE_IN_FORCE)
		return;
	new_round(world, admin);
	if (lg_fleet_round_change(
		    &admin->round, &fate, kind,
		    fate.until_s + chance_between(&world->chance, 1, 600),
		    &err) != LG_OK) {
		fleet_tell(world, "  no %s: %s", lg_fleet_kind_name(kind),
			   err.text);
		return;
	}
	fleet_tell(world, "administrator %d: %s %s",
		   (int)(admin - world->admin), lg_fleet_kind_name(kind),
		   lock->id);
	admin->busy = 1;
	admin->applies = NULL;
}

/* What the command tells whoever applied. */
static void take_promises(struct fleet_world *world, struct sim_admin *admin)
{
	const struct lg_fleet_round *round = &admin->round;
	size_t i;

	fleet_tell(world, "  administrator %d is done: outcome %d",
		   (int)(admin - world->admin), (int)round->outcome);
	if (!admin->applies || round->outcome != LG_FLEET_CAME_TRUE)
		return;
	for (i = 0; i < round->part_count; i++)
		if (round->part[i].answer == LG_FLEET_DID)
			admin->applies->promised[index_of(
				world, round->part[i].name)] = 1;
}

static void go_on(struct fleet_world *world, struct sim_admin *admin)
{
	struct lg_error err = {0};

	if (chance_of(&world->chance, 4)) {
		/* Between prepare and begin, or anywhere. */
		fleet_tell(world, "  administrator %d is killed",
			   (int)(admin - world->admin));
		admin->busy = 0;
		return;
	}
	if (lg_fleet_round_step(&admin->round, 200, &err) != LG_OK)
		fleet_fail(world, "a round fails: %s", err.text);
	if (admin->round.phase != LG_FLEET_PHASE_DONE)
		return;
	admin->busy = 0;
	take_promises(world, admin);
}

/* Right schema, wrong key; another base; or no signature at all. */
static void forge(struct fleet_world *world)
{
	static const char *const kinds[] = {"prepare", "begin", "extend",
					    "lift", "abort"};
	const char *kind = kinds[chance_below(&world->chance, 5)];
	struct memory_directory *provider =
		world->provider[chance_below(&world->chance, FLEET_PROVIDERS)];
	const char *lock = world->lock_count && chance_of(&world->chance, 70)
				   ? world->lock[0].id
				   : "lg-ffffffffffff";
	char cn[64];
	struct lg_fleet_entry entry = {0};

	snprintf(cn, sizeof(cn), "%s.%u.admin0", lock,
		 50 + chance_below(&world->chance, 1000));
	if (memory_find(provider, 0, cn))
		return;
	fleet_tell(world, "somebody forges %s as %s", cn, kind);
	entry.cn = (struct lg_fleet_text){cn, strlen(cn)};
	entry.lock = (struct lg_fleet_text){lock, strlen(lock)};
	entry.number = (struct lg_fleet_text){"50", 2};
	entry.kind = (struct lg_fleet_text){kind, strlen(kind)};
	entry.body = (struct lg_fleet_text){" {}", 3};
	entry.key = (struct lg_fleet_text){"admin0", 6};
	if (chance_of(&world->chance, 50))
		entry.signature = (struct lg_fleet_text){
			"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
			88};
	memory_put(provider, &entry);
}

/* A real body under another name, or with its signature cut. */
static void replay(struct fleet_world *world)
{
	struct memory_directory *provider =
		world->provider[chance_below(&world->chance, FLEET_PROVIDERS)];
	const struct memory_entry *old;
	struct lg_fleet_entry entry = {0};
	char cn[64];

	if (!provider->count)
		return;
	old = &provider->entry[chance_below(&world->chance,
					    (uint32_t)provider->count)];
	if (old->gate || old->gone || !old->body || *old->body != '{')
		return;
	snprintf(cn, sizeof(cn), "lg-eeeeeeeeeeee.%u.admin0",
		 chance_below(&world->chance, 1000));
	if (memory_find(provider, 0, cn))
		return;
	fleet_tell(world, "somebody replays %s as %s", old->cn, cn);
	entry.cn = (struct lg_fleet_text){cn, strlen(cn)};
	entry.lock = (struct lg_fleet_text){"lg-eeeeeeeeeeee", 15};
	entry.number = (struct lg_fleet_text){old->number, strlen(old->number)};
	entry.kind = (struct lg_fleet_text){old->kind, strlen(old->kind)};
	entry.body = (struct lg_fleet_text){old->body, strlen(old->body)};
	entry.key = (struct lg_fleet_text){old->key, strlen(old->key)};
	entry.signature =
		(struct lg_fleet_text){old->signature, strlen(old->signature)};
	memory_put(provider, &entry);
}

static void gate_trouble(struct fleet_world *world)
{
	struct sim_gate *gate = any_gate(world);

	switch (chance_below(&world->chance, 8)) {
	case 0:
		gate->away = !gate->away;
		if (gate->state)
			gate->link->away = gate->away;
		fleet_tell(world, "%s is %s", gate->name,
			   gate->away ? "cut off" : "back");
		break;
	case 1:
		fleet_tell(world, "%s is %s", gate->name,
			   gate->state ? "stopped" : "started");
		if (gate->state)
			gate_down(gate);
		else
			gate_up(gate);
		break;
	case 2:
		gate->disk.crashes_in = 1 + chance_below(&world->chance, 12);
		break;
	case 3:
		gate->disk.is_full = !gate->disk.is_full;
		fleet_tell(world, "the disk of %s %s", gate->name,
			   gate->disk.is_full ? "is full" : "has room");
		break;
	case 4:
		gate->skew_ms = chance_between(&world->chance, -1500, 1500);
		break;
	case 5:
		if (!gate->state)
			break;
		gate->link->still = !gate->link->still;
		fleet_tell(world, "the provider of %s %s", gate->name,
			   gate->link->still ? "stands still" : "awakes");
		break;
	case 6:
		/* Everything is told again, or not all of it. */
		if (!gate->state)
			break;
		gate->link->connected = 0;
		gate->link->short_look = (int)chance_below(&world->chance, 4);
		break;
	default:
		if (!gate->state)
			break;
		gate_down(gate);
		gate->provider = !gate->provider;
		fleet_tell(world, "%s goes to provider %d", gate->name,
			   gate->provider);
		gate_up(gate);
		break;
	}
}

void fleet_step(struct fleet_world *world)
{
	uint32_t what = chance_below(&world->chance, 100);
	struct sim_admin *admin =
		&world->admin[chance_below(&world->chance, FLEET_ADMINS)];

	if (admin->busy && what < 75)
		go_on(world, admin);
	else if (what < 20)
		begin_apply(world, admin);
	else if (what < 35)
		begin_change(world, admin);
	else if (what < 60)
		fleet_pass(world, chance_between(&world->chance, 1,
						 chance_of(&world->chance, 15)
							 ? 600000
							 : 5000));
	else if (what < 82)
		gate_trouble(world);
	else if (what < 88)
		forge(world);
	else if (what < 92)
		replay(world);
	else {
		world->apart = !world->apart;
		fleet_tell(world, "the providers are %s",
			   world->apart ? "apart" : "together");
		fleet_replicate(world);
	}
}

/* Everything works again, and is waited for. */
void fleet_heal(struct fleet_world *world)
{
	size_t i;

	fleet_tell(world, "everything heals");
	world->apart = 0;
	for (i = 0; i < FLEET_ADMINS; i++)
		world->admin[i].busy = 0;
	for (i = 0; i < world->count; i++) {
		struct sim_gate *gate = &world->gate[i];

		gate->disk.is_full = 0;
		gate->disk.crashes_in = 0;
		gate->skew_ms = 0;
		gate->away = 0;
		if (!gate->state)
			gate_up(gate);
		gate->link->away = 0;
		gate->link->still = 0;
		gate->link->connected = 0;
		gate->link->short_look = 0;
	}
	/* Longer than anything waits before it is tried again. */
	for (i = 0; i < 6; i++)
		fleet_pass(world, 20000);
	fleet_check_healed(world);
}
