/* SPDX-License-Identifier: ISC */
/*
 * Composes the values of several locks. Of each name that a lock sets the
 * sources are collected (the value before, where a store could read it, and
 * each lock's), and the rule of that name makes one value of them.
 */
#include <stdlib.h>

#include "base/grow.h"

#include "core/policy/compose.h"

#include "compose_rules.h"

static enum lg_status add_source(struct lg_compose_value *value,
				 const struct lg_value *source,
				 struct lg_error *err)
{
	enum lg_status status;

	if (!source)
		return LG_OK;
	status = lg_grow(&value->source, &value->capacity, value->count,
			 sizeof(*value->source), err);
	if (status == LG_OK)
		value->source[value->count++] = source;
	return status;
}

static const struct lg_value *find(const struct lg_registry *values,
				   const char *name)
{
	return values ? lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM, name)
		      : NULL;
}

/* The value before counts only where a store of the dialect could read it. */
static enum lg_status take_before(const struct lg_compose_input *input,
				  struct lg_compose_value *value,
				  struct lg_warnings *warnings,
				  struct lg_error *err)
{
	const struct lg_value *before = find(input->before, value->name);
	struct lg_error told = {0};
	enum lg_status status;

	if (!before)
		return LG_OK;
	status = lg_policy_value_check(input->dialect, input->before,
				       value->name, &told);
	if (status == LG_OK &&
	    lg_compose_rule_of(value->name) != LG_COMPOSE_SAME &&
	    before->type == value->source[0]->type) {
		value->has_before = 1;
		return add_source(value, before, err);
	}
	if (status == LG_ERR_NO_MEMORY)
		return lg_error_set(err, status, NULL, "out of memory");
	if (!warnings ||
	    (status == LG_OK && before->type == value->source[0]->type))
		return LG_OK;
	return lg_warnings_add(
		warnings, LG_WARN_FOREIGN_VALUE, err,
		"%s holds what no store of its kind reads (%s); the lock's "
		"value stands in its place until it is lifted",
		value->name,
		status != LG_OK ? told.text : lg_reg_type_name(before->type));
}

static enum lg_status compose_name(const struct lg_compose_input *input,
				   const char *name, struct lg_registry *out,
				   struct lg_warnings *warnings,
				   struct lg_error *err)
{
	struct lg_compose_value value = {.input = input, .name = name};
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < input->lock_count && status == LG_OK; i++)
		status = add_source(&value, find(input->lock[i], name), err);
	if (status == LG_OK)
		status = take_before(input, &value, warnings, err);
	if (status == LG_OK)
		status = lg_compose_value(&value, out, warnings, err);
	free(value.source);
	return status;
}

/* The first lock that sets a name composes it for all. */
static int is_composed(const struct lg_compose_input *input, size_t lock,
		       const char *name)
{
	for (size_t i = 0; i < lock; i++)
		if (find(input->lock[i], name))
			return 1;
	return 0;
}

enum lg_status lg_compose(const struct lg_compose_input *input,
			  struct lg_registry **out_values,
			  struct lg_warnings *warnings, struct lg_error *err)
{
	struct lg_registry *values = NULL;
	enum lg_status status;

	if (input->before)
		status = lg_registry_copy(input->before, &values, err);
	else
		status = lg_registry_new(&values, err);
	for (size_t i = 0; i < input->lock_count && status == LG_OK; i++) {
		const struct lg_registry *lock = input->lock[i];

		for (size_t j = 0;
		     j < lg_registry_count(lock) && status == LG_OK; j++) {
			const char *name = lg_registry_at(lock, j)->name;

			if (!is_composed(input, i, name))
				status = compose_name(input, name, values,
						      warnings, err);
		}
	}
	if (status == LG_OK && input->dialect == LG_DIALECT_GATE)
		status = lg_compose_gate_list(input, values, warnings, err);
	if (status == LG_OK) {
		*out_values = values;
		values = NULL;
	}
	lg_registry_free(&values);
	return status;
}
