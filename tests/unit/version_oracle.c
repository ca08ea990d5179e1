/* SPDX-License-Identifier: ISC */
/*
 * Version settings against an oracle that shares nothing with the code: the
 * grammar is a POSIX regular expression, a setting blocks when any of its
 * items does, and an item compares four numbers the long way (V2-V9).
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#include <logongate/version_setting.h>

struct oracle {
	regex_t grammar;
	uint64_t seed;
};

/* xorshift64: the same rows in every run. */
static uint32_t pick(struct oracle *oracle, uint32_t below)
{
	oracle->seed ^= oracle->seed << 13;
	oracle->seed ^= oracle->seed >> 7;
	oracle->seed ^= oracle->seed << 17;
	return (uint32_t)((oracle->seed >> 16) % below);
}

static void oracle_bound(const char *text, unsigned long part[4])
{
	char *end;

	part[0] = strtoul(text, &end, 10);
	part[1] = 0;
	part[2] = strtoul(end + 1, &end, 10);
	part[3] = strtoul(end + 1, &end, 10);
}

static int oracle_compare(const unsigned long a[4], const uint32_t b[4])
{
	if (a[0] != b[0])
		return a[0] < b[0] ? -1 : 1;
	if (a[1] != b[1])
		return a[1] < b[1] ? -1 : 1;
	if (a[2] != b[2])
		return a[2] < b[2] ? -1 : 1;
	if (a[3] != b[3])
		return a[3] < b[3] ? -1 : 1;
	return 0;
}

/* item is one well-formed item. */
static int oracle_item_blocks(const char *item, const uint32_t client[4])
{
	const char *dash;
	unsigned long from[4];
	unsigned long to[4];

	item += strspn(item, " \t");
	dash = strchr(item, '-');
	if (!dash) {
		oracle_bound(item, from);
		return oracle_compare(from, client) == 0;
	}
	if (dash > item) {
		oracle_bound(item, from);
		if (oracle_compare(from, client) > 0)
			return 0;
	}
	if (dash[1] >= '0' && dash[1] <= '9') {
		oracle_bound(dash + 1, to);
		if (oracle_compare(to, client) < 0)
			return 0;
	}
	return 1;
}

static int oracle_blocks(const char *spec, const uint32_t client[4])
{
	char item[256];

	while (*spec) {
		size_t len = strcspn(spec, ",;");

		snprintf(item, sizeof(item), "%.*s", (int)len, spec);
		if (item[strspn(item, " \t")] &&
		    oracle_item_blocks(item, client))
			return 1;
		spec += len + (spec[len] != '\0');
	}
	return 0;
}

/* Every range over a cube of small versions, asked about all of the cube. */
static void exhaustive(void **state)
{
	enum {
		SIDE = 3,
		CUBE = SIDE * SIDE * SIDE
	};
	int from;
	int to;
	int form;
	int asked;

	for (from = 0; from < CUBE; from++)
		for (to = 0; to < CUBE; to++)
			for (form = 0; form < 4; form++) {
				struct lg_version_setting *setting = NULL;
				char a[32];
				char b[32];
				char spec[80];
				enum lg_status status;

				snprintf(a, sizeof(a), "%d.%d.%d", from / 9,
					 from / 3 % 3, from % 3);
				snprintf(b, sizeof(b), "%d.%d.%d", to / 9,
					 to / 3 % 3, to % 3);
				snprintf(spec, sizeof(spec),
					 form == 0   ? "%s-%s"
					 : form == 1 ? "%s-;%s"
					 : form == 2 ? "-%s,%s"
						     : "%s;%s",
					 a, b);
				status = lg_version_setting_parse(
					spec, strlen(spec),
					LG_VERSION_FORM_REGISTRY, NULL,
					&setting, NULL);
				if (form == 0 && from > to) {
					assert_int_equal(status,
							 LG_ERR_CONFLICT);
					continue;
				}
				assert_int_equal(status, LG_OK);
				for (asked = 0; asked < 2 * CUBE; asked++) {
					struct lg_version client = {
						{asked % CUBE / 9, asked / CUBE,
						 asked / 3 % 3, asked % 3},
						LG_VERSION_FOUR};
					int blocked = lg_version_setting_blocks(
						setting, &client);

					if (blocked !=
					    oracle_blocks(spec, client.part))
						fail_msg("%s: %d", spec, asked);
				}
				lg_version_setting_free(&setting);
			}
}

static size_t random_bound(struct oracle *oracle, char *out, size_t size)
{
	static const uint32_t often[] = {0,    1,    5,     6,     7,
					 2178, 9999, 32767, 65534, 65535};
	uint32_t part[3];
	int i;

	for (i = 0; i < 3; i++)
		part[i] = pick(oracle, 4) ? often[pick(oracle, 10)]
					  : pick(oracle, 65536);
	return (size_t)snprintf(out, size, "%s%u.%u.%u",
				pick(oracle, 8) ? "" : "000", part[0], part[1],
				part[2]);
}

static void random_settings(void **state)
{
	struct oracle *oracle = *state;
	int round;

	for (round = 0; round < 20000; round++) {
		struct lg_version_setting *setting = NULL;
		char spec[1024] = "";
		size_t len = 0;
		uint32_t items = 1 + pick(oracle, 6);
		uint32_t i;
		enum lg_status status;

		for (i = 0; i < items; i++) {
			uint32_t form = pick(oracle, 4);

			if (i)
				len += (size_t)snprintf(
					spec + len, sizeof(spec) - len, "%s",
					pick(oracle, 2) ? " ; " : ",");
			if (form != 0)
				len += random_bound(oracle, spec + len,
						    sizeof(spec) - len);
			if (form != 3)
				spec[len++] = '-';
			if (form == 0 || form == 1)
				len += random_bound(oracle, spec + len,
						    sizeof(spec) - len);
		}
		status = lg_version_setting_parse(spec, len,
						  LG_VERSION_FORM_REGISTRY,
						  NULL, &setting, NULL);
		if (status == LG_ERR_CONFLICT)
			continue;
		assert_int_equal(status, LG_OK);
		for (i = 0; i < 40; i++) {
			char text[64];
			struct lg_version client;

			random_bound(oracle, text, sizeof(text));
			assert_int_equal(lg_version_parse(text, strlen(text),
							  &client, NULL),
					 LG_OK);
			if (!pick(oracle, 4))
				client.part[1] = pick(oracle, 3);
			if (!pick(oracle, 8))
				client.part[3] = UINT32_MAX;
			if (lg_version_setting_blocks(setting, &client) !=
			    oracle_blocks(spec, client.part))
				fail_msg("%s: %s", spec, text);
		}
		lg_version_setting_free(&setting);
	}
}

/* Text made of what settings are made of: read exactly when it matches. */
static void random_text(void **state)
{
	static const char letter[] = "0019.....--,; \tx";
	struct oracle *oracle = *state;
	int round;
	int read = 0;

	for (round = 0; round < 200000; round++) {
		struct lg_version_setting *setting = NULL;
		char spec[32];
		uint32_t len = pick(oracle, 14);
		uint32_t i;
		enum lg_status status;
		int matches;

		for (i = 0; i < len; i++)
			spec[i] = letter[pick(oracle, sizeof(letter) - 1)];
		spec[len] = '\0';
		matches = regexec(&oracle->grammar, spec, 0, NULL, 0) == 0;
		status = lg_version_setting_parse(spec, len,
						  LG_VERSION_FORM_REGISTRY,
						  NULL, &setting, NULL);
		if (matches ? status != LG_OK && status != LG_ERR_CONFLICT &&
				      status != LG_ERR_RANGE
			    : status != LG_ERR_SYNTAX &&
				      status != LG_ERR_RANGE &&
				      status != LG_ERR_CONFLICT)
			fail_msg("'%s': %s", spec, lg_status_name(status));
		read += matches;
		lg_version_setting_free(&setting);
	}
	assert_true(read > 1000);
}

int main(void)
{
	static const char grammar[] =
		"^[ \t]*((V|V-V|-V|V-)[ \t]*([,;][ \t]*(V|V-V|-V|V-)[ \t]*)*)?$";
	struct oracle oracle = {.seed = 0x9e3779b97f4a7c15u};
	const struct CMUnitTest rows[] = {
		suite_row("all ranges over a small cube agree with the oracle",
			  exhaustive),
		suite_row_with("random settings agree with the oracle",
			       random_settings, &oracle),
		suite_row_with("random text is read exactly by the grammar",
			       random_text, &oracle),
	};
	char expanded[512] = "";
	const char *at;
	int result;

	for (at = grammar; *at; at++) {
		size_t len = strlen(expanded);

		if (*at == 'V')
			snprintf(expanded + len, sizeof(expanded) - len,
				 "[0-9]+[.][0-9]+[.][0-9]+");
		else
			snprintf(expanded + len, sizeof(expanded) - len, "%c",
				 *at);
	}
	if (regcomp(&oracle.grammar, expanded, REG_EXTENDED | REG_NOSUB))
		return 1;
	result = suite_run(rows);
	regfree(&oracle.grammar);
	return result;
}
