/* SPDX-License-Identifier: ISC */
/*
 * failed_windows.c - asking systemd how the windows went
 *
 * By a job among the programs that tell people: it may hang as they may. Where
 * no window is scheduled nobody is asked.
 */
#include "daemon/failed_windows.h"

#include <stdlib.h>

#include "base/listed.h"

#include "adapters/system/systemd_windows.h"
#include "app/calendar/window_units.h"
#include "daemon/work.h"

#define EVERY_S 10

struct gate_windows {
	struct gate_job job;
	struct gate *gate;
	struct lg_strlist failed; /* the job's: a sentence each */
	int looking;
	int seconds;
};

static void look(void *context)
{
	struct gate_windows *windows = context;
	struct lg_strlist names = {0};
	struct lg_buffer text = {0};

	if (lg_systemd_runs())
		lg_systemd_windows(&names, NULL);
	for (size_t i = 0; i < names.count; i++) {
		if (!lg_systemd_window_failed(names.item[i]))
			continue;
		lg_buffer_clear(&text);
		lg_window_failed_text(names.item[i], &text);
		if (lg_buffer_status(&text, NULL) == LG_OK)
			lg_list_text(&windows->failed, text.data, NULL);
	}
	lg_buffer_release(&text);
	lg_strlist_release(&names);
}

/* Those that are told already and are so no more are taken back. */
static void looked(void *context)
{
	struct gate_windows *windows = context;
	struct gate *gate = windows->gate;
	struct lg_strlist told = {0};

	windows->looking = 0;
	lg_strlist_add_all(&told, &gate->loud[GATE_ATTENTION_WINDOWS], NULL);
	for (size_t i = 0; i < told.count; i++)
		if (!lg_listed(&windows->failed, told.item[i]))
			gate_quiet(gate, told.item[i]);
	for (size_t i = 0; i < windows->failed.count; i++)
		gate_loud(gate, GATE_ATTENTION_WINDOWS, "%s",
			  windows->failed.item[i]);
	lg_strlist_release(&windows->failed);
	lg_strlist_release(&told);
}

enum lg_status gate_windows_open(struct gate *gate, struct lg_error *err)
{
	struct gate_windows *windows = calloc(1, sizeof(*windows));

	if (!windows)
		return lg_no_memory(err);
	windows->gate = gate;
	windows->job = (struct gate_job){
		.run = look, .done = looked, .context = windows};
	gate->windows = windows;
	return LG_OK;
}

void gate_windows_free(struct gate *gate)
{
	if (gate->windows)
		lg_strlist_release(&gate->windows->failed);
	free(gate->windows);
	gate->windows = NULL;
}

void gate_windows_tick(struct gate *gate)
{
	struct gate_windows *windows = gate->windows;

	if (windows->looking || windows->seconds-- > 0)
		return;
	windows->seconds = EVERY_S;
	windows->looking = 1;
	gate_work_add(gate, GATE_LANE_NOTICES, &windows->job);
}
