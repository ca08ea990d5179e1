/* SPDX-License-Identifier: ISC */
/*
 * logongate versions explain
 *
 * What a setting means is lg_explanation's business and its lines by
 * generation app/render/versions_picture's; here both are printed, for programs
 * as JSON and for people as a picture.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/explain.h>

#include "adapters/system/atomic_file.h"
#include "app/render/versions_picture.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"

enum {
	CLIENTS_SHOWN = 6, /* of a generation that is blocked in part */
	RANGES_SHOWN = 6,
	NAME_SHOWN = 52
};

/* --- explain, for programs ----------------------------------------------- */

static void json_version(cJSON *object, const char *name,
			 const struct lg_version *version)
{
	struct lg_buffer text = {0};

	lg_version_format(version, &text);
	lg_json_text(object, name, text.len ? text.data : NULL);
	lg_buffer_release(&text);
}

static void json_ranges(cJSON *object, const char *name,
			const struct lg_version_range *range, size_t count)
{
	cJSON *array = cJSON_AddArrayToObject(object, name);

	for (size_t i = 0; i < count; i++) {
		cJSON *item = cJSON_CreateObject();

		json_version(item, "from", &range[i].from);
		json_version(item, "to", &range[i].to);
		cJSON_AddItemToArray(array, item);
	}
}

static void json_blocked(cJSON *object, const struct lg_explanation *found)
{
	cJSON *array = cJSON_AddArrayToObject(object, "blocked");

	for (size_t i = 0; found && i < found->blocked_count; i++) {
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "client", found->blocked[i]->name);
		lg_json_text(item, "provider_version",
			     found->blocked[i]->provider);
		lg_json_text(item, "registry_version",
			     found->blocked[i]->registry);
		cJSON_AddItemToArray(array, item);
	}
}

static void json_traps(cJSON *object, const struct lg_explanation *found)
{
	cJSON *array = cJSON_AddArrayToObject(object, "missed_traps");

	for (size_t i = 0; found && i < found->traps.text.count; i++) {
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "code",
			     lg_warning_name(found->traps.code[i]));
		lg_json_text(item, "text", found->traps.text.item[i]);
		cJSON_AddItemToArray(array, item);
	}
}

/* found is NULL for a setting that does not read. */
static int explain_json(struct lg_cli *cli, const struct lg_explanation *found)
{
	cJSON *object = cJSON_CreateObject();
	const struct lg_version_range *item = NULL;
	cJSON *system;
	size_t count = 0;

	if (found)
		item = lg_version_setting_items(found->setting, &count);
	lg_json_text(object, "spec", cli->operand[0]);
	lg_json_bool(object, "valid", found != NULL);
	json_ranges(object, "ranges", item, count);
	json_blocked(object, found);
	json_traps(object, found);
	system = cJSON_AddObjectToObject(object, "system");
	lg_json_bool(system, "hit", found && found->system.count);
	json_ranges(system, "ranges", found ? found->system.item : NULL,
		    found ? found->system.count : 0);
	lg_json_text(object, "safe_spec", found ? found->safe_spec : NULL);
	json_ranges(object, "safe_releases",
		    found ? found->released.item : NULL,
		    found ? found->released.count : 0);
	return lg_cli_json(cli, object);
}

/* --- explain, for people -------------------------------------------------- */

static void print_ranges(struct lg_cli *cli, const struct lg_version_range *at,
			 size_t count)
{
	struct lg_buffer text = {0};

	for (size_t i = 0; i < count && i < RANGES_SHOWN; i++) {
		lg_buffer_clear(&text);
		lg_version_range_words(&at[i], &text);
		lg_cli_print(cli, LG_PLAIN, "  %s%s\n",
			     i ? "          " : "reads as: ",
			     text.data ? text.data : "");
	}
	if (count > RANGES_SHOWN)
		lg_cli_print(cli, LG_PLAIN, "            and %zu more\n",
			     count - RANGES_SHOWN);
	if (!count)
		lg_cli_print(cli, LG_PLAIN, "  reads as: no version at all\n");
	lg_buffer_release(&text);
}

/* A name of the table, as much as a line of 80 columns has room for. */
static void print_name(struct lg_cli *cli, const char *name)
{
	struct lg_buffer shown = {0};
	size_t len = strlen(name);

	if (len > NAME_SHOWN) {
		len = NAME_SHOWN - 3;
		while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
			len--;
	}
	lg_buffer_append(&shown, name, len);
	if (name[len])
		lg_buffer_text(&shown, "...");
	lg_cli_text(cli, shown.data ? shown.data : "");
	lg_buffer_release(&shown);
}

/* The known clients of a generation, those of one fate; gives how many. */
static size_t print_clients(struct lg_cli *cli,
			    const struct lg_generation_fate *generation,
			    const struct lg_explanation *found,
			    const struct lg_clients *clients, int blocked,
			    size_t most)
{
	const struct lg_client *client;
	size_t at = 0;
	size_t count = 0;

	while ((client = lg_generation_next_client(generation, clients, &at))) {
		if (lg_version_setting_blocks(found->setting,
					      &client->version) != blocked)
			continue;
		if (count++ >= most)
			continue;
		lg_cli_print(cli, blocked ? LG_RED : LG_GREEN, "    %-8s",
			     blocked ? "blocked" : "stays");
		lg_cli_print(cli, LG_PLAIN, "%-16s",
			     client->registry ? client->registry
					      : client->provider);
		print_name(cli, client->name);
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
	if (count > most)
		lg_cli_print(cli, LG_PLAIN, "    %-8sand %zu more (--json)\n",
			     blocked ? "blocked" : "stays", count - most);
	return count;
}

static void print_generation(struct lg_cli *cli,
			     const struct lg_generation_fate *generation,
			     const struct lg_explanation *found,
			     const struct lg_clients *clients)
{
	static const struct {
		const char *bar;
		const char *word;
		enum lg_colour colour;
	} look[] = {
		[LG_FATE_STAYS] = {"....", "stays", LG_GREEN},
		[LG_FATE_PART] = {"##..", "blocked in part", LG_YELLOW},
		[LG_FATE_BLOCKED] = {"####", "blocked", LG_RED},
	};
	size_t known;

	lg_cli_print(cli, LG_PLAIN, "  %-29s %-26s ", generation->name,
		     generation->numbers);
	lg_cli_print(cli, look[generation->fate].colour, "%s %s%s\n",
		     look[generation->fate].bar, look[generation->fate].word,
		     generation->system && generation->fate != LG_FATE_STAYS
			     ? " (!)"
			     : "");
	if (generation->fate != LG_FATE_PART || generation->system)
		return;
	known = print_clients(cli, generation, found, clients, 0,
			      CLIENTS_SHOWN);
	known += print_clients(cli, generation, found, clients, 1,
			       known < CLIENTS_SHOWN ? CLIENTS_SHOWN - known
						     : 1);
	if (!known)
		lg_cli_print(cli, LG_DIM, "    no known client\n");
}

static void print_components(struct lg_cli *cli,
			     const struct lg_explanation *found)
{
	struct lg_buffer text = {0};

	if (!found->system.count)
		return;
	lg_explanation_components(found->dialect, &text);
	lg_cli_print(cli, LG_RED,
		     "\n(!) It blocks the server's own components (%s): the "
		     "System Attendant stops.\n",
		     text.data ? text.data : "");
	if (!found->safe_spec) {
		lg_cli_print(cli, LG_PLAIN,
			     "    Without them nothing would remain.\n");
		lg_buffer_release(&text);
		return;
	}
	lg_cli_print(cli, LG_PLAIN, "    Write instead:  ");
	lg_cli_print(cli, LG_BOLD, "%s\n", found->safe_spec);
	for (size_t i = 0; i < found->released.count; i++) {
		lg_buffer_clear(&text);
		lg_version_range_words(&found->released.item[i], &text);
		lg_cli_print(cli, LG_DIM, "    which no longer blocks %s\n",
			     text.data ? text.data : "");
	}
	lg_buffer_release(&text);
}

static void explain_text(struct lg_cli *cli, const struct lg_explanation *found,
			 const struct lg_clients *clients)
{
	struct lg_generation_fate generation[LG_GENERATIONS_MAX];
	const struct lg_version_range *item;
	size_t count;

	lg_cli_print(cli, LG_BOLD, "Disable MAPI Clients = \"");
	lg_cli_text(cli, cli->operand[0]);
	lg_cli_print(cli, LG_BOLD, "\" (%s)\n",
		     lg_dialect_name(found->dialect));
	item = lg_version_setting_items(found->setting, &count);
	print_ranges(cli, item, count);
	lg_cli_print(cli, LG_PLAIN, "\n");
	count = lg_versions_picture(found, generation);
	for (size_t i = 0; i < count; i++)
		print_generation(cli, &generation[i], found, clients);
	print_components(cli, found);
	for (size_t i = 0; i < found->traps.text.count; i++) {
		lg_cli_line(cli, LG_YELLOW, "\n(!) ",
			    found->traps.text.item[i]);
	}
}

/* The compiled-in clients and those of the settings' clients_file. */
static enum lg_status open_clients(struct lg_cli *cli,
				   struct lg_clients **out_clients,
				   struct lg_error *err)
{
	const struct lg_settings *settings;
	struct lg_clients *clients = NULL;
	struct lg_buffer text = {0};
	enum lg_status status = lg_cli_settings(cli, &settings, err);

	if (status == LG_OK)
		status = lg_clients_new(&clients, err);
	if (status == LG_OK && settings->clients_file) {
		status = lg_file_read(settings->clients_file, &text, err);
		/* Contract 7: a named file that cannot be read is a 3. */
		if (status == LG_ERR_DENIED)
			err->status = status = LG_ERR_IO;
		if (status == LG_OK)
			status = lg_clients_add(clients, text.data, text.len,
						settings->clients_file, err);
	}
	lg_buffer_release(&text);
	if (status == LG_OK)
		*out_clients = clients;
	else
		lg_clients_free(&clients);
	return status;
}

int lg_cmd_versions_explain(struct lg_cli *cli)
{
	struct lg_clients *clients = NULL;
	struct lg_explanation *found = NULL;
	struct lg_error err = {0};
	enum lg_dialect dialect;
	enum lg_status status = lg_cli_dialect(cli, &dialect, &err);
	int code = LG_EXIT_DONE;

	if (status == LG_OK)
		status = open_clients(cli, &clients, &err);
	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	status = lg_explanation_new(cli->operand[0], strlen(cli->operand[0]),
				    lg_cli_version_form(cli), NULL, dialect,
				    clients, &found, &err);
	if (status != LG_OK) {
		if (cli->json && status != LG_ERR_NO_MEMORY)
			explain_json(cli, NULL);
		code = lg_cli_fail(cli, &err);
	} else if (cli->json) {
		code = explain_json(cli, found);
	} else if (!cli->quiet) {
		explain_text(cli, found, clients);
	}
	lg_explanation_free(&found);
	lg_clients_free(&clients);
	return code;
}
