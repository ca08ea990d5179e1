/* SPDX-License-Identifier: ISC */
/*
 * logongate registry import, registry restore
 *
 * Refused while a lock is in force, for the lock would put the values back.
 */
#include <string.h>

#include "app/lock/backup.h"
#include "app/lock/lock_change.h"
#include "app/render/registry_keys.h"
#include "cli/commands/cmd_registry.h"
#include "cli/change/apply.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/change/registry_target.h"

/* What the gate changed, as it says. */
static int ask_change(struct lg_cli *cli, struct lg_control *control,
		      cJSON *request, const struct lg_buffer *block)
{
	struct lg_control_block attached = {0};
	struct lg_control_answer answer = {0};
	struct lg_strlist names = {0};
	const cJSON *item;
	int code;

	if (block != NULL) {
		attached.bytes = block->data;
		attached.len = block->len;
	}
	lg_json_text(request, "caller", lg_cli_by(cli));
	code = lg_cli_ask(cli, control, request, &attached,
			  block != NULL ? 1 : 0, &answer);
	if (code == LG_EXIT_DONE) {
		cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(
						 answer.object, "values")) {
			if (cJSON_IsString(item))
				lg_strlist_add(&names, item->valuestring,
					       strlen(item->valuestring), NULL);
		}
		code = lg_cli_registry_changed(cli, &names);
	}
	lg_strlist_release(&names);
	lg_control_release(&answer);
	return code;
}

/* The findings that values need under the dialect; those there are stand in
 * where they answer everything. *out_findings is the caller's, or NULL. */
static int find_facts(struct lg_cli *cli, const struct lg_registry *values,
		      const struct lg_findings *saved,
		      struct lg_findings **out_findings)
{
	const struct lg_settings *settings;
	struct lg_directory *directory = NULL;
	struct lg_strlist dn = {0}, user = {0};
	struct lg_ask ask = {.dn = &dn, .user = &user};
	struct lg_error err;
	enum lg_status status = lg_cli_settings(cli, &settings, &err);
	int needs = 0;

	*out_findings = NULL;
	if (status == LG_OK)
		status = lg_missing_facts(settings->dialect, values, saved,
					  NULL, NULL, &needs, &err);
	if (status == LG_OK && !needs && saved != NULL)
		status = lg_state_copy_findings(saved, out_findings, &err);
	if (status != LG_OK || !needs)
		goto out;
	status = lg_policy_names(settings->dialect, values, &dn, &user, &err);
	if (status == LG_OK)
		status = lg_cli_directory(cli, &directory, &err);
	ask.break_glass =
		settings->break_glass.count > 0 ? &settings->break_glass : NULL;
	if (status == LG_OK && directory == NULL)
		status =
			lg_error_set(&err, LG_ERR_DIRECTORY, NULL,
				     "the values list names and no directory "
				     "is named; --directory URI or [directory] "
				     "uri names one");
	else if (status == LG_OK)
		status = directory->ask(directory->self, &ask, NULL,
					out_findings, &err);
out:
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}

/* Writes to state_dir, which is the command's own. */
static int write_here(struct lg_cli *cli, struct lg_state *state,
		      enum lg_journal_event event,
		      const struct lg_registry *values,
		      const struct lg_findings *findings)
{
	struct lg_strlist names = {0};
	struct lg_error err;
	enum lg_status status;
	int code;

	status = lg_standing_write(state, event, lg_cli_by(cli), values,
				   findings, &names, &err);
	if (status != LG_OK)
		code = lg_cli_fail_as(cli, lg_cli_change_exit(status), &err);
	else
		code = lg_cli_registry_changed(cli, &names);
	lg_strlist_release(&names);
	return code;
}

/* The same on another server of the settings. */
static int import_there(struct lg_cli *cli,
			const struct lg_target_settings *server,
			const char *path, const struct lg_buffer *bytes)
{
	struct lg_strlist names = {0};
	int code = lg_cli_registry_merge(cli, server, path, bytes, &names);

	if (code == LG_EXIT_DONE)
		code = lg_cli_registry_changed(cli, &names);
	lg_strlist_release(&names);
	return code;
}

static int restore_there(struct lg_cli *cli,
			 const struct lg_target_settings *server,
			 const char *name)
{
	struct lg_strlist names = {0};
	int code = lg_cli_registry_put_back(cli, server, name, &names);

	if (code == LG_EXIT_DONE)
		code = lg_cli_registry_changed(cli, &names);
	lg_strlist_release(&names);
	return code;
}

/* Appends the block of one registry, without the header, to a text. */
static enum lg_status append_block(const struct lg_registry *values,
				   struct lg_buffer *bytes,
				   struct lg_error *err)
{
	int is_utf16 =
		bytes->len >= 2 && memcmp(bytes->data, "\xff\xfe", 2) == 0;
	struct lg_buffer text = {0};
	const char *block;
	enum lg_status status;

	status = lg_reg_text_render(
		values, is_utf16 ? LG_REG_ENCODING_UTF16 : LG_REG_ENCODING_UTF8,
		&text, err);
	block = status == LG_OK ? memchr(text.data, '[', text.len) : NULL;
	if (block != NULL) {
		lg_buffer_append(bytes, block,
				 text.len - (size_t)(block - text.data));
		status = lg_buffer_status(bytes, err);
	}
	lg_buffer_release(&text);
	return status;
}

/*
 * L2: values that stand under the key that one source prints count too, and
 * that is said: a gate looks below ParametersSystem, and an import that does
 * nothing would be a lock that is none.
 */
static int take_from_other_key(struct lg_cli *cli, const char *path,
			       const struct lg_registry *values,
			       struct lg_buffer *bytes)
{
	struct lg_registry *moved = NULL;
	struct lg_registry *added = NULL;
	struct lg_error err;
	enum lg_status status;
	struct lg_warnings warnings = {0};
	int is_moved = 0;

	status = lg_registry_keys_gather(values, &moved, &is_moved, &warnings,
					 &err);
	for (size_t i = 0; status == LG_OK && i < warnings.text.count; i++)
		lg_cli_say(cli, LG_EXIT_DONE, path, "%s",
			   warnings.text.item[i]);
	if (status == LG_OK)
		status = lg_registry_new(&added, &err);
	for (size_t i = 0; status == LG_OK && i < lg_registry_count(moved);
	     i++) {
		const struct lg_value *value = lg_registry_at(moved, i);

		if (lg_registry_find(values, value->key, value->name) == NULL)
			status = lg_registry_set(added, value, &err);
	}
	if (status == LG_OK && lg_registry_count(added) > 0)
		status = append_block(added, bytes, &err);
	if (status == LG_OK && is_moved)
		lg_cli_say(cli, LG_EXIT_DONE, path,
			   "values stand under MSExchangeIS itself, as one "
			   "source prints it; they are put below "
			   "ParametersSystem, where stores read them");
	lg_registry_free(&added);
	lg_registry_free(&moved);
	lg_warnings_release(&warnings);
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}

int lg_cmd_registry_import(struct lg_cli *cli)
{
	const char *path = cli->operand[0];
	const struct lg_target_settings *server;
	struct lg_control *control = NULL;
	struct lg_state *state = NULL;
	struct lg_registry *values = NULL;
	struct lg_findings *findings = NULL;
	struct lg_buffer bytes = {0};
	struct lg_error err;
	int code = lg_cli_registry_server(cli, &server);

	if (code == LG_EXIT_DONE)
		code = lg_cli_registry_file(cli, path, &bytes);
	if (code != LG_EXIT_DONE)
		goto out;
	/* Looked at here first, so that a message names the file. */
	if (lg_reg_text_parse(bytes.data, bytes.len, path, NULL, &values,
			      &err) != LG_OK) {
		code = lg_cli_fail(cli, &err);
		goto out;
	}
	code = take_from_other_key(cli, path, values, &bytes);
	if (code != LG_EXIT_DONE)
		goto out;
	lg_registry_free(&values);
	if (server != NULL) {
		code = import_there(cli, server, path, &bytes);
		goto out;
	}
	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		control = NULL;
	if (control != NULL) {
		code = ask_change(cli, control, lg_cli_request("import"),
				  &bytes);
		goto out;
	}
	if (lg_cli_state(cli, LG_STATE_WRITE, &state, &err) != LG_OK) {
		code = lg_cli_state_failed(cli, &err);
		goto out;
	}
	if (lg_reg_text_parse(bytes.data, bytes.len, path, state->standing,
			      &values, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE && !lg_state_locked(state))
		code = find_facts(cli, values, state->findings, &findings);
	if (code == LG_EXIT_DONE)
		code = write_here(cli, state, LG_EVENT_IMPORT, values,
				  findings);
out:
	lg_findings_free(&findings);
	lg_registry_free(&values);
	lg_buffer_release(&bytes);
	return code;
}

int lg_cmd_registry_restore(struct lg_cli *cli)
{
	const char *name = cli->operand[0];
	const struct lg_target_settings *server;
	struct lg_control *control = NULL;
	struct lg_state *state = NULL;
	struct lg_registry *values = NULL;
	struct lg_findings *findings = NULL;
	struct lg_error err;
	cJSON *request;
	enum lg_status status;
	int code = lg_cli_registry_server(cli, &server);

	if (code != LG_EXIT_DONE)
		return code;
	if (server != NULL)
		return restore_there(cli, server, name);
	if (lg_cli_gate(cli, &control, &err) != LG_OK)
		control = NULL;
	if (control != NULL) {
		request = lg_cli_request("restore");
		lg_json_text(request, "backup", name);
		return ask_change(cli, control, request, NULL);
	}
	if (lg_cli_state(cli, LG_STATE_WRITE, &state, &err) != LG_OK)
		return lg_cli_state_failed(cli, &err);
	status = lg_backup_read(state, name, &values, &findings, &err);
	if (status != LG_OK)
		code = lg_cli_fail(cli, &err);
	else
		code = write_here(cli, state, LG_EVENT_RESTORE, values,
				  findings);
	lg_findings_free(&findings);
	lg_registry_free(&values);
	return code;
}
