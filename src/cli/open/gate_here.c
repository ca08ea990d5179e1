/* SPDX-License-Identifier: ISC */
/*
 * gate_here.c - the gate that runs here, or state_dir where none is to run
 *
 * A gate that answers is always asked, whatever the settings say, for it holds
 * state_dir. Where the settings have no [listen.*] and no gate answers, the
 * command opens state_dir itself (contract 7 "Locks").
 */
#include <string.h>

#include "adapters/system/system_clock.h"
#include "adapters/system/state_dir.h"
#include "app/lock/backup.h"
#include "app/lock/layers.h"
#include "app/lock/lock_change.h"
#include "app/lock/picture.h"
#include "app/records/json_member.h"
#include "cli/open/opened.h"
#include "cli/output.h"

/* A gate that says nothing for this long does not answer. What it knows it
 * says at once; cutting waits for servers. */
#define KNOWN_MS 5000
#define DONE_MS 60000

enum lg_status lg_cli_gate(struct lg_cli *cli, struct lg_control **out_control,
			   struct lg_error *err)
{
	struct lg_cli_open *open = lg_cli_opened(cli);
	const struct lg_settings *settings;
	struct lg_buffer path = {0};
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status != LG_OK)
		return status;
	if (open->control != NULL) {
		*out_control = open->control;
		return LG_OK;
	}
	lg_buffer_format(&path, "%s/control.sock", settings->run_dir);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = lg_control_open(path.data, &open->control, err);
	if (status == LG_OK)
		*out_control = open->control;
	else if (status != LG_ERR_NO_MEMORY &&
		 !lg_settings_expects_gate(settings)) {
		*out_control = NULL;
		status = LG_OK;
	}
	lg_buffer_release(&path);
	return status;
}

void lg_cli_hang_up(struct lg_cli *cli)
{
	struct lg_cli_open *open = cli->open;

	if (open == NULL)
		return;
	lg_control_close(&open->control);
	lg_state_free(&open->state);
	if (open->has_files)
		open->files.close(open->files.self);
	open->has_files = 0;
}

int lg_cli_no_gate_code(const struct lg_cli *cli, const struct lg_error *err)
{
	/* Settings that cannot be read are no gate that does not run. */
	if (cli->open != NULL && cli->open->settings != NULL &&
	    (err->status == LG_ERR_IO || err->status == LG_ERR_TIMEOUT ||
	     err->status == LG_ERR_LIMIT))
		return LG_EXIT_NO_GATE;
	return lg_cli_exit(err->status);
}

int lg_cli_no_gate(struct lg_cli *cli, const struct lg_error *err)
{
	return lg_cli_fail_as(cli, (enum lg_exit)lg_cli_no_gate_code(cli, err),
			      err);
}

cJSON *lg_cli_request(const char *op)
{
	cJSON *request = cJSON_CreateObject();

	lg_json_text(request, "op", op);
	return request;
}

static int patience_ms(const cJSON *request)
{
	static const char *const known[] = {"status", "check", "values",
					    "policy", "locks"};
	const char *op = lg_json_text_of(request, "op");

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (op != NULL && strcmp(op, known[i]) == 0)
			return KNOWN_MS;
	}
	return DONE_MS;
}

int lg_cli_ask(struct lg_cli *cli, struct lg_control *control, cJSON *request,
	       struct lg_control_answer *out_answer)
{
	struct lg_progress progress = lg_cli_progress(cli);
	struct lg_error err;
	enum lg_status status;
	int code = LG_EXIT_DONE, gates_code = LG_EXIT_SOFTWARE;

	status = lg_control_ask(control, request, NULL, 0, patience_ms(request),
				&progress, out_answer, &gates_code, &err);
	lg_cli_progress_end(cli);
	if (status == LG_ERR_CONFLICT)
		code = lg_cli_fail_as(cli, (enum lg_exit)gates_code, &err);
	else if (status == LG_ERR_NO_MEMORY)
		code = lg_cli_fail(cli, &err);
	else if (status != LG_OK)
		code = lg_cli_fail_as(cli, LG_EXIT_NO_GATE, &err);
	return code;
}

void lg_cli_tell_unasked(struct lg_cli *cli, const cJSON *answer)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, lg_json_of(answer, "unasked")) {
		const char *text = cJSON_IsString(item)
					   ? item->valuestring
					   : lg_json_text_of(item, "text");

		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "not asked for its sessions: %s",
			   text != NULL ? text : "a door");
	}
}

int lg_cli_lists_sessions(const struct lg_settings *settings)
{
	return settings->doveadm != NULL ||
	       settings->haproxy_stats_socket != NULL ||
	       settings->listen[LG_LISTEN_POSTFIX].present ||
	       settings->listen[LG_LISTEN_SPOP].present;
}

/* A lock whose end is past counts as lifted for every command; the one that
 * may write puts what is left of it away. */
static enum lg_status settle(struct lg_state *state,
			     const struct lg_settings *settings,
			     struct lg_error *err)
{
	enum lg_lock_event event;
	enum lg_status status;

	do
		status = lg_lock_settle(state, &event, NULL, err);
	while (status == LG_OK && event != LG_LOCK_NOTHING);
	if (status == LG_OK && state->mode == LG_STATE_WRITE) {
		lg_picture_flush(state, NULL);
		lg_backup_prune(state, settings->keep_days);
	}
	return status;
}

enum lg_status lg_cli_state(struct lg_cli *cli, enum lg_state_mode mode,
			    struct lg_state **out_state, struct lg_error *err)
{
	struct lg_cli_open *open = lg_cli_opened(cli);
	const struct lg_settings *settings;
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status != LG_OK)
		return status;
	if (open->state != NULL && open->state->mode == mode) {
		*out_state = open->state;
		return LG_OK;
	}
	lg_cli_hang_up(cli);
	status = lg_state_dir_open(settings->state_dir,
				   mode == LG_STATE_WRITE ? LG_STATE_DIR_WRITE
							  : LG_STATE_DIR_READ,
				   &open->files, err);
	if (status == LG_ERR_UNKNOWN_KEY && mode == LG_STATE_READ) {
		*out_state = NULL;
		return LG_OK;
	}
	if (status != LG_OK)
		return status;
	open->has_files = 1;
	open->clock = lg_system_clock();
	status = lg_state_load(&open->files, &open->clock, mode, &open->state,
			       err);
	if (status == LG_OK)
		status = settle(open->state, settings, err);
	if (status == LG_OK)
		*out_state = open->state;
	else
		lg_state_free(&open->state);
	return status;
}

enum lg_status lg_cli_policy(const struct lg_settings *settings,
			     const struct lg_state *state,
			     struct lg_policy **out_policy,
			     struct lg_error *err)
{
	struct lg_policy_layer layer = {.facts = LG_FACTS_NOT_ASKED};
	struct lg_policy_input input = {
		.dialect = settings->dialect,
		.break_glass = &settings->break_glass,
		.default_domain = settings->default_domain,
		.layer = &layer,
		.layer_count = 1,
	};
	struct lg_registry *nothing = NULL;
	enum lg_status status;

	if (state != NULL)
		return lg_layers_compile(state, &input, out_policy, err);
	status = lg_registry_new(&nothing, err);
	layer.values = nothing;
	if (status == LG_OK)
		status = lg_policy_compile(&input, out_policy, NULL, err);
	lg_registry_free(&nothing);
	return status;
}
