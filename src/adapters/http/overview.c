/* SPDX-License-Identifier: ISC */
/*
 * overview.c - lists, tables and the chart of the two pages
 *
 * The pages say where each stands; what is repeated is written here. Every
 * text of outside is escaped.
 */
#include <inttypes.h>
#include <stdio.h>

#include "adapters/http/gate_answer.h"
#include "adapters/http/overview.h"
#include "adapters/http/page.h"
#include "adapters/http/pages.h"
#include "adapters/http/template.h"

static void term(const char *name, const char *value, struct lg_buffer *out)
{
	if (!value || !*value)
		return;
	lg_buffer_format(out, "<dt>%s</dt><dd>", name);
	lg_http_escape(value, out);
	lg_buffer_text(out, "</dd>\n");
}

/* The profile's words are of a lock that is in force. */
static void planned(const struct lg_overview_lock *lock, struct lg_buffer *out)
{
	lg_buffer_text(out, "<p>Planned: you may not be able to use your mail "
			    "from ");
	lg_http_escape(lock->starts, out);
	if (lock->until) {
		lg_buffer_text(out, " until ");
		lg_http_escape(lock->until, out);
	} else {
		lg_buffer_text(out, " on");
	}
	lg_buffer_text(out, ".</p>\n");
}

static void one_lock(const struct lg_overview_lock *lock, int for_help,
		     struct lg_buffer *out)
{
	lg_buffer_format(out, "<section class=\"card%s\">\n",
			 lock->starts ? " planned" : "");
	if (lock->starts) {
		planned(lock, out);
	} else if (lock->words) {
		lg_http_paragraph(lock->language, out);
		lg_http_escape(lock->words, out);
		lg_buffer_text(out, "</p>\n");
	}
	lg_buffer_text(out, "<dl>\n");
	term("What", lock->profile, out);
	term("Begins", lock->starts, out);
	term("Since", lock->since, out);
	term("Until", lock->until ? lock->until : "no end is known", out);
	term("Why", lock->reason, out);
	term("Concerns", lock->concerns ? lock->concerns : "everybody", out);
	if (for_help) {
		term("By", lock->by, out);
		term("Id", lock->id, out);
	}
	lg_buffer_text(out, "</dl>\n</section>\n");
}

static void locks(const struct lg_overview *o, int for_help,
		  struct lg_buffer *out)
{
	const struct lg_page_frame *frame;
	const char *language = NULL;
	int in_force = 0;

	if (o->no_policy)
		lg_buffer_text(out, "<p>The mail server cannot tell at the "
				    "moment who may log on.</p>\n");
	else if (!o->lock_count)
		lg_buffer_text(out, "<p>No maintenance is under way, and none "
				    "is planned.</p>\n");
	for (size_t i = 0; i < o->lock_count; i++) {
		one_lock(&o->lock[i], for_help, out);
		in_force |= !o->lock[i].starts;
		if (!o->lock[i].starts && !language)
			language = o->lock[i].language;
	}
	if (in_force && !for_help) {
		frame = lg_page_frame(language);
		lg_http_paragraph(frame->language, out);
		lg_buffer_format(out, "%s</p>\n", frame->calm);
	}
}

static void attention(const struct lg_overview *o, struct lg_buffer *out)
{
	if (!o->attention_count)
		return;
	lg_buffer_text(out, "<h2 class=\"bad\">Needs an administrator</h2>\n"
			    "<ul>\n");
	for (size_t i = 0; i < o->attention_count; i++) {
		lg_buffer_text(out, "<li>");
		lg_http_escape(o->attention[i], out);
		lg_buffer_text(out, "</li>\n");
	}
	lg_buffer_text(out, "</ul>\n");
}

static void doors(const struct lg_overview *o, struct lg_buffer *out)
{
	for (size_t i = 0; i < o->door_count; i++) {
		const struct lg_overview_door *door = &o->door[i];

		lg_buffer_text(out, "<tr><th scope=\"row\">");
		lg_http_escape(door->name, out);
		lg_buffer_format(out,
				 "</th><td class=\"n\">%" PRIu64
				 "</td><td class=\"n\">%" PRIu64
				 "</td><td class=\"n\">%" PRIu64 "</td><td>",
				 door->admitted, door->refused,
				 door->connections);
		lg_http_escape(
			door->without_policy ? door->without_policy : "-", out);
		lg_buffer_text(out, "</td></tr>\n");
	}
}

/* Bars of a minute: refused on top of let in, the highest as high as the
 * picture. */
static void chart(const struct lg_overview *o, struct lg_buffer *out)
{
	uint64_t admitted = 0;
	uint64_t refused = 0;
	uint64_t most = 0;

	for (int i = 0; i < LG_OVERVIEW_MINUTES; i++) {
		uint64_t sum = o->minute[i].admitted + o->minute[i].refused;

		admitted += o->minute[i].admitted;
		refused += o->minute[i].refused;
		most = sum > most ? sum : most;
	}
	lg_buffer_format(out,
			 "<svg viewBox=\"0 0 600 104\" preserveAspectRatio="
			 "\"none\" role=\"img\" "
			 "aria-label=\"In the last hour %" PRIu64
			 " logons were refused and %" PRIu64 " let in\">\n",
			 refused, admitted);
	for (int i = 0; i < LG_OVERVIEW_MINUTES && most; i++) {
		unsigned int r =
			(unsigned int)(o->minute[i].refused * 100 / most);
		unsigned int a =
			(unsigned int)(o->minute[i].admitted * 100 / most);
		int x = 1 + i * 10;

		/* One is seen, too, beside a thousand. */
		if (o->minute[i].refused && !r)
			r = 1;
		if (o->minute[i].admitted && !a)
			a = 1;
		if (a)
			lg_buffer_format(out,
					 "<rect class=\"a\" x=\"%d\" y=\"%u\" "
					 "width=\"8\" height=\"%u\"/>\n",
					 x, 104 - a, a);
		if (r)
			lg_buffer_format(out,
					 "<rect class=\"r\" x=\"%d\" y=\"%u\" "
					 "width=\"8\" height=\"%u\"/>\n",
					 x, 104 - a - r, r);
	}
	lg_buffer_format(out,
			 "</svg>\n<p class=\"axis\"><span>an hour ago</span>"
			 "<span>now</span></p>\n"
			 "<p>Refused: <strong class=\"lock\">"
			 "%" PRIu64 "</strong>, let in: <strong class=\"ok\">"
			 "%" PRIu64 "</strong>; most in a minute: %" PRIu64
			 ".</p>\n",
			 refused, admitted, most);
}

void lg_overview_row(const struct lg_overview_refusal *refusal,
		     struct lg_buffer *out)
{
	const char *const cell[] = {refusal->at,     refusal->user,
				    refusal->client, refusal->address,
				    refusal->door,   refusal->reason};

	lg_buffer_text(out, "<tr>");
	for (size_t i = 0; i < sizeof(cell) / sizeof(cell[0]); i++) {
		lg_buffer_text(out, "<td>");
		lg_http_escape(cell[i] ? cell[i] : "-", out);
		lg_buffer_text(out, "</td>");
	}
	lg_buffer_format(out, "<td class=\"n\">%" PRIu64 "</td></tr>\n",
			 refusal->count);
}

static void rows(const struct lg_overview_search *search, struct lg_buffer *out)
{
	if (!search->shown)
		return;
	lg_buffer_text(out,
		       "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
		       "aria-labelledby=\"refused\"><table>\n<thead><tr>"
		       "<th scope=\"col\">When</th><th scope=\"col\">Name</th>"
		       "<th scope=\"col\">Program</th>"
		       "<th scope=\"col\">Address</th>"
		       "<th scope=\"col\">Door</th><th scope=\"col\">Why</th>"
		       "<th scope=\"col\" class=\"n\">Times</th></tr></thead>\n"
		       "<tbody>\n");
	lg_buffer_text(out, search->rows);
	lg_buffer_text(out, "</tbody></table></div>\n");
}

static void found(const struct lg_overview_search *search,
		  struct lg_buffer *out)
{
	if (search->failed) {
		lg_buffer_text(out, "The record cannot be read: ");
		lg_buffer_text(out, search->failed);
		return;
	}
	lg_buffer_format(out, "%" PRIu64 " in the last 24 hours",
			 search->found);
	if (search->found > search->shown)
		lg_buffer_format(out, "; the newest %zu are shown",
				 search->shown);
	lg_buffer_char(out, '.');
}

/* The title, and the class that gives its colour. */
static void title_of(const struct lg_overview *o, struct lg_buffer *out_title,
		     const char **out_class)
{
	int in_force = 0;
	int of_all = 0;

	for (size_t i = 0; i < o->lock_count; i++) {
		in_force |= !o->lock[i].starts;
		of_all |= !o->lock[i].starts && !o->lock[i].concerns;
	}
	if (o->no_policy) {
		*out_class = "bad";
		lg_buffer_text(out_title, "Mail: an administrator is needed");
	} else if (in_force) {
		*out_class = "lock";
		lg_buffer_text(out_title, "Mail: maintenance");
		if (!of_all)
			lg_buffer_text(out_title, " for some people");
		else if (o->until)
			lg_buffer_format(out_title, " until %s", o->until);
	} else if (o->lock_count) {
		*out_class = "plan";
		lg_buffer_text(out_title, "Mail: maintenance is planned");
	} else {
		*out_class = "ok";
		lg_buffer_text(out_title, "Mail: no maintenance");
	}
}

enum lg_status lg_overview_status(const struct lg_overview *overview,
				  struct lg_buffer *out_html,
				  struct lg_error *err)
{
	struct lg_buffer list = {0};
	struct lg_buffer title = {0};
	const char *state;
	enum lg_status status;

	title_of(overview, &title, &state);
	locks(overview, 0, &list);
	status = lg_buffer_status(&list, err);
	if (status == LG_OK)
		status = lg_buffer_status(&title, err);
	if (status == LG_OK) {
		const struct lg_http_slot slot[] = {
			{"head", (const char *)lg_page_head, 1},
			{"title", title.data, 0},
			{"state", state, 0},
			{"locks", list.data, 1},
			{"host", overview->host, 0},
			{"now", overview->now, 0},
		};

		status = lg_http_template((const char *)lg_page_status,
					  lg_page_status_len, "status.html",
					  slot, sizeof(slot) / sizeof(slot[0]),
					  out_html, err);
	}
	lg_buffer_release(&title);
	lg_buffer_release(&list);
	return status;
}

enum lg_status lg_overview_help(const struct lg_overview *overview,
				const struct lg_overview_search *search,
				struct lg_buffer *out_html,
				struct lg_error *err)
{
	enum {
		LOCKS,
		ATTENTION,
		DOORS,
		CHART,
		ROWS,
		FOUND,
		TITLE,
		PARTS
	};
	struct lg_buffer part[PARTS] = {{0}};
	enum lg_status status = LG_OK;
	char sessions[24];
	char refused[24];
	const char *state;

	title_of(overview, &part[TITLE], &state);
	locks(overview, 1, &part[LOCKS]);
	attention(overview, &part[ATTENTION]);
	doors(overview, &part[DOORS]);
	chart(overview, &part[CHART]);
	rows(search, &part[ROWS]);
	found(search, &part[FOUND]);
	snprintf(sessions, sizeof(sessions), "%" PRIu64, overview->sessions);
	snprintf(refused, sizeof(refused), "%" PRIu64, overview->refused);
	for (int i = 0; i < PARTS && status == LG_OK; i++)
		status = lg_buffer_status(&part[i], err);
	if (status == LG_OK) {
		const struct lg_http_slot slot[] = {
			{"head", (const char *)lg_page_head, 1},
			{"title", part[TITLE].data, 0},
			{"state", state, 0},
			{"locks", part[LOCKS].data, 1},
			{"attention", part[ATTENTION].data, 1},
			{"doors", part[DOORS].data, 1},
			{"chart", part[CHART].data, 1},
			{"rows", part[ROWS].data, 1},
			{"found", part[FOUND].data, 0},
			{"user", search->user, 0},
			{"client", search->client, 0},
			{"sessions", sessions, 0},
			{"refused", refused, 0},
			{"host", overview->host, 0},
			{"version", overview->version, 0},
			{"now", overview->now, 0},
		};

		status = lg_http_template((const char *)lg_page_help,
					  lg_page_help_len, "help.html", slot,
					  sizeof(slot) / sizeof(slot[0]),
					  out_html, err);
	}
	for (int i = 0; i < PARTS; i++)
		lg_buffer_release(&part[i]);
	return status;
}
