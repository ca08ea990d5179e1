/* SPDX-License-Identifier: ISC */
/*
 * setup_directory.c - `logongate setup directory`: [directory] by asking
 *
 * The server is asked how it can be reached, where its entries begin and which
 * names it can match; what it answered is written, and a search proves that
 * the gate will see accounts.
 */
#include <string.h>
#include <unistd.h>

#include "adapters/ini/settings_file.h"
#include "adapters/ldap/ldap_survey.h"
#include "app/setup/setup_parts.h"
#include "app/setup/setup_settings.h"
#include "cli/commands/setup_hands.h"
#include "cli/open/open.h"

static int is_file(const char *uri)
{
	return strncmp(uri, "ldif:", 5) == 0;
}

static enum lg_status survey(struct lg_directory_settings settings,
			     struct lg_ldap_survey *out_survey,
			     struct lg_error *err)
{
	struct lg_strlist names = {0};
	enum lg_status status = lg_settings_default_logins(&names, err);

	if (settings.login_attributes == NULL ||
	    settings.login_attributes->count == 0)
		settings.login_attributes = &names;
	if (status == LG_OK)
		status = lg_ldap_survey(&settings, out_survey, err);
	lg_strlist_release(&names);
	return status;
}

/* Where somebody sits he is asked; "" where nobody does. */
static enum lg_status find_uri(struct lg_cli *cli, struct lg_buffer *out_uri,
			       struct lg_error *err)
{
	const char *given = lg_cli_option(cli, "directory");
	char line[512] = "";

	if (given == NULL && isatty(STDIN_FILENO) && !cli->json) {
		fputs("Address of the directory (ldaps://HOST): ", cli->err);
		fflush(cli->err);
		if (fgets(line, sizeof(line), stdin) != NULL)
			line[strcspn(line, "\r\n")] = '\0';
		given = line;
	}
	if (given == NULL || *given == '\0')
		return lg_error_set(err, LG_ERR_SYNTAX, "--directory",
				    "is missing: the address of the directory, "
				    "as ldaps://ldap.example.org");
	if (is_file(given))
		return lg_error_set(err, LG_ERR_SYNTAX, given,
				    "is a file; there is nothing to ask: write "
				    "it into [directory] by hand");
	lg_buffer_text(out_uri, given);
	return lg_buffer_status(out_uri, err);
}

static void add_line(struct lg_buffer *lines, const char *key,
		     const char *value)
{
	if (value != NULL)
		lg_buffer_format(lines, "%-13s = \"%s\"\n", key, value);
}

static enum lg_status write_lines(const struct lg_directory_settings *settings,
				  const struct lg_ldap_survey *found,
				  struct lg_buffer *lines, struct lg_error *err)
{
	static const char *const words[] = {[LG_TLS_DEMAND] = NULL,
					    [LG_TLS_STARTTLS] = "starttls",
					    [LG_TLS_NONE] = "none"};

	add_line(lines, "uri", settings->uri);
	add_line(lines, "base", found->base.data);
	add_line(lines, "bind_dn", settings->bind_dn);
	add_line(lines, "password_file", settings->password_file);
	add_line(lines, "ca_file", settings->ca_file);
	if (words[found->tls] != NULL)
		lg_buffer_format(lines, "%-13s = %s\n", "tls",
				 words[found->tls]);
	return lg_buffer_status(lines, err);
}

/* What was found out and does not stand in the settings. */
static enum lg_status note(const struct lg_setup_ask *ask,
			   const struct lg_directory_settings *settings,
			   const struct lg_ldap_survey *found)
{
	struct lg_buffer names = {0};
	struct lg_buffer owner = {0};
	const char *gate = lg_setup_gate_user(ask);
	struct lg_error ignored;
	enum lg_status status;

	for (size_t i = 0; i < found->login.count; i++)
		lg_buffer_format(&names, "%s%s", i ? ", " : "",
				 found->login.item[i]);
	status = lg_setup_note(ask, "%s, and logon names come from %s.",
			       found->is_active_directory
				       ? "It is an Active Directory"
				       : "It answers",
			       names.len ? names.data : "nowhere");
	if (status == LG_OK && !found->knows_dn)
		status = lg_setup_note(ask, "It cannot match legacyExchangeDN: "
					    "profiles list logon names there "
					    "(allow_user).");
	if (status == LG_OK && settings->password_file &&
	    ask->change->owner(ask->change->self, settings->password_file,
			       &owner, &ignored) == LG_OK &&
	    strcmp(owner.data, gate) != 0)
		status = lg_setup_note(ask,
				       "%s belongs to %s; the gate reads it as "
				       "%s: chown %s %s",
				       settings->password_file, owner.data,
				       gate, gate, settings->password_file);
	lg_buffer_release(&names);
	lg_buffer_release(&owner);
	return status;
}

static enum lg_status plan_new(const struct lg_setup_ask *ask,
			       const struct lg_directory_settings *settings)
{
	struct lg_ldap_survey found = {0};
	struct lg_setup_draft draft = {0};
	struct lg_buffer lines = {0};
	enum lg_status status = survey(*settings, &found, ask->err);

	if (status == LG_OK)
		status = write_lines(settings, &found, &lines, ask->err);
	if (status == LG_OK)
		status = lg_setup_draft_begin(ask, &draft);
	if (status == LG_OK)
		status = lg_setup_add_section(&draft.after, "directory",
					      lines.data, ask->err);
	if (status == LG_OK)
		status = lg_setup_draft_end(&draft);
	if (status == LG_OK)
		status = note(ask, settings, &found);
	lg_ldap_survey_release(&found);
	lg_setup_draft_release(&draft);
	lg_buffer_release(&lines);
	return status;
}

/* One that is there stays, whoever wrote it. */
static enum lg_status plan_directory(const struct lg_setup_ask *ask)
{
	struct lg_cli *cli = ask->own;
	const char *given = lg_cli_option(cli, "directory");
	struct lg_directory_settings settings = {
		.base = lg_cli_option(cli, "base"),
		.bind_dn = lg_cli_option(cli, "bind-dn"),
		.password_file = lg_cli_option(cli, "password-file"),
		.ca_file = lg_cli_option(cli, "ca-file"),
		.timeout_ms = ask->settings->directory_timeout_ms,
	};
	struct lg_settings *now = NULL;
	struct lg_buffer uri = {0};
	enum lg_status status = LG_OK;

	ask->plan->door = "directory";
	if (ask->settings->path != NULL)
		status = lg_settings_load(ask->settings->path, &now, ask->err);
	if (status == LG_OK && now && now->directory_uri) {
		if (given && strcmp(given, now->directory_uri) != 0)
			status = lg_error_set(ask->err, LG_ERR_CONFLICT,
					      ask->settings->path,
					      "has a [directory] already (%s), "
					      "and nothing is overwritten",
					      now->directory_uri);
	} else if (status == LG_OK) {
		status = find_uri(cli, &uri, ask->err);
		settings.uri = uri.data;
		if (status == LG_OK)
			status = plan_new(ask, &settings);
	}
	lg_settings_free(&now);
	lg_buffer_release(&uri);
	return status;
}

const struct lg_setup_door setup_directory_door = {"directory", "",
						   plan_directory};

enum lg_status setup_prove_directory(void *context,
				     const struct lg_setup_plan *plan,
				     struct lg_error *err)
{
	const struct setup_hands *hands = context;
	const struct lg_settings *known;
	struct lg_settings *settings = NULL;
	struct lg_ldap_survey found = {0};
	enum lg_status status = lg_cli_settings(hands->cli, &known, err);

	if (status == LG_OK)
		status = lg_settings_load(known->path, &settings, err);
	if (status == LG_OK && !is_file(settings->directory_uri))
		status = survey(lg_settings_directory(settings), &found, err);
	lg_ldap_survey_release(&found);
	lg_settings_free(&settings);
	return status;
}
