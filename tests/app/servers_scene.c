/* SPDX-License-Identifier: ISC */
/*
 * servers_scene.c - three servers whose values are in memory, and their journal
 */
#include "servers_scene.h"

#include <stdlib.h>
#include <string.h>

static int effect(struct world *world)
{
	if (world->effects_left == 0)
		world->crashed = 1;
	if (world->crashed)
		return 0;
	if (world->effects_left > 0)
		world->effects_left--;
	return 1;
}

static enum lg_status fake_append(void *self, const char *line, size_t len,
				  struct lg_error *err)
{
	struct world *world = self;

	if (!effect(world))
		return lg_error_set(err, LG_ERR_IO, NULL, "crashed");
	if (world->room_for == 0)
		return lg_error_set(err, LG_ERR_IO, NULL, "the disk is full");
	world->room_for -= world->room_for > 0;
	lg_buffer_append(&world->journal, line, len);
	return LG_OK;
}

static enum lg_status fake_probe(void *self, struct lg_target_probe *out_probe,
				 struct lg_error *err)
{
	struct fake_target *target = self;

	if (target->probe_status != LG_OK)
		return lg_error_set(err, target->probe_status, "fake",
				    "cannot be reached");
	*out_probe =
		(struct lg_target_probe){.may_write = !target->may_not_write,
					 .service = target->service};
	return LG_OK;
}

static enum lg_status fake_read(void *self, struct lg_registry **out_values,
				struct lg_error *err)
{
	struct fake_target *target = self;

	return lg_registry_copy(target->values, out_values, err);
}

static void set_value(struct lg_registry *values,
		      const struct lg_target_change *change)
{
	if (change->value)
		assert_int_equal(lg_registry_set(values, change->value, NULL),
				 LG_OK);
	else
		lg_registry_delete(values, change->key, change->name);
}

enum lg_status scene_write(void *self, const struct lg_target_change *change,
			   size_t count, struct lg_error *err)
{
	struct fake_target *target = self;
	size_t i;

	target->writes++;
	for (i = 0; i < count; i++) {
		if (!effect(target->world))
			return lg_error_set(err, LG_ERR_IO, "fake", "crashed");
		if (target->fail_write && i == 1)
			return lg_error_set(err, LG_ERR_IO, "fake",
					    "the connection was cut");
		if (change[i].value && target->garble)
			assert_int_equal(lg_registry_set_text(
						 target->values, change[i].key,
						 change[i].name, "?", err),
					 LG_OK);
		else
			set_value(target->values, &change[i]);
	}
	return LG_OK;
}

static enum lg_status fake_service(void *self, enum lg_service *out_service,
				   struct lg_error *err)
{
	struct fake_target *target = self;

	if (target->service == LG_SERVICE_UNKNOWN)
		return lg_error_set(err, LG_ERR_IO, "fake", "does not say");
	*out_service = target->service;
	return LG_OK;
}

static enum lg_status fake_restart(void *self, struct lg_error *err)
{
	struct fake_target *target = self;

	if (!effect(target->world))
		return lg_error_set(err, LG_ERR_IO, "fake", "crashed");
	target->restarts++;
	target->service = LG_SERVICE_STOPPED;
	if (target->fail_restart && target->fail_restart-- > 0)
		return lg_error_set(err, LG_ERR_CONFLICT, "fake",
				    "MSExchangeIS did not start again");
	if (!effect(target->world))
		return lg_error_set(err, LG_ERR_IO, "fake", "crashed");
	target->service = LG_SERVICE_RUNNING;
	return LG_OK;
}

static enum lg_status gate_write(void *self,
				 const struct lg_target_change *change,
				 size_t count, struct lg_error *err)
{
	struct fake_gate *gate = self;

	int writes = !gate->fail_write || gate->locks_all_the_same;

	gate->writes++;
	if (gate->told)
		gate->told->unreached = gate->unreached;
	if (!effect(gate->world))
		return lg_error_set(err, LG_ERR_IO, "gate", "crashed");
	if (!gate->stands)
		gate->locked = writes;
	for (size_t i = 0; gate->stands && writes && i < count; i++)
		set_value(gate->values, &change[i]);
	if (gate->fail_write)
		return lg_error_set(err, gate->fail_write, "gate", "says no");
	return LG_OK;
}

static enum lg_status gate_end(void *self, struct lg_error *err)
{
	struct fake_gate *gate = self;

	gate->ends++;
	if (gate->fail_end || !effect(gate->world))
		return lg_error_set(err, LG_ERR_IO, "gate", "is away");
	if (gate->told)
		gate->told->ended = gate->locked;
	gate->locked = 0;
	return LG_OK;
}

static void gate_lock(void *self, const struct lg_target_lock *lock,
		      struct lg_target_told *told)
{
	struct fake_gate *gate = self;

	gate->stands = lock->stands;
	gate->told = told;
}

static enum lg_status gate_extend(void *self, int64_t until_s,
				  struct lg_error *err)
{
	struct fake_gate *gate = self;

	if (!gate->fail_extend || gate->fail_extend == LG_ERR_TIMEOUT)
		gate->until_s = until_s;
	if (gate->fail_extend)
		return lg_error_set(err, gate->fail_extend, "gate", "too long");
	gate->told->until_s = until_s;
	return LG_OK;
}

static enum lg_status gate_probe(void *self, struct lg_target_probe *out_probe,
				 struct lg_error *err)
{
	const struct fake_gate *gate = self;

	(void)err;
	*out_probe = (struct lg_target_probe){.may_write = 1,
					      .locked = gate->locked};
	return LG_OK;
}

static enum lg_status gate_read(void *self, struct lg_registry **out_values,
				struct lg_error *err)
{
	const struct fake_gate *gate = self;

	return lg_registry_copy(gate->values, out_values, err);
}

/* It has one back-up, "first". */
static enum lg_status gate_kept(void *self, const char *name,
				struct lg_registry **out_values,
				struct lg_findings **out_findings,
				struct lg_error *err)
{
	const struct fake_gate *gate = self;

	if (strcmp(name, "first") != 0)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, name,
				    "is not the name of a back-up");
	*out_findings = NULL;
	return lg_registry_copy(gate->first, out_values, err);
}

void scene_add_gate(struct scene *scene)
{
	lg_registry_copy(scene->old, &scene->gate.values, NULL);
	scene->gate.first = scene->old;
	scene->gate.world = &scene->world;
	scene->gate_port = (struct lg_target){
		.self = &scene->gate,
		.name = "gate",
		.probe = gate_probe,
		.read = gate_read,
		.kept = gate_kept,
		.write = gate_write,
		.lock = gate_lock,
		.end = gate_end,
		.extend = gate_extend,
	};
	scene->last.name = "gate";
	scene->last.port = &scene->gate_port;
	scene->last.wanted = scene->wanted;
	scene->servers.last = &scene->last;
}

static const char *const names[TARGETS] = {"ex1", "ex2", "ex3"};
const struct lg_target_lock scene_lock = {
	.profile = "upgrade",
	.by = "admin",
	.reason = "a \"reason\"",
	.since_s = 1000,
	.until_s = 8200,
	.max_duration_s = -1,
};

static const struct lg_servers_backup no_backup;

struct scene *scene_new(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct lg_error err;
	int i;

	assert_non_null(scene);
	scene->world.effects_left = -1;
	scene->world.room_for = -1;
	assert_int_equal(lg_registry_new(&scene->wanted, &err), LG_OK);
	assert_int_equal(lg_registry_new(&scene->old, &err), LG_OK);
	lg_registry_set_text(scene->old, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
			     "-5.9.9", &err);
	lg_registry_set_text(scene->old, KEY, "By Hand", "kept", &err);
	lg_registry_set_text(scene->wanted, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
			     "-11.65535.65535", &err);
	lg_registry_set_text(scene->wanted, KEY, LG_VALUE_LOGON_ONLY_AS,
			     "/o=Org/ou=Site/cn=Recipients/cn=rescue", &err);
	scene->servers.member = scene->member;
	scene->servers.count = TARGETS;
	scene->servers.parallel = 2;
	scene->servers.journal.self = &scene->world;
	scene->servers.journal.append = fake_append;
	for (i = 0; i < TARGETS; i++) {
		scene->fake[i].world = &scene->world;
		scene->fake[i].service = LG_SERVICE_RUNNING;
		lg_registry_copy(scene->old, &scene->fake[i].values, &err);
		scene->port[i] = (struct lg_target){
			.self = &scene->fake[i],
			.name = names[i],
			.probe = fake_probe,
			.read = fake_read,
			.write = scene_write,
			.service = fake_service,
			.restart = fake_restart,
		};
		scene->member[i].name = names[i];
		scene->member[i].port = &scene->port[i];
		scene->member[i].wanted = scene->wanted;
		scene->member[i].restart = i == 1;
	}
	return scene;
}

void scene_free(struct scene *scene)
{
	int i;

	for (i = 0; i < TARGETS; i++) {
		lg_registry_free(&scene->fake[i].values);
		lg_servers_member_release(&scene->member[i]);
	}
	lg_registry_free(&scene->gate.values);
	lg_servers_member_release(&scene->last);
	lg_servers_beside_release(&scene->alone);
	lg_registry_free(&scene->wanted);
	lg_registry_free(&scene->old);
	lg_buffer_release(&scene->world.journal);
	free(scene);
}

enum lg_status scene_record(const char *text, size_t len, const char *place,
			    struct lg_servers_record *out_record,
			    struct lg_error *err)
{
	struct lg_servers_book book;
	enum lg_status status =
		lg_servers_book_parse(text, len, place, &book, err);

	assert_int_equal(status, LG_OK);
	assert_int_equal(book.damaged, 0);
	assert_true(book.count <= 1);
	*out_record = (struct lg_servers_record){0};
	if (book.count == 1)
		*out_record = book.record[0];
	book.count = 0;
	lg_servers_book_release(&book);
	return status;
}

int scene_same(const struct lg_registry *a, const struct lg_registry *b)
{
	const struct lg_value *value;
	const struct lg_value *other;
	size_t i;

	if (lg_registry_count(a) != lg_registry_count(b))
		return 0;
	for (i = 0; i < lg_registry_count(a); i++) {
		value = lg_registry_at(a, i);
		other = lg_registry_find(b, value->key, value->name);
		if (!other || !lg_value_equal(value, other))
			return 0;
	}
	return 1;
}

void scene_assert_all_old(const struct scene *scene)
{
	int i;

	for (i = 0; i < TARGETS; i++)
		assert_true(scene_same(scene->fake[i].values, scene->old));
}

void scene_assert_locked(const struct fake_target *target,
			 const struct lg_registry *wanted)
{
	const struct lg_value *value;
	size_t i;

	assert_non_null(lg_registry_find(target->values, KEY, "By Hand"));
	for (i = 0; i < lg_registry_count(wanted); i++) {
		value = lg_registry_at(wanted, i);
		assert_true(lg_value_equal(
			value, lg_registry_find(target->values, value->key,
						value->name)));
	}
}

enum lg_status scene_apply(struct scene *scene,
			   enum lg_servers_outcome *outcome,
			   struct lg_error *err)
{
	return lg_servers_apply(&scene->servers, &scene_lock, &no_backup,
				outcome, err);
}
