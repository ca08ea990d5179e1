/* SPDX-License-Identifier: ISC */
/*
 * The lint of a profile: what its version setting and process list would do
 * that their writer may not mean (V10, V11, P3). The sentences about versions
 * are those of `versions explain`.
 */
#include <string.h>

#include <logongate/explain.h>
#include <logongate/process_list.h>
#include <logongate/profile.h>

enum {
	PLACE_MAX = sizeof(((struct lg_error *)0)->place)
};

static void place_of(const struct lg_profile *profile, size_t line,
		     char out_place[PLACE_MAX])
{
	struct lg_error place;

	/* Shortens a long path, keeps the line. */
	lg_error_set_at(&place, LG_OK,
			profile->path ? profile->path : profile->name, line,
			"%s", "");
	memcpy(out_place, place.place, PLACE_MAX);
}

static enum lg_status warn_of_components(const struct lg_explanation *found,
					 struct lg_warnings *warnings,
					 struct lg_error *err)
{
	struct lg_buffer components = {0};
	enum lg_status status;

	if (!found->system.count)
		return LG_OK;
	lg_explanation_components(found->dialect, &components);
	status = lg_buffer_status(&components, err);
	if (status != LG_OK)
		goto out;
	if (found->safe_spec)
		status = lg_warnings_add(
			warnings, LG_WARN_SYSTEM_VERSIONS_BLOCKED, err,
			"versions block what the server's own components "
			"report (%s), so that services such as the System "
			"Attendant stop; write \"%s\", or allow_system_block "
			"= yes",
			components.data, found->safe_spec);
	else
		status = lg_warnings_add(
			warnings, LG_WARN_SYSTEM_VERSIONS_BLOCKED, err,
			"versions block nothing but what the server's own "
			"components report (%s), so that services such as the "
			"System Attendant stop; name other versions, or "
			"allow_system_block = yes",
			components.data);
out:
	lg_buffer_release(&components);
	return status;
}

static enum lg_status lint_versions(const struct lg_profile *profile,
				    enum lg_dialect dialect,
				    struct lg_warnings *warnings,
				    struct lg_error *err)
{
	struct lg_clients *clients = NULL;
	struct lg_explanation *found = NULL;
	char place[PLACE_MAX];
	enum lg_status status;

	place_of(profile, profile->versions_line, place);
	status = lg_clients_new(&clients, err);
	if (status == LG_OK)
		status = lg_explanation_new(
			profile->versions, strlen(profile->versions),
			profile->four_part == LG_FOUR_PART_YES
				? LG_VERSION_FORM_FOUR_PART
				: LG_VERSION_FORM_REGISTRY,
			place, dialect, clients, &found, err);
	if (status == LG_OK)
		status = warn_of_components(found, warnings, err);
	for (size_t i = 0; status == LG_OK && i < found->traps.text.count; i++)
		status = lg_warnings_add(warnings, found->traps.code[i], err,
					 "versions: %s",
					 found->traps.text.item[i]);
	lg_explanation_free(&found);
	lg_clients_free(&clients);
	return status;
}

static enum lg_status lint_processes(const struct lg_profile *profile,
				     struct lg_warnings *warnings,
				     struct lg_error *err)
{
	struct lg_process_list *list = NULL;
	const struct lg_strlist *name;
	char place[PLACE_MAX];
	enum lg_status status;

	place_of(profile, profile->processes_line, place);
	status = lg_process_list_parse(profile->processes,
				       strlen(profile->processes), place, &list,
				       err);
	if (status != LG_OK)
		return status;
	name = lg_process_list_names(list);
	for (size_t i = 0; status == LG_OK && i < name->count; i++)
		if (strchr(name->item[i], ','))
			status = lg_warnings_add(
				warnings, LG_WARN_COMMA_IN_PROCESS, err,
				"processes: \"%s\" is read as one file name, "
				"comma and all; write a semicolon between two "
				"names",
				name->item[i]);
	lg_process_list_free(&list);
	return status;
}

enum lg_status lg_profile_lint(const struct lg_profile *profile,
			       enum lg_dialect dialect,
			       struct lg_warnings *warnings,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	if (profile->versions)
		status = lint_versions(profile, dialect, warnings, err);
	if (status == LG_OK && profile->processes)
		status = lint_processes(profile, warnings, err);
	return status;
}
