/* SPDX-License-Identifier: ISC */
/*
 * Explains a version setting: which known clients it blocks, which its writer
 * surely meant and missed (V11), what it blocks of the server's own components
 * (V10), and the same setting without that. The safe form takes the system
 * ranges out and keeps of the rest what three parts can name, so for every
 * version whose second part is 0 outside the system ranges it answers as the
 * setting does.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/explain.h>

#include "core/exchange/version_interval.h"

enum {
	QUOTE_MAX = 60 /* of an item in a warning */
};

/* The traps of contract 7: the first known client of a major number. */
struct missed_major {
	enum lg_warning code;
	const char *clients;
	struct lg_version first;
};

static const struct missed_major missed_major[] = {
	{LG_WARN_MISSES_OUTLOOK_97_98_2000,
	 "Outlook 97, 98 and 2000",
	 {{5, 0, 1457, 0}, LG_VERSION_FOUR}},
	{LG_WARN_MISSES_OUTLOOK_2003,
	 "Outlook 2003",
	 {{11, 0, 5604, 0}, LG_VERSION_FOUR}},
};

struct explained_text {
	const char *spec;
	struct lg_explanation *explanation;
	const struct lg_clients *clients;
};

#define ITEM_ARGS(text, item)                                                  \
	(int)((item)->len > QUOTE_MAX ? QUOTE_MAX : (item)->len),              \
		(text)->spec + (item)->offset,                                 \
		(item)->len > QUOTE_MAX ? "..." : ""

static int is_range(const struct explained_text *text,
		    const struct lg_version_range *item)
{
	return memchr(text->spec + item->offset, '-', item->len) != NULL;
}

/* The item that ends at a bound of that major number below its first client. */
static const struct lg_version_range *
item_that_misses(const struct explained_text *text,
		 const struct missed_major *missed)
{
	size_t count;
	const struct lg_version_range *item =
		lg_version_setting_items(text->explanation->setting, &count);

	for (size_t i = 0; i < count; i++)
		if (item[i].to.known &&
		    item[i].to.part[0] == missed->first.part[0] &&
		    lg_version_compare(&item[i].to, &missed->first) < 0 &&
		    is_range(text, &item[i]))
			return &item[i];
	return NULL;
}

/* The last known client of the major number that stays admitted. */
static struct lg_version last_missed(const struct explained_text *text,
				     const struct missed_major *missed)
{
	struct lg_version last = missed->first;
	size_t count;
	const struct lg_client *client =
		lg_clients_items(text->clients, &count);

	for (size_t i = 0; i < count; i++)
		if (client[i].registry &&
		    client[i].version.part[0] == last.part[0] &&
		    lg_version_compare(&client[i].version, &last) > 0 &&
		    !lg_version_setting_blocks(text->explanation->setting,
					       &client[i].version))
			last = client[i].version;
	return last;
}

static enum lg_status find_missed(const struct explained_text *text,
				  const struct missed_major *missed,
				  struct lg_error *err)
{
	const struct lg_version_range *item = item_that_misses(text, missed);
	struct lg_buffer reach = {0};
	struct lg_version last;
	enum lg_status status;

	if (!item || lg_version_setting_blocks(text->explanation->setting,
					       &missed->first))
		return LG_OK;
	last = last_missed(text, missed);
	lg_version_format_three(&missed->first, &reach);
	lg_buffer_text(&reach, " to ");
	lg_version_format_three(&last, &reach);
	status = lg_buffer_status(&reach, err);
	if (status == LG_OK)
		status = lg_warnings_add(
			&text->explanation->traps, missed->code, err,
			"\"%.*s%s\" ends before %s begin: their numbers are "
			"%s; end it at %u.65535.65535 to reach them all",
			ITEM_ARGS(text, item), missed->clients, reach.data,
			(unsigned int)missed->first.part[0]);
	lg_buffer_release(&reach);
	return status;
}

static int names_help_about(const struct lg_version *bound)
{
	return bound->known && (bound->part[0] == 8 || bound->part[0] == 9);
}

static enum lg_status find_help_about(const struct explained_text *text,
				      struct lg_error *err)
{
	size_t count;
	const struct lg_version_range *item =
		lg_version_setting_items(text->explanation->setting, &count);

	for (size_t i = 0; i < count; i++)
		if (names_help_about(&item[i].from) ||
		    names_help_about(&item[i].to))
			return lg_warnings_add(
				&text->explanation->traps,
				LG_WARN_HELP_ABOUT_VERSION, err,
				"\"%.*s%s\" names 8.x or 9.x, which Outlook 97 "
				"to 2000 show under Help/About: they log on "
				"as 4.x and 5.x; take the number the server "
				"shows for the logon",
				ITEM_ARGS(text, &item[i]));
	return LG_OK;
}

static enum lg_status find_traps(const struct explained_text *text,
				 struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < sizeof(missed_major) / sizeof(missed_major[0]);
	     i++)
		if (status == LG_OK)
			status = find_missed(text, &missed_major[i], err);
	if (status == LG_OK)
		status = find_help_about(text, err);
	return status;
}

static enum lg_status find_blocked(const struct explained_text *text,
				   struct lg_error *err)
{
	struct lg_explanation *explanation = text->explanation;
	size_t count;
	const struct lg_client *client =
		lg_clients_items(text->clients, &count);

	explanation->blocked =
		calloc(count ? count : 1, sizeof(const struct lg_client *));
	if (!explanation->blocked)
		return lg_no_memory(err);
	for (size_t i = 0; i < count; i++)
		if (lg_version_setting_blocks(explanation->setting,
					      &client[i].version))
			explanation->blocked[explanation->blocked_count++] =
				&client[i];
	return LG_OK;
}

static size_t count_majors(enum lg_dialect dialect)
{
	const uint32_t *major = lg_dialect_traits(dialect)->system_major;
	size_t count = 0;

	while (major[count])
		count++;
	return count;
}

/* Cuts the intervals down to the dialect's system ranges. */
static enum lg_status find_system(struct lg_explanation *explanation,
				  struct lg_error *err)
{
	const uint32_t *major =
		lg_dialect_traits(explanation->dialect)->system_major;
	struct version_interval outside = {0, 0, 0, 0};
	struct version_intervals hit = {0};
	enum lg_status status = version_intervals_of(
		explanation->setting, count_majors(explanation->dialect), &hit,
		err);

	if (status != LG_OK)
		return status;
	for (; *major; major++) {
		struct version_interval system =
			version_interval_of_major(*major);

		outside.to = system.from - 1;
		version_intervals_subtract(&hit, &outside);
		outside.from = system.to + 1;
	}
	outside.to = UINT64_MAX;
	version_intervals_subtract(&hit, &outside);
	status = version_intervals_ranges(&hit, &explanation->system, err);
	version_intervals_release(&hit);
	return status;
}

static enum lg_status
intervals_outside_system(const struct lg_explanation *explanation, size_t more,
			 struct version_intervals *out_intervals,
			 struct lg_error *err)
{
	const uint32_t *major =
		lg_dialect_traits(explanation->dialect)->system_major;
	enum lg_status status = version_intervals_of(
		explanation->setting, count_majors(explanation->dialect) + more,
		out_intervals, err);

	for (; status == LG_OK && *major; major++) {
		struct version_interval system =
			version_interval_of_major(*major);

		version_intervals_subtract(out_intervals, &system);
	}
	return status;
}

static enum lg_status find_safe(struct lg_explanation *explanation,
				struct lg_error *err)
{
	struct version_intervals safe = {0};
	struct version_intervals released = {0};
	struct lg_buffer text = {0};
	enum lg_status status =
		intervals_outside_system(explanation, 0, &safe, err);

	if (status != LG_OK)
		goto out;
	version_intervals_narrow(&safe);
	if (!safe.count)
		goto out;
	status = intervals_outside_system(explanation, safe.count, &released,
					  err);
	if (status != LG_OK)
		goto out;
	for (size_t i = 0; i < safe.count; i++)
		version_intervals_subtract(&released, &safe.item[i]);
	status = version_intervals_ranges(&released, &explanation->released,
					  err);
	if (status != LG_OK)
		goto out;
	version_intervals_render(&safe, &text);
	status = lg_buffer_take(&text, &explanation->safe_spec, err);
out:
	lg_buffer_release(&text);
	version_intervals_release(&released);
	version_intervals_release(&safe);
	return status;
}

enum lg_status lg_explanation_new(const char *spec, size_t len,
				  enum lg_version_form form, const char *place,
				  enum lg_dialect dialect,
				  const struct lg_clients *clients,
				  struct lg_explanation **out_explanation,
				  struct lg_error *err)
{
	struct lg_explanation *explanation = calloc(1, sizeof(*explanation));
	struct explained_text text = {spec, explanation, clients};
	enum lg_status status;

	if (!explanation)
		return lg_no_memory(err);
	explanation->dialect = dialect;
	status = lg_version_setting_parse(spec, len, form, place,
					  &explanation->setting, err);
	if (status == LG_OK)
		status = find_blocked(&text, err);
	if (status == LG_OK)
		status = find_traps(&text, err);
	if (status == LG_OK)
		status = find_system(explanation, err);
	if (status == LG_OK && explanation->system.count)
		status = find_safe(explanation, err);
	if (status == LG_OK) {
		*out_explanation = explanation;
		explanation = NULL;
	}
	lg_explanation_free(&explanation);
	return status;
}

void lg_explanation_free(struct lg_explanation **explanation)
{
	if (!*explanation)
		return;
	lg_version_setting_free(&(*explanation)->setting);
	free((*explanation)->blocked);
	lg_warnings_release(&(*explanation)->traps);
	free((*explanation)->system.item);
	free((*explanation)->safe_spec);
	free((*explanation)->released.item);
	free(*explanation);
	*explanation = NULL;
}

void lg_explanation_components(enum lg_dialect dialect,
			       struct lg_buffer *out_text)
{
	const uint32_t *major = lg_dialect_traits(dialect)->system_major;

	lg_buffer_text(out_text, "");
	for (size_t i = 0; major[i]; i++)
		lg_buffer_format(out_text, "%s%u.*", i ? " and " : "",
				 (unsigned int)major[i]);
}
