/* SPDX-License-Identifier: ISC */
/*
 * gate.h - the running gate: one loop, one value that it decides by
 *
 * Layer: daemon (composition root).
 * Flow: main opens a gate, its listeners come in through doors.c, http.c and
 * control.c, every one of them asks gate_judge, which reads the view that the
 * state lane made (view.h); enforce.c does what follows from a view, sweep.c
 * cuts, facts.c asks the directory. Only the loop's thread touches a gate but
 * for files and inside; what takes time is a job (work.h) that hands back a
 * value.
 */
#ifndef LOGONGATE_DAEMON_GATE_H
#define LOGONGATE_DAEMON_GATE_H

#include <uv.h>

#include "core/settings/settings.h"
#include "core/values/language.h"
#include <logongate/store.h>

#include "app/records/logon_log.h"
#include "app/lock/state.h"
#include "daemon/doors/door_table.h"
#include "daemon/doors/probes.h"
#include "daemon/attention.h"
#include "daemon/hour.h"

struct lg_mapi_scratch;
struct gate_control;
struct gate_facts;
struct gate_fleet;
struct gate_http;
struct gate_inside;
struct gate_notices;
struct gate_records;
struct gate_refusals;
struct gate_servers;
struct gate_sessions;
struct gate_sockets;
struct gate_streams;
struct gate_tls;
struct gate_ring;
struct gate_usage;
struct gate_sweeps;
struct gate_view;
struct gate_windows;
struct gate_work;

struct gate_counts {
	uint64_t admitted;
	uint64_t refused;
	uint64_t unreadable;
};

struct gate {
	uv_loop_t loop;
	struct lg_files files; /* of any lane */
	struct lg_clock clock;
	struct lg_now now; /* what the clock said last */
	int64_t started_boot_ms;
	int64_t started_s;
	/* What is in force, and the view's own settings. Each may be another
	 * one after any turn of the loop. */
	struct gate_view *view;
	const struct lg_settings *settings;
	/* Beside the view's, by enum gate_attention. */
	struct lg_strlist loud[GATE_ATTENTION_COUNT];
	struct gate_work *work;
	struct gate_inside *inside; /* the state lane's */
	struct gate_records *records;
	struct gate_notices *notices;
	unsigned int notices_waiting;
	int64_t clock_told_s; /* how far the clock was set, as told */
	struct gate_refusals *refusals;
	uint64_t refused_by_reason[LG_REASON_COUNT];
	struct gate_counts counts[GATE_DOOR_COUNT];
	struct gate_probes probes; /* marked names heard lately */
	uint64_t cut;
	uint64_t sessions_listed;             /* when last asked */
	struct lg_buffer text;                /* the last refusal's words */
	char text_language[LG_LANGUAGE_SIZE]; /* what they are written in */
	uv_timer_t deadline; /* the next thing that time brings */
	uv_timer_t owed;     /* what is not yet on disk */
	int paying;          /* it is being written */
	uv_check_t written;  /* records of each wake-up go out */
	uv_timer_t second;   /* flushing, idle connections */
	uv_signal_t hangup;
	uv_signal_t terminate;
	uv_signal_t interrupt;
	struct gate_control *control;
	struct gate_facts *facts;
	struct gate_fleet *fleet; /* NULL: it belongs to none */
	struct gate_hour hour;
	struct gate_http *http;
	struct gate_servers *servers;
	struct gate_sessions *sessions;
	struct gate_sockets *sockets;
	struct gate_streams *streams;
	struct gate_sweeps *sweeps;
	struct gate_ring *tickets;
	struct gate_ring *tokens;
	struct gate_tls *tls;
	struct gate_usage *usage;
	struct gate_windows *windows;
	struct lg_mapi_scratch *mapi; /* one parse at a time */
	const char *config;           /* the file to read again, or NULL */
	char *own_name;               /* of the user it runs as */
	uv_timer_t last;              /* it ends, whatever hangs */
	int stopping;
	int is_watched; /* by systemd: the loop tells it each second */
};

/* As syslog counts them. */
enum gate_level {
	GATE_ERROR = 3,
	GATE_WARNING = 4,
	GATE_NOTICE = 5,
	GATE_INFO = 6
};

/* What a line of the log is about, for who searches it: the journal's fields.
 * Texts are NULL where there is nothing to say. */
struct gate_event {
	enum gate_level level;
	const char *name; /* a word of ours: "applied", "attention" ... */
	const char *lock; /* its id */
	const char *profile;
};

/* Logs one line at GATE_INFO or GATE_WARNING, from any thread. */
void gate_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
void gate_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void gate_log_event(const struct gate_event *event, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct lg_now gate_now(const struct gate *gate);
int64_t gate_now_s(const struct gate *gate);
/* The store's time: seconds since the gate started. */
int64_t gate_store_s(const struct gate *gate);

/* NULL while no policy can be trusted. */
const struct lg_policy *gate_policy(const struct gate *gate);
/* The same, and NULL while it leaves out what is in force and cannot be
 * known. */
const struct lg_policy *gate_whole_policy(const struct gate *gate);

/* Decides who of those logged on is cut: without the locks that still have
 * their grace. NULL: nobody. */
const struct lg_policy *gate_cuts(const struct gate *gate);

/* 1 while a lock is in force (not while one is only pending). */
int gate_locked(const struct gate *gate);

#endif
