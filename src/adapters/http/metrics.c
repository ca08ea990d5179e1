/* SPDX-License-Identifier: ISC */
/*
 * metrics.c - the Prometheus text format
 *
 * Every family has its HELP and TYPE once, its samples behind it. Label
 * values are words of ours, but are escaped all the same.
 */
#include <inttypes.h>

#include "adapters/http/metrics.h"

static void family(struct lg_buffer *out, const char *name, const char *type,
		   const char *help)
{
	lg_buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
			 type);
}

static void label_value(const char *value, struct lg_buffer *out)
{
	lg_buffer_char(out, '"');
	for (; *value; value++) {
		if (*value == '\n') {
			lg_buffer_text(out, "\\n");
			continue;
		}
		if (*value == '"' || *value == '\\')
			lg_buffer_char(out, '\\');
		lg_buffer_char(out, *value);
	}
	lg_buffer_char(out, '"');
}

static void sample(struct lg_buffer *out, const char *name, const char *label,
		   const char *value, uint64_t number)
{
	lg_buffer_format(out, "%s{%s=", name, label);
	label_value(value, out);
	lg_buffer_format(out, "} %" PRIu64 "\n", number);
}

static void single(struct lg_buffer *out, const char *name, const char *type,
		   const char *help, int64_t number)
{
	family(out, name, type, help);
	lg_buffer_format(out, "%s %" PRId64 "\n", name, number);
}

static void doors(const struct lg_metrics *m, struct lg_buffer *out)
{
	static const char decisions[] = "logongate_decisions_total";
	static const char unreadable[] = "logongate_unreadable_requests_total";
	static const char connections[] = "logongate_connections";

	family(out, decisions, "counter", "Logons decided, by door.");
	for (size_t i = 0; i < m->door_count; i++) {
		const struct lg_metrics_door *door = &m->door[i];

		lg_buffer_format(out, "%s{door=", decisions);
		label_value(door->name, out);
		lg_buffer_format(out, ",verdict=\"admit\"} %" PRIu64 "\n",
				 door->admitted);
		lg_buffer_format(out, "%s{door=", decisions);
		label_value(door->name, out);
		lg_buffer_format(out, ",verdict=\"refuse\"} %" PRIu64 "\n",
				 door->refused);
	}
	family(out, unreadable, "counter",
	       "Requests that did not follow their protocol.");
	for (size_t i = 0; i < m->door_count; i++)
		sample(out, unreadable, "door", m->door[i].name,
		       m->door[i].unreadable);
	family(out, connections, "gauge", "Connections open now.");
	for (size_t i = 0; i < m->door_count; i++)
		sample(out, connections, "door", m->door[i].name,
		       m->door[i].connections);
}

static void reasons(const struct lg_metrics *m, struct lg_buffer *out)
{
	static const char name[] = "logongate_refusals_total";

	family(out, name, "counter", "Logons refused, by reason.");
	for (int reason = LG_REASON_NONE + 1; reason < LG_REASON_COUNT;
	     reason++)
		sample(out, name, "reason",
		       lg_reason_name((enum lg_reason)reason),
		       m->refused_by_reason[reason]);
}

static void gate(const struct lg_metrics *m, struct lg_buffer *out)
{
	static const enum lg_gate_state states[] = {LG_GATE_OFF, LG_GATE_LISTED,
						    LG_GATE_NOBODY};
	static const char name[] = "logongate_gate";

	family(out, name, "gauge", "1 for the state the gate is in.");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		sample(out, name, "state", lg_gate_state_name(states[i]),
		       m->gate == states[i]);
}

static void locks(const struct lg_metrics *m, struct lg_buffer *out)
{
	static const char name[] = "logongate_lock_until_timestamp_seconds";

	single(out, "logongate_locks", "gauge", "Locks in force.",
	       (int64_t)m->lock_count);
	family(out, name, "gauge", "When each lock ends.");
	for (size_t i = 0; i < m->lock_count; i++) {
		lg_buffer_format(out, "%s{profile=", name);
		label_value(m->lock[i].profile ? m->lock[i].profile : "", out);
		lg_buffer_text(out, ",id=");
		label_value(m->lock[i].id ? m->lock[i].id : "", out);
		lg_buffer_format(out, "} %" PRId64 "\n", m->lock[i].until_s);
	}
}

static void attention(const struct lg_metrics *m, struct lg_buffer *out)
{
	static const char name[] = "logongate_attention";

	family(out, name, "gauge", "1 for what an administrator must look at.");
	for (size_t i = 0; i < m->attention_count; i++)
		sample(out, name, "what", m->attention[i].what,
		       m->attention[i].is_so);
}

static void process(const struct lg_metrics *m, struct lg_buffer *out)
{
	const struct lg_metrics_process *p = &m->process;

	family(out, "process_cpu_seconds_total", "counter",
	       "Time of processors used.");
	lg_buffer_format(out, "process_cpu_seconds_total %" PRIu64 ".%03u\n",
			 p->cpu_ms / 1000, (unsigned int)(p->cpu_ms % 1000));
	single(out, "process_resident_memory_bytes", "gauge", "Memory held.",
	       (int64_t)p->resident_bytes);
	single(out, "process_virtual_memory_bytes", "gauge",
	       "Memory asked for.", (int64_t)p->virtual_bytes);
	single(out, "process_open_fds", "gauge", "Files and sockets open.",
	       (int64_t)p->open_fds);
	single(out, "process_max_fds", "gauge", "How many may be open.",
	       (int64_t)p->max_fds);
	single(out, "process_start_time_seconds", "gauge",
	       "When this gate started.", m->started_s);
}

enum lg_status lg_metrics_render(const struct lg_metrics *metrics,
				 struct lg_buffer *out_text,
				 struct lg_error *err)
{
	const struct lg_metrics *m = metrics;

	doors(m, out_text);
	reasons(m, out_text);
	gate(m, out_text);
	single(out_text, "logongate_lock_active", "gauge",
	       "1 while a lock is in force.", m->lock_active);
	single(out_text, "logongate_lock_until_seconds", "gauge",
	       "When the lock ends, 0 where there is none. Deprecated: "
	       "logongate_lock_until_timestamp_seconds.",
	       m->lock_until_s);
	locks(m, out_text);
	attention(m, out_text);
	single(out_text, "logongate_clock_stepped_seconds", "gauge",
	       "By how much the wall clock was set since the times of a lock "
	       "were, 0 where it was not.",
	       m->clock_stepped_s);
	single(out_text, "logongate_has_policy", "gauge",
	       "0 while every door answers its without_policy.", m->has_policy);
	single(out_text, "logongate_policy_generation", "gauge",
	       "Grows with every policy.", (int64_t)m->generation);
	single(out_text, "logongate_policy_bytes", "gauge",
	       "Memory of the policy in force.", (int64_t)m->policy_bytes);
	single(out_text, "logongate_sessions", "gauge",
	       "Sessions open at the doors.", (int64_t)m->sessions);
	single(out_text, "logongate_sessions_cut_total", "counter",
	       "Sessions cut.", (int64_t)m->cut);
	single(out_text, "logongate_start_time_seconds", "gauge",
	       "When this gate started. Deprecated: "
	       "process_start_time_seconds.",
	       m->started_s);
	process(m, out_text);
	family(out_text, "logongate_build_info", "gauge",
	       "The version that runs.");
	sample(out_text, "logongate_build_info", "version",
	       m->version ? m->version : "", 1);
	return lg_buffer_status(out_text, err);
}
