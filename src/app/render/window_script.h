/* SPDX-License-Identifier: ISC */
/*
 * window_script.h - the script of a whole maintenance window
 *
 * Layer: app.
 * Flow: `simulate --profile` renders a profile for a dialect, has its window
 * written as a script here, and plays it.
 * Source: contract 4 `simulate --profile P --for D`, 5.
 */
#ifndef LOGONGATE_APP_RENDER_WINDOW_SCRIPT_H
#define LOGONGATE_APP_RENDER_WINDOW_SCRIPT_H

#include <logongate/policy.h>

/* When what happens, in the script's seconds. */
struct lg_window_times {
	int64_t logons_s; /* everybody logs on */
	int64_t apply_s;  /* the values are written */
	int64_t during_s; /* everybody tries again */
	int64_t lift_s;   /* they are taken back */
	int64_t after_s;  /* everybody tries again */
};

/*
 * Appends the script. Who logs on: a listed account and one that is not, a
 * client of each generation, each blocked program, each refused protocol.
 * Ids say who it is.
 * Returns: LG_OK; LG_ERR_SYNTAX, the values do not parse; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_window_script(enum lg_dialect dialect,
				const struct lg_registry *values,
				int64_t duration_s, struct lg_buffer *out_text,
				struct lg_window_times *out_times,
				struct lg_error *err);

#endif
