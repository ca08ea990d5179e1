/* SPDX-License-Identifier: ISC */
/*
 * logongate recover - finish or undo what was interrupted on several servers
 *
 * Also ends a lock on servers whose end is past; a gate runs it by itself.
 * What --forget gives up is told whatever becomes of the others.
 */
#include "app/change/change_forget.h"
#include "cli/commands.h"
#include "cli/change/servers_hands.h"
#include "cli/open/targets.h"
#include "cli/output.h"

static int read_names(struct lg_cli *cli, struct lg_strlist *names)
{
	struct lg_strlist given = {0};
	struct lg_error err;
	enum lg_status status = lg_cli_options(cli, "forget", &given, &err);
	int code = LG_EXIT_DONE;

	for (size_t i = 0; status == LG_OK && i < given.count; i++)
		status = lg_cli_add_names(given.item[i], names, &err);
	if (status != LG_OK)
		code = lg_cli_fail(cli, &err);
	else if (given.count > 0 && names->count == 0)
		code = lg_cli_usage(cli, "no server is named");
	lg_strlist_release(&given);
	return code;
}

/*
 * Gives up the servers that --forget names: no later step asks them. Without
 * the option, and with a name that no lock is on, nothing is written.
 * Returns: an exit code; 2 for such a name.
 */
static int forget(struct lg_cli *cli, struct lg_change_forgotten *out_forgotten)
{
	struct lg_cli_hands base = {.cli = cli};
	const struct lg_change_hands hands = lg_cli_hands(&base);
	struct lg_strlist names = {0};
	struct lg_error err;
	enum lg_status status = LG_OK;
	int code = read_names(cli, &names);

	if (code == LG_EXIT_DONE && names.count > 0)
		status = lg_change_forget(&hands, &names, out_forgotten, &err);
	if (status == LG_ERR_UNKNOWN_KEY)
		code = lg_cli_usage(cli, "%s", err.text);
	else if (status != LG_OK)
		code = status == LG_ERR_CONFLICT
			       ? lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, &err)
			       : lg_cli_fail(cli, &err);
	lg_strlist_release(&names);
	return code;
}

static void print_forgotten(struct lg_cli *cli,
			    const struct lg_change_forgotten *forgotten)
{
	struct lg_buffer path = {0};

	for (size_t i = 0; i < forgotten->name.count; i++) {
		const char *name = forgotten->name.item[i];
		const char *backup = forgotten->backup.item[i];

		lg_buffer_clear(&path);
		lg_cli_servers_path(cli, LG_STATE_BACKUPS, &path, NULL);
		lg_cli_print(cli, LG_PLAIN,
			     "%s is given up: it was not asked, and what the "
			     "lock wrote there may still be there\n",
			     name);
		if (*backup == '\0')
			continue;
		lg_cli_print(cli, LG_PLAIN,
			     "  its earlier values: %s/%s\n"
			     "  when it is back: logongate registry restore %s "
			     "--target %s\n",
			     path.data != NULL ? path.data : "", backup, backup,
			     name);
	}
	lg_buffer_release(&path);
}

static int print_json(struct lg_cli *cli,
		      const struct lg_change_recovered *recovered,
		      const struct lg_change_forgotten *forgotten)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();

	lg_json_number(object, "put_back", (int64_t)recovered->done);
	lg_json_bool(object, "gate", recovered->gate);
	for (size_t i = 0; i < forgotten->name.count; i++) {
		cJSON *one = cJSON_CreateObject();

		lg_json_text(one, "name", forgotten->name.item[i]);
		lg_json_text(one, "backup", forgotten->backup.item[i]);
		lg_json_append(array, one);
	}
	lg_json_add(object, "forgotten", array);
	return lg_cli_json(cli, object);
}

static void print_recovered(struct lg_cli *cli,
			    const struct lg_change_recovered *recovered,
			    const struct lg_change_forgotten *forgotten)
{
	size_t done = recovered->done;
	int nothing = done == 0 && recovered->ends == 0 && !recovered->gate;

	if (done > 0)
		lg_cli_print(cli, LG_GREEN,
			     "%zu server%s the earlier values again\n", done,
			     done == 1 ? " has" : "s have");
	if (recovered->ends > 0)
		lg_cli_print(cli, LG_GREEN,
			     "%zu lock%s at the earlier time everywhere\n",
			     recovered->ends,
			     recovered->ends == 1 ? " ends" : "s end");
	if (recovered->gate)
		lg_cli_print(cli, LG_GREEN, "the gate here is lifted\n");
	else if (nothing && forgotten->name.count == 0)
		lg_cli_print(cli, LG_GREEN, "nothing was interrupted\n");
	else if (nothing && forgotten->in_force > 0)
		lg_cli_print(cli, LG_PLAIN,
			     "elsewhere the lock stays in force; "
			     "logongate lift ends it\n");
}

int lg_cmd_recover(struct lg_cli *cli)
{
	struct lg_change_forgotten forgotten = {0};
	struct lg_change_recovered recovered;
	int code = forget(cli, &forgotten);

	if (code != LG_EXIT_DONE)
		return code;
	if (!cli->json && !cli->quiet)
		print_forgotten(cli, &forgotten);
	code = lg_cli_servers_recover(cli, &recovered);
	if (cli->json && (code == LG_EXIT_DONE || forgotten.name.count > 0)) {
		int printed = print_json(cli, &recovered, &forgotten);

		code = code == LG_EXIT_DONE ? printed : code;
	} else if (code == LG_EXIT_DONE && !cli->quiet) {
		print_recovered(cli, &recovered, &forgotten);
	}
	lg_change_forgotten_release(&forgotten);
	return code;
}
