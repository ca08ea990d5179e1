/* SPDX-License-Identifier: ISC */
/*
 * A store of some generation.
 *
 * The values written and the values in force are two registries. A read goes
 * over the names the dialect knows: what parses comes into force, what does
 * not leaves what was (nothing, after a restart). The policy of the result
 * replaces the one before, and sessions it would refuse are cut. When reads
 * happen is the dialect's (T1, T2, T6).
 */
#include <stdlib.h>
#include <string.h>

#include "core/policy/policy_values.h"
#include "core/values/registry_value.h"
#include "core/exchange/store_sessions.h"

#include <logongate/store.h>

#include "base/listed.h"

struct lg_store {
	enum lg_dialect dialect;
	const struct lg_dialect_traits *traits;
	struct lg_registry *values;
	struct lg_registry *in_force;
	struct lg_policy *policy;
	struct lg_store_sessions sessions;
	uint64_t generation;
	int64_t next_poll_s; /* -1: never */
	int started;
};

/* One read on its way. */
struct reading {
	struct lg_store *store;
	const struct lg_store_facts *facts;
	struct lg_registry *values; /* those that come into force */
	struct lg_strlist errors;
	int restarts;
	struct lg_error *err;
};

enum lg_status lg_store_new(enum lg_dialect dialect,
			    struct lg_store **out_store, struct lg_error *err)
{
	struct lg_store *store = calloc(1, sizeof(*store));
	enum lg_status status;

	if (!store)
		return lg_no_memory(err);
	store->dialect = dialect;
	store->traits = lg_dialect_traits(dialect);
	store->next_poll_s = -1;
	status = lg_registry_new(&store->values, err);
	if (status == LG_OK)
		status = lg_registry_new(&store->in_force, err);
	if (status != LG_OK) {
		lg_store_free(&store);
		return status;
	}
	*out_store = store;
	return LG_OK;
}

void lg_store_free(struct lg_store **store)
{
	if (!store || !*store)
		return;
	lg_store_sessions_release(&(*store)->sessions);
	lg_policy_free(&(*store)->policy);
	lg_registry_free(&(*store)->values);
	lg_registry_free(&(*store)->in_force);
	free(*store);
	*store = NULL;
}

static void tell(const struct lg_store_sink *sink,
		 const struct lg_store_event *event)
{
	if (sink && sink->event)
		sink->event(sink->context, event);
}

static enum lg_status share(struct reading *reading,
			    const struct lg_registry *from, const char *name)
{
	lg_registry_delete(reading->values, LG_KEY_PARAMETERS_SYSTEM, name);
	return lg_registry_share(reading->values, from,
				 LG_KEY_PARAMETERS_SYSTEM, name, reading->err);
}

/* Back to what was in force; after a restart to nothing. */
static enum lg_status keep_earlier(struct reading *reading, const char *name)
{
	lg_registry_delete(reading->values, LG_KEY_PARAMETERS_SYSTEM, name);
	if (reading->restarts)
		return LG_OK;
	return share(reading, reading->store->in_force, name);
}

static enum lg_status check(struct reading *reading, const char *name,
			    struct lg_error *err)
{
	return lg_policy_value_check(reading->store->dialect, reading->values,
				     name, err);
}

static enum lg_status read_value(struct reading *reading, const char *name)
{
	struct lg_error wrong = {0};
	struct lg_buffer text = {0};
	enum lg_status status = share(reading, reading->store->values, name);

	if (status != LG_OK)
		return status;
	status = check(reading, name, &wrong);
	if (status == LG_OK)
		return LG_OK;
	if (status == LG_ERR_NO_MEMORY)
		goto no_memory;
	lg_buffer_format(&text, "%s: %s", wrong.place, wrong.text);
	status = lg_list_buffer(&reading->errors, &text, reading->err);
	lg_buffer_release(&text);
	if (status == LG_OK)
		status = keep_earlier(reading, name);
	if (status != LG_OK)
		return status;
	/* The earlier setting may have been read in the other form; then the
	 * form stays with it. */
	status = check(reading, name, &wrong);
	if (status != LG_OK && status != LG_ERR_NO_MEMORY)
		return keep_earlier(reading, LG_VALUE_FOUR_PART);
	if (status == LG_OK)
		return LG_OK;
no_memory:
	return lg_error_set(reading->err, status, NULL, "out of memory");
}

static enum lg_status read_values(struct reading *reading)
{
	const char *name[LG_VALUE_NAMES_MAX];
	size_t count = lg_policy_value_names(reading->store->dialect, name);
	enum lg_status status = lg_registry_new(&reading->values, reading->err);

	for (size_t i = 0; i < count && status == LG_OK; i++)
		status = read_value(reading, name[i]);
	/* Not read as a value of the dialect, see policy_values.c. */
	if (status == LG_OK && !reading->store->traits->reads_gate_values)
		status = share(reading, reading->store->values,
			       LG_VALUE_REFUSAL_MESSAGE);
	if (status == LG_OK && !reading->store->traits->reads_gate_values)
		status = share(reading, reading->store->values,
			       LG_VALUE_REFUSAL_MESSAGES);
	if (status == LG_OK && !reading->store->traits->reads_gate_values)
		status = share(reading, reading->store->values,
			       LG_VALUE_HOLD_MAIL);
	return status;
}

static enum lg_status make_policy(struct reading *reading,
				  struct lg_policy **out_policy)
{
	static const struct lg_store_facts none = {.facts = LG_FACTS_NOT_ASKED};
	const struct lg_store_facts *facts =
		reading->facts ? reading->facts : &none;
	struct lg_policy_layer layer[LG_LAYERS_MAX];
	const struct lg_policy_input input = {
		.dialect = reading->store->dialect,
		.break_glass = facts->break_glass,
		.default_domain = facts->default_domain,
		.generation = reading->store->generation + 1,
		.layer = layer,
		.layer_count = facts->lock_count + 1,
	};

	if (facts->lock_count > LG_LOCKS_MAX)
		return lg_error_set(reading->err, LG_ERR_LIMIT, NULL,
				    "more than %d locks at once", LG_LOCKS_MAX);
	layer[0] = (struct lg_policy_layer){
		.values = reading->values,
		.facts = facts->facts,
		.findings = facts->findings,
	};
	if (facts->lock_count)
		memcpy(layer + 1, facts->lock,
		       facts->lock_count * sizeof(*layer));
	return lg_policy_compile(&input, out_policy, NULL, reading->err);
}

static void cut_refused(struct lg_store *store, int64_t t_s,
			const struct lg_store_sink *sink)
{
	struct lg_store_session *session = store->sessions.first;

	while (session) {
		struct lg_store_session *later = session->later;
		struct lg_store_event event = {
			.t_s = t_s,
			.kind = LG_STORE_CUT,
			.id = session->id,
			.decision = lg_policy_decide(store->policy,
						     &session->attempt),
		};

		if (event.decision.verdict == LG_REFUSE) {
			tell(sink, &event);
			lg_store_sessions_close(&store->sessions, session);
		}
		session = later;
	}
}

static enum lg_status read_all(struct lg_store *store, int64_t t_s,
			       int restarts, const struct lg_store_facts *facts,
			       const struct lg_store_sink *sink,
			       struct lg_error *err)
{
	struct reading reading = {
		.store = store,
		.facts = facts,
		.restarts = restarts,
		.err = err,
	};
	struct lg_store_event event = {.t_s = t_s};
	struct lg_policy *policy = NULL;
	enum lg_status status = read_values(&reading);

	if (status == LG_OK)
		status = make_policy(&reading, &policy);
	if (status != LG_OK)
		goto out;
	lg_policy_free(&store->policy);
	lg_registry_free(&store->in_force);
	store->policy = policy;
	store->in_force = reading.values;
	reading.values = NULL;
	store->generation++;
	event.kind = LG_STORE_READ;
	event.gate = lg_policy_gate(policy);
	tell(sink, &event);
	event.kind = LG_STORE_ERROR;
	for (size_t i = 0; i < reading.errors.count; i++) {
		event.text = reading.errors.item[i];
		tell(sink, &event);
	}
	cut_refused(store, t_s, sink);
out:
	lg_registry_free(&reading.values);
	lg_strlist_release(&reading.errors);
	return status;
}

static enum lg_status values_changed(struct lg_store *store, int64_t t_s,
				     const struct lg_store_facts *facts,
				     const struct lg_store_sink *sink,
				     struct lg_error *err)
{
	if (!store->started ||
	    store->traits->takes_effect != LG_TAKES_EFFECT_AT_ONCE)
		return LG_OK;
	return read_all(store, t_s, 0, facts, sink, err);
}

enum lg_status lg_store_values(struct lg_store *store, int64_t t_s,
			       const struct lg_registry *values,
			       const struct lg_store_facts *facts,
			       const struct lg_store_sink *sink,
			       struct lg_error *err)
{
	struct lg_registry *copy = NULL;
	enum lg_status status = lg_registry_copy(values, &copy, err);

	if (status != LG_OK)
		return status;
	lg_registry_free(&store->values);
	store->values = copy;
	return values_changed(store, t_s, facts, sink, err);
}

enum lg_status lg_store_set(struct lg_store *store, int64_t t_s,
			    const char *key, const char *name,
			    const struct lg_value *value,
			    const struct lg_store_facts *facts,
			    const struct lg_store_sink *sink,
			    struct lg_error *err)
{
	enum lg_status status = LG_OK;

	if (value)
		status = lg_registry_set(store->values, value, err);
	else
		lg_registry_delete(store->values, key, name);
	if (status != LG_OK)
		return status;
	return values_changed(store, t_s, facts, sink, err);
}

enum lg_status lg_store_restart(struct lg_store *store, int64_t t_s,
				const struct lg_store_facts *facts,
				const struct lg_store_sink *sink,
				struct lg_error *err)
{
	while (store->sessions.first) {
		const struct lg_store_event event = {
			.t_s = t_s,
			.kind = LG_STORE_RESTART_CUT,
			.id = store->sessions.first->id,
		};

		tell(sink, &event);
		lg_store_sessions_close(&store->sessions,
					store->sessions.first);
	}
	if (store->traits->takes_effect == LG_TAKES_EFFECT_POLL)
		store->next_poll_s = t_s + LG_POLL_INTERVAL_S;
	store->started = 1;
	return read_all(store, t_s, 1, facts, sink, err);
}

enum lg_status lg_store_advance(struct lg_store *store, int64_t t_s,
				const struct lg_store_facts *facts,
				const struct lg_store_sink *sink,
				struct lg_error *err)
{
	enum lg_status result = LG_OK;

	while (store->next_poll_s >= 0 && store->next_poll_s <= t_s) {
		int64_t due_s = store->next_poll_s;
		enum lg_status status;

		store->next_poll_s += LG_POLL_INTERVAL_S;
		status = read_all(store, due_s, 0, facts, sink, err);
		if (status != LG_OK)
			result = status;
	}
	return result;
}

int64_t lg_store_next_poll(const struct lg_store *store)
{
	return store->next_poll_s;
}

enum lg_status lg_store_logon(struct lg_store *store, int64_t t_s,
			      const char *id, const struct lg_attempt *attempt,
			      const struct lg_store_sink *sink,
			      struct lg_decision *out_decision,
			      struct lg_error *err)
{
	struct lg_store_event event = {
		.t_s = t_s,
		.kind = LG_STORE_LOGON,
		.id = id,
	};
	enum lg_status status = LG_OK;

	if (!store->policy)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "the store has not read its values yet");
	event.decision = lg_policy_decide(store->policy, attempt);
	if (event.decision.verdict == LG_ADMIT)
		status = lg_store_sessions_open(&store->sessions, id, attempt,
						err);
	if (status != LG_OK)
		return status;
	tell(sink, &event);
	if (out_decision)
		*out_decision = event.decision;
	return LG_OK;
}

void lg_store_logoff(struct lg_store *store, const char *id)
{
	struct lg_store_session *session =
		lg_store_sessions_find(&store->sessions, id);

	if (session)
		lg_store_sessions_close(&store->sessions, session);
}

void lg_store_number(struct lg_store *store, uint64_t generation)
{
	store->generation = generation;
}

const struct lg_policy *lg_store_policy(const struct lg_store *store)
{
	return store->policy;
}

const struct lg_registry *lg_store_registry(const struct lg_store *store)
{
	return store->values;
}
