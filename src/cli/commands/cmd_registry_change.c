/* SPDX-License-Identifier: ISC */
/*
 * logongate registry import, registry restore
 *
 * Refused while a lock is in force, for the lock would put the values back.
 */
#include <string.h>

#include "app/render/registry_keys.h"
#include "cli/commands/cmd_registry.h"
#include "cli/commands.h"
#include "cli/change/registry_target.h"

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
	struct lg_registry *values = NULL;
	struct lg_strlist names = {0};
	struct lg_buffer bytes = {0};
	struct lg_error err;
	int code = lg_cli_registry_server(cli, &server);

	if (code == LG_EXIT_DONE)
		code = lg_cli_registry_file(cli, path, &bytes);
	if (code == LG_EXIT_DONE &&
	    lg_reg_text_parse(bytes.data, bytes.len, path, NULL, &values,
			      &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE)
		code = take_from_other_key(cli, path, values, &bytes);
	if (code == LG_EXIT_DONE)
		code = lg_cli_registry_merge(cli, server, path, &bytes, &names);
	if (code == LG_EXIT_DONE)
		code = lg_cli_registry_changed(cli, &names);
	lg_strlist_release(&names);
	lg_registry_free(&values);
	lg_buffer_release(&bytes);
	return code;
}

int lg_cmd_registry_restore(struct lg_cli *cli)
{
	const struct lg_target_settings *server;
	struct lg_strlist names = {0};
	int code = lg_cli_registry_server(cli, &server);

	if (code == LG_EXIT_DONE)
		code = lg_cli_registry_put_back(cli, server, cli->operand[0],
						&names);
	if (code == LG_EXIT_DONE)
		code = lg_cli_registry_changed(cli, &names);
	lg_strlist_release(&names);
	return code;
}
