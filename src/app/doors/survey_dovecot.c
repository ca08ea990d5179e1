/* SPDX-License-Identifier: ISC */
/*
 * survey_dovecot.c - what `doveconf -n` says about asking the gate
 *
 * Two ways to ask: the auth policy server, or a passdb behind the one that
 * knows passwords; or both, where the passdb only proves that the gate lives.
 * Settings that a protocol or a network has of its own are not followed: then
 * the answer is that it is not known.
 */
#include <stdlib.h>
#include <string.h>

#include "app/doors/doors_match.h"
#include "app/doors/dovecot_asks.h"
#include "app/doors/dovecot_life.h"
#include "app/doors/running.h"
#include "app/doors/survey_inside.h"

#define ADD                                                                    \
	"the drop-in dovecot/logongate-combined.conf, or another of "          \
	"dovecot/logongate-*.conf"

/* "protocols = a b", or a block of "a = yes"; 2.4 serves none by itself. */
static int serves(const struct lg_block *root, const char *protocol)
{
	const struct lg_block *block = lg_block_find(root, NULL, "protocols");

	if (!block)
		return !lg_block_value(root, "dovecot_config_version") &&
		       lg_doors_has_word("imap pop3 lmtp submission", protocol);
	if (block->word_count > 1)
		return lg_doors_has_word(block->word[1], protocol);
	return lg_doors_is_yes(lg_block_value(block, protocol));
}

static int is_of_logons(const struct lg_dovecot *dovecot,
			const struct lg_block *setting)
{
	if (setting->word_count == 0)
		return 0;
	if (strcmp(setting->word[0], "passdb") == 0)
		return !lg_dovecot_asks_for_life(dovecot, setting) &&
		       !lg_dovecot_is_probe(setting);
	return strncmp(setting->word[0], "auth_", 5) == 0;
}

/* The first block with settings of its own that decide on logons of this
 * protocol, or NULL. */
static const struct lg_block *own_settings(const struct lg_dovecot *dovecot,
					   const struct lg_block *inside,
					   const char *protocol)
{
	for (const struct lg_block *block = inside->child; block;
	     block = block->next) {
		if (block->word_count < 2)
			continue;
		if (strcmp(block->word[0], "protocol") == 0) {
			if (*block->word[1] != '!' &&
			    strcmp(block->word[1], protocol) != 0)
				continue;
		} else if (strcmp(block->word[0], "remote") != 0 &&
			   strcmp(block->word[0], "local") != 0 &&
			   strcmp(block->word[0], "local_name") != 0) {
			continue;
		}
		for (const struct lg_block *setting = block->child; setting;
		     setting = setting->next) {
			if (is_of_logons(dovecot, setting))
				return block;
		}
		if (own_settings(dovecot, block, protocol))
			return block;
	}
	return NULL;
}

/* The port of a listener of a login service; 0 where there is none. */
static unsigned long port_of(const struct lg_block *root, const char *protocol,
			     const char *listener, unsigned long otherwise)
{
	const struct lg_block *service = NULL;
	const struct lg_block *inner;
	size_t len = strlen(protocol);
	const char *port;

	while ((service = lg_block_find(root, service, "service"))) {
		if (service->word_count < 2 ||
		    (strncmp(service->word[1], protocol, len) != 0 &&
		     strcmp(service->word[1], "managesieve-login") != 0) ||
		    !strstr(service->word[1], "-login"))
			continue;
		inner = NULL;
		while ((inner = lg_block_find(service, inner,
					      "inet_listener"))) {
			port = lg_block_value(inner, "port");
			if (port && inner->word_count > 1 &&
			    strcmp(inner->word[1], listener) == 0)
				otherwise = strtoul(port, NULL, 10);
		}
	}
	return otherwise;
}

/* Where a logon can be tried; nothing for what no client speaks here. */
static enum lg_status add_url(const struct lg_block *root, struct lg_way *way,
			      struct lg_buffer *url, struct lg_error *err)
{
	static const struct {
		const char *protocol;
		const char *scheme;
		unsigned long port;
		const char *tls;
		unsigned long tls_port;
	} known[] = {
		{"imap", "imap", 143, "imaps", 993},
		{"pop3", "pop3", 110, "pop3s", 995},
		{"submission", "smtp", 587, "submissions", 465},
		{"sieve", "sieve", 4190, NULL, 0},
	};
	const char *listen = lg_block_value_or(root, "listen", "*");
	unsigned long port;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i].protocol, way->way) == 0)
			break;
	}
	if (i == sizeof(known) / sizeof(*known))
		return LG_OK;
	lg_buffer_clear(url);
	port = port_of(root, way->way, way->way, known[i].port);
	if (port) {
		lg_buffer_format(url, "%s://localhost:%lu", known[i].scheme,
				 port);
	} else if (known[i].tls) {
		port = port_of(root, way->way, known[i].tls, known[i].tls_port);
		lg_buffer_format(url, "%ss://localhost:%lu", known[i].scheme,
				 port);
	}
	way->url = url->data;
	way->peer = "127.0.0.1";
	if (!strpbrk(listen, "*:, "))
		way->peer = listen;
	return lg_buffer_status(url, err);
}

static enum lg_status add_logon(const struct lg_dovecot *dovecot,
				const char *protocol,
				const struct lg_dovecot_answer *answer,
				struct lg_ways *ways, struct lg_error *err)
{
	const struct lg_block *own =
		own_settings(dovecot, dovecot->root, protocol);
	struct lg_way way = {.door = "dovecot",
			     .way = protocol,
			     .asks = answer->asks,
			     .when_down = answer->when_down,
			     .note = answer->note,
			     .add = answer->add};
	struct lg_buffer note = {0};
	struct lg_buffer url = {0};
	enum lg_status status;

	if (own) {
		lg_buffer_format(&note,
				 "settings in \"%s %s\" decide on logons and "
				 "were not followed",
				 own->word[0], own->word[1]);
		way.asks = LG_ASKS_UNKNOWN;
		way.when_down = LG_WHEN_DOWN_UNKNOWN;
		way.note = note.data;
		way.add = NULL;
	} else if (answer->asks == LG_ASKS_NO && !way.add) {
		way.add = ADD;
	} else if (answer->asks == LG_ASKS_YES && !way.note &&
		   strcmp(protocol, "submission") == 0) {
		/* Dovecot has but this for who may not log on. */
		way.note = "a refusal is 535 with the lock's words, and mail "
			   "programs ask for the password at that; "
			   "submission by Postfix says 421";
	}
	status = lg_buffer_status(&note, err);
	if (status == LG_OK)
		status = add_url(dovecot->root, &way, &url, err);
	if (status == LG_OK)
		status = lg_ways_add(ways, &way, err);
	lg_buffer_release(&note);
	lg_buffer_release(&url);
	return status;
}

static enum lg_status add_logons(const struct lg_dovecot *dovecot,
				 const struct lg_dovecot_answer *answer,
				 struct lg_ways *ways, struct lg_error *err)
{
	static const char *const logons[] = {"imap", "pop3", "submission",
					     "sieve"};
	const struct lg_way delivery = {
		.door = "dovecot",
		.way = "lmtp",
		.asks = LG_ASKS_NOT_NEEDED,
		.note = "delivery: a lock leaves it open"};
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < 4; i++) {
		if (serves(dovecot->root, logons[i]))
			status = add_logon(dovecot, logons[i], answer, ways,
					   err);
	}
	if (status == LG_OK && serves(dovecot->root, "lmtp"))
		status = lg_ways_add(ways, &delivery, err);
	return status;
}

/* A master user logs on as anybody; both doors judge the master's own name,
 * the auth policy only when it is told that name. */
static enum lg_status add_master(const struct lg_dovecot *dovecot,
				 const struct lg_dovecot_answer *policy,
				 const struct lg_dovecot_answer *passdb,
				 struct lg_ways *ways, struct lg_error *err)
{
	const struct lg_block *master = NULL;
	struct lg_way way = {.door = "dovecot", .way = "master users"};
	int count = 0;
	int go_on = 1;

	while ((master = lg_block_find(dovecot->root, master, "passdb"))) {
		if (!lg_doors_is_yes(lg_block_value(master, "master")) ||
		    lg_dovecot_asks_for_life(dovecot, master))
			continue;
		count++;
		go_on &= lg_dovecot_goes_on(master);
	}
	if (!count)
		return LG_OK;
	if (policy->asks == LG_ASKS_YES || policy->asks == LG_ASKS_PARTLY) {
		way.asks = policy->asks;
		way.when_down = policy->when_down;
		if (way.when_down == LG_WHEN_DOWN_TEMPORARY &&
		    !lg_dovecot_proves_life(dovecot, 1)) {
			way.when_down = LG_WHEN_DOWN_OPEN;
			way.note = "the passdb that asks whether the gate "
				   "lives is not asked for master users";
			way.add = "such a passdb with master = yes, as in "
				  "the drop-in dovecot/logongate-combined.conf";
		}
		if (!lg_dovecot_policy_knows_master(dovecot)) {
			way.asks = LG_ASKS_PARTLY;
			way.note = "judged by the name of the user they log "
				   "on as";
			way.add = "put master=%{master_user} into "
				  "auth_policy_request_attributes";
		}
	} else if (passdb->asks == LG_ASKS_UNKNOWN) {
		way.asks = LG_ASKS_UNKNOWN;
		way.when_down = LG_WHEN_DOWN_UNKNOWN;
		way.note = passdb->note;
	} else if (passdb->asks != LG_ASKS_NO) {
		way.asks = go_on ? passdb->asks : LG_ASKS_NO;
		way.when_down =
			go_on ? passdb->when_down : LG_WHEN_DOWN_NOT_ASKED;
		way.note = go_on ? passdb->note
				 : "the gate's passdb is not asked after the "
				   "master's own";
		way.add = go_on ? NULL
				: "result_success=continue-ok in the master "
				  "passdb";
	} else {
		way.note = "a master user gets into any mailbox";
		way.add = ADD;
	}
	return lg_ways_add(ways, &way, err);
}

/* Other servers that let Dovecot check their passwords. Postfix 3.7 tells the
 * client of a temporary error there that the password is wrong. */
static enum lg_status add_sasl(const struct lg_block *listener,
			       const struct lg_dovecot_answer *passdb,
			       struct lg_ways *ways, struct lg_error *err)
{
	static const char *const own[] = {
		"auth-userdb", "auth-client", "auth-login",
		"auth-master", "login/login", "token-login/tokenlogin"};
	struct lg_way way = {
		.door = "dovecot",
		.asks = LG_ASKS_NOT_NEEDED,
		.note = "whoever uses it (Postfix: SMTP AUTH) must ask the "
			"gate itself; see its own lines"};
	struct lg_buffer name = {0};

	if (listener->word_count < 2)
		return LG_OK;
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		if (strcmp(listener->word[1], own[i]) == 0)
			return LG_OK;
	}
	if (passdb->when_down == LG_WHEN_DOWN_TEMPORARY &&
	    !passdb->smtp_passes) {
		way.note = "while the gate is down Postfix tells its users "
			   "that their password is wrong";
		way.add = "the static passdb of the drop-in "
			  "dovecot/logongate-dict.conf, before the gate's";
	}
	lg_buffer_format(&name, "sasl for others at %s", listener->word[1]);
	return lg_ways_add_named(ways, &way, &name, err);
}

static enum lg_status add_services(const struct lg_block *root,
				   const struct lg_dovecot_answer *passdb,
				   struct lg_ways *ways, struct lg_error *err)
{
	const struct lg_block *service = NULL;
	enum lg_status status = LG_OK;

	while (status == LG_OK &&
	       (service = lg_block_find(root, service, "service"))) {
		if (service->word_count < 2 ||
		    strcmp(service->word[1], "auth") != 0)
			continue;
		for (const struct lg_block *inner = service->child;
		     status == LG_OK && inner; inner = inner->next) {
			if (strcmp(inner->word[0], "unix_listener") == 0 ||
			    strcmp(inner->word[0], "inet_listener") == 0)
				status = add_sasl(inner, passdb, ways, err);
		}
	}
	return status;
}

/* The first refusal counts, so a door is as tight as its tighter half. */
static const struct lg_dovecot_answer *
tighter(const struct lg_dovecot_answer *policy,
	const struct lg_dovecot_answer *passdb)
{
	if (policy->asks == LG_ASKS_YES)
		return passdb->asks == LG_ASKS_YES &&
				       passdb->when_down != LG_WHEN_DOWN_OPEN
			       ? passdb
			       : policy;
	if (passdb->asks != LG_ASKS_NO)
		return passdb;
	return policy->asks == LG_ASKS_NO && passdb->note ? passdb : policy;
}

enum lg_status lg_doors_dovecot(const char *doveconf, size_t len,
				const struct lg_gate_addresses *gate,
				const struct lg_doors_files *files,
				struct lg_ways *ways, struct lg_error *err)
{
	struct lg_dovecot dovecot = {.gate = gate, .files = files};
	struct lg_dovecot_answer policy = {0};
	struct lg_dovecot_answer passdb = {0};
	struct lg_block_text *text = NULL;
	enum lg_status status;

	status = lg_block_text_doveconf(doveconf, len, &text, err);
	if (status != LG_OK)
		return status;
	dovecot.root = lg_block_root(text);
	lg_dovecot_ask_policy(&dovecot, &policy);
	lg_dovecot_ask_passdb(&dovecot, &passdb);
	if (policy.asks == LG_ASKS_YES &&
	    policy.when_down == LG_WHEN_DOWN_OPEN &&
	    lg_dovecot_proves_life(&dovecot, 0))
		policy.when_down = LG_WHEN_DOWN_TEMPORARY;
	status = lg_buffer_status(&policy.text, err);
	if (status == LG_OK)
		status = lg_buffer_status(&passdb.text, err);
	if (status == LG_OK)
		status = add_logons(&dovecot, tighter(&policy, &passdb), ways,
				    err);
	if (status == LG_OK)
		status = add_master(&dovecot, &policy, &passdb, ways, err);
	if (status == LG_OK)
		status = add_services(dovecot.root, &passdb, ways, err);
	lg_buffer_release(&policy.text);
	lg_buffer_release(&passdb.text);
	lg_block_text_free(&text);
	return status;
}

static enum lg_status read_dovecot(struct survey *survey, const char *conf)
{
	const char *argv[] = {"doveconf", "-n", *conf ? "-c" : NULL, conf,
			      NULL};
	struct lg_buffer text = {0};
	struct lg_buffer hidden = {0};
	enum lg_status status;

	status = survey->machine->prints(survey->machine->self, argv, &text,
					 survey->err);
	if (status == LG_OK)
		status = lg_running_dovecot_hidden(survey->machine,
						   text.data ? text.data : "",
						   &hidden, survey->err);
	if (status == LG_OK && hidden.len)
		status = lg_survey_add_unknown(survey, "dovecot", hidden.data,
					       "may not be read");
	else if (status == LG_OK)
		status = lg_doors_dovecot(text.data ? text.data : "", text.len,
					  survey->gate, &survey->files,
					  survey->ways, survey->err);
	lg_buffer_release(&text);
	lg_buffer_release(&hidden);
	return lg_survey_settle(survey, "dovecot", status);
}

enum lg_status lg_survey_dovecot(struct survey *survey, const char *place)
{
	return lg_survey_each(survey, "dovecot", place, read_dovecot);
}
