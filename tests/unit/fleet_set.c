/* SPDX-License-Identifier: ISC */
/*
 * What the events of a fleet come to: every rule of contract 10 and 13, in
 * every order of hearing them.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "core/fleet/fleet_set.h"

#define LOCK "lg-0123456789ab"
#define AT 1000000

struct row {
	enum lg_fleet_kind kind;
	int number;
	int64_t at_s;
	int64_t until_s;
};

static struct lg_fleet_event *event_of(const struct row *row, const char *lock)
{
	struct lg_fleet_event event = {.kind = row->kind,
				       .number = row->number,
				       .at_ms = row->at_s * 1000,
				       .base = "ou=lg",
				       .key = "k",
				       .profile = "p",
				       .values = "v",
				       .name = "n",
				       .public_key = "x",
				       .max_duration_s = -1,
				       .confirm_within_s =
					       row->until_s < 0 ? 100 : 0,
				       .ready_by_ms = (AT + 10) * 1000};
	struct lg_fleet_event *out = NULL;
	struct lg_buffer body = {0};
	struct lg_error err = {0};

	event.until_s = row->until_s < 0 ? -row->until_s : row->until_s;
	if (!event.until_s)
		event.until_s = 1;
	snprintf(event.lock, sizeof(event.lock), "%s", lock);
	if (lg_fleet_event_render(&event, &body, &err) != LG_OK ||
	    lg_fleet_event_parse(row->kind, body.data, body.len, &out, &err) !=
		    LG_OK)
		fail_msg("%s", err.text);
	lg_buffer_release(&body);
	return out;
}

static struct lg_fleet_id id_of(int number)
{
	struct lg_fleet_id id = {{0}};

	id.byte[0] = (unsigned char)number;
	return id;
}

static const struct lg_fleet_text signature = {"s", 1};

static enum lg_status add(struct lg_fleet_set *set, const struct row *row,
			  int id, int *out_new)
{
	struct lg_fleet_event *event = event_of(row, LOCK);
	struct lg_fleet_id its = id_of(id);
	struct lg_buffer body = {0};
	enum lg_status status;

	lg_fleet_event_render(event, &body, NULL);
	status = lg_fleet_set_add(set, &its, &event,
				  &(struct lg_fleet_text){body.data, body.len},
				  &signature, out_new, NULL);
	assert_null(event);
	lg_buffer_release(&body);
	return status;
}

static const struct lg_fleet_fate *fate_of(struct lg_fleet_set *set)
{
	static struct lg_fleet_fate fate;

	assert_int_equal(lg_fleet_set_find(set, LOCK, &fate), 1);
	return &fate;
}

/* Asks in every order of the rows what the lock is at now_s. */
static void in_any_order(const struct row *row, size_t count, int64_t now_s,
			 enum lg_fleet_state right, int64_t until_s)
{
	size_t order[4] = {0, 1, 2, 3};
	size_t ways = 1;
	size_t i, way;

	for (i = 2; i <= count; i++)
		ways *= i;
	for (way = 0; way < ways; way++) {
		struct lg_fleet_set *set = NULL;
		size_t rest = way;
		int is_new;

		for (i = 0; i < count; i++)
			order[i] = i;
		for (i = count; i > 1; i--) {
			size_t with = rest % i;
			size_t kept = order[i - 1];

			rest /= i;
			order[i - 1] = order[with];
			order[with] = kept;
		}
		assert_int_equal(lg_fleet_set_new(&set, NULL), LG_OK);
		for (i = 0; i < count; i++)
			assert_int_equal(add(set, &row[order[i]], (int)order[i],
					     &is_new),
					 LG_OK);
		assert_int_equal(
			lg_fleet_fate_state(fate_of(set), now_s * 1000), right);
		if (until_s)
			assert_int_equal(fate_of(set)->until_s, until_s);
		lg_fleet_set_free(&set);
	}
}

/* clang-format off */
#define PREPARE(until)                                                         \
	{                                                                      \
		LG_FLEET_PREPARE, 1, AT, until                                 \
	}
#define EVENT(kind, number, at)                                                \
	{                                                                      \
		kind, number, at, 0                                            \
	}
/* clang-format on */

static void precedence(void **state)
{
	static const struct {
		struct row row[4];
		size_t count;
		int64_t now_s;
		enum lg_fleet_state right;
		int64_t until_s;
	} rows[] = {
		/* Half-prepared is in force nowhere. */
		{{PREPARE(AT + 500)}, 1, AT, LG_FLEET_STATE_PREPARED, AT + 500},
		{{EVENT(LG_FLEET_BEGIN, 2, AT)}, 1, AT, LG_FLEET_STATE_HALF, 0},
		/* It is dropped a minute after it should have been ready. */
		{{PREPARE(AT + 500)}, 1, AT + 70, LG_FLEET_STATE_PREPARED, 0},
		{{PREPARE(AT + 500)}, 1, AT + 71, LG_FLEET_STATE_OVER, 0},
		{{PREPARE(AT + 500), EVENT(LG_FLEET_BEGIN, 2, AT + 5)},
		 2,
		 AT + 6,
		 LG_FLEET_STATE_IN_FORCE,
		 AT + 500},
		{{PREPARE(AT + 500), EVENT(LG_FLEET_BEGIN, 2, AT + 5)},
		 2,
		 AT + 500,
		 LG_FLEET_STATE_OVER,
		 0},
		/* A begin that was written too late is none. */
		{{PREPARE(AT + 500), EVENT(LG_FLEET_BEGIN, 2, AT + 71)},
		 2,
		 AT + 72,
		 LG_FLEET_STATE_OVER,
		 0},
		/* Of several, the extend that ends last. */
		{{PREPARE(AT + 500),
		  EVENT(LG_FLEET_BEGIN, 2, AT),
		  {LG_FLEET_EXTEND, 3, AT + 9, AT + 900},
		  {LG_FLEET_EXTEND, 4, AT + 10, AT + 700}},
		 4,
		 AT + 800,
		 LG_FLEET_STATE_IN_FORCE,
		 AT + 900},
		/* One may bring the end nearer. */
		{{PREPARE(AT + 500),
		  EVENT(LG_FLEET_BEGIN, 2, AT),
		  {LG_FLEET_EXTEND, 3, AT + 9, AT + 100}},
		 3,
		 AT + 200,
		 LG_FLEET_STATE_OVER,
		 AT + 100},
		/* Lift and abort win over everything, later extends too. */
		{{PREPARE(AT + 500),
		  EVENT(LG_FLEET_BEGIN, 2, AT),
		  EVENT(LG_FLEET_LIFT, 3, AT + 9),
		  {LG_FLEET_EXTEND, 4, AT + 10, AT + 900}},
		 4,
		 AT + 20,
		 LG_FLEET_STATE_OVER,
		 0},
		{{PREPARE(AT + 500), EVENT(LG_FLEET_BEGIN, 2, AT),
		  EVENT(LG_FLEET_ABORT, 3, AT)},
		 3,
		 AT + 1,
		 LG_FLEET_STATE_OVER,
		 0},
		/* Not confirmed in time. */
		{{PREPARE(-(AT + 500)), EVENT(LG_FLEET_BEGIN, 2, AT)},
		 2,
		 AT + 99,
		 LG_FLEET_STATE_IN_FORCE,
		 0},
		{{PREPARE(-(AT + 500)), EVENT(LG_FLEET_BEGIN, 2, AT)},
		 2,
		 AT + 100,
		 LG_FLEET_STATE_OVER,
		 0},
		{{PREPARE(-(AT + 500)), EVENT(LG_FLEET_BEGIN, 2, AT),
		  EVENT(LG_FLEET_CONFIRM, 3, AT + 99)},
		 3,
		 AT + 101,
		 LG_FLEET_STATE_IN_FORCE,
		 0},
		{{PREPARE(-(AT + 500)), EVENT(LG_FLEET_BEGIN, 2, AT),
		  EVENT(LG_FLEET_CONFIRM, 3, AT + 100)},
		 3,
		 AT + 101,
		 LG_FLEET_STATE_OVER,
		 0},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("row %zu\n", i);
		in_any_order(rows[i].row, rows[i].count, rows[i].now_s,
			     rows[i].right, rows[i].until_s);
	}
}

static const struct row started = PREPARE(AT + 500);
static const struct row begun = EVENT(LG_FLEET_BEGIN, 2, AT);

static void told_again(void **state)
{
	static const struct row other = {LG_FLEET_BEGIN, 2, AT + 1, 0};
	struct lg_fleet_set *set = NULL;
	int is_new;

	assert_int_equal(lg_fleet_set_new(&set, NULL), LG_OK);
	assert_int_equal(add(set, &begun, 1, &is_new), LG_OK);
	assert_int_equal(is_new, 1);
	assert_int_equal(add(set, &begun, 1, &is_new), LG_OK);
	assert_int_equal(is_new, 0);
	/* Deleted and added again: another id, the same event. */
	assert_int_equal(add(set, &begun, 9, &is_new), LG_OK);
	assert_int_equal(is_new, 0);
	assert_int_equal(set->count, 1);
	/* The entry with another event: it was written before. */
	assert_int_equal(add(set, &other, 9, &is_new), LG_ERR_CONFLICT);
	assert_int_equal(set->count, 1);
	/* Another event of that name, by somebody who did not see the first:
	 * both are held. */
	assert_int_equal(add(set, &other, 2, &is_new), LG_OK);
	assert_int_equal(set->count, 2);
	assert_int_equal(fate_of(set)->begin->at_ms, AT * 1000);
	lg_fleet_set_free(&set);
}

static void vanishing_unlocks_nothing(void **state)
{
	struct lg_fleet_set *set = NULL;
	struct lg_fleet_id first = id_of(1);
	int is_new;

	assert_int_equal(lg_fleet_set_new(&set, NULL), LG_OK);
	add(set, &started, 1, &is_new);
	add(set, &begun, 2, &is_new);
	/* A short present phase. */
	lg_fleet_set_look(set);
	lg_fleet_set_present(set, &first);
	lg_fleet_set_looked(set, AT + 1);
	assert_int_equal(set->rejected[LG_FLEET_VANISHED], 1);
	assert_int_equal(set->trouble_count, 1);
	assert_int_equal(set->trouble[0].code, LG_FLEET_VANISHED);
	assert_string_equal(set->trouble[0].entry, LOCK ".2.k");
	assert_int_equal(lg_fleet_fate_state(fate_of(set), (AT + 1) * 1000),
			 LG_FLEET_STATE_IN_FORCE);
	/* Not told twice. */
	lg_fleet_set_look(set);
	lg_fleet_set_looked(set, AT + 1);
	assert_int_equal(set->rejected[LG_FLEET_VANISHED], 2);
	assert_int_equal(set->trouble_count, 2);
	/* It is there again. */
	lg_fleet_set_present(set, &first);
	assert_int_equal(set->trouble_count, 1);
	lg_fleet_set_free(&set);
}

static void tidied_is_not_vanished(void **state)
{
	struct lg_fleet_set *set = NULL;
	struct lg_fleet_id first = id_of(1);
	int is_new;

	assert_int_equal(lg_fleet_set_new(&set, NULL), LG_OK);
	add(set, &started, 1, &is_new);
	lg_fleet_set_vanished(set, &first, AT + 500 + LG_FLEET_TIDY_S);
	assert_int_equal(set->rejected[LG_FLEET_VANISHED], 0);
	assert_int_equal(set->trouble_count, 0);
	lg_fleet_set_free(&set);
}

static void add_of(struct lg_fleet_set *set, const char *lock, int id,
		   const struct row *row)
{
	struct lg_fleet_event *event = event_of(row, lock);
	struct lg_fleet_id its = id_of(id);
	struct lg_buffer body = {0};
	int is_new;

	lg_fleet_event_render(event, &body, NULL);
	assert_int_equal(
		lg_fleet_set_add(set, &its, &event,
				 &(struct lg_fleet_text){body.data, body.len},
				 &signature, &is_new, NULL),
		LG_OK);
	lg_buffer_release(&body);
}

static void count_forgotten(void *context, const struct lg_fleet_held *held)
{
	assert_non_null(held->event);
	(*(int *)context)++;
}

/* A lock that was lifted early could be told of once more, without its lift:
 * it is kept until it would be over anyway. */
static void only_what_is_over_is_forgotten(void **state)
{
	static const struct row prepare = {LG_FLEET_PREPARE, 1, AT, AT + 500};
	static const struct row begin = {LG_FLEET_BEGIN, 2, AT + 1, 0};
	static const struct row lift = {LG_FLEET_LIFT, 3, AT + 2, 0};
	static const struct row key = {LG_FLEET_KEY, 1, AT, 0};
	struct lg_fleet_set *set = NULL;
	struct lg_fleet_id second = id_of(2), third = id_of(3);
	struct lg_fleet_fate fate;
	int forgotten = 0;

	assert_int_equal(lg_fleet_set_new(&set, NULL), LG_OK);
	add_of(set, LOCK, 1, &prepare);
	add_of(set, LOCK, 2, &begin);
	add_of(set, LOCK, 3, &lift);
	add_of(set, LG_FLEET_LOCK_OF_KEYS, 4, &key);
	lg_fleet_set_forget(set, AT + 500, 0, count_forgotten, &forgotten);
	assert_int_equal(forgotten, 0);
	/* Some of its entries are there still. */
	lg_fleet_set_vanished(set, &second, AT);
	lg_fleet_set_vanished(set, &third, AT);
	assert_int_equal(set->trouble_count, 2);
	lg_fleet_set_forget(set, AT + 501, 1, count_forgotten, &forgotten);
	assert_int_equal(forgotten, 0);
	lg_fleet_set_forget(set, AT + 501, 0, count_forgotten, &forgotten);
	assert_int_equal(forgotten, 3);
	assert_int_equal(set->count, 1);
	assert_int_equal(set->trouble_count, 0);
	assert_false(lg_fleet_set_find(set, LOCK, &fate));
	/* And is told of anew. */
	add_of(set, LOCK, 2, &begin);
	assert_int_equal(set->count, 2);
	lg_fleet_set_free(&set);
}

static void troubles_are_bounded(void **state)
{
	struct lg_fleet_set *set = NULL;
	struct lg_fleet_id id = {{0}};
	int i;

	assert_int_equal(lg_fleet_set_new(&set, NULL), LG_OK);
	for (i = 0; i < 1000; i++) {
		id.byte[0] = (unsigned char)i;
		id.byte[1] = (unsigned char)(i >> 8);
		lg_fleet_set_trouble(set, LG_FLEET_UNSIGNED, &id,
				     &(struct lg_fleet_text){"a\nb c", 5}, "x");
	}
	assert_int_equal(set->trouble_count, LG_FLEET_TROUBLES_MAX);
	assert_int_equal(set->rejected[LG_FLEET_UNSIGNED], 1000);
	assert_string_equal(set->trouble[0].entry, "a?b?c");
	lg_fleet_set_look(set);
	lg_fleet_set_looked(set, AT);
	assert_int_equal(set->trouble_count, 0);
	lg_fleet_set_free(&set);
}

static void groups(void **state)
{
	struct lg_strlist ours = {0};
	struct lg_fleet_event prepare = {0};

	assert_int_equal(lg_fleet_concerns(&prepare.groups, &ours), 1);
	lg_strlist_add(&prepare.groups, "imap", 4, NULL);
	assert_int_equal(lg_fleet_concerns(&prepare.groups, &ours), 0);
	lg_strlist_add(&ours, "web", 3, NULL);
	assert_int_equal(lg_fleet_concerns(&prepare.groups, &ours), 0);
	lg_strlist_add(&ours, "imap", 4, NULL);
	assert_int_equal(lg_fleet_concerns(&prepare.groups, &ours), 1);
	lg_strlist_release(&ours);
	lg_strlist_release(&prepare.groups);
}

static enum lg_status fill(void *context, struct lg_error *err)
{
	struct lg_fleet_id id = id_of(1);
	struct lg_fleet_set *set = NULL;
	struct lg_fleet_event *event = NULL;
	static const char body[] =
		"{\"at\":1,\"base\":\"b\",\"by\":null,\"count\":0,"
		"\"key\":\"k\",\"kind\":\"begin\","
		"\"lock\":\"lg-0123456789ab\",\"number\":2,\"v\":1}";
	enum lg_status status = lg_fleet_set_new(&set, err);
	int is_new;

	if (status == LG_OK)
		status = lg_fleet_event_parse(LG_FLEET_BEGIN, body,
					      sizeof(body) - 1, &event, err);
	if (status == LG_OK)
		status = lg_fleet_set_add(
			set, &id, &event,
			&(struct lg_fleet_text){body, sizeof(body) - 1},
			&signature, &is_new, err);
	lg_fleet_event_free(&event);
	lg_fleet_set_free(&set);
	return status;
}

static void without_memory(void **state)
{
	allocation_survive(fill, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("what counts does not depend on the order",
			  precedence),
		suite_row("an event told again is the same", told_again),
		suite_row("what vanishes unlocks nothing and is told",
			  vanishing_unlocks_nothing),
		suite_row("a lock over for long may be deleted",
			  tidied_is_not_vanished),
		suite_row("what is over is forgotten, and nothing before",
			  only_what_is_over_is_forgotten),
		suite_row("a thousand bad entries are counted, some are kept",
			  troubles_are_bounded),
		suite_row("a lock is for its groups", groups),
		suite_row("every failing allocation is survived",
			  without_memory),
	};

	return suite_run(rows);
}
