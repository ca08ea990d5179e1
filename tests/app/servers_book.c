/* SPDX-License-Identifier: ISC */
/*
 * servers_book.c - several locks on the same servers: their journal, what they
 * come to, and both of it killed at any step
 */
#include "servers_scene.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/servers_standing.h"

#define OTHER_VERSIONS "12.0.0-14.65535.65535"
#define BOTH_VERSIONS "-11.65535.65535;12.0.0-14.65535.65535"

static struct lg_servers_book parsed(const struct scene *scene)
{
	struct lg_servers_book book;
	struct lg_error err;

	assert_int_equal(lg_servers_book_parse(scene->world.journal.data,
					       scene->world.journal.len, "j",
					       &book, &err),
			 LG_OK);
	return book;
}

static const char *versions_on(const struct fake_target *target)
{
	const struct lg_value *value = lg_registry_find(
		target->values, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS);

	return value ? value->text : "";
}

static void reset(struct scene *scene)
{
	int i;

	for (i = 0; i < TARGETS; i++) {
		lg_servers_member_release(&scene->member[i]);
		scene->member[i] = (struct lg_servers_member){
			.name = scene->port[i].name,
			.port = &scene->port[i],
			.restart = i == 1,
		};
	}
	scene->servers.count = TARGETS;
	scene->servers.partial = 0;
}

/* As the next command does: the book tells what stands on each server. */
static enum lg_status apply(struct scene *scene, const char *id,
			    const struct lg_registry *own,
			    enum lg_servers_outcome *outcome)
{
	static const struct lg_servers_backup none;
	struct lg_registry *composed[TARGETS] = {0};
	struct lg_servers_book book = {0};
	struct lg_target_lock change = scene_lock;
	const struct lg_servers_more more = {
		.own = own, .dialect = LG_DIALECT_EXCHANGE_2003};
	struct lg_error err;
	enum lg_status status;
	int i;

	reset(scene);
	if (scene->world.journal.len)
		book = parsed(scene);
	change.id = id;
	for (i = 0; i < TARGETS; i++) {
		struct lg_servers_member *member = &scene->member[i];
		struct lg_servers_beside beside;
		struct lg_registry *bare;

		assert_int_equal(lg_servers_beside(&book, member->name, NULL,
						   &beside, &err),
				 LG_OK);
		assert_int_equal(lg_servers_bare(&beside, scene->fake[i].values,
						 NULL, &bare, &err),
				 LG_OK);
		assert_int_equal(lg_servers_bare(&beside, scene->fake[i].values,
						 own, &member->bare, &err),
				 LG_OK);
		assert_int_equal(lg_servers_composed(&beside, &more, bare, own,
						     &composed[i], NULL, &err),
				 LG_OK);
		member->own = own;
		member->wanted = composed[i];
		member->dialect = LG_DIALECT_EXCHANGE_2003;
		lg_registry_free(&bare);
		lg_servers_beside_release(&beside);
	}
	status = lg_servers_apply(&scene->servers, &change, &none, outcome,
				  &err);
	for (i = 0; i < TARGETS; i++)
		lg_registry_free(&composed[i]);
	lg_servers_book_release(&book);
	return status;
}

/* Ends one by its id, with as many of its servers as hold it. */
static enum lg_status end(struct scene *scene, const char *id,
			  enum lg_servers_lift_mode mode)
{
	struct lg_servers_book book = parsed(scene);
	const struct lg_servers_record *record =
		lg_servers_book_find(&book, id);
	struct lg_target port[TARGETS];
	enum lg_servers_outcome outcome;
	struct lg_error err;
	enum lg_status status = LG_OK;
	size_t count = 0;
	int i;

	reset(scene);
	for (i = 0; record && i < TARGETS; i++) {
		if (lg_servers_step_locks(record->target[i].step))
			port[count++] = scene->port[i];
	}
	scene->servers.count = 0;
	if (record) {
		assert_int_equal(lg_servers_ending(&book, record, port, count,
						   &scene->servers, &err),
				 LG_OK);
		status = lg_servers_lift(&scene->servers, mode, &outcome, &err);
	}
	lg_servers_book_release(&book);
	reset(scene);
	return status;
}

static void recover(struct scene *scene)
{
	struct lg_servers_book book;
	size_t i;

	scene->world.crashed = 0;
	scene->world.effects_left = -1;
	book = parsed(scene);
	assert_int_equal(book.damaged, 0);
	for (i = book.count; i-- > 0;) {
		if (lg_servers_is_unfinished(&book.record[i]))
			assert_int_equal(end(scene, book.record[i].lock.id,
					     LG_SERVERS_LIFT_EACH),
					 LG_OK);
	}
	lg_servers_book_release(&book);
}

static struct lg_registry *other(void)
{
	struct lg_registry *own;
	struct lg_error err;

	lg_registry_new(&own, &err);
	lg_registry_set_text(own, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
			     OTHER_VERSIONS, &err);
	return own;
}

static void assert_versions(const struct scene *scene, const char *text)
{
	int i;

	for (i = 0; i < TARGETS; i++)
		assert_string_equal(versions_on(&scene->fake[i]), text);
}

/* a and b are applied; then a or b is lifted; killed after so many effects. */
static void killed_beside_another(void **state)
{
	enum lg_servers_outcome outcome;
	struct lg_registry *second = other();
	const char *left, *gone;
	struct scene *scene;
	int done = 0, steps, which;

	(void)state;
	for (which = 0; which < 2; which++) {
		gone = which ? "b" : "a";
		left = which ? "a" : "b";
		for (steps = 0, done = 0; !done; steps++) {
			assert_true(steps < 100);
			scene = scene_new();
			assert_int_equal(
				apply(scene, "a", scene->wanted, &outcome),
				LG_OK);
			scene->world.effects_left = steps;
			done = apply(scene, "b", second, &outcome) == LG_OK;
			recover(scene);
			assert_versions(scene, done ? BOTH_VERSIONS
						    : "-11.65535.65535");
			if (!done)
				assert_int_equal(
					apply(scene, "b", second, &outcome),
					LG_OK);
			scene->world.effects_left = steps;
			done &= end(scene, gone, LG_SERVERS_LIFT_CAREFUL) ==
				LG_OK;
			recover(scene);
			end(scene, gone, LG_SERVERS_LIFT_CAREFUL);
			assert_versions(scene,
					which ? "-11.65535.65535"
					      : "-5.9.9;" OTHER_VERSIONS);
			assert_int_equal(
				end(scene, left, LG_SERVERS_LIFT_CAREFUL),
				LG_OK);
			scene_assert_all_old(scene);
			scene_free(scene);
		}
		assert_true(steps > 10);
	}
	lg_registry_free(&second);
}

static void a_book_is_the_same_when_it_is_written_again(void **state)
{
	enum lg_servers_outcome outcome;
	struct lg_registry *second = other();
	struct scene *scene = scene_new();
	struct lg_buffer once = {0}, twice = {0};
	struct lg_servers_book book;
	struct lg_error err;

	(void)state;
	apply(scene, "a", scene->wanted, &outcome);
	scene->world.effects_left = 12;
	apply(scene, "b", second, &outcome);
	book = parsed(scene);
	assert_int_equal(book.count, 2);
	assert_int_equal(lg_servers_book_render(&book, &once, &err), LG_OK);
	lg_servers_book_release(&book);
	assert_int_equal(
		lg_servers_book_parse(once.data, once.len, "j", &book, &err),
		LG_OK);
	assert_int_equal(book.version, LG_SERVERS_BOOK_VERSION);
	assert_int_equal(lg_servers_book_render(&book, &twice, &err), LG_OK);
	assert_string_equal(once.data, twice.data);
	lg_servers_book_release(&book);
	lg_buffer_release(&once);
	lg_buffer_release(&twice);
	lg_registry_free(&second);
	scene_free(scene);
}

/* Whichever line is damaged: every other change is read, and of the one that
 * lost its beginning the servers are known. */
static void damage_in_any_line(void **state)
{
	enum lg_servers_outcome outcome;
	struct lg_registry *second = other();
	struct scene *scene = scene_new();
	struct lg_servers_book book;
	struct lg_error err;
	size_t at, next;

	(void)state;
	apply(scene, "a", scene->wanted, &outcome);
	apply(scene, "b", second, &outcome);
	for (at = 0; at < scene->world.journal.len; at = next + 1) {
		char *line = scene->world.journal.data + at;
		char kept = *line;

		next = (size_t)(strchr(line, '\n') - scene->world.journal.data);
		*line = '?';
		assert_int_equal(
			lg_servers_book_parse(scene->world.journal.data,
					      scene->world.journal.len, "j",
					      &book, &err),
			LG_OK);
		*line = kept;
		assert_true(book.damaged > 0);
		assert_non_null(lg_servers_book_find(&book, "a"));
		assert_non_null(lg_servers_book_find(&book, "b"));
		assert_int_equal(lg_servers_book_find(&book, "a")->count,
				 TARGETS);
		lg_servers_book_release(&book);
	}
	lg_registry_free(&second);
	scene_free(scene);
}

static void a_later_version_is_refused(void **state)
{
	static const char text[] =
		"{\"journal\":\"logongate changes\",\"version\":3}\n";
	struct lg_servers_book book = {.count = 77};
	struct lg_error err;

	(void)state;
	assert_int_equal(lg_servers_book_parse(text, sizeof(text) - 1, "/x/j",
					       &book, &err),
			 LG_ERR_SYNTAX);
	assert_string_equal(err.place, "/x/j");
	assert_non_null(strstr(err.text, "version 3"));
	assert_int_equal(book.count, 77);
}

static void the_first_damaged_line_is_named(void **state)
{
	static const char text[] = "{\"step\":\"applied\"}\nrubbish\n";
	struct lg_servers_book book;
	struct lg_error err;

	(void)state;
	assert_int_equal(
		lg_servers_book_parse(text, sizeof(text) - 1, "j", &book, &err),
		LG_OK);
	assert_int_equal(book.damaged, 2);
	assert_int_equal(book.count, 0);
	assert_string_equal(book.damage.place, "j:1");
	lg_servers_book_release(&book);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("killed at every step of a change beside another "
			  "lock, then recovered",
			  killed_beside_another),
		suite_row("a book is the same when it is written again",
			  a_book_is_the_same_when_it_is_written_again),
		suite_row("damage in any line loses that line alone",
			  damage_in_any_line),
		suite_row("a later version is refused",
			  a_later_version_is_refused),
		suite_row("the first damaged line is named",
			  the_first_damaged_line_is_named),
	};

	return suite_run(rows);
}
