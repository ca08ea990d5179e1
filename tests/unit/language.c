/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/core/values/language.h and the choice of a message.
 */
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#include "core/policy/message.h"
#include "core/values/language.h"

static void tags_read(void **state)
{
	static const char *const row[][2] = {
		{"de", "de"},           {"DE", "de"},
		{"pt-BR", "pt-br"},     {"zh-Hant", "zh-hant"},
		{"nds", "nds"},         {"gsw", "gsw"},
		{"es-419", "es-419"},   {"sr-Latn-RS", "sr-latn-rs"},
		{"de-1996", "de-1996"}, {"ca-valencia", "ca-valencia"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char tag[LG_LANGUAGE_SIZE] = "";

		assert_int_equal(lg_language_parse(row[i][0], strlen(row[i][0]),
						   tag, NULL),
				 LG_OK);
		assert_string_equal(tag, row[i][1]);
	}
}

static void wrong_tags_are_told_right(void **state)
{
	static const char *const row[][2] = {
		{"de_DE", "write de-de"},
		{"de_DE.UTF-8", "write de-de"},
		{"pt_BR@euro", "write pt-br"},
		{"german", "write de"},
		{"Deutsch", "write de"},
		{"ger", "write de"},
		{"deu", "write de"},
		{"dk", "write da"},
		{"cz", "write cs"},
		{"us", "write en-us"},
		{"jp_JP", "write ja"},
		{"iw", "write he"},
		{"de-", "write de"},
		{"de--at", "write de"},
		{"de-toolongsubtag", "write de"},
		{"xx", "such as de"},
		{"d", "such as de"},
		{"", "such as de"},
		{"12", "such as de"},
		{"klingonisch", "such as de"},
		{"de at", "such as de"},
		{"a-very-long-tag-that-nobody-can-ever-have-meant", "such as"},
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char tag[LG_LANGUAGE_SIZE] = "untouched";
		struct lg_error err = {0};

		assert_int_equal(lg_language_parse(row[i][0], strlen(row[i][0]),
						   tag, &err),
				 LG_ERR_SYNTAX);
		assert_string_equal(tag, "untouched");
		if (!strstr(err.text, row[i][1]))
			fail_msg("%s: %s", row[i][0], err.text);
	}
}

static struct lg_strlist list_of(const char *const *item)
{
	struct lg_strlist list = {0};

	for (; *item; item++)
		assert_int_equal(
			lg_strlist_add(&list, *item, strlen(*item), NULL),
			LG_OK);
	return list;
}

static void the_best_is_found(void **state)
{
	static const char *const texts[] = {"en=English",    "de=Deutsch",
					    "pt-br=Brasil",  "zh-hant=Fan",
					    "fr-ca=Quebec=", NULL};
	static const char *const row[][2] = {
		{"de", "Deutsch"},
		{"DE-at", "Deutsch"},
		{"de-AT-1996", "Deutsch"},
		{"pt", "Brasil"},
		{"pt-BR", "Brasil"},
		{"pt-PT", NULL},
		{"zh-Hant-TW", "Fan"},
		{"fr", "Quebec="},
		{"d", NULL},
		{"da", NULL},
		{"", NULL},
		{"*", NULL},
		{",,;q=1,", NULL},
		{"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "Quebec="},
		{"da, en-gb;q=0.8, de;q=0.7", "English"},
		{"en;q=0.5, de;q=0.51", "Deutsch"},
		{"en;q=0.500,de;q=0.501", "Deutsch"},
		{"en;q=0.5,de;q=0.5", "English"},
		{"de;q=0", NULL},
		{"de;q=0.000, en;q=0.001", "English"},
		{"en ; q=0.2 , de\t;\tQ=0.9", "Deutsch"},
		{"de;q=x, en;q=0.1", "English"},
		{"de;q=1.0,en", "Deutsch"},
		{"de;level=1;q=0.5,en;q=0.1", "English"},
	};
	struct lg_strlist list = list_of(texts);
	struct lg_strlist none = {0};
	char many[4096] = "";
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *found = lg_language_best(&list, row[i][0]);

		assert_null(lg_language_best(&none, row[i][0]));
		if (!row[i][1] ? found != NULL
			       : !found || strcmp(found, row[i][1]) != 0)
			fail_msg("%s: %s", row[i][0], found ? found : "none");
	}
	/* A header of a thousand ranges is not read to its end. */
	for (i = 0; i < 1000; i++)
		strcat(many, "xx,");
	strcat(many, "de");
	assert_null(lg_language_best(&list, many));
	lg_strlist_release(&list);
}

static void a_message_is_chosen(void **state)
{
	static const char *const texts[] = {"en=Later.", "de=Nachher.", NULL};
	struct lg_policy_layer_info layer = {.message = "Later."};
	struct lg_message_choice choice;

	/* Without languages nobody knows what it is written in. */
	lg_message_choose(&layer, "de", "de", &choice);
	assert_string_equal(choice.message, "Later.");
	assert_string_equal(choice.language, "");
	layer.messages = list_of(texts);
	lg_message_choose(&layer, "de-CH,en;q=0.5", NULL, &choice);
	assert_string_equal(choice.message, "Nachher.");
	assert_string_equal(choice.language, "de");
	lg_message_choose(&layer, "en-US,de;q=0.5", "de", &choice);
	assert_string_equal(choice.message, "Later.");
	assert_string_equal(choice.language, "en");
	/* No match: the gate's language, else the main one. */
	lg_message_choose(&layer, "fr", "de", &choice);
	assert_string_equal(choice.language, "de");
	lg_message_choose(&layer, NULL, "de", &choice);
	assert_string_equal(choice.language, "de");
	lg_message_choose(&layer, "fr", "it", &choice);
	assert_string_equal(choice.language, "en");
	lg_message_choose(&layer, "fr", NULL, &choice);
	assert_string_equal(choice.language, "en");
	/* The words of the program are English. */
	lg_message_choose(NULL, "de", "de", &choice);
	assert_null(choice.message);
	assert_string_equal(choice.language, "en");
	lg_strlist_release(&layer.messages);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("tags of any case are read", tags_read),
		suite_row("what is no tag is told with its right spelling",
			  wrong_tags_are_told_right),
		suite_row("RFC 4647 the best of several is found",
			  the_best_is_found),
		suite_row("a message is chosen: the reader's language, the "
			  "gate's, the main one",
			  a_message_is_chosen),
	};

	return suite_run(rows);
}
