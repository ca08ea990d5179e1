/* SPDX-License-Identifier: ISC */
/*
 * fleet_gate.h - one gate of a fleet: what it heard, what it holds, what it
 * says of itself
 *
 * Layer: app: core and ports; no thread, no clock of its own.
 * Flow: whoever follows the directory calls port/fleet's poll with
 * lg_fleet_gate_sink, then lg_fleet_gate_work, and waits no longer in the next
 * poll than lg_fleet_gate_left_ms says.
 * Source: contract 10 "Following", "Applying", 13 "Events", "Commands".
 */
#ifndef LOGONGATE_APP_FLEET_FLEET_GATE_H
#define LOGONGATE_APP_FLEET_FLEET_GATE_H

#include "app/fleet/fleet_ear.h"
#include "app/fleet/fleet_hold.h"
#include "app/fleet/fleet_report.h"

/*
 * What the gate needs of the machine it is on. Both may take time.
 *
 * make: lg_fleet_make with this machine's directory; likewise where it cannot
 * be opened.
 * beside: writes the report through another provider than the one that is
 * followed; returns at once, lg_fleet_gate_beside_said tells what came of it.
 * NULL: there is none.
 * doors: puts into the report which doors do not ask the gate, as far as that
 * is known; at once. NULL: nobody looks.
 * run: lg_fleet_task_run for each, makes what they changed take effect, and
 * tells how many sessions are still to be cut. LG_OK also where tasks failed.
 */
struct lg_fleet_host {
	void *context;
	enum lg_status (*make)(void *context,
			       const struct lg_fleet_event *prepare,
			       struct lg_fleet_made *out_made,
			       struct lg_error *err);
	enum lg_status (*run)(void *context, struct lg_fleet_task *task,
			      size_t count, int64_t *out_sessions,
			      struct lg_error *err);
	void (*beside)(void *context, const char *report, size_t len);
	enum lg_status (*doors)(void *context, struct lg_fleet_report *report,
				struct lg_error *err);
};

struct lg_fleet_own;

/* Whether the provider that is followed stands still: see fleet_beside.h. It
 * had given so many signs when that was asked; it may give one until
 * from_boot_ms, and reports go through another one until to_boot_ms at
 * least. */
struct lg_fleet_doubt {
	int is_open;
	int sent; /* a report went through the other one */
	uint64_t signs;
	int64_t from_boot_ms;
	int64_t to_boot_ms;
	/* A report is on its way through the other one, which has until
	 * answer_boot_ms to write it, if the first gives signs meanwhile. */
	int waits;
	uint64_t waits_signs;
	int64_t answer_boot_ms;
};

/*
 * name, groups, host are borrowed. own: of each lock, what was done about it.
 * news_ms, answer_ms: how long the provider that is followed may be silent,
 * with news that another one told and to a report.
 */
struct lg_fleet_gate {
	struct lg_fleet_ear ear;
	const struct lg_fleet *fleet;
	const struct lg_fleet_host *host;
	const char *name;
	const struct lg_strlist *groups;
	const char *version;
	int64_t heartbeat_ms;
	int64_t news_ms;
	int64_t answer_ms;
	struct lg_fleet_own *own;
	size_t own_count;
	size_t own_capacity;
	int64_t sessions;
	int looks; /* the locks here changed, by whomever */
	int64_t retry_boot_ms;
	int64_t report_boot_ms;     /* when the next one is due */
	struct lg_buffer reported;  /* without its clock */
	struct lg_error report_err; /* why it was not written; "" */
	struct lg_fleet_doubt doubt;
};

/* The ear is opened by the caller, and closed with the gate. */
enum lg_status lg_fleet_gate_open(struct lg_fleet_gate *gate,
				  struct lg_error *err);
void lg_fleet_gate_close(struct lg_fleet_gate *gate);

/*
 * Acts on what was heard: verifies names, begins, extends, lifts, and reports.
 * What fails is said in the report and tried again. LG_ERR_NO_MEMORY alone is
 * an error.
 */
enum lg_status lg_fleet_gate_work(struct lg_fleet_gate *gate,
				  struct lg_error *err);

/* Milliseconds until there is work without anything being heard. */
int64_t lg_fleet_gate_left_ms(const struct lg_fleet_gate *gate);

#endif
