/* SPDX-License-Identifier: ISC */
/*
 * logongate recover - finish or undo what was interrupted on several servers
 *
 * Also ends a lock on servers whose end is past; a gate runs it by itself.
 */
#include "cli/commands.h"
#include "cli/fleet.h"
#include "cli/output.h"

int lg_cmd_recover(struct lg_cli *cli)
{
	size_t done = 0;
	int code = lg_cli_fleet_recover(cli, &done);
	cJSON *object;

	if (code == LG_EXIT_DONE && cli->json) {
		object = cJSON_CreateObject();
		lg_json_number(object, "put_back", (int64_t)done);
		return lg_cli_json(cli, object);
	}
	if (code == LG_EXIT_DONE && !cli->quiet) {
		if (done == 0)
			lg_cli_print(cli, LG_GREEN,
				     "nothing was interrupted\n");
		else
			lg_cli_print(cli, LG_GREEN,
				     "%zu server%s the earlier values again\n",
				     done, done == 1 ? " has" : "s have");
	}
	return code;
}
