/* SPDX-License-Identifier: ISC */
/*
 * logongate targets list, logongate targets test - the servers in the settings
 *
 * test asks one: can it be reached, may this account write, is the service
 * running, what is set there now.
 */
#include "app/change/servers.h"
#include "cli/commands.h"
#include "cli/change/servers_targets.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/text/target_words.h"
#include "cli/open/targets.h"

static const char *place(const struct lg_target_settings *target)
{
	if (target->server != NULL)
		return target->server;
	if (target->file != NULL)
		return target->file;
	if (lg_cli_target_is_local(target))
		return "this machine";
	return lg_backend_row(target->backend)->as_said;
}

static int list_json(struct lg_cli *cli, const struct lg_settings *settings)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < settings->target_count; i++) {
		const struct lg_target_settings *target = &settings->target[i];
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "name", target->name);
		lg_json_text(item, "dialect", lg_dialect_name(target->dialect));
		lg_json_text(item, "backend", lg_backend_name(target->backend));
		lg_json_text(item, "place", place(target));
		lg_json_text(item, "store_version", target->store_version);
		lg_json_append(array, item);
	}
	lg_json_add(object, "targets", array);
	return lg_cli_json(cli, object);
}

int lg_cmd_targets_list(struct lg_cli *cli)
{
	static const char *const head[] = {"NAME", "DIALECT", "BACKEND",
					   "WHERE", NULL};
	const struct lg_settings *settings;
	struct lg_table table;
	struct lg_error err;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (cli->json)
		return list_json(cli, settings);
	lg_table_begin(&table, head);
	for (size_t i = 0; i < settings->target_count; i++) {
		const struct lg_target_settings *target = &settings->target[i];

		lg_table_cell(&table, target->name);
		lg_table_cell(&table, lg_dialect_name(target->dialect));
		lg_table_cell(&table, lg_backend_name(target->backend));
		lg_table_cell(&table, place(target));
	}
	return lg_cli_table(cli, &table);
}

/* What the server says, else what the settings say; NULL without either. */
static const char *version_of(const struct lg_target_settings *target,
			      const struct lg_target_probe *probe)
{
	return *probe->store_version ? probe->store_version
				     : target->store_version;
}

static int test_json(struct lg_cli *cli,
		     const struct lg_target_settings *target,
		     const struct lg_target_probe *probe,
		     const struct lg_registry *values,
		     const struct lg_strlist *says)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();

	lg_json_text(object, "name", target->name);
	lg_json_bool(object, "reachable", 1);
	lg_json_text(object, "dialect", lg_dialect_name(target->dialect));
	lg_json_text(object, "store_version", version_of(target, probe));
	lg_json_bool(object, "may_write", probe->may_write);
	if (probe->service == LG_SERVICE_NONE)
		lg_json_add(object, "running", cJSON_CreateNull());
	else
		lg_json_bool(object, "running",
			     probe->service == LG_SERVICE_RUNNING);
	lg_json_text(object, "service",
		     lg_servers_service_name(probe->service));
	lg_json_text(object, "note", *probe->note ? probe->note : NULL);
	for (size_t i = 0; i < lg_registry_count(values); i++) {
		cJSON *item = cJSON_CreateObject();

		lg_json_value(item, lg_registry_at(values, i));
		lg_json_append(array, item);
	}
	lg_json_add(object, "values", array);
	lg_json_names(object, "says", says);
	return lg_cli_json(cli, object);
}

static void print_value(struct lg_cli *cli, const struct lg_value *value)
{
	lg_cli_print(cli, LG_PLAIN, "  ");
	lg_cli_text(cli, value->name);
	if (value->type == LG_REG_SZ && !value->bytes_kept) {
		lg_cli_print(cli, LG_PLAIN, " = ");
		lg_cli_text(cli, value->text);
	} else if (value->type == LG_REG_MULTI_SZ && !value->bytes_kept) {
		for (size_t i = 0; i < value->list.count; i++) {
			lg_cli_print(cli, LG_PLAIN, "\n    ");
			lg_cli_text(cli, value->list.item[i]);
		}
		if (value->list.count == 0)
			lg_cli_print(cli, LG_PLAIN, " (blank)");
	} else if (value->type == LG_REG_DWORD && !value->bytes_kept) {
		lg_cli_print(cli, LG_PLAIN, " = %u", value->dword);
	}
	lg_cli_print(cli, LG_PLAIN, "\n");
}

/* Only where it decides what may be written (P2). */
static void print_version(struct lg_cli *cli,
			  const struct lg_target_settings *target,
			  const struct lg_target_probe *probe)
{
	const char *version = version_of(target, probe);

	if (version != NULL) {
		lg_cli_line(cli, LG_PLAIN, "  store version ", version);
	} else if (target->dialect == LG_DIALECT_EXCHANGE_2003 &&
		   !lg_backend_row(target->backend)->holds_accounts) {
		lg_cli_print(cli, LG_YELLOW,
			     "  store version unknown, so it counts as older "
			     "than the hotfix; store_version in its section "
			     "says it\n");
	}
}

static int test_words(struct lg_cli *cli,
		      const struct lg_target_settings *target,
		      const struct lg_target_probe *probe,
		      const struct lg_registry *values,
		      const struct lg_strlist *says)
{
	lg_cli_text(cli, target->name);
	lg_cli_print(cli, LG_GREEN, ": reachable\n");
	lg_cli_print(cli, probe->may_write ? LG_GREEN : LG_RED, "  %s\n",
		     probe->may_write ? "may be changed by this account"
				      : "may NOT be changed by this account");
	print_version(cli, target, probe);
	if (probe->service != LG_SERVICE_NONE)
		lg_cli_print(cli,
			     probe->service == LG_SERVICE_RUNNING ? LG_GREEN
								  : LG_YELLOW,
			     "  the service is %s\n",
			     lg_servers_service_name(probe->service));
	if (*probe->note)
		lg_cli_line(cli, LG_PLAIN, "  ", probe->note);
	if (lg_registry_count(values) == 0)
		lg_cli_print(cli, LG_PLAIN, "  no value is set there\n");
	for (size_t i = 0; i < lg_registry_count(values); i++)
		print_value(cli, lg_registry_at(values, i));
	for (size_t i = 0; i < says->count; i++)
		lg_cli_line(cli, LG_PLAIN, "  -> ", says->item[i]);
	return LG_EXIT_DONE;
}

int lg_cmd_targets_test(struct lg_cli *cli)
{
	const char *name = cli->operand[0];
	const struct lg_settings *settings;
	const struct lg_target_settings *target;
	struct lg_target_probe probe = {0};
	struct lg_registry *values = NULL;
	struct lg_strlist says = {0};
	struct lg_target port;
	struct lg_error err;
	enum lg_status status;
	int code;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	target = lg_cli_target(settings, name);
	if (target == NULL)
		return lg_cli_no_target(cli, settings, name);
	if (lg_cli_target_is_local(target))
		return lg_cli_usage(cli,
				    "%s is the gate of this machine: "
				    "logongate status",
				    name);
	if (lg_cli_target_secret(target, &err) != LG_OK ||
	    lg_cli_target_open(settings, target, &port, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	status = port.probe(port.self, &probe, &err);
	if (status == LG_OK)
		status = port.read(port.self, &values, &err);
	if (status == LG_OK)
		status = lg_cli_target_says(target, values, &says, &err);
	if (status == LG_OK)
		code = cli->json
			       ? test_json(cli, target, &probe, values, &says)
			       : test_words(cli, target, &probe, values, &says);
	else
		code = lg_cli_say(cli,
				  status == LG_ERR_DENIED ? LG_EXIT_DENIED
							  : LG_EXIT_PUT_BACK,
				  name, "%s: %s", err.place, err.text);
	if (code == LG_EXIT_DONE && !probe.may_write)
		code = LG_EXIT_DENIED;
	lg_strlist_release(&says);
	lg_registry_free(&values);
	port.close(port.self);
	return code;
}
