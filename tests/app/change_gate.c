/* SPDX-License-Identifier: ISC */
/*
 * change_gate.c - a change of servers and the gate here, as programs run it
 *
 * The whole of app/change over servers, a gate and a journal in memory: begun,
 * lifted, killed at any step and recovered by whoever comes next.
 */
#include "servers_scene.h"

#include <stdlib.h>
#include <string.h>

#include "app/change/change_begin.h"
#include "app/change/change_end.h"
#include "app/change/change_move.h"

#define ID "lg-0123456789ab"

/* One command's hands: what it has besides the scene. */
struct rig {
	struct scene *scene;
	int count; /* servers of the change */
	int with_gate;
	struct lg_plan plan;
	struct lg_plan_target target[TARGETS + 1];
	struct lg_plan_server server[TARGETS + 1];
	const void *test[TARGETS + 1];
	enum lg_servers_outcome outcome;
	enum lg_status gate_status;
	size_t begun;
	enum lg_status test_status;
};

static struct lg_now tell_time(void *self)
{
	(void)self;
	return (struct lg_now){.wall_ms = 1000 * 1000};
}

static enum lg_status fake_begin(void *self, struct lg_servers_journal *journal,
				 struct lg_servers_book *book,
				 struct lg_error *err)
{
	struct rig *rig = self;
	const struct lg_buffer *text = &rig->scene->world.journal;

	rig->begun++;
	*journal = rig->scene->fleet.journal;
	return lg_servers_book_parse(text->data ? text->data : "", text->len,
				     "journal", book, err);
}

static void fake_finish(void *self, struct lg_servers_journal *journal)
{
	(void)self;
	(void)journal;
}

static enum lg_status fake_open(void *self, const char *const *name,
				size_t *count, int with_gate,
				struct lg_target **out_port,
				struct lg_error *err)
{
	struct rig *rig = self;
	struct lg_target *port = calloc(*count + 1, sizeof(*port));
	size_t i, j;

	(void)err;
	assert_non_null(port);
	for (i = 0; i < *count; i++) {
		for (j = 0; j < TARGETS; j++) {
			if (strcmp(rig->scene->port[j].name, name[i]) == 0)
				port[i] = rig->scene->port[j];
		}
		assert_non_null(port[i].self);
	}
	if (with_gate)
		port[*count] = rig->scene->gate_port;
	rig->scene->opened = port;
	*out_port = port;
	return LG_OK;
}

static void fake_close(void *self)
{
	struct rig *rig = self;

	free(rig->scene->opened);
	rig->scene->opened = NULL;
}

static enum lg_status fake_rewrite(void *self,
				   const struct lg_servers_book *book,
				   struct lg_error *err)
{
	struct rig *rig = self;
	struct lg_buffer text = {0};
	enum lg_status status = lg_servers_book_render(book, &text, err);

	lg_buffer_release(&rig->scene->world.journal);
	rig->scene->world.journal = text;
	return status;
}

static enum lg_status fake_backup(void *self, const char *name,
				  const struct lg_registry *values,
				  char **out_file, struct lg_error *err)
{
	(void)self;
	(void)values;
	(void)err;
	*out_file = strdup(name);
	return LG_OK;
}

static enum lg_status fake_test(const void *context, struct lg_error *err)
{
	const struct rig *rig = context;

	if (rig->test_status != LG_OK)
		return lg_error_set(err, rig->test_status, "gate",
				    "a test account got in");
	return LG_OK;
}

static void fake_note(void *self, const struct lg_journal_entry *entry)
{
	(void)self;
	(void)entry;
}

static void tell_begun(void *self, const struct lg_change_begun *begun)
{
	struct rig *rig = self;

	rig->outcome = begun->outcome;
	if (begun->fleet->last)
		rig->gate_status = begun->fleet->last->status;
}

static void tell_ended(void *self, const struct lg_change_ended *ended)
{
	struct rig *rig = self;

	rig->outcome = ended->outcome;
	if (ended->fleet && ended->fleet->last)
		rig->gate_status = ended->fleet->last->status;
}

static struct lg_change_hands hands_of(struct rig *rig)
{
	return (struct lg_change_hands){
		.self = rig,
		.by = "admin",
		.now = tell_time,
		.begin = fake_begin,
		.finish = fake_finish,
		.open = fake_open,
		.close = fake_close,
		.rewrite = fake_rewrite,
		.backup = fake_backup,
		.test = fake_test,
		.note = fake_note,
		.begun = tell_begun,
		.ended = tell_ended,
	};
}

/* count servers, and the gate here where with_gate. */
static struct rig *rig_new(int count, int with_gate)
{
	const struct lg_servers_book empty = {0};
	struct rig *rig = calloc(1, sizeof(*rig));
	struct lg_error err;
	int i;

	assert_non_null(rig);
	rig->scene = scene_new();
	assert_int_equal(lg_servers_beside(&empty, "ex1", NULL,
					   &rig->scene->alone, &err),
			 LG_OK);
	scene_add_gate(rig->scene);
	rig->count = count;
	rig->with_gate = with_gate;
	for (i = 0; i < count + with_gate; i++) {
		int is_gate = i == count;

		rig->target[i].name =
			is_gate ? "gate" : rig->scene->port[i].name;
		rig->target[i].dialect =
			is_gate ? LG_DIALECT_GATE : LG_DIALECT_EXCHANGE_2007;
		rig->target[i].own = rig->scene->wanted;
		rig->target[i].values = rig->scene->wanted;
		rig->target[i].before = rig->scene->old;
		rig->server[i].name = rig->target[i].name;
		rig->server[i].is_local = is_gate;
		rig->server[i].beside = &rig->scene->alone;
	}
	rig->plan.target = rig->target;
	rig->plan.target_count = (size_t)(count + with_gate);
	return rig;
}

static void rig_free(struct rig *rig)
{
	scene_free(rig->scene);
	free(rig);
}

static enum lg_status rig_apply(struct rig *rig)
{
	const struct lg_change_hands hands = hands_of(rig);
	struct lg_change_begin request = {
		.plan = &rig->plan,
		.server = rig->server,
		.test = rig->test,
		.change = scene_change,
		.lock = {.id = ID, .profile = "upgrade"},
	};
	struct lg_error err;

	request.change.id = ID;
	request.change.replaces = 1;
	request.change.with_gate = rig->with_gate;
	return lg_change_begin(&hands, &request, &err);
}

static enum lg_status rig_lift(struct rig *rig)
{
	const struct lg_change_hands hands = hands_of(rig);
	const struct lg_change_lift lift = {
		.id = rig->count > 0 ? ID : NULL,
		.gate_id = rig->with_gate ? ID : NULL,
		.with_gate = rig->with_gate,
	};
	struct lg_error err;
	size_t count;

	return lg_change_lift(&hands, &lift, &count, &err);
}

/* The next command: what was interrupted is undone. */
static void rig_recover(struct rig *rig)
{
	const struct lg_change_hands hands = hands_of(rig);
	struct lg_servers_book book = {0};
	struct lg_servers_journal journal;
	struct lg_error err;

	rig->scene->world.crashed = 0;
	rig->scene->world.effects_left = -1;
	assert_int_equal(fake_begin(rig, &journal, &book, &err), LG_OK);
	assert_int_equal(
		lg_change_recover(&hands, &book, LG_SERVERS_LIFT_EACH, 1)
			.status,
		LG_OK);
	lg_servers_book_release(&book);
}

/* How many changes the journal has. */
static size_t in_journal(struct rig *rig)
{
	struct lg_servers_book book = {0};
	struct lg_servers_journal journal;
	struct lg_error err;
	size_t count;

	assert_int_equal(fake_begin(rig, &journal, &book, &err), LG_OK);
	count = book.count;
	lg_servers_book_release(&book);
	return count;
}

static void assert_all_locked(const struct rig *rig)
{
	int i;

	for (i = 0; i < rig->count; i++)
		scene_assert_locked(&rig->scene->fake[i], rig->scene->wanted);
	assert_int_equal(rig->scene->gate.locked, rig->with_gate);
}

static void assert_nothing_locked(const struct rig *rig)
{
	scene_assert_all_old(rig->scene);
	assert_false(rig->scene->gate.locked);
}

static void locks_all_and_lifts_all(void **state)
{
	struct rig *rig = rig_new(TARGETS, 1);

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	assert_all_locked(rig);
	assert_int_equal(in_journal(rig), 1);
	assert_int_equal(rig_lift(rig), LG_OK);
	assert_nothing_locked(rig);
	assert_int_equal(in_journal(rig), 0);
	rig_free(rig);
}

/* Whoever may administer the gate need not be let into state_dir. */
static void a_gate_alone_needs_no_journal(void **state)
{
	struct rig *rig = rig_new(0, 1);

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	assert_all_locked(rig);
	assert_int_equal(rig_lift(rig), LG_OK);
	assert_nothing_locked(rig);
	assert_int_equal(rig->begun, 0);
	assert_int_equal(rig->scene->world.journal.len, 0);
	rig_free(rig);
}

static void killed_at_every_step_of_an_apply(void **state)
{
	enum lg_status status = LG_ERR_IO;
	int steps;

	(void)state;
	for (steps = 0; status != LG_OK; steps++) {
		struct rig *rig = rig_new(TARGETS, 1);

		assert_true(steps < 100);
		rig->scene->world.effects_left = steps;
		status = rig_apply(rig);
		rig_recover(rig);
		if (status == LG_OK)
			assert_all_locked(rig);
		else
			assert_nothing_locked(rig);
		assert_int_equal(in_journal(rig), status == LG_OK);
		rig_free(rig);
	}
	assert_true(steps > 10);
}

static void killed_at_every_step_of_a_lift(void **state)
{
	enum lg_status status = LG_ERR_IO;
	int steps;

	(void)state;
	for (steps = 0; status != LG_OK; steps++) {
		struct rig *rig = rig_new(TARGETS, 1);

		assert_true(steps < 100);
		assert_int_equal(rig_apply(rig), LG_OK);
		rig->scene->world.effects_left = steps;
		status = rig_lift(rig);
		rig_recover(rig);
		/* a gate may be open that the journal counts as locked; one
		 * that is locked is never taken for open */
		if (steps == 0)
			scene_assert_locked(&rig->scene->fake[0],
					    rig->scene->wanted);
		else
			assert_nothing_locked(rig);
		assert_int_equal(in_journal(rig), steps == 0);
		rig_free(rig);
	}
	assert_true(steps > 8);
}

/* A gate that says no, does not answer, or answers and locks nobody out. */
static void a_gate_that_fails_puts_everything_back(void **state)
{
	static const struct {
		enum lg_status fail_write;
		int locks_all_the_same;
		int unreached;
		enum lg_status test;
		int fail_end;
		int ends;
		enum lg_servers_outcome outcome;
		int locked;
	} row[] = {
		{LG_ERR_CONFLICT, 0, 0, 0, 0, 0, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_DENIED, 0, 0, 0, 1, 0, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_IO, 0, 1, 0, 1, 0, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_IO, 1, 0, 0, 0, 1, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_TIMEOUT, 1, 0, 0, 0, 1, LG_SERVERS_PUT_BACK, 0},
		{LG_ERR_TIMEOUT, 1, 0, 0, 1, 1, LG_SERVERS_LEFT_BEHIND, 1},
		{0, 0, 0, LG_ERR_IO, 0, 1, LG_SERVERS_PUT_BACK, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct rig *rig = rig_new(TARGETS, 1);
		struct fake_gate *gate = &rig->scene->gate;

		gate->fail_write = row[i].fail_write;
		gate->locks_all_the_same = row[i].locks_all_the_same;
		gate->unreached = row[i].unreached;
		gate->fail_end = row[i].fail_end;
		rig->test_status = row[i].test;
		rig->test[TARGETS] = rig;
		assert_int_equal(rig_apply(rig), row[i].fail_write
							 ? row[i].fail_write
							 : row[i].test);
		assert_int_equal(gate->ends, row[i].ends);
		assert_int_equal(rig->outcome, row[i].outcome);
		assert_int_equal(gate->locked, row[i].locked);
		scene_assert_all_old(rig->scene);
		/* what could not be taken back is for recover */
		assert_int_equal(in_journal(rig), row[i].locked);
		gate->fail_end = 0;
		rig_recover(rig);
		assert_nothing_locked(rig);
		assert_int_equal(in_journal(rig), 0);
		rig_free(rig);
	}
}

static void a_gate_alone_that_says_no_wrote_nothing(void **state)
{
	struct rig *rig = rig_new(0, 1);

	(void)state;
	rig->scene->gate.fail_write = LG_ERR_CONFLICT;
	assert_int_equal(rig_apply(rig), LG_ERR_CONFLICT);
	assert_int_equal(rig->outcome, LG_SERVERS_NOTHING_WRITTEN);
	rig->scene->gate.fail_write = LG_ERR_IO;
	rig->scene->gate.locks_all_the_same = 1;
	assert_int_equal(rig_apply(rig), LG_ERR_IO);
	assert_int_equal(rig->outcome, LG_SERVERS_PUT_BACK);
	assert_nothing_locked(rig);
	rig_free(rig);
}

/* The servers have what they had; the lock is over when the gate answers. */
static void a_gate_that_is_away_is_lifted_later(void **state)
{
	struct rig *rig = rig_new(TARGETS, 1);

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig->scene->gate.fail_end = 1;
	assert_int_equal(rig_lift(rig), LG_ERR_IO);
	assert_int_equal(rig->gate_status, LG_ERR_IO);
	scene_assert_all_old(rig->scene);
	assert_int_equal(in_journal(rig), 1);
	rig->scene->gate.fail_end = 0;
	rig_recover(rig);
	assert_nothing_locked(rig);
	assert_int_equal(in_journal(rig), 0);
	rig_free(rig);
}

/* A server that is left behind does not keep people out here. */
static void a_server_that_is_away_keeps_no_gate_locked(void **state)
{
	struct rig *rig = rig_new(TARGETS, 1);

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig->scene->fake[1].fail_write = 1;
	assert_int_not_equal(rig_lift(rig), LG_OK);
	assert_int_equal(rig->outcome, LG_SERVERS_LEFT_BEHIND);
	assert_false(rig->scene->gate.locked);
	assert_int_equal(in_journal(rig), 1);
	rig->scene->fake[1].fail_write = 0;
	rig_recover(rig);
	assert_nothing_locked(rig);
	assert_int_equal(in_journal(rig), 0);
	rig_free(rig);
}

static void an_end_that_the_gate_refuses_stays(void **state)
{
	struct rig *rig = rig_new(TARGETS, 1);
	const struct lg_change_hands hands = hands_of(rig);
	struct lg_change_move move = {.id = ID, .gate_id = ID, .until_s = 9000};
	struct lg_servers_book book = {0};
	struct lg_servers_journal journal;
	struct lg_error err;

	(void)state;
	assert_int_equal(rig_apply(rig), LG_OK);
	rig->scene->gate.fail_extend = LG_ERR_RANGE;
	assert_int_equal(lg_change_move(&hands, &move, &err), LG_ERR_RANGE);
	rig->scene->gate.fail_extend = LG_OK;
	assert_int_equal(fake_begin(rig, &journal, &book, &err), LG_OK);
	assert_int_equal(book.record[0].until_s, scene_change.until_s);
	lg_servers_book_release(&book);
	assert_int_equal(lg_change_move(&hands, &move, &err), LG_OK);
	assert_int_equal(fake_begin(rig, &journal, &book, &err), LG_OK);
	assert_int_equal(book.record[0].until_s, 9000);
	lg_servers_book_release(&book);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("locks all, lifts all, and the journal is empty",
			  locks_all_and_lifts_all),
		suite_row("a gate alone needs no journal",
			  a_gate_alone_needs_no_journal),
		suite_row("killed at every step of an apply, then recovered",
			  killed_at_every_step_of_an_apply),
		suite_row("killed at every step of a lift, then recovered",
			  killed_at_every_step_of_a_lift),
		suite_row("a gate that fails puts everything back",
			  a_gate_that_fails_puts_everything_back),
		suite_row("a gate alone that says no wrote nothing",
			  a_gate_alone_that_says_no_wrote_nothing),
		suite_row("a gate that is away is lifted later",
			  a_gate_that_is_away_is_lifted_later),
		suite_row("a server that is away keeps no gate locked",
			  a_server_that_is_away_keeps_no_gate_locked),
		suite_row("an end that the gate refuses stays",
			  an_end_that_the_gate_refuses_stays),
	};

	return suite_run(rows);
}
