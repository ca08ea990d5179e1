/* SPDX-License-Identifier: ISC */
/*
 * survey_pam.c - what a PAM stack says about asking the gate
 *
 * Only the account lines count. The stack is walked twice, with a gate that
 * refuses and with one that does not answer: who gets through then is who a
 * lock does not stop, and who gets in while the gate is down
 * (facts/enforcement.md 5).
 */
#include <string.h>

#include "app/doors/pam_walk.h"

#define PAST                                                                   \
	"another line ends the stack or jumps over the gate's, so that not "   \
	"everybody is asked about"
#define FIRST "the gate's lines before the service's other account lines"

static int has_gate(const struct lg_pam_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		if (stack->line[i].says == LG_PAM_SAYS_GATE)
			return 1;
	}
	return 0;
}

/* 1 when each line of the gate asks this gate. */
static int asks_here(const struct lg_pam_stack *stack,
		     const struct lg_gate_addresses *gate)
{
	const char *at = stack->sockets.len ? stack->sockets.data : "";
	size_t len;
	size_t i;

	for (; *at; at += len + 1) {
		len = strcspn(at, "\n");
		for (i = 0; i < gate->http.count; i++) {
			if (strlen(gate->http.item[i]) == len &&
			    strncmp(gate->http.item[i], at, len) == 0)
				break;
		}
		if (i == gate->http.count)
			return 0;
	}
	return 1;
}

/* Services that let somebody in who has just chosen a new password; mail
 * servers refuse who must. */
static int lets_choose(const char *service)
{
	return strcmp(service, "sshd") == 0 || strcmp(service, "login") == 0;
}

static void judge(const struct lg_pam_stack *stack,
		  const struct lg_gate_addresses *gate,
		  const struct lg_pam_ways *refused,
		  const struct lg_pam_ways *silent, struct lg_way *way)
{
	if (!has_gate(stack))
		return;
	if (!refused->is_heard) {
		way->note = refused->past_gate
				    ? PAST
				    : "asks the gate and does not listen: the "
				      "control must be required or [success=ok "
				      "authinfo_unavail=... default=bad]";
		way->add = refused->past_gate ? FIRST : NULL;
		return;
	}
	way->when_down =
		silent->with_gate ? LG_WHEN_DOWN_OPEN : LG_WHEN_DOWN_CLOSED;
	if (!asks_here(stack, gate)) {
		way->note = "its line asks at a socket where this gate does "
			    "not listen: to it the gate is always down";
		way->add = "socket=PATH of [listen.http] in the line of "
			   "pam_logongate.so";
		return;
	}
	way->asks = LG_ASKS_PARTLY;
	if (refused->past_gate) {
		way->note = PAST;
		way->add = FIRST;
	} else if (refused->with_gate) {
		way->note = "on some ways through the stack a refusal is not "
			    "heard";
		way->add = "the gate's line as required";
	} else if (refused->past_expired && lets_choose(way->way)) {
		way->note = "who must choose a new password is not asked "
			    "about: new_authtok_reqd=done ends the stack "
			    "before the gate's line";
		way->add = FIRST;
	} else {
		way->asks = LG_ASKS_YES;
	}
}

static int is_logon(const char *service)
{
	static const char *const logons[] = {
		"sshd", "login", "dovecot", "imap", "imaps", "pop",
		"pop3", "smtp",  "sieve",   "http", "cyrus", "webmail"};

	for (size_t i = 0; i < sizeof(logons) / sizeof(*logons); i++) {
		if (strcmp(service, logons[i]) == 0)
			return 1;
	}
	return 0;
}

enum lg_status lg_doors_pam(const char *service, const char *text, size_t len,
			    const char *folder,
			    const struct lg_gate_addresses *gate,
			    const struct lg_doors_files *files,
			    struct lg_ways *ways, struct lg_error *err)
{
	struct lg_way way = {.door = "pam", .way = service, .peer = folder};
	struct lg_pam_stack *stack = NULL;
	struct lg_buffer url = {0};
	struct lg_pam_ways refused;
	struct lg_pam_ways silent;
	enum lg_status status;

	status = lg_pam_stack_read(text, len, folder, files, &stack, err);
	if (status == LG_OK)
		status = lg_pam_walk(stack, LG_PAM_PERM_DENIED, &refused, err);
	if (status == LG_OK)
		status = lg_pam_walk(stack, LG_PAM_AUTHINFO_UNAVAIL, &silent,
				     err);
	if (status != LG_OK || (!has_gate(stack) && !is_logon(service)))
		goto out;
	judge(stack, gate, &refused, &silent, &way);
	if (stack->unread.len) {
		way.asks = LG_ASKS_UNKNOWN;
		way.when_down = LG_WHEN_DOWN_UNKNOWN;
		way.note = stack->unread.data;
	} else if (way.asks == LG_ASKS_NO && !way.add) {
		way.add = "an account line of the drop-in pam/logongate-closed";
	}
	lg_buffer_format(&url, "pam:%s", service);
	status = lg_buffer_status(&url, err);
	way.url = url.data;
	way.protocol = stack->protocol.len ? stack->protocol.data : NULL;
	if (status == LG_OK)
		status = lg_ways_add(ways, &way, err);
out:
	lg_buffer_release(&url);
	lg_pam_stack_free(&stack);
	return status;
}
