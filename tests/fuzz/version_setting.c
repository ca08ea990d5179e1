/* SPDX-License-Identifier: ISC */
/*
 * Reads a version setting. The first byte chooses the form. What is read must
 * block both ends of each of its items, and nothing just outside of all.
 */
#include <stdint.h>
#include <stdlib.h>

#include <logongate/version_setting.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_version_setting *setting = NULL;
	struct lg_error err = {0};
	const struct lg_version_range *range;
	enum lg_version_form form = LG_VERSION_FORM_REGISTRY;
	size_t count;
	size_t i;

	if (!size)
		return 0;
	if (data[0] & 1)
		form = LG_VERSION_FORM_FOUR_PART;
	if (lg_version_setting_parse((const char *)data + 1, size - 1, form,
				     "fuzz", &setting, &err) != LG_OK) {
		check(!setting && err.status != LG_OK && err.text[0]);
		return 0;
	}
	range = lg_version_setting_items(setting, &count);
	for (i = 0; i < count; i++) {
		check(range[i].len && range[i].offset + range[i].len < size);
		if (range[i].from.known)
			check(lg_version_setting_blocks(setting,
							&range[i].from));
		if (range[i].to.known)
			check(lg_version_setting_blocks(setting, &range[i].to));
	}
	range = lg_version_setting_merged(setting, &count);
	for (i = 0; i < count; i++) {
		struct lg_version after = range[i].to;

		check(i == 0 || range[i].from.known);
		check(i + 1 == count || range[i].to.known);
		if (!after.known)
			continue;
		after.part[3]++;
		check(!lg_version_setting_blocks(setting, &after));
	}
	lg_version_setting_free(&setting);
	return 0;
}
