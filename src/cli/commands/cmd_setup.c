/* SPDX-License-Identifier: ISC */
/*
 * logongate setup - have a server ask the gate, or put it back
 *
 * What is changed, why and how it is proved: app/setup. Here it is shown, the
 * administrator is asked where one sits there, and told what came of it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/system/this_machine.h"
#include "adapters/system/machine_change.h"
#include "app/setup/setup_ask.h"
#include "app/setup/setup_diff.h"
#include "app/setup/setup_record.h"
#include "app/setup/setup_undo.h"
#include "base/listed.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/commands/setup_hands.h"

struct setup {
	struct lg_cli *cli;
	const struct lg_setup_door *door;
	struct lg_machine machine;
	struct lg_change change;
	struct lg_buffer record_path;
	struct lg_setup_plan record;
	struct lg_setup_plan plan; /* the door's */
	struct lg_setup_plan undo;
	int is_set_up; /* there is a record */
};

/* The folder of the records: beside the settings, root's alone. */
static enum lg_status record_folder(const struct lg_settings *settings,
				    struct lg_buffer *out_folder,
				    struct lg_error *err)
{
	const char *slash =
		settings->path ? strrchr(settings->path, '/') : NULL;

	if (slash != NULL)
		lg_buffer_append(out_folder, settings->path,
				 (size_t)(slash - settings->path));
	else
		lg_buffer_text(out_folder,
			       settings->path ? "." : "/etc/logongate");
	lg_buffer_text(out_folder, "/setup");
	return lg_buffer_status(out_folder, err);
}

/* What setting a door up changed; nothing where it is not set up. Puts where
 * the record is into path. */
static enum lg_status read_record(const struct setup *setup,
				  const struct lg_settings *settings,
				  const char *door, struct lg_buffer *path,
				  struct lg_setup_plan *out_record,
				  int *out_is_set_up, struct lg_error *err)
{
	const struct lg_machine *machine = &setup->machine;
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_clear(path);
	status = record_folder(settings, path, err);
	lg_buffer_format(path, "/%s.json", door);
	if (status == LG_OK)
		status = lg_buffer_status(path, err);
	if (status == LG_OK)
		status = machine->read(machine->self, path->data, &text, err);
	*out_is_set_up = status == LG_OK;
	if (status == LG_OK)
		status = lg_setup_record_parse(text.data ? text.data : "",
					       path->data, out_record, err);
	lg_buffer_release(&text);
	return status == LG_ERR_UNKNOWN_KEY && !*out_is_set_up ? LG_OK : status;
}

/* The exit code of what kept a plan from being made. */
static int fail_plan(struct setup *setup, const struct lg_error *err)
{
	if (err->status == LG_ERR_CONFLICT)
		return lg_cli_fail_as(setup->cli, LG_EXIT_WOULD_NOT_LOCK, err);
	return lg_cli_fail(setup->cli, err);
}

static int show(struct setup *setup, const struct lg_setup_plan *plan)
{
	struct lg_buffer text = {0};
	struct lg_error err;
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < plan->file_count && status == LG_OK; i++)
		status = lg_setup_diff(&plan->file[i], &text, &err);
	if (status == LG_OK && !setup->cli->quiet && !setup->cli->json)
		fputs(text.data ? text.data : "", setup->cli->out);
	lg_buffer_release(&text);
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(setup->cli, &err);
}

static void show_notes(struct setup *setup, const struct lg_setup_plan *plan)
{
	/* Behind the difference also where both go to one file. */
	fflush(setup->cli->out);
	for (size_t i = 0; i < plan->notes.count && !setup->cli->json; i++)
		fprintf(setup->cli->err, "%s\n", plan->notes.item[i]);
}

/* 1 to go on. Nobody is asked where nobody sits. */
static int agreed(struct setup *setup)
{
	char line[16] = "";

	if (lg_cli_option(setup->cli, "yes") || setup->cli->json ||
	    !isatty(STDIN_FILENO))
		return 1;
	fflush(setup->cli->out);
	fputs("Do this now? [Y/n] ", setup->cli->err);
	fflush(setup->cli->err);
	return fgets(line, sizeof(line), stdin) != NULL &&
	       strchr("yY\n", line[0]) != NULL;
}

static int print_result(struct setup *setup, const char *result,
			const struct lg_setup_plan *plan)
{
	cJSON *object;
	cJSON *files;

	if (!setup->cli->json) {
		if (!setup->cli->quiet)
			fprintf(setup->cli->out, "%s: %s.\n", setup->door->name,
				result);
		return LG_EXIT_DONE;
	}
	object = cJSON_CreateObject();
	files = cJSON_CreateArray();
	lg_json_text(object, "door", setup->door->name);
	lg_json_text(object, "variant", plan->variant);
	lg_json_text(object, "result", result);
	for (size_t i = 0; i < plan->file_count; i++)
		lg_json_item(files, plan->file[i].path);
	lg_json_add(object, "files", files);
	lg_json_names(object, "notes", &plan->notes);
	return lg_cli_json(setup->cli, object);
}

static int end_code(struct setup *setup, enum lg_setup_end end,
		    const struct lg_error *err)
{
	static const struct {
		enum lg_exit code;
		const char *words;
	} ends[] = {
		[LG_SETUP_DONE] = {LG_EXIT_DONE, ""},
		[LG_SETUP_REFUSED] = {LG_EXIT_INVALID,
				      "refused by its own test; everything is "
				      "as it was"},
		[LG_SETUP_UNDONE] = {LG_EXIT_PUT_BACK,
				     "undone; everything is as it was"},
		[LG_SETUP_NOT_BACK] = {LG_EXIT_NOT_PUT_BACK,
				       "NOT everything could be put back; run "
				       "logongate setup with --undo"},
	};

	if (end == LG_SETUP_DONE)
		return LG_EXIT_DONE;
	lg_cli_fail_as(setup->cli, ends[end].code, err);
	if (!setup->cli->json)
		fprintf(setup->cli->err, "%s: %s.\n", setup->door->name,
			ends[end].words);
	return ends[end].code;
}

static int is_directory(const struct setup *setup)
{
	return setup->door == &setup_directory_door;
}

static enum lg_status (*prove_of(const struct setup *setup))(
	void *, const struct lg_setup_plan *, struct lg_error *)
{
	return is_directory(setup) ? setup_prove_directory : setup_prove;
}

/* Shows, asks, does. */
static int carry_out(struct setup *setup, const struct lg_setup_plan *plan,
		     int is_undo)
{
	struct setup_hands own = {
		.cli = setup->cli,
		.machine = &setup->machine,
		.config_dir = lg_cli_option(setup->cli, "config-dir")};
	struct lg_setup_hands hands = {
		&setup->machine, &setup->change,     &own,
		prove_of(setup), setup_gate_answers, setup_says,
		setup_stopped};
	enum lg_setup_end end = LG_SETUP_UNDONE;
	struct lg_error err;
	int code = show(setup, plan);

	show_notes(setup, plan);
	if (code != LG_EXIT_DONE)
		return code;
	if (lg_cli_option(setup->cli, "dry-run"))
		return print_result(setup,
				    plan->file_count || plan->joins ||
						    setup->record.is_unfinished
					    ? "nothing was changed (--dry-run)"
					    : "there is nothing to change",
				    plan);
	if (!agreed(setup))
		return print_result(setup, "nothing was changed", plan);
	lg_stop_signals_wait(&own.signals);
	lg_setup_run(plan, &hands, setup->record_path.data, is_undo, &end,
		     &err);
	if (end != LG_SETUP_DONE)
		lg_stop_signals_drop(&own.signals);
	code = end_code(setup, end, &err);
	lg_stop_signals_end(&own.signals);
	if (code == LG_EXIT_DONE)
		code = print_result(
			setup,
			is_undo ? "as it was before"
			: is_directory(setup)
				? "is in the settings; proved by a search"
				: "asks the gate; proved by a logon "
				  "with a made-up name",
			plan);
	return code;
}

/* What is there already is proved again. */
static int prove_again(struct setup *setup)
{
	struct setup_hands own = {
		.cli = setup->cli,
		.machine = &setup->machine,
		.config_dir = lg_cli_option(setup->cli, "config-dir")};
	struct lg_error err;

	show_notes(setup, &setup->plan);
	if (lg_cli_option(setup->cli, "dry-run"))
		return print_result(setup, "there is nothing to change",
				    &setup->plan);
	if (prove_of(setup)(&own, &setup->plan, &err) != LG_OK)
		return lg_cli_fail_as(setup->cli, LG_EXIT_PUT_BACK, &err);
	return print_result(setup,
			    is_directory(setup)
				    ? "is in the settings; nothing was "
				      "changed, and it answers"
				    : "is set up; nothing was changed, and it "
				      "asks the gate",
			    &setup->plan);
}

/* Doors that were set up later may ask where this one has the gate listen. */
static enum lg_status check_others(struct setup *setup,
				   const struct lg_settings *settings,
				   struct lg_error *err)
{
	const struct lg_setup_file *conf =
		setup->undo.gate_conf
			? lg_setup_find(&setup->undo, setup->undo.gate_conf)
			: NULL;
	enum lg_status status = LG_OK;
	struct lg_buffer path = {0};

	for (size_t i = 0;
	     conf && conf->after && status == LG_OK && i < lg_setup_door_count;
	     i++) {
		const struct lg_setup_door *door = &lg_setup_doors[i];
		struct lg_setup_plan other = {0};
		int is_set_up = 0;

		if (door == setup->door)
			continue;
		status = read_record(setup, settings, door->name, &path, &other,
				     &is_set_up, err);
		if (status == LG_OK && is_set_up)
			status = lg_setup_record_needs(&other, settings,
						       conf->after, err);
		lg_setup_plan_release(&other);
	}
	lg_buffer_release(&path);
	return status;
}

static void remove_folder(struct setup *setup)
{
	char *slash = strrchr(setup->record_path.data, '/');
	struct lg_error ignored;

	*slash = '\0';
	setup->change.remove_folder(setup->change.self, setup->record_path.data,
				    &ignored);
	*slash = '/';
}

static int undo(struct setup *setup, const struct lg_settings *settings)
{
	struct lg_setup_plan *plan = &setup->undo;
	struct lg_error err;
	enum lg_status status;
	int code;

	if (!setup->is_set_up)
		return print_result(setup, "is not set up; nothing was changed",
				    plan);
	status =
		lg_setup_plan_undo(&setup->record, &setup->machine, plan, &err);
	if (status == LG_OK)
		status = check_others(setup, settings, &err);
	if (status == LG_OK && !is_directory(setup) &&
	    setup_is_locked(setup->cli))
		status = lg_list_text(&plan->notes,
				      "A lock is in force: once this is undone "
				      "it closes this door no longer.",
				      &err);
	if (status != LG_OK)
		return fail_plan(setup, &err);
	plan->server = setup->plan.server;
	plan->is_partial = setup->plan.is_partial;
	code = carry_out(setup, plan, 1);
	if (code == LG_EXIT_DONE)
		remove_folder(setup);
	return code;
}

/* A gate must answer: what is set up is proved by asking it. */
static int need_gate(struct setup *setup)
{
	struct lg_control *control = NULL;
	struct lg_error err;

	if (lg_cli_gate(setup->cli, &control, &err) != LG_OK)
		return lg_cli_no_gate(setup->cli, &err);
	if (control == NULL)
		return lg_cli_say(setup->cli, LG_EXIT_NO_GATE, NULL,
				  "no gate is running here; systemctl start "
				  "logongated starts it");
	return LG_EXIT_DONE;
}

static int set_up(struct setup *setup, const struct lg_settings *settings,
		  const char *datadir)
{
	struct lg_error err;
	struct lg_setup_ask ask = {
		.settings = settings,
		.machine = &setup->machine,
		.change = &setup->change,
		.datadir = datadir,
		.config_dir = lg_cli_option(setup->cli, "config-dir"),
		.variant = lg_cli_option(setup->cli, "variant"),
		.listen = lg_cli_option(setup->cli, "listen"),
		.sites = lg_cli_option(setup->cli, "site"),
		.record = &setup->record,
		.own = setup->cli,
		.plan = &setup->plan,
		.err = &err,
	};
	int undoes = lg_cli_option(setup->cli, "undo") != NULL;
	enum lg_status status;
	int code;

	if (!undoes && (code = need_gate(setup)) != LG_EXIT_DONE)
		return code;
	status = read_record(setup, settings, setup->door->name,
			     &setup->record_path, &setup->record,
			     &setup->is_set_up, &err);
	if (status == LG_OK)
		status = setup->door->plan(&ask);
	if (status == LG_OK && setup->record.is_unfinished)
		status = lg_setup_note(&ask, "An earlier run was killed in its "
					     "midst; this one begins where it "
					     "was.");
	if (status == LG_OK)
		status = lg_setup_plan_status(&setup->plan, &err);
	/* undoing works where the server is gone, or what was written */
	if (status != LG_OK && !(undoes && setup->is_set_up))
		return fail_plan(setup, &err);
	if (undoes)
		return undo(setup, settings);
	if (setup->plan.file_count == 0 && setup->plan.joins == NULL &&
	    !setup->record.is_unfinished)
		return prove_again(setup);
	return carry_out(setup, &setup->plan, 0);
}

static int unknown_door(struct lg_cli *cli, const char *name)
{
	struct lg_buffer names = {0};
	int code;

	for (size_t i = 0; i < lg_setup_door_count; i++)
		lg_buffer_format(&names, "%s, ", lg_setup_doors[i].name);
	code = lg_cli_usage(cli,
			    "there is no setup for %s; there are "
			    "%sdirectory and check",
			    name, names.data ? names.data : "");
	lg_buffer_release(&names);
	return code;
}

int lg_cmd_setup(struct lg_cli *cli)
{
	const char *datadir = getenv("LOGONGATE_DATADIR");
	struct setup setup = {.cli = cli,
			      .machine = lg_machine_here(),
			      .change = lg_change_here()};
	const struct lg_settings *settings;
	struct lg_buffer folder = {0};
	struct lg_error err;
	int code;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (strcmp(cli->operand[0], "check") == 0) {
		if (record_folder(settings, &folder, &err) != LG_OK)
			return lg_cli_fail(cli, &err);
		code = setup_check(cli, &setup.machine, folder.data);
		lg_buffer_release(&folder);
		return code;
	}
	setup.door = strcmp(cli->operand[0], "directory") == 0
			     ? &setup_directory_door
			     : lg_setup_door_find(cli->operand[0]);
	if (setup.door == NULL)
		return unknown_door(cli, cli->operand[0]);
	if (!setup.machine.is_root && !lg_cli_option(cli, "dry-run"))
		return lg_cli_say(cli, LG_EXIT_DENIED, "setup",
				  "has to be run as root; --dry-run "
				  "only shows what it would change");
	if (!lg_cli_option(cli, "dry-run") &&
	    setup_stay_alone(settings->path, &err) != LG_OK)
		return fail_plan(&setup, &err);
	code = set_up(&setup, settings, datadir ? datadir : LOGONGATE_DATADIR);
	lg_buffer_release(&setup.record_path);
	lg_setup_plan_release(&setup.record);
	lg_setup_plan_release(&setup.plan);
	lg_setup_plan_release(&setup.undo);
	return code;
}
