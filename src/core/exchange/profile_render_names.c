/* SPDX-License-Identifier: ISC */
/*
 * The values of a profile that list accounts: who gets in, and whom it
 * concerns. Accounts are names here and DNs there; what the directory found
 * joins them.
 */
#include <string.h>

#include <logongate/dn.h>

#include "base/listed.h"
#include "base/hex.h"
#include "core/values/findings_login.h"
#include "core/exchange/profile_render_inside.h"

/* The account of a listed logon name. */
static const struct lg_account *user_account(const struct render *r,
					     const char *user)
{
	for (size_t i = 0; r->findings && i < r->findings->account_count; i++) {
		const struct lg_account *account = &r->findings->account[i];

		if (account->asked_as == LG_ASKED_USER && account->asked &&
		    !strcmp(account->asked, user))
			return account;
	}
	return NULL;
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

	for (size_t i = 0;
	     findings && i < findings->account_count && status == LG_OK; i++) {
		const struct lg_account *account = &findings->account[i];
		int left_out;

		if (account->asked_as != LG_ASKED_FILTER)
			continue;
		status = lg_findings_list_account(findings, account, dn, user,
						  &left_out, r->err);
		if (left_out && findings == r->findings)
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

	if (status == LG_OK)
		status = lg_strlist_add_all(user, &r->profile->allow_user,
					    r->err);
	if (status == LG_OK)
		status = collect_found(r, r->findings, dn, user);
	return status;
}

/* For dialects that know DNs alone. */
static enum lg_status users_by_dn(struct render *r,
				  const struct lg_strlist *user,
				  struct lg_strlist *dn)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < user->count && status == LG_OK; i++) {
		const struct lg_account *account =
			user_account(r, user->item[i]);

		if (account && account->finding == LG_FINDING_ONE &&
		    account->dn)
			status = lg_list_text(dn, account->dn, r->err);
		else
			status = warn_no_dn(r, user->item[i]);
	}
	return status;
}

static int all_equal(const struct lg_strlist *dn)
{
	for (size_t i = 1; i < dn->count; i++)
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
		int digit = lg_hex_value(*at);

		if (digit < 0 || (!hex && digit > 9))
			return 0;
		number = number * (hex ? 16 : 10) + (uint64_t)digit;
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
		return lg_render_text(r, target->companion_name, data);
	case LG_REG_DWORD:
		if (!read_dword(data, &dword))
			break;
		return lg_registry_set_dword(
			r->values, LG_KEY_PARAMETERS_SYSTEM,
			target->companion_name, dword, r->err);
	case LG_REG_MULTI_SZ:
		status = lg_list_text(&list, data, r->err);
		if (status == LG_OK)
			status = lg_render_list(r, target->companion_name,
						&list);
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
		return lg_render_cannot(
			r, LG_VALUE_LOGON_ONLY_AS,
			"holds one DN, and the profile lists several; "
			"name the one with single = \"...\"");
	if (!single)
		single = dn->count ? dn->item[0] : "";
	status = lg_render_text(r, LG_VALUE_LOGON_ONLY_AS, single);
	return status != LG_OK ? status : set_companion(r);
}

static enum lg_status render_gate_names(struct render *r,
					const struct lg_strlist *dn,
					const struct lg_strlist *user)
{
	enum lg_status status = lg_render_list(r, LG_VALUE_LOGON_ONLY_AS, dn);

	if (status == LG_OK && user->count)
		status = lg_render_list(r, LG_VALUE_LOGON_ONLY_AS_USERS, user);
	if (status == LG_OK)
		status = lg_render_text(r, LG_VALUE_WHEN_INVALID,
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

enum lg_status lg_render_names(struct render *r)
{
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	enum lg_status status = LG_OK;

	if (!r->profile->names_present)
		return LG_OK;
	if (r->traits->logon_only_as == LG_LOA_NONE && !r->target->undocumented)
		return lg_render_cannot(
			r, LG_VALUE_LOGON_ONLY_AS,
			"is not documented for it (L18); a target may "
			"say undocumented = yes");
	status = collect(r, &dn, &user);
	if (status != LG_OK)
		goto out;
	if (r->traits->reads_when_invalid) {
		status = render_gate_names(r, &dn, &user);
		goto out;
	}
	status = users_by_dn(r, &user, &dn);
	if (status == LG_OK && r->traits->logon_only_as != LG_LOA_NONE)
		status = warn_when_invalid(r);
	/* Where nothing is documented, the last form that was (L9). */
	if (status == LG_OK)
		status =
			r->traits->logon_only_as == LG_LOA_LIST
				? lg_render_list(r, LG_VALUE_LOGON_ONLY_AS, &dn)
				: set_single(r, &dn);
out:
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

enum lg_status lg_render_concerned(struct render *r)
{
	const struct lg_profile *profile = r->profile;
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	enum lg_status status;

	if (!profile->applies_to_some)
		return LG_OK;
	if (!r->target->is_gate && !r->traits->reads_gate_values)
		return lg_render_cannot(
			r, "[applies_to]",
			"has no value for it: its values concern "
			"everybody");
	status = lg_strlist_add_all(&dn, &profile->applies_dn, r->err);
	if (status == LG_OK)
		status = lg_strlist_add_all(&user, &profile->applies_user,
					    r->err);
	if (status == LG_OK && profile->applies_filter)
		status = collect_found(r, r->concerned, &dn, &user);
	if (status == LG_OK)
		status = lg_render_list(r, LG_VALUE_APPLIES_TO, &dn);
	if (status == LG_OK && user.count)
		status = lg_render_list(r, LG_VALUE_APPLIES_TO_USERS, &user);
	if (status == LG_OK && profile->applies_domain.count)
		status = lg_render_list(r, LG_VALUE_APPLIES_TO_DOMAINS,
					&profile->applies_domain);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}
