/* SPDX-License-Identifier: ISC */
/*
 * servers_journal.c - writing the write-ahead journal of a change
 *
 * Lines are JSON; values stand in them as Registry Editor text, so that one
 * codec serves files, back-ups and journal.
 */
#include "app/change/servers_journal.h"

#include <cjson/cJSON.h>

#include "app/lock/lock.h"

static enum lg_status out_of_memory(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "out of memory");
}

static enum lg_status append_line(const struct lg_servers *fleet,
				  const cJSON *object, struct lg_error *err)
{
	struct lg_buffer line = {0};
	enum lg_status status;
	char *text;

	text = cJSON_PrintUnformatted(object);
	if (!text)
		return out_of_memory(err);
	lg_buffer_text(&line, text);
	lg_buffer_char(&line, '\n');
	cJSON_free(text);
	status = lg_buffer_status(&line, err);
	if (status == LG_OK)
		status = fleet->journal.append(fleet->journal.self, line.data,
					       line.len, err);
	lg_buffer_release(&line);
	return status;
}

static enum lg_status add_registry(cJSON *object, const char *name,
				   const struct lg_registry *registry,
				   struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_reg_text_render(registry, LG_REG_ENCODING_UTF8, &text, err);
	if (status == LG_OK &&
	    !cJSON_AddStringToObject(object, name, text.data))
		status = out_of_memory(err);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status add_target(cJSON *array,
				 const struct lg_servers_member *member,
				 struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	enum lg_status status;

	if (!object || !cJSON_AddItemToArray(array, object)) {
		cJSON_Delete(object);
		return out_of_memory(err);
	}
	if (!cJSON_AddStringToObject(object, "name", member->name) ||
	    !cJSON_AddBoolToObject(object, "restart", member->restart))
		return out_of_memory(err);
	if (member->backup &&
	    !cJSON_AddStringToObject(object, "backup", member->backup))
		return out_of_memory(err);
	status = add_registry(object, "before", member->before, err);
	if (status == LG_OK)
		status = add_registry(object, "wanted", member->wanted, err);
	return status;
}

/* The end, twice. */
static int add_end(cJSON *object, int64_t until_s, const struct lg_now *now)
{
	struct lg_deadline end = lg_deadline_at(until_s, now);

	if (!cJSON_AddNumberToObject(object, "until", (double)until_s))
		return 0;
	return !*now->boot_id ||
	       (cJSON_AddNumberToObject(object, "until_boot_ms",
					(double)end.boot_ms) &&
		cJSON_AddStringToObject(object, "boot_id", now->boot_id));
}

enum lg_status lg_servers_journal_begin(const struct lg_servers *fleet,
					const struct lg_servers_change *change,
					struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	enum lg_status status = LG_OK;
	cJSON *targets;
	size_t i;

	if (!object || !cJSON_AddStringToObject(object, "step", "begin") ||
	    (change->id &&
	     !cJSON_AddStringToObject(object, "id", change->id)) ||
	    !cJSON_AddStringToObject(object, "profile", change->profile) ||
	    !cJSON_AddStringToObject(object, "by", change->by) ||
	    !cJSON_AddStringToObject(object, "reason",
				     change->reason ? change->reason : "") ||
	    !cJSON_AddNumberToObject(object, "since",
				     (double)change->since_s) ||
	    !add_end(object, change->until_s, &change->now) ||
	    !cJSON_AddBoolToObject(object, "gate", change->with_gate) ||
	    !cJSON_AddNumberToObject(object, "max_duration",
				     (double)change->max_duration_s) ||
	    !(targets = cJSON_AddArrayToObject(object, "targets"))) {
		cJSON_Delete(object);
		return out_of_memory(err);
	}
	for (i = 0; status == LG_OK && i < fleet->count; i++)
		status = add_target(targets, &fleet->member[i], err);
	if (status == LG_OK)
		status = append_line(fleet, object, err);
	cJSON_Delete(object);
	return status;
}

enum lg_status lg_servers_journal_step(const struct lg_servers *fleet,
				       const char *step, const char *target,
				       struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	enum lg_status status;

	if (object && cJSON_AddStringToObject(object, "step", step) &&
	    (!target || cJSON_AddStringToObject(object, "target", target)))
		status = append_line(fleet, object, err);
	else
		status = out_of_memory(err);
	cJSON_Delete(object);
	return status;
}

enum lg_status lg_servers_journal_until(const struct lg_servers *fleet,
					int64_t until_s,
					const struct lg_now *now,
					struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();
	enum lg_status status;

	if (object && cJSON_AddStringToObject(object, "step", "until") &&
	    add_end(object, until_s, now))
		status = append_line(fleet, object, err);
	else
		status = out_of_memory(err);
	cJSON_Delete(object);
	return status;
}
