/* SPDX-License-Identifier: ISC */
/*
 * gate_life.c - opening, running and closing a gate
 *
 * The order matters: settings, then the state directory (which only one gate
 * holds), then whatever was due while no gate ran, then the first read of the
 * values, and only then listening and accepting. When the first answer is
 * given, the lock is in force.
 */
#include "daemon/gate_life.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/mapi/mapi.h"

#include "adapters/system/system_clock.h"
#include "adapters/system/state_dir.h"
#include "daemon/enforce.h"
#include "daemon/facts.h"
#include "daemon/failed_windows.h"
#include "daemon/fleet/follower.h"
#include "daemon/net/http.h"
#include "daemon/log.h"
#include "daemon/control/names.h"
#include "daemon/notices.h"
#include "daemon/records.h"
#include "daemon/refusals.h"
#include "daemon/reload.h"
#include "daemon/servers_due.h"
#include "daemon/sessions/sessions.h"
#include "daemon/net/sockets.h"
#include "daemon/net/stream.h"
#include "daemon/sessions/sweep.h"
#include "daemon/systemd.h"
#include "daemon/net/tls.h"
#include "daemon/doors/mapi_tickets.h"
#include "daemon/doors/tokens.h"
#include "daemon/usage.h"
#include "daemon/view.h"

#define LARGE_BYTES (256 * 1024)

/* From SIGTERM on, in all under two seconds. */
#define LAST_MS 1300

static enum gate_exit say(enum gate_exit code, const struct lg_error *err)
{
	static const struct gate_event event = {.level = GATE_ERROR};

	gate_log_event(&event, "%s%s%s", err->place, *err->place ? ": " : "",
		       err->text);
	return code;
}

/* A descriptor for every connection that the peers may hold. */
static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void on_hangup(uv_signal_t *signal, int number)
{
	gate_reload(signal->data, NULL, NULL);
}

static void close_handle(uv_handle_t *handle)
{
	/* data says that it was set up. */
	if (handle->data)
		uv_close(handle, NULL);
}

/* Ends everything that keeps the loop going, as far as it was begun. */
static void close_all(struct gate *gate)
{
	gate->stopping = 1;
	gate_sockets_close(gate);
	gate_streams_close(gate);
	gate_http_close(gate);
	gate_sweeps_close(gate);
	gate_facts_close(gate);
	gate_fleet_close(gate);
	if (gate->servers)
		gate_servers_close(gate);
	gate_enforce_stop(gate);
	gate_sessions_tell(gate);
	gate_records_close(gate);
	gate_work_close(gate);
	close_handle((uv_handle_t *)&gate->hangup);
	close_handle((uv_handle_t *)&gate->terminate);
	close_handle((uv_handle_t *)&gate->interrupt);
}

/* A door, a directory or a disk hangs: what a job of theirs was at is found by
 * the next start as after a kill. */
static void on_last(uv_timer_t *timer)
{
	gate_log("stops without waiting for what still hangs");
	gate_log_end();
	_exit(GATE_EXIT_DONE);
}

static void on_end(uv_signal_t *signal, int number)
{
	struct gate *gate = signal->data;

	if (gate->stopping)
		return;
	gate_log("going down%s",
		 gate_locked(gate) ? "; locks stay in force on disk" : "");
	systemd_notify("STOPPING=1\n");
	close_all(gate);
	uv_timer_start(&gate->last, on_last, LAST_MS, 0);
}

static enum lg_status watch_signals(struct gate *gate, struct lg_error *err)
{
	if (uv_timer_init(&gate->loop, &gate->last))
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "timers cannot be set up");
	gate->last.data = gate;
	/* Only everything else keeps the loop going. */
	uv_unref((uv_handle_t *)&gate->last);
	if (uv_signal_init(&gate->loop, &gate->hangup) ||
	    uv_signal_init(&gate->loop, &gate->terminate) ||
	    uv_signal_init(&gate->loop, &gate->interrupt))
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "signals cannot be watched");
	gate->hangup.data = gate;
	gate->terminate.data = gate;
	gate->interrupt.data = gate;
	if (uv_signal_start(&gate->hangup, on_hangup, SIGHUP) ||
	    uv_signal_start(&gate->terminate, on_end, SIGTERM) ||
	    uv_signal_start(&gate->interrupt, on_end, SIGINT))
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "signals cannot be watched");
	return LG_OK;
}

static enum lg_status open_memory(struct gate *gate, struct lg_error *err)
{
	enum lg_status status = gate_tokens_new(&gate->tokens, err);

	if (status == LG_OK)
		status = gate_tickets_new(&gate->tickets, err);
	if (status == LG_OK && !(gate->mapi = malloc(sizeof(*gate->mapi))))
		status = lg_no_memory(err);
	return status;
}

static enum lg_status open_all(struct gate *gate, struct lg_settings *settings,
			       struct lg_error *err)
{
	static enum lg_status (*const step[])(struct gate *,
					      struct lg_error *) = {
		gate_work_open,
		gate_records_open,
		gate_usage_open,
		open_memory,
		gate_sweeps_open,
		gate_facts_open,
		gate_servers_open,
		gate_enforce_start,
		gate_notices_open,
		gate_windows_open,
		gate_fleet_open,
		gate_enforce_first,
		gate_sessions_open,
		/* A lock that is on is in force: now the listeners. */
		gate_streams_open,
		gate_http_open,
		gate_tls_open,
		gate_sockets_open,
		gate_sockets_accept,
		watch_signals,
		gate_fleet_begin,
	};
	enum lg_status status =
		gate_inside_new(gate, settings, &gate->inside, err);

	if (status == LG_OK)
		gate->settings = gate->inside->settings;
	for (size_t i = 0;
	     status == LG_OK && i < sizeof(step) / sizeof(step[0]); i++)
		status = step[i](gate, err);
	return status;
}

static void free_gate(struct gate *gate)
{
	gate_fleet_free(gate);
	gate_sessions_close(gate);
	gate_servers_free(gate);
	gate_ring_free(&gate->tokens);
	gate_ring_free(&gate->tickets);
	gate_tls_close(gate);
	gate_usage_free(gate);
	gate_windows_free(gate);
	gate_records_free(gate);
	gate_refusals_free(gate);
	gate_notices_free(gate);
	gate_view_free(&gate->view);
	gate_inside_free(&gate->inside);
	if (gate->files.close)
		gate->files.close(gate->files.self);
	for (int what = 0; what < GATE_ATTENTION_COUNT; what++)
		lg_strlist_release(&gate->loud[what]);
	lg_buffer_release(&gate->text);
	free(gate->mapi);
	free(gate->own_name);
	gate_sockets_free(gate);
	free(gate->streams);
	free(gate->http);
	free(gate->sweeps);
	free(gate->facts);
	free(gate);
}

static enum gate_exit exit_for(const struct lg_error *err)
{
	switch (err->status) {
	case LG_OK:
		return GATE_EXIT_DONE;
	case LG_ERR_SYNTAX:
	case LG_ERR_RANGE:
	case LG_ERR_LIMIT:
	case LG_ERR_UNKNOWN_KEY:
	case LG_ERR_IO:
	case LG_ERR_DENIED:
	case LG_ERR_CONFLICT:
		return GATE_EXIT_SETTINGS;
	case LG_ERR_DIRECTORY:
	case LG_ERR_TIMEOUT:
	case LG_ERR_NO_MEMORY:
	case LG_ERR_BUG:
		break;
	}
	return GATE_EXIT_SOFTWARE;
}

enum gate_exit gate_check(const char *path)
{
	struct lg_settings *settings = NULL;
	struct gate_http_keys keys = {0};
	struct lg_buffer page = {0};
	struct lg_error err = {0};
	enum lg_status status = gate_settings_load(path, &settings, &err);

	if (status == LG_OK)
		status = gate_http_read_page(settings, &page, &err);
	if (status == LG_OK)
		status = gate_http_read_keys(settings, &keys, &err);
	gate_http_keys_release(&keys);
	lg_buffer_release(&page);
	lg_settings_free(&settings);
	if (status != LG_OK)
		return say(GATE_EXIT_SETTINGS, &err);
	printf("%s: nothing is wrong with the settings\n", path);
	return GATE_EXIT_DONE;
}

/*
 * By itself glibc moves large buffers into the heap once one of them was given
 * back, and there a list that arrives is copied when it grows: 7 ms of the loop
 * for a million names, and half a millisecond so (tests/bench/waits.py).
 */
static void keep_lists_apart(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
}

enum gate_exit gate_run(const char *path)
{
	struct gate *gate = calloc(1, sizeof(*gate));
	enum gate_exit code = GATE_EXIT_SOFTWARE;
	struct lg_settings *settings = NULL;
	struct lg_error err = {0};

	if (!gate)
		return GATE_EXIT_SOFTWARE;
	signal(SIGPIPE, SIG_IGN);
	keep_lists_apart();
	raise_limits();
	gate_log_start();
	gate_names_start(gate);
	gate->config = path;
	gate->clock = lg_system_clock_kept(&gate->now);
	gate->started_boot_ms = gate->now.boot_ms;
	gate->started_s = gate->now.wall_ms / 1000;
	if (gate_settings_load(path, &settings, &err) != LG_OK) {
		code = say(GATE_EXIT_SETTINGS, &err);
		goto out;
	}
	if (lg_state_dir_open(settings->state_dir, LG_STATE_DIR_WRITE,
			      &gate->files, &err) != LG_OK) {
		code = say(err.status == LG_ERR_CONFLICT ? GATE_EXIT_HELD
			   : err.status == LG_ERR_DENIED ? GATE_EXIT_DENIED
							 : GATE_EXIT_SETTINGS,
			   &err);
		lg_settings_free(&settings);
		goto out;
	}
	if (uv_loop_init(&gate->loop)) {
		lg_settings_free(&settings);
		goto out;
	}
	if (open_all(gate, settings, &err) != LG_OK) {
		code = say(exit_for(&err), &err);
		close_all(gate);
	} else {
		code = GATE_EXIT_DONE;
		gate_enforce_begin(gate);
		gate_log("ready: %s, state in %s",
			 gate_locked(gate) ? "a lock is in force" : "no lock",
			 gate->settings->state_dir);
		gate->is_watched = systemd_is_watching();
		systemd_notify("READY=1\nSTATUS=deciding\n");
		gate_sockets_keep(gate);
	}
	uv_run(&gate->loop, UV_RUN_DEFAULT);
	close_handle((uv_handle_t *)&gate->last);
	uv_run(&gate->loop, UV_RUN_DEFAULT);
	gate_work_free(gate);
	uv_loop_close(&gate->loop);
out:
	free_gate(gate);
	gate_log_end();
	return code;
}
