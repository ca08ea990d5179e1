/* SPDX-License-Identifier: ISC */
/*
 * targets.c - from --target and --group to servers of the settings
 *
 * --target may be given more than once or hold several names with commas; a
 * server that two groups share is one server.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/version.h>

#include "base/ascii.h"
#include "base/listed.h"
#include "base/nearest.h"
#include "cli/open/targets.h"

/* Store.exe that came with the hotfix of row P2. */
static const struct lg_version hotfix = {.part = {6, 5, 7651, 19},
					 .known = LG_VERSION_FOUR};
/* Store.exe of Exchange 2000 SP1, which reads the values first. */
static const struct lg_version sp1 = {.part = {6, 0, 4712, 0},
				      .known = LG_VERSION_FOUR};

const struct lg_target_settings *
lg_cli_target(const struct lg_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->target_count; i++) {
		if (strcmp(settings->target[i].name, name) == 0)
			return &settings->target[i];
	}
	return NULL;
}

int lg_cli_target_is_local(const struct lg_target_settings *target)
{
	return target->backend == LG_BACKEND_GATE &&
	       (target->server == NULL || target->server[0] == '\0');
}

/* The settings take no other type. */
static uint32_t type_of(const char *name)
{
	static const uint32_t types[] = {LG_REG_DWORD, LG_REG_MULTI_SZ};

	for (size_t i = 0; name && i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(lg_reg_type_name(types[i]), name) == 0)
			return types[i];
	}
	return LG_REG_SZ;
}

struct lg_render_target
lg_cli_render_target(const struct lg_target_settings *target)
{
	const char *text = target->store_version;
	struct lg_version version = {0};
	struct lg_render_target render = {
		.dialect = target->dialect,
		.is_gate = target->backend == LG_BACKEND_GATE,
		.is_server = 1,
		.undocumented = target->undocumented,
		.companion_name = target->companion_name,
		.companion_type = type_of(target->companion_type),
		.companion_data = target->companion_data,
	};

	/* The settings take no text that is none. A store that does not say
	 * its version counts as older (contract 8 "Targets"). */
	if (text != NULL)
		lg_version_parse(text, strlen(text), &version, NULL);
	if (target->dialect == LG_DIALECT_EXCHANGE_2000 && !render.is_gate &&
	    version.known != LG_VERSION_UNKNOWN) {
		struct lg_version whole = version;

		whole.known = LG_VERSION_FOUR;
		render.is_before_sp1 = lg_version_compare(&whole, &sp1) < 0;
	}
	if (target->dialect == LG_DIALECT_GATE)
		render.has_process_hotfix = 1;
	else if (version.known == LG_VERSION_FOUR)
		render.has_process_hotfix =
			lg_version_compare(&version, &hotfix) >= 0;
	return render;
}

static int unknown(struct lg_cli *cli, const struct lg_settings *settings,
		   const char *what, const char *name)
{
	struct lg_nearest nearest = {0};

	for (size_t i = 0; what[0] == 't' && i < settings->target_count; i++)
		lg_nearest_try(&nearest, name, settings->target[i].name);
	for (size_t i = 0; what[0] == 'g' && i < settings->group_count; i++)
		lg_nearest_try(&nearest, name, settings->group[i].name);
	if (nearest.name != NULL)
		return lg_cli_usage(cli,
				    "the settings have no %s %s; did you mean "
				    "%s?",
				    what, name, nearest.name);
	return lg_cli_usage(cli, "the settings have no %s %s", what, name);
}

int lg_cli_no_target(struct lg_cli *cli, const struct lg_settings *settings,
		     const char *name)
{
	return unknown(cli, settings, "target", name);
}

enum lg_status lg_cli_add_names(const char *list, struct lg_strlist *names,
				struct lg_error *err)
{
	struct lg_buffer name = {0};
	enum lg_status status = LG_OK;
	size_t all;

	do {
		const char *one = list;
		size_t len = all = strcspn(list, ",");

		lg_ascii_trim(&one, &len);
		lg_buffer_clear(&name);
		lg_buffer_append(&name, one, len);
		status = lg_buffer_status(&name, err);
		if (status == LG_OK && len > 0 && !lg_listed(names, name.data))
			status = lg_strlist_add(names, one, len, err);
		list += all + 1;
	} while (status == LG_OK && list[-1] != '\0');
	lg_buffer_release(&name);
	return status;
}

static int add_names(struct lg_cli *cli, const struct lg_settings *settings,
		     const char *list, struct lg_strlist *names)
{
	size_t at = names->count;
	struct lg_error err;

	if (lg_cli_add_names(list, names, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	for (; at < names->count; at++) {
		if (lg_cli_target(settings, names->item[at]) == NULL)
			return lg_cli_no_target(cli, settings, names->item[at]);
	}
	return LG_EXIT_DONE;
}

static int add_group(struct lg_cli *cli, const struct lg_settings *settings,
		     const char *name, struct lg_strlist *names)
{
	const struct lg_group_settings *group = NULL;
	int code = LG_EXIT_DONE;

	for (size_t i = 0; i < settings->group_count; i++) {
		if (strcmp(settings->group[i].name, name) == 0)
			group = &settings->group[i];
	}
	if (group == NULL)
		return unknown(cli, settings, "group", name);
	for (size_t i = 0; i < group->member.count && code == LG_EXIT_DONE; i++)
		code = add_names(cli, settings, group->member.item[i], names);
	return code;
}

int lg_cli_target_names(struct lg_cli *cli, const struct lg_settings *settings,
			struct lg_strlist *out_names)
{
	const char *group = lg_cli_option(cli, "group");
	struct lg_strlist given = {0};
	struct lg_error err;
	int code = LG_EXIT_DONE;

	if (lg_cli_options(cli, "target", &given, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	for (size_t i = 0; i < given.count && code == LG_EXIT_DONE; i++)
		code = add_names(cli, settings, given.item[i], out_names);
	if (code == LG_EXIT_DONE && group != NULL)
		code = add_group(cli, settings, group, out_names);
	if (code == LG_EXIT_DONE && out_names->count == 0 &&
	    (given.count > 0 || group != NULL))
		code = lg_cli_usage(cli, "no server is named");
	lg_strlist_release(&given);
	return code;
}

int lg_cli_find_targets(struct lg_cli *cli, const struct lg_settings *settings,
			struct lg_plan_server **out_server, size_t *out_count)
{
	struct lg_plan_server *server = NULL;
	struct lg_strlist names = {0};
	int code = lg_cli_target_names(cli, settings, &names);

	if (code == LG_EXIT_DONE) {
		server = calloc(names.count + 1, sizeof(*server));
		if (server == NULL)
			code = lg_cli_no_memory(cli);
	}
	for (size_t i = 0; i < names.count && code == LG_EXIT_DONE; i++) {
		const struct lg_target_settings *target =
			lg_cli_target(settings, names.item[i]);

		server[i].name = target->name;
		server[i].backend = target->backend;
		server[i].is_local = lg_cli_target_is_local(target);
		server[i].restarts =
			server[i].is_local
				? settings->gate_restart
				: target->restart &&
					  lg_backend_row(target->backend)
						  ->restarts;
		server[i].stop_services = &target->stop_services;
		server[i].render = lg_cli_render_target(target);
	}
	if (code == LG_EXIT_DONE) {
		*out_server = server;
		*out_count = names.count;
	} else {
		free(server);
	}
	lg_strlist_release(&names);
	return code;
}
