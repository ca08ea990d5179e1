/* SPDX-License-Identifier: ISC */
/*
 * What is noteworthy about the names of a policy, in words.
 */
#include <string.h>

#include <logongate/dn.h>

#include "core/policy/policy_compiler.h"

enum lg_status lg_policy_warn(struct lg_policy_compiler *compiler,
			      enum lg_warning code, const char *before,
			      const char *name, const char *after)
{
	if (!compiler->warnings)
		return LG_OK;
	return lg_warnings_add(compiler->warnings, code, compiler->err,
			       "%s%s%s", before, name, after);
}

/* What is to be said of one listed name. */
static enum lg_status tell_name(struct lg_policy_compiler *compiler,
				const struct lg_key_table *table,
				const char *name)
{
	unsigned int flags = lg_key_table_flags(table, name, strlen(name));
	int is_dn = table->kind == LG_KEY_DN;

	if (is_dn && lg_policy_is_zero(name))
		return lg_policy_warn(
			compiler, LG_WARN_DN_MALFORMED, "\"", name,
			"\" among the listed names matches nobody");
	if (flags & KEY_FOUND)
		compiler->found++;
	if (is_dn && !(flags & KEY_FOUND) &&
	    lg_dn_check(name, strlen(name), NULL, NULL) != LG_OK)
		return lg_policy_warn(
			compiler, LG_WARN_DN_MALFORMED, "", name,
			" is not a legacyExchangeDN and matches no account");
	if (flags & KEY_X500)
		return lg_policy_warn(
			compiler, LG_WARN_X500_MATCH, "", name,
			flags & KEY_FOUND
				? " is an earlier DN of an account, found "
				  "through its X500 address"
				: " is found through an X500 address "
				  "only; this store looks at "
				  "legacyExchangeDN alone");
	if (flags & KEY_MANY)
		return lg_policy_warn(compiler, LG_WARN_DN_AMBIGUOUS, "", name,
				      " belongs to more than one entry of the "
				      "directory and counts as not found");
	if (!(flags & KEY_ANSWERED)) {
		compiler->unanswered++;
		compiler->unanswered_name = name;
	} else if (!(flags & KEY_FOUND)) {
		return lg_policy_warn(compiler, LG_WARN_DN_NOT_FOUND, "", name,
				      " is not in the directory");
	}
	return LG_OK;
}

enum lg_status lg_policy_tell_names(struct lg_policy_compiler *compiler)
{
	struct lg_name_walk walk = lg_policy_values_dns(&compiler->values);
	const char *name;
	enum lg_status status = LG_OK;

	if (compiler->values.list == LG_LIST_ABSENT)
		return LG_OK;
	/* "0" that ends the lock is no entry. */
	if (compiler->values.list == LG_LIST_ZERO &&
	    !lg_policy_is_closed(compiler))
		return LG_OK;
	while (status == LG_OK && (name = lg_name_walk_next(&walk)))
		status = tell_name(compiler, &compiler->dn, name);
	walk = lg_policy_values_users(&compiler->values);
	while (status == LG_OK && (name = lg_name_walk_next(&walk)))
		status = tell_name(compiler, &compiler->name, name);
	return status;
}

enum lg_status lg_policy_tell_logins(struct lg_policy_compiler *compiler)
{
	const struct lg_findings *findings = compiler->layer->findings;
	enum lg_status status = LG_OK;

	if (!compiler->shares)
		return LG_OK;
	/* A name stands once in the table, perhaps more often here. */
	for (size_t i = 0; i < findings->login_count && status == LG_OK; i++) {
		const char *name = findings->login[i].name;
		struct lg_key *key =
			lg_key_table_find(&compiler->name, name, strlen(name));

		if (!key || !(key->flags & KEY_SHARED) ||
		    !(key->flags & (KEY_LISTED | KEY_BREAK_GLASS)))
			continue;
		key->flags &= ~(uint32_t)(KEY_LISTED | KEY_BREAK_GLASS);
		status = lg_policy_warn(
			compiler, LG_WARN_NAME_SHARED, "the logon name ", name,
			" also belongs to an account that is not "
			"listed, so it admits nobody");
	}
	return status;
}

enum lg_status lg_policy_tell_break_glass(struct lg_policy_compiler *compiler)
{
	const struct lg_findings *findings = compiler->layer->findings;
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < findings->account_count && status == LG_OK;
	     i++) {
		const struct lg_account *account = &findings->account[i];

		if (account->asked_as != LG_ASKED_BREAK_GLASS ||
		    account->finding == LG_FINDING_ONE ||
		    account->finding == LG_FINDING_UNASKED ||
		    !lg_policy_listed_key(compiler, account))
			continue;
		status = lg_policy_warn(compiler, LG_WARN_BREAK_GLASS_NOT_FOUND,
					"the break-glass account ",
					account->asked,
					" is not in the directory");
	}
	return status;
}

enum lg_status lg_policy_tell_gate(struct lg_policy_compiler *compiler)
{
	enum lg_list_state list = compiler->values.list;
	enum lg_gate_state gate = compiler->gate;
	const char *why = "the list of names is blank";

	if (gate == LG_GATE_NOBODY)
		return lg_policy_warn(compiler, LG_WARN_LOCKS_EVERYONE_OUT, "",
				      why, ", so nobody gets in");
	if (gate == LG_GATE_LISTED && !compiler->found &&
	    (list == LG_LIST_ZERO || !compiler->unanswered))
		return lg_policy_warn(compiler, LG_WARN_LOCKS_EVERYONE_OUT, "",
				      "no listed name belongs to an account",
				      ", so nobody gets in");
	if (gate != LG_GATE_OFF || list == LG_LIST_ABSENT)
		return LG_OK;
	if (list == LG_LIST_ZERO)
		why = "the value 0 ends the lock";
	if (list == LG_LIST_NAMES)
		why = "no listed name is found in the directory";
	return lg_policy_warn(
		compiler, LG_WARN_FAILS_OPEN, "", why,
		": nobody would be locked out, everybody gets in");
}
