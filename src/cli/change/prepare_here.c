/* SPDX-License-Identifier: ISC */
/*
 * prepare_here.c - what this machine and its journal know for a plan
 */
#include "cli/change/prepare.h"

#include <string.h>

#include "adapters/system/this_machine.h"
#include "app/change/change_begin.h"
#include "app/doors/survey.h"
#include "app/lock/picture.h"
#include "base/listed.h"
#include "app/records/session_record.h"
#include "cli/change/servers_hands.h"
#include "cli/open/locks.h"
#include "cli/output.h"
#include "cli/text/times.h"

static int ask_sessions(struct lg_cli *cli, const struct lg_settings *settings,
			struct lg_prepared *p)
{
	struct lg_control_answer answer = {0};
	const cJSON *sessions, *item;
	struct lg_error err;
	enum lg_status status = LG_OK;
	int code = lg_cli_ask(cli, p->control, lg_cli_request("sessions"),
			      &answer);

	if (code != LG_EXIT_DONE)
		return code;
	sessions = lg_json_of(answer.object, "sessions");
	cJSON_ArrayForEach(item, sessions) {
		struct lg_session session;

		lg_session_read(item, &session);
		if (status == LG_OK)
			status = lg_session_list_add(&p->sessions, &session,
						     &err);
	}
	/* Who could not be counted is not nobody. */
	lg_cli_tell_unasked(cli, answer.object);
	if (cJSON_IsArray(sessions) && lg_cli_lists_sessions(settings))
		p->input.session_control = LG_SESSIONS_KNOWN;
	lg_control_release(&answer);
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}

static int ask_gate(struct lg_cli *cli, const struct lg_settings *settings,
		    struct lg_prepared *p)
{
	struct lg_control_answer answer = {0};
	struct lg_error err;
	int code =
		lg_cli_ask(cli, p->control, lg_cli_request("values"), &answer);

	if (code == LG_EXIT_DONE && answer.block_count > 0 &&
	    lg_reg_text_parse(answer.block[0].data, answer.block[0].len,
			      "the gate's values", NULL, &p->before,
			      &err) != LG_OK)
		code = lg_cli_fail(cli, &err);
	lg_control_release(&answer);
	if (code == LG_EXIT_DONE)
		code = ask_sessions(cli, settings, p);
	return code;
}

static int read_state(struct lg_cli *cli, struct lg_prepared *p)
{
	struct lg_state *state = NULL;
	struct lg_error err;
	enum lg_status status = lg_cli_state(cli, LG_STATE_READ, &state, &err);

	if (status == LG_ERR_DENIED) {
		if (!cli->quiet)
			lg_cli_fail(cli, &err);
		return LG_EXIT_DONE;
	}
	if (status == LG_OK && state != NULL)
		status = lg_picture_values(state, &p->before, &err);
	if (status == LG_OK && state != NULL)
		p->input.generation = state->generation;
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}

int lg_prepare_before(struct lg_cli *cli, const struct lg_settings *settings,
		      enum lg_prepare_end end, struct lg_prepared *p)
{
	struct lg_error err;
	enum lg_status status = lg_cli_gate(cli, &p->control, &err);
	int code;

	p->input.session_control = LG_SESSIONS_UNKNOWN;
	if (status != LG_OK && end != LG_END_OPTIONAL)
		return lg_cli_no_gate(cli, &err);
	if (status == LG_OK && p->control != NULL) {
		code = ask_gate(cli, settings, p);
		if (code != LG_EXIT_DENIED || end != LG_END_OPTIONAL)
			return code;
	}
	return read_state(cli, p);
}

static enum lg_status add_beside(struct lg_prepared *p, const char *id,
				 const char *profile, int64_t until_s,
				 struct lg_error *err)
{
	struct lg_buffer name = {0};
	enum lg_status status;

	lg_buffer_format(&name, "%s (%s) until ", profile, id);
	lg_text_clock(lg_cli_now(), until_s, &name);
	status = lg_buffer_status(&name, err);
	if (status == LG_OK)
		status = lg_strlist_add(&p->beside, id, strlen(id), err);
	if (status == LG_OK)
		status = lg_strlist_add(&p->beside_names, name.data, name.len,
					err);
	lg_buffer_release(&name);
	return status;
}

/* The locks there are: this one comes beside them. Who may not ask plans
 * without knowing them. */
int lg_prepare_beside(struct lg_cli *cli, struct lg_prepared *p)
{
	struct lg_cli_locks locks = {0};
	struct lg_error err;
	enum lg_status status = LG_OK;
	int code = lg_cli_locks(cli, LG_LOCKS_SHOW, NULL, &locks);

	if (code == LG_EXIT_DENIED || code == LG_EXIT_PUT_BACK)
		code = LG_EXIT_DONE;
	for (size_t i = 0; i < locks.known.count && status == LG_OK; i++)
		status = add_beside(p, locks.known.lock[i].id,
				    locks.known.lock[i].profile,
				    locks.known.lock[i].until_s, &err);
	lg_cli_locks_release(&locks);
	return status == LG_OK ? code : lg_cli_fail(cli, &err);
}

enum lg_status lg_prepare_locks_there(struct lg_cli *cli, struct lg_prepared *p,
				      struct lg_error *err)
{
	enum lg_status status = lg_cli_servers_book(cli, &p->book, err);

	/* who may not read it plans without knowing them */
	if (status != LG_OK && status != LG_ERR_DENIED)
		return status;
	return lg_plan_beside_find(&p->book, p->server, p->server_count,
				   &p->there, err);
}

enum lg_status lg_prepare_beside_there(struct lg_prepared *p,
				       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < p->book.count; i++) {
		const struct lg_servers_record *record = &p->book.record[i];

		if (lg_plan_is_beside(record, p->server, p->server_count) &&
		    !lg_listed(&p->beside, record->lock.id))
			status = add_beside(p, record->lock.id,
					    record->lock.profile,
					    record->lock.until_s, err);
	}
	return status;
}

static const char *asking_words(enum lg_asks asks)
{
	if (asks == LG_ASKS_UNKNOWN)
		return "may not ask the gate: logongate doors says what was "
		       "not read";
	return asks == LG_ASKS_NO
		       ? "does not ask the gate: the lock does not close it"
		       : "asks the gate only in part: the lock does not close "
			 "it";
}

/* A lock is as good as its weakest door: the ways into this machine that do
 * not ask its gate are part of the plan. */
enum lg_status lg_prepare_doors(const struct lg_settings *settings,
				struct lg_prepared *p, struct lg_error *err)
{
	const struct lg_doors_places places = {0};
	const struct lg_machine machine = lg_machine_here();
	struct lg_ways ways = {0};
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;

	if (!lg_change_has_gate(p->server, p->server_count) ||
	    !lg_settings_expects_gate(settings))
		return LG_OK;
	status = lg_doors_survey(settings, &machine, &places, &ways, err);
	for (size_t i = 0; i < ways.count && status == LG_OK; i++) {
		const struct lg_way *way = &ways.way[i];

		if (way->asks == LG_ASKS_YES || way->asks == LG_ASKS_NOT_NEEDED)
			continue;
		lg_buffer_clear(&text);
		lg_buffer_format(&text, "%s %s %s", way->door, way->way,
				 asking_words(way->asks));
		status = lg_buffer_status(&text, err);
		if (status == LG_OK)
			status = lg_strlist_add(&p->unasking_doors, text.data,
						text.len, err);
	}
	p->input.uncut = lg_doors_uncut(&ways, settings);
	lg_buffer_release(&text);
	lg_ways_release(&ways);
	return status;
}
