/* SPDX-License-Identifier: ISC */
/*
 * logongate schedule - windows that come again, by systemd's calendar
 *
 * What is scheduled is a command line of logongate's own: apply, or run where
 * there is a command. systemd (or cron) starts it; nothing of it is in the
 * gate. The profile is read now, so that a wrong name is not found at night.
 */
#include <string.h>

#include "base/local_time.h"

#include "adapters/system/system_clock.h"
#include "adapters/system/program.h"
#include "adapters/system/systemd_windows.h"
#include "app/calendar/cron_line.h"
#include "cli/change/prepare.h"
#include "cli/commands.h"
#include "cli/open/open.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/commands/run_child.h"
#include "cli/commands/schedule.h"
#include "cli/text/plan_text.h"
#include "cli/text/times.h"

#define PROGRAM_MS 30000

/* systemd reads the calendar as it will later. */
static int check_calendar(struct lg_cli *cli, const char *calendar)
{
	const char *const argv[] = {"systemd-analyze", "calendar", "--",
				    calendar, NULL};
	struct lg_buffer said = {0};
	struct lg_error err;
	enum lg_status status =
		lg_program_output(argv, PROGRAM_MS, &said, &err);
	int never;

	never = status == LG_OK && said.data != NULL &&
		strstr(said.data, "Next elapse: never") != NULL;
	lg_buffer_release(&said);
	if (never)
		return lg_cli_usage(cli,
				    "--on-calendar \"%s\" does not come again; "
				    "write a day that is ahead, or "
				    "\"Sun 02:00\"",
				    calendar);
	if (status == LG_OK || status == LG_ERR_UNKNOWN_KEY)
		return LG_EXIT_DONE;
	if (status != LG_ERR_IO)
		return lg_cli_fail(cli, &err);
	return lg_cli_usage(cli,
			    "--on-calendar \"%s\" is not a calendar; write "
			    "\"Sun 02:00\" or \"*-*-01 03:30\", see "
			    "systemd.time(7)",
			    calendar);
}

static int systemctl(struct lg_cli *cli, const char *verb, const char *option,
		     const char *name)
{
	const char *argv[5] = {"systemctl", verb, NULL, NULL, NULL};
	struct lg_buffer unit = {0}, said = {0};
	struct lg_error err;
	enum lg_status status = LG_OK;
	int code = LG_EXIT_DONE;

	if (name != NULL) {
		lg_buffer_format(&unit, "logongate-window@%s.timer", name);
		status = lg_buffer_status(&unit, &err);
		argv[2] = option;
		argv[3] = unit.data;
	}
	if (status == LG_OK)
		status = lg_program_output(argv, PROGRAM_MS, &said, &err);
	if (status != LG_OK)
		code = lg_cli_say(cli, LG_EXIT_PUT_BACK, NULL,
				  "systemctl %s %s: %s", verb,
				  unit.data != NULL ? unit.data : "", err.text);
	lg_buffer_release(&said);
	lg_buffer_release(&unit);
	return code;
}

static int print_cron(struct lg_cli *cli,
		      const struct lg_window_schedule *schedule)
{
	struct lg_buffer line = {0}, service = {0};
	struct lg_error err;
	/* What a unit cannot hold a line of cron cannot hold either. */
	enum lg_status status =
		lg_window_service_text(schedule, &service, &err);
	int code;

	lg_buffer_release(&service);
	if (status == LG_OK)
		status = lg_cron_fields(schedule->calendar, &line, &err);
	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	lg_buffer_text(&line, " root");
	for (size_t i = 0; i < schedule->command->count; i++) {
		lg_buffer_char(&line, ' ');
		lg_cron_word(schedule->command->item[i], &line);
	}
	status = lg_buffer_status(&line, &err);
	if (status != LG_OK) {
		code = lg_cli_fail(cli, &err);
	} else if (cli->json) {
		cJSON *object = cJSON_CreateObject();

		lg_json_text(object, "name", schedule->name);
		lg_json_text(object, "cron", line.data);
		code = lg_cli_json(cli, object);
	} else {
		code = LG_EXIT_DONE;
		lg_cli_print(cli, LG_PLAIN, "%s\n", line.data);
	}
	if (code == LG_EXIT_DONE && !cli->quiet)
		lg_cli_say(cli, code, NULL,
			   "systemd does not run here, so nothing is "
			   "scheduled yet: put this line into "
			   "/etc/cron.d/logongate-%s",
			   schedule->name);
	lg_buffer_release(&line);
	return code;
}

static int print_added(struct lg_cli *cli,
		       const struct lg_window_schedule *schedule)
{
	int64_t next_s = lg_schedule_next(schedule->name);
	struct lg_zone zone = lg_system_zone();
	char when[LG_TIME_FULL_SIZE];
	cJSON *object;

	if (cli->json) {
		object = cJSON_CreateObject();
		lg_json_text(object, "name", schedule->name);
		lg_json_text(object, "calendar", schedule->calendar);
		lg_json_time(object, "next", next_s);
		return lg_cli_json(cli, object);
	}
	if (cli->quiet)
		return LG_EXIT_DONE;
	lg_cli_print(cli, LG_GREEN, "scheduled");
	lg_cli_print(cli, LG_PLAIN, " %s: %s for %s", schedule->name,
		     schedule->profile, schedule->lasts);
	if (next_s > 0) {
		lg_time_format_full(next_s, &zone, when);
		lg_cli_print(cli, LG_PLAIN, ", next %s", when);
	}
	lg_cli_print(cli, LG_PLAIN, "\n");
	return LG_EXIT_DONE;
}

static int is_same(const char *name, const char *kind,
		   const struct lg_buffer *text)
{
	struct lg_buffer there = {0};
	int same = lg_schedule_read(name, kind, &there, NULL) == LG_OK &&
		   there.len == text->len &&
		   memcmp(there.data, text->data, text->len) == 0;

	lg_buffer_release(&there);
	return same;
}

static int add_units(struct lg_cli *cli,
		     const struct lg_window_schedule *schedule)
{
	struct lg_buffer timer = {0}, service = {0}, there = {0};
	struct lg_error err;
	enum lg_status status;
	int code = check_calendar(cli, schedule->calendar);

	if (code != LG_EXIT_DONE)
		return code;
	status = lg_window_timer_text(schedule, &timer, &err);
	if (status == LG_OK)
		status = lg_window_service_text(schedule, &service, &err);
	if (status == LG_OK &&
	    lg_schedule_read(schedule->name, "timer", &there, NULL) == LG_OK &&
	    !(is_same(schedule->name, "timer", &timer) &&
	      is_same(schedule->name, "service", &service)))
		status = lg_error_set(&err, LG_ERR_SYNTAX, NULL,
				      "there is a schedule %s already and it "
				      "says something else; schedule remove %s "
				      "takes it away",
				      schedule->name, schedule->name);
	if (status == LG_OK)
		status = lg_schedule_write(schedule->name, &timer, &service,
					   &err);
	if (status != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE)
		code = systemctl(cli, "daemon-reload", NULL, NULL);
	if (code == LG_EXIT_DONE)
		code = systemctl(cli, "enable", "--now", schedule->name);
	if (code == LG_EXIT_PUT_BACK) {
		lg_schedule_delete(schedule->name, NULL);
		systemctl(cli, "daemon-reload", NULL, NULL);
	}
	if (code == LG_EXIT_DONE)
		code = print_added(cli, schedule);
	lg_buffer_release(&there);
	lg_buffer_release(&service);
	lg_buffer_release(&timer);
	return code;
}

static int check_name(struct lg_cli *cli, const char *name)
{
	if (lg_window_name_is_good(name))
		return LG_EXIT_DONE;
	return lg_cli_usage(cli,
			    "\"%s\" cannot be a schedule's name: letters, "
			    "digits, . _ and -, at most 64",
			    name);
}

/* What would be refused at night has to be accepted now; what cannot be judged
 * now may be well then. */
static int judge(struct lg_cli *cli)
{
	struct lg_prepared prepared = {0};
	int quiet = cli->quiet;
	int code;

	/* The times of a plan of now are not those of the calendar. */
	cli->quiet = 1;
	code = lg_prepare(cli, cli->operand[1], LG_END_OPTIONAL, &prepared);
	cli->quiet = quiet;
	if (code == LG_EXIT_DONE)
		code = lg_plan_refusal(cli, prepared.plan);
	lg_prepared_release(&prepared);
	if (code == LG_EXIT_DONE || code == LG_EXIT_WOULD_NOT_LOCK)
		return code;
	if (!quiet)
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "whether the lock would engage cannot be told now; "
			   "it is scheduled all the same");
	return LG_EXIT_DONE;
}

int lg_cmd_schedule_add(struct lg_cli *cli)
{
	struct lg_strlist command = {0};
	struct lg_window_schedule schedule = {
		.name = cli->operand[0],
		.lasts = lg_cli_option(cli, "for"),
		.calendar = lg_cli_option(cli, "on-calendar"),
		.command = &command,
	};
	struct lg_profile *profile = NULL;
	const char *at = lg_cli_option(cli, "at");
	struct lg_error err;
	int64_t lasts_s, ahead_s;
	int number;
	int code = check_name(cli, schedule.name);

	if (code != LG_EXIT_DONE)
		return code;
	if (schedule.calendar == NULL || schedule.lasts == NULL)
		return lg_cli_usage(cli, "schedule add needs --on-calendar C "
					 "and --for D");
	/* A time of day is the calendar's to say. */
	if (at != NULL && at[0] != '+')
		return lg_cli_usage(cli,
				    "--at %s: in a schedule, --at says how "
				    "long after the calendar; write --at +30m",
				    at);
	if (at != NULL && cli->rest != NULL)
		return lg_cli_usage(cli, "--at: a command runs when the "
					 "calendar says; leave --at out");
	if (cli->rest != NULL && cli->rest_count == 0)
		return lg_cli_usage(cli, "there is no command after --");
	/* A mistyped one is not found out at night. */
	number = cli->rest != NULL ? lg_run_look(cli->rest[0]) : 0;
	if (number != 0)
		return lg_cli_say(cli, LG_EXIT_INVALID, NULL,
				  "%s: %s; nothing was scheduled", cli->rest[0],
				  strerror(number));
	code = lg_cli_duration(cli, "for", &lasts_s);
	if (code == LG_EXIT_DONE && at != NULL)
		code = lg_cli_ahead(cli, "at", at + 1, &ahead_s);
	if (code == LG_EXIT_DONE)
		code = lg_cli_profile(cli, cli->operand[1], &profile);
	if (code != LG_EXIT_DONE)
		return code;
	if (profile->max_duration_s >= 0 && lasts_s > profile->max_duration_s)
		code = lg_cli_too_long(cli, profile);
	schedule.profile = profile->name;
	if (code == LG_EXIT_DONE)
		code = judge(cli);
	if (code == LG_EXIT_DONE &&
	    lg_schedule_command(cli, &command, &err) != LG_OK)
		code = lg_cli_no_memory(cli);
	if (code == LG_EXIT_DONE)
		code = lg_systemd_runs() ? add_units(cli, &schedule)
					 : print_cron(cli, &schedule);
	lg_strlist_release(&command);
	lg_profile_free(&profile);
	return code;
}

/* One row, or one object of the array. */
static void list_one(struct lg_table *table, cJSON *array, const char *name)
{
	struct lg_buffer timer = {0}, service = {0};
	struct lg_buffer calendar = {0}, profile = {0}, lasts = {0}, when = {0};
	int64_t next_s = lg_schedule_next(name);
	int has_failed = lg_systemd_window_failed(name);
	cJSON *object;

	lg_schedule_read(name, "timer", &timer, NULL);
	lg_schedule_read(name, "service", &service, NULL);
	lg_window_value(timer.data, "OnCalendar", &calendar);
	lg_window_value(service.data, "Profile", &profile);
	lg_window_value(service.data, "For", &lasts);
	if (next_s > 0)
		lg_text_clock(lg_cli_now(), next_s, &when);
	if (array != NULL) {
		object = cJSON_CreateObject();
		lg_json_text(object, "name", name);
		lg_json_text(object, "profile", profile.data);
		lg_json_text(object, "calendar", calendar.data);
		lg_json_text(object, "for", lasts.data);
		lg_json_time(object, "next", next_s);
		lg_json_bool(object, "failed", has_failed);
		cJSON_AddItemToArray(array, object);
	} else {
		lg_table_cell(table, name);
		lg_table_cell(table, profile.data);
		lg_table_cell(table, lasts.data);
		lg_table_cell(table, calendar.data);
		lg_table_cell(table, when.data);
		lg_table_cell(table, has_failed ? "failed" : NULL);
	}
	lg_buffer_release(&when);
	lg_buffer_release(&lasts);
	lg_buffer_release(&profile);
	lg_buffer_release(&calendar);
	lg_buffer_release(&service);
	lg_buffer_release(&timer);
}

int lg_cmd_schedule_list(struct lg_cli *cli)
{
	static const char *const head[] = {"NAME", "PROFILE", "FOR", "CALENDAR",
					   "NEXT", "LAST",    NULL};
	struct lg_table table = {0};
	struct lg_strlist names = {0};
	cJSON *object = NULL, *array = NULL;
	struct lg_error err;
	int code;

	if (lg_systemd_windows(&names, &err) != LG_OK) {
		lg_strlist_release(&names);
		return lg_cli_fail(cli, &err);
	}
	if (cli->json) {
		object = cJSON_CreateObject();
		array = cJSON_CreateArray();
	} else {
		lg_table_begin(&table, head);
	}
	for (size_t i = 0; i < names.count; i++)
		list_one(&table, array, names.item[i]);
	if (cli->json) {
		lg_json_add(object, "schedules", array);
		code = lg_cli_json(cli, object);
	} else {
		code = lg_cli_table(cli, &table);
	}
	lg_strlist_release(&names);
	return code;
}

int lg_cmd_schedule_remove(struct lg_cli *cli)
{
	const char *name = cli->operand[0];
	struct lg_buffer there = {0};
	struct lg_error err;
	enum lg_status status;
	int code = check_name(cli, name);

	if (code != LG_EXIT_DONE)
		return code;
	status = lg_schedule_read(name, "timer", &there, &err);
	lg_buffer_release(&there);
	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	code = systemctl(cli, "disable", "--now", name);
	if (code == LG_EXIT_DONE && lg_schedule_delete(name, &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	if (code == LG_EXIT_DONE)
		code = systemctl(cli, "daemon-reload", NULL, NULL);
	if (code == LG_EXIT_DONE && !cli->quiet && !cli->json)
		lg_cli_print(cli, LG_PLAIN,
			     "removed %s; a window that is open stays open to "
			     "its end\n",
			     name);
	return code;
}
