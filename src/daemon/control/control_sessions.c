/* SPDX-License-Identifier: ISC */
/*
 * control_sessions.c - who is logged on, and who is to be cut
 */
#include "daemon/control/control.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>

#include "app/records/json_member.h"
#include "app/records/session_record.h"
#include "daemon/sessions/sweep.h"
#include "daemon/turn.h"
#include "daemon/view.h"
#include "daemon/work.h"

static void add_left(struct control_call *call,
		     const struct gate_sweep_report *report)
{
	const struct lg_session_list *sessions = report->sessions;
	const struct lg_policy *policy = gate_policy(call->gate);
	cJSON *array = cJSON_CreateArray();

	/* More are only counted. */
	for (size_t i = 0; i < sessions->count && i < GATE_SWEEP_LEFT_MAX; i++)
		lg_json_append(array, lg_session_object(&sessions->session[i],
							policy));
	lg_json_number(call->answer, "left_count", (int64_t)report->left);
	lg_json_add(call->answer, "left", array);
}

/* Text of all that are open is made on another thread: it may be long. */
struct telling {
	struct gate_job job;
	struct control_call *call;
	struct lg_session_list list;
	const struct lg_policy *policy;
	struct lg_buffer text;
};

static void make_text(void *context)
{
	struct telling *telling = context;
	struct lg_policy *policy = (struct lg_policy *)telling->policy;

	for (size_t i = 0; i < telling->list.count; i++) {
		if (i)
			lg_buffer_char(&telling->text, ',');
		/* A failure is remembered by the buffer. */
		if (lg_json_print(lg_session_object(&telling->list.session[i],
						    policy),
				  &telling->text, NULL) != LG_OK)
			telling->text.status = LG_ERR_NO_MEMORY;
	}
	lg_session_list_release(&telling->list);
	lg_policy_free(&policy);
}

static void text_made(void *context)
{
	struct telling *telling = context;
	struct control_call *call = telling->call;
	struct lg_error err = {0};

	if (lg_buffer_status(&telling->text, &err) != LG_OK) {
		control_fail_as(call, &err);
	} else {
		gate_stream_give(call->conn, &telling->text);
		control_end_list(call, NULL);
	}
	lg_buffer_release(&telling->text);
	free(telling);
}

static void sessions_listed(void *context,
			    const struct gate_sweep_report *report)
{
	const struct lg_policy *policy;
	struct control_call *call = context;
	struct telling *telling = calloc(1, sizeof(*telling));

	if (!telling) {
		control_no_memory(call);
		return;
	}
	lg_json_names(call->answer, "unasked", report->unasked);
	if (lg_json_print(call->answer, &telling->text, NULL) != LG_OK)
		telling->text.status = LG_ERR_NO_MEMORY;
	call->answer = NULL;
	/* Among its members, of which there is one. */
	if (telling->text.status == LG_OK)
		telling->text.len--;
	lg_buffer_format(&telling->text, ",\"sessions\":[");
	policy = gate_policy(call->gate);
	if (policy)
		telling->policy = lg_policy_share(policy);
	telling->call = call;
	telling->list = *report->whole;
	*report->whole = (struct lg_session_list){0};
	telling->job.run = make_text;
	telling->job.done = text_made;
	telling->job.context = telling;
	gate_work_add(call->gate, GATE_LANE_TEXTS, &telling->job);
}

void control_sessions(struct control_call *call)
{
	struct lg_error err = {0};

	if (gate_sweeps_list_whole(call->gate, sessions_listed, call, &err) !=
	    LG_OK)
		control_fail_as(call, &err);
}

void control_tell_cut(void *context, const struct gate_sweep_report *report)
{
	struct control_call *call = context;

	lg_json_number(call->answer, "cut", (int64_t)report->cut);
	add_left(call, report);
	lg_json_names(call->answer, "notes", report->notes);
	lg_json_names(call->answer, "unasked", report->unasked);
	control_finish(call);
}

static struct gate_selector selector_of(const struct control_call *call)
{
	struct gate_selector selector = {
		.dn = control_text(call, "dn"),
		.names = call->names.user,
		.user = control_text(call, "user"),
		.id = control_text(call, "id"),
		.all = lg_json_is_true(call->request, "all"),
	};

	return selector;
}

static void names_known(struct gate *gate, void *context, enum lg_status status,
			const struct lg_error *err)
{
	struct control_call *call = context;
	struct gate_selector selector = selector_of(call);
	struct lg_error failed = *err;

	if (status == LG_OK)
		status = gate_sweeps_cut(gate, &selector, control_tell_cut,
					 call, &failed);
	if (status != LG_OK)
		control_fail_as(call, &failed);
}

/* The names that the directory gave for the DN, adding to those there are. */
static enum lg_status add_names(const struct lg_findings *findings,
				const char *dn, struct lg_strlist *names,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; findings && i < findings->account_count; i++) {
		const struct lg_account *account = &findings->account[i];

		if (!account->dn ||
		    !lg_dn_equal(account->dn, strlen(account->dn), dn,
				 strlen(dn)))
			continue;
		for (size_t k = 0; k < account->login_count && status == LG_OK;
		     k++) {
			const char *name =
				findings->login[account->login_first + k].name;

			status = lg_strlist_add(names, name, strlen(name), err);
		}
	}
	return status;
}

static enum lg_status find_names(const struct gate_inside *inside,
				 void *context, struct lg_error *err)
{
	const struct lg_state *state = inside->state;
	struct control_call *call = context;
	const char *dn = control_text(call, "dn");
	enum lg_status status = LG_OK;

	if (dn)
		status = add_names(state->findings, dn, &call->names.user, err);
	for (size_t i = 0; dn && status == LG_OK && i < state->lock_count; i++)
		status = add_names(state->lock[i]->findings, dn,
				   &call->names.user, err);
	return status;
}

void control_cut(struct control_call *call)
{
	struct gate_selector selector = selector_of(call);
	struct lg_error err = {0};

	if (!!selector.dn + !!selector.user + !!selector.id + selector.all !=
	    1) {
		lg_error_set(&err, LG_ERR_RANGE, NULL,
			     "cut needs one of dn, user, id, all");
		control_fail(call, CONTROL_USAGE, &err);
		return;
	}
	gate_log("%s cuts %s %s", call->by ? call->by : "somebody",
		 selector.all    ? "all"
		 : selector.dn   ? "dn"
		 : selector.user ? "user"
				 : "id",
		 selector.dn     ? selector.dn
		 : selector.user ? selector.user
		 : selector.id   ? selector.id
				 : "");
	gate_look(call->gate, find_names, names_known, call);
}
