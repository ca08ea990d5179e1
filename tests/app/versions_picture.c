/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/app/render/versions_picture.h.
 */
#include <stdio.h>
#include <string.h>

#include "suite.h"

#include "app/render/versions_picture.h"

static struct lg_clients *clients;

static size_t pictured(const char *spec, enum lg_version_form form,
		       enum lg_dialect dialect,
		       struct lg_generation_fate out[LG_GENERATIONS_MAX])
{
	struct lg_explanation *explanation = NULL;
	struct lg_error err = {0};
	size_t count;

	if (lg_explanation_new(spec, strlen(spec), form, NULL, dialect, clients,
			       &explanation, &err) != LG_OK)
		fail_msg("%s: %s", spec, err.text);
	count = lg_versions_picture(explanation, out);
	lg_explanation_free(&explanation);
	return count;
}

/* One letter a generation: . stays, # blocked, + in part. */
static void fates(void **state)
{
	static const struct {
		const char *spec;
		enum lg_dialect dialect;
		const char *fates;
	} row[] = {
		{"", LG_DIALECT_GATE, ".........."},
		{"-12.1234.01", LG_DIALECT_GATE, "######+..."},
		{"-12.1234.01", LG_DIALECT_EXCHANGE_5_5, "#####+..."},
		{"-12.1234.01", LG_DIALECT_EXCHANGE_2007, "#######+..."},
		{"-5.65535.65535;7.0.0-12.1234.1", LG_DIALECT_GATE,
		 "###.##+..."},
		{"0.0.0-", LG_DIALECT_GATE, "##########"},
		{"15.0.0-", LG_DIALECT_GATE, "........##"},
		{"5.2178.0-5.2818.65535", LG_DIALECT_GATE, ".#........"},
		{"5.2178.0-5.2500.5;5.2500.6-5.2818.65535", LG_DIALECT_GATE,
		 ".#........"},
		{"5.2178.0-5.2500.65535;5.2501.0-5.2818.65535", LG_DIALECT_GATE,
		 ".#........"},
		{"5.2178.0-5.2500.65535;5.2501.1-5.2818.65535", LG_DIALECT_GATE,
		 ".+........"},
		{"5.2818.65535-5.2819.0", LG_DIALECT_GATE, ".++......."},
		{"6.4712.0", LG_DIALECT_EXCHANGE_2000, "...+......"},
		{"6.0.0-6.65535.65535", LG_DIALECT_GATE, "...+......"},
		{"6.0.0-7.0.0", LG_DIALECT_GATE, "...#......"},
		{"8.1.215.0", LG_DIALECT_EXCHANGE_2007, "....+......"},
		{"8.1.215.0", LG_DIALECT_GATE, ".........."},
		/* Between two versions that clients have. */
		{"11.1.0.0-11.9.0.0", LG_DIALECT_GATE, ".........."},
		{"10.1.0.0-11.0.0.0", LG_DIALECT_GATE, ".....+...."},
		{"4.0.0-4.65535.65535;5.0.0-5.2177.65535;-4.0.0",
		 LG_DIALECT_GATE, "#........."},
	};
	size_t i;
	size_t j;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_generation_fate fate[LG_GENERATIONS_MAX];
		char found[LG_GENERATIONS_MAX + 1] = "";
		size_t count = pictured(row[i].spec, LG_VERSION_FORM_FOUR_PART,
					row[i].dialect, fate);

		for (j = 0; j < count; j++)
			found[j] = ".+#"[fate[j].fate];
		if (strcmp(found, row[i].fates) != 0)
			fail_msg("%s: %s", row[i].spec, found);
	}
}

static void every_known_client_is_of_one_generation(void **state)
{
	struct lg_generation_fate fate[LG_GENERATIONS_MAX];
	size_t count = pictured("", LG_VERSION_FORM_REGISTRY,
				LG_DIALECT_EXCHANGE_2007, fate);
	const struct lg_client *client;
	size_t given = 0;
	size_t known = 0;
	size_t clients_count;
	size_t i;
	size_t j;

	for (i = 0; i < count; i++) {
		size_t at = 0;

		while ((client = lg_generation_next_client(&fate[i], clients,
							   &at)))
			given++;
	}
	client = lg_clients_items(clients, &clients_count);
	for (i = 0; i < clients_count; i++) {
		for (j = 0; j < i; j++)
			if (lg_version_compare(&client[i].version,
					       &client[j].version) == 0)
				break;
		known += j == i && client[i].version.known;
	}
	assert_int_equal(given, known);
}

static void ranges_in_words(void **state)
{
	static const struct {
		struct lg_version_range range;
		const char *words;
	} row[] = {
		{{.from = {{0}, LG_VERSION_UNKNOWN}}, "every version"},
		{{.to = {{12, 0, 1234, 1}, LG_VERSION_FOUR}},
		 "every version up to 12.0.1234.1"},
		{{.from = {{12, 0, 1234, 1}, LG_VERSION_FOUR}},
		 "12.0.1234.1 and every later version"},
		{{.from = {{5, 0, 1, 0}, LG_VERSION_FOUR},
		  .to = {{5, 0, 2, 0}, LG_VERSION_FOUR}},
		 "5.0.1.0 to 5.0.2.0"},
		{{.from = {{5, 0, 1, 0}, LG_VERSION_FOUR},
		  .to = {{5, 0, 1, 0}, LG_VERSION_FOUR}},
		 "5.0.1.0"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct lg_buffer text = {0};

		lg_version_range_words(&row[i].range, &text);
		assert_string_equal(text.data, row[i].words);
		lg_buffer_release(&text);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("each generation stays, goes or goes in part", fates),
		suite_row("every known client is of one generation",
			  every_known_client_is_of_one_generation),
		suite_row("a range is said in words", ranges_in_words),
	};
	int result;

	if (lg_clients_new(&clients, NULL) != LG_OK)
		return 1;
	result = suite_run(rows);
	lg_clients_free(&clients);
	return result;
}
