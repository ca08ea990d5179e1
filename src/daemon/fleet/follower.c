/* SPDX-License-Identifier: ISC */
/*
 * The thread polls, works, and tells; nothing else is ever done on it. Before
 * it begins the main thread does the same once, so that a gate that was away
 * enforces what was begun meanwhile before it answers anybody.
 */
#include "daemon/fleet/follower.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <logongate/release.h>

#include "adapters/ed25519/ed25519.h"
#include "adapters/ed25519/key_file.h"
#include "adapters/ini/settings_file.h"
#include "adapters/system/system_clock.h"
#include "daemon/fleet/follower_inside.h"
#include "daemon/inside.h"
#include "wiring/fleet_open.h"

/* How long a start waits for the directory. */
#define FIRST_MS 5000
/* The longest poll: a heartbeat of the thread itself. */
#define POLL_MS 1000
#define RETRY_MS 1000
/* Reports of others come by the hundred while a lock is made: taken one by one
 * they cost more than all else. */
#define GATHER_MS 20
/*
 * How long a provider may be silent before reports go through another one: to
 * a report, and with news that the other one has told. Where the heartbeat is
 * slow the gates are many, and a directory that has all of them to answer is
 * not silent yet.
 */
#define ANSWER_MS(beat_ms) between((beat_ms) / 100, 300, 5000)
#define NEWS_MS(beat_ms) between((beat_ms) / 200, 150, 3000)

static uint32_t between(uint32_t ms, uint32_t least_ms, uint32_t most_ms)
{
	return ms < least_ms ? least_ms : ms > most_ms ? most_ms : ms;
}

/* How this gate's directory is opened. */
static struct lg_fleet_settings settings_of(const struct gate_fleet *fleet)
{
	struct lg_fleet_settings how = lg_settings_fleet(fleet->settings);

	how.name = fleet->name;
	how.gather_ms = GATHER_MS;
	return how;
}

static enum lg_status find_name(struct gate_fleet *fleet, struct lg_error *err)
{
	const char *name = fleet->settings->fleet_name;
	struct addrinfo hints = {.ai_flags = AI_CANONNAME};
	struct addrinfo *found = NULL;
	enum lg_status status = LG_OK;
	char host[256] = "";

	if (!name && !gethostname(host, sizeof(host) - 1)) {
		name = host;
		if (!strchr(host, '.') &&
		    !getaddrinfo(host, NULL, &hints, &found) &&
		    found->ai_canonname)
			name = found->ai_canonname;
	}
	if (!name || !lg_fleet_is_name(name, strlen(name)))
		status = lg_error_set(err, LG_ERR_SYNTAX, fleet->settings->path,
				      "the host's name cannot be that of a "
				      "gate of the fleet; write name = "
				      "\"imap3.example.org\" in [fleet]");
	else
		memcpy(fleet->name, name, strlen(name) + 1);
	if (found)
		freeaddrinfo(found);
	return status;
}

/* The empty file says that the directory was heard once. */
static int was_heard(const struct gate_fleet *fleet)
{
	const struct lg_files *files = &fleet->gate->files;
	struct lg_buffer text = {0};
	enum lg_status status =
		files->read(files->self, GATE_FLEET_HEARD_FILE, &text, NULL);

	lg_buffer_release(&text);
	return status != LG_ERR_UNKNOWN_KEY;
}

static void keep_heard(struct gate_fleet *fleet)
{
	const struct lg_files *files = &fleet->gate->files;

	if (fleet->heard_kept || !fleet->hold.ear.whole)
		return;
	fleet->heard_kept = files->replace(files->self, GATE_FLEET_HEARD_FILE,
					   "\n", 1, NULL) == LG_OK;
}

static enum lg_status open_gate(struct gate_fleet *fleet, struct lg_error *err)
{
	const struct lg_settings *settings = fleet->settings;
	struct lg_fleet_settings how = settings_of(fleet);
	struct lg_fleet_keys *keys = calloc(1, sizeof(*keys));
	enum lg_status status;

	if (!keys)
		return lg_no_memory(err);
	status = lg_fleet_keys_file(settings->fleet_verify_keys, keys, err);
	if (status == LG_OK)
		status = lg_ed25519_open(NULL, &fleet->signature, err);
	if (status == LG_OK)
		status = lg_fleet_ear_open(
			&fleet->hold.ear, settings->fleet_base, keys,
			&fleet->signature, &fleet->gate->files, &fleet->clock,
			err);
	free(keys);
	if (status == LG_OK)
		status = lg_fleet_gate_open(&fleet->hold, err);
	if (status == LG_OK)
		status =
			lg_fleet_open(&how, LG_FLEET_LOCKS, &fleet->fleet, err);
	return status;
}

static void first_hearing(struct gate_fleet *fleet)
{
	struct lg_fleet_sink sink = lg_fleet_ear_sink(&fleet->hold.ear);
	int64_t end_ms = lg_clock_now(&fleet->clock).boot_ms + FIRST_MS;
	struct lg_error err = {0};

	do {
		if (fleet->fleet.poll(fleet->fleet.self, POLL_MS, &sink,
				      &err) != LG_OK)
			break;
	} while (!fleet->hold.ear.whole && !fleet->hold.ear.lost &&
		 lg_clock_now(&fleet->clock).boot_ms < end_ms);
	lg_fleet_gate_work(&fleet->hold, NULL);
	keep_heard(fleet);
}

static enum lg_status fill_doors(void *context, struct lg_fleet_report *report,
				 struct lg_error *err)
{
	struct gate_fleet *fleet = context;

	return gate_doors_fill(fleet->doors, report, err);
}

enum lg_status gate_fleet_open(struct gate *gate, struct lg_error *err)
{
	struct gate_fleet *fleet;
	enum lg_status status;

	if (!gate->settings->fleet_base)
		return LG_OK;
	fleet = calloc(1, sizeof(*fleet));
	if (!fleet)
		return lg_no_memory(err);
	fleet->gate = gate;
	fleet->clock = lg_system_clock();
	gate->fleet = fleet;
	uv_mutex_init(&fleet->mutex);
	uv_cond_init(&fleet->told);
	/* A reload frees the gate's; what it changes here needs a restart. */
	status = lg_settings_load(gate->config, &fleet->settings, err);
	if (status == LG_OK)
		status = find_name(fleet, err);
	if (status != LG_OK)
		return status;
	fleet->host = (struct lg_fleet_host){.context = fleet,
					     .make = gate_fleet_make,
					     .doors = fill_doors,
					     .run = gate_fleet_hand_over};
	fleet->hold = (struct lg_fleet_gate){
		.fleet = &fleet->fleet,
		.host = &fleet->host,
		.name = fleet->name,
		.groups = &fleet->settings->fleet_groups,
		.version = LOGONGATE_VERSION,
		.heartbeat_ms = fleet->settings->fleet_heartbeat_ms,
		.news_ms = NEWS_MS(fleet->settings->fleet_heartbeat_ms),
		.answer_ms = ANSWER_MS(fleet->settings->fleet_heartbeat_ms),
	};
	status = open_gate(fleet, err);
	if (status != LG_OK)
		return status;
	fleet->heard_kept = was_heard(fleet);
	first_hearing(fleet);
	fleet->unheard = !fleet->heard_kept && !fleet->hold.ear.whole;
	gate->inside->unheard = fleet->unheard;
	gate_fleet_tell(fleet);
	gate_log("this gate is %s of the fleet %s; %s", fleet->name,
		 fleet->hold.ear.base,
		 fleet->hold.ear.connected ? "its directory answers"
		 : fleet->unheard
			 ? "its directory has never been heard: each listener "
			   "answers its without_policy until it is"
			 : "its directory does not answer: what is kept here "
			   "counts");
	return LG_OK;
}

static int is_stopping(struct gate_fleet *fleet)
{
	int stops;

	uv_mutex_lock(&fleet->mutex);
	stops = fleet->stops;
	fleet->hold.looks |= fleet->looks;
	fleet->looks = 0;
	uv_mutex_unlock(&fleet->mutex);
	return stops;
}

static void rest(struct gate_fleet *fleet)
{
	uv_mutex_lock(&fleet->mutex);
	if (!fleet->stops)
		uv_cond_timedwait(&fleet->told, &fleet->mutex,
				  (uint64_t)RETRY_MS * 1000000);
	uv_mutex_unlock(&fleet->mutex);
}

static void news(void *context)
{
	struct gate_fleet *fleet = context;

	fleet->fleet.interrupt(fleet->fleet.self);
}

static void report_beside(void *context, const char *report, size_t len)
{
	struct gate_fleet *fleet = context;

	gate_beside_report(fleet->beside, report, len);
}

static void follow(void *context)
{
	struct gate_fleet *fleet = context;
	struct lg_fleet_settings how = settings_of(fleet);
	struct lg_fleet_sink sink = lg_fleet_ear_sink(&fleet->hold.ear);

	fleet->beside = gate_beside_begin(&how, news, fleet);
	if (fleet->beside)
		fleet->host.beside = report_beside;
	if (fleet->settings->fleet_doors)
		fleet->doors =
			gate_doors_begin(fleet->gate->config, news, fleet);

	while (!is_stopping(fleet)) {
		int64_t left_ms = lg_fleet_gate_left_ms(&fleet->hold);
		struct lg_error err = {0};

		if (left_ms > POLL_MS)
			left_ms = POLL_MS;
		if (fleet->fleet.poll(fleet->fleet.self, (unsigned int)left_ms,
				      &sink, &err) != LG_OK ||
		    gate_beside_take(fleet->beside, &fleet->hold, &err) !=
			    LG_OK ||
		    lg_fleet_gate_work(&fleet->hold, &err) != LG_OK) {
			gate_warn("the fleet could not be followed: %s",
				  err.text);
			rest(fleet);
		}
		keep_heard(fleet);
		gate_fleet_tell(fleet);
	}
	gate_beside_end(fleet->beside);
	gate_doors_end(fleet->doors);
	uv_mutex_lock(&fleet->mutex);
	fleet->ended = 1;
	uv_mutex_unlock(&fleet->mutex);
	uv_async_send(&fleet->wake);
}

enum lg_status gate_fleet_begin(struct gate *gate, struct lg_error *err)
{
	struct gate_fleet *fleet = gate->fleet;

	if (!fleet)
		return LG_OK;
	if (uv_async_init(&gate->loop, &fleet->wake, gate_fleet_woken))
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "wake-ups cannot be set up");
	fleet->wake.data = fleet;
	fleet->has_thread = 1;
	if (uv_thread_create(&fleet->thread, follow, fleet)) {
		fleet->has_thread = 0;
		uv_close((uv_handle_t *)&fleet->wake, NULL);
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "threads cannot be started");
	}
	gate_fleet_take(fleet);
	return LG_OK;
}

void gate_fleet_look(struct gate *gate)
{
	struct gate_fleet *fleet = gate->fleet;

	if (!fleet || !fleet->has_thread)
		return;
	uv_mutex_lock(&fleet->mutex);
	fleet->looks = 1;
	uv_mutex_unlock(&fleet->mutex);
	fleet->fleet.interrupt(fleet->fleet.self);
}

void gate_fleet_close(struct gate *gate)
{
	struct gate_fleet *fleet = gate->fleet;

	if (!fleet || !fleet->has_thread)
		return;
	uv_mutex_lock(&fleet->mutex);
	fleet->stops = 1;
	uv_cond_broadcast(&fleet->told);
	uv_mutex_unlock(&fleet->mutex);
	fleet->fleet.interrupt(fleet->fleet.self);
}

void gate_fleet_free(struct gate *gate)
{
	struct gate_fleet *fleet = gate->fleet;

	if (!fleet)
		return;
	lg_fleet_gate_close(&fleet->hold);
	if (fleet->fleet.close)
		fleet->fleet.close(fleet->fleet.self);
	lg_ed25519_close(&fleet->signature);
	lg_settings_free(&fleet->settings);
	lg_strlist_release(&fleet->loud);
	uv_cond_destroy(&fleet->told);
	uv_mutex_destroy(&fleet->mutex);
	free(fleet);
	gate->fleet = NULL;
}
