/* SPDX-License-Identifier: ISC */
/*
 * gate.h - the running gate: one loop, one value that it decides by
 *
 * Layer: daemon (composition root).
 * Flow: main opens a gate, its listeners come in through doors.c, http.c and
 * control.c, every one of them asks gate_judge; enforce.c puts values in
 * force, sweep.c cuts, facts.c asks the directory. Only the loop's thread
 * touches a gate; workers get copies and hand back values.
 */
#ifndef LOGONGATE_DAEMON_GATE_H
#define LOGONGATE_DAEMON_GATE_H

#include <uv.h>

#include <logongate/settings.h>
#include <logongate/store.h>

#include "app/logon_log.h"
#include "app/window.h"

struct lg_mapi_scratch;
struct gate_control;
struct gate_facts;
struct gate_http;
struct gate_servers;
struct gate_sessions;
struct gate_sockets;
struct gate_streams;
struct gate_tls;
struct gate_tokens;
struct gate_sweeps;

/* The doors that are counted and named in records. */
enum gate_door {
	GATE_DOOR_DOVECOT = 0, /* auth policy */
	GATE_DOOR_DICT,
	GATE_DOOR_POSTFIX,
	GATE_DOOR_HAPROXY, /* SPOP */
	GATE_DOOR_HTTP,    /* /v1/check, /v1/mapi */
	GATE_DOOR_DECIDE   /* /v1/decide */
};
#define GATE_DOOR_COUNT 6
const char *gate_door_name(enum gate_door door);

struct gate_counts {
	uint64_t admitted;
	uint64_t refused;
	uint64_t unreadable;
};

struct gate {
	uv_loop_t loop;
	struct lg_settings *settings;
	struct lg_files files;
	struct lg_clock clock;
	struct lg_now now; /* what the clock said last */
	struct lg_state *state;
	struct lg_store *store;
	/* 0 while no policy can be trusted: without_policy answers. */
	int has_policy;
	/* What the values in force were read with; kept for the reads that
	 * the store does later by itself. */
	int64_t started_boot_ms;
	int64_t started_s;
	/* Times and texts of the lock, as messages show them. */
	char since[32];
	char until[32];
	struct lg_logon_log *refused;
	struct lg_logon_log *logons;
	uint64_t refused_since_lock;
	uint64_t refused_generation;
	uint64_t refused_by_reason[LG_REASON_COUNT];
	struct gate_counts counts[GATE_DOOR_COUNT];
	uint64_t cut;
	uint64_t sessions_listed; /* when last asked */
	struct lg_buffer text;    /* the last refusal's words */
	uv_timer_t deadline;      /* the next thing that time brings */
	uv_check_t written;       /* records of each wake-up go out */
	uv_timer_t second;        /* flushing, idle connections */
	uv_signal_t hangup;
	uv_signal_t terminate;
	uv_signal_t interrupt;
	struct gate_control *control;
	struct gate_facts *facts;
	struct gate_http *http;
	struct gate_servers *servers;
	struct gate_sessions *sessions;
	struct gate_sockets *sockets;
	struct gate_streams *streams;
	struct gate_sweeps *sweeps;
	struct gate_tokens *tokens;
	struct gate_tls *tls;
	struct lg_mapi_scratch *mapi; /* one parse at a time */
	const char *config;           /* the file to read again, or NULL */
	size_t loud_logged;
	int stopping;
};

/* Logs one line to stderr. */
void gate_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says loudly, in status and in the log. */
void gate_loud(struct gate *gate, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* It is so no more: takes back what begins like this, and logs that. */
void gate_quiet(struct gate *gate, const char *beginning);

/* Logs what became loud since the last call. */
void gate_log_loud(struct gate *gate);

int64_t gate_now_s(const struct gate *gate);
/* The store's time: seconds since the gate started. */
int64_t gate_store_s(const struct gate *gate);

/* NULL while no policy can be trusted. */
const struct lg_policy *gate_policy(const struct gate *gate);

#endif
