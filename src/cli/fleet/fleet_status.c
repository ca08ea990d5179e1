/* SPDX-License-Identifier: ISC */
/*
 * logongate status --fleet
 *
 * What each gate holds is what it said last; what it should hold follows from
 * the events that are signed. Where the two are not the same, that is told.
 */
#include "cli/fleet/fleet_rounds.h"

#include "cli/output.h"
#include "cli/table.h"
#include "cli/text/times.h"

static cJSON *fate_object(const struct lg_fleet_fate *fate, int64_t now_ms)
{
	const struct lg_fleet_event *prepare = fate->prepare;
	cJSON *object = cJSON_CreateObject();

	lg_json_text(object, "id", fate->lock);
	lg_json_text(object, "profile", prepare->profile);
	lg_json_text(object, "state",
		     lg_fleet_state_name(lg_fleet_fate_state(fate, now_ms)));
	lg_json_time(object, "since",
		     fate->begin != NULL ? fate->begin->at_ms / 1000 : 0);
	lg_json_time(object, "until", fate->until_s);
	lg_json_text(object, "by", prepare->by);
	lg_json_text(object, "reason", prepare->reason);
	lg_json_names(object, "groups", &prepare->groups);
	lg_json_time(object, "confirm_by",
		     fate->confirm == NULL ? fate->confirm_by_s : 0);
	return object;
}

static int is_shown(const struct lg_fleet_fate *fate, int64_t now_ms)
{
	return fate->prepare != NULL &&
	       lg_fleet_fate_state(fate, now_ms) != LG_FLEET_STATE_OVER;
}

static cJSON *gate_object(const struct lg_fleet_ear *ear,
			  const struct lg_fleet_one *one, int64_t now_ms)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *locks = cJSON_CreateArray();
	char how[LG_FLEET_DIFFERS_SIZE];
	int differs = lg_fleet_differs(ear->set, one, now_ms, how);

	lg_json_text(object, "name", one->name);
	lg_json_names(object, "groups", &one->report.groups);
	lg_json_time(object, "heard", one->modified_ms / 1000);
	lg_json_number(object, "skew_s", lg_fleet_one_skew_s(one));
	lg_json_text(object, "version",
		     *one->report.version != '\0' ? one->report.version : NULL);
	for (size_t i = 0; i < one->report.lock_count; i++) {
		const struct lg_fleet_report_lock *lock = &one->report.lock[i];
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "id", lock->id);
		lg_json_text(item, "state", lg_fleet_state_name(lock->state));
		lg_json_time(item, "until", lock->until_s);
		lg_json_append(locks, item);
	}
	lg_json_add(object, "locks", locks);
	lg_json_number(object, "sessions", one->report.sessions);
	lg_json_bool(object, "differs", differs);
	lg_json_text(object, "how", *how != '\0' ? how : NULL);
	lg_json_bool(object, "away", lg_fleet_one_away(one, now_ms));
	lg_cli_fleet_doors_json(one, object);
	return object;
}

/* What gates know and the directory does not show; 0: nothing. */
static int find_missed(const struct lg_fleet_ear *ear,
		       const struct lg_fleet_gates *gates,
		       struct lg_buffer *out)
{
	const struct lg_fleet_one *one = lg_fleet_gates_missed(gates, ear->set);

	if (one == NULL)
		return 0;
	lg_buffer_format(out,
			 "%s names %lld events and the directory shows %zu: "
			 "the others were deleted, are not at this provider "
			 "yet, or are signed with a key that is not known "
			 "here; the gates keep what they say",
			 one->name, (long long)one->report.count,
			 ear->set->count);
	return out->data != NULL;
}

static cJSON *attention(const struct lg_cli_fleet *fleet,
			const struct lg_fleet_gates *gates)
{
	cJSON *array = cJSON_CreateArray();
	struct lg_buffer missed = {0};

	for (size_t i = 0; i < fleet->ear.set->trouble_count; i++) {
		const struct lg_fleet_trouble *trouble =
			&fleet->ear.set->trouble[i];

		lg_json_append(array,
			       lg_fleet_attention(trouble->code, trouble->entry,
						  trouble->text));
	}
	if (fleet->is_cut)
		lg_json_append(array,
			       lg_fleet_attention(LG_FLEET_UNREADABLE, NULL,
						  LG_CLI_FLEET_CUT));
	else if (find_missed(&fleet->ear, gates, &missed))
		lg_json_append(array, lg_fleet_attention(LG_FLEET_VANISHED,
							 NULL, missed.data));
	lg_buffer_release(&missed);
	return array;
}

static int print_json(struct lg_cli *cli, const struct lg_cli_fleet *fleet,
		      const struct lg_fleet_gates *gates, int64_t now_ms)
{
	const struct lg_fleet_ear *ear = &fleet->ear;
	cJSON *object = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();
	cJSON *locks = cJSON_CreateArray();
	struct lg_fleet_fate fate;
	size_t at = 0;

	for (size_t i = 0; i < gates->count; i++)
		lg_json_append(array, gate_object(ear, gates->one[i], now_ms));
	while (lg_fleet_set_next(ear->set, &at, &fate))
		if (is_shown(&fate, now_ms))
			lg_json_append(locks, fate_object(&fate, now_ms));
	lg_json_add(object, "gates", array);
	lg_json_add(object, "locks", locks);
	lg_json_add(object, "attention", attention(fleet, gates));
	return lg_cli_json(cli, object);
}

static void print_since(struct lg_cli *cli, const struct lg_fleet_fate *fate,
			int64_t now_ms)
{
	struct lg_buffer when = {0};

	if (fate->begin == NULL)
		return;
	lg_text_clock(now_ms / 1000, fate->begin->at_ms / 1000, &when);
	lg_cli_print(cli, LG_PLAIN, " since %s",
		     when.data != NULL ? when.data : "");
	lg_buffer_release(&when);
}

static void print_locks(struct lg_cli *cli, const struct lg_fleet_ear *ear,
			int64_t now_ms)
{
	struct lg_buffer when = {0};
	struct lg_fleet_fate fate;
	size_t count = 0;
	size_t at = 0;

	while (lg_fleet_set_next(ear->set, &at, &fate)) {
		if (!is_shown(&fate, now_ms))
			continue;
		count++;
		lg_buffer_clear(&when);
		lg_text_clock(now_ms / 1000, fate.until_s, &when);
		lg_cli_text(cli, fate.prepare->profile);
		lg_cli_print(cli, LG_PLAIN, " (%s) %s", fate.lock,
			     lg_fleet_state_name(
				     lg_fleet_fate_state(&fate, now_ms)));
		print_since(cli, &fate, now_ms);
		lg_cli_print(cli, LG_PLAIN, " until %s",
			     when.data != NULL ? when.data : "");
		if (fate.prepare->by != NULL) {
			lg_cli_print(cli, LG_PLAIN, ", by ");
			lg_cli_text(cli, fate.prepare->by);
		}
		lg_cli_print(cli, LG_PLAIN, "\n");
	}
	if (count == 0)
		lg_cli_print(cli, LG_PLAIN,
			     "no lock is in force in the fleet\n");
	lg_buffer_release(&when);
}

/* What a gate holds, in one cell. */
static void describe(const struct lg_fleet_one *one, int64_t now_s,
		     struct lg_buffer *out)
{
	for (size_t i = 0; i < one->report.lock_count; i++) {
		const struct lg_fleet_report_lock *lock = &one->report.lock[i];

		if (lock->state == LG_FLEET_STATE_OVER)
			continue;
		lg_buffer_format(out, "%s%s %s to ", out->len > 0 ? ", " : "",
				 lock->id, lg_fleet_state_name(lock->state));
		lg_text_clock(now_s, lock->until_s, out);
	}
	if (out->len == 0)
		lg_buffer_text(out, "nothing");
}

static void add_row(struct lg_table *table, const struct lg_fleet_ear *ear,
		    const struct lg_fleet_one *one, int64_t now_ms)
{
	struct lg_buffer holds = {0}, heard = {0}, note = {0};
	char how[LG_FLEET_DIFFERS_SIZE];
	int64_t skew_s = lg_fleet_one_skew_s(one);

	describe(one, now_ms / 1000, &holds);
	if (one->modified_ms > 0)
		lg_text_ago(now_ms / 1000, one->modified_ms / 1000, &heard);
	else
		lg_buffer_text(&heard, "never");
	if (lg_fleet_one_away(one, now_ms))
		lg_buffer_text(&note, "away; ");
	if (lg_fleet_differs(ear->set, one, now_ms, how))
		lg_buffer_format(&note, "differs: %s; ", how);
	if (skew_s > 2 || skew_s < -2)
		lg_buffer_format(&note, "its clock is %lld s %s; ",
				 (long long)(skew_s < 0 ? -skew_s : skew_s),
				 skew_s < 0 ? "behind" : "ahead");
	if (one->report.sessions > 0)
		lg_buffer_format(&note, "%lld sessions still to go; ",
				 (long long)one->report.sessions);
	if (one->report.attention != 0)
		lg_buffer_text(&note, "needs attention; ");
	if (note.len >= 2)
		note.data[note.len - 2] = '\0';
	lg_table_cell(table, one->name);
	lg_table_cell(table, holds.data);
	lg_table_cell(table, heard.data);
	lg_table_cell(table, note.len > 0 ? note.data : "");
	lg_buffer_release(&note);
	lg_buffer_release(&heard);
	lg_buffer_release(&holds);
}

static int print_text(struct lg_cli *cli, const struct lg_cli_fleet *fleet,
		      const struct lg_fleet_gates *gates, int64_t now_ms)
{
	const struct lg_fleet_ear *ear = &fleet->ear;
	static const char *const head[] = {"gate", "holds", "heard", "", NULL};
	static const struct lg_strlist all;
	struct lg_table table = {0};
	struct lg_buffer missed = {0};

	print_locks(cli, ear, now_ms);
	lg_table_begin(&table, head);
	for (size_t i = 0; i < gates->count; i++)
		add_row(&table, ear, gates->one[i], now_ms);
	for (size_t i = 0; i < ear->set->trouble_count; i++)
		lg_cli_say(cli, LG_EXIT_DONE,
			   lg_fleet_code_name(ear->set->trouble[i].code),
			   "%s: %s", ear->set->trouble[i].entry,
			   ear->set->trouble[i].text);
	if (!fleet->is_cut && find_missed(ear, gates, &missed))
		lg_cli_say(cli, LG_EXIT_DONE,
			   lg_fleet_code_name(LG_FLEET_VANISHED), "%s",
			   missed.data);
	lg_buffer_release(&missed);
	lg_cli_fleet_doors_say(cli, gates, &all);
	return lg_cli_table(cli, &table);
}

int lg_cli_fleet_status(struct lg_cli *cli)
{
	struct lg_cli_fleet fleet = {0};
	struct lg_fleet_gates gates = {0};
	struct lg_fleet_sink sink = lg_fleet_gates_sink(&gates);
	int64_t now_ms = lg_cli_clocks().wall_ms;
	struct lg_error err;
	int code = lg_cli_fleet_open(cli, LG_CLI_FLEET_LOOK, &fleet);

	if (code == LG_EXIT_DONE &&
	    fleet.fleet.gates(fleet.fleet.self, &sink, &err) != LG_OK)
		code = lg_cli_fleet_failed(cli, &fleet, &err);
	if (code == LG_EXIT_DONE && cli->json)
		code = print_json(cli, &fleet, &gates, now_ms);
	else if (code == LG_EXIT_DONE && !cli->quiet)
		code = print_text(cli, &fleet, &gates, now_ms);
	for (size_t i = 0;
	     code == LG_EXIT_DONE && cli->quiet && i < gates.count; i++)
		if (lg_fleet_one_away(gates.one[i], now_ms) ||
		    lg_fleet_differs(fleet.ear.set, gates.one[i], now_ms, NULL))
			code = LG_EXIT_REFUSED;
	lg_fleet_gates_release(&gates);
	lg_cli_fleet_close(&fleet);
	return code;
}
