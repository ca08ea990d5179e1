/* SPDX-License-Identifier: ISC */
/*
 * From a profile to registry values. Each feature asks the dialect's traits
 * whether and how it can be written; what cannot is noted as a sentence, and
 * the whole list of them decides at the end between refusing and leaving out.
 */
#include <string.h>

#include <logongate/buffer.h>
#include <logongate/profile.h>
#include <logongate/version_setting.h>

#include "base/listed.h"

#include "core/exchange/profile_language.h"
#include "core/exchange/profile_render_inside.h"

enum lg_status lg_render_text(struct render *r, const char *name,
			      const char *text)
{
	return lg_registry_set_text(r->values, LG_KEY_PARAMETERS_SYSTEM, name,
				    text, r->err);
}

enum lg_status lg_render_list(struct render *r, const char *name,
			      const struct lg_strlist *list)
{
	return lg_registry_set_list(r->values, LG_KEY_PARAMETERS_SYSTEM, name,
				    list, r->err);
}

enum lg_status lg_render_cannot(struct render *r, const char *what,
				const char *why)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_format(&text, "%s: %s %s", r->traits->name, what, why);
	status = lg_list_buffer(&r->unsupported, &text, r->err);
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
		status = lg_render_cannot(r, LG_VALUE_DISABLE_MAPI_CLIENTS,
					  "came with Exchange 2000 SP1 (V1)");
	else if (profile->versions && four_part &&
		 !r->traits->reads_gate_values &&
		 !is_registry_form(profile->versions))
		status = lg_render_cannot(
			r, LG_VALUE_DISABLE_MAPI_CLIENTS,
			"takes only versions of three parts (V8)");
	else if (profile->versions)
		status = lg_render_text(r, LG_VALUE_DISABLE_MAPI_CLIENTS,
					profile->versions);
	if (status == LG_OK && r->traits->reads_gate_values) {
		if (four_part)
			status = lg_render_text(r, LG_VALUE_FOUR_PART, "yes");
		if (status == LG_OK && refuses_unknown)
			status = lg_render_text(r, LG_VALUE_UNKNOWN_VERSION,
						"refuse");
	} else if (status == LG_OK && refuses_unknown) {
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
		status = lg_render_cannot(
			r, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
			"is known only to Exchange 2003 SP2 with the hotfix "
			"(P2)");
	else if (profile->processes && needs_hotfix &&
		 !r->target->has_process_hotfix)
		status = lg_render_cannot(
			r, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
			"needs Store.exe 6.5.7651.19 or later (P2); a "
			"target states its store_version");
	else if (profile->processes)
		status = lg_render_text(r,
					LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
					profile->processes);
	if (status != LG_OK || !refuses_unknown)
		return status;
	if (r->traits->reads_gate_values)
		return lg_render_text(r, LG_VALUE_UNKNOWN_PROCESS, "refuse");
	return warn_left_out(r, "unknown_process = refuse");
}

static enum lg_status render_protocols(struct render *r)
{
	struct lg_buffer names = {0};
	enum lg_status status;

	if (!r->profile->refuse_protocols)
		return LG_OK;
	if (!r->traits->reads_gate_values)
		return warn_left_out(r, "[protocols] (I1)");
	for (int i = 1; i < LG_PROTOCOL_COUNT; i++) {
		if (!(r->profile->refuse_protocols & UINT32_C(1) << i))
			continue;
		if (names.len)
			lg_buffer_text(&names, ", ");
		lg_buffer_text(&names, lg_protocol_name((enum lg_protocol)i));
	}
	status = lg_buffer_status(&names, r->err);
	if (status == LG_OK)
		status = lg_render_text(r, LG_VALUE_REFUSE_PROTOCOLS,
					names.data);
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
		status = lg_list_buffer(&all, &main_text, r->err);
	}
	if (status == LG_OK)
		status = lg_strlist_add_all(&all, &profile->messages, r->err);
	if (status == LG_OK && all.count)
		status = lg_render_list(r, LG_VALUE_REFUSAL_MESSAGES, &all);
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
		status = is_gate ? lg_render_text(r, LG_VALUE_HOLD_MAIL, "yes")
				 : warn_left_out(r, "[mail] hold");
	if (status == LG_OK && is_gate && r->profile->refused_message)
		status = lg_render_text(r, LG_VALUE_REFUSAL_MESSAGE,
					r->profile->refused_message);
	return status != LG_OK || !is_gate ? status : render_languages(r);
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
	return lg_render_cannot(r, "a store_version before 6.0.4712 (SP1)",
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

	if (!r->unsupported.count)
		return LG_OK;
	if (r->target->skip_unsupported) {
		for (size_t i = 0;
		     i < r->unsupported.count && r->warnings && status == LG_OK;
		     i++)
			status = lg_warnings_add(
				r->warnings, LG_WARN_UNSUPPORTED_BY_DIALECT,
				r->err, "left out: %s", r->unsupported.item[i]);
		if (status == LG_OK && leaves_nothing(r))
			status = drop_all(r);
		return status;
	}
	for (size_t i = 0; i < r->unsupported.count; i++)
		lg_buffer_format(&all, "%s%s", i ? "; " : "",
				 r->unsupported.item[i]);
	status = lg_buffer_status(&all, r->err);
	if (status == LG_OK && out_unsupported)
		status = lg_strlist_add_all(out_unsupported, &r->unsupported,
					    r->err);
	if (status == LG_OK)
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
		render_version_of_store, lg_render_names,  render_versions,
		render_processes,        render_protocols, render_doors,
		lg_render_concerned};
	struct render r = {.profile = profile,
			   .target = target,
			   .traits = lg_dialect_traits(target->dialect),
			   .findings = findings,
			   .concerned = concerned,
			   .warnings = warnings,
			   .err = err};
	enum lg_status status = lg_registry_new(&r.values, err);

	for (size_t i = 0;
	     i < sizeof(step) / sizeof(step[0]) && status == LG_OK; i++)
		status = step[i](&r);
	if (status == LG_OK)
		status = judge_unsupported(&r, unsupported);
	if (status == LG_OK) {
		*out_values = r.values;
		r.values = NULL;
	}
	lg_registry_free(&r.values);
	lg_strlist_release(&r.unsupported);
	return status;
}
