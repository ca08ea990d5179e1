/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/policy/compose.h: the texts that a server is given. What
 * they come to is held by locks_oracle.c.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include "core/policy/compose.h"

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define A "/o=Org/ou=Site/cn=Recipients/cn=a"
#define A_LOUD "/O=ORG/OU=SITE/CN=RECIPIENTS/CN=A"
#define B "/o=Org/ou=Site/cn=Recipients/cn=b"
#define C "/o=Org/ou=Site/cn=Recipients/cn=c"

enum {
	MOST = 4
};

/* values[0] is what stood there before. */
struct world {
	enum lg_dialect dialect;
	struct lg_registry *values[MOST];
	size_t count;
	struct lg_registry *out;
	struct lg_warnings warnings;
	struct lg_error err;
};

static struct world fresh(enum lg_dialect dialect, size_t locks)
{
	struct world world = {.dialect = dialect, .count = locks + 1};
	size_t i;

	for (i = 0; i < world.count; i++)
		assert_int_equal(lg_registry_new(&world.values[i], NULL),
				 LG_OK);
	return world;
}

static void put(struct world *world, size_t which, const char *name,
		const char *text)
{
	assert_int_equal(lg_registry_set_text(world->values[which], KEY, name,
					      text, NULL),
			 LG_OK);
}

static void put_list(struct world *world, size_t which, const char *name,
		     const char *first, const char *second)
{
	struct lg_strlist list = {0};

	if (first)
		lg_strlist_add(&list, first, strlen(first), NULL);
	if (second)
		lg_strlist_add(&list, second, strlen(second), NULL);
	assert_int_equal(lg_registry_set_list(world->values[which], KEY, name,
					      &list, NULL),
			 LG_OK);
	lg_strlist_release(&list);
}

static enum lg_status compose(struct world *world)
{
	const struct lg_registry *lock[MOST];
	const struct lg_compose_input input = {
		.dialect = world->dialect,
		.before = world->values[0],
		.lock = lock,
		.lock_count = world->count - 1,
	};
	size_t i;

	for (i = 1; i < world->count; i++)
		lock[i - 1] = world->values[i];
	lg_registry_free(&world->out);
	lg_warnings_release(&world->warnings);
	return lg_compose(&input, &world->out, &world->warnings, &world->err);
}

static void done(struct world *world)
{
	size_t i;

	for (i = 0; i < world->count; i++)
		lg_registry_free(&world->values[i]);
	lg_registry_free(&world->out);
	lg_warnings_release(&world->warnings);
}

static void expect(const struct world *world, const char *name,
		   const char *text)
{
	const struct lg_value *value = lg_registry_find(world->out, KEY, name);

	if (!value || value->type != LG_REG_SZ)
		fail_msg("%s is no text", name);
	assert_string_equal(value->text, text);
}

static void expect_list(const struct world *world, const char *name,
			const char *const *item)
{
	const struct lg_value *value = lg_registry_find(world->out, KEY, name);
	size_t count = 0;

	if (!value || value->type != LG_REG_MULTI_SZ)
		fail_msg("%s is no list", name);
	for (; item[count]; count++) {
		assert_true(count < value->list.count);
		assert_string_equal(value->list.item[count], item[count]);
	}
	assert_int_equal(value->list.count, count);
}

static void versions_of_all(void **state)
{
	struct world world = fresh(LG_DIALECT_EXCHANGE_2003, 2);
	const char *name = LG_VALUE_DISABLE_MAPI_CLIENTS;

	/* One source alone is taken as it is written. */
	put(&world, 1, name, " 11.5604.0 , -5.9.9");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, name, " 11.5604.0 , -5.9.9");
	put(&world, 2, name, " 11.5604.0 , -5.9.9");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, name, " 11.5604.0 , -5.9.9");
	put(&world, 2, name, "");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, name, " 11.5604.0 , -5.9.9");
	/* Items in order, those inside another left out. */
	put(&world, 2, name, "12.0.0-;5.0.0-5.1.0;11.0.0-11.9.9999");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, name, "-5.9.9;11.0.0-11.9.9999;11.5604.0;12.0.0-");
	put(&world, 0, name, "10.0.0-");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, name, "-5.9.9;10.0.0-");
	put(&world, 2, name, "broken");
	assert_int_equal(compose(&world), LG_ERR_SYNTAX);
	done(&world);
}

static void processes_of_all(void **state)
{
	struct world world = fresh(LG_DIALECT_EXCHANGE_2003, 2);
	const char *name = LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES;

	put(&world, 1, name, "b.exe; A,x.exe");
	put(&world, 2, name, "B.EXE;c.exe");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, name, "A,x.exe; B.EXE; c.exe");
	done(&world);
}

static void those_whom_every_one_lists(void **state)
{
	static const char *const two[] = {A_LOUD, B, NULL};
	static const char *const nobody[] = {NULL};
	struct world world = fresh(LG_DIALECT_EXCHANGE_5_5, 2);
	const char *name = LG_VALUE_LOGON_ONLY_AS;

	put_list(&world, 1, name, B, A);
	assert_int_equal(compose(&world), LG_OK);
	put_list(&world, 2, name, A_LOUD, B);
	assert_int_equal(compose(&world), LG_OK);
	expect_list(&world, name, two);
	assert_int_equal(world.warnings.text.count, 0);
	put_list(&world, 0, name, C, NULL);
	assert_int_equal(compose(&world), LG_OK);
	expect_list(&world, name, nobody);
	assert_true(
		lg_warnings_has(&world.warnings, LG_WARN_LOCKS_EVERYONE_OUT));
	done(&world);
}

static void one_dn_or_a_conflict(void **state)
{
	struct world world = fresh(LG_DIALECT_EXCHANGE_2000, 2);
	const char *name = LG_VALUE_LOGON_ONLY_AS;

	put(&world, 0, name, "0");
	put(&world, 1, name, A);
	put(&world, 2, name, A_LOUD);
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, name, A_LOUD);
	put(&world, 2, name, B);
	assert_int_equal(compose(&world), LG_ERR_CONFLICT);
	assert_null(world.out);
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_LOCK_CONFLICT));
	put(&world, 2, name, A);
	put(&world, 0, name, B);
	assert_int_equal(compose(&world), LG_ERR_CONFLICT);
	/* A companion has a meaning that nobody knows. */
	put(&world, 0, name, "");
	put(&world, 1, "Companion", "1");
	put(&world, 2, "Companion", "1");
	put(&world, 0, "Companion", "7");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, "Companion", "1");
	put(&world, 2, "Companion", "2");
	assert_int_equal(compose(&world), LG_ERR_CONFLICT);
	done(&world);
}

static void what_no_lock_sets_stays(void **state)
{
	struct world world = fresh(LG_DIALECT_EXCHANGE_2003, 1);
	const struct lg_value *value;

	lg_registry_set_dword(world.values[0], KEY,
			      LG_VALUE_DISABLE_MAPI_CLIENTS, 5, NULL);
	put(&world, 0, "Something", "else");
	put(&world, 1, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, "a.exe");
	assert_int_equal(compose(&world), LG_OK);
	value = lg_registry_find(world.out, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS);
	assert_int_equal(value->type, LG_REG_DWORD);
	expect(&world, "Something", "else");
	assert_int_equal(world.warnings.text.count, 0);
	/* Only where a lock sets it does a foreign value give way. */
	put(&world, 1, LG_VALUE_DISABLE_MAPI_CLIENTS, "-5.9.9");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "-5.9.9");
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_FOREIGN_VALUE));
	put(&world, 0, LG_VALUE_DISABLE_MAPI_CLIENTS, "five");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "-5.9.9");
	assert_true(lg_warnings_has(&world.warnings, LG_WARN_FOREIGN_VALUE));
	world.count = 1;
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "five");
	assert_int_equal(lg_registry_count(world.out), 2);
	world.count = 2;
	done(&world);
}

/* The picture of what a gate has in force. */
static void a_gate_composes_its_own_values(void **state)
{
	static const char *const one[] = {B, NULL};
	static const char *const nobody[] = {NULL};
	struct world world = fresh(LG_DIALECT_GATE, 2);

	put_list(&world, 1, LG_VALUE_LOGON_ONLY_AS, A, B);
	put_list(&world, 2, LG_VALUE_LOGON_ONLY_AS, B, NULL);
	put_list(&world, 2, LG_VALUE_LOGON_ONLY_AS_USERS, "anna", NULL);
	put(&world, 1, LG_VALUE_REFUSE_PROTOCOLS, "pop3, imap");
	put(&world, 2, LG_VALUE_REFUSE_PROTOCOLS, "imap,http");
	put(&world, 1, LG_VALUE_FOUR_PART, "no");
	put(&world, 2, LG_VALUE_FOUR_PART, "yes");
	put(&world, 1, LG_VALUE_DISABLE_MAPI_CLIENTS, "5.1.0");
	put(&world, 2, LG_VALUE_DISABLE_MAPI_CLIENTS, "8.1.215.0");
	put(&world, 1, LG_VALUE_REFUSAL_MESSAGE, "first");
	put(&world, 2, LG_VALUE_REFUSAL_MESSAGE, "second");
	assert_int_equal(compose(&world), LG_OK);
	expect_list(&world, LG_VALUE_LOGON_ONLY_AS, one);
	expect_list(&world, LG_VALUE_LOGON_ONLY_AS_USERS, nobody);
	expect(&world, LG_VALUE_WHEN_INVALID, "closed");
	expect(&world, LG_VALUE_REFUSE_PROTOCOLS, "http, imap, pop3");
	expect(&world, LG_VALUE_FOUR_PART, "yes");
	expect(&world, LG_VALUE_DISABLE_MAPI_CLIENTS, "5.1.0;8.1.215.0");
	expect(&world, LG_VALUE_REFUSAL_MESSAGE, "first");
	put(&world, 0, LG_VALUE_REFUSAL_MESSAGE, "standing");
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, LG_VALUE_REFUSAL_MESSAGE, "standing");
	done(&world);
}

/* A message never gets the translations of another. */
static void words_come_from_one(void **state)
{
	static const char *const first[] = {"en=first", "de=eins", NULL};
	static const char *const both[] = {"en=second", "de=zwei", NULL};
	struct world world = fresh(LG_DIALECT_GATE, 2);

	put(&world, 1, LG_VALUE_REFUSAL_MESSAGE, "first");
	put(&world, 2, LG_VALUE_REFUSAL_MESSAGE, "second");
	put_list(&world, 2, LG_VALUE_REFUSAL_MESSAGES, both[0], both[1]);
	assert_int_equal(compose(&world), LG_OK);
	expect(&world, LG_VALUE_REFUSAL_MESSAGE, "first");
	assert_null(lg_registry_find(world.out, LG_KEY_PARAMETERS_SYSTEM,
				     LG_VALUE_REFUSAL_MESSAGES));
	put_list(&world, 1, LG_VALUE_REFUSAL_MESSAGES, first[0], first[1]);
	assert_int_equal(compose(&world), LG_OK);
	expect_list(&world, LG_VALUE_REFUSAL_MESSAGES, first);
	put(&world, 0, LG_VALUE_REFUSAL_MESSAGE, "standing");
	assert_int_equal(compose(&world), LG_OK);
	assert_null(lg_registry_find(world.out, LG_KEY_PARAMETERS_SYSTEM,
				     LG_VALUE_REFUSAL_MESSAGES));
	done(&world);
}

static enum lg_status compose_all(void *context, struct lg_error *err)
{
	struct world *world = context;
	const struct lg_registry *lock[] = {world->values[1], world->values[2]};
	const struct lg_compose_input input = {
		.dialect = world->dialect,
		.before = world->values[0],
		.lock = lock,
		.lock_count = 2,
	};
	struct lg_registry *out = NULL;
	struct lg_warnings warnings = {0};
	enum lg_status status = lg_compose(&input, &out, &warnings, err);

	lg_registry_free(&out);
	lg_warnings_release(&warnings);
	return status;
}

static void survives_failing_allocations(void **state)
{
	struct world world = fresh(LG_DIALECT_GATE, 2);
	size_t i;

	for (i = 0; i < 3; i++) {
		put_list(&world, i, LG_VALUE_LOGON_ONLY_AS, i ? A : B, C);
		put(&world, i, LG_VALUE_DISABLE_MAPI_CLIENTS,
		    i ? "-5.9.9" : "7.0.0-");
		put(&world, i, LG_VALUE_REFUSE_PROTOCOLS, i ? "imap" : "pop3");
	}
	put(&world, 0, LG_VALUE_WHEN_INVALID, "perhaps");
	put(&world, 1, LG_VALUE_WHEN_INVALID, "open");
	assert_true(allocation_survive(compose_all, &world) > 10);
	done(&world);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("versions of all, an item inside another left out",
			  versions_of_all),
		suite_row("processes of all, each once", processes_of_all),
		suite_row("5.5: those whom every lock lists",
			  those_whom_every_one_lists),
		suite_row("2000: one DN, or a lock-conflict",
			  one_dn_or_a_conflict),
		suite_row("what no lock sets stays, whatever it is",
			  what_no_lock_sets_stays),
		suite_row("a gate composes its own values",
			  a_gate_composes_its_own_values),
		suite_row("a message and its translations come from one lock",
			  words_come_from_one),
		suite_row("survives failing allocations",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
