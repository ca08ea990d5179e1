/* SPDX-License-Identifier: ISC */
/*
 * process.c - the gate, and the commands that do without one
 *
 * A gate is daemon/inside as its state lane drives it; a command does what
 * cli/open/gate_here does. Both are gone with the machine.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/system/system_clock.h"
#include "app/lock/backup.h"
#include "app/lock/layers.h"
#include "app/lock/picture.h"

#include "sim/world.h"

/* daemon/inside asks the machine's clock; here there is one at a time. */
static struct world *here;

static void clock_now(void *self, struct lg_now *out_now)
{
	*out_now = here->clock;
}

struct lg_clock lg_system_clock_kept(struct lg_now *now)
{
	*now = here->clock;
	return (struct lg_clock){NULL, clock_now};
}

static void log_line(const char *format, va_list arguments)
{
	if (!here->life.verbose)
		return;
	printf("      gate: ");
	vprintf(format, arguments);
	printf("\n");
}

void gate_log(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(format, arguments);
	va_end(arguments);
}

void gate_log_event(const struct gate_event *event, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(format, arguments);
	va_end(arguments);
}

static void show_world(void *context)
{
	const struct world *world = context;

	disk_show(&world->disk);
	printf("--- without a lock registry.reg was\n%.*s\n",
	       (int)world->calm.len, world->calm.data ? world->calm.data : "");
}

static void new_boot(struct world *world)
{
	world->boot++;
	world->clock.boot_ms = chance_between(&world->chance, 1000, 60000);
	snprintf(world->clock.boot_id, sizeof(world->clock.boot_id), "boot-%u",
		 world->boot);
}

void world_make(struct world *world, uint64_t seed, int verbose)
{
	*world = (struct world){.seed = seed,
				.life = {.verbose = verbose,
					 .show = show_world,
					 .context = world}};
	here = world;
	world->chance.state = seed;
	disk_make(&world->disk, &world->chance);
	world->disk.shows = verbose;
	world->clock.wall_ms =
		INT64_C(1795299360) * 1000 + chance_below(&world->chance, 1000);
	new_boot(world);
	world->has_gate = chance_of(&world->chance, 70);
	world->files = world->disk.port;
	world->reader = (struct lg_clock){NULL, clock_now};
	world->standing_count = 1;
	tell(world, "seed %llu: %s", (unsigned long long)seed,
	     world->has_gate ? "a gate" : "commands without a gate");
}

void world_release(struct world *world)
{
	gate_inside_free(&world->inside);
	lg_state_free(&world->state);
	disk_release(&world->disk);
	lg_buffer_release(&world->calm);
	lg_buffer_release(&world->edit);
}

/* The machine stopped while it was read: what was there, made new. */
static void leave_open(struct world *world)
{
	size_t i;
	size_t k;

	for (i = 0; i < world->count; i++) {
		struct expected *lock = &world->lock[i];
		size_t known = lock->disk_count;

		for (k = 0; k < known; k++) {
			lock->now = version_stamped(world, &lock->disk[k]);
			expect_maybe(world, lock, &lock->now);
		}
	}
}

static void loaded(struct world *world, const struct lg_state *state)
{
	size_t i;

	for (i = 0; i < state->loud.count; i++)
		tell(world, "      loud: %s", state->loud.item[i]);
	expect_found(world, state);
}

/* The directory answers, unless it is away. */
static void ask(struct world *world, struct gate_outcome *outcome)
{
	struct lg_findings *findings = NULL;
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};

	if (!outcome->asks || world->directory_away)
		return;
	if (gate_inside_names(world->inside, &dn, &user, NULL) == LG_OK) {
		findings = directory_says(&dn, &user);
		gate_inside_findings(world->inside, findings, NULL);
		gate_inside_enforce_again(world->inside, outcome, NULL);
	}
	lg_findings_free(&findings);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
}

static struct lg_state *start_gate(struct world *world)
{
	struct gate_outcome outcome = {0};
	struct lg_settings *settings = NULL;
	struct lg_error err = {0};
	const char *glass = account_dn(ACCOUNT_GLASS);
	enum lg_status status;

	lg_settings_default("/sim", &settings, NULL);
	settings->directory_uri = "ldif:sim";
	lg_strlist_add(&settings->break_glass, glass, strlen(glass), NULL);
	world->gate.files = world->files;
	world->gate.now = world->clock;
	world->gate.started_boot_ms = world->clock.boot_ms;
	tell(world, "  the gate starts");
	status = gate_inside_new(&world->gate, settings, &world->inside, &err);
	if (world->disk.is_dead)
		return NULL;
	must(world, status == LG_OK, "the gate does not start: %s: %s",
	     err.place, err.text);
	loaded(world, world->inside->state);
	expect_due(world);
	status = gate_inside_first(world->inside, &outcome, &err);
	must(world, status == LG_OK || world->disk.is_dead,
	     "the gate does not stand: %s: %s", err.place, err.text);
	ask(world, &outcome);
	return world->inside->state;
}

static struct lg_state *start_command(struct world *world)
{
	struct lg_error err = {0};
	enum lg_lock_event event;
	enum lg_status status;

	status = lg_state_load(&world->files, &world->reader, LG_STATE_WRITE,
			       &world->state, &err);
	if (world->disk.is_dead)
		return NULL;
	must(world, status == LG_OK, "the state cannot be read: %s: %s",
	     err.place, err.text);
	loaded(world, world->state);
	expect_due(world);
	do
		status = lg_lock_settle(world->state, &event, NULL, &err);
	while (status == LG_OK && event != LG_LOCK_NOTHING);
	must(world, status == LG_OK || world->disk.is_dead,
	     "what is due cannot be done: %s: %s", err.place, err.text);
	lg_picture_flush(world->state, NULL);
	lg_backup_prune(world->state, 30);
	return world->state;
}

struct lg_state *process_begin(struct world *world)
{
	struct lg_state *state;

	if (world->inside) {
		struct lg_error err = {0};

		/* What is owed is written before anything else is changed. */
		state = world->inside->state;
		if (gate_inside_catch_up(world->inside, &err) != LG_OK)
			tell(world, "      still owed: %s", err.text);
		expect_saved(world, state);
		return state;
	}
	state = world->has_gate ? start_gate(world) : start_command(world);
	if (world->disk.is_dead) {
		leave_open(world);
		machine_stops(world, chance_of(&world->chance, 50));
		return NULL;
	}
	expect_saved(world, state);
	return state;
}

void process_enforce(struct world *world)
{
	struct gate_outcome outcome = {0};

	if (!world->inside)
		return;
	gate_inside_enforce(world->inside, &outcome, NULL);
	ask(world, &outcome);
}

static void check_gate(struct world *world)
{
	const struct gate_inside *inside = world->inside;
	const struct lg_policy *policy = gate_inside_policy(inside);

	/* Without answers the policy before counts on. */
	if (world->hurt_ever && (gate_inside_lacks_facts(inside) ||
				 !lg_state_trusted(inside->state)))
		policy = NULL;
	expect_check(world, inside->state, policy);
}

static void check_command(struct world *world)
{
	struct lg_strlist glass = {0};
	struct lg_policy_input input = {.dialect = LG_DIALECT_GATE,
					.break_glass = &glass};
	struct lg_policy *policy = NULL;
	const char *dn = account_dn(ACCOUNT_GLASS);

	lg_strlist_add(&glass, dn, strlen(dn), NULL);
	lg_layers_compile(world->state, &input, &policy, NULL);
	expect_check(world, world->state, policy);
	lg_policy_free(&policy);
	lg_strlist_release(&glass);
}

void process_end(struct world *world)
{
	struct lg_state *state =
		world->inside ? world->inside->state : world->state;

	if (world->disk.is_dead) {
		machine_stops(world, chance_of(&world->chance, 50));
		return;
	}
	if (!state)
		return;
	expect_saved(world, state);
	if (world->inside)
		check_gate(world);
	else
		check_command(world);
	check_disk(world, state);
	lg_state_free(&world->state);
}

void process_reload(struct world *world)
{
	struct gate_inside *inside = world->inside;
	struct lg_standing_fresh fresh = {0};
	struct lg_error err = {0};
	enum lg_status status;

	tell(world, "the gate is told to read again");
	if (gate_inside_catch_up(inside, NULL) != LG_OK) {
		process_end(world);
		return;
	}
	expect_saved(world, inside->state);
	status = lg_standing_read(inside->state, &fresh, &err);
	if (status == LG_OK)
		status = lg_standing_take(inside->state, &fresh, &err);
	if (status != LG_OK)
		tell(world, "      not read: %s", err.text);
	lg_standing_fresh_release(&fresh);
	if (status == LG_OK)
		expect_read(world, inside->state);
	process_enforce(world);
	process_end(world);
}

void process_stop(struct world *world)
{
	gate_inside_free(&world->inside);
	lg_state_free(&world->state);
}

void process_tick(struct world *world)
{
	struct gate_outcome outcome = {0};
	struct lg_error err = {0};
	enum lg_status status;

	if (!world->inside)
		return;
	expect_due(world);
	status = gate_inside_settle(world->inside, &outcome, &err);
	must(world, status == LG_OK, "what is due cannot be done: %s",
	     err.text);
	ask(world, &outcome);
	if (chance_of(&world->chance, 70))
		gate_inside_catch_up(world->inside, NULL);
	process_end(world);
}

void machine_stops(struct world *world, int reboots)
{
	tell(world, "  %s",
	     reboots ? "the machine is reset" : "the process is killed");
	world->half_mended |= world->hurt || world->standing == KIND_UNKNOWN;
	process_stop(world);
	disk_revive(&world->disk, reboots);
	if (!reboots)
		return;
	world->clock.wall_ms +=
		chance_between(&world->chance, 1000, 300 * 1000);
	if (chance_of(&world->chance, 20))
		world->clock.wall_ms += chance_between(
			&world->chance, -3600 * 1000, 3600 * 1000);
	new_boot(world);
}

void time_passes(struct world *world, int64_t ms)
{
	world->clock.wall_ms += ms;
	world->clock.boot_ms += ms;
	process_tick(world);
}
