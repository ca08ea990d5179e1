/* SPDX-License-Identifier: ISC */
/*
 * logongate simulate --profile - a whole window as a timeline
 *
 * The profile is rendered for the dialect, app/render/window_script writes what
 * happens, and each event of the play is told with its time before or after
 * the moment of apply. Logons of one moment that end alike stand on one line.
 */
#include <inttypes.h>
#include <string.h>

#include "app/render/window_script.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/commands/simulate.h"
#include "cli/text/times.h"

/* Told so far. */
struct timeline {
	struct lg_cli *cli;
	const struct lg_window_times *times;
	const struct lg_registry *values;
	int applied;
	int lifted;
	/* the line being put together: its time, its words */
	int64_t t_s;
	struct lg_buffer what;
	struct lg_buffer ids;
};

static void print_time(struct timeline *line, int64_t t_s)
{
	int64_t at = t_s - line->times->apply_s;
	int64_t away = at < 0 ? -at : at;

	fprintf(line->cli->out, "%c%" PRId64 ":%02d:%02d  ", at < 0 ? '-' : '+',
		away / 3600, (int)(away / 60 % 60), (int)(away % 60));
}

static void flush(struct timeline *line)
{
	if (!line->what.len)
		return;
	print_time(line, line->t_s);
	fprintf(line->cli->out, "%s ", line->what.data);
	lg_cli_line(line->cli, LG_PLAIN, "",
		    line->ids.data ? line->ids.data : "");
	lg_buffer_clear(&line->what);
	lg_buffer_clear(&line->ids);
}

static void add(struct timeline *line, int64_t t_s, const char *what,
		const char *id)
{
	if (!line->what.len || line->t_s != t_s ||
	    strcmp(line->what.data, what) != 0)
		flush(line);
	line->t_s = t_s;
	if (!line->what.len)
		lg_buffer_text(&line->what, what);
	if (line->ids.len)
		lg_buffer_text(&line->ids, ", ");
	lg_buffer_text(&line->ids, id);
}

static void tell_values(struct timeline *line)
{
	print_time(line, line->times->apply_s);
	fputs("the values are written:", line->cli->out);
	for (size_t i = 0; i < lg_registry_count(line->values); i++)
		fprintf(line->cli->out, "%s %s", i ? "," : "",
			lg_registry_at(line->values, i)->name);
	fputc('\n', line->cli->out);
}

/* What the script does itself comes before what comes of it. */
static void tell_actions(struct timeline *line, int64_t t_s)
{
	if (!line->applied && t_s >= line->times->apply_s) {
		flush(line);
		line->applied = 1;
		tell_values(line);
	}
	if (!line->lifted && t_s >= line->times->lift_s) {
		flush(line);
		line->lifted = 1;
		print_time(line, line->times->lift_s);
		fputs("the values are taken back\n", line->cli->out);
	}
}

static void tell(void *context, const struct lg_store_event *event)
{
	struct timeline *line = context;
	char what[64];

	tell_actions(line, event->t_s);
	switch (event->kind) {
	case LG_STORE_READ:
		add(line, event->t_s, "the store reads its values: gate",
		    lg_gate_state_name(event->gate));
		flush(line);
		break;
	case LG_STORE_LOGON:
		if (event->decision.verdict == LG_ADMIT) {
			add(line, event->t_s, "logs on:", event->id);
			break;
		}
		snprintf(what, sizeof(what), "refused (%s):",
			 lg_reason_name(event->decision.reason));
		add(line, event->t_s, what, event->id);
		break;
	case LG_STORE_CUT:
		snprintf(what, sizeof(what),
			 "CUT (%s):", lg_reason_name(event->decision.reason));
		add(line, event->t_s, what, event->id);
		break;
	case LG_STORE_RESTART_CUT:
		add(line, event->t_s, "cut by the restart:", event->id);
		break;
	case LG_STORE_ERROR:
		add(line, event->t_s, "does not parse:", event->text);
		flush(line);
		break;
	}
}

static enum lg_status render(struct lg_cli *cli,
			     const struct lg_profile *profile,
			     enum lg_dialect dialect,
			     struct lg_registry **out_values,
			     struct lg_error *err)
{
	const struct lg_render_target target = {
		.dialect = dialect,
		.is_gate = dialect == LG_DIALECT_GATE,
		.has_process_hotfix = 1,
		.skip_unsupported =
			lg_cli_option(cli, "skip-unsupported") != NULL,
	};
	struct lg_progress progress = lg_cli_progress(cli);
	struct lg_findings *findings = NULL;
	struct lg_findings *concerned = NULL;
	/* What allow_filter returns belongs to the values. */
	enum lg_status status = lg_cli_ask_filters(
		cli, profile, "needs a directory; --directory names one",
		&progress, &findings, &concerned, err);

	lg_cli_progress_end(cli);
	if (status == LG_OK)
		status =
			lg_profile_render(profile, &target, findings, concerned,
					  out_values, NULL, NULL, err);
	lg_findings_free(&findings);
	lg_findings_free(&concerned);
	return status;
}

static int play_window(struct lg_cli *cli, enum lg_dialect dialect,
		       const struct lg_registry *values, int64_t duration_s)
{
	struct lg_window_times times = {0};
	struct timeline line = {.cli = cli, .times = &times, .values = values};
	const struct lg_store_sink sink = {&line, tell};
	struct lg_buffer text = {0};
	struct lg_script *script = NULL;
	struct lg_error err = {0};
	enum lg_status status = lg_window_script(dialect, values, duration_s,
						 &text, &times, &err);
	int code;

	if (status == LG_OK)
		status = lg_script_parse(text.data, text.len, "window", &script,
					 &err);
	if (status != LG_OK)
		code = lg_cli_fail(cli, &err);
	else if (cli->json)
		code = lg_simulate_json(cli, script, dialect);
	else
		code = lg_simulate_play(cli, script, dialect, &sink);
	flush(&line);
	if (!code && !cli->json)
		fprintf(cli->out,
			"Nothing is left behind: what was there before is "
			"back.\n");
	lg_script_free(&script);
	lg_buffer_release(&line.what);
	lg_buffer_release(&line.ids);
	lg_buffer_release(&text);
	return code;
}

int lg_simulate_profile(struct lg_cli *cli, enum lg_dialect dialect,
			const char *name)
{
	struct lg_profile *profile = NULL;
	struct lg_registry *values = NULL;
	struct lg_error err = {0};
	int64_t duration_s = 0;
	int code = lg_cli_duration(cli, "for", &duration_s);

	if (!code)
		code = lg_cli_profile(cli, name, &profile);
	if (code)
		return code;
	if (!duration_s && profile->max_duration_s > 0)
		duration_s = profile->max_duration_s;
	if (!duration_s)
		code = lg_cli_usage(
			cli, "say how long: --for 2h, or max_duration in the "
			     "profile");
	else if (render(cli, profile, dialect, &values, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (!code && !cli->json)
		fprintf(cli->out, "%s on %s; times count from apply\n\n",
			profile->name, lg_dialect_traits(dialect)->product);
	if (!code)
		code = play_window(cli, dialect, values, duration_s);
	lg_registry_free(&values);
	lg_profile_free(&profile);
	return code;
}
