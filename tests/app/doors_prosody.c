/* SPDX-License-Identifier: ISC */
/*
 * Rows for app/doors: what prosody.cfg.lua says about asking the gate, and the
 * files it is made of.
 */
#include "suite.h"

#include <string.h>

#include "app/doors/survey_inside.h"

#define ON "modules_enabled = { \"roster\"; 'logongate' }\n"
#define HOST "VirtualHost \"example.org\"\n"

struct row {
	const char *text;
	enum lg_asks asks;
	enum lg_when_down when_down;
};

static const struct row rows[] = {
	{ON HOST, LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{HOST ON, LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	{HOST, LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{"-- " ON HOST, LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{"--[[ x\n" ON "]]\n" HOST, LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{ON HOST "modules_disabled = { \"logongate\" }", LG_ASKS_NO,
	 LG_WHEN_DOWN_NOT_ASKED},
	/* Of another host, and of a component. */
	{HOST "VirtualHost 'b'\n" ON, LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{HOST "Component 'rooms' \"muc\"\n" ON, LG_ASKS_NO,
	 LG_WHEN_DOWN_NOT_ASKED},
	{ON "logongate_when_down = \"admit\"\n" HOST, LG_ASKS_YES,
	 LG_WHEN_DOWN_OPEN},
	{ON HOST "logongate_url = \"http://127.0.0.1:9/v1/xmpp\";", LG_ASKS_NO,
	 LG_WHEN_DOWN_NOT_ASKED},
	{ON HOST "logongate_url = \"http://127.0.0.1:4191/v1/check\";",
	 LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED},
	{ON HOST "limits = { c2s = { rate = \"10kb/s\" }; }\nx = true\ny = 3;",
	 LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	/* A host may be taken up again. */
	{HOST "VirtualHost 'b'\n" HOST ON, LG_ASKS_YES, LG_WHEN_DOWN_TEMPORARY},
	/* A program may come to anything. */
	{"if os.getenv('A') then " ON " end\n" HOST, LG_ASKS_UNKNOWN,
	 LG_WHEN_DOWN_UNKNOWN},
	{"modules_enabled = mine\n" HOST, LG_ASKS_UNKNOWN,
	 LG_WHEN_DOWN_UNKNOWN},
	{ON HOST "logongate_url = \"http://\" .. here", LG_ASKS_UNKNOWN,
	 LG_WHEN_DOWN_UNKNOWN},
	{HOST "modules_enabled = { f(1) }", LG_ASKS_UNKNOWN,
	 LG_WHEN_DOWN_UNKNOWN},
	{HOST "modules_enabled = {", LG_ASKS_UNKNOWN, LG_WHEN_DOWN_UNKNOWN},
	/* Where it is not what its line begins with. */
	{HOST "a = 1; Include \"other\"", LG_ASKS_UNKNOWN,
	 LG_WHEN_DOWN_UNKNOWN},
};

/* What of prosody.cfg.lua is found where: folders list these names. */
static const char *const files[][2] = {
	{"/p/main", "Include \"d/*.lua\"\nInclude (\"/x\")\n" HOST},
	{"/p/d/1.lua", "modules_enabled = {\n"},
	{"/p/d/2.lua", "\"roster\"; "},
	{"/x", "\"logongate\" }\n"},
	{"/p/gone", "Include 'nothing'\n" HOST},
	{"/p/round", "Include 'round'\n" HOST},
};

static enum lg_status read_file(void *self, const char *path,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	const struct row *row = self;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (strcmp(path, files[i][0]) == 0) {
			lg_buffer_text(out_text, files[i][1]);
			return lg_buffer_status(out_text, err);
		}
	}
	if (!row)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, path,
				    "is not there");
	assert_string_equal(path, "/etc/prosody/prosody.cfg.lua");
	lg_buffer_text(out_text, row->text);
	return lg_buffer_status(out_text, err);
}

static enum lg_status list(void *self, const char *folder,
			   struct lg_strlist *out_names, struct lg_error *err)
{
	static const char *const names[] = {"1.lua", "2.lua", "notes.txt"};
	enum lg_status status = LG_OK;

	assert_string_equal(folder, "/p/d");
	for (size_t i = 0; i < 3 && status == LG_OK; i++)
		status = lg_strlist_add(out_names, names[i], strlen(names[i]),
					err);
	return status;
}

/* The ways of a machine that has this row's file, or those above. */
static void survey(const struct row *row, const char *conf,
		   struct lg_ways *ways)
{
	struct row copy = row ? *row : (struct row){0};
	const struct lg_machine machine = {.self = row ? &copy : NULL,
					   .is_root = 1,
					   .read = read_file,
					   .list = list};
	struct lg_gate_addresses gate = {0};
	struct lg_error err;
	struct survey survey = {
		.machine = &machine, .gate = &gate, .ways = ways, .err = &err};

	assert_int_equal(lg_strlist_add(&gate.http, "127.0.0.1:4191", 14, &err),
			 LG_OK);
	assert_int_equal(lg_survey_prosody(&survey, conf), LG_OK);
	lg_gate_addresses_release(&gate);
}

static void says_whether_it_asks(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lg_ways ways = {0};

		survey(&rows[i], NULL, &ways);
		if (ways.count < 1 || strcmp(ways.way[0].door, "xmpp") != 0 ||
		    strcmp(ways.way[0].way, "VirtualHost example.org") != 0 ||
		    ways.way[0].asks != rows[i].asks ||
		    ways.way[0].when_down != rows[i].when_down)
			fail_msg("%s", rows[i].text);
		lg_ways_release(&ways);
	}
}

/* One way in, of which the note says why nothing is known. */
static void is_unknown(const char *conf, const char *why)
{
	struct lg_ways ways = {0};

	survey(NULL, conf, &ways);
	assert_int_equal(ways.count, 1);
	assert_string_equal(ways.way[0].door, "xmpp");
	assert_int_equal(ways.way[0].asks, LG_ASKS_UNKNOWN);
	assert_string_equal(ways.way[0].note, why);
	lg_ways_release(&ways);
}

static void takes_what_is_included(void **state)
{
	struct lg_ways ways = {0};

	survey(NULL, "/p/main", &ways);
	assert_int_equal(ways.count, 1);
	assert_int_equal(ways.way[0].asks, LG_ASKS_YES);
	lg_ways_release(&ways);
	/* A server that is not here has no ways in. */
	survey(NULL, "/p/none", &ways);
	assert_int_equal(ways.count, 0);
	is_unknown("/p/gone", "/p/nothing: is included and not there");
	is_unknown("/p/round",
		   "/p/round: files include files more than 4 deep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_whether_it_asks),
		cmocka_unit_test(takes_what_is_included),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
