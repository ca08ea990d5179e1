/* SPDX-License-Identifier: ISC */
/*
 * logongate versions test|normalize
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/explain.h>

#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"

/* --- test --------------------------------------------------------------- */

/* The setting read last: a batch asks many versions of one. */
struct batch_setting {
	char *spec;
	size_t len;
	struct lg_version_setting *setting; /* NULL: it does not read */
};

static enum lg_status batch_use(struct batch_setting *batch, const char *spec,
				size_t len, enum lg_version_form form,
				struct lg_error *err)
{
	enum lg_status status;

	if (batch->spec && batch->len == len &&
	    memcmp(batch->spec, spec, len) == 0)
		return LG_OK;
	lg_version_setting_free(&batch->setting);
	free(batch->spec);
	batch->spec = malloc(len ? len : 1);
	if (!batch->spec)
		return lg_no_memory(err);
	memcpy(batch->spec, spec, len);
	batch->len = len;
	status = lg_version_setting_parse(spec, len, form, NULL,
					  &batch->setting, err);
	return status == LG_ERR_NO_MEMORY ? status : LG_OK;
}

static enum lg_status batch_line(struct batch_setting *batch, const char *line,
				 size_t len, enum lg_version_form form,
				 const char **out_word, struct lg_error *err)
{
	struct lg_version version;
	size_t spec_len = len;
	enum lg_status status;

	*out_word = "invalid";
	/* Split at the last TAB: one before it is the setting's. */
	while (spec_len > 0 && line[spec_len - 1] != '\t')
		spec_len--;
	if (!spec_len || lg_version_parse(line + spec_len, len - spec_len,
					  &version, NULL) != LG_OK)
		return LG_OK;
	spec_len--;
	status = batch_use(batch, line, spec_len, form, err);
	if (status == LG_OK && batch->setting)
		*out_word = lg_version_setting_blocks(batch->setting, &version)
				    ? "block"
				    : "allow";
	return status;
}

static int test_batch(struct lg_cli *cli)
{
	struct batch_setting batch = {0};
	struct lg_error err = {0};
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int code = LG_EXIT_DONE;

	while (code == LG_EXIT_DONE &&
	       (len = getline(&line, &size, stdin)) >= 0) {
		const char *word;

		if (len > 0 && line[len - 1] == '\n')
			len--;
		if (batch_line(&batch, line, (size_t)len,
			       lg_cli_version_form(cli), &word, &err) != LG_OK)
			code = lg_cli_fail(cli, &err);
		else
			fprintf(cli->out, "%s\n", word);
	}
	if (code == LG_EXIT_DONE && !feof(stdin))
		code = lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL,
				  "standard input could not be read");
	lg_version_setting_free(&batch.setting);
	free(batch.spec);
	free(line);
	return code;
}

static int test_answer(struct lg_cli *cli, const char *word)
{
	cJSON *object;

	if (cli->quiet)
		return LG_EXIT_DONE;
	if (!cli->json) {
		fprintf(cli->out, "%s\n", word);
		return LG_EXIT_DONE;
	}
	object = cJSON_CreateObject();
	lg_json_text(object, "spec", cli->operand[0]);
	lg_json_text(object, "version", cli->operand[1]);
	lg_json_text(object, "answer", word);
	return lg_cli_json(cli, object);
}

int lg_cmd_versions_test(struct lg_cli *cli)
{
	struct lg_version_setting *setting = NULL;
	struct lg_version version;
	struct lg_error err = {0};
	enum lg_status status;
	int blocks;
	int code;

	if (lg_cli_option(cli, "batch")) {
		if (cli->operand_count)
			return lg_cli_usage(cli, "--batch reads settings and "
						 "versions from standard "
						 "input, not from the command "
						 "line");
		return test_batch(cli);
	}
	if (cli->operand_count != 2)
		return lg_cli_usage(cli, "versions test needs SPEC VERSION, "
					 "or --batch");
	status = lg_version_setting_parse(
		cli->operand[0], strlen(cli->operand[0]),
		lg_cli_version_form(cli), NULL, &setting, &err);
	if (status == LG_OK)
		status = lg_version_parse(cli->operand[1],
					  strlen(cli->operand[1]), &version,
					  &err);
	if (status != LG_OK) {
		lg_version_setting_free(&setting);
		if (status != LG_ERR_NO_MEMORY &&
		    test_answer(cli, "invalid") != LG_EXIT_DONE)
			return LG_EXIT_SOFTWARE;
		return lg_cli_fail(cli, &err);
	}
	blocks = lg_version_setting_blocks(setting, &version);
	lg_version_setting_free(&setting);
	code = test_answer(cli, blocks ? "block" : "allow");
	if (code != LG_EXIT_DONE)
		return code;
	return blocks ? LG_EXIT_REFUSED : LG_EXIT_DONE;
}

/* --- normalize ---------------------------------------------------------- */

int lg_cmd_versions_normalize(struct lg_cli *cli)
{
	const char *text = cli->operand[0];
	struct lg_version version;
	struct lg_buffer four = {0};
	struct lg_buffer three = {0};
	struct lg_error err = {0};
	enum lg_status status;
	int code = LG_EXIT_DONE;
	int named;

	if (strchr(text, ','))
		status = lg_version_parse_words(text, strlen(text), &version,
						&err);
	else
		status = lg_version_parse(text, strlen(text), &version, &err);
	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	lg_version_format(&version, &four);
	named = lg_version_format_three(&version, &three);
	if (lg_buffer_status(&four, &err) != LG_OK ||
	    lg_buffer_status(&three, &err) != LG_OK) {
		code = lg_cli_fail(cli, &err);
	} else if (cli->json) {
		cJSON *object = cJSON_CreateObject();

		lg_json_text(object, "four_part", four.data);
		lg_json_text(object, "three_part", named ? three.data : NULL);
		code = lg_cli_json(cli, object);
	} else {
		fprintf(cli->out, "%s\n", four.data);
		if (named)
			fprintf(cli->out, "%s\n", three.data);
		else
			lg_cli_say(cli, LG_EXIT_DONE, NULL,
				   "%s cannot be written with three parts; a "
				   "range of X.Y.Z may contain it",
				   four.data);
	}
	lg_buffer_release(&four);
	lg_buffer_release(&three);
	return code;
}
