/* SPDX-License-Identifier: ISC */
/*
 * reload.c - everything is read before anything counts
 *
 * The state lane reads settings, the key they name and the state; only when
 * all of them could be read the new settings take the place of the old ones,
 * in the lane and with the view on the loop.
 */
#include "daemon/reload.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/ini/settings_file.h"
#include "adapters/system/secret_file.h"
#include "app/lock/lock_change.h"
#include "app/lock/layers.h"
#include "daemon/turn.h"
#include "daemon/net/http.h"
#include "daemon/records.h"

struct reload {
	const char *path;
	struct gate_http_keys keys;
	struct lg_buffer page; /* likewise */
	gate_reload_done done;
	void *context;
};

enum lg_status gate_settings_load(const char *path,
				  struct lg_settings **out_settings,
				  struct lg_error *err)
{
	struct lg_settings *settings = NULL;
	enum lg_status status = lg_settings_load(path, &settings, err);

	if (status == LG_OK)
		status = lg_settings_files_check(settings, err);
	if (status == LG_OK && !lg_settings_expects_gate(settings))
		status = lg_error_set(err, LG_ERR_SYNTAX, path,
				      "has no [listen.*] section, so there is "
				      "nothing for a gate to do");
	if (status != LG_OK)
		lg_settings_free(&settings);
	else
		*out_settings = settings;
	return status;
}

/* All that a reload reads, before any of it counts. */
struct fresh {
	struct lg_settings *settings;
	struct lg_standing_fresh state;
};

/* Whether what is in force makes a policy under the new settings, with the
 * values as they stand on disk now. That the directory must be asked first is
 * no fault. */
static enum lg_status check_fresh(const struct gate_inside *inside,
				  const struct fresh *fresh,
				  struct lg_error *err)
{
	struct lg_policy_input input = {
		.dialect = fresh->settings->dialect,
		.break_glass = &fresh->settings->break_glass,
		.default_domain = fresh->settings->default_domain,
	};
	const struct lg_findings *findings = fresh->state.findings
						     ? fresh->state.findings
						     : inside->state->findings;
	struct lg_policy *policy = NULL;
	enum lg_status status = LG_OK;

	if (fresh->state.values)
		status = gate_inside_check(fresh->settings, fresh->state.values,
					   findings, NULL, err);
	else if (lg_state_trusted(inside->state))
		status = lg_layers_compile(inside->state, &input, &policy, err);
	lg_policy_free(&policy);
	return status == LG_ERR_DIRECTORY ? LG_OK : status;
}

static enum lg_status read_fresh(const struct gate_inside *inside,
				 struct reload *reload, struct fresh *fresh,
				 struct lg_error *err)
{
	const struct lg_settings *old = inside->settings;
	enum lg_status status =
		gate_settings_load(reload->path, &fresh->settings, err);

	if (status != LG_OK)
		return status;
	if (strcmp(fresh->settings->state_dir, old->state_dir) ||
	    fresh->settings->dialect != old->dialect)
		return lg_error_set(err, LG_ERR_CONFLICT, reload->path,
				    "state_dir and dialect change with a "
				    "restart of the gate only");
	status = gate_http_read_keys(fresh->settings, &reload->keys, err);
	if (status == LG_OK)
		status = gate_http_read_page(fresh->settings, &reload->page,
					     err);
	if (status == LG_OK)
		status = lg_standing_read(inside->state, &fresh->state, err);
	if (status == LG_OK)
		status = check_fresh(inside, fresh, err);
	return status;
}

static enum lg_status run_reload(struct gate_inside *inside, void *context,
				 struct gate_outcome *outcome,
				 struct lg_error *err)
{
	struct reload *reload = context;
	struct fresh fresh = {0};
	enum lg_status status = read_fresh(inside, reload, &fresh, err);

	if (status == LG_OK)
		status = lg_standing_take(inside->state, &fresh.state, err);
	/* From here on nothing fails for what was read. */
	if (status == LG_OK) {
		status = gate_inside_settings(inside, fresh.settings, err);
		fresh.settings = NULL;
	}
	lg_settings_free(&fresh.settings);
	lg_standing_fresh_release(&fresh.state);
	if (status != LG_OK)
		return status;
	gate_log("settings read again; listeners and their certificates "
		 "change with a restart only");
	status = gate_inside_enforce(inside, outcome, err);
	return status == LG_ERR_DIRECTORY ? LG_OK : status;
}

static void read_again(struct gate *gate, void *context, enum lg_status status,
		       const struct lg_error *err)
{
	struct reload *reload = context;

	if (status != LG_OK) {
		gate_warn("not read again: %s: %s; everything stays as it was",
			  err->place, err->text);
	} else if (!gate->stopping) {
		gate_http_take_keys(gate, &reload->keys);
		gate_http_take_page(gate, &reload->page);
		gate_records_keep_days(gate, gate->settings->refused_keep_days);
	}
	if (reload->done)
		reload->done(reload->context, status, err);
	gate_http_keys_release(&reload->keys);
	lg_buffer_release(&reload->page);
	free(reload);
}

void gate_reload(struct gate *gate, gate_reload_done done, void *context)
{
	struct reload *reload = calloc(1, sizeof(*reload));
	struct lg_error err = {0};

	if (!reload) {
		lg_no_memory(&err);
		if (done)
			done(context, LG_ERR_NO_MEMORY, &err);
		return;
	}
	reload->path = gate->config;
	reload->done = done;
	reload->context = context;
	gate_change(gate, run_reload, read_again, reload);
}
