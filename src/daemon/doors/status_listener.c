/* SPDX-License-Identifier: ISC */
/*
 * status_listener.c - what each path of [listen.status] answers
 *
 * GET / and /v1/status are for everybody and name no person; /help is behind
 * the key. Nothing here changes anything.
 */
#include "daemon/doors/status_listener.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/local_time.h"
#include "core/policy/message.h"
#include <logongate/release.h>

#include "adapters/system/system_clock.h"
#include "app/records/json_member.h"
#include "daemon/hour.h"
#include "daemon/refusals.h"
#include "daemon/net/sockets.h"
#include "daemon/view.h"

static void add_header(struct lg_http_answer *answer, const char *name,
		       const char *value)
{
	answer->header[answer->header_count].name = name;
	answer->header[answer->header_count++].value = value;
}

void gate_status_answer_html(struct lg_http_answer *answer)
{
	lg_http_answer_plain(answer, 200, "text/html; charset=utf-8", "");
	add_header(answer, "Cache-Control", "no-store");
	add_header(answer, "Vary", "Accept-Language");
	add_header(answer, "Content-Security-Policy",
		   "default-src 'none'; style-src 'unsafe-inline'; "
		   "img-src data:; form-action 'self'; frame-ancestors 'none'; "
		   "base-uri 'none'");
	add_header(answer, "X-Content-Type-Options", "nosniff");
	add_header(answer, "Referrer-Policy", "no-referrer");
}

/* The words for those whom the lock keeps out. */
static void add_words(const struct gate *gate, size_t which, const char *accept,
		      struct gate_overview *o)
{
	const struct gate_view *view = gate->view;
	const struct gate_view_lock *shown = &view->lock[which];
	const struct lg_message_facts facts = {
		.until = shown->until,
		.since = shown->since,
		.profile = shown->lock->profile,
		.reason = shown->lock->reason,
	};

	for (int layer = 0; view->policy && layer < LG_LAYERS_MAX; layer++) {
		const struct lg_policy_layer_info *info =
			view->of_layer[layer] == (int)which
				? lg_policy_layer_at(view->policy, layer)
				: NULL;

		if (!info)
			continue;
		lg_message_choose(info, accept, gate->settings->language,
				  &o->choice[which]);
		lg_message_refusal(o->choice[which].message,
				   LG_REASON_NOT_LISTED, &facts,
				   &o->words[which], NULL);
		return;
	}
}

static void add_concerns(const struct lg_lock_concerns *concerns,
			 struct lg_buffer *out)
{
	size_t i;

	for (i = 0; i < concerns->domains.count; i++)
		lg_buffer_format(out, "%s%s", i ? ", " : "",
				 concerns->domains.item[i]);
	if (concerns->accounts)
		lg_buffer_format(
			out, "%s%zu %s", i ? " and " : "", concerns->accounts,
			concerns->accounts == 1 ? "account" : "accounts");
}

static void fill_locks(struct gate *gate, const char *accept,
		       struct gate_overview *o)
{
	const struct gate_view *view = gate->view;
	struct lg_zone zone = lg_system_zone();
	int64_t ends_s = 0;

	for (size_t i = 0; i < view->lock_count; i++) {
		const struct gate_view_lock *shown = &view->lock[i];
		struct lg_overview_lock *lock = &o->lock[i];

		add_words(gate, i, accept, o);
		if (shown->concerns.some)
			add_concerns(&shown->concerns, &o->concerns[i]);
		*lock = (struct lg_overview_lock){
			.profile = shown->lock->profile,
			.words = o->words[i].data,
			.language = o->choice[i].language,
			.reason = shown->lock->reason,
			.since = shown->since,
			.until = *shown->until ? shown->until : NULL,
			.concerns = o->concerns[i].data,
			.by = shown->lock->by,
			.id = shown->lock->id,
		};
		if (lg_lock_waits(shown->lock))
			lock->starts = shown->starts;
		else if (!shown->concerns.some &&
			 shown->lock->until.wall_s > ends_s) {
			ends_s = shown->lock->until.wall_s;
			o->page.until = lock->until;
		}
	}
	o->page.lock = o->lock;
	o->page.lock_count = view->lock_count;
	lg_time_format(gate_now_s(gate), 0, &zone, o->now);
}

/* Each door that is open, and what it answers without a policy. */
static void fill_doors(const struct gate *gate, struct gate_overview *o)
{
	size_t count = 0;

	for (size_t i = 0; i < GATE_DOOR_COUNT; i++) {
		const struct gate_door_row *row =
			gate_door_row((enum gate_door)i);
		const struct lg_listen_settings *listen =
			&gate->settings->listen[row->listener];
		const struct gate_counts *counts = &gate->counts[i];

		if (!listen->present)
			continue;
		o->door[count++] = (struct lg_overview_door){
			.name = row->name,
			.without_policy =
				listen->without_policy ==
						LG_WITHOUT_POLICY_ADMIT
					? "lets everybody in"
					: "refuses everybody",
			.admitted = counts->admitted,
			.refused = counts->refused,
			.connections = gate_sockets_count(gate, row->listener),
		};
	}
	o->page.door = o->door;
	o->page.door_count = count;
}

struct gate_overview *gate_overview_new(struct gate *gate, const char *accept)
{
	struct gate_overview *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	if (gethostname(o->host, sizeof(o->host) - 1))
		*o->host = '\0';
	fill_locks(gate, accept, o);
	fill_doors(gate, o);
	gate_louds(gate, &o->attention);
	gate_hour_read(gate, o->page.minute);
	o->page.attention = (const char *const *)o->attention.item;
	o->page.attention_count = o->attention.count;
	o->page.no_policy = !gate_whole_policy(gate);
	o->page.sessions = gate->sessions_listed;
	o->page.refused = gate_refusals(gate);
	o->page.host = o->host;
	o->page.now = o->now;
	o->page.version = LOGONGATE_VERSION;
	return o;
}

void gate_overview_free(struct gate_overview **overview)
{
	if (!*overview)
		return;
	for (size_t i = 0; i < LG_LOCKS_MAX; i++) {
		lg_buffer_release(&(*overview)->words[i]);
		lg_buffer_release(&(*overview)->concerns[i]);
	}
	lg_strlist_release(&(*overview)->attention);
	free(*overview);
	*overview = NULL;
}

static void page(struct gate *gate, const struct lg_http_request *request,
		 struct lg_http_answer *answer)
{
	struct gate_overview *o = gate_overview_new(
		gate, lg_http_request_header(request, "Accept-Language"));
	struct lg_error err = {0};

	gate_status_answer_html(answer);
	if (!o)
		lg_no_memory(&err);
	if (!o || lg_overview_status(&o->page, &answer->body, &err) != LG_OK)
		lg_http_answer_failed(answer, &err);
	gate_overview_free(&o);
}

static enum lg_status list_attention(const struct gate *gate,
				     struct lg_strlist *names)
{
	enum lg_status status = LG_OK;

	for (int i = 0; i < GATE_ATTENTION_COUNT && status == LG_OK; i++) {
		enum gate_attention which = (enum gate_attention)i;
		const char *name = gate_attention_name(which);

		if (gate_attention(gate, which))
			status =
				lg_strlist_add(names, name, strlen(name), NULL);
	}
	return status;
}

/* The status object without what names a person or a place of this machine. */
static cJSON *status_json(const struct gate *gate,
			  const struct gate_overview *o)
{
	struct lg_status_lock lock[LG_LOCKS_MAX];
	struct lg_status_facts facts = gate_status(gate, lock);
	const char *words[LG_LOCKS_MAX];
	struct lg_strlist attention = {0};
	cJSON *object = NULL;

	for (size_t i = 0; i < facts.count; i++)
		words[i] = o->page.lock[i].words;
	facts.sessions = gate->sessions_listed;
	facts.version = LOGONGATE_VERSION;
	if (list_attention(gate, &attention) == LG_OK)
		object = lg_status_public(lg_status_object(&facts), words,
					  &attention);
	lg_strlist_release(&attention);
	return object;
}

static void json(struct gate *gate, const struct lg_http_request *request,
		 struct lg_http_answer *answer)
{
	struct gate_overview *o = gate_overview_new(
		gate, lg_http_request_header(request, "Accept-Language"));
	struct lg_error err = {0};

	lg_http_answer_plain(answer, 200, "application/json", "");
	add_header(answer, "Cache-Control", "no-store");
	if (!o)
		lg_no_memory(&err);
	if (!o ||
	    lg_json_print(status_json(gate, o), &answer->body, &err) != LG_OK)
		lg_http_answer_failed(answer, &err);
	gate_overview_free(&o);
}

static int help(struct gate_conn *conn, const struct lg_http_request *request,
		struct lg_http_answer *answer)
{
	if (!gate_http_has_status_key(conn->gate, request)) {
		lg_http_answer_plain(answer, 401, "text/plain",
				     "This page is for the help desk: log on "
				     "with any name, and with the key of "
				     "[listen.status] as the password.\n");
		add_header(answer, "WWW-Authenticate",
			   "Basic realm=\"logongate help\", charset=\"UTF-8\"");
		return 0;
	}
	return gate_help_begin(conn, request, answer);
}

int gate_status_route(struct gate_conn *conn,
		      const struct lg_http_request *request,
		      struct lg_http_answer *out_answer)
{
	int is_help = !strcmp(request->path, "/help");

	if (!is_help && strcmp(request->path, "/") &&
	    strcmp(request->path, "/v1/status")) {
		lg_http_answer_plain(out_answer, 404, "text/plain",
				     "nothing is here\n");
		return 0;
	}
	if (strcmp(request->method, "GET") &&
	    (is_help || strcmp(request->method, "HEAD"))) {
		lg_http_answer_plain(out_answer, 405, "text/plain",
				     "not with this method\n");
		add_header(out_answer, "Allow", is_help ? "GET" : "GET, HEAD");
		return 0;
	}
	if (is_help)
		return help(conn, request, out_answer);
	if (request->path[1])
		json(conn->gate, request, out_answer);
	else
		page(conn->gate, request, out_answer);
	return 0;
}
