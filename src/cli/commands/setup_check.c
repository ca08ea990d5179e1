/* SPDX-License-Identifier: ISC */
/*
 * setup_check.c - the whole installation, judged in one screen
 */
#include <string.h>

#include "app/doors/survey.h"
#include "app/setup/setup_record.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/text/door_words.h"
#include "cli/commands/setup_hands.h"

enum mark {
	GOOD = 0,
	LOOK,
	BAD
};

struct check {
	struct lg_cli *cli;
	const struct lg_settings *settings;
	cJSON *list;
	int worst;
};

static void say(struct check *check, enum mark mark, const char *what,
		const char *text)
{
	static const char *const names[] = {"ok", "look", "bad"};
	static const enum lg_colour colours[] = {LG_GREEN, LG_YELLOW, LG_RED};
	cJSON *item;

	if ((int)mark > check->worst)
		check->worst = mark;
	if (check->cli->json) {
		item = cJSON_CreateObject();
		lg_json_text(item, "what", what);
		lg_json_text(item, "mark", names[mark]);
		lg_json_text(item, "text", text);
		lg_json_append(check->list, item);
		return;
	}
	if (check->cli->quiet)
		return;
	lg_cli_print(check->cli, colours[mark], "%-5s", names[mark]);
	fprintf(check->cli->out, " %-10s ", what);
	lg_cli_line(check->cli, LG_PLAIN, "", text);
}

static void check_gate(struct check *check)
{
	struct lg_control *control = NULL;
	struct lg_error err;

	if (lg_cli_gate(check->cli, &control, &err) != LG_OK)
		say(check, BAD, "gate", err.text);
	else if (control == NULL)
		say(check, BAD, "gate",
		    "no gate is running here; systemctl start logongated "
		    "starts it");
	else
		say(check, GOOD, "gate", "answers");
}

static void check_settings(struct check *check)
{
	const char *path = check->settings->path;

	say(check, path ? GOOD : BAD, "settings",
	    path ? path
		 : "there is no settings file; a sample: " LOGONGATE_DATADIR
		   "/settings/logongate.conf");
	if (check->settings->break_glass.count == 0)
		say(check, LOOK, "settings",
		    "no break_glass account: nobody is always admitted");
	if (check->settings->directory_uri == NULL)
		say(check, LOOK, "directory",
		    "none: names in profiles are taken as they are "
		    "(allow_user)");
}

/* Asked, not only opened: one that is away would look as good. */
static void check_directory(struct check *check,
			    const struct lg_machine *machine)
{
	struct setup_hands hands = {.cli = check->cli, .machine = machine};
	struct lg_directory *directory = NULL;
	struct lg_buffer text = {0};
	struct lg_error err;

	if (check->settings->directory_uri == NULL)
		return;
	if (lg_cli_directory(check->cli, &directory, &err) != LG_OK ||
	    setup_prove_directory(&hands, NULL, &err) != LG_OK) {
		lg_buffer_format(&text, "%s: %s", err.place, err.text);
		say(check, BAD, "directory", text.data ? text.data : err.text);
	} else {
		say(check, GOOD, "directory",
		    directory ? directory->describe(directory->self) : "none");
	}
	lg_buffer_release(&text);
}

static void check_record(struct check *check, const struct lg_machine *machine,
			 const char *path, const char *door)
{
	struct lg_setup_plan record = {0};
	struct lg_buffer text = {0};
	struct lg_error err;

	if (machine->read(machine->self, path, &text, &err) != LG_OK ||
	    lg_setup_record_parse(text.data ? text.data : "", path, &record,
				  &err) != LG_OK) {
		say(check, LOOK, "setup", err.text);
		goto out;
	}
	lg_buffer_clear(&text);
	lg_buffer_format(&text,
			 record.is_unfinished
				 ? "%s is set up by half: setup was killed in "
				   "its midst; logongate setup %s again, or "
				   "with --undo"
				 : "%s was set up",
			 door, door);
	say(check, record.is_unfinished ? BAD : GOOD, "setup",
	    text.data ? text.data : "");
out:
	lg_setup_plan_release(&record);
	lg_buffer_release(&text);
}

static void check_records(struct check *check, const struct lg_machine *machine,
			  const char *folder)
{
	struct lg_strlist names = {0};
	struct lg_buffer path = {0};
	struct lg_buffer door = {0};
	struct lg_error err;

	if (machine->list(machine->self, folder, &names, &err) != LG_OK)
		say(check, LOOK, "setup", err.text);
	for (size_t i = 0; i < names.count; i++) {
		size_t len = strcspn(names.item[i], ".");

		if (strcmp(names.item[i] + len, ".json") != 0)
			continue;
		lg_buffer_clear(&path);
		lg_buffer_format(&path, "%s/%s", folder, names.item[i]);
		lg_buffer_clear(&door);
		lg_buffer_append(&door, names.item[i], len);
		if (lg_buffer_status(&path, &err) == LG_OK &&
		    lg_buffer_status(&door, &err) == LG_OK)
			check_record(check, machine, path.data, door.data);
	}
	lg_strlist_release(&names);
	lg_buffer_release(&path);
	lg_buffer_release(&door);
}

/* Logons at the machine itself: setup leaves them alone unless named. */
static int is_shell(const struct lg_way *way)
{
	return strcmp(way->door, "pam") == 0 &&
	       (strcmp(way->way, "login") == 0 ||
		strcmp(way->way, "sshd") == 0);
}

static enum mark mark_of(const struct lg_way *way)
{
	switch (way->asks) {
	case LG_ASKS_NO:
		return is_shell(way) ? LOOK : BAD;
	case LG_ASKS_PARTLY:
	case LG_ASKS_UNKNOWN:
		return LOOK;
	case LG_ASKS_YES:
		return way->when_down == LG_WHEN_DOWN_OPEN ? LOOK : GOOD;
	case LG_ASKS_NOT_NEEDED:
		break;
	}
	return GOOD;
}

/* What it does, and what to do where it does not ask. */
static void door_words(struct lg_buffer *text, const struct lg_way *way)
{
	const char *down = lg_when_down_words(way->when_down);
	struct lg_buffer setup = {0};

	lg_buffer_text(text, lg_asks_words(way->asks));
	if (*down)
		lg_buffer_format(text, "; %s", down);
	if (way->asks == LG_ASKS_NOT_NEEDED)
		return;
	if (way->asks != LG_ASKS_NO && way->note)
		lg_buffer_format(text, "; %s", way->note);
	if (lg_door_setup_words(way, &setup))
		lg_buffer_format(text, "; set it up: %s",
				 setup.data ? setup.data : "");
	else if (way->asks != LG_ASKS_YES && way->add)
		lg_buffer_format(text, "; add: %s", way->add);
	lg_buffer_release(&setup);
}

static void check_doors(struct check *check, const struct lg_machine *machine)
{
	const struct lg_doors_places places = {0};
	struct lg_ways ways = {0};
	struct lg_buffer text = {0};
	const char *uncut;
	struct lg_error err;

	if (lg_doors_survey(check->settings, machine, &places, &ways, &err) !=
	    LG_OK)
		say(check, LOOK, "doors", err.text);
	for (size_t i = 0; i < ways.count; i++) {
		const struct lg_way *way = &ways.way[i];

		lg_buffer_clear(&text);
		lg_buffer_format(&text, "%s %s: ", way->door, way->way);
		door_words(&text, way);
		say(check, mark_of(way), "door", text.data ? text.data : "");
	}
	uncut = lg_doors_uncut(&ways, check->settings);
	if (uncut != NULL)
		say(check, BAD, "sessions", uncut);
	lg_buffer_release(&text);
	lg_ways_release(&ways);
}

int setup_check(struct lg_cli *cli, const struct lg_machine *machine,
		const char *folder)
{
	struct check check = {.cli = cli};
	struct lg_error err;
	cJSON *object = NULL;
	int code;

	if (lg_cli_settings(cli, &check.settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	check.list = cJSON_CreateArray();
	check_settings(&check);
	check_gate(&check);
	check_directory(&check, machine);
	check_records(&check, machine, folder);
	check_doors(&check, machine);
	code = check.worst == BAD ? LG_EXIT_WOULD_NOT_LOCK : LG_EXIT_DONE;
	if (!cli->json) {
		cJSON_Delete(check.list);
		return code;
	}
	object = cJSON_CreateObject();
	lg_json_add(object, "check", check.list);
	return lg_cli_json(cli, object) == LG_EXIT_DONE ? code
							: LG_EXIT_SOFTWARE;
}
