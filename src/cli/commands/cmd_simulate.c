/* SPDX-License-Identifier: ISC */
/*
 * logongate simulate - what a store of some generation does
 *
 * A script is read whole, the directory of --directory asked once about every
 * name in it, and then it is played; each event is one JSON line. With
 * --profile a window is told instead (simulate_window.c).
 */
#include <string.h>

#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/commands/simulate.h"

/* What the events go to. */
struct printer {
	struct lg_cli *cli;
	int code;
};

static void print_event(void *context, const struct lg_store_event *event)
{
	struct printer *printer = context;
	cJSON *object;

	if (printer->code)
		return;
	object = cJSON_CreateObject();
	lg_json_number(object, "t", event->t_s);
	switch (event->kind) {
	case LG_STORE_READ:
		lg_json_text(object, "event", "read");
		lg_json_text(object, "gate", lg_gate_state_name(event->gate));
		break;
	case LG_STORE_LOGON:
		lg_json_text(object, "event", "logon");
		lg_json_text(object, "id", event->id);
		lg_json_text(object, "verdict",
			     lg_verdict_name(event->decision.verdict));
		lg_json_text(object, "reason",
			     lg_reason_name(event->decision.reason));
		break;
	case LG_STORE_CUT:
		lg_json_text(object, "event", "cut");
		lg_json_text(object, "id", event->id);
		lg_json_text(object, "reason",
			     lg_reason_name(event->decision.reason));
		break;
	case LG_STORE_RESTART_CUT:
		lg_json_text(object, "event", "cut");
		lg_json_text(object, "id", event->id);
		lg_json_text(object, "reason", "restart");
		break;
	case LG_STORE_ERROR:
		lg_json_text(object, "event", "error");
		lg_json_text(object, "text", event->text);
		break;
	}
	printer->code = lg_cli_json(printer->cli, object);
}

/* Without --directory every DN counts as found; that of the settings is not
 * asked, a simulation needs no server. */
static enum lg_status
facts_of(struct lg_cli *cli, const struct lg_script *script,
	 enum lg_dialect dialect, struct lg_findings **out_findings,
	 struct lg_store_facts *out_facts, struct lg_error *err)
{
	struct lg_directory *directory = NULL;
	struct lg_progress progress = lg_cli_progress(cli);
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	struct lg_ask ask = {.dn = &dn, .user = &user};
	enum lg_status status = LG_OK;

	*out_facts = (struct lg_store_facts){.facts = LG_FACTS_ALL_FOUND};
	if (!lg_cli_option(cli, "directory"))
		return LG_OK;
	out_facts->facts = LG_FACTS_FINDINGS;
	status = lg_script_names(script, dialect, &dn, &user, err);
	if (status == LG_OK)
		status = lg_cli_directory(cli, &directory, err);
	if (status == LG_OK && directory && dn.count + user.count)
		status = directory->ask(directory->self, &ask, &progress,
					out_findings, err);
	else if (status == LG_OK)
		status = lg_findings_new(out_findings, err);
	lg_cli_progress_end(cli);
	if (status == LG_OK)
		out_facts->findings = *out_findings;
	/* Closed semantics compare texts and need no facts (L17). */
	if ((status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT) &&
	    dialect == LG_DIALECT_EXCHANGE_5_5) {
		out_facts->facts = LG_FACTS_NOT_ASKED;
		status = LG_OK;
	}
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

int lg_simulate_play(struct lg_cli *cli, const struct lg_script *script,
		     enum lg_dialect dialect, const struct lg_store_sink *sink)
{
	struct lg_findings *findings = NULL;
	struct lg_store_facts facts;
	struct lg_error err = {0};
	enum lg_status status =
		facts_of(cli, script, dialect, &findings, &facts, &err);

	if (status == LG_OK)
		status = lg_script_play(script, dialect, &facts, sink, &err);
	lg_findings_free(&findings);
	return status != LG_OK ? lg_cli_fail(cli, &err) : LG_EXIT_DONE;
}

int lg_simulate_json(struct lg_cli *cli, const struct lg_script *script,
		     enum lg_dialect dialect)
{
	struct printer printer = {cli, LG_EXIT_DONE};
	const struct lg_store_sink sink = {&printer, print_event};
	int code = lg_simulate_play(cli, script, dialect, &sink);

	return code ? code : printer.code;
}

static int simulate_file(struct lg_cli *cli, enum lg_dialect dialect)
{
	struct lg_buffer text = {0};
	struct lg_script *script = NULL;
	struct lg_error err = {0};
	const char *path = cli->operand[0];
	enum lg_status status =
		lg_cli_operand_read(path, SIZE_MAX, &text, &err);
	int code;

	if (status == LG_OK)
		status = lg_script_parse(text.len ? text.data : "", text.len,
					 strcmp(path, "-") ? path : "stdin",
					 &script, &err);
	if (status != LG_OK)
		code = lg_cli_fail_as(cli,
				      status == LG_ERR_NO_MEMORY
					      ? LG_EXIT_SOFTWARE
					      : LG_EXIT_INVALID,
				      &err);
	else
		code = lg_simulate_json(cli, script, dialect);
	lg_script_free(&script);
	lg_buffer_release(&text);
	return code;
}

int lg_cmd_simulate(struct lg_cli *cli)
{
	const char *profile = lg_cli_option(cli, "profile");
	struct lg_error err = {0};
	enum lg_dialect dialect;

	if (lg_cli_dialect(cli, &dialect, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (profile && cli->operand_count)
		return lg_cli_usage(cli, "simulate plays a script or a "
					 "profile's window, not both");
	if (profile)
		return lg_simulate_profile(cli, dialect, profile);
	if (lg_cli_option(cli, "for"))
		return lg_cli_usage(cli, "--for is the length of a profile's "
					 "window; a script has its own times");
	if (!cli->operand_count)
		return lg_cli_usage(cli, "simulate needs a script, or a "
					 "profile with --profile");
	return simulate_file(cli, dialect);
}
