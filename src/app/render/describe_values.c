/* SPDX-License-Identifier: ISC */
/*
 * Says in words what values do.
 *
 * A store is started with the values, and its own read event and errors are
 * what is described: nothing about a dialect is decided here. Where nobody was
 * asked, the store is started twice, once with every DN found and once with
 * none, and the two outcomes are told.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <logongate/store.h>

#include "app/render/describe_values.h"

struct teller {
	struct lg_description *out;
	enum lg_gate_state gate;
	enum lg_status status;
	struct lg_error *err;
};

static enum lg_status say(struct lg_strlist *list, struct lg_error *err,
			  const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum lg_status say(struct lg_strlist *list, struct lg_error *err,
			  const char *format, ...)
{
	/* lg_error_set formats, and cleans what comes from a file. */
	struct lg_error text;
	char line[sizeof(text.text)];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	lg_error_set(&text, LG_OK, NULL, "%s", line);
	return lg_strlist_add(list, text.text, strlen(text.text), err);
}

static void hear(void *context, const struct lg_store_event *event)
{
	struct teller *teller = context;

	if (event->kind == LG_STORE_READ)
		teller->gate = event->gate;
	if (event->kind == LG_STORE_ERROR && teller->out &&
	    teller->status == LG_OK)
		teller->status = say(&teller->out->wrong, teller->err, "%s",
				     event->text);
}

/* What a store that starts with these values and facts makes of them. */
static enum lg_status start(enum lg_dialect dialect,
			    const struct lg_registry *values,
			    const struct lg_store_facts *facts,
			    struct teller *teller, struct lg_store **out_store,
			    struct lg_error *err)
{
	const struct lg_store_sink sink = {teller, hear};
	enum lg_status status = lg_store_new(dialect, out_store, err);

	if (status == LG_OK)
		status = lg_store_values(*out_store, 0, values, facts, NULL,
					 err);
	if (status == LG_OK)
		status = lg_store_restart(*out_store, 0, facts, &sink, err);
	return status != LG_OK ? status : teller->status;
}

static const struct lg_value *value_of(const struct lg_registry *values,
				       const char *name)
{
	return lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM, name);
}

/* Among the values that do not parse; each line begins with its name. */
static int is_wrong(const struct lg_description *out, const char *name)
{
	for (size_t i = 0; i < out->wrong.count; i++)
		if (strncmp(out->wrong.item[i], name, strlen(name)) == 0)
			return 1;
	return 0;
}

static enum lg_status tell_list(enum lg_dialect dialect,
				const struct lg_registry *values,
				enum lg_gate_state when_none,
				struct lg_description *out,
				struct lg_error *err)
{
	const struct lg_dialect_traits *traits = lg_dialect_traits(dialect);
	const char *product = traits->product;
	int named = value_of(values, LG_VALUE_LOGON_ONLY_AS) ||
		    (traits->reads_gate_values &&
		     value_of(values, LG_VALUE_LOGON_ONLY_AS_USERS));

	out->fails_open = named && (traits->logon_only_as == LG_LOA_NONE ||
				    when_none == LG_GATE_OFF);
	if (!named)
		return say(&out->line, err,
			   "Nobody is limited by name: there is no \"%s\"",
			   LG_VALUE_LOGON_ONLY_AS);
	if (traits->logon_only_as == LG_LOA_NONE)
		return say(
			&out->line, err,
			"EVERYBODY GETS IN: no source documents \"%s\" for %s, "
			"and it is ignored",
			LG_VALUE_LOGON_ONLY_AS, product);
	if (out->gate == LG_GATE_OFF && is_wrong(out, LG_VALUE_LOGON_ONLY_AS))
		return say(
			&out->line, err,
			"EVERYBODY GETS IN: \"%s\" cannot be read and counts "
			"as absent",
			LG_VALUE_LOGON_ONLY_AS);
	if (out->gate == LG_GATE_OFF)
		return say(&out->line, err,
			   "EVERYBODY GETS IN: \"%s\" is there, but it names "
			   "nobody that is found, and %s fails open",
			   LG_VALUE_LOGON_ONLY_AS, product);
	if (out->gate == LG_GATE_NOBODY)
		return say(&out->line, err,
			   "NOBODY GETS IN: \"%s\" is there and blank, and %s "
			   "fails closed",
			   LG_VALUE_LOGON_ONLY_AS, product);
	if (when_none == LG_GATE_OFF)
		return say(&out->line, err,
			   "EVERYBODY GETS IN if none of the listed DNs is "
			   "in the directory, for %s fails open; if one is, "
			   "only the listed get in (--directory asks)",
			   product);
	return say(&out->line, err, "Only the listed accounts get in");
}

/* The text of a value that is in force; NULL: it is not there, or was told to
 * be none. */
static enum lg_status text_in_force(const struct lg_dialect_traits *traits,
				    const struct lg_registry *values,
				    const char *name, int is_known,
				    struct lg_description *out,
				    const char **out_text, struct lg_error *err)
{
	const struct lg_value *value = value_of(values, name);

	*out_text = NULL;
	if (!value)
		return LG_OK;
	if (!is_known)
		return say(&out->line, err,
			   "\"%s\" is ignored: %s does not know it",
			   value->name, traits->product);
	if (is_wrong(out, name))
		return say(&out->line, err,
			   "\"%s\" cannot be read and counts as absent: it "
			   "blocks nobody",
			   value->name);
	if (!value->bytes_kept)
		*out_text = value->text;
	return LG_OK;
}

static enum lg_status tell_clients(enum lg_dialect dialect,
				   const struct lg_registry *values,
				   const struct lg_policy *policy,
				   struct lg_description *out,
				   struct lg_error *err)
{
	const struct lg_dialect_traits *traits = lg_dialect_traits(dialect);
	const char *text;
	enum lg_status status =
		text_in_force(traits, values, LG_VALUE_DISABLE_MAPI_CLIENTS,
			      traits->versions, out, &text, err);

	if (status == LG_OK && text)
		status = say(&out->line, err,
			     "MAPI clients of these versions are blocked: %s "
			     "(versions explain shows which)",
			     text[0] ? text : "none");
	if (status == LG_OK)
		status = text_in_force(traits, values,
				       LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
				       traits->processes, out, &text, err);
	if (status == LG_OK && text)
		status =
			say(&out->line, err, "These programs are blocked: %s%s",
			    text[0] ? text : "none",
			    traits->process_needs_version_11
				    ? " (clients from version 11 on)"
				    : "");
	if (status == LG_OK && !lg_policy_limits(policy))
		status = say(&out->line, err, "In all, nobody is refused");
	return status;
}

static enum lg_status tell_when(enum lg_dialect dialect,
				struct lg_description *out,
				struct lg_error *err)
{
	switch (lg_dialect_traits(dialect)->takes_effect) {
	case LG_TAKES_EFFECT_AT_ONCE:
		return say(&out->line, err,
			   "It takes effect at once, and cuts at once");
	case LG_TAKES_EFFECT_POLL:
		return say(&out->line, err,
			   "It takes effect within 15 minutes, or when the "
			   "store restarts; open connections that it blocks "
			   "are cut then");
	case LG_TAKES_EFFECT_RESTART:
		return say(&out->line, err,
			   "It takes effect when the Information Store "
			   "restarts, which ends every session");
	}
	return LG_OK;
}

static enum lg_status warn_of(enum lg_dialect dialect,
			      const struct lg_store_facts *facts,
			      const struct lg_registry *values,
			      struct lg_description *out, struct lg_error *err)
{
	const struct lg_policy_layer layer = {
		.values = values,
		.facts = facts->facts,
		.findings = facts->findings,
	};
	const struct lg_policy_input input = {
		.dialect = dialect,
		.layer = &layer,
		.layer_count = 1,
	};
	struct lg_policy *policy = NULL;
	enum lg_status status =
		lg_policy_compile(&input, &policy, &out->warnings, err);

	lg_policy_free(&policy);
	/* What does not parse is among the wrong values already. */
	return status == LG_ERR_NO_MEMORY ? status : LG_OK;
}

enum lg_status
lg_describe_values(enum lg_dialect dialect, const struct lg_registry *values,
		   enum lg_facts facts, const struct lg_findings *findings,
		   struct lg_description *out_description, struct lg_error *err)
{
	struct lg_findings *none = NULL;
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	struct lg_store_facts given = {
		.facts = facts == LG_FACTS_NOT_ASKED ? LG_FACTS_ALL_FOUND
						     : facts,
		.findings = findings,
	};
	struct lg_store_facts nobody = {.facts = LG_FACTS_FINDINGS};
	struct teller teller = {.out = out_description, .err = err};
	struct teller quiet = {.err = err};
	struct lg_store *store = NULL;
	struct lg_store *other = NULL;
	enum lg_status status =
		start(dialect, values, &given, &teller, &store, err);

	if (status != LG_OK)
		goto out;
	out_description->gate = quiet.gate = teller.gate;
	if (facts == LG_FACTS_NOT_ASKED && teller.gate == LG_GATE_LISTED) {
		/* The other answer that the directory might give. */
		status = lg_findings_new(&none, err);
		if (status == LG_OK)
			status = lg_policy_names(dialect, values, &dn, &user,
						 err);
		for (size_t i = 0; i < dn.count + user.count && status == LG_OK;
		     i++) {
			const struct lg_account account = {
				.asked_as = i < dn.count ? LG_ASKED_DN
							 : LG_ASKED_USER,
				.finding = LG_FINDING_NONE,
				.asked = i < dn.count ? dn.item[i]
						      : user.item[i - dn.count],
			};

			status = lg_findings_add(none, &account, NULL, 0, err);
		}
		nobody.findings = none;
		if (status == LG_OK)
			status = start(dialect, values, &nobody, &quiet, &other,
				       err);
		/* A value that does not parse is told once. */
		if (status != LG_OK && status != LG_ERR_NO_MEMORY)
			status = LG_OK;
	}
	if (status == LG_OK)
		status = tell_list(dialect, values, quiet.gate, out_description,
				   err);
	if (status == LG_OK)
		status = tell_clients(dialect, values, lg_store_policy(store),
				      out_description, err);
	if (status == LG_OK)
		status = tell_when(dialect, out_description, err);
	if (status == LG_OK)
		status = warn_of(dialect, &given, values, out_description, err);
out:
	lg_store_free(&store);
	lg_store_free(&other);
	lg_findings_free(&none);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

void lg_description_release(struct lg_description *description)
{
	lg_strlist_release(&description->line);
	lg_strlist_release(&description->wrong);
	lg_warnings_release(&description->warnings);
}
