/* SPDX-License-Identifier: ISC */
/*
 * logongate render PROFILE --format reg|reg4|powershell|ldif
 *
 * Asks the directory for what allow_filter names, and of format ldif for the
 * mailboxes, and hands the profile to the renderer of the format. Nothing is
 * printed before all of it is there.
 */
#include <string.h>

#include "adapters/system/system_codepage.h"
#include "app/render/render_ldif.h"
#include "app/render/render_powershell.h"
#include "cli/commands.h"
#include "cli/open/open_mailboxes.h"
#include "cli/open/open.h"
#include "cli/open/targets.h"

enum {
	/* What a registry hive takes (facts of the hive, contract 7). */
	STORED_MAX = 1048576
};

/* What the command line and the directory say. */
struct rendering {
	struct lg_cli *cli;
	const struct lg_settings *settings;
	struct lg_profile *profile;
	struct lg_findings *findings;
	struct lg_findings *concerned; /* by the filter of [applies_to] */
	struct lg_render_target target;
	const char *server; /* NULL: no --target */
	struct lg_buffer out;
};

/* --target, else --dialect and a store that has every hotfix. */
static int choose_target(struct rendering *r)
{
	const char *name = lg_cli_option(r->cli, "target");
	const struct lg_target_settings *target;

	r->target.has_process_hotfix = 1;
	if (!name) {
		r->target.dialect = r->settings->dialect;
	} else {
		target = lg_cli_target(r->settings, name);
		if (!target)
			return lg_cli_usage(r->cli,
					    "there is no target %s in the "
					    "settings",
					    name);
		r->target = lg_cli_render_target(target);
		r->server = target->server;
	}
	r->target.skip_unsupported =
		lg_cli_option(r->cli, "skip-unsupported") != NULL;
	return LG_EXIT_DONE;
}

static void warn(struct lg_cli *cli, const struct lg_warnings *warnings)
{
	for (size_t i = 0; i < warnings->text.count && !cli->quiet; i++)
		lg_cli_say(cli, LG_EXIT_DONE, NULL, "%s: %s",
			   lg_warning_name(warnings->code[i]),
			   warnings->text.item[i]);
}

static enum lg_status check_sizes(const struct rendering *r,
				  const struct lg_registry *values,
				  struct lg_error *err)
{
	for (size_t i = 0; i < lg_registry_count(values); i++) {
		const struct lg_value *value = lg_registry_at(values, i);

		if (r->target.dialect != LG_DIALECT_GATE &&
		    lg_value_stored_size(value) > STORED_MAX)
			return lg_error_set(
				err, LG_ERR_LIMIT, r->profile->path,
				"%s would have %zu bytes; a registry takes %d",
				value->name, lg_value_stored_size(value),
				STORED_MAX);
	}
	if (!lg_registry_count(values))
		return lg_error_set(err, LG_ERR_CONFLICT, r->profile->path,
				    "nothing is left that a store of %s has a "
				    "value for",
				    lg_dialect_name(r->target.dialect));
	return LG_OK;
}

/* reg, or reg4 for NT 4. */
static enum lg_status render_text(struct rendering *r,
				  const struct lg_registry *values,
				  struct lg_error *err)
{
	int is_reg4 = strcmp(lg_cli_option(r->cli, "format"), "reg4") == 0;
	const char *page = lg_cli_option(r->cli, "codepage");
	struct lg_codepage codepage;

	if (!is_reg4)
		return lg_reg_text_render(values, LG_REG_ENCODING_UTF16,
					  &r->out, err);
	if (page != NULL && lg_codepage_load(page, &codepage, err) != LG_OK)
		return err->status;
	return lg_reg_text_render_as(values, LG_REG_ENCODING_REGEDIT4,
				     page != NULL ? &codepage : NULL, &r->out,
				     err);
}

static enum lg_status render_reg(struct rendering *r, struct lg_error *err)
{
	struct lg_warnings warnings = {0};
	struct lg_registry *values = NULL;
	enum lg_status status =
		lg_profile_lint(r->profile, r->target.dialect, &warnings, err);

	if (status == LG_OK)
		status = lg_profile_render(r->profile, &r->target, r->findings,
					   r->concerned, &values, NULL,
					   &warnings, err);
	if (status == LG_OK)
		status = check_sizes(r, values, err);
	if (status == LG_OK)
		status = render_text(r, values, err);
	if (status == LG_OK)
		warn(r->cli, &warnings);
	lg_registry_free(&values);
	lg_warnings_release(&warnings);
	return status;
}

static enum lg_status render_powershell(struct rendering *r,
					struct lg_error *err)
{
	const struct lg_powershell_input input = {
		.profile = r->profile,
		.findings = r->findings,
		.concerned = r->concerned,
		.break_glass = &r->settings->break_glass,
		.default_domain = r->settings->default_domain,
		.server = r->server,
		.skip_unsupported = r->target.skip_unsupported,
	};
	struct lg_warnings warnings = {0};
	/* Later servers report their own builds: 2007's ranges (V10). */
	enum lg_status status = lg_profile_lint(
		r->profile, LG_DIALECT_EXCHANGE_2007, &warnings, err);

	if (status == LG_OK)
		status = lg_render_powershell(&input, NULL, &r->out, err);
	if (status == LG_OK)
		warn(r->cli, &warnings);
	lg_warnings_release(&warnings);
	return status;
}

static enum lg_status list_mailboxes(struct rendering *r,
				     struct lg_ldif_render *ldif,
				     struct lg_error *err)
{
	struct lg_directory_settings settings =
		lg_settings_directory(r->settings);
	struct lg_mailbox_sink sink = lg_ldif_render_sink(ldif);

	if (!settings.uri || !*settings.uri)
		return lg_error_set(err, LG_ERR_DIRECTORY, NULL,
				    "format ldif changes what the accounts "
				    "have now; name a directory with "
				    "--directory or [directory] uri");
	return lg_cli_mailboxes_list(&settings, &sink, err);
}

static enum lg_status render_ldif(struct rendering *r, struct lg_error *err)
{
	const struct lg_ldif_input input = {
		.profile = r->profile,
		.dialect = r->target.dialect,
		.findings = r->findings,
		.concerned = r->concerned,
		.default_domain = r->settings->default_domain,
		.break_glass = &r->settings->break_glass,
		.skip_unsupported = r->target.skip_unsupported,
	};
	struct lg_ldif_render *ldif = NULL;
	enum lg_status status = lg_ldif_render_new(&input, &ldif, err);

	if (status == LG_OK)
		status = list_mailboxes(r, ldif, err);
	if (status == LG_OK)
		status = lg_ldif_render_finish(ldif,
					       lg_cli_option(r->cli, "undo")
						       ? LG_LDIF_UNDO
						       : LG_LDIF_CHANGE,
					       &r->out, err);
	lg_ldif_render_free(&ldif);
	return status;
}

static int render(struct rendering *r)
{
	const char *format = lg_cli_option(r->cli, "format");
	struct lg_error err = {0};
	enum lg_status status = lg_cli_ask_filters(
		r->cli, r->profile,
		"asks a directory; name one with --directory or [directory] "
		"uri",
		NULL, &r->findings, &r->concerned, &err);

	if (status == LG_OK && strncmp(format, "reg", 3) == 0)
		status = render_reg(r, &err);
	else if (status == LG_OK && strcmp(format, "powershell") == 0)
		status = render_powershell(r, &err);
	else if (status == LG_OK)
		status = render_ldif(r, &err);
	if (status != LG_OK)
		return lg_cli_fail(r->cli, &err);
	fwrite(r->out.data, 1, r->out.len, r->cli->out);
	return LG_EXIT_DONE;
}

int lg_cmd_render(struct lg_cli *cli)
{
	const char *format = lg_cli_option(cli, "format");
	struct rendering r = {.cli = cli};
	struct lg_error err = {0};
	int code;

	if (!format ||
	    (strcmp(format, "reg") != 0 && strcmp(format, "reg4") != 0 &&
	     strcmp(format, "powershell") != 0 && strcmp(format, "ldif") != 0))
		return lg_cli_usage(cli, "render needs --format reg, reg4, "
					 "powershell or ldif");
	if (lg_cli_option(cli, "codepage") && strcmp(format, "reg4") != 0)
		return lg_cli_usage(cli, "--codepage is for --format reg4; the "
					 "others are Unicode");
	if (lg_cli_option(cli, "undo") && strcmp(format, "ldif") != 0)
		return lg_cli_usage(cli, "--undo is for --format ldif; a "
					 "PowerShell script has its own -Undo");
	if (lg_cli_settings(cli, &r.settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	code = choose_target(&r);
	if (code == LG_EXIT_DONE)
		code = lg_cli_profile(cli, cli->operand[0], &r.profile);
	if (code == LG_EXIT_DONE)
		code = render(&r);
	lg_buffer_release(&r.out);
	lg_findings_free(&r.findings);
	lg_findings_free(&r.concerned);
	lg_profile_free(&r.profile);
	return code;
}
