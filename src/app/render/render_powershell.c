/* SPDX-License-Identifier: ISC */
/*
 * Writes a profile as one PowerShell script that saves what is there, changes
 * it, and with -Undo puts the saved values back. The script is fixed text with
 * the profile's values in it as quoted expressions; which blocks stand in it
 * depends on what the profile asks for. No value of the profile ever stands
 * outside quotes.
 */
#include <string.h>

#include "base/listed.h"

#include "app/render/render_powershell.h"
#include "app/render/powershell_script.h"

/* What a filter returned: by DN, else by every logon name. */
static enum lg_status add_filtered(const struct lg_findings *findings,
				   struct accounts *accounts,
				   struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0;
	     status == LG_OK && findings && i < findings->account_count; i++) {
		const struct lg_account *account = &findings->account[i];

		if (account->asked_as != LG_ASKED_FILTER ||
		    account->finding != LG_FINDING_ONE)
			continue;
		if (account->dn) {
			status = lg_list_text(&accounts->dn, account->dn, err);
			continue;
		}
		for (size_t j = 0; status == LG_OK && j < account->login_count;
		     j++)
			status = lg_list_text(
				&accounts->user,
				findings->login[account->login_first + j].name,
				err);
	}
	return status;
}

static enum lg_status collect_allowed(const struct lg_powershell_input *input,
				      struct accounts *allowed,
				      struct lg_error *err)
{
	const struct lg_profile *profile = input->profile;
	const struct lg_findings *findings = input->findings;
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < profile->allow.count; i++)
		/* The value 0 ends a lock, it is nobody's name (L11). */
		if (strcmp(profile->allow.item[i], "0") != 0)
			status = lg_list_text(&allowed->dn,
					      profile->allow.item[i], err);
	if (status == LG_OK && profile->single)
		status = lg_list_text(&allowed->dn, profile->single, err);
	if (status == LG_OK)
		status = lg_strlist_add_all(&allowed->user,
					    &profile->allow_user, err);
	return status != LG_OK ? status : add_filtered(findings, allowed, err);
}

static enum lg_status collect_concerned(const struct lg_profile *profile,
					const struct lg_findings *findings,
					struct accounts *concerned,
					struct lg_error *err)
{
	enum lg_status status =
		lg_strlist_add_all(&concerned->dn, &profile->applies_dn, err);

	if (status == LG_OK)
		status = lg_strlist_add_all(&concerned->user,
					    &profile->applies_user, err);
	return status != LG_OK ? status
			       : add_filtered(findings, concerned, err);
}

static void unsupported(struct script *script, const char *what)
{
	/* A failed allocation shows when the sentences are counted. */
	if (lg_list_text(&script->unsupported, what, NULL) != LG_OK)
		script->out->status = LG_ERR_NO_MEMORY;
}

static uint32_t protocol_bit(enum lg_protocol protocol)
{
	return UINT32_C(1) << protocol;
}

int lg_powershell_refuses(const struct script *script,
			  enum lg_protocol protocol)
{
	return (script->input->profile->refuse_protocols &
		protocol_bit(protocol)) != 0;
}

static void find_unsupported(struct script *script)
{
	const struct lg_profile *profile = script->input->profile;

	if (profile->processes && profile->processes[0])
		unsupported(script, "processes: Exchange 2010 and later do not "
				    "know the program of a client");
	if (profile->versions && profile->unknown_version == LG_UNKNOWN_REFUSE)
		unsupported(script, "unknown_version = refuse: a client that "
				    "names no version is not refused");
	if (lg_powershell_refuses(script, LG_PROTOCOL_SMTP))
		unsupported(script, "refuse smtp: a mailbox has no switch for "
				    "submission, and the server's would stop "
				    "mail from outside too");
	if (lg_powershell_refuses(script, LG_PROTOCOL_LOGIN))
		unsupported(script, "refuse login: that is not Exchange's");
	if (profile->hold_mail)
		unsupported(script, "hold: mail is not held in the queue");
}

static enum lg_status report_unsupported(const struct script *script,
					 struct lg_strlist *list,
					 struct lg_error *err)
{
	struct lg_buffer all = {0};
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < script->unsupported.count; i++) {
		const char *what = script->unsupported.item[i];

		lg_buffer_format(&all, "%s%s", i ? "; " : "", what);
		if (list && status == LG_OK)
			status = lg_list_text(list, what, err);
	}
	if (status == LG_OK)
		status = lg_buffer_status(&all, err);
	if (status == LG_OK && script->unsupported.count &&
	    !script->input->skip_unsupported)
		status = lg_error_set(err, LG_ERR_CONFLICT,
				      script->input->profile->path,
				      "Exchange 2010 and later cannot do this: "
				      "%s (--skip-unsupported leaves it out)",
				      all.data);
	lg_buffer_release(&all);
	return status;
}

/* --- the script ----------------------------------------------------------- */

/* The shell takes either line end; the editors of its users take CRLF. */
static void append_with_crlf(const struct lg_buffer *text,
			     struct lg_buffer *out)
{
	size_t begin = 0;

	for (size_t i = 0; i < text->len; i++) {
		if (text->data[i] != '\n')
			continue;
		lg_buffer_append(out, text->data + begin, i - begin);
		lg_buffer_text(out, "\r\n");
		begin = i + 1;
	}
	lg_buffer_append(out, text->data + begin, text->len - begin);
}

enum lg_status lg_render_powershell(const struct lg_powershell_input *input,
				    struct lg_strlist *unsupported_list,
				    struct lg_buffer *out_script,
				    struct lg_error *err)
{
	const struct lg_profile *profile = input->profile;
	struct lg_buffer text = {0};
	struct script script = {.input = input, .out = &text};
	struct accounts concerned = {{0}, {0}};
	struct accounts allowed = {{0}, {0}};
	enum lg_status status = LG_OK;

	find_unsupported(&script);
	status = report_unsupported(&script, unsupported_list, err);
	if (status == LG_OK)
		status = collect_allowed(input, &allowed, err);
	if (status == LG_OK)
		status = collect_concerned(profile, input->concerned,
					   &concerned, err);
	if (status == LG_OK && profile->versions)
		status = lg_powershell_versions(profile, &script.versions, err);
	if (status == LG_OK)
		status = lg_buffer_status(&script.versions, err);
	if (status != LG_OK)
		goto out;
	script.has_versions = script.versions.len > 0;
	/* Open semantics: a list of nobody limits nobody (L10). */
	script.has_names = profile->names_present &&
			   (profile->when_invalid == LG_WHEN_INVALID_CLOSED ||
			    allowed.dn.count || allowed.user.count);
	script.has_protocols =
		lg_powershell_refuses(&script, LG_PROTOCOL_MAPI) ||
		lg_powershell_refuses(&script, LG_PROTOCOL_HTTP) ||
		lg_powershell_refuses(&script, LG_PROTOCOL_IMAP) ||
		lg_powershell_refuses(&script, LG_PROTOCOL_POP3);
	script.is_for_some = profile->applies_to_some;
	/* [applies_to] alone: nobody whom it concerns gets in (contract 9). */
	script.locks_all = profile->applies_to_some &&
			   !profile->names_present && !profile->versions &&
			   !profile->processes && !profile->refuse_protocols;
	if (!script.has_versions && !script.has_names &&
	    !script.has_protocols && !script.locks_all) {
		status = lg_error_set(err, LG_ERR_CONFLICT, profile->path,
				      "nothing is left that Exchange 2010 and "
				      "later would do");
		goto out;
	}
	lg_powershell_write(&script, &allowed, &concerned);
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		append_with_crlf(&text, out_script);
	if (status == LG_OK)
		status = lg_buffer_status(out_script, err);
out:
	lg_strlist_release(&allowed.dn);
	lg_strlist_release(&allowed.user);
	lg_strlist_release(&concerned.dn);
	lg_strlist_release(&concerned.user);
	lg_strlist_release(&script.unsupported);
	lg_buffer_release(&script.versions);
	lg_buffer_release(&text);
	return status;
}
