/* SPDX-License-Identifier: ISC */
/*
 * servers_forget.c - the servers that recover --forget names
 */
#include <string.h>

#include "cli/change/servers_apply.h"
#include "cli/change/servers_hands.h"
#include "cli/output.h"

/* Adds the names of a list with commas, each once. */
static enum lg_status add_names(const char *list, struct lg_strlist *names,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;

	while (status == LG_OK && *list != '\0') {
		size_t len, all;
		int is_new = 1;

		list += strspn(list, " \t,");
		len = all = strcspn(list, ",");
		while (len > 0 && strchr(" \t", list[len - 1]) != NULL)
			len--;
		for (size_t i = 0; i < names->count; i++) {
			if (strlen(names->item[i]) == len &&
			    memcmp(names->item[i], list, len) == 0)
				is_new = 0;
		}
		if (len > 0 && is_new)
			status = lg_strlist_add(names, list, len, err);
		list += all;
	}
	return status;
}

static int read_names(struct lg_cli *cli, struct lg_strlist *names)
{
	struct lg_strlist given = {0};
	struct lg_error err;
	enum lg_status status = lg_cli_options(cli, "forget", &given, &err);
	int code = LG_EXIT_DONE;

	for (size_t i = 0; status == LG_OK && i < given.count; i++)
		status = add_names(given.item[i], names, &err);
	if (status != LG_OK)
		code = lg_cli_fail(cli, &err);
	else if (given.count > 0 && names->count == 0)
		code = lg_cli_usage(cli, "no server is named");
	lg_strlist_release(&given);
	return code;
}

int lg_cli_servers_forget(struct lg_cli *cli,
			  struct lg_change_forgotten *out_forgotten)
{
	struct lg_cli_hands base = {.cli = cli};
	const struct lg_change_hands hands = lg_cli_hands(&base);
	struct lg_servers_book book = {0};
	struct lg_strlist names = {0};
	struct lg_error err;
	enum lg_status status;
	int code = read_names(cli, &names);

	if (code != LG_EXIT_DONE || names.count == 0)
		goto out;
	/* without a lock on servers state_dir is left alone */
	status = lg_cli_servers_book(cli, &book, &err);
	if (status == LG_OK && book.count == 0 && book.damaged == 0)
		code = lg_cli_usage(cli,
				    "no lock is on other servers and nothing "
				    "was interrupted; %s is not given up",
				    names.item[0]);
	else if (status == LG_OK)
		status = lg_change_forget(&hands, &names, out_forgotten, &err);
	if (status == LG_ERR_UNKNOWN_KEY)
		code = lg_cli_usage(cli, "%s", err.text);
	else if (status != LG_OK)
		code = status == LG_ERR_CONFLICT
			       ? lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, &err)
			       : lg_cli_fail(cli, &err);
out:
	lg_servers_book_release(&book);
	lg_strlist_release(&names);
	return code;
}
