/* SPDX-License-Identifier: ISC */
/*
 * Composes three version settings and three process lists, separated by NULs.
 * What is composed of settings that read must read, block exactly what one of
 * them blocks at the ends of every item, and not depend on their order.
 */
#include <stdint.h>
#include <string.h>

#include "core/policy/compose.h"
#include <logongate/version_setting.h>

#include "demand.h"

enum {
	SETTINGS = 3,
	PARTS = 2 * SETTINGS
};

static void split(const uint8_t *data, size_t size, char *copy,
		  const char *out_part[PARTS])
{
	size_t i;

	memcpy(copy, data, size);
	copy[size] = '\0';
	for (i = 0; i < PARTS; i++) {
		out_part[i] = copy;
		copy += strlen(copy);
		/* The last NUL is no separator. */
		copy += (size_t)(copy - out_part[0]) < size;
	}
}

static struct lg_version_setting *setting_of(const struct lg_registry *values)
{
	const struct lg_value *value =
		lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM,
				 LG_VALUE_DISABLE_MAPI_CLIENTS);
	struct lg_version_setting *setting = NULL;

	if (value)
		demand(lg_version_setting_parse(value->text,
						strlen(value->text),
						LG_VERSION_FORM_REGISTRY, NULL,
						&setting, NULL) == LG_OK);
	return setting;
}

static int blocks_any(struct lg_version_setting *const *setting,
		      const struct lg_version *version)
{
	size_t i;

	for (i = 0; i < SETTINGS; i++)
		if (setting[i] &&
		    lg_version_setting_blocks(setting[i], version))
			return 1;
	return 0;
}

/* At both ends of each item, and right behind it. */
static void compare_ends(const struct lg_version_setting *of,
			 struct lg_version_setting *const *setting,
			 const struct lg_version_setting *composed)
{
	size_t count;
	const struct lg_version_range *range =
		lg_version_setting_items(of, &count);
	size_t i;

	for (i = 0; i < count; i++) {
		struct lg_version end[3] = {range[i].from, range[i].to,
					    range[i].to};
		size_t j;

		end[2].part[3]++;
		for (j = 0; j < 3; j++)
			demand(lg_version_setting_blocks(composed, &end[j]) ==
			       blocks_any(setting, &end[j]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char copy[4096];
	const char *part[PARTS];
	struct lg_registry *values[SETTINGS] = {NULL};
	const struct lg_registry *turned[SETTINGS];
	struct lg_version_setting *setting[SETTINGS] = {NULL};
	struct lg_version_setting *composed = NULL;
	struct lg_compose_input input = {
		.dialect = LG_DIALECT_EXCHANGE_2003,
		.lock = (const struct lg_registry *const *)values,
		.lock_count = SETTINGS,
	};
	struct lg_registry *out = NULL;
	struct lg_registry *again = NULL;
	int reads = 1;
	size_t i;

	if (size >= sizeof(copy))
		return 0;
	split(data, size, copy, part);
	for (i = 0; i < SETTINGS; i++) {
		demand(lg_registry_new(&values[i], NULL) == LG_OK);
		reads &=
			lg_registry_set_text(values[i],
					     LG_KEY_PARAMETERS_SYSTEM,
					     LG_VALUE_DISABLE_MAPI_CLIENTS,
					     part[i], NULL) == LG_OK &&
			lg_registry_set_text(
				values[i], LG_KEY_PARAMETERS_SYSTEM,
				LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
				part[SETTINGS + i], NULL) == LG_OK &&
			lg_version_setting_parse(part[i], strlen(part[i]),
						 LG_VERSION_FORM_REGISTRY, NULL,
						 &setting[i], NULL) == LG_OK;
	}
	if (reads && lg_compose(&input, &out, NULL, NULL) == LG_OK) {
		composed = setting_of(out);
		for (i = 0; i < SETTINGS; i++) {
			compare_ends(setting[i], setting, composed);
			turned[i] = values[SETTINGS - 1 - i];
		}
		input.lock = turned;
		demand(lg_compose(&input, &again, NULL, NULL) == LG_OK);
		for (i = 0; i < lg_registry_count(out); i++)
			demand(lg_value_equal(lg_registry_at(out, i),
					      lg_registry_at(again, i)));
	}
	for (i = 0; i < SETTINGS; i++) {
		lg_registry_free(&values[i]);
		lg_version_setting_free(&setting[i]);
	}
	lg_version_setting_free(&composed);
	lg_registry_free(&out);
	lg_registry_free(&again);
	return 0;
}
