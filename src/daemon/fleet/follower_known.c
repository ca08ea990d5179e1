/* SPDX-License-Identifier: ISC */
/*
 * What the thread knows, for the loop: copied under the mutex, told in status
 * and metrics, and loud while it is so.
 */
#include <string.h>

#include "base/listed.h"
#include "base/utf8.h"
#include "app/records/json_member.h"
#include "daemon/fleet/follower_inside.h"

static void fill(const struct gate_fleet *fleet, struct gate_fleet_known *known)
{
	const struct lg_fleet_ear *ear = &fleet->hold.ear;
	const struct lg_error *failed = &fleet->hold.report_err;

	known->connected = ear->connected;
	known->heard_s = ear->heard_ms / 1000;
	known->events = ear->set->count;
	known->trouble_count = ear->set->trouble_count;
	memcpy(known->trouble, ear->set->trouble, sizeof(known->trouble));
	memcpy(known->rejected, ear->set->rejected, sizeof(known->rejected));
	memset(known->report_failed, 0, sizeof(known->report_failed));
	/* A directory's words may be of any length and of no UTF-8. */
	if (failed->status != LG_OK)
		memcpy(known->report_failed, failed->text,
		       lg_utf8_valid(failed->text,
				     sizeof(known->report_failed) - 1));
}

void gate_fleet_tell(struct gate_fleet *fleet)
{
	struct gate_fleet_known known = {0};
	int is_new;

	fill(fleet, &known);
	uv_mutex_lock(&fleet->mutex);
	/* Bytes between the members may differ; then the loop looks in vain.
	 * NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
	is_new = memcmp(&known, &fleet->known, sizeof(known)) != 0;
	fleet->known = known;
	if (fleet->hold.ear.whole && fleet->unheard && fleet->has_thread) {
		fleet->unheard = 0;
		fleet->lets_in = 1;
		is_new = 1;
	}
	uv_mutex_unlock(&fleet->mutex);
	if (is_new && fleet->has_thread)
		uv_async_send(&fleet->wake);
}

static void add_sentence(struct lg_strlist *loud, const char *code,
			 const char *entry, const char *text)
{
	struct lg_buffer line = {0};

	lg_buffer_format(&line, "%s: %s%s%s", code, entry, *entry ? ": " : "",
			 text);
	if (line.status == LG_OK)
		lg_strlist_add(loud, line.data, line.len, NULL);
	lg_buffer_release(&line);
}

static void find_loud(const struct gate_fleet *fleet, struct lg_strlist *loud)
{
	const struct gate_fleet_known *shown = &fleet->shown;

	for (size_t i = 0; i < shown->trouble_count; i++)
		add_sentence(loud, lg_fleet_code_name(shown->trouble[i].code),
			     shown->trouble[i].entry, shown->trouble[i].text);
	if (*shown->report_failed)
		add_sentence(loud, "this gate's own entry is not written", "",
			     shown->report_failed);
}

void gate_fleet_take(struct gate_fleet *fleet)
{
	struct lg_strlist loud = {0};

	uv_mutex_lock(&fleet->mutex);
	fleet->shown = fleet->known;
	uv_mutex_unlock(&fleet->mutex);
	find_loud(fleet, &loud);
	for (size_t i = 0; i < fleet->loud.count; i++)
		if (!lg_listed(&loud, fleet->loud.item[i]))
			gate_quiet(fleet->gate, fleet->loud.item[i]);
	for (size_t i = 0; i < loud.count; i++)
		gate_loud(fleet->gate, GATE_ATTENTION_FLEET, "%s",
			  loud.item[i]);
	lg_strlist_release(&fleet->loud);
	fleet->loud = loud;
}

cJSON *gate_fleet_object(struct gate *gate)
{
	const struct gate_fleet *fleet = gate->fleet;
	cJSON *object, *array;

	if (!fleet)
		return NULL;
	object = cJSON_CreateObject();
	array = cJSON_CreateArray();
	lg_json_text(object, "name", fleet->name);
	lg_json_text(object, "base", fleet->settings->fleet_base);
	lg_json_bool(object, "connected", fleet->shown.connected);
	lg_json_time(object, "heard", fleet->shown.heard_s);
	for (size_t i = 0; i < fleet->shown.trouble_count; i++) {
		const struct lg_fleet_trouble *trouble =
			&fleet->shown.trouble[i];

		lg_json_append(array,
			       lg_fleet_attention(
				       trouble->code,
				       *trouble->entry ? trouble->entry : NULL,
				       trouble->text));
	}
	lg_json_add(object, "attention", array);
	return object;
}

static void add_metric(struct lg_buffer *out, const char *name,
		       const char *type, const char *help)
{
	lg_buffer_format(out, "# HELP logongate_fleet_%s %s\n", name, help);
	lg_buffer_format(out, "# TYPE logongate_fleet_%s %s\n", name, type);
}

void gate_fleet_metrics(struct gate *gate, struct lg_buffer *out_text)
{
	const struct gate_fleet *fleet = gate->fleet;

	if (!fleet)
		return;
	add_metric(out_text, "connected", "gauge",
		   "1 while the fleet's directory answers.");
	lg_buffer_format(out_text, "logongate_fleet_connected %d\n",
			 fleet->shown.connected);
	add_metric(out_text, "heard_timestamp_seconds", "gauge",
		   "When the fleet's directory was heard last; 0: never.");
	lg_buffer_format(out_text,
			 "logongate_fleet_heard_timestamp_seconds %lld\n",
			 (long long)fleet->shown.heard_s);
	add_metric(out_text, "events", "gauge",
		   "Events of locks and keys that this gate believes.");
	lg_buffer_format(out_text, "logongate_fleet_events %zu\n",
			 fleet->shown.events);
	add_metric(out_text, "rejected_total", "counter",
		   "Entries that were not believed, by what was wrong.");
	for (int code = 0; code < LG_FLEET_CODE_COUNT; code++)
		lg_buffer_format(
			out_text,
			"logongate_fleet_rejected_total{code=\"%s\"} %llu\n",
			lg_fleet_code_name((enum lg_fleet_code)code),
			(unsigned long long)fleet->shown.rejected[code]);
}
