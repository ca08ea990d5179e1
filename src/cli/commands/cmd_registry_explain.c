/* SPDX-License-Identifier: ISC */
/*
 * logongate registry explain - what the values in a .reg file would do
 *
 * The file is read, the directory of --directory asked about its names, and
 * app/render/describe_values puts it into words, the fail-open trap first. A
 * value that does not parse is told and exits 3.
 */
#include <string.h>

#include "app/render/describe_values.h"
#include "app/render/registry_keys.h"
#include "cli/commands/cmd_registry.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"

static enum lg_status read_values(struct lg_cli *cli, const char *path,
				  struct lg_registry **out_values,
				  int *out_moved, struct lg_warnings *warnings,
				  struct lg_error *err)
{
	struct lg_buffer bytes = {0};
	struct lg_registry *values = NULL;
	enum lg_status status =
		lg_cli_operand_read(path, SIZE_MAX, &bytes, err);

	if (status == LG_OK)
		status = lg_cli_modernise(
			cli, strcmp(path, "-") ? path : "stdin", &bytes, err);
	if (status == LG_OK)
		status = lg_reg_text_parse(
			bytes.len ? bytes.data : "", bytes.len,
			strcmp(path, "-") ? path : "stdin", NULL, &values, err);
	if (status == LG_OK)
		status = lg_registry_keys_gather(values, out_values, out_moved,
						 warnings, err);
	lg_registry_free(&values);
	lg_buffer_release(&bytes);
	return status;
}

/* *out_findings stays NULL where no directory is named. */
static enum lg_status ask(struct lg_cli *cli, enum lg_dialect dialect,
			  const struct lg_registry *values,
			  struct lg_findings **out_findings,
			  struct lg_error *err)
{
	struct lg_directory *directory = NULL;
	struct lg_progress progress = lg_cli_progress(cli);
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	struct lg_ask question = {.dn = &dn, .user = &user};
	enum lg_status status = lg_cli_directory(cli, &directory, err);

	/* What does not parse names nobody. */
	if (status == LG_OK && directory &&
	    lg_policy_names(dialect, values, &dn, &user, NULL) ==
		    LG_ERR_NO_MEMORY)
		status = lg_no_memory(err);
	if (status == LG_OK && directory && dn.count + user.count)
		status = directory->ask(directory->self, &question, &progress,
					out_findings, err);
	lg_cli_progress_end(cli);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

static int print_json(struct lg_cli *cli, enum lg_dialect dialect,
		      const struct lg_description *description, int moved)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();

	lg_json_text(object, "dialect", lg_dialect_name(dialect));
	lg_json_text(object, "gate", lg_gate_state_name(description->gate));
	lg_json_bool(object, "fails_open", description->fails_open);
	lg_json_bool(object, "other_key", moved);
	lg_json_names(object, "verdict", &description->line);
	lg_json_names(object, "errors", &description->wrong);
	for (size_t i = 0; i < description->warnings.text.count; i++) {
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "code",
			     lg_warning_name(description->warnings.code[i]));
		lg_json_text(item, "text", description->warnings.text.item[i]);
		lg_json_append(array, item);
	}
	lg_json_add(object, "warnings", array);
	return lg_cli_json(cli, object);
}

static void print_line(struct lg_cli *cli, enum lg_colour colour,
		       const char *before, const char *text)
{
	lg_cli_print(cli, colour, "%s", before);
	lg_cli_text(cli, text);
	fputc('\n', cli->out);
}

static void print_text(struct lg_cli *cli,
		       const struct lg_description *description, int moved)
{
	for (size_t i = 0; i < description->line.count; i++)
		print_line(cli,
			   !i && description->fails_open ? LG_RED : LG_PLAIN,
			   "", description->line.item[i]);
	for (size_t i = 0; i < description->wrong.count; i++)
		print_line(cli, LG_RED,
			   "counts as absent: ", description->wrong.item[i]);
	for (size_t i = 0; i < description->warnings.text.count; i++)
		print_line(cli, LG_YELLOW,
			   "warning: ", description->warnings.text.item[i]);
	if (moved)
		print_line(cli, LG_YELLOW, "warning: ",
			   "values stand under MSExchangeIS itself, as one "
			   "source prints it; stores read them below "
			   "ParametersSystem, where logongate writes them");
}

int lg_cmd_registry_explain(struct lg_cli *cli)
{
	struct lg_description description = {0};
	struct lg_registry *values = NULL;
	struct lg_findings *findings = NULL;
	struct lg_error err = {0};
	enum lg_dialect dialect;
	int moved = 0;
	int code = LG_EXIT_DONE;
	enum lg_status status = lg_cli_dialect(cli, &dialect, &err);

	if (status == LG_OK)
		status = read_values(cli, cli->operand[0], &values, &moved,
				     &description.warnings, &err);
	if (status == LG_OK)
		status = ask(cli, dialect, values, &findings, &err);
	if (status == LG_OK)
		status = lg_describe_values(dialect, values,
					    findings ? LG_FACTS_FINDINGS
						     : LG_FACTS_NOT_ASKED,
					    findings, &description, &err);
	if (status != LG_OK)
		code = lg_cli_fail(cli, &err);
	else if (cli->json)
		code = print_json(cli, dialect, &description, moved);
	else
		print_text(cli, &description, moved);
	if (!code && description.wrong.count)
		code = LG_EXIT_INVALID;
	lg_description_release(&description);
	lg_findings_free(&findings);
	lg_registry_free(&values);
	return code;
}
