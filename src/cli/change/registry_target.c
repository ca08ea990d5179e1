/* SPDX-License-Identifier: ISC */
/*
 * registry_target.c - hands and words of registry show, import, restore
 *
 * The steps and their order are app/change/change_values's.
 */
#include "cli/change/registry_target.h"

#include <string.h>

#include "adapters/system/atomic_file.h"
#include "app/change/change_values.h"
#include "cli/change/apply.h"
#include "cli/change/servers_hands.h"
#include "cli/open/locks.h"
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
	return status == LG_OK
		       ? LG_EXIT_DONE
		       : lg_cli_fail_as(cli, lg_cli_change_exit(status), &err);
}

static int change_values(struct lg_cli *cli,
			 const struct lg_target_settings *server,
			 struct lg_change_values *change,
			 struct lg_strlist *names)
{
	struct lg_cli_hands base = {.cli = cli, .needs_no_gate = 1};
	const struct lg_change_hands hands = lg_cli_hands(&base);
	char id[LG_LOCK_ID_SIZE];
	struct lg_error err;
	enum lg_status status;

	if (server != NULL) {
		lg_cli_servers_end_over(cli);
		change->server = server->name;
	}
	change->id = id;
	status = lg_cli_new_id(id, &err);
	if (status == LG_OK)
		status = lg_change_values(&hands, change, names, &err);
	change->id = NULL;
	if (status == LG_OK)
		return LG_EXIT_DONE;
	if (change->outcome == LG_SERVERS_LEFT_BEHIND) {
		lg_cli_fail_as(cli, LG_EXIT_NOT_PUT_BACK, &err);
		return lg_cli_say(
			cli, LG_EXIT_NOT_PUT_BACK,
			server != NULL ? server->name : "gate",
			server != NULL
				? "the earlier values could NOT be put back; "
				  "when it can be reached again: logongate "
				  "recover"
				: "it does not say whether the earlier "
				  "values could be put back; when it runs: "
				  "logongate registry show, and logongate "
				  "registry restore");
	}
	return lg_cli_fail_as(cli,
			      change->gate_exit != 0
				      ? (enum lg_exit)change->gate_exit
				      : lg_cli_change_exit(status),
			      &err);
}

int lg_cli_registry_merge(struct lg_cli *cli,
			  const struct lg_target_settings *server,
			  const char *path, const struct lg_buffer *bytes,
			  struct lg_strlist *names)
{
	const struct lg_values_wish wish = {path, bytes, server};
	struct lg_change_values change = {.event = LG_EVENT_IMPORT,
					  .context = &wish,
					  .make = lg_values_merged};

	return change_values(cli, server, &change, names);
}

static int has_ending(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".reg") == 0;
}

/* backups/TIME.TARGET.reg, with or without the ending. */
static int is_backup_of(const char *name, const char *target)
{
	size_t len = strlen(name) - (has_ending(name) ? 4 : 0);
	size_t target_len = strlen(target);

	return strchr(name, '/') == NULL && name[0] != '.' &&
	       len > target_len + 1 && name[len - target_len - 1] == '.' &&
	       strncmp(name + len - target_len, target, target_len) == 0;
}

int lg_cli_registry_put_back(struct lg_cli *cli,
			     const struct lg_target_settings *server,
			     const char *name, struct lg_strlist *names)
{
	struct lg_buffer file = {0}, path = {0}, bytes = {0};
	/* the gate here keeps its own */
	struct lg_change_values change = {.event = LG_EVENT_RESTORE,
					  .kept = server ? NULL : name,
					  .make = lg_values_as_kept};
	struct lg_error err;
	enum lg_status status;
	int code;

	if (server == NULL)
		return change_values(cli, NULL, &change, names);
	if (!is_backup_of(name, server->name))
		return lg_cli_say(
			cli, LG_EXIT_INVALID, name,
			"is not a back-up of %s; one is called TIME.%s.reg and "
			"lies in backups/ of state_dir",
			server->name, server->name);
	lg_buffer_format(&file, LG_STATE_BACKUPS "/%s%s", name,
			 has_ending(name) ? "" : ".reg");
	status = lg_buffer_status(&file, &err);
	if (status == LG_OK)
		status = lg_cli_servers_path(cli, file.data, &path, &err);
	if (status == LG_OK)
		status = lg_file_read(path.data, &bytes, &err);
	if (status == LG_OK) {
		const struct lg_values_wish wish = {path.data, &bytes, server};

		change.context = &wish;
		code = change_values(cli, server, &change, names);
	} else {
		code = lg_cli_fail(cli, &err);
	}
	lg_buffer_release(&bytes);
	lg_buffer_release(&path);
	lg_buffer_release(&file);
	return code;
}
