/* SPDX-License-Identifier: ISC */
/*
 * survey_dovecot.c - what `doveconf -n` says about asking the gate
 *
 * Two ways to ask: a dict passdb behind the one that knows passwords, or the
 * auth policy server. The traps are those of facts/enforcement.md 1.4 and 1.6:
 * a dict passdb without result_failure=return-fail asks and does not listen,
 * one behind a passdb that ends the asking is never asked, an auth policy that
 * is only reported to does not ask.
 */
#include <string.h>

#include "app/doors/block_text.h"
#include "app/doors/doors.h"
#include "app/doors/doors_match.h"

#define ADD_DICT                                                               \
	"include the drop-in dovecot/logongate-dict.conf (passdb dict, "       \
	"result_failure=return-fail)"

/* How the drop-in lets logons go by that Postfix asks about itself. */
#define SMTP_PASSES "%{if;%s;eq;smtp;"

struct answer {
	enum lg_asks asks;
	enum lg_when_down when_down;
	const char *note;
	const char *add;
	int smtp_passes;
};

/* What the passdbs that stand before the gate's make of it. */
struct before {
	int is_end; /* a success there is the last word */
	int has_passwords;
	int smtp_passes;
};

static const char *value_or(const struct lg_block *block, const char *name,
			    const char *otherwise)
{
	const char *value = lg_block_value(block, name);

	return value ? value : otherwise;
}

/* 1 when the dict file that a passdb names asks the gate. */
static int dict_file_asks(const char *args,
			  const struct lg_gate_addresses *gate,
			  const struct lg_doors_files *files)
{
	struct lg_buffer text = {0};
	struct lg_error ignored;
	int asks = 0;

	if (lg_doors_mentions(args, &gate->dict))
		return 1;
	if (args && files->read(files->context, args, &text, &ignored) == LG_OK)
		asks = lg_doors_mentions(text.data, &gate->dict);
	lg_buffer_release(&text);
	return asks;
}

static void add_before(struct before *before, const struct lg_block *passdb)
{
	const char *args = value_or(passdb, "args", "");

	if (lg_doors_is_yes(lg_block_value(passdb, "master")) ||
	    lg_doors_is_yes(lg_block_value(passdb, "deny")))
		return;
	if (strcmp(value_or(passdb, "driver", ""), "static") == 0 &&
	    strcmp(value_or(passdb, "skip", ""), "unauthenticated") == 0 &&
	    strstr(args, "allow_nets=" SMTP_PASSES)) {
		before->smtp_passes = 1;
		return;
	}
	before->has_passwords = 1;
	if (strncmp(value_or(passdb, "result_success", "return-ok"), "continue",
		    8) != 0)
		before->is_end = 1;
}

static struct answer judge_dict(const struct lg_block *passdb,
				const struct before *before)
{
	struct answer answer = {.asks = LG_ASKS_NO,
				.smtp_passes = before->smtp_passes};

	if (before->is_end) {
		answer.note = "a passdb before the gate's ends the asking";
		answer.add = "result_success=continue-ok in each passdb before "
			     "the gate's";
	} else if (!before->has_passwords &&
		   strcmp(value_or(passdb, "skip", "never"),
			  "unauthenticated") == 0) {
		answer.note = "the dict passdb is skipped: it stands before "
			      "the one that knows passwords";
		answer.add = "the gate's passdb as the last one";
	} else if (strcmp(value_or(passdb, "result_failure", "continue"),
			  "return-fail") != 0) {
		answer.note = "the dict passdb asks the gate and does not "
			      "listen: it needs result_failure=return-fail";
	} else {
		answer.asks = LG_ASKS_YES;
		answer.when_down =
			strcmp(value_or(passdb, "result_internalfail",
					"continue"),
			       "return-fail") == 0
				? LG_WHEN_DOWN_TEMPORARY
				: LG_WHEN_DOWN_OPEN;
	}
	return answer;
}

static struct answer ask_dict(const struct lg_block *root,
			      const struct lg_gate_addresses *gate,
			      const struct lg_doors_files *files)
{
	struct answer answer = {.asks = LG_ASKS_NO};
	const struct lg_block *passdb = NULL;
	struct before before = {0};
	const char *args;

	while (answer.asks == LG_ASKS_NO &&
	       (passdb = lg_block_find(root, passdb, "passdb"))) {
		args = value_or(passdb, "args", "");
		if (strcmp(value_or(passdb, "driver", ""), "dict") != 0) {
			add_before(&before, passdb);
		} else if (dict_file_asks(args, gate, files)) {
			answer = judge_dict(passdb, &before);
		} else if (gate->dict.count == 0 && strstr(args, "logongate")) {
			answer.note = "the dict passdb asks where no gate "
				      "listens: nobody gets in";
			answer.add = "[listen.dict] in logongate.conf, and a "
				     "restart of the gate";
		} else {
			add_before(&before, passdb);
		}
	}
	return answer;
}

static struct answer ask_policy(const struct lg_block *root,
				const struct lg_gate_addresses *gate)
{
	struct answer answer = {.asks = LG_ASKS_NO};
	const char *url = lg_block_value(root, "auth_policy_server_url");

	if (!url || !*url)
		return answer;
	if (!lg_doors_mentions(url, &gate->http)) {
		answer.note = "auth_policy_server_url names another server";
		return answer;
	}
	if (!lg_doors_is_yes(
		    value_or(root, "auth_policy_check_after_auth", "yes")) &&
	    !lg_doors_is_yes(
		    value_or(root, "auth_policy_check_before_auth", "yes"))) {
		answer.note = "auth_policy only reports to the gate: "
			      "auth_policy_check_after_auth=yes makes it ask";
		return answer;
	}
	answer.asks = LG_ASKS_YES;
	if (lg_doors_is_yes(
		    value_or(root, "auth_policy_reject_on_fail", "no"))) {
		answer.when_down = LG_WHEN_DOWN_CLOSED;
		answer.note = "while the gate is down users are told that "
			      "their password is wrong";
	} else {
		answer.when_down = LG_WHEN_DOWN_OPEN;
	}
	return answer;
}

static enum lg_status add_logons(const struct lg_block *root,
				 const struct answer *answer,
				 struct lg_ways *ways, struct lg_error *err)
{
	static const char *const logons[] = {"imap", "pop3", "submission",
					     "sieve"};
	const char *protocols =
		value_or(root, "protocols", "imap pop3 lmtp submission");
	struct lg_way way = {.door = "dovecot",
			     .asks = answer->asks,
			     .when_down = answer->when_down,
			     .note = answer->note};
	enum lg_status status = LG_OK;
	size_t i;

	if (answer->asks == LG_ASKS_NO)
		way.add = answer->add ? answer->add : ADD_DICT;
	for (i = 0; status == LG_OK && i < sizeof(logons) / sizeof(*logons);
	     i++) {
		if (!lg_doors_has_word(protocols, logons[i]))
			continue;
		way.way = logons[i];
		status = lg_ways_add(ways, &way, err);
	}
	if (status == LG_OK && lg_doors_has_word(protocols, "lmtp")) {
		way = (struct lg_way){
			.door = "dovecot",
			.way = "lmtp",
			.asks = LG_ASKS_NOT_NEEDED,
			.note = "delivery: a lock leaves it open"};
		status = lg_ways_add(ways, &way, err);
	}
	return status;
}

/* A master user logs on as anybody; both doors judge the master's own name,
 * the auth policy only when it is told that name. */
static enum lg_status add_master(const struct lg_block *root,
				 const struct answer *policy,
				 const struct answer *dict,
				 struct lg_ways *ways, struct lg_error *err)
{
	const char *attributes =
		value_or(root, "auth_policy_request_attributes", "");
	const struct lg_block *passdb = NULL;
	struct lg_way way = {.door = "dovecot", .way = "master users"};

	while ((passdb = lg_block_find(root, passdb, "passdb"))) {
		if (lg_doors_is_yes(lg_block_value(passdb, "master")))
			break;
	}
	if (!passdb)
		return LG_OK;
	if (policy->asks == LG_ASKS_YES) {
		way.asks = LG_ASKS_YES;
		way.when_down = policy->when_down;
		if (!strstr(attributes, "master_user")) {
			way.asks = LG_ASKS_PARTLY;
			way.note = "judged by the name of the user they log "
				   "on as";
			way.add = "put master=%{master_user} into "
				  "auth_policy_request_attributes";
		}
	} else if (dict->asks == LG_ASKS_YES) {
		way.asks = LG_ASKS_PARTLY;
		way.when_down = dict->when_down;
		way.note = "asked after the master's own password only where "
			   "the master passdb has result_success=continue";
		way.add = "result_success=continue in the master passdb";
	} else {
		way.asks = LG_ASKS_NO;
		way.note = "a master user gets into any mailbox";
		way.add = ADD_DICT;
	}
	return lg_ways_add(ways, &way, err);
}

/* Other servers that let Dovecot check their passwords. Postfix 3.7 tells the
 * client of a temporary error there that the password is wrong. */
static enum lg_status add_sasl(const struct lg_block *root,
			       const struct answer *dict, struct lg_ways *ways,
			       struct lg_error *err)
{
	static const char *const own[] = {
		"auth-userdb", "auth-client", "auth-login",
		"auth-master", "login/login", "token-login/tokenlogin"};
	const struct lg_block *service = NULL;
	const struct lg_block *listener;
	enum lg_status status = LG_OK;
	struct lg_buffer name = {0};
	struct lg_way way;
	size_t i;

	while (status == LG_OK &&
	       (service = lg_block_find(root, service, "service"))) {
		if (service->word_count < 2 ||
		    strcmp(service->word[1], "auth") != 0)
			continue;
		listener = NULL;
		while (status == LG_OK &&
		       (listener = lg_block_find(service, listener,
						 "unix_listener"))) {
			if (listener->word_count < 2)
				continue;
			for (i = 0; i < sizeof(own) / sizeof(*own); i++) {
				if (strcmp(listener->word[1], own[i]) == 0)
					break;
			}
			if (i < sizeof(own) / sizeof(*own))
				continue;
			lg_buffer_clear(&name);
			lg_buffer_format(&name, "sasl for others at %s",
					 listener->word[1]);
			status = lg_buffer_status(&name, err);
			way = (struct lg_way){
				.door = "dovecot",
				.way = name.data,
				.asks = LG_ASKS_NOT_NEEDED,
				.note = "whoever uses it (Postfix: SMTP AUTH) "
					"must ask the gate itself; see its "
					"own lines"};
			if (dict->when_down == LG_WHEN_DOWN_TEMPORARY &&
			    !dict->smtp_passes) {
				way.note = "while the gate is down Postfix "
					   "tells its users that their "
					   "password is wrong";
				way.add = "the static passdb of the drop-in "
					  "dovecot/logongate-dict.conf, before "
					  "the gate's";
			}
			if (status == LG_OK)
				status = lg_ways_add(ways, &way, err);
		}
	}
	lg_buffer_release(&name);
	return status;
}

enum lg_status lg_doors_dovecot(const char *doveconf, size_t len,
				const struct lg_gate_addresses *gate,
				const struct lg_doors_files *files,
				struct lg_ways *ways, struct lg_error *err)
{
	struct lg_block_text *text = NULL;
	const struct lg_block *root;
	struct answer policy;
	struct answer dict;
	const struct answer *best;
	enum lg_status status;

	status = lg_block_text_doveconf(doveconf, len, &text, err);
	if (status != LG_OK)
		return status;
	root = lg_block_root(text);
	policy = ask_policy(root, gate);
	dict = ask_dict(root, gate, files);
	/* the first refusal counts, so a door is as tight as its tighter half */
	best = dict.asks == LG_ASKS_YES ? &dict : &policy;
	if (dict.asks == LG_ASKS_YES && policy.asks == LG_ASKS_YES &&
	    dict.when_down == LG_WHEN_DOWN_OPEN)
		best = &policy;
	if (policy.asks == LG_ASKS_NO && dict.note)
		best = &dict;
	status = add_logons(root, best, ways, err);
	if (status == LG_OK)
		status = add_master(root, &policy, &dict, ways, err);
	if (status == LG_OK)
		status = add_sasl(root, &dict, ways, err);
	lg_block_text_free(&text);
	return status;
}
