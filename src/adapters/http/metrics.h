/* SPDX-License-Identifier: ISC */
/*
 * http/metrics.h - counters as Prometheus reads them
 *
 * Layer: adapter; core only.
 * Source: contract 6; Prometheus text format 0.0.4.
 */
#ifndef LG_ADAPTERS_HTTP_METRICS_H
#define LG_ADAPTERS_HTTP_METRICS_H

#include <logongate/buffer.h>
#include <logongate/policy.h>

#define LG_METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* One door's logons since the gate started. */
struct lg_metrics_door {
	const char *name; /* "http", "spop", "postfix", "dict" ... */
	uint64_t admitted;
	uint64_t refused;
	uint64_t unreadable;  /* requests that were none */
	uint64_t connections; /* open now */
};

/* One lock in force. */
struct lg_metrics_lock {
	const char *profile;
	const char *id;
	int64_t until_s; /* wall clock; 0: nobody knows */
};

/* What can be the matter. */
struct lg_metrics_attention {
	const char *what;
	int is_so;
};

/* What the process takes of the machine. */
struct lg_metrics_process {
	uint64_t cpu_ms;
	uint64_t resident_bytes;
	uint64_t virtual_bytes;
	uint64_t open_fds;
	uint64_t max_fds;
};

struct lg_metrics {
	const struct lg_metrics_door *door;
	size_t door_count;
	uint64_t refused_by_reason[LG_REASON_COUNT];
	enum lg_gate_state gate;
	int lock_active;
	int64_t clock_stepped_s; /* since the times of a lock were set */
	int64_t lock_until_s;    /* wall clock; 0 where no lock */
	const struct lg_metrics_lock *lock; /* those in force */
	size_t lock_count;
	const struct lg_metrics_attention *attention;
	size_t attention_count;
	struct lg_metrics_process process;
	int has_policy;
	uint64_t generation;
	uint64_t sessions;
	uint64_t cut; /* sessions cut since the start */
	uint64_t policy_bytes;
	int64_t started_s; /* wall clock */
	const char *version;
};

/* Appends the exposition. Returns: LG_OK; LG_ERR_NO_MEMORY. */
enum lg_status lg_metrics_render(const struct lg_metrics *metrics,
				 struct lg_buffer *out_text,
				 struct lg_error *err);

#endif
