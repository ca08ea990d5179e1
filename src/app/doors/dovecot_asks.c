/* SPDX-License-Identifier: ISC */
/*
 * dovecot_asks.c - whether Dovecot's logons ask the gate, and hear it
 *
 * The traps are those of facts/enforcement.md 1.4 and 1.6: an auth policy that
 * only reports or only logs; a passdb that asks without
 * result_failure=return-fail, or stands behind one that ends the asking; and
 * mechanisms that know who somebody is without asking any passdb.
 */
#include "app/doors/dovecot_asks.h"

#include <string.h>
#include <strings.h>

#include "app/doors/doors_match.h"

/* What names begin with by which setup proves that the gate is asked. */
#define PROBE "logongate-probe-"

static int is_word(const char *value, const char *word)
{
	return strcmp(value, word) == 0;
}

/* A setting of the policy: "auth_policy_NAME", or NAME in the block. */
static const char *policy(const struct lg_dovecot *dovecot, const char *name,
			  const char *otherwise)
{
	const struct lg_block *block =
		lg_block_find(dovecot->root, NULL, "auth_policy");
	const char *value = block ? lg_block_value(block, name) : NULL;
	struct lg_buffer flat = {0};

	if (!value) {
		lg_buffer_format(&flat, "auth_policy_%s", name);
		if (flat.status == LG_OK)
			value = lg_block_value(dovecot->root, flat.data);
		lg_buffer_release(&flat);
	}
	return value ? value : otherwise;
}

int lg_dovecot_policy_knows_master(const struct lg_dovecot *dovecot)
{
	const struct lg_block *block =
		lg_block_find(dovecot->root, NULL, "auth_policy");

	if (strstr(policy(dovecot, "request_attributes", ""), "master_user"))
		return 1;
	block = block ? lg_block_find(block, NULL, "request_attributes") : NULL;
	for (const struct lg_block *item = block ? block->child : NULL; item;
	     item = item->next) {
		if (item->word_count > 1 &&
		    strstr(item->word[1], "master_user"))
			return 1;
	}
	return 0;
}

/*
 * The mechanisms in use that may go round the passdbs; those that were seen to
 * ask each of them at a real server are left out.
 * Appended to out with blanks.
 */
void lg_dovecot_other_mechanisms(const struct lg_dovecot *dovecot,
				 struct lg_buffer *out)
{
	static const char *const asking[] = {"plain", "login", "cram-md5",
					     "oauthbearer", "xoauth2"};
	const char *words =
		lg_block_value_or(dovecot->root, "auth_mechanisms", "plain");
	size_t len;
	size_t i;

	for (; *words; words += len) {
		words += strspn(words, " \t");
		len = strcspn(words, " \t");
		for (i = 0; i < sizeof(asking) / sizeof(*asking); i++) {
			if (strlen(asking[i]) == len &&
			    strncasecmp(words, asking[i], len) == 0)
				break;
		}
		if (!len || i < sizeof(asking) / sizeof(*asking))
			continue;
		if (out->len)
			lg_buffer_char(out, ' ');
		lg_buffer_append(out, words, len);
	}
}

/* A yes is a partly where mechanisms go round what asks. */
static void judge_mechanisms(const struct lg_dovecot *dovecot, const char *how,
			     struct lg_dovecot_answer *answer)
{
	struct lg_buffer names = {0};

	lg_dovecot_other_mechanisms(dovecot, &names);
	if (names.len && names.status == LG_OK) {
		answer->asks = LG_ASKS_PARTLY;
		lg_buffer_format(&answer->text,
				 "logons by %s are not asked about: they need "
				 "no %s",
				 names.data, how);
		answer->note = answer->text.data;
		answer->add = "the auth policy with check_after_auth, or "
			      "auth_mechanisms = plain login";
	}
	lg_buffer_release(&names);
}

void lg_dovecot_ask_policy(const struct lg_dovecot *dovecot,
			   struct lg_dovecot_answer *out_answer)
{
	const char *url = policy(dovecot, "server_url", "");
	int after = lg_doors_is_yes(policy(dovecot, "check_after_auth", "yes"));

	if (!*url)
		return;
	if (!lg_doors_mentions(url, &dovecot->gate->http)) {
		out_answer->note =
			"auth_policy_server_url names another server";
		return;
	}
	if (lg_doors_is_yes(policy(dovecot, "log_only", "no"))) {
		out_answer->note =
			"auth_policy_log_only=yes: the gate is asked "
			"and its answer only logged";
		out_answer->add = "auth_policy_log_only = no";
		return;
	}
	if (!after &&
	    !lg_doors_is_yes(policy(dovecot, "check_before_auth", "yes"))) {
		out_answer->note =
			"auth_policy only reports to the gate: "
			"auth_policy_check_after_auth=yes makes it ask";
		return;
	}
	out_answer->asks = LG_ASKS_YES;
	if (lg_doors_is_yes(policy(dovecot, "reject_on_fail", "no"))) {
		out_answer->when_down = LG_WHEN_DOWN_CLOSED;
		out_answer->note = "while the gate is down users are told that "
				   "their password is wrong";
	} else {
		out_answer->when_down = LG_WHEN_DOWN_OPEN;
	}
	if (!after)
		judge_mechanisms(dovecot,
				 "password, before which alone it is "
				 "asked",
				 out_answer);
}

/* The driver of a passdb: its own word, or its name. */
static const char *driver_of(const struct lg_block *passdb)
{
	return lg_block_value_or(passdb, "driver",
				 passdb->word_count > 1 ? passdb->word[1] : "");
}

int lg_dovecot_goes_on(const struct lg_block *passdb)
{
	const char *otherwise = lg_doors_is_yes(lg_block_value(passdb, "pass"))
					? "continue"
					: "return-ok";

	return strncmp(lg_block_value_or(passdb, "result_success", otherwise),
		       "continue", 8) == 0;
}

/* What stands before the gate's passdb, and in what way. */
struct before {
	int is_end;  /* a success there is the last word */
	int is_part; /* for some logons */
	int has_passwords;
	int smtp_passes;
};

static int has_all_words(const char *list, const char *words)
{
	size_t len;
	const char *at;

	for (; *words; words += len) {
		words += strspn(words, " \t");
		len = strcspn(words, " \t");
		for (at = list; len && *at; at += strcspn(at, " \t")) {
			at += strspn(at, " \t");
			if (strcspn(at, " \t") == len &&
			    strncasecmp(at, words, len) == 0)
				break;
		}
		if (len && !*at)
			return 0;
	}
	return 1;
}

int lg_dovecot_is_for_some(const struct lg_dovecot *dovecot,
			   const struct lg_block *passdb)
{
	const char *own = lg_block_value_or(passdb, "mechanisms", "");
	const char *words =
		lg_block_value_or(dovecot->root, "auth_mechanisms", "plain");

	if (!*own)
		own = lg_block_value_or(passdb, "mechanisms_filter", "");
	return *lg_block_value_or(passdb, "username_filter", "") ||
	       (*own && !has_all_words(own, words));
}

/* How drop-ins let logons go by that Postfix asks about itself. */
static int lets_smtp_by(const struct lg_block *passdb)
{
	const struct lg_block *fields = lg_block_find(passdb, NULL, "fields");
	const char *nets =
		strstr(lg_block_value_or(passdb, "args", ""), "allow_nets=");

	if (fields)
		nets = lg_block_value(fields, "allow_nets");
	return is_word(driver_of(passdb), "static") &&
	       is_word(lg_block_value_or(passdb, "skip", ""),
		       "unauthenticated") &&
	       nets && strstr(nets, "smtp");
}

int lg_dovecot_is_probe(const struct lg_block *passdb)
{
	const struct lg_block *fields = lg_block_find(passdb, NULL, "fields");

	return strncmp(lg_block_value_or(passdb, "username_filter", ""), PROBE,
		       strlen(PROBE)) == 0 &&
	       (fields ? lg_block_value(fields, "nologin")
		       : strstr(lg_block_value_or(passdb, "args", ""),
				"nologin")) != NULL;
}

static void add_before(const struct lg_dovecot *dovecot, struct before *before,
		       const struct lg_block *passdb)
{
	if (lg_dovecot_is_probe(passdb) ||
	    lg_doors_is_yes(lg_block_value(passdb, "master")) ||
	    lg_doors_is_yes(lg_block_value(passdb, "deny")))
		return;
	if (lets_smtp_by(passdb)) {
		before->smtp_passes = 1;
		return;
	}
	before->has_passwords = 1;
	if (!lg_dovecot_goes_on(passdb)) {
		if (lg_dovecot_is_for_some(dovecot, passdb))
			before->is_part = 1;
		else
			before->is_end = 1;
	}
	if (is_word(lg_block_value_or(passdb, "result_failure", ""),
		    "return-ok") ||
	    is_word(lg_block_value_or(passdb, "result_internalfail", ""),
		    "return-ok"))
		before->is_part = 1;
}

/* What a passdb has to do with the gate. KIND_LIFE never stands for more than
 * KIND_OTHER where somebody's logon is judged. */
enum kind {
	KIND_OTHER = 0,
	KIND_ASKS,
	KIND_LIFE,   /* asks whether it lives */
	KIND_UNREAD, /* its file may not be read */
	KIND_NOBODY  /* a drop-in of ours; the gate does not listen there */
};

static int block_mentions(const struct lg_block *block,
			  const struct lg_strlist *addresses)
{
	for (const struct lg_block *inner = block->child; inner;
	     inner = inner->next) {
		if (inner->word_count > 1 &&
		    lg_doors_mentions(inner->word[1], addresses))
			return 1;
		if (inner->child && block_mentions(inner, addresses))
			return 1;
	}
	return 0;
}

/* The file with what a passdb asks: args is its path, or has file=PATH. */
static void file_of(const struct lg_block *passdb, struct lg_buffer *out)
{
	const char *args = lg_block_value_or(passdb, "args", "");
	const char *file = lg_block_value(passdb, "lua_file");

	if (!file)
		file = lg_block_value(passdb, "passdb_lua_file");
	if (!file) {
		file = strstr(args, "file=");
		file = file ? file + strlen("file=") : args;
	}
	lg_buffer_append(out, file, strcspn(file, " \t"));
}

/* The key of the dict that is no logon's, or the page that is no decision. */
static int asks_for_life(const struct lg_dovecot *dovecot,
			 const struct lg_block *passdb, const char *text)
{
	const struct lg_gate_addresses *gate = dovecot->gate;

	if (!text)
		return 0;
	if (strstr(text, "gate/alive"))
		return block_mentions(passdb, &gate->dict) ||
		       lg_doors_mentions(text, &gate->dict);
	return strstr(text, "/healthz") &&
	       (block_mentions(passdb, &gate->http) ||
		lg_doors_mentions(text, &gate->http));
}

static enum kind kind_of(const struct lg_dovecot *dovecot,
			 const struct lg_block *passdb,
			 struct lg_dovecot_answer *answer)
{
	const char *driver = driver_of(passdb);
	struct lg_buffer path = {0};
	struct lg_buffer text = {0};
	struct lg_error why;
	enum kind kind = KIND_OTHER;
	enum lg_status status;

	if (!is_word(driver, "dict") && !is_word(driver, "lua"))
		return KIND_OTHER;
	file_of(passdb, &path);
	status = path.len && path.status == LG_OK
			 ? dovecot->files->read(dovecot->files->context,
						path.data, &text, &why)
			 : LG_ERR_IO;
	if (block_mentions(passdb, &dovecot->gate->dict) ||
	    (status == LG_OK &&
	     lg_doors_mentions(text.data, &dovecot->gate->dict)))
		kind = KIND_ASKS;
	else if (status != LG_OK && dovecot->gate->dict.count > 0) {
		kind = KIND_UNREAD;
		lg_buffer_format(&answer->text, "%s %s",
				 path.len ? path.data : "a passdb",
				 status == LG_ERR_DENIED
					 ? "may not be read: run as root"
					 : "cannot be read");
	} else if (dovecot->gate->dict.count == 0 && path.len &&
		   strstr(path.data, "logongate"))
		kind = KIND_NOBODY;
	if (status == LG_OK && asks_for_life(dovecot, passdb, text.data))
		kind = KIND_LIFE;
	/* The Lua of the drop-in lets Postfix' logons by on its own. */
	if (kind == KIND_ASKS && is_word(driver, "lua") && text.len &&
	    strstr(text.data, "protocol == \"smtp\""))
		answer->smtp_passes = 1;
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return kind;
}

static void judge_passdb(const struct lg_dovecot *dovecot,
			 const struct lg_block *passdb,
			 const struct before *before,
			 struct lg_dovecot_answer *answer)
{
	if (before->is_end) {
		answer->note = "a passdb before the gate's ends the asking";
		answer->add =
			"result_success=continue-ok in each passdb before "
			"the gate's";
	} else if (!before->has_passwords &&
		   is_word(lg_block_value_or(passdb, "skip", "never"),
			   "unauthenticated")) {
		answer->note = "the gate's passdb is skipped: it stands before "
			       "the one that knows passwords";
		answer->add = "the gate's passdb as the last one";
	} else if (!is_word(lg_block_value_or(passdb, "result_failure",
					      "continue"),
			    "return-fail")) {
		answer->note = "the passdb asks the gate and does not listen: "
			       "it needs result_failure=return-fail";
	} else {
		answer->asks = LG_ASKS_YES;
		answer->when_down =
			is_word(lg_block_value_or(passdb, "result_internalfail",
						  "continue"),
				"return-fail")
				? LG_WHEN_DOWN_TEMPORARY
				: LG_WHEN_DOWN_OPEN;
		judge_mechanisms(dovecot, "passdb", answer);
		if (before->is_part ||
		    lg_dovecot_is_for_some(dovecot, passdb)) {
			answer->asks = LG_ASKS_PARTLY;
			answer->note = "not every logon gets as far as the "
				       "gate's passdb (mechanisms, "
				       "username_filter or result_* of the "
				       "passdbs)";
		}
	}
}

int lg_dovecot_asks_for_life(const struct lg_dovecot *dovecot,
			     const struct lg_block *passdb)
{
	struct lg_dovecot_answer unused = {0};
	int is_life = kind_of(dovecot, passdb, &unused) == KIND_LIFE;

	lg_buffer_release(&unused.text);
	return is_life;
}

void lg_dovecot_ask_passdb(const struct lg_dovecot *dovecot,
			   struct lg_dovecot_answer *out_answer)
{
	const struct lg_block *passdb = NULL;
	struct before before = {0};
	enum kind kind;

	while ((passdb = lg_block_find(dovecot->root, passdb, "passdb"))) {
		kind = kind_of(dovecot, passdb, out_answer);
		if (kind == KIND_LIFE)
			continue;
		if (kind == KIND_OTHER) {
			add_before(dovecot, &before, passdb);
			continue;
		}
		out_answer->smtp_passes |= before.smtp_passes;
		if (kind == KIND_UNREAD) {
			out_answer->asks = LG_ASKS_UNKNOWN;
			out_answer->when_down = LG_WHEN_DOWN_UNKNOWN;
			out_answer->note = out_answer->text.data;
		} else if (kind == KIND_NOBODY) {
			out_answer->note = "the gate's passdb asks where no "
					   "gate listens: nobody gets in";
			out_answer->add = "[listen.dict] in logongate.conf, "
					  "and a restart of the gate";
		} else {
			judge_passdb(dovecot, passdb, &before, out_answer);
		}
		return;
	}
}
