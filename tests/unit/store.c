/* SPDX-License-Identifier: ISC */
/*
 * Rows for include/logongate/store.h; random steps have store_oracle.c.
 */
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "allocation.h"

#include <logongate/store.h>

#define KEY LG_KEY_PARAMETERS_SYSTEM
#define A "/o=Org/ou=Site/cn=Recipients/cn=a"

static const struct lg_store_facts all_found = {.facts = LG_FACTS_ALL_FOUND};
static const struct lg_store_facts silent = {.facts = LG_FACTS_NOT_ASKED};

/* Events as one line: "0 read off; 900 cut x version-blocked". */
static void record(void *context, const struct lg_store_event *event)
{
	struct lg_buffer *line = context;

	lg_buffer_format(line, "%s%lld ", line->len ? "; " : "",
			 (long long)event->t_s);
	switch (event->kind) {
	case LG_STORE_READ:
		lg_buffer_format(line, "read %s",
				 lg_gate_state_name(event->gate));
		break;
	case LG_STORE_LOGON:
		lg_buffer_format(line, "%s %s %s", event->id,
				 lg_verdict_name(event->decision.verdict),
				 lg_reason_name(event->decision.reason));
		break;
	case LG_STORE_CUT:
		lg_buffer_format(line, "cut %s %s", event->id,
				 lg_reason_name(event->decision.reason));
		break;
	case LG_STORE_RESTART_CUT:
		lg_buffer_format(line, "cut %s restart", event->id);
		break;
	case LG_STORE_ERROR:
		lg_buffer_text(line, "error ");
		lg_buffer_append(line, event->text, strcspn(event->text, ":"));
		break;
	}
}

struct world {
	struct lg_store *store;
	struct lg_buffer line;
	struct lg_store_sink sink;
};

static void start(struct world *world, enum lg_dialect dialect)
{
	world->line = (struct lg_buffer){0};
	world->sink = (struct lg_store_sink){&world->line, record};
	assert_int_equal(lg_store_new(dialect, &world->store, NULL), LG_OK);
	assert_null(lg_store_policy(world->store));
	assert_int_equal(lg_store_restart(world->store, 0, &all_found,
					  &world->sink, NULL),
			 LG_OK);
}

static void end(struct world *world)
{
	lg_buffer_release(&world->line);
	lg_store_free(&world->store);
	assert_null(world->store);
}

static enum lg_status set_text(struct world *world, int64_t t, const char *name,
			       const char *text,
			       const struct lg_store_facts *facts)
{
	struct lg_registry *one = NULL;
	enum lg_status status;

	assert_int_equal(lg_registry_new(&one, NULL), LG_OK);
	assert_int_equal(lg_registry_set_text(one, KEY, name, text, NULL),
			 LG_OK);
	status =
		lg_store_set(world->store, t, KEY, name, lg_registry_at(one, 0),
			     facts, &world->sink, NULL);
	lg_registry_free(&one);
	return status;
}

static void logs_on(struct world *world, int64_t t, const char *id,
		    const char *dn, uint32_t major)
{
	const struct lg_attempt attempt = {
		.dn = dn,
		.dn_len = strlen(dn),
		.version = {{major}, LG_VERSION_FOUR},
		.protocol = LG_PROTOCOL_MAPI,
	};

	assert_int_equal(lg_store_logon(world->store, t, id, &attempt,
					&world->sink, NULL, NULL),
			 LG_OK);
}

static void says(struct world *world, const char *line)
{
	lg_buffer_append(&world->line, "", 0);
	assert_string_equal(world->line.data, line);
	lg_buffer_clear(&world->line);
}

static void polls_cut_in_order_of_logon(void **state)
{
	struct world world;

	start(&world, LG_DIALECT_EXCHANGE_2003);
	logs_on(&world, 1, "b", A, 5);
	logs_on(&world, 2, "a", A, 5);
	logs_on(&world, 3, "c", A, 11);
	set_text(&world, 10, LG_VALUE_DISABLE_MAPI_CLIENTS, "-5.65535.65535",
		 &all_found);
	set_text(&world, 10, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES, ";",
		 &all_found);
	assert_int_equal(lg_store_next_poll(world.store), 900);
	lg_store_advance(world.store, 1800, &all_found, &world.sink, NULL);
	says(&world, "0 read off; 1 b admit none; 2 a admit none; "
		     "3 c admit none; 900 read off; "
		     "900 error Disable MAPI Client Processes; "
		     "900 cut b version-blocked; 900 cut a version-blocked; "
		     "1800 read off; "
		     "1800 error Disable MAPI Client Processes");
	end(&world);
}

static void a_restart_moves_the_polls(void **state)
{
	struct world world;

	start(&world, LG_DIALECT_EXCHANGE_2007);
	lg_store_restart(world.store, 100, &all_found, &world.sink, NULL);
	lg_store_advance(world.store, 999, &all_found, &world.sink, NULL);
	says(&world, "0 read off; 100 read off");
	lg_store_advance(world.store, 1000, &all_found, &world.sink, NULL);
	says(&world, "1000 read off");
	end(&world);
}

static void only_a_restart_reads(void **state)
{
	struct world world;

	start(&world, LG_DIALECT_EXCHANGE_2000);
	logs_on(&world, 1, "x", "/o=Org/cn=other", 5);
	set_text(&world, 2, LG_VALUE_LOGON_ONLY_AS, A, &all_found);
	assert_int_equal(lg_store_next_poll(world.store), -1);
	lg_store_advance(world.store, 5000, &all_found, &world.sink, NULL);
	lg_store_restart(world.store, 5000, &all_found, &world.sink, NULL);
	logs_on(&world, 5001, "y", "/o=Org/cn=other", 5);
	says(&world, "0 read off; 1 x admit none; 5000 cut x restart; "
		     "5000 read listed; 5001 y refuse not-listed");
	end(&world);
}

static void the_gate_reads_at_once(void **state)
{
	struct world world;

	start(&world, LG_DIALECT_GATE);
	logs_on(&world, 1, "x", A, 5);
	set_text(&world, 2, LG_VALUE_REFUSE_PROTOCOLS, "mapi", &all_found);
	lg_store_set(world.store, 3, KEY, LG_VALUE_REFUSE_PROTOCOLS, NULL,
		     &all_found, &world.sink, NULL);
	says(&world, "0 read off; 1 x admit none; 2 read off; "
		     "2 cut x protocol-refused; 3 read off");
	end(&world);
}

static void a_wrong_value_changes_nothing(void **state)
{
	struct world world;

	start(&world, LG_DIALECT_GATE);
	set_text(&world, 1, LG_VALUE_DISABLE_MAPI_CLIENTS, "5.0.0-",
		 &all_found);
	set_text(&world, 2, LG_VALUE_DISABLE_MAPI_CLIENTS, "5.0", &all_found);
	logs_on(&world, 3, "x", A, 5);
	lg_store_restart(world.store, 4, &all_found, &world.sink, NULL);
	logs_on(&world, 5, "x", A, 5);
	says(&world, "0 read off; 1 read off; 2 read off; "
		     "2 error Disable MAPI Clients; "
		     "3 x refuse version-blocked; 4 read off; "
		     "4 error Disable MAPI Clients; 5 x admit none");
	end(&world);
}

static void the_form_stays_with_its_setting(void **state)
{
	struct world world;

	start(&world, LG_DIALECT_GATE);
	set_text(&world, 1, LG_VALUE_FOUR_PART, "yes", &all_found);
	set_text(&world, 2, LG_VALUE_DISABLE_MAPI_CLIENTS, "5.0.1.2-",
		 &all_found);
	set_text(&world, 3, LG_VALUE_FOUR_PART, "no", &all_found);
	logs_on(&world, 4, "x", A, 6);
	says(&world, "0 read off; 1 read off; 2 read off; 3 read off; "
		     "3 error Disable MAPI Clients; "
		     "4 x refuse version-blocked");
	end(&world);
}

static void a_silent_directory_changes_nothing(void **state)
{
	struct world world;

	start(&world, LG_DIALECT_GATE);
	lg_store_number(world.store, 7);
	set_text(&world, 1, LG_VALUE_DISABLE_MAPI_CLIENTS, "5.0.0-",
		 &all_found);
	assert_int_equal(lg_policy_generation(lg_store_policy(world.store)), 8);
	assert_int_equal(set_text(&world, 2, LG_VALUE_LOGON_ONLY_AS_USERS, "x",
				  &all_found),
			 LG_OK);
	lg_store_set(world.store, 3, KEY, LG_VALUE_LOGON_ONLY_AS_USERS, NULL,
		     &all_found, &world.sink, NULL);
	lg_buffer_clear(&world.line);
	{
		struct lg_registry *values = NULL;
		struct lg_strlist list = {0};

		lg_registry_new(&values, NULL);
		lg_strlist_add(&list, A, strlen(A), NULL);
		lg_registry_set_list(values, KEY, LG_VALUE_LOGON_ONLY_AS, &list,
				     NULL);
		assert_int_equal(lg_store_values(world.store, 4, values,
						 &silent, &world.sink, NULL),
				 LG_ERR_DIRECTORY);
		lg_strlist_release(&list);
		lg_registry_free(&values);
	}
	logs_on(&world, 5, "x", "/o=Org/cn=other", 5);
	says(&world, "5 x refuse version-blocked");
	assert_int_equal(lg_registry_count(lg_store_registry(world.store)), 1);
	assert_int_equal(
		lg_store_restart(world.store, 6, &all_found, &world.sink, NULL),
		LG_OK);
	says(&world, "6 read listed");
	end(&world);
}

static void logoff_and_the_same_id_again(void **state)
{
	struct world world;

	start(&world, LG_DIALECT_GATE);
	logs_on(&world, 1, "x", A, 5);
	logs_on(&world, 2, "y", A, 11);
	logs_on(&world, 3, "x", A, 11);
	lg_store_logoff(world.store, "y");
	lg_store_logoff(world.store, "nobody");
	set_text(&world, 4, LG_VALUE_DISABLE_MAPI_CLIENTS, "11.0.0-",
		 &all_found);
	logs_on(&world, 5, "x", A, 11);
	says(&world, "0 read off; 1 x admit none; 2 y admit none; "
		     "3 x admit none; 4 read off; 4 cut x version-blocked; "
		     "5 x refuse version-blocked");
	end(&world);
}

static void nobody_logs_on_before_the_start(void **state)
{
	struct lg_store *store = NULL;
	const struct lg_attempt attempt = {0};
	struct lg_decision decision = {LG_ADMIT, LG_REASON_NO_POLICY,
				       LG_RULE_NONE, -1};

	assert_int_equal(lg_store_new(LG_DIALECT_GATE, &store, NULL), LG_OK);
	assert_int_equal(
		lg_store_logon(store, 0, "x", &attempt, NULL, &decision, NULL),
		LG_ERR_CONFLICT);
	assert_int_equal(decision.reason, LG_REASON_NO_POLICY);
	lg_store_free(&store);
}

static void many_sessions(void **state)
{
	struct world world;
	char id[24];
	int i;

	start(&world, LG_DIALECT_GATE);
	world.sink.event = NULL;
	for (i = 0; i < 5000; i++) {
		snprintf(id, sizeof(id), "%d", i);
		logs_on(&world, 1, id, A, i % 2 ? 5 : 11);
	}
	for (i = 0; i < 5000; i += 5) {
		snprintf(id, sizeof(id), "%d", i);
		lg_store_logoff(world.store, id);
	}
	lg_buffer_clear(&world.line);
	world.sink.event = record;
	set_text(&world, 2, LG_VALUE_DISABLE_MAPI_CLIENTS, "-5.65535.65535",
		 &all_found);
	/* Odd ones that are no multiple of five. */
	for (i = 0; world.line.len; i++) {
		char *at = strstr(world.line.data, "cut");

		if (!at)
			break;
		memset(at, '.', 3);
	}
	assert_int_equal(i, 2000);
	end(&world);
}

static enum lg_status a_short_life(void *context, struct lg_error *err)
{
	const struct lg_attempt attempt = {.dn = A, .dn_len = strlen(A)};
	struct lg_store *store = NULL;
	struct lg_registry *values = context;
	enum lg_status status = lg_store_new(LG_DIALECT_GATE, &store, err);

	if (status == LG_OK)
		status = lg_store_restart(store, 0, &all_found, NULL, err);
	if (status == LG_OK)
		status = lg_store_values(store, 1, values, &all_found, NULL,
					 err);
	if (status == LG_OK)
		status = lg_store_logon(store, 2, "x", &attempt, NULL, NULL,
					err);
	if (status == LG_OK)
		status = lg_store_set(store, 3, KEY, "x",
				      lg_registry_at(values, 0), &all_found,
				      NULL, err);
	lg_store_free(&store);
	return status;
}

static void survives_failing_allocations(void **state)
{
	struct lg_registry *values = NULL;

	assert_int_equal(lg_registry_new(&values, NULL), LG_OK);
	lg_registry_set_text(values, KEY, LG_VALUE_DISABLE_MAPI_CLIENTS,
			     "5.0.0-", NULL);
	lg_registry_set_text(values, KEY, LG_VALUE_UNKNOWN_PROCESS, "perhaps",
			     NULL);
	assert_true(allocation_survive(a_short_life, values) > 10);
	lg_registry_free(&values);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("T2 T3: a poll reads, tells errors, then cuts in "
			  "order of logon",
			  polls_cut_in_order_of_logon),
		suite_row("T2 T5: polls count from the last restart",
			  a_restart_moves_the_polls),
		suite_row("T1: without a restart nothing is read",
			  only_a_restart_reads),
		suite_row("T6: the gate reads and cuts at once",
			  the_gate_reads_at_once),
		suite_row("a value that does not parse changes nothing, and "
			  "is absent after a restart",
			  a_wrong_value_changes_nothing),
		suite_row("V8: a four-part setting stays as it was read",
			  the_form_stays_with_its_setting),
		suite_row("L17: a directory that is silent changes nothing",
			  a_silent_directory_changes_nothing),
		suite_row("an id that comes again is a new session",
			  logoff_and_the_same_id_again),
		suite_row("before the first read there is no policy",
			  nobody_logs_on_before_the_start),
		suite_row("thousands of sessions come and go", many_sessions),
		suite_row("each allocation may fail",
			  survives_failing_allocations),
	};

	return suite_run(rows);
}
