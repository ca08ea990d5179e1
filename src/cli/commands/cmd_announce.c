/* SPDX-License-Identifier: ISC */
/*
 * logongate announce - tells people of a lock before it comes
 *
 * Without --send it only shows the letter and who would get it. Addresses go
 * to sendmail on its input, as Bcc: nobody sees those of the others.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/local_time.h"

#include "adapters/system/atomic_file.h"
#include "adapters/system/system_clock.h"
#include "adapters/system/hooks.h"
#include "app/change/accounts_ask.h"
#include "app/people/announcement.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/text/times.h"

#define BATCH 50
#define SENDMAIL_MS 60000

static int by_text(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once. */
static void settle(struct lg_strlist *to)
{
	size_t kept = 0;

	if (to->count > 1)
		qsort(to->item, to->count, sizeof(*to->item), by_text);
	for (size_t i = 0; i < to->count; i++) {
		if (kept == 0 ||
		    strcasecmp(to->item[kept - 1], to->item[i]) != 0)
			to->item[kept++] = to->item[i];
	}
	to->count = kept;
}

/* The first of an account's names that is an address, of one of the domains
 * where there are any. */
static enum lg_status add_account(const struct lg_findings *findings,
				  const struct lg_account *account,
				  const struct lg_strlist *domains,
				  struct lg_strlist *to, struct lg_error *err)
{
	for (size_t i = 0; i < account->login_count; i++) {
		const char *name =
			findings->login[account->login_first + i].name;
		int is_of = domains->count == 0 ||
			    account->asked_as != LG_ASKED_FILTER;

		if (!lg_announcement_address(name))
			continue;
		for (size_t k = 0; k < domains->count; k++)
			is_of |= strcasecmp(strchr(name, '@') + 1,
					    domains->item[k]) == 0;
		if (is_of)
			return lg_strlist_add(to, name, strlen(name), err);
	}
	return LG_OK;
}

/* Everybody who has an address, those of the domains, those of the filter. */
static enum lg_status put_filter(const struct lg_profile *profile,
				 struct lg_buffer *filter, struct lg_error *err)
{
	const struct lg_strlist *domains = &profile->applies_domain;

	if (!profile->applies_to_some)
		lg_buffer_text(filter, "(mail=*)");
	else if (domains->count == 0 && profile->applies_filter != NULL)
		lg_buffer_text(filter, profile->applies_filter);
	else if (domains->count > 0)
		lg_buffer_text(filter, "(mail=*@*)");
	return lg_buffer_status(filter, err);
}

static enum lg_status ask(const struct lg_directory *directory,
			  const struct lg_profile *profile, const char *filter,
			  const struct lg_strlist *domains,
			  struct lg_strlist *to, struct lg_error *err)
{
	const struct lg_concerned who = {
		.dn = &profile->applies_dn,
		.user = &profile->applies_user,
		.filter = filter,
	};
	struct lg_findings *findings = NULL;
	enum lg_status status =
		lg_concerned_ask(directory, &who, NULL, &findings, err);

	for (size_t i = 0; status == LG_OK && i < findings->account_count; i++)
		status = add_account(findings, &findings->account[i], domains,
				     to, err);
	lg_findings_free(&findings);
	return status;
}

static int find_concerned(struct lg_cli *cli, const struct lg_profile *profile,
			  struct lg_strlist *to)
{
	static const struct lg_strlist none;
	struct lg_directory *directory = NULL;
	struct lg_buffer filter = {0};
	struct lg_error err;
	enum lg_status status = lg_cli_directory(cli, &directory, &err);

	if (status == LG_OK)
		status = put_filter(profile, &filter, &err);
	if (status == LG_OK)
		status = ask(directory, profile, filter.data,
			     &profile->applies_domain, to, &err);
	/* Domains and a filter are two questions. */
	if (status == LG_OK && profile->applies_domain.count > 0 &&
	    profile->applies_filter != NULL)
		status = ask(directory, profile, profile->applies_filter, &none,
			     to, &err);
	lg_buffer_release(&filter);
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}

/* One address a line; # begins a comment. */
static int read_file(struct lg_cli *cli, const char *path,
		     struct lg_strlist *to)
{
	struct lg_buffer text = {0}, line = {0};
	struct lg_error err;
	enum lg_status status = lg_file_read(path, &text, &err);
	size_t number = 0;

	for (size_t at = 0; status == LG_OK && at < text.len; at++) {
		size_t len = strcspn(text.data + at, "\r\n");

		number += len > 0 || text.data[at] == '\n';
		lg_buffer_clear(&line);
		lg_buffer_append(&line, text.data + at, len);
		at += len;
		status = lg_buffer_status(&line, &err);
		if (status != LG_OK || len == 0 || line.data[0] == '#')
			continue;
		if (!lg_announcement_address(line.data))
			status = lg_error_set_at(&err, LG_ERR_SYNTAX, path,
						 number,
						 "\"%.80s\" is not an address; "
						 "write one per line: "
						 "anna@example.org",
						 line.data);
		else
			status = lg_strlist_add(to, line.data, len, &err);
	}
	lg_buffer_release(&line);
	lg_buffer_release(&text);
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}

static int send_all(struct lg_cli *cli, const struct lg_announcement *letter,
		    const struct lg_strlist *to)
{
	const char *const argv[] = {"sendmail", "-i", "-t", NULL};
	struct lg_buffer mail = {0};
	struct lg_error err;
	enum lg_status status = LG_OK;
	size_t sent = 0;
	int code = LG_EXIT_DONE;

	while (status == LG_OK && sent < to->count) {
		size_t count =
			to->count - sent > BATCH ? BATCH : to->count - sent;

		lg_buffer_clear(&mail);
		status = lg_announcement_mail(letter, to->item + sent, count,
					      &mail, &err);
		if (status == LG_OK)
			status = lg_program_feed(argv, mail.data, mail.len,
						 SENDMAIL_MS, NULL, &err);
		if (status == LG_OK)
			sent += count;
	}
	if (status != LG_OK)
		code = lg_cli_say(cli,
				  sent == 0 ? LG_EXIT_PUT_BACK
					    : LG_EXIT_NOT_PUT_BACK,
				  NULL,
				  "%s: %s; %zu of %zu were sent, the last to "
				  "%s",
				  err.place, err.text, sent, to->count,
				  sent > 0 ? to->item[sent - 1] : "nobody");
	lg_buffer_release(&mail);
	return code;
}

static int print(struct lg_cli *cli, const struct lg_announcement *letter,
		 const struct lg_strlist *to, int is_sent)
{
	cJSON *object;

	if (cli->json) {
		object = cJSON_CreateObject();
		lg_json_text(object, "subject", letter->subject.data);
		lg_json_text(object, "text", letter->text.data);
		lg_json_names(object, "to", to);
		lg_json_bool(object, "sent", is_sent);
		return lg_cli_json(cli, object);
	}
	if (cli->quiet)
		return LG_EXIT_DONE;
	if (is_sent) {
		lg_cli_print(cli, LG_GREEN, "sent");
		lg_cli_print(cli, LG_PLAIN, " to %zu\n", to->count);
		return LG_EXIT_DONE;
	}
	lg_cli_print(cli, LG_PLAIN, "Subject: %s\n\n%s",
		     letter->subject.data != NULL ? letter->subject.data : "",
		     letter->text.data != NULL ? letter->text.data : "");
	if (lg_cli_option(cli, "to") != NULL)
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "for %zu people; --send sends it", to->count);
	return LG_EXIT_DONE;
}

/* "Sat 2026-12-05 22:00 (UTC+01:00)". */
static void put_time(int64_t at_s, struct lg_buffer *out)
{
	struct lg_zone zone = lg_system_zone();
	char text[LG_TIME_FULL_SIZE];

	lg_time_format_full(at_s, &zone, text);
	lg_buffer_format(out, "%.20s (UTC%s)", text, text + 23);
}

static int write_letter(struct lg_cli *cli, const struct lg_profile *profile,
			struct lg_announcement *letter)
{
	const char *path = lg_cli_option(cli, "template");
	struct lg_buffer text = {0}, begins = {0}, ends = {0};
	struct lg_announcement_facts facts = {
		.description = profile->description,
		.profile = profile->name,
		.reason = lg_cli_option(cli, "reason"),
	};
	int64_t at_s, for_s, until_s;
	struct lg_error err;
	enum lg_status status = LG_OK;
	int code = lg_cli_time(cli, "at", &at_s);

	if (code == LG_EXIT_DONE)
		code = lg_cli_duration(cli, "for", &for_s);
	if (code == LG_EXIT_DONE)
		code = lg_cli_time(cli, "until", &until_s);
	if (code != LG_EXIT_DONE)
		return code;
	if (at_s == 0 || (for_s > 0) == (until_s > 0))
		return lg_cli_usage(cli, "announce needs --at T, and --for D "
					 "or --until T");
	if (until_s == 0)
		until_s = at_s + for_s;
	if (until_s <= at_s)
		return lg_cli_usage(cli, "the end is not after the beginning");
	put_time(at_s, &begins);
	put_time(until_s, &ends);
	facts.begins = begins.data;
	facts.ends = ends.data;
	if (path != NULL)
		status = lg_file_read(path, &text, &err);
	if (status == LG_OK)
		status = lg_announcement_write(path == NULL        ? NULL
					       : text.data != NULL ? text.data
								   : "",
					       &facts, letter, &err);
	lg_buffer_release(&ends);
	lg_buffer_release(&begins);
	lg_buffer_release(&text);
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}

int lg_cmd_announce(struct lg_cli *cli)
{
	const char *whom = lg_cli_option(cli, "to");
	int sends = lg_cli_option(cli, "send") != NULL;
	struct lg_announcement letter = {0};
	struct lg_profile *profile = NULL;
	struct lg_strlist to = {0};
	int code;

	if (sends && whom == NULL)
		return lg_cli_usage(cli, "--send needs --to concerned or --to "
					 "FILE");
	code = lg_cli_profile(cli, cli->operand[0], &profile);
	if (code == LG_EXIT_DONE)
		code = write_letter(cli, profile, &letter);
	if (code == LG_EXIT_DONE && whom != NULL)
		code = strcmp(whom, "concerned") == 0
			       ? find_concerned(cli, profile, &to)
			       : read_file(cli, whom, &to);
	settle(&to);
	if (code == LG_EXIT_DONE && whom != NULL && to.count == 0)
		code = lg_cli_say(cli, LG_EXIT_INVALID, NULL,
				  "nobody has an address to write to");
	if (code == LG_EXIT_DONE && sends)
		code = send_all(cli, &letter, &to);
	if (code == LG_EXIT_DONE)
		code = print(cli, &letter, &to, sends);
	lg_strlist_release(&to);
	lg_announcement_release(&letter);
	lg_profile_free(&profile);
	return code;
}
