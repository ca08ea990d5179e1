/* SPDX-License-Identifier: ISC */
/*
 * logongate registry show, export, diff
 *
 * The values in force and Registry Editor files. The gate is asked where one
 * runs and state_dir read else.
 */
#include <errno.h>
#include <string.h>

#include "port/json_of.h"
#include "adapters/system/system_codepage.h"
#include "app/lock/lock_change.h"
#include "app/lock/picture.h"
#include "cli/commands/cmd_registry.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/change/registry_target.h"

/* A .reg file for 7,400 DNs is 2 MB; this is far beyond any. */
#define FILE_MAX_BYTES ((size_t)256 * 1024 * 1024)

enum lg_status lg_cli_modernise(struct lg_cli *cli, const char *path,
				struct lg_buffer *bytes, struct lg_error *err)
{
	const char *page = lg_cli_option(cli, "codepage");
	struct lg_codepage codepage;
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;

	if (page != NULL)
		status = lg_codepage_load(page, &codepage, err);
	if (status == LG_OK)
		status = lg_reg_text_modernise(
			bytes->len ? bytes->data : "", bytes->len, path,
			page != NULL ? &codepage : NULL, &text, err);
	if (status == LG_OK) {
		lg_buffer_release(bytes);
		*bytes = text;
		text = (struct lg_buffer){0};
	}
	lg_buffer_release(&text);
	return status;
}

int lg_cli_registry_file(struct lg_cli *cli, const char *path,
			 struct lg_buffer *out_bytes)
{
	int from_stdin = strcmp(path, "-") == 0;
	FILE *file = from_stdin ? stdin : fopen(path, "re");
	struct lg_error err;
	char bytes[16384];
	size_t got;
	int code = LG_EXIT_DONE;

	if (file == NULL)
		return lg_cli_say(cli, LG_EXIT_INVALID, path, "%s",
				  strerror(errno));
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0 &&
	       out_bytes->len <= FILE_MAX_BYTES)
		lg_buffer_append(out_bytes, bytes, got);
	if (ferror(file))
		code = lg_cli_say(cli, LG_EXIT_INVALID, path, "%s",
				  strerror(errno));
	else if (out_bytes->len > FILE_MAX_BYTES)
		code = lg_cli_say(cli, LG_EXIT_INVALID, path,
				  "this is too long for a Registry Editor "
				  "file");
	else if (lg_buffer_status(out_bytes, &err) != LG_OK ||
		 lg_cli_modernise(cli, path, out_bytes, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (!from_stdin)
		fclose(file);
	return code;
}

/* The values in force; *out_values is the caller's. comments: the locks that
 * they do not show, as lines; may be NULL. */
static int in_force(struct lg_cli *cli, struct lg_registry **out_values,
		    struct lg_buffer *comments)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	struct lg_state *state = NULL;
	const struct lg_target_settings *server;
	const char *said;
	struct lg_error err;
	enum lg_status status;
	int code = lg_cli_registry_server(cli, &server);

	if (code != LG_EXIT_DONE)
		return code;
	if (server != NULL)
		return lg_cli_registry_read(cli, server, out_values);
	/* registry needs no running gate (contract 7 "Locks"). */
	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		control = NULL;
	if (control != NULL) {
		code = lg_cli_ask(cli, control, lg_cli_request("values"),
				  &answer);
		if (code != LG_EXIT_DONE)
			return code;
		status = lg_reg_text_parse(
			answer.block_count > 0 ? answer.block[0].data : "",
			answer.block_count > 0 ? answer.block[0].len : 0,
			"the gate's values", NULL, out_values, &err);
		said = lg_json_text_of(answer.object, "comments");
		if (comments != NULL && said != NULL)
			lg_buffer_text(comments, said);
		lg_control_release(&answer);
	} else {
		status = lg_cli_state(cli, LG_STATE_READ, &state, &err);
		if (status == LG_OK && state == NULL)
			status = lg_registry_new(out_values, &err);
		else if (status == LG_OK && !lg_state_trusted(state))
			status =
				lg_error_set(&err, LG_ERR_IO, LG_STATE_REGISTRY,
					     "no copy of the values can be "
					     "read");
		else if (status == LG_OK)
			status = lg_picture_values(state, out_values, &err);
		if (status == LG_OK && state != NULL && comments != NULL)
			status = lg_picture_comments(state, comments, &err);
	}
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}

int lg_cmd_registry_show(struct lg_cli *cli)
{
	struct lg_registry *values = NULL;
	struct lg_buffer text = {0};
	cJSON *object, *array;
	struct lg_error err;
	int code = in_force(cli, &values, NULL);

	if (code == LG_EXIT_DONE && cli->json) {
		object = cJSON_CreateObject();
		array = cJSON_CreateArray();
		for (size_t i = 0; i < lg_registry_count(values); i++) {
			cJSON *item = cJSON_CreateObject();

			lg_json_value(item, lg_registry_at(values, i));
			lg_json_append(array, item);
		}
		lg_json_add(object, "values", array);
		code = lg_cli_json(cli, object);
	} else if (code == LG_EXIT_DONE) {
		if (lg_reg_text_render(values, LG_REG_ENCODING_UTF8, &text,
				       &err) != LG_OK)
			code = lg_cli_fail(cli, &err);
		else
			fwrite(text.data, 1, text.len, cli->out);
	}
	lg_buffer_release(&text);
	lg_registry_free(&values);
	return code;
}

int lg_cmd_registry_export(struct lg_cli *cli)
{
	const char *path = cli->operand[0];
	int to_stdout = strcmp(path, "-") == 0;
	struct lg_registry *values = NULL;
	struct lg_buffer bytes = {0}, comments = {0};
	struct lg_error err;
	FILE *file = cli->out;
	int code = in_force(cli, &values, &comments);

	if (code == LG_EXIT_DONE &&
	    (lg_reg_text_render(values, LG_REG_ENCODING_UTF16, &bytes, &err) !=
		     LG_OK ||
	     lg_reg_text_render_comments(comments.len > 0 ? comments.data : "",
					 LG_REG_ENCODING_UTF16, &bytes,
					 &err) != LG_OK))
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE && !to_stdout)
		file = fopen(path, "we");
	if (code == LG_EXIT_DONE && file == NULL)
		code = lg_cli_say(cli, LG_EXIT_OUTPUT, path, "%s",
				  strerror(errno));
	if (code == LG_EXIT_DONE &&
	    fwrite(bytes.data, 1, bytes.len, file) != bytes.len)
		code = lg_cli_say(cli, LG_EXIT_OUTPUT, path, "%s",
				  strerror(errno));
	if (file != NULL && file != cli->out && fclose(file) != 0 &&
	    code == LG_EXIT_DONE)
		code = lg_cli_say(cli, LG_EXIT_OUTPUT, path, "%s",
				  strerror(errno));
	lg_buffer_release(&bytes);
	lg_buffer_release(&comments);
	lg_registry_free(&values);
	return code;
}

int lg_cli_registry_changed(struct lg_cli *cli, const struct lg_strlist *names)
{
	cJSON *object;

	if (cli->json) {
		object = cJSON_CreateObject();
		lg_json_names(object, "changed", names);
		return lg_cli_json(cli, object);
	}
	for (size_t i = 0; i < names->count && !cli->quiet; i++) {
		lg_cli_text(cli, names->item[i]);
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
	return LG_EXIT_DONE;
}

int lg_cmd_registry_diff(struct lg_cli *cli)
{
	const char *path = cli->operand[0];
	struct lg_registry *values = NULL, *others = NULL;
	struct lg_strlist names = {0};
	struct lg_buffer bytes = {0};
	struct lg_error err;
	int code = lg_cli_registry_file(cli, path, &bytes);

	if (code == LG_EXIT_DONE &&
	    lg_reg_text_parse(bytes.data, bytes.len, path, NULL, &others,
			      &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE)
		code = in_force(cli, &values, NULL);
	if (code == LG_EXIT_DONE &&
	    lg_registry_differences(values, others, &names, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE)
		code = lg_cli_registry_changed(cli, &names);
	if (code == LG_EXIT_DONE && names.count > 0)
		code = LG_EXIT_REFUSED;
	lg_strlist_release(&names);
	lg_registry_free(&others);
	lg_registry_free(&values);
	lg_buffer_release(&bytes);
	return code;
}
