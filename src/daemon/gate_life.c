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

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <logongate/duration.h>
#include <logongate/mapi.h>

#include "adapters/ini/settings_file.h"
#include "adapters/system/clock.h"
#include "adapters/system/secret_file.h"
#include "adapters/system/state_dir.h"
#include "daemon/enforce.h"
#include "daemon/facts.h"
#include "daemon/http.h"
#include "daemon/judge.h"
#include "daemon/servers.h"
#include "daemon/sessions.h"
#include "daemon/sockets.h"
#include "daemon/stream.h"
#include "daemon/sweep.h"
#include "daemon/systemd.h"
#include "daemon/tls.h"
#include "daemon/tokens.h"

static enum gate_exit say(enum gate_exit code, const struct lg_error *err)
{
	gate_log("%s%s%s", err->place, *err->place ? ": " : "", err->text);
	return code;
}

void gate_show_times(struct gate *gate)
{
	const struct lg_lock *lock = gate->state->lock;
	struct lg_zone zone = lg_system_zone();

	*gate->since = *gate->until = '\0';
	if (lock->since_s)
		lg_time_format(lock->since_s, lock->until.wall_s, &zone,
			       gate->since);
	/* who comes back at the minute that is told must not be early */
	if (lock->until.wall_s)
		lg_time_format(lock->until.wall_s + 59, lock->since_s, &zone,
			       gate->until);
	if (gate->refused_generation != lock->generation) {
		gate->refused_generation = lock->generation;
		gate->refused_since_lock = 0;
	}
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

static enum lg_status load_settings(const char *path,
				    struct lg_settings **out_settings,
				    struct lg_error *err)
{
	struct lg_settings *settings = NULL;
	enum lg_status status = lg_settings_load(path, &settings, err);

	if (!status)
		status = lg_settings_files_check(settings, err);
	if (!status && !lg_settings_expects_gate(settings))
		status = lg_error_set(err, LG_ERR_SYNTAX, path,
				      "has no [listen.*] section, so there is "
				      "nothing for a gate to do");
	if (status)
		lg_settings_free(&settings);
	else
		*out_settings = settings;
	return status;
}

/* All that a reload reads, before any of it counts. */
struct fresh {
	struct lg_settings *settings;
	struct lg_buffer key;
	struct lg_state_fresh state;
};

static void release_fresh(struct fresh *fresh)
{
	lg_settings_free(&fresh->settings);
	lg_secret_release(&fresh->key);
	lg_state_fresh_release(&fresh->state);
}

/* Whether the values as they are now make a policy under the new settings.
 * That the directory must be asked first is no fault. */
static enum lg_status check_fresh(const struct gate *gate,
				  const struct fresh *fresh,
				  struct lg_error *err)
{
	const struct lg_registry *values =
		fresh->state.values ? fresh->state.values : gate->state->values;
	const struct lg_findings *findings = fresh->state.findings
						     ? fresh->state.findings
						     : gate->state->findings;
	enum lg_status status = LG_OK;

	if (values)
		status = gate_enforce_check(fresh->settings, values, findings,
					    err);
	return status == LG_ERR_DIRECTORY ? LG_OK : status;
}

static enum lg_status read_fresh(struct gate *gate, struct fresh *fresh,
				 struct lg_error *err)
{
	const struct lg_settings *old = gate->settings;
	enum lg_status status;

	status = load_settings(gate->config, &fresh->settings, err);
	if (status)
		return status;
	if (strcmp(fresh->settings->state_dir, old->state_dir) ||
	    fresh->settings->dialect != old->dialect)
		return lg_error_set(err, LG_ERR_CONFLICT, gate->config,
				    "state_dir and dialect change with a "
				    "restart of the gate only");
	status = gate_http_read_key(fresh->settings, &fresh->key, err);
	if (!status)
		status = lg_state_reread(gate->state, &fresh->state, err);
	if (!status)
		status = check_fresh(gate, fresh, err);
	return status;
}

enum lg_status gate_reload(struct gate *gate, struct lg_error *err)
{
	struct lg_settings *old = gate->settings;
	struct fresh fresh = {0};
	enum lg_status status;

	status = read_fresh(gate, &fresh, err);
	if (!status)
		status = lg_state_take(gate->state, &fresh.state, err);
	if (status) {
		release_fresh(&fresh);
		gate_log_loud(gate);
		return status;
	}
	/* From here on nothing fails. */
	gate_http_take_key(gate, &fresh.key);
	gate->settings = fresh.settings;
	fresh.settings = NULL;
	lg_settings_free(&old);
	release_fresh(&fresh);
	lg_logon_log_keep_days(gate->refused,
			       gate->settings->refused_keep_days);
	lg_logon_log_keep_days(gate->logons, gate->settings->refused_keep_days);
	gate_log("settings read again; listeners and their certificates "
		 "change with a restart only");
	status = gate_enforce(gate, err);
	if (status == LG_ERR_DIRECTORY)
		status = LG_OK;
	gate_log_loud(gate);
	return status;
}

static void on_hangup(uv_signal_t *signal, int number)
{
	struct gate *gate = signal->data;
	struct lg_error err = {0};

	if (gate_reload(gate, &err))
		gate_log("not read again: %s: %s; everything stays as it was",
			 err.place, err.text);
}

static void end_logs(struct gate *gate)
{
	struct lg_error err = {0};
	int64_t now_s = gate_now_s(gate);

	if (lg_logon_log_flush(gate->refused, now_s, LG_LOGON_FLUSH_ALL,
			       &err) ||
	    lg_logon_log_flush(gate->logons, now_s, LG_LOGON_FLUSH_ALL, &err))
		gate_log("who logged on could not be recorded: %s: %s",
			 err.place, err.text);
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
	if (gate->servers)
		gate_servers_close(gate);
	gate_enforce_stop(gate);
	close_handle((uv_handle_t *)&gate->hangup);
	close_handle((uv_handle_t *)&gate->terminate);
	close_handle((uv_handle_t *)&gate->interrupt);
}

static void on_end(uv_signal_t *signal, int number)
{
	struct gate *gate = signal->data;

	if (gate->stopping)
		return;
	gate_log("going down%s", lg_state_locked(gate->state)
					 ? "; the lock stays in force on disk"
					 : "");
	systemd_notify("STOPPING=1\n");
	close_all(gate);
}

static enum lg_status watch_signals(struct gate *gate, struct lg_error *err)
{
	if (uv_signal_init(&gate->loop, &gate->hangup) ||
	    uv_signal_init(&gate->loop, &gate->terminate) ||
	    uv_signal_init(&gate->loop, &gate->interrupt))
		return lg_error_set(err, LG_ERR_BUG, NULL, "no signals");
	gate->hangup.data = gate;
	gate->terminate.data = gate;
	gate->interrupt.data = gate;
	if (uv_signal_start(&gate->hangup, on_hangup, SIGHUP) ||
	    uv_signal_start(&gate->terminate, on_end, SIGTERM) ||
	    uv_signal_start(&gate->interrupt, on_end, SIGINT))
		return lg_error_set(err, LG_ERR_BUG, NULL, "no signals");
	return LG_OK;
}

static enum lg_status open_logs(struct gate *gate, struct lg_error *err)
{
	struct lg_logon_limits refused =
		lg_logon_limits_refused(gate->settings->refused_keep_days);
	struct lg_logon_limits admitted =
		lg_logon_limits_admitted(gate->settings->refused_keep_days);
	enum lg_status status;

	status = lg_logon_log_new(&gate->files, LG_REFUSED_FOLDER, &refused,
				  &gate->refused, err);
	if (!status)
		status = lg_logon_log_new(&gate->files, LG_LOGONS_FOLDER,
					  &admitted, &gate->logons, err);
	return status;
}

/* Everything that is no listener: a lock that is on is in force after it. */
static enum lg_status open_inside(struct gate *gate, struct lg_error *err)
{
	enum lg_status status;

	status = lg_state_load(&gate->files, &gate->clock, LG_STATE_WRITE,
			       &gate->state, err);
	if (!status)
		status = open_logs(gate, err);
	if (!status)
		status = lg_store_new(gate->settings->dialect, &gate->store,
				      err);
	if (!status)
		status = gate_tokens_new(&gate->tokens, err);
	if (!status && !(gate->mapi = malloc(sizeof(*gate->mapi))))
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	if (!status)
		status = gate_sessions_open(gate, err);
	if (!status)
		status = gate_sweeps_open(gate, err);
	if (!status)
		status = gate_facts_open(gate, err);
	if (!status)
		status = gate_servers_open(gate, err);
	if (!status)
		status = gate_enforce_start(gate, err);
	if (!status)
		status = gate_enforce_first(gate, err);
	return status;
}

static enum lg_status open_outside(struct gate *gate, struct lg_error *err)
{
	enum lg_status status;

	status = gate_streams_open(gate, err);
	if (!status)
		status = gate_http_open(gate, err);
	if (!status)
		status = gate_tls_open(gate, err);
	if (!status)
		status = gate_sockets_open(gate, err);
	if (!status)
		status = gate_sockets_accept(gate, err);
	return status;
}

static void free_gate(struct gate *gate)
{
	gate_sessions_close(gate);
	gate_servers_free(gate);
	gate_tokens_free(&gate->tokens);
	gate_tls_close(gate);
	lg_store_free(&gate->store);
	lg_logon_log_free(&gate->refused);
	lg_logon_log_free(&gate->logons);
	lg_state_free(&gate->state);
	if (gate->files.close)
		gate->files.close(gate->files.self);
	lg_settings_free(&gate->settings);
	lg_buffer_release(&gate->text);
	free(gate->mapi);
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

/* A process lives in one boot: reading its id again for every decision would
 * be most of the work of deciding. */
static void gate_clock_now(void *self, struct lg_now *out_now)
{
	struct lg_now *now = self;

	lg_system_clock_refresh(now);
	*out_now = *now;
}

enum gate_exit gate_run(const char *path)
{
	struct gate *gate = calloc(1, sizeof(*gate));
	enum gate_exit code = GATE_EXIT_SOFTWARE;
	struct lg_error err = {0};
	struct lg_clock clock = lg_system_clock();

	if (!gate)
		return GATE_EXIT_SOFTWARE;
	signal(SIGPIPE, SIG_IGN);
	raise_limits();
	gate->config = path;
	clock.now(clock.self, &gate->now);
	gate->clock = (struct lg_clock){&gate->now, gate_clock_now};
	gate->started_boot_ms = gate->now.boot_ms;
	gate->started_s = gate->now.wall_ms / 1000;
	if (load_settings(path, &gate->settings, &err)) {
		code = say(GATE_EXIT_SETTINGS, &err);
		goto out;
	}
	if (lg_state_dir_open(gate->settings->state_dir, LG_STATE_DIR_WRITE,
			      &gate->files, &err)) {
		code = say(err.status == LG_ERR_CONFLICT ? GATE_EXIT_HELD
			   : err.status == LG_ERR_DENIED ? GATE_EXIT_DENIED
							 : GATE_EXIT_SETTINGS,
			   &err);
		goto out;
	}
	if (uv_loop_init(&gate->loop))
		goto out;
	if (open_inside(gate, &err) || open_outside(gate, &err) ||
	    watch_signals(gate, &err)) {
		code = say(exit_for(&err), &err);
		close_all(gate);
		uv_run(&gate->loop, UV_RUN_DEFAULT);
		uv_loop_close(&gate->loop);
		goto out;
	}
	gate_enforce_begin(gate);
	gate_log("ready: %s, state in %s",
		 lg_state_locked(gate->state) ? "a lock is in force"
					      : "no lock",
		 gate->settings->state_dir);
	systemd_notify("READY=1\nSTATUS=deciding\n");
	uv_run(&gate->loop, UV_RUN_DEFAULT);
	end_logs(gate);
	uv_loop_close(&gate->loop);
	code = GATE_EXIT_DONE;
out:
	free_gate(gate);
	return code;
}
