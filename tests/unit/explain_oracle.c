/* SPDX-License-Identifier: ISC */
/*
 * The safe form, proved against the setting it stands for: equal for every
 * version whose second part is 0 outside the system ranges, at both sides of
 * every bound and at random; it never reaches a system version; and what it
 * lets in beyond the system ranges is what "released" lists (V10).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#include <logongate/explain.h>

struct oracle {
	struct lg_clients *clients;
	uint64_t seed;
	int proved;
};

static uint32_t pick(struct oracle *oracle, uint32_t below)
{
	oracle->seed ^= oracle->seed << 13;
	oracle->seed ^= oracle->seed >> 7;
	oracle->seed ^= oracle->seed << 17;
	return (uint32_t)((oracle->seed >> 16) % below);
}

static int is_system(enum lg_dialect dialect, uint32_t major)
{
	switch (dialect) {
	case LG_DIALECT_EXCHANGE_5_5:
		return 0;
	case LG_DIALECT_EXCHANGE_2007:
		return major == 6 || major == 8;
	case LG_DIALECT_GATE:
	case LG_DIALECT_EXCHANGE_2000:
	case LG_DIALECT_EXCHANGE_2003:
		return major == 6;
	}
	return 0;
}

static int within(const struct lg_version_ranges *ranges,
		  const struct lg_version *version)
{
	size_t i;

	for (i = 0; i < ranges->count; i++)
		if ((!ranges->item[i].from.known ||
		     lg_version_compare(&ranges->item[i].from, version) <= 0) &&
		    (!ranges->item[i].to.known ||
		     lg_version_compare(version, &ranges->item[i].to) <= 0))
			return 1;
	return 0;
}

static void ask(const struct lg_explanation *explanation,
		const struct lg_version_setting *safe,
		const struct lg_version *version, const char *spec)
{
	int whole = lg_version_setting_blocks(explanation->setting, version);
	int still = lg_version_setting_blocks(safe, version);
	int system = is_system(explanation->dialect, version->part[0]);

	if (system) {
		if (still || whole != within(&explanation->system, version))
			fail_msg("%s: a system version %u.%u.%u.%u", spec,
				 version->part[0], version->part[1],
				 version->part[2], version->part[3]);
		return;
	}
	if (version->part[1] == 0 && whole != still)
		fail_msg("%s is not %s at %u.0.%u.%u", explanation->safe_spec,
			 spec, version->part[0], version->part[2],
			 version->part[3]);
	if ((whole && !still) != within(&explanation->released, version) ||
	    (still && !whole))
		fail_msg("%s: %u.%u.%u.%u is not told", spec, version->part[0],
			 version->part[1], version->part[2], version->part[3]);
}

/* A version near one end of a range: each part a little off, or at an edge. */
static struct lg_version near(struct oracle *oracle,
			      const struct lg_version *bound)
{
	struct lg_version version = *bound;
	int part;

	version.known = LG_VERSION_FOUR;
	for (part = 0; part < 4; part++) {
		switch (pick(oracle, 6)) {
		case 0:
			version.part[part] += version.part[part] < 65535;
			break;
		case 1:
			version.part[part] -= version.part[part] > 0;
			break;
		case 2:
			version.part[part] = pick(oracle, 2) ? 0 : 65535;
			break;
		default:
			break;
		}
	}
	if (pick(oracle, 3))
		version.part[1] = 0;
	return version;
}

static size_t random_bound(struct oracle *oracle, char *out, size_t size,
			   enum lg_version_form form)
{
	static const uint32_t major[] = {0, 4, 5,  5,  6,  6,  7,    8,
					 8, 9, 10, 11, 12, 16, 65535};
	uint32_t first = major[pick(oracle, 15)];
	uint32_t third =
		pick(oracle, 2) ? pick(oracle, 65536) : 65535 * pick(oracle, 2);
	uint32_t fourth =
		pick(oracle, 2) ? pick(oracle, 65536) : 65535 * pick(oracle, 2);

	if (form == LG_VERSION_FORM_FOUR_PART && pick(oracle, 2))
		return (size_t)snprintf(out, size, "%u.%u.%u.%u", first,
					pick(oracle, 3) * 32767, third, fourth);
	return (size_t)snprintf(out, size, "%u.%u.%u", first, third, fourth);
}

static size_t random_spec(struct oracle *oracle, char *out, size_t size,
			  enum lg_version_form form)
{
	size_t len = 0;
	uint32_t items = 1 + pick(oracle, 4);
	uint32_t i;

	for (i = 0; i < items; i++) {
		uint32_t shape = pick(oracle, 4);

		if (i)
			out[len++] = ';';
		if (shape)
			len += random_bound(oracle, out + len, size - len,
					    form);
		if (shape != 3)
			out[len++] = '-';
		if (shape < 2)
			len += random_bound(oracle, out + len, size - len,
					    form);
	}
	out[len] = '\0';
	return len;
}

static void prove(struct oracle *oracle,
		  const struct lg_explanation *explanation, const char *spec)
{
	struct lg_version_setting *safe = NULL;
	const struct lg_version_range *range;
	size_t count;
	size_t i;
	int round;

	if (!explanation->safe_spec)
		return;
	/* The safe form is three parts, whatever the setting was. */
	assert_int_equal(lg_version_setting_parse(
				 explanation->safe_spec,
				 strlen(explanation->safe_spec),
				 LG_VERSION_FORM_REGISTRY, NULL, &safe, NULL),
			 LG_OK);
	range = lg_version_setting_merged(explanation->setting, &count);
	for (i = 0; i < count; i++)
		for (round = 0; round < 20; round++) {
			struct lg_version version =
				near(oracle, pick(oracle, 2) ? &range[i].from
							     : &range[i].to);

			ask(explanation, safe, &version, spec);
		}
	for (round = 0; round < 30; round++) {
		struct lg_version version = {{0}, LG_VERSION_FOUR};

		version.part[0] = pick(oracle, 20);
		version.part[1] = pick(oracle, 3) * pick(oracle, 65536) / 2;
		version.part[2] = pick(oracle, 65536);
		version.part[3] = pick(oracle, 65536);
		ask(explanation, safe, &version, spec);
	}
	oracle->proved++;
	lg_version_setting_free(&safe);
}

static void safe_form_is_equal(void **state)
{
	struct oracle *oracle = *state;
	int round;

	for (round = 0; round < 20000; round++) {
		enum lg_dialect dialect = pick(oracle, LG_DIALECT_COUNT);
		enum lg_version_form form = pick(oracle, 2);
		struct lg_explanation *explanation = NULL;
		char spec[512];
		size_t len = random_spec(oracle, spec, sizeof(spec), form);

		if (lg_explanation_new(spec, len, form, NULL, dialect,
				       oracle->clients, &explanation,
				       NULL) != LG_OK)
			continue;
		prove(oracle, explanation, spec);
		lg_explanation_free(&explanation);
	}
	assert_true(oracle->proved > 4000);
}

int main(void)
{
	struct oracle oracle = {.seed = 0x2545f4914f6cdd1du};
	const struct CMUnitTest rows[] = {
		suite_row_with("V10 the safe form answers as the setting does",
			       safe_form_is_equal, &oracle),
	};
	int result;

	if (lg_clients_new(&oracle.clients, NULL) != LG_OK)
		return 1;
	result = suite_run(rows);
	lg_clients_free(&oracle.clients);
	return result;
}
