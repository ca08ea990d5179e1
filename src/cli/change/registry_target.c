/* SPDX-License-Identifier: ISC */
/*
 * registry_target.c - registry show, import, restore ... on another server
 *
 * The steps and their order are app/change/change_values's.
 */
#include "cli/change/registry_target.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/journal_file.h"
#include "app/change/change_values.h"
#include "app/change/values_wish.h"
#include "cli/change/servers_apply.h"
#include "cli/change/servers_hands.h"
#include "cli/change/servers_lift.h"
#include "cli/output.h"
#include "cli/open/targets.h"

int lg_cli_registry_server(struct lg_cli *cli,
			   const struct lg_target_settings **out_server)
{
	const struct lg_target_settings *server;
	const struct lg_settings *settings;
	struct lg_strlist names = {0};
	struct lg_error err;
	int code;

	*out_server = NULL;
	if (lg_cli_option(cli, "target") == NULL)
		return LG_EXIT_DONE;
	if (lg_cli_settings(cli, &settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	code = lg_cli_target_names(cli, settings, &names);
	if (code == LG_EXIT_DONE && names.count != 1)
		code = lg_cli_usage(cli, "registry works on one server at a "
					 "time; name one --target");
	if (code == LG_EXIT_DONE) {
		server = lg_cli_target(settings, names.item[0]);
		*out_server = lg_cli_target_is_local(server) ? NULL : server;
	}
	lg_strlist_release(&names);
	return code;
}

/* A server that is down or says no, in the words and codes of a target. */
static int failed(struct lg_cli *cli, const struct lg_error *err)
{
	if (err->status == LG_ERR_CONFLICT)
		return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, err);
	if (err->status == LG_ERR_IO || err->status == LG_ERR_TIMEOUT)
		return lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, err);
	return lg_cli_fail(cli, err);
}

int lg_cli_registry_read(struct lg_cli *cli,
			 const struct lg_target_settings *server,
			 struct lg_registry **out_values)
{
	struct lg_target port;
	struct lg_error err;
	const struct lg_settings *settings;
	enum lg_status status;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK ||
	    lg_cli_target_open(settings, server, &port, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	status = port.read(port.self, out_values, &err);
	port.close(port.self);
	return status == LG_OK ? LG_EXIT_DONE : failed(cli, &err);
}

static int change_server(struct lg_cli *cli, const struct lg_values_wish *wish,
			 struct lg_change_values change,
			 struct lg_strlist *names)
{
	struct lg_cli_hands base = {.cli = cli};
	const struct lg_change_hands hands = lg_cli_hands(&base);
	enum lg_change_left left;
	struct lg_error err;
	enum lg_status status;

	lg_cli_servers_end_over(cli);
	change.server = wish->server->name;
	change.context = wish;
	status = lg_change_values(&hands, &change, names, &left, &err);
	if (status == LG_OK)
		return LG_EXIT_DONE;
	if (left == LG_CHANGE_HALF) {
		lg_cli_fail_as(cli, LG_EXIT_NOT_PUT_BACK, &err);
		return lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, wish->server->name,
				  "the earlier values could NOT be put back; "
				  "when it can be reached again: logongate "
				  "registry restore");
	}
	if (left == LG_CHANGE_NOT_BEGUN && status != LG_ERR_CONFLICT)
		return lg_cli_fail(cli, &err);
	return failed(cli, &err);
}

int lg_cli_registry_merge(struct lg_cli *cli,
			  const struct lg_target_settings *server,
			  const char *path, const struct lg_buffer *bytes,
			  struct lg_strlist *names)
{
	const struct lg_values_wish wish = {path, bytes, server};

	return change_server(
		cli, &wish,
		(struct lg_change_values){.event = LG_EVENT_IMPORT,
					  .make = lg_values_merged},
		names);
}

/* backups/TIME.TARGET.reg, with or without the ending. */
static int is_backup_of(const char *name, const char *target)
{
	size_t len = strlen(name), target_len = strlen(target);

	if (len > 4 && strcmp(name + len - 4, ".reg") == 0)
		len -= 4;
	return strchr(name, '/') == NULL && name[0] != '.' &&
	       len > target_len + 1 && name[len - target_len - 1] == '.' &&
	       strncmp(name + len - target_len, target, target_len) == 0;
}

int lg_cli_registry_put_back(struct lg_cli *cli,
			     const struct lg_target_settings *server,
			     const char *name, struct lg_strlist *names)
{
	struct lg_buffer file = {0}, path = {0}, bytes = {0};
	size_t len = strlen(name);
	struct lg_error err;
	enum lg_status status;
	int code;

	if (!is_backup_of(name, server->name))
		return lg_cli_say(
			cli, LG_EXIT_INVALID, name,
			"is not a back-up of %s; one is called TIME.%s.reg and "
			"lies in backups/ of state_dir",
			server->name, server->name);
	lg_buffer_format(
		&file, LG_CLI_BACKUPS "/%s%s", name,
		len > 4 && strcmp(name + len - 4, ".reg") == 0 ? "" : ".reg");
	status = lg_buffer_status(&file, &err);
	if (status == LG_OK)
		status = lg_cli_servers_path(cli, file.data, &path, &err);
	if (status == LG_OK)
		status = lg_file_read(path.data, &bytes, &err);
	if (status == LG_OK) {
		const struct lg_values_wish wish = {path.data, &bytes, server};

		code = change_server(
			cli, &wish,
			(struct lg_change_values){.event = LG_EVENT_RESTORE,
						  .make = lg_values_as_kept},
			names);
	} else {
		code = status == LG_ERR_IO
			       ? lg_cli_fail_as(cli, LG_EXIT_INVALID, &err)
			       : lg_cli_fail(cli, &err);
	}
	lg_buffer_release(&bytes);
	lg_buffer_release(&path);
	lg_buffer_release(&file);
	return code;
}
