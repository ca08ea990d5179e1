/* SPDX-License-Identifier: ISC */
/*
 * setup_dovecot.c - Dovecot asks the gate, and the gate ends its sessions
 *
 * Everything goes into files of conf.d that are setup's own; what the
 * administrator wrote there is never touched. `doveconf -n` says which version
 * it is, where its files lie, and what is set already.
 */
#include <string.h>

#include "app/doors/running.h"
#include "app/setup/setup_ask.h"
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
	struct lg_setup_plan *plan;
	struct lg_error *err;
	struct lg_buffer shown;  /* doveconf -n */
	struct lg_buffer conf;   /* the main file */
	struct lg_buffer folder; /* of the main file */
	struct lg_buffer socket; /* doveadm's */
	struct lg_buffer gate;   /* the user the gate runs as */
	int is_24;
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
	{"combined", 1, "dovecot/2.4/logongate-combined.conf",
	 "conf.d/95-logongate.conf"},
	{"combined", 1, "dovecot/2.4/logongate-alive.lua",
	 "logongate-alive.lua"},
	{"policy", 1, "dovecot/2.4/logongate-auth-policy.conf",
	 "conf.d/95-logongate-auth-policy.conf"},
};

#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

static int has_piece(const struct dovecot *dovecot, const char *variant)
{
	for (size_t i = 0; i < PIECES; i++) {
		if (pieces[i].is_24 == dovecot->is_24 &&
		    strcmp(pieces[i].variant, variant) == 0)
			return 1;
	}
	return 0;
}

/* Dovecot 2.4 has no passdb dict; what asks there is in Lua. */
static int has_lua(const struct dovecot *dovecot)
{
	const struct lg_machine *machine = dovecot->ask->machine;
	struct lg_strlist names = {0};
	struct lg_error ignored;
	int found = 0;

	if (machine->list(machine->self, LUA_FOLDER, &names, &ignored) != LG_OK)
		return 0;
	for (size_t i = 0; i < names.count; i++)
		found |= strstr(names.item[i], "lua") != NULL;
	lg_strlist_release(&names);
	return found;
}

static enum lg_status find_variant(const struct dovecot *dovecot,
				   const char **out_variant)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	int lacks_lua = dovecot->is_24 && !has_lua(dovecot);
	enum lg_status status = lg_setup_variant(
		ask, lg_setup_door_find("dovecot"),
		lacks_lua ? "policy" : "combined", out_variant, dovecot->err);

	if (status != LG_OK)
		return status;
	if (!has_piece(dovecot, *out_variant))
		return lg_error_set(dovecot->err, LG_ERR_UNKNOWN_KEY,
				    *out_variant,
				    "needs changes of your own passdbs: see "
				    "the drop-ins below %s/dovecot",
				    ask->datadir);
	if (lacks_lua && strcmp(*out_variant, "combined") == 0)
		return lg_error_set(dovecot->err, LG_ERR_UNKNOWN_KEY,
				    "dovecot-auth-lua",
				    "is not installed, and the combined door "
				    "of Dovecot 2.4 needs it");
	if (lacks_lua)
		return lg_setup_note(dovecot->plan, dovecot->err,
				     "With dovecot-auth-lua installed the "
				     "combined door is to be had, which is "
				     "closed while the gate is dead.");
	return LG_OK;
}

/* "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf" */
static enum lg_status read_first_line(struct dovecot *dovecot)
{
	const char *line = dovecot->shown.data ? dovecot->shown.data : "";
	size_t len = strcspn(line, "\n");
	const char *path = strstr(line, "): /");

	if (strncmp(line, "# 2.", 4) != 0 || path == NULL || path > line + len)
		return lg_error_set(dovecot->err, LG_ERR_SYNTAX, "doveconf",
				    "does not say which Dovecot it is");
	if (line[4] != '3' && line[4] != '4')
		return lg_error_set(dovecot->err, LG_ERR_SYNTAX, "doveconf",
				    "is of Dovecot 2.%c; setup knows 2.3 and "
				    "2.4",
				    line[4]);
	dovecot->is_24 = line[4] == '4';
	path += 3;
	lg_buffer_append(&dovecot->conf, path, (size_t)(line + len - path));
	return lg_buffer_status(&dovecot->conf, dovecot->err);
}

/* The configuration of the one that runs. */
static enum lg_status find_conf(struct dovecot *dovecot)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	struct lg_strlist files = {0};
	enum lg_status status = LG_OK;

	if (ask->config_dir != NULL) {
		lg_buffer_format(&dovecot->conf, "%s/dovecot.conf",
				 ask->config_dir);
		return lg_buffer_status(&dovecot->conf, dovecot->err);
	}
	status = lg_running_configurations(ask->machine, "dovecot", &files,
					   dovecot->err);
	if (status == LG_OK && files.count > 1)
		status = lg_error_set(dovecot->err, LG_ERR_CONFLICT, "dovecot",
				      "runs several times; name the folder of "
				      "the one that is meant with "
				      "--config-dir");
	if (status == LG_OK && files.count)
		lg_buffer_text(&dovecot->conf, files.item[0]);
	lg_strlist_release(&files);
	return status == LG_OK ? lg_buffer_status(&dovecot->conf, dovecot->err)
			       : status;
}

static enum lg_status ask_doveconf(struct dovecot *dovecot)
{
	const struct lg_machine *machine = dovecot->ask->machine;
	const char *conf = dovecot->conf.len ? dovecot->conf.data : NULL;
	const char *argv[] = {"doveconf", "-n", conf ? "-c" : NULL, conf, NULL};
	enum lg_status status;

	status = machine->prints(machine->self, argv, &dovecot->shown,
				 dovecot->err);
	if (status == LG_ERR_UNKNOWN_KEY)
		return lg_error_set(dovecot->err, LG_ERR_UNKNOWN_KEY, "dovecot",
				    "is not installed here");
	if (status == LG_OK) {
		lg_buffer_clear(&dovecot->conf);
		status = read_first_line(dovecot);
	}
	return status;
}

/* conf.d is the main file's when it includes that. */
static enum lg_status find_folder(struct dovecot *dovecot)
{
	const struct lg_machine *machine = dovecot->ask->machine;
	const char *conf = dovecot->conf.data;
	struct lg_buffer text = {0};
	enum lg_status status =
		machine->read(machine->self, conf, &text, dovecot->err);
	int found = 0;

	for (const char *line = text.data; status == LG_OK && line && *line;) {
		size_t len = strcspn(line, "\n");
		const char *word = line + strspn(line, " \t");
		const char *include = strstr(word, "conf.d/*.conf");

		if (strncmp(word, "!include", 8) == 0 && include != NULL &&
		    include < line + len)
			found = 1;
		line += len + (line[len] == '\n');
	}
	lg_buffer_release(&text);
	if (status == LG_OK && !found)
		return lg_error_set(dovecot->err, LG_ERR_CONFLICT, conf,
				    "does not include conf.d/*.conf, where "
				    "setup writes; add the line \"!include "
				    "conf.d/*.conf\"");
	lg_buffer_append(&dovecot->folder, conf,
			 (size_t)(strrchr(conf, '/') - conf));
	return status == LG_OK
		       ? lg_buffer_status(&dovecot->folder, dovecot->err)
		       : status;
}

/* The value of a setting in `doveconf -n`, at the top, or NULL. */
static const char *value_of(const struct dovecot *dovecot, const char *name,
			    size_t *out_len)
{
	size_t len = strlen(name);

	for (const char *line = dovecot->shown.data; line && *line;) {
		size_t line_len = strcspn(line, "\n");

		if (strncmp(line, name, len) == 0 &&
		    strncmp(line + len, " = ", 3) == 0) {
			*out_len = line_len - len - 3;
			return line + len + 3;
		}
		line += line_len + (line[line_len] == '\n');
	}
	return NULL;
}

/* Somebody else's policy server stays. */
static enum lg_status check_policy(const struct dovecot *dovecot)
{
	size_t len;
	const char *url = value_of(dovecot, "auth_policy_server_url", &len);

	if (dovecot->ask->record->file_count)
		return LG_OK;
	if (url == NULL && strstr(dovecot->shown.data, "\nauth_policy {"))
		url = "a server of auth_policy", len = strlen(url);
	if (url == NULL)
		return LG_OK;
	return lg_error_set(dovecot->err, LG_ERR_CONFLICT, dovecot->conf.data,
			    "asks a policy server already (%.*s), and Dovecot "
			    "asks one only; take it out first",
			    (int)len, url);
}

static enum lg_status own_file(struct dovecot *dovecot, const char *place,
			       const char *text)
{
	struct lg_buffer path = {0};
	enum lg_status status;

	lg_buffer_format(&path, "%s/%s", dovecot->folder.data, place);
	status = lg_buffer_status(&path, dovecot->err);
	if (status == LG_OK)
		status = lg_setup_own_file(dovecot->ask, path.data, text,
					   dovecot->plan, dovecot->err);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status add_piece(struct dovecot *dovecot,
				const struct piece *piece, const char *tcp)
{
	struct lg_buffer text = {0};
	struct lg_buffer folder = {0};
	enum lg_status status;

	lg_buffer_format(&folder, "%s/", dovecot->folder.data);
	status = lg_buffer_status(&folder, dovecot->err);
	if (status == LG_OK)
		status = lg_setup_dropin(dovecot->ask, piece->dropin, &text,
					 dovecot->err);
	if (status == LG_OK)
		status =
			lg_setup_replace(&text, TCP_EXAMPLE, tcp, dovecot->err);
	if (status == LG_OK)
		status = lg_setup_replace(&text, FOLDER_EXAMPLE, folder.data,
					  dovecot->err);
	if (status == LG_OK)
		status = own_file(dovecot, piece->place, text.data);
	lg_buffer_release(&text);
	lg_buffer_release(&folder);
	return status;
}

static enum lg_status add_pieces(struct dovecot *dovecot, const char *variant,
				 const char *tcp)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < PIECES && status == LG_OK; i++) {
		if (pieces[i].is_24 == dovecot->is_24 &&
		    strcmp(pieces[i].variant, variant) == 0)
			status = add_piece(dovecot, &pieces[i], tcp);
	}
	return status;
}

/* The passdb that asks whether the gate lives does so over the dict socket,
 * as Dovecot's own user. */
static enum lg_status add_dict(struct dovecot *dovecot, const char *variant,
			       struct lg_buffer *settings)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	struct lg_buffer user = {0};
	enum lg_status status = LG_OK;
	size_t len;
	const char *own;

	if (dovecot->is_24 || strcmp(variant, "combined") != 0)
		return LG_OK;
	if (!ask->settings->listen[LG_LISTEN_DICT].present)
		status =
			lg_setup_add_address(settings, "dict", "unix:dict.sock",
					     "refuse", dovecot->err);
	own = value_of(dovecot, "default_internal_user", &len);
	if (own != NULL)
		lg_buffer_append(&user, own, len);
	else
		lg_buffer_text(&user, DOVECOT_USER);
	if (status == LG_OK)
		status = lg_buffer_status(&user, dovecot->err);
	if (status == LG_OK)
		status = lg_setup_join(ask, user.data, dovecot->plan,
				       dovecot->err);
	lg_buffer_release(&user);
	return status;
}

/* The key that gate and Dovecot share: for the gate's user and root alone. */
static enum lg_status add_key(struct dovecot *dovecot, const char *path)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	struct lg_setup_file file = {.path = path,
				     .mode = 0600,
				     .owner = dovecot->gate.data,
				     .is_secret = 1};
	struct lg_buffer key = {0};
	struct lg_error ignored;
	enum lg_status status = LG_OK;

	if (ask->machine->read(ask->machine->self, path, &key, &ignored) ==
	    LG_ERR_UNKNOWN_KEY) {
		status = ask->change->secret(ask->change->self, &key,
					     dovecot->err);
		file.after = key.data;
		if (status == LG_OK)
			status = lg_setup_add(dovecot->plan, &file,
					      dovecot->err);
	}
	lg_buffer_release(&key);
	return status;
}

/* How the gate lists and ends sessions, unless somebody set that up. */
static enum lg_status add_doveadm(struct dovecot *dovecot,
				  struct lg_buffer *settings)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	const char *conf = ask->settings->path;
	struct lg_buffer text = {0};
	struct lg_buffer key = {0};
	struct lg_buffer lines = {0};
	struct lg_buffer user = {0};
	enum lg_status status = LG_OK;
	size_t len;
	int is_set = ask->settings->doveadm != NULL;
	int is_own = ask->record->file_count != 0;

	if (!is_own && (is_set || value_of(dovecot, "doveadm_api_key", &len)))
		return is_set ? LG_OK
			      : lg_setup_note(dovecot->plan, dovecot->err,
					      "Dovecot has a doveadm_api_key "
					      "already: put it into a file for "
					      "[dovecot] api_key_file, so that "
					      "the gate can end sessions");
	lg_buffer_append(&key, conf, (size_t)(strrchr(conf, '/') - conf));
	lg_buffer_text(&key, "/doveadm.key");
	lg_buffer_format(&user, "user = %s", dovecot->gate.data);
	status = lg_buffer_status(&key, dovecot->err);
	if (status == LG_OK)
		status = lg_setup_dropin(ask, "dovecot/logongate-doveadm.conf",
					 &text, dovecot->err);
	if (status == LG_OK)
		status = lg_setup_replace(&text, KEY_EXAMPLE, key.data,
					  dovecot->err);
	if (status == LG_OK)
		status = lg_setup_replace(&text, SOCKET_EXAMPLE,
					  dovecot->socket.data, dovecot->err);
	if (status == LG_OK)
		status = lg_setup_replace(&text, "user = " GATE_USER, user.data,
					  dovecot->err);
	if (status == LG_OK)
		status = own_file(dovecot, "conf.d/95-logongate-doveadm.conf",
				  text.data);
	if (status == LG_OK)
		status = add_key(dovecot, key.data);
	lg_buffer_format(&lines,
			 "doveadm      = \"unix:%s\"\n"
			 "api_key_file = \"%s\"\n",
			 dovecot->socket.data, key.data);
	if (status == LG_OK)
		status = lg_buffer_status(&lines, dovecot->err);
	if (status == LG_OK && !is_set)
		status = lg_setup_add_section(settings, "dovecot", lines.data,
					      dovecot->err);
	lg_buffer_release(&text);
	lg_buffer_release(&key);
	lg_buffer_release(&lines);
	lg_buffer_release(&user);
	return status;
}

static enum lg_status plan_files(struct dovecot *dovecot, const char *variant)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	const char *tcp = lg_setup_tcp(ask->settings, LG_LISTEN_HTTP);
	struct lg_buffer before = {0};
	struct lg_buffer after = {0};
	enum lg_status status;

	status = lg_setup_settings_read(ask, &before, dovecot->err);
	lg_buffer_text(&after, before.data ? before.data : "");
	if (status == LG_OK && tcp == NULL) {
		tcp = ask->listen;
		status = lg_setup_add_address(&after, "http", tcp, "refuse",
					      dovecot->err);
	}
	if (status == LG_OK)
		status = add_dict(dovecot, variant, &after);
	if (status == LG_OK)
		status = add_doveadm(dovecot, &after);
	if (status == LG_OK)
		status = lg_setup_settings_plan(
			ask, before.data ? before.data : "", after.data,
			dovecot->plan, dovecot->err);
	if (status == LG_OK)
		status = add_pieces(dovecot, variant, tcp);
	lg_buffer_release(&before);
	lg_buffer_release(&after);
	return status;
}

/* The server's own words for testing and starting itself. */
static void add_words(struct dovecot *dovecot)
{
	struct lg_setup_plan *plan = dovecot->plan;
	const char *conf = lg_setup_keep(plan, dovecot->conf.data);

	plan->test =
		(struct lg_setup_words){{"doveconf", "-n", "-c", conf, NULL}};
	plan->stop =
		(struct lg_setup_words){{"doveadm", "-c", conf, "stop", NULL}};
	plan->start = (struct lg_setup_words){{"dovecot", "-c", conf, NULL}};
	plan->service = dovecot->ask->config_dir ? NULL : "dovecot";
}

static enum lg_status find(struct dovecot *dovecot)
{
	const struct lg_setup_ask *ask = dovecot->ask;
	size_t len = 0;
	const char *base;
	struct lg_error ignored;
	enum lg_status status = find_conf(dovecot);

	if (status == LG_OK)
		status = ask_doveconf(dovecot);
	if (status == LG_OK)
		status = find_folder(dovecot);
	if (status != LG_OK)
		return status;
	if (ask->change->owner(ask->change->self, ask->settings->state_dir,
			       &dovecot->gate, &ignored) != LG_OK)
		lg_buffer_text(&dovecot->gate, GATE_USER);
	base = value_of(dovecot, "base_dir", &len);
	lg_buffer_format(&dovecot->socket, "%.*s/http",
			 base ? (int)len : (int)strlen("/run/dovecot"),
			 base ? base : "/run/dovecot");
	return lg_buffer_status(&dovecot->socket, dovecot->err);
}

enum lg_status lg_setup_dovecot(const struct lg_setup_ask *ask,
				struct lg_setup_plan *out_plan,
				struct lg_error *err)
{
	struct dovecot dovecot = {.ask = ask, .plan = out_plan, .err = err};
	const char *variant = NULL;
	enum lg_status status = find(&dovecot);

	if (status == LG_OK)
		status = find_variant(&dovecot, &variant);
	if (status == LG_OK && ask->settings->listen[LG_LISTEN_HTTP].key_file)
		status = lg_error_set(err, LG_ERR_CONFLICT, ask->settings->path,
				      "has a key_file in [listen.http], and "
				      "setup writes no secret into Dovecot's "
				      "configuration");
	if (status == LG_OK)
		status = check_policy(&dovecot);
	if (status == LG_OK)
		status = plan_files(&dovecot, variant);
	if (status == LG_OK) {
		out_plan->door = "dovecot";
		out_plan->variant = lg_setup_keep(out_plan, variant);
		add_words(&dovecot);
	}
	lg_buffer_release(&dovecot.shown);
	lg_buffer_release(&dovecot.conf);
	lg_buffer_release(&dovecot.folder);
	lg_buffer_release(&dovecot.socket);
	lg_buffer_release(&dovecot.gate);
	return status;
}
