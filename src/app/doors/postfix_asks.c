/* SPDX-License-Identifier: ISC */
/*
 * postfix_asks.c - whether a service's restriction lists ask the gate
 *
 * A list asks when a check_policy_service of the gate stands in it, or in a
 * class of smtpd_restriction_classes that it names, before anything that
 * permits who has logged on. What may permit some (a table, another policy
 * service, the client's network) makes it a part.
 */
#include "app/doors/postfix_asks.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "app/doors/doors_match.h"

#define CLASS_DEPTH 4

/* What a list, or all of them, come to. */
struct verdict {
	enum lg_asks asks;
	enum lg_when_down when_down;
	const char *note;
	const char *add;
};

struct judge {
	struct lg_postfix_service *service;
	const struct lg_gate_addresses *gate;
	struct lg_buffer *classes;
	struct lg_buffer *text;
	int sees_table; /* a table may name a class that asks */
};

/* The next word of a list: up to a blank or comma, braces whole. */
static const char *next_word(const char *at, size_t *out_len)
{
	int depth = 0;
	size_t len = 0;

	while (*at && (isspace((unsigned char)*at) || *at == ','))
		at++;
	for (; at[len]; len++) {
		if (depth == 0 &&
		    (isspace((unsigned char)at[len]) || at[len] == ','))
			break;
		depth += (at[len] == '{') - (at[len] == '}' && depth > 0);
	}
	*out_len = len;
	return at;
}

static int is_word(const char *at, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(at, word, len) == 0;
}

static int begins(const char *at, size_t len, const char *start)
{
	return len >= strlen(start) &&
	       strncasecmp(at, start, strlen(start)) == 0;
}

/* What a policy service's settings, or Postfix' own, say of no answer. */
static enum lg_when_down default_action(struct judge *judge, const char *words)
{
	struct lg_buffer buffer = {0};
	const char *action = strstr(words, "default_action");
	enum lg_when_down when_down = LG_WHEN_DOWN_TEMPORARY;

	if (action) {
		action += strcspn(action, "=");
		action += strspn(action, "= \t");
	} else {
		action = lg_postfix_in_force(
			judge->service, "smtpd_policy_service_default_action",
			&buffer);
	}
	if (strncasecmp(action, "dunno", 5) == 0 ||
	    strncasecmp(action, "ok", 2) == 0 ||
	    strncasecmp(action, "permit", 6) == 0 ||
	    strncasecmp(action, "prepend", 7) == 0 ||
	    strncasecmp(action, "warn", 4) == 0 ||
	    strncasecmp(action, "hold", 4) == 0)
		when_down = LG_WHEN_DOWN_OPEN;
	else if (strncasecmp(action, "reject", 6) == 0 || *action == '5')
		when_down = LG_WHEN_DOWN_CLOSED;
	lg_buffer_release(&buffer);
	return when_down;
}

/* What stands before the gate's check and may let logons by. */
struct passed {
	const char *end;  /* permits who has logged on */
	const char *part; /* may permit some */
	int warns;        /* warn_if_reject, for the next restriction */
};

static void judge_check(struct judge *judge, const char *words,
			const struct passed *passed, struct verdict *verdict)
{
	verdict->when_down = default_action(judge, words);
	if (passed->end) {
		verdict->when_down = LG_WHEN_DOWN_NOT_ASKED;
		verdict->note = passed->end;
	} else if (passed->warns) {
		verdict->when_down = LG_WHEN_DOWN_NOT_ASKED;
		verdict->note = "warn_if_reject stands before the check, so "
				"that its answer is only logged";
	} else if (judge->service->is_chrooted && strstr(words, "unix:")) {
		verdict->note = "it runs chrooted and cannot see the gate's "
				"socket: to it the gate is always down";
		verdict->add = "\"n\" in the chroot column of master.cf, or "
			       "inet:HOST:PORT of the gate";
	} else {
		verdict->asks = passed->part ? LG_ASKS_PARTLY : LG_ASKS_YES;
		verdict->note = passed->part;
	}
}

static void judge_list(struct judge *judge, const char *list, int depth,
		       struct passed *passed, struct verdict *verdict);

/* A word that is no restriction of Postfix' own may be a class. */
static void judge_class(struct judge *judge, const char *at, size_t len,
			int depth, struct passed *passed,
			struct verdict *verdict)
{
	struct lg_buffer name = {0};
	struct lg_buffer value = {0};

	lg_buffer_append(&name, at, len);
	if (name.status == LG_OK && name.len && judge->classes->data &&
	    lg_doors_has_word(judge->classes->data, name.data) && depth > 0)
		judge_list(
			judge,
			lg_postfix_in_force(judge->service, name.data, &value),
			depth - 1, passed, verdict);
	lg_buffer_release(&name);
	lg_buffer_release(&value);
}

static void note_passed(struct judge *judge, const char *at, size_t len,
			struct passed *passed)
{
	if (is_word(at, len, "permit_sasl_authenticated"))
		passed->end = "permit_sasl_authenticated stands before the "
			      "check, so nobody who logged on is ever asked "
			      "about";
	else if (is_word(at, len, "permit"))
		passed->end = "\"permit\" stands before the check, so nobody "
			      "is ever asked about";
	else if (is_word(at, len, "permit_mynetworks"))
		passed->part = "clients in mynetworks are not asked about";
	else if (begins(at, len, "permit_") && !passed->part)
		passed->part = "a permit_... before the check lets some by "
			       "who are not asked about";
	else if (begins(at, len, "check_") && !passed->part)
		passed->part = "a table or policy service before the check may "
			       "let some by who are not asked about";
	judge->sees_table |= begins(at, len, "check_") &&
			     !is_word(at, len, "check_policy_service");
}

static void judge_list(struct judge *judge, const char *list, int depth,
		       struct passed *passed, struct verdict *verdict)
{
	struct lg_buffer words = {0};
	const char *at = list;
	size_t len;

	while (verdict->asks == LG_ASKS_NO && !verdict->note) {
		at = next_word(at, &len);
		if (!len)
			break;
		if (is_word(at, len, "warn_if_reject")) {
			passed->warns = 1;
			at += len;
			continue;
		}
		if (is_word(at, len, "check_policy_service")) {
			const char *service = next_word(at + len, &len);

			lg_buffer_clear(&words);
			lg_buffer_append(&words, service, len);
			at = service;
			if (words.status == LG_OK && words.len &&
			    lg_doors_mentions(words.data,
					      &judge->gate->postfix))
				judge_check(judge, words.data, passed, verdict);
			else
				note_passed(judge, "check_policy_service", 20,
					    passed);
		} else {
			note_passed(judge, at, len, passed);
			judge_class(judge, at, len, depth, passed, verdict);
		}
		passed->warns = 0;
		at += len;
	}
	lg_buffer_release(&words);
}

/* 1 when some class asks, which then only a table can lead to. */
static int class_asks(struct judge *judge)
{
	const char *at = judge->classes->data ? judge->classes->data : "";
	struct lg_buffer name = {0};
	struct lg_buffer value = {0};
	int asks = 0;
	size_t len;

	while (!asks && *(at = next_word(at, &len))) {
		lg_buffer_clear(&name);
		lg_buffer_append(&name, at, len);
		asks = name.status == LG_OK &&
		       lg_doors_mentions(lg_postfix_in_force(judge->service,
							     name.data, &value),
					 &judge->gate->postfix);
		at += len;
	}
	lg_buffer_release(&name);
	lg_buffer_release(&value);
	return asks;
}

static int rank(enum lg_asks asks)
{
	switch (asks) {
	case LG_ASKS_YES:
		return 3;
	case LG_ASKS_PARTLY:
		return 2;
	case LG_ASKS_UNKNOWN:
		return 1;
	case LG_ASKS_NO:
	case LG_ASKS_NOT_NEEDED:
		break;
	}
	return 0;
}

static void judge_lists(struct judge *judge, struct verdict *best)
{
	static const char *const lists[] = {
		"smtpd_client_restrictions",     "smtpd_helo_restrictions",
		"smtpd_sender_restrictions",     "smtpd_relay_restrictions",
		"smtpd_recipient_restrictions",  "smtpd_data_restrictions",
		"smtpd_end_of_data_restrictions"};
	const char *delay = lg_postfix_in_force(
		judge->service, "smtpd_delay_reject", judge->text);
	int delayed = *delay == '\0' || lg_doors_is_yes(delay);
	const char *list;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct verdict verdict = {LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED,
					  NULL, NULL};
		struct passed passed = {NULL, NULL, 0};

		judge->service->is_unread = 0;
		list = lg_postfix_in_force(judge->service, lists[i],
					   judge->text);
		if (judge->gate->postfix.count == 0 &&
		    strstr(list, "/logongate/")) {
			best->note = "it asks where no gate listens";
			best->add = "[listen.postfix] in logongate.conf, and a "
				    "restart of the gate";
			return;
		}
		judge_list(judge, list, CLASS_DEPTH, &passed, &verdict);
		if (i < 2 && !delayed && verdict.asks != LG_ASKS_NO)
			verdict = (struct verdict){
				.note = "asks before AUTH, when nobody has a "
					"name (smtpd_delay_reject=no)"};
		if (judge->service->is_unread &&
		    (verdict.asks != LG_ASKS_NO ||
		     lg_postfix_mentions(judge->service, lists[i],
					 &judge->gate->postfix)))
			verdict = (struct verdict){
				.asks = LG_ASKS_UNKNOWN,
				.when_down = LG_WHEN_DOWN_UNKNOWN,
				.note = "a list compares values "
					"(${{...}...}), which is not followed"};
		if (rank(verdict.asks) > rank(best->asks) ||
		    (best->asks == LG_ASKS_NO && !best->note && verdict.note))
			*best = verdict;
	}
}

enum lg_status lg_postfix_judge(struct lg_postfix_service *service,
				const struct lg_gate_addresses *gate,
				struct lg_way *way, struct lg_buffer *text,
				struct lg_error *err)
{
	struct lg_buffer classes = {0};
	struct judge judge = {.service = service,
			      .gate = gate,
			      .classes = &classes,
			      .text = text};
	struct verdict best = {LG_ASKS_NO, LG_WHEN_DOWN_NOT_ASKED, NULL, NULL};
	enum lg_status status;

	lg_postfix_in_force(service, "smtpd_restriction_classes", &classes);
	judge_lists(&judge, &best);
	if (best.asks == LG_ASKS_NO && !best.note && judge.sees_table &&
	    class_asks(&judge)) {
		best.asks = LG_ASKS_PARTLY;
		best.when_down = LG_WHEN_DOWN_UNKNOWN;
		best.note = "only those are asked about whom a table sends to "
			    "the restriction class that asks";
	}
	if (best.asks != LG_ASKS_YES && !best.add)
		best.add = "check_policy_service of the drop-in "
			   "postfix/logongate-master.cf, before "
			   "permit_sasl_authenticated";
	way->asks = best.asks;
	way->when_down = best.when_down;
	way->note = best.note;
	way->add = best.add;
	status = lg_buffer_status(&classes, err);
	lg_buffer_release(&classes);
	return status;
}
