/* SPDX-License-Identifier: ISC */
/*
 * From a profile to registry values. Each feature asks the dialect's traits
 * whether and how it can be written; what cannot is noted as a sentence, and
 * the whole list of them decides at the end between refusing and leaving out.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/buffer.h>
#include <logongate/dn.h>
#include <logongate/profile.h>
#include <logongate/version_setting.h>

#include "core/exchange/profile_language.h"

struct render {
	const struct lg_profile *profile;
	const struct lg_render_target *target;
	const struct lg_dialect_traits *traits;
	const struct lg_findings *findings;
	const struct lg_findings *concerned;
	struct lg_registry *values;
	struct lg_strlist unsupported;
	struct lg_warnings *warnings;
	struct lg_error *err;
};

static enum lg_status set_text(struct render *r, const char *name,
			       const char *text)
{
	return lg_registry_set_text(r->values, LG_KEY_PARAMETERS_SYSTEM, name,
				    text, r->err);
}

static enum lg_status set_list(struct render *r, const char *name,
			       const struct lg_strlist *list)
{
	return lg_registry_set_list(r->values, LG_KEY_PARAMETERS_SYSTEM, name,
				    list, r->err);
}

/* Notes what the dialect has no value for. */
static enum lg_status cannot(struct render *r, const char *what,
			     const char *why)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_format(&text, "%s: %s %s", r->traits->name, what, why);
	status = lg_buffer_status(&text, r->err);
	if (!status)
		status = lg_strlist_add(&r->unsupported, text.data, text.len,
					r->err);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status warn_left_out(struct render *r, const char *what)
{
	if (!r->warnings)
		return LG_OK;
	return lg_warnings_add(
		r->warnings, LG_WARN_UNSUPPORTED_BY_DIALECT, r->err,
		"%s has no value for %s: only the gate does that",
		r->traits->name, what);
}

/* The account of a listed logon name. */
static const struct lg_account *user_account(const struct render *r,
					     const char *user)
{
	size_t i;

	for (i = 0; r->findings && i < r->findings->account_count; i++) {
		const struct lg_account *account = &r->findings->account[i];

		if (account->asked_as == LG_ASKED_USER && account->asked &&
		    !strcmp(account->asked, user))
			return account;
	}
	return NULL;
}

static enum lg_status add(struct lg_strlist *list, const char *text,
			  struct lg_error *err)
{
	return lg_strlist_add(list, text, strlen(text), err);
}

/* A name of the account that is its own, where it has one. */
static const char *login_of(const struct lg_findings *findings,
			    const struct lg_account *account)
{
	const struct lg_login *login = &findings->login[account->login_first];
	size_t i;

	for (i = 0; i < account->login_count; i++)
		if (!login[i].shared && login[i].name[0])
			return login[i].name;
	return account->login_count ? login[0].name : NULL;
}

static enum lg_status warn_no_dn(struct render *r, const char *user)
{
	if (!r->warnings)
		return LG_OK;
	return lg_warnings_add(r->warnings, LG_WARN_DN_NOT_FOUND, r->err,
			       "%s has no legacyExchangeDN that is known, and "
			       "%s admits nobody without one",
			       user, r->traits->name);
}

/* The accounts that a filter returned. */
static enum lg_status collect_found(struct render *r,
				    const struct lg_findings *findings,
				    struct lg_strlist *dn,
				    struct lg_strlist *user)
{
	enum lg_status status = LG_OK;
	size_t i;

	for (i = 0; findings && i < findings->account_count && !status; i++) {
		const struct lg_account *account = &findings->account[i];
		const char *login;

		if (account->asked_as != LG_ASKED_FILTER)
			continue;
		login = login_of(findings, account);
		if (account->dn)
			status = add(dn, account->dn, r->err);
		else if (login)
			status = add(user, login, r->err);
		else if (findings == r->findings)
			status = warn_no_dn(r, account->entry ? account->entry
							      : "an account");
	}
	return status;
}

/* allow.N and allow_file, then the accounts that allow_filter returned. */
static enum lg_status collect(struct render *r, struct lg_strlist *dn,
			      struct lg_strlist *user)
{
	enum lg_status status =
		lg_strlist_add_all(dn, &r->profile->allow, r->err);

	if (!status)
		status = lg_strlist_add_all(user, &r->profile->allow_user,
					    r->err);
	if (!status)
		status = collect_found(r, r->findings, dn, user);
	return status;
}

/* For dialects that know DNs alone. */
static enum lg_status users_by_dn(struct render *r,
				  const struct lg_strlist *user,
				  struct lg_strlist *dn)
{
	enum lg_status status = LG_OK;
	size_t i;

	for (i = 0; i < user->count && !status; i++) {
		const struct lg_account *account =
			user_account(r, user->item[i]);

		if (account && account->finding == LG_FINDING_ONE &&
		    account->dn)
			status = add(dn, account->dn, r->err);
		else
			status = warn_no_dn(r, user->item[i]);
	}
	return status;
}

static int all_equal(const struct lg_strlist *dn)
{
	size_t i;

	for (i = 1; i < dn->count; i++)
		if (!lg_dn_equal(dn->item[0], strlen(dn->item[0]), dn->item[i],
				 strlen(dn->item[i])))
			return 0;
	return 1;
}

static int read_dword(const char *text, uint32_t *out_dword)
{
	int hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *at = hex ? text + 2 : text;
	uint64_t number = 0;

	if (!*at)
		return 0;
	for (; *at; at++) {
		static const char digits[] = "0123456789abcdef";
		char lower = *at >= 'A' && *at <= 'F' ? (char)(*at + 32) : *at;
		const char *digit = memchr(digits, lower, hex ? 16 : 10);

		if (!digit)
			return 0;
		number = number * (hex ? 16 : 10) + (uint64_t)(digit - digits);
		if (number > UINT32_MAX)
			return 0;
	}
	*out_dword = (uint32_t)number;
	return 1;
}

/* L9: the source says that two values are needed, and no public one names the
 * second. */
static enum lg_status warn_no_companion(struct render *r)
{
	if (!r->warnings || !r->target->is_server || r->target->is_gate ||
	    r->target->dialect != LG_DIALECT_EXCHANGE_2000)
		return LG_OK;
	return lg_warnings_add(
		r->warnings, LG_WARN_COMPANION_UNKNOWN, r->err,
		"Exchange 2000 needs a second value beside \"%s\", whose name "
		"no public source gives; without companion_name in the "
		"target's settings nobody may be locked out",
		LG_VALUE_LOGON_ONLY_AS);
}

/* L9: what a target's settings name beside Logon Only As; nothing invented. */
static enum lg_status set_companion(struct render *r)
{
	const struct lg_render_target *target = r->target;
	const char *data = target->companion_data ? target->companion_data : "";
	struct lg_strlist list = {0};
	uint32_t dword = 0;
	enum lg_status status;

	if (!target->companion_name)
		return warn_no_companion(r);
	switch (target->companion_type) {
	case LG_REG_SZ:
		return set_text(r, target->companion_name, data);
	case LG_REG_DWORD:
		if (!read_dword(data, &dword))
			break;
		return lg_registry_set_dword(
			r->values, LG_KEY_PARAMETERS_SYSTEM,
			target->companion_name, dword, r->err);
	case LG_REG_MULTI_SZ:
		status = add(&list, data, r->err);
		if (!status)
			status = set_list(r, target->companion_name, &list);
		lg_strlist_release(&list);
		return status;
	}
	return lg_error_set(
		r->err, LG_ERR_SYNTAX, NULL,
		"companion_data \"%s\" is not a value of its companion_type; "
		"write a number for REG_DWORD, a text for REG_SZ or "
		"REG_MULTI_SZ",
		data);
}

/* L9, L10: the one DN; without any the value is null, as the profile says. */
static enum lg_status set_single(struct render *r, const struct lg_strlist *dn)
{
	const char *single = r->profile->single;
	enum lg_status status;

	if (!single && dn->count > 1 && !all_equal(dn))
		return cannot(r, LG_VALUE_LOGON_ONLY_AS,
			      "holds one DN, and the profile lists several; "
			      "name the one with single = \"...\"");
	if (!single)
		single = dn->count ? dn->item[0] : "";
	status = set_text(r, LG_VALUE_LOGON_ONLY_AS, single);
	return status ? status : set_companion(r);
}

static enum lg_status render_gate_names(struct render *r,
					const struct lg_strlist *dn,
					const struct lg_strlist *user)
{
	enum lg_status status = set_list(r, LG_VALUE_LOGON_ONLY_AS, dn);

	if (!status && user->count)
		status = set_list(r, LG_VALUE_LOGON_ONLY_AS_USERS, user);
	if (!status)
		status = set_text(r, LG_VALUE_WHEN_INVALID,
				  r->profile->when_invalid ==
						  LG_WHEN_INVALID_CLOSED
					  ? "closed"
					  : "open");
	return status;
}

/* Contract 7 "Profiles": a store follows its own generation. */
static enum lg_status warn_when_invalid(struct render *r)
{
	int closed = r->traits->when_invalid == LG_WHEN_INVALID_CLOSED;

	if (r->traits->when_invalid == r->profile->when_invalid || !r->warnings)
		return LG_OK;
	return lg_warnings_add(
		r->warnings, LG_WARN_UNSUPPORTED_BY_DIALECT, r->err,
		"the profile says when_invalid = %s, but %s always fails %s",
		closed ? "open" : "closed", r->traits->name,
		closed ? "closed" : "open");
}

static enum lg_status render_names(struct render *r)
{
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	enum lg_status status = LG_OK;

	if (!r->profile->names_present)
		return LG_OK;
	if (r->traits->logon_only_as == LG_LOA_NONE && !r->target->undocumented)
		return cannot(r, LG_VALUE_LOGON_ONLY_AS,
			      "is not documented for it (L18); a target may "
			      "say undocumented = yes");
	status = collect(r, &dn, &user);
	if (status)
		goto out;
	if (r->traits->reads_when_invalid) {
		status = render_gate_names(r, &dn, &user);
		goto out;
	}
	status = users_by_dn(r, &user, &dn);
	if (!status && r->traits->logon_only_as != LG_LOA_NONE)
		status = warn_when_invalid(r);
	/* Where nothing is documented, the last form that was (L9). */
	if (!status)
		status = r->traits->logon_only_as == LG_LOA_LIST
				 ? set_list(r, LG_VALUE_LOGON_ONLY_AS, &dn)
				 : set_single(r, &dn);
out:
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

/* V8: only our gate reads four parts. */
static int is_registry_form(const char *versions)
{
	struct lg_version_setting *setting = NULL;
	int is = lg_version_setting_parse(versions, strlen(versions),
					  LG_VERSION_FORM_REGISTRY, NULL,
					  &setting, NULL) == LG_OK;

	lg_version_setting_free(&setting);
	return is;
}

static enum lg_status render_versions(struct render *r)
{
	const struct lg_profile *profile = r->profile;
	int refuses_unknown = profile->unknown_version == LG_UNKNOWN_REFUSE;
	int four_part = profile->four_part == LG_FOUR_PART_YES;
	enum lg_status status = LG_OK;

	if (profile->versions && !r->traits->versions)
		status = cannot(r, LG_VALUE_DISABLE_MAPI_CLIENTS,
				"came with Exchange 2000 SP1 (V1)");
	else if (profile->versions && four_part &&
		 !r->traits->reads_gate_values &&
		 !is_registry_form(profile->versions))
		status = cannot(r, LG_VALUE_DISABLE_MAPI_CLIENTS,
				"takes only versions of three parts (V8)");
	else if (profile->versions)
		status = set_text(r, LG_VALUE_DISABLE_MAPI_CLIENTS,
				  profile->versions);
	if (!status && r->traits->reads_gate_values) {
		if (four_part)
			status = set_text(r, LG_VALUE_FOUR_PART, "yes");
		if (!status && refuses_unknown)
			status =
				set_text(r, LG_VALUE_UNKNOWN_VERSION, "refuse");
	} else if (!status && refuses_unknown) {
		status = warn_left_out(r, "unknown_version = refuse");
	}
	return status;
}

static enum lg_status render_processes(struct render *r)
{
	const struct lg_profile *profile = r->profile;
	int refuses_unknown = profile->unknown_process == LG_UNKNOWN_REFUSE;
	int needs_hotfix = r->traits->process_needs_version_11;
	enum lg_status status = LG_OK;

	if (profile->processes && !r->traits->processes)
		status = cannot(
			r, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
			"is known only to Exchange 2003 SP2 with the hotfix "
			"(P2)");
	else if (profile->processes && needs_hotfix &&
		 !r->target->has_process_hotfix)
		status = cannot(r, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
				"needs Store.exe 6.5.7651.19 or later (P2); a "
				"target states its store_version");
	else if (profile->processes)
		status = set_text(r, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
				  profile->processes);
	if (status || !refuses_unknown)
		return status;
	if (r->traits->reads_gate_values)
		return set_text(r, LG_VALUE_UNKNOWN_PROCESS, "refuse");
	return warn_left_out(r, "unknown_process = refuse");
}

static enum lg_status render_protocols(struct render *r)
{
	struct lg_buffer names = {0};
	enum lg_status status;
	int i;

	if (!r->profile->refuse_protocols)
		return LG_OK;
	if (!r->traits->reads_gate_values)
		return warn_left_out(r, "[protocols] (I1)");
	for (i = 1; i < LG_PROTOCOL_COUNT; i++) {
		if (!(r->profile->refuse_protocols & UINT32_C(1) << i))
			continue;
		if (names.len)
			lg_buffer_text(&names, ", ");
		lg_buffer_text(&names, lg_protocol_name((enum lg_protocol)i));
	}
	status = lg_buffer_status(&names, r->err);
	if (!status)
		status = set_text(r, LG_VALUE_REFUSE_PROTOCOLS, names.data);
	lg_buffer_release(&names);
	return status;
}

/* The main message stands among the others, under what it is written in. */
static enum lg_status render_languages(struct render *r)
{
	const struct lg_profile *profile = r->profile;
	struct lg_buffer main_text = {0};
	struct lg_strlist all = {0};
	enum lg_status status = LG_OK;

	if (!profile->messages.count && !profile->message_language)
		return LG_OK;
	if (profile->refused_message) {
		lg_buffer_format(&main_text, "%s=%s",
				 lg_profile_language(profile),
				 profile->refused_message);
		status = lg_buffer_status(&main_text, r->err);
		if (!status)
			status = lg_strlist_add(&all, main_text.data,
						main_text.len, r->err);
	}
	if (!status)
		status = lg_strlist_add_all(&all, &profile->messages, r->err);
	if (!status && all.count)
		status = set_list(r, LG_VALUE_REFUSAL_MESSAGES, &all);
	lg_buffer_release(&main_text);
	lg_strlist_release(&all);
	return status;
}

/* What the doors of a gate say and do whatever it follows. */
static enum lg_status render_doors(struct render *r)
{
	int is_gate = r->target->is_gate || r->traits->reads_gate_values;
	enum lg_status status = LG_OK;

	if (r->profile->hold_mail)
		status = is_gate ? set_text(r, LG_VALUE_HOLD_MAIL, "yes")
				 : warn_left_out(r, "[mail] hold");
	if (!status && is_gate && r->profile->refused_message)
		status = set_text(r, LG_VALUE_REFUSAL_MESSAGE,
				  r->profile->refused_message);
	return status || !is_gate ? status : render_languages(r);
}

/* What a gate says that concerns some. The list of DNs is there in any case,
 * so that nobody found never reads as everybody. */
static enum lg_status render_concerned(struct render *r)
{
	const struct lg_profile *profile = r->profile;
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	enum lg_status status;

	if (!profile->applies_to_some)
		return LG_OK;
	if (!r->target->is_gate && !r->traits->reads_gate_values)
		return cannot(r, "[applies_to]",
			      "has no value for it: its values concern "
			      "everybody");
	status = lg_strlist_add_all(&dn, &profile->applies_dn, r->err);
	if (!status)
		status = lg_strlist_add_all(&user, &profile->applies_user,
					    r->err);
	if (!status && profile->applies_filter)
		status = collect_found(r, r->concerned, &dn, &user);
	if (!status)
		status = set_list(r, LG_VALUE_APPLIES_TO, &dn);
	if (!status && user.count)
		status = set_list(r, LG_VALUE_APPLIES_TO_USERS, &user);
	if (!status && profile->applies_domain.count)
		status = set_list(r, LG_VALUE_APPLIES_TO_DOMAINS,
				  &profile->applies_domain);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

/* Written without whom they concern the values would concern everybody. */
static enum lg_status drop_all(struct render *r)
{
	lg_registry_free(&r->values);
	return lg_registry_new(&r->values, r->err);
}

/* L9, V1: the values came with SP1. */
static enum lg_status render_version_of_store(struct render *r)
{
	if (!r->target->is_before_sp1)
		return LG_OK;
	return cannot(r, "a store_version before 6.0.4712 (SP1)",
		      "reads none of the values");
}

/* What is left out and makes the rest worse than nothing. */
static int leaves_nothing(const struct render *r)
{
	return r->target->is_before_sp1 ||
	       (r->profile->applies_to_some && !r->target->is_gate &&
		!r->traits->reads_gate_values);
}

/* Refuses, or tells what is left out. */
static enum lg_status judge_unsupported(struct render *r,
					struct lg_strlist *out_unsupported)
{
	struct lg_buffer all = {0};
	enum lg_status status = LG_OK;
	size_t i;

	if (!r->unsupported.count)
		return LG_OK;
	if (r->target->skip_unsupported) {
		for (i = 0; i < r->unsupported.count && r->warnings && !status;
		     i++)
			status = lg_warnings_add(
				r->warnings, LG_WARN_UNSUPPORTED_BY_DIALECT,
				r->err, "left out: %s", r->unsupported.item[i]);
		if (!status && leaves_nothing(r))
			status = drop_all(r);
		return status;
	}
	for (i = 0; i < r->unsupported.count; i++)
		lg_buffer_format(&all, "%s%s", i ? "; " : "",
				 r->unsupported.item[i]);
	status = lg_buffer_status(&all, r->err);
	if (!status && out_unsupported)
		status = lg_strlist_add_all(out_unsupported, &r->unsupported,
					    r->err);
	if (!status)
		status = lg_error_set(r->err, LG_ERR_CONFLICT, r->profile->path,
				      "%s", all.data);
	lg_buffer_release(&all);
	return status;
}

enum lg_status lg_profile_render(
	const struct lg_profile *profile, const struct lg_render_target *target,
	const struct lg_findings *findings, const struct lg_findings *concerned,
	struct lg_registry **out_values, struct lg_strlist *unsupported,
	struct lg_warnings *warnings, struct lg_error *err)
{
	static enum lg_status (*const step[])(struct render *) = {
		render_version_of_store, render_names,     render_versions,
		render_processes,        render_protocols, render_doors,
		render_concerned};
	struct render r = {.profile = profile,
			   .target = target,
			   .traits = lg_dialect_traits(target->dialect),
			   .findings = findings,
			   .concerned = concerned,
			   .warnings = warnings,
			   .err = err};
	enum lg_status status = lg_registry_new(&r.values, err);
	size_t i;

	for (i = 0; i < sizeof(step) / sizeof(step[0]) && !status; i++)
		status = step[i](&r);
	if (!status)
		status = judge_unsupported(&r, unsupported);
	if (!status) {
		*out_values = r.values;
		r.values = NULL;
	}
	lg_registry_free(&r.values);
	lg_strlist_release(&r.unsupported);
	return status;
}
