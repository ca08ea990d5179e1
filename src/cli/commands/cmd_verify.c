/* SPDX-License-Identifier: ISC */
/*
 * logongate verify - ask the directory about DNs; one line each
 *
 * DNs come as arguments and from --file, a line each; comments and empty lines
 * of a file are passed over. A malformed argument is a mistake of the caller
 * and nothing is asked; a malformed line of a file is a finding. What could
 * not be asked says so in its line, and the exit code is 4 (contract 8).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>

#include "adapters/system/durable.h"
#include "app/records/plan_json.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/table.h"

static int add_arguments(struct lg_cli *cli, struct lg_strlist *dn)
{
	struct lg_error err = {0};
	enum lg_status status = LG_OK;

	for (int i = 0; status == LG_OK && i < cli->operand_count; i++) {
		const char *text = cli->operand[i];

		status = lg_dn_check(text, strlen(text), NULL, &err);
		if (status == LG_OK)
			status = lg_strlist_add(dn, text, strlen(text), &err);
	}
	return status == LG_OK ? 0 : lg_cli_fail(cli, &err);
}

static int is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (line[i] != ' ' && line[i] != '\t')
			return 0;
	return 1;
}

/* Adds a line without its end, unless it is a comment or empty. */
static enum lg_status add_line(const char *line, size_t len, size_t number,
			       const char *file, struct lg_strlist *dn,
			       struct lg_error *err)
{
	if (number == 1 && len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		len -= 3;
	}
	if (len > 0 && line[len - 1] == '\n')
		len--;
	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len == 0 || line[0] == '#' || is_blank(line, len))
		return LG_OK;
	if (memchr(line, '\0', len))
		return lg_error_set_at(err, LG_ERR_SYNTAX, file, number,
				       "has a NUL byte; a list of DNs is text, "
				       "one DN per line");
	return lg_strlist_add(dn, line, len, err);
}

static int add_file(struct lg_cli *cli, const char *file, struct lg_strlist *dn)
{
	int is_stdin = strcmp(file, "-") == 0;
	FILE *in = is_stdin ? stdin : fopen(file, "rb");
	struct lg_error err = {0};
	char *line = NULL;
	size_t size = 0;
	size_t number = 0;
	ssize_t len;
	enum lg_status status = LG_OK;

	if (!in)
		return lg_cli_say(cli, LG_EXIT_INVALID, file,
				  "cannot be read: %s", strerror(errno));
	errno = 0;
	while (status == LG_OK && (len = getline(&line, &size, in)) >= 0)
		status = add_line(line, (size_t)len, ++number, file, dn, &err);
	if (status == LG_OK && ferror(in))
		status = lg_errno_unread(file, &err);
	free(line);
	if (!is_stdin)
		fclose(in);
	return status == LG_OK ? 0 : lg_cli_fail(cli, &err);
}

static int print_json(struct lg_cli *cli, const struct lg_findings *findings,
		      const struct lg_account *account)
{
	cJSON *object = lg_account_object(account, account->asked, NULL);
	cJSON *logins = cJSON_CreateArray();

	for (size_t i = 0; i < account->login_count; i++)
		lg_json_item(logins,
			     findings->login[account->login_first + i].name);
	lg_json_add(object, "logins", logins);
	return lg_cli_json(cli, object);
}

static int print_findings(struct lg_cli *cli,
			  const struct lg_findings *findings)
{
	static const char *const head[] = {"FINDING", "DN", "ENTRY", "VIA",
					   NULL};
	struct lg_table table = {0};
	int code = 0;

	if (cli->quiet)
		return 0;
	if (!cli->json)
		lg_table_begin(&table, head);
	for (size_t i = 0; code == 0 && i < findings->account_count; i++) {
		const struct lg_account *account = &findings->account[i];

		if (cli->json) {
			code = print_json(cli, findings, account);
			continue;
		}
		lg_table_cell(&table, lg_finding_name(account->finding));
		lg_table_cell(&table, account->asked);
		lg_table_cell(&table, account->entry);
		lg_table_cell(&table, lg_via_name(account->via));
	}
	return cli->json ? code : lg_cli_table(cli, &table);
}

static int verify(struct lg_cli *cli, const struct lg_strlist *dn)
{
	struct lg_progress progress = lg_cli_progress(cli);
	struct lg_directory *directory = NULL;
	struct lg_findings *findings = NULL;
	struct lg_error err = {0};
	enum lg_status status = lg_cli_directory(cli, &directory, &err);
	int code;

	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	if (!directory)
		return lg_cli_say(cli, LG_EXIT_DIRECTORY, NULL,
				  "no directory is named; [directory] uri or "
				  "--directory URI names one");
	status = directory->verify(directory->self, dn, &progress, &findings,
				   &err);
	lg_cli_progress_end(cli);
	code = findings ? print_findings(cli, findings) : 0;
	lg_findings_free(&findings);
	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	return code;
}

int lg_cmd_verify(struct lg_cli *cli)
{
	const char *file = lg_cli_option(cli, "file");
	struct lg_strlist dn = {0};
	int code;

	if (cli->operand_count == 0 && !file)
		return lg_cli_usage(cli, "verify needs a DN or --file F");
	code = add_arguments(cli, &dn);
	if (code == 0 && file)
		code = add_file(cli, file, &dn);
	if (code == 0)
		code = verify(cli, &dn);
	lg_strlist_release(&dn);
	return code;
}
