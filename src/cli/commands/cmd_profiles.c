/* SPDX-License-Identifier: ISC */
/*
 * profiles list, show, lint: what is at hand, what is in force of a profile
 * with all it is based on, and what its writer may not have meant. None asks
 * the directory or the gate.
 */
#include <string.h>

#include <cjson/cJSON.h>

#include "core/exchange/profile_language.h"
#include "core/policy/message.h"
#include <logongate/profile.h>

#include "adapters/ini/profile_file.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/table.h"

static cJSON *summary_json(const struct lg_profile_summary *summary)
{
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "name", summary->name);
	lg_json_text(object, "path", summary->path);
	lg_json_text(object, "description", summary->description);
	lg_json_text(object, "max_duration", summary->max_duration);
	lg_json_names(object, "variables", &summary->variables);
	return object;
}

static void add_row(struct lg_table *table,
		    const struct lg_profile_summary *summary)
{
	struct lg_buffer variables = {0};

	for (size_t i = 0; i < summary->variables.count; i++)
		lg_buffer_format(&variables, "%s%s", i ? "," : "",
				 summary->variables.item[i]);
	lg_table_cell(table, summary->name);
	lg_table_cell(table, summary->max_duration);
	lg_table_cell(table, variables.data);
	lg_table_cell(table, summary->description);
	lg_buffer_release(&variables);
}

/*
 * One that does not read is told on stderr and does not hide the others.
 */
int lg_cmd_profiles_list(struct lg_cli *cli)
{
	static const char *const head[] = {"PROFILE", "AT MOST", "VARIABLES",
					   "DESCRIPTION", NULL};
	struct lg_profile_source source = {0};
	struct lg_strlist names = {0};
	struct lg_table table = {0};
	struct lg_error err = {0};
	int code = LG_EXIT_DONE;
	int printed = LG_EXIT_DONE;

	if (lg_cli_profiles_dir(cli, &source.dir, &err) != LG_OK ||
	    lg_profile_names(source.dir, &names, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	lg_table_begin(&table, head);
	for (size_t i = 0; i < names.count; i++) {
		struct lg_profile_summary summary = {0};

		source.name = names.item[i];
		if (lg_profile_summarise(&source, &summary, &err) != LG_OK) {
			code = lg_cli_fail(cli, &err);
			continue;
		}
		if (cli->json)
			printed = lg_cli_json(cli, summary_json(&summary));
		else
			add_row(&table, &summary);
		lg_profile_summary_release(&summary);
	}
	if (lg_cli_table(cli, &table))
		printed = LG_EXIT_SOFTWARE;
	lg_strlist_release(&names);
	return code ? code : printed;
}

static int show_json(struct lg_cli *cli,
		     const struct lg_profile_summary *summary,
		     const struct lg_profile_lines *lines)
{
	cJSON *object = summary_json(summary);
	cJSON *sections = cJSON_AddObjectToObject(object, "sections");
	cJSON *section = NULL;

	for (size_t i = 0; i < lines->count; i++) {
		const struct lg_profile_line *line = &lines->line[i];

		if (!line->key)
			section = cJSON_AddObjectToObject(sections,
							  line->section);
		else
			cJSON_AddStringToObject(section, line->key,
						line->value);
	}
	return lg_cli_json(cli, object);
}

static void show_text(struct lg_cli *cli,
		      const struct lg_profile_summary *summary,
		      const struct lg_profile_lines *lines)
{
	const char *file = summary->path;

	lg_cli_line(cli, LG_PLAIN, "; ", summary->path);
	for (size_t i = 0; i < lines->count; i++) {
		const struct lg_profile_line *line = &lines->line[i];
		char quote =
			line->value && strchr(line->value, '"') ? '\'' : '"';

		if (!line->key) {
			if (strcmp(line->file, file)) {
				fputs("\n; from ", cli->out);
				lg_cli_text(cli, line->file);
			}
			file = line->file;
			lg_cli_print(cli, LG_BOLD, "\n[%s]", line->section);
			fputc('\n', cli->out);
			continue;
		}
		fprintf(cli->out, "%s = %c", line->key, quote);
		lg_cli_text(cli, line->value);
		fprintf(cli->out, "%c\n", quote);
	}
}

int lg_cmd_profiles_show(struct lg_cli *cli)
{
	struct lg_profile_source source = {.name = cli->operand[0]};
	struct lg_profile_summary summary = {0};
	struct lg_profile_lines lines = {0};
	struct lg_strlist set = {0};
	struct lg_error err = {0};
	int code = LG_EXIT_DONE;

	source.set = &set;
	if (lg_cli_options(cli, "set", &set, &err) != LG_OK ||
	    lg_cli_profiles_dir(cli, &source.dir, &err) != LG_OK ||
	    lg_profile_summarise(&source, &summary, &err) != LG_OK ||
	    lg_profile_lines(&source, &lines, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	else if (cli->json)
		code = show_json(cli, &summary, &lines);
	else
		show_text(cli, &summary, &lines);
	lg_profile_summary_release(&summary);
	lg_profile_lines_release(&lines);
	lg_strlist_release(&set);
	return code;
}

/* The lint, and what a server of the dialect could not hold. */
static enum lg_status lint(struct lg_cli *cli, const struct lg_profile *profile,
			   struct lg_warnings *warnings, struct lg_error *err)
{
	struct lg_render_target target = {.has_process_hotfix = 1,
					  .skip_unsupported = 1};
	struct lg_warnings rendered = {0};
	struct lg_registry *values = NULL;
	const struct lg_settings *settings;
	enum lg_status status = lg_cli_dialect(cli, &target.dialect, err);

	if (status == LG_OK)
		status =
			lg_profile_lint(profile, target.dialect, warnings, err);
	if (status == LG_OK)
		status = lg_cli_settings(cli, &settings, err);
	if (status == LG_OK)
		status = lg_profile_language_lint(profile, settings->language,
						  warnings, err);
	if (status == LG_OK)
		status = lg_profile_render(profile, &target, NULL, NULL,
					   &values, NULL, &rendered, err);
	/* The other codes are the directory's to say. */
	for (size_t i = 0; i < rendered.text.count && status == LG_OK; i++)
		if (rendered.code[i] == LG_WARN_UNSUPPORTED_BY_DIALECT)
			status =
				lg_warnings_add(warnings, rendered.code[i], err,
						"%s", rendered.text.item[i]);
	lg_registry_free(&values);
	lg_warnings_release(&rendered);
	return status;
}

static int lint_json(struct lg_cli *cli, const struct lg_profile *profile,
		     const struct lg_warnings *warnings)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *array;

	lg_json_text(object, "profile", profile->name);
	array = cJSON_AddArrayToObject(object, "warnings");
	for (size_t i = 0; i < warnings->text.count; i++) {
		cJSON *warning = cJSON_CreateObject();

		lg_json_text(warning, "code",
			     lg_warning_name(warnings->code[i]));
		lg_json_text(warning, "text", warnings->text.item[i]);
		cJSON_AddItemToArray(array, warning);
	}
	return lg_cli_json(cli, object);
}

int lg_cmd_profiles_lint(struct lg_cli *cli)
{
	struct lg_profile *profile = NULL;
	struct lg_warnings warnings = {0};
	struct lg_error err = {0};
	int code = lg_cli_profile(cli, cli->operand[0], &profile);

	if (code)
		return code;
	if (lint(cli, profile, &warnings, &err) != LG_OK) {
		code = lg_cli_fail(cli, &err);
	} else if (cli->json) {
		code = lint_json(cli, profile, &warnings);
	} else {
		for (size_t i = 0; i < warnings.text.count; i++) {
			lg_cli_print(cli, LG_YELLOW, "%s",
				     lg_warning_name(warnings.code[i]));
			lg_cli_line(cli, LG_PLAIN, ": ", warnings.text.item[i]);
		}
	}
	lg_warnings_release(&warnings);
	lg_profile_free(&profile);
	return code;
}
