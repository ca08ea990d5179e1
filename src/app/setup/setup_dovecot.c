/* SPDX-License-Identifier: ISC */
/*
 * setup_dovecot.c - Dovecot asks the gate, and the gate ends its sessions
 *
 * Everything goes into files of conf.d that are setup's own; what the
 * administrator wrote there is never touched, but for the passdbs that have to
 * go on to the gate's in the variant dict. `doveconf -n` says which version it
 * is, where its files lie, and what is set already.
 */
#include <string.h>

#include "app/setup/setup_doveconf.h"
#include "app/setup/setup_parts.h"
#include "app/setup/setup_settings.h"

#define TCP_EXAMPLE "127.0.0.1:4191"
#define KEY_EXAMPLE "/etc/logongate/doveadm.key"
#define SOCKET_EXAMPLE "/run/dovecot/http"
#define FOLDER_EXAMPLE "/etc/dovecot/"
#define LUA_FOLDER "/usr/lib/dovecot/modules/auth"
#define GATE_USER "logongate"
#define DOVECOT_USER "dovecot"

struct dovecot {
	const struct lg_setup_ask *ask;
	struct lg_setup_doveconf conf;
	const char *socket; /* doveadm's */
	const char *gate;   /* the user the gate runs as */
};

/* What each variant is made of, and where below Dovecot's folder it goes. */
struct piece {
	const char *variant;
	int is_24;
	const char *dropin;
	const char *place;
};

static const struct piece pieces[] = {
	{"combined", 0, "dovecot/logongate-combined.conf",
	 "conf.d/95-logongate.conf"},
	{"combined", 0, "dovecot/logongate-alive.conf.ext",
	 "logongate-alive.conf.ext"},
	{"policy", 0, "dovecot/logongate-auth-policy.conf",
	 "conf.d/95-logongate-auth-policy.conf"},
	{"dict", 0, "dovecot/logongate-dict.conf",
	 "conf.d/95-logongate-dict.conf"},
	{"dict", 0, "dovecot/logongate-dict.conf.ext",
	 "logongate-dict.conf.ext"},
	{"combined", 1, "dovecot/2.4/logongate-combined.conf",
	 "conf.d/95-logongate.conf"},
	{"combined", 1, "dovecot/2.4/logongate-alive.lua",
	 "logongate-alive.lua"},
	{"policy", 1, "dovecot/2.4/logongate-auth-policy.conf",
	 "conf.d/95-logongate-auth-policy.conf"},
	{"dict", 1, "dovecot/2.4/logongate-dict.conf",
	 "conf.d/95-logongate-dict.conf"},
	{"dict", 1, "dovecot/2.4/logongate-dict.lua", "logongate-dict.lua"},
};

#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

static int is_dict(const char *variant)
{
	return strcmp(variant, "dict") == 0;
}

/* Dovecot 2.4 has no passdb dict; what asks there is in Lua. */
static int has_lua(const struct dovecot *dovecot)
{
	return lg_setup_has_name(dovecot->ask, LUA_FOLDER, "lua");
}

static enum lg_status find_variant(const struct dovecot *dovecot,
				   const char **out_variant)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	int lacks_lua = dovecot->conf.is_24 && !has_lua(dovecot);
	enum lg_status status = lg_setup_variant(
		ask, lg_setup_door_find("dovecot"),
		lacks_lua ? "policy" : "combined", out_variant);

	if (status != LG_OK)
		return status;
	if (lacks_lua && strcmp(*out_variant, "policy") != 0)
		return lg_error_set(dovecot->ask->err, LG_ERR_UNKNOWN_KEY,
				    "dovecot-auth-lua",
				    "is not installed, and the %s door of "
				    "Dovecot 2.4 needs it",
				    *out_variant);
	if (lacks_lua)
		return lg_setup_note(dovecot->ask,
				     "With the package dovecot-auth-lua "
				     "setup makes the combined door, which "
				     "is closed while the gate is dead.");
	return LG_OK;
}

/* Against the combined door. */
static enum lg_status note_lost(const struct dovecot *dovecot,
				const char *variant)
{
	if (strcmp(variant, "policy") == 0)
		return lg_setup_note(
			dovecot->ask,
			"Lost against the combined door: while the gate is "
			"dead everybody gets in, and nothing but Dovecot's log "
			"tells of it.");
	if (!is_dict(variant))
		return LG_OK;
	return lg_setup_note(
		dovecot->ask,
		"Lost against the combined door: IMAP says NO [CONTACTADMIN], "
		"whose text Thunderbird does not show; it offers to enter a new "
		"password, which deletes the saved one. Logons by GSSAPI and "
		"EXTERNAL are not asked about, and your own passdbs are changed "
		"to go on to the gate's.%s",
		dovecot->conf.is_24 ? " It needs the packages dovecot-auth-lua "
				      "and lua-socket."
				    : "");
}

/* Somebody else's policy server stays. */
static enum lg_status check_policy(const struct dovecot *dovecot)
{
	size_t len;
	const char *url = lg_setup_doveconf_value(
		&dovecot->conf, "auth_policy_server_url", &len);

	if (dovecot->ask->record->file_count)
		return LG_OK;
	/* Of Dovecot 2.4 it is in the block auth_policy. */
	if (url == NULL)
		url = lg_setup_doveconf_value(&dovecot->conf, "  server_url",
					      &len);
	if (url == NULL)
		return LG_OK;
	return lg_error_set(
		dovecot->ask->err, LG_ERR_CONFLICT, dovecot->conf.conf,
		"asks a policy server already (%.*s), and Dovecot asks only "
		"one; take it out first",
		(int)len, url);
}

static enum lg_status add_piece(struct dovecot *dovecot,
				const struct piece *piece, const char *tcp)
{
	const char *folder = dovecot->conf.folder;
	const struct lg_setup_swap swaps[] = {
		{TCP_EXAMPLE, tcp},
		{FOLDER_EXAMPLE,
		 lg_setup_text(dovecot->ask->plan, "%s/", folder)},
		{NULL, NULL}};

	return lg_setup_own_dropin(dovecot->ask, piece->dropin, swaps, folder,
				   piece->place);
}

static enum lg_status add_pieces(struct dovecot *dovecot, const char *variant,
				 const char *tcp)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < PIECES && status == LG_OK; i++) {
		if (pieces[i].is_24 == dovecot->conf.is_24 &&
		    strcmp(pieces[i].variant, variant) == 0)
			status = add_piece(dovecot, &pieces[i], tcp);
	}
	return status;
}

/* The passdb asks over the dict socket, as Dovecot's own user; but the one
 * of 2.4 that asks whether the gate lives. */
static enum lg_status add_dict(struct dovecot *dovecot, const char *variant,
			       struct lg_setup_draft *draft)
{
	enum lg_status status;
	size_t len = strlen(DOVECOT_USER);
	const char *own;

	if (!is_dict(variant) &&
	    (dovecot->conf.is_24 || strcmp(variant, "combined") != 0))
		return LG_OK;
	status = lg_setup_draft_socket(draft, LG_LISTEN_DICT);
	own = lg_setup_doveconf_value(&dovecot->conf, "default_internal_user",
				      &len);
	if (status == LG_OK)
		status = lg_setup_join(dovecot->ask,
				       lg_setup_text(dovecot->ask->plan, "%.*s",
						     (int)len,
						     own ? own : DOVECOT_USER));
	return status;
}

/* The key that gate and Dovecot share: for the gate's user and root alone. */
static enum lg_status add_key(struct dovecot *dovecot, const char *path)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	struct lg_setup_file file = {.path = path,
				     .mode = 0600,
				     .owner = dovecot->gate,
				     .is_secret = 1};
	struct lg_buffer key = {0};
	struct lg_error ignored;
	enum lg_status status = LG_OK;

	if (ask->machine->read(ask->machine->self, path, &key, &ignored) ==
	    LG_ERR_UNKNOWN_KEY) {
		status = ask->change->secret(ask->change->self, &key,
					     dovecot->ask->err);
		file.after = key.data;
		if (status == LG_OK)
			status = lg_setup_add(dovecot->ask->plan, &file,
					      dovecot->ask->err);
	}
	lg_buffer_release(&key);
	return status;
}

/* Where Dovecot's drop-in and the gate's settings say how they meet. */
static enum lg_status share_key(struct dovecot *dovecot, const char *key,
				struct lg_setup_draft *draft)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	const struct lg_setup_swap swaps[] = {
		{KEY_EXAMPLE, key},
		{SOCKET_EXAMPLE, dovecot->socket},
		{"user = " GATE_USER,
		 lg_setup_text(dovecot->ask->plan, "user = %s", dovecot->gate)},
		{NULL, NULL},
	};
	enum lg_status status = lg_setup_own_dropin(
		ask, "dovecot/logongate-doveadm.conf", swaps,
		dovecot->conf.folder, "conf.d/95-logongate-doveadm.conf");

	if (status == LG_OK && dovecot->conf.is_24)
		status = lg_setup_own_dropin(
			ask, "dovecot/2.4/logongate-sessions.conf", swaps + 2,
			dovecot->conf.folder,
			"conf.d/95-logongate-sessions.conf");
	if (status == LG_OK && ask->settings->doveadm == NULL)
		status = lg_setup_add_section(
			&draft->after, "dovecot",
			lg_setup_text(dovecot->ask->plan,
				      "doveadm      = \"unix:%s\"\n"
				      "api_key_file = \"%s\"\n",
				      dovecot->socket, key),
			dovecot->ask->err);
	return status;
}

/* How the gate lists and ends sessions, unless somebody set that up. */
static enum lg_status add_doveadm(struct dovecot *dovecot,
				  struct lg_setup_draft *draft)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	enum lg_status status;
	const char *key;
	size_t len;

	if (ask->record->file_count == 0) {
		if (ask->settings->doveadm != NULL)
			return LG_OK;
		if (lg_setup_doveconf_value(&dovecot->conf, "doveadm_api_key",
					    &len))
			return lg_setup_note(dovecot->ask,
					     "Dovecot has a doveadm_api_key "
					     "already: put it into a file for "
					     "[dovecot] api_key_file, so that "
					     "the gate can end sessions");
	}
	key = lg_setup_text(
		dovecot->ask->plan, "%s/doveadm.key",
		lg_setup_folder_of(dovecot->ask->plan, ask->settings->path));
	status = share_key(dovecot, key, draft);
	return status == LG_OK ? add_key(dovecot, key) : status;
}

static enum lg_status plan_files(struct dovecot *dovecot, const char *variant)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	struct lg_setup_draft draft = {0};
	const char *tcp = TCP_EXAMPLE;
	enum lg_status status = lg_setup_draft_begin(ask, &draft);

	if (status == LG_OK && !is_dict(variant))
		status = lg_setup_draft_tcp(
			&draft, LG_LISTEN_HTTP,
			ask->listen ? ask->listen : TCP_EXAMPLE, &tcp);
	if (status == LG_OK)
		status = add_dict(dovecot, variant, &draft);
	if (status == LG_OK)
		status = add_doveadm(dovecot, &draft);
	if (status == LG_OK)
		status = lg_setup_draft_end(&draft);
	if (status == LG_OK)
		status = add_pieces(dovecot, variant, tcp);
	if (status == LG_OK && is_dict(variant))
		status = lg_setup_passdbs(ask, &dovecot->conf);
	lg_setup_draft_release(&draft);
	return status;
}

/* The server's own words for testing and starting itself; conf NULL: where it
 * looks by itself. */
static void add_words(const struct lg_setup_ask *ask, const char *conf)
{
	const char *with = conf ? "-c" : NULL;

	ask->plan->server = (struct lg_setup_server){
		.service = ask->config_dir ? NULL : "dovecot",
		.program = "dovecot",
		.test = {{"doveconf", "-n", with, conf}},
		.stop = {{"doveadm", conf ? "-c" : "stop", conf, "stop"}},
		.start = {{"dovecot", with, conf}}};
}

static enum lg_status find(struct dovecot *dovecot)
{
	static const char usual[] = "/run/dovecot";
	size_t len = strlen(usual);
	const char *base, *conf;
	enum lg_status status = lg_setup_main_file(dovecot->ask, "dovecot",
						   "dovecot.conf", &conf);

	if (status == LG_OK) {
		add_words(dovecot->ask, conf);
		status = lg_setup_doveconf_read(dovecot->ask, conf,
						&dovecot->conf);
	}
	if (status != LG_OK)
		return status;
	dovecot->gate = lg_setup_gate_user(dovecot->ask);
	base = lg_setup_doveconf_value(&dovecot->conf, "base_dir", &len);
	dovecot->socket = lg_setup_text(dovecot->ask->plan, "%.*s/http",
					(int)len, base ? base : usual);
	return LG_OK;
}

enum lg_status lg_setup_dovecot(const struct lg_setup_ask *ask)
{
	struct dovecot dovecot = {.ask = ask};
	const char *variant = NULL;
	enum lg_status status = find(&dovecot);

	if (status == LG_OK)
		status = find_variant(&dovecot, &variant);
	if (status == LG_OK && !is_dict(variant))
		status = lg_setup_no_key(ask);
	if (status == LG_OK && !is_dict(variant))
		status = check_policy(&dovecot);
	if (status == LG_OK)
		status = plan_files(&dovecot, variant);
	if (status == LG_OK)
		status = note_lost(&dovecot, variant);
	if (status == LG_OK) {
		ask->plan->door = "dovecot";
		ask->plan->variant = lg_setup_keep(ask->plan, variant);
	}
	return status;
}
