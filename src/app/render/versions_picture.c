/* SPDX-License-Identifier: ISC */
/*
 * Which generations of clients a setting blocks. A generation is a stretch of
 * version numbers, of clients those whose second part is 0; it is blocked when
 * the merged ranges of the setting leave no gap in it, and stays when none of
 * them reaches it.
 */
#include "app/render/versions_picture.h"

struct generation {
	const char *name;
	const char *numbers;
	uint32_t first[4];
	uint32_t last[4];
};

/* Outlook 97, 98 and 2000 share major number 5; the borders between them are
 * the first known build of each. */
static const struct generation generations[] = {
	{"Exchange client, Outlook 97",
	 "4.* and 5.* below 5.2178.0",
	 {0, 0, 0, 0},
	 {5, 0, 2177, 65535}},
	{"Outlook 98",
	 "5.2178.0 to 5.2818.*",
	 {5, 0, 2178, 0},
	 {5, 0, 2818, 65535}},
	{"Outlook 2000",
	 "5.* from 5.2819.0",
	 {5, 0, 2819, 0},
	 {5, 0, 65535, 65535}},
	{"the server's own components",
	 "6.*",
	 {6, 0, 0, 0},
	 {6, 65535, 65535, 65535}},
	{"the server's own components",
	 "8.*",
	 {8, 0, 0, 0},
	 {8, 65535, 65535, 65535}},
	{"Outlook 2002 (XP)", "10.*", {10, 0, 0, 0}, {10, 0, 65535, 65535}},
	{"Outlook 2003", "11.*", {11, 0, 0, 0}, {11, 0, 65535, 65535}},
	{"Outlook 2007", "12.*", {12, 0, 0, 0}, {12, 0, 65535, 65535}},
	{"Outlook 2010", "14.*", {14, 0, 0, 0}, {14, 0, 65535, 65535}},
	{"Outlook 2013", "15.*", {15, 0, 0, 0}, {15, 0, 65535, 65535}},
	{"Outlook 2016 to Microsoft 365",
	 "16.*",
	 {16, 0, 0, 0},
	 {16, 0, 65535, 65535}},
};

/* 1 system, 0 a client, -1 nothing this dialect has. */
static int belongs(const struct generation *generation, enum lg_dialect dialect)
{
	const uint32_t *major = lg_dialect_traits(dialect)->system_major;

	if (generation->first[0] != 6 && generation->first[0] != 8)
		return 0;
	for (; *major; major++)
		if (*major == generation->first[0])
			return 1;
	return -1;
}

/* The first version from this one on that a client has: second part 0. */
static struct lg_version client_from(struct lg_version version)
{
	if (version.part[1]) {
		version.part[0]++;
		version.part[1] = version.part[2] = version.part[3] = 0;
	}
	return version;
}

/* The version after, among those with parts up to 65535. */
static struct lg_version next_of(struct lg_version version)
{
	size_t part;

	for (part = 3; part > 0 && version.part[part] == 65535; part--)
		version.part[part] = 0;
	version.part[part]++;
	return version;
}

static enum lg_fate judge(const struct lg_generation_fate *generation,
			  const struct lg_version_setting *setting)
{
	/* The first version not yet known to be blocked. */
	struct lg_version at = generation->first;
	const struct lg_version_range *range;
	enum lg_fate fate = LG_FATE_STAYS;
	size_t count;

	range = lg_version_setting_merged(setting, &count);
	for (size_t i = 0; i < count; i++) {
		struct lg_version from = {{0}, LG_VERSION_FOUR};

		if (range[i].from.known)
			from = range[i].from;
		if (!generation->system)
			from = client_from(from);
		if (lg_version_compare(&from, &generation->last) > 0)
			break;
		if (range[i].to.known &&
		    (lg_version_compare(&range[i].to, &at) < 0 ||
		     lg_version_compare(&range[i].to, &from) < 0))
			continue;
		fate = LG_FATE_PART;
		if (lg_version_compare(&from, &at) > 0)
			break;
		if (!range[i].to.known ||
		    lg_version_compare(&range[i].to, &generation->last) >= 0)
			return LG_FATE_BLOCKED;
		at = next_of(range[i].to);
		if (!generation->system)
			at = client_from(at);
	}
	return fate;
}

size_t lg_versions_picture(const struct lg_explanation *explanation,
			   struct lg_generation_fate out[LG_GENERATIONS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(generations) / sizeof(generations[0]);
	     i++) {
		struct lg_generation_fate *at = &out[count];
		int system = belongs(&generations[i], explanation->dialect);

		if (system < 0)
			continue;
		at->name = generations[i].name;
		at->numbers = generations[i].numbers;
		at->system = system;
		at->first.known = at->last.known = LG_VERSION_FOUR;
		for (size_t part = 0; part < 4; part++) {
			at->first.part[part] = generations[i].first[part];
			at->last.part[part] = generations[i].last[part];
		}
		at->fate = judge(at, explanation->setting);
		count++;
	}
	return count;
}

const struct lg_client *
lg_generation_next_client(const struct lg_generation_fate *generation,
			  const struct lg_clients *clients, size_t *at)
{
	const struct lg_client *client;
	size_t count;

	client = lg_clients_items(clients, &count);
	for (; *at < count; ++*at) {
		const struct lg_version *version = &client[*at].version;
		size_t before = 0;

		if (version->known != LG_VERSION_FOUR ||
		    lg_version_compare(version, &generation->first) < 0 ||
		    lg_version_compare(version, &generation->last) > 0)
			continue;
		while (before < *at &&
		       (client[before].version.known != LG_VERSION_FOUR ||
			lg_version_compare(&client[before].version, version)))
			before++;
		if (before == *at)
			return &client[(*at)++];
	}
	return NULL;
}

void lg_version_range_words(const struct lg_version_range *range,
			    struct lg_buffer *out_text)
{
	if (!range->from.known && !range->to.known) {
		lg_buffer_text(out_text, "every version");
		return;
	}
	if (!range->from.known) {
		lg_buffer_text(out_text, "every version up to ");
		lg_version_format(&range->to, out_text);
		return;
	}
	lg_version_format(&range->from, out_text);
	if (!range->to.known)
		lg_buffer_text(out_text, " and every later version");
	else if (lg_version_compare(&range->from, &range->to) != 0) {
		lg_buffer_text(out_text, " to ");
		lg_version_format(&range->to, out_text);
	}
}
