/* SPDX-License-Identifier: ISC */
/*
 * plan_values.c - what a lock's values come to on one server
 */
#include "app/change/plan_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"

#include "core/policy/policy_values.h"
#include "core/values/service_values.h"

/* What several servers have in common is told once. A list may have as many
 * warnings as names, so what was told is searched, not walked. */
enum lg_status lg_plan_add_warnings(struct lg_plan *plan,
				    const struct lg_warnings *warnings,
				    struct lg_error *err)
{
	size_t told_count = plan->warnings.text.count;
	enum lg_status status = LG_OK;
	const char **told = NULL;

	if (told_count > 0 && warnings->text.count > 0) {
		told = malloc(told_count * sizeof(*told));
		if (told == NULL)
			return lg_no_memory(err);
		memcpy(told, plan->warnings.text.item,
		       told_count * sizeof(*told));
		qsort(told, told_count, sizeof(*told), lg_compare_texts);
	}
	for (size_t i = 0; i < warnings->text.count && status == LG_OK; i++) {
		if (plan->names_alone &&
		    warnings->code[i] == LG_WARN_DIRECTORY_NOT_ASKED)
			continue;
		if (told != NULL &&
		    bsearch(&warnings->text.item[i], told, told_count,
			    sizeof(*told), lg_compare_texts) != NULL)
			continue;
		status = lg_warnings_add(&plan->warnings, warnings->code[i],
					 err, "%s", warnings->text.item[i]);
	}
	free(told);
	return status;
}

int lg_plan_sets_names(const struct lg_registry *values)
{
	return lg_values_set_any(values, LG_TOGETHER_NAMES);
}

/* What the server holds once the values are written over what is there. A gate
 * holds the lock beside what is there, so that is what the lock does. */
enum lg_status lg_plan_merge(const struct lg_registry *before,
			     const struct lg_registry *values,
			     struct lg_registry **out_after,
			     struct lg_error *err)
{
	struct lg_registry *after = NULL;
	enum lg_status status;

	if (before != NULL)
		status = lg_registry_copy(before, &after, err);
	else
		status = lg_registry_new(&after, err);
	for (size_t group = 0; status == LG_OK && group < LG_TOGETHER_COUNT;
	     group++) {
		if (!lg_values_set_any(values, group))
			continue;
		for (size_t i = 0;
		     i < 4 && lg_values_together[group][i] != NULL; i++)
			lg_registry_delete(after, LG_KEY_PARAMETERS_SYSTEM,
					   lg_values_together[group][i]);
	}
	for (size_t i = 0; status == LG_OK && i < lg_registry_count(values);
	     i++)
		status = lg_registry_set(after, lg_registry_at(values, i), err);
	if (status != LG_OK)
		lg_registry_free(&after);
	else
		*out_after = after;
	return status;
}

/*
 * What the profile sets, composed with what stands on the server and with the
 * locks there. A gate composes by itself: it is sent the lock.
 */
enum lg_status lg_plan_compose(struct lg_plan *plan,
			       const struct lg_plan_input *input,
			       const struct lg_plan_server *server,
			       struct lg_plan_target *target,
			       struct lg_error *err)
{
	const struct lg_servers_book no_locks = {0};
	struct lg_servers_beside none = {0};
	const struct lg_servers_beside *beside = server->beside;
	struct lg_warnings warnings = {0};
	const struct lg_servers_more more = {.own = target->own,
					     .replaces = input->replaces,
					     .dialect = target->dialect};
	struct lg_registry *bare = NULL;
	enum lg_status status = LG_OK;

	if (server->backend == LG_BACKEND_GATE)
		return lg_registry_copy(target->own, &target->values, err);
	if (beside == NULL) {
		status = lg_servers_beside(&no_locks, server->name, NULL, &none,
					   err);
		beside = &none;
	}
	if (status == LG_OK)
		status = lg_servers_bare(
			beside, server->before ? server->before : beside->bare,
			NULL, &bare, err);
	if (status == LG_OK)
		status = lg_servers_composed(beside, &more, bare, target->own,
					     &target->values, &warnings, err);
	if (status == LG_ERR_CONFLICT)
		lg_error_code(err, "lock-conflict");
	for (size_t i = 0; status == LG_OK && i < warnings.text.count; i++)
		status = lg_warnings_add(&plan->warnings, warnings.code[i], err,
					 "%s: %s", server->name,
					 warnings.text.item[i]);
	lg_registry_free(&bare);
	lg_servers_beside_release(&none);
	lg_warnings_release(&warnings);
	return status;
}

/* What stands there and no store of its kind reads is told, and left as it is:
 * it neither locks anybody out nor keeps anybody from locking. */
enum lg_status lg_plan_leave_foreign(struct lg_plan *plan,
				     struct lg_plan_target *target,
				     struct lg_error *err)
{
	const char *name[LG_VALUE_NAMES_MAX];
	size_t count = lg_policy_value_names(target->dialect, name);
	struct lg_error told;
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < count; i++) {
		if (lg_registry_find(target->values, LG_KEY_PARAMETERS_SYSTEM,
				     name[i]) != NULL)
			continue;
		status = lg_policy_value_check(target->dialect, target->after,
					       name[i], &told);
		if (status == LG_OK)
			continue;
		if (status == LG_ERR_NO_MEMORY)
			return lg_error_set(err, status, NULL, "out of memory");
		status = lg_warnings_add(&plan->warnings, LG_WARN_FOREIGN_VALUE,
					 err,
					 "%s: %s holds what no store of its "
					 "kind reads (%s); it stays as it is",
					 target->name, name[i], told.text);
		lg_registry_delete(target->after, LG_KEY_PARAMETERS_SYSTEM,
				   name[i]);
	}
	return status;
}

/* I3: the services of the virtual servers stand still while the lock is on. */
enum lg_status lg_plan_add_services(const struct lg_plan_server *server,
				    struct lg_registry *own,
				    struct lg_error *err)
{
	const struct lg_strlist *names = server->stop_services;
	enum lg_status status = LG_OK;

	if (names == NULL || lg_registry_count(own) == 0)
		return LG_OK;
	for (size_t i = 0; status == LG_OK && i < names->count; i++)
		status = lg_registry_set_text(own, LG_KEY_SERVICES,
					      names->item[i], LG_SERVICE_STANDS,
					      err);
	return status;
}

enum lg_effect lg_effect_on(enum lg_backend backend,
			    enum lg_takes_effect takes_effect, int restarts)
{
	if (lg_backend_row(backend)->carried != NULL)
		return LG_EFFECT_CARRIED;
	switch (takes_effect) {
	case LG_TAKES_EFFECT_AT_ONCE:
		break;
	case LG_TAKES_EFFECT_POLL:
		if (!restarts)
			return LG_EFFECT_POLL;
		break;
	case LG_TAKES_EFFECT_RESTART:
		if (!restarts)
			return LG_EFFECT_RESTART;
		break;
	}
	return LG_EFFECT_NOW;
}

enum lg_effect lg_plan_effect(const struct lg_plan *plan,
			      const struct lg_plan_input *input, size_t server,
			      int gate_runs, enum lg_service service)
{
	const struct lg_plan_target *target = &plan->target[server];
	enum lg_effect effect = lg_effect_on(
		target->backend, target->takes_effect, target->restarts);

	if (lg_servers_service_idle(service))
		return LG_EFFECT_IDLE;
	if (input->starts_s > input->now_s)
		return effect == LG_EFFECT_CARRIED ? effect : LG_EFFECT_START;
	if (effect == LG_EFFECT_NOW && input->server[server].is_local &&
	    !gate_runs)
		return LG_EFFECT_NO_GATE;
	return effect;
}

int64_t lg_effect_by(enum lg_effect effect, int64_t since_s, int64_t starts_s)
{
	switch (effect) {
	case LG_EFFECT_NOW:
		return since_s;
	case LG_EFFECT_START:
		return starts_s;
	case LG_EFFECT_POLL:
		return since_s + LG_POLL_INTERVAL_S;
	case LG_EFFECT_RESTART:
	case LG_EFFECT_CARRIED:
	case LG_EFFECT_NO_GATE:
	case LG_EFFECT_IDLE:
		break;
	}
	return 0;
}
