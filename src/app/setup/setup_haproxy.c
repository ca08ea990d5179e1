/* SPDX-License-Identifier: ISC */
/*
 * setup_haproxy.c - frontends of HAProxy ask the gate
 *
 * The rules go to the top of each frontend that is meant (behind its own
 * "http-request auth"), the backends to the end of the file, and a runtime
 * socket for the gate into the global section. Over TCP, for HAProxy sits in a
 * chroot.
 */
#include <string.h>

#include "app/doors/haproxy_text.h"
#include "app/doors/running.h"
#include "app/setup/setup_parts.h"
#include "app/setup/setup_settings.h"
#include "app/setup/setup_sites.h"

#define SPOP_EXAMPLE "127.0.0.1:4182"
#define HTTP_EXAMPLE "127.0.0.1:4191"
#define FOLDER_EXAMPLE "/etc/haproxy/"
#define SOCKET_FOLDER "/run/haproxy"
#define ENGINE "logongate"
#define IDENTITY "#http-request set-var(txn.logongate_identity) str("
#define IDENTITY_EXAMPLE IDENTITY "basic-checked-by-backend)"

struct haproxy {
	const struct lg_setup_ask *ask;
	struct lg_setup_plan *plan;
	struct lg_error *err;
	const char *variant;
	struct lg_buffer conf;
	struct lg_buffer folder;
	struct lg_buffer text;
	struct lg_block_text *tree;
	struct lg_setup_sites sites;
	struct lg_buffer socket; /* the gate's runtime socket */
	struct lg_buffer rules;
};

static enum lg_status find_conf(struct haproxy *haproxy)
{
	const struct lg_setup_ask *ask = haproxy->ask;
	struct lg_strlist sets = {0};
	enum lg_status status;

	if (ask->config_dir != NULL) {
		lg_buffer_format(&haproxy->conf, "%s/haproxy.cfg",
				 ask->config_dir);
		return lg_buffer_status(&haproxy->conf, haproxy->err);
	}
	status = lg_running_haproxy(ask->machine, &sets, haproxy->err);
	if (status == LG_OK && sets.count == 1)
		lg_buffer_append(&haproxy->conf, sets.item[0],
				 strcspn(sets.item[0], "\n"));
	if (status == LG_OK &&
	    (sets.count != 1 ||
	     strchr(sets.item[0], '\n') !=
		     sets.item[0] + strlen(sets.item[0]) - 1))
		status = lg_error_set(haproxy->err, LG_ERR_CONFLICT, "haproxy",
				      "runs several times, or with several "
				      "files; put the lines of the drop-ins "
				      "below %s/haproxy into them by hand",
				      ask->datadir);
	lg_strlist_release(&sets);
	return status == LG_OK ? lg_buffer_status(&haproxy->conf, haproxy->err)
			       : status;
}

static enum lg_status read_conf(struct haproxy *haproxy)
{
	const struct lg_machine *machine = haproxy->ask->machine;
	enum lg_status status = find_conf(haproxy);

	if (status == LG_OK)
		status = machine->read(machine->self, haproxy->conf.data,
				       &haproxy->text, haproxy->err);
	if (status == LG_ERR_UNKNOWN_KEY)
		return lg_error_set(haproxy->err, LG_ERR_UNKNOWN_KEY,
				    haproxy->conf.data,
				    "is not there: HAProxy is not installed "
				    "here");
	lg_buffer_text(&haproxy->text, "");
	if (status == LG_OK)
		status = lg_setup_folder_of(haproxy->conf.data,
					    &haproxy->folder, haproxy->err);
	if (status == LG_OK)
		status = lg_block_text_lines(haproxy->text.data,
					     haproxy->text.len, &haproxy->tree,
					     haproxy->err);
	return status;
}

/* Frontends in HTTP that lead on to a server. */
static enum lg_status find_sites(struct haproxy *haproxy)
{
	const struct lg_block *root = lg_block_root(haproxy->tree);
	struct lg_haproxy_section section = {NULL, NULL};
	enum lg_status status = LG_OK;

	haproxy->sites.what = "frontend";
	while (status == LG_OK &&
	       lg_haproxy_next(root, section.head, &section)) {
		int asks = 0;
		int leads = 0;

		if (!(lg_haproxy_is(section.head, 0, "frontend") ||
		      lg_haproxy_is(section.head, 0, "listen")) ||
		    !lg_haproxy_is_http(root, &section))
			continue;
		for (const struct lg_block *line = section.head->next;
		     line != section.end; line = line->next) {
			asks |= lg_haproxy_is(line, 1, "spoe") &&
				lg_haproxy_mentions(line, ENGINE);
			leads |= lg_haproxy_is(line, 0, "use_backend") ||
				 lg_haproxy_is(line, 0, "default_backend") ||
				 lg_haproxy_is(line, 0, "server");
		}
		if (asks)
			haproxy->sites.asking++;
		else if (leads)
			status = lg_setup_sites_add(
				&haproxy->sites,
				lg_haproxy_word(section.head, 1), haproxy->err);
	}
	if (status == LG_OK)
		status = lg_setup_sites_choose(haproxy->ask, &haproxy->sites,
					       "haproxy", haproxy->err);
	return status;
}

/* Beside the runtime socket that is there: that folder is there too. */
static enum lg_status find_socket(struct haproxy *haproxy)
{
	struct lg_haproxy_section global;
	const char *path = NULL;
	struct lg_buffer folder = {0};
	enum lg_status status = LG_OK;

	if (lg_haproxy_find(lg_block_root(haproxy->tree), "global", "",
			    &global)) {
		for (const struct lg_block *line = global.head->next;
		     line != global.end; line = line->next) {
			if (lg_haproxy_is(line, 0, "stats") &&
			    lg_haproxy_is(line, 1, "socket") &&
			    *lg_haproxy_word(line, 2) == '/')
				path = lg_haproxy_word(line, 2);
		}
	}
	if (path)
		status = lg_setup_folder_of(path, &folder, haproxy->err);
	else
		lg_buffer_text(&folder, SOCKET_FOLDER);
	if (status == LG_OK)
		status = lg_buffer_status(&folder, haproxy->err);
	lg_buffer_format(&haproxy->socket, "%s/logongate.sock",
			 folder.data ? folder.data : "");
	lg_buffer_release(&folder);
	return status == LG_OK
		       ? lg_buffer_status(&haproxy->socket, haproxy->err)
		       : status;
}

/* What the names of a frontend are worth, as the drop-in has it commented. */
static enum lg_status read_rules(struct haproxy *haproxy)
{
	struct lg_buffer folder = {0};
	struct lg_buffer identity = {0};
	struct lg_setup_swap swaps[] = {
		{FOLDER_EXAMPLE, NULL}, {IDENTITY_EXAMPLE, NULL}, {NULL, NULL}};
	enum lg_status status;

	lg_buffer_format(&folder, "%s/", haproxy->folder.data);
	if (strcmp(haproxy->variant, "nobody") == 0)
		lg_buffer_text(&identity, IDENTITY_EXAMPLE);
	else
		lg_buffer_format(&identity, "%s%s)", &IDENTITY[1],
				 haproxy->variant);
	swaps[0].by = folder.data;
	swaps[1].by = identity.data;
	status = lg_buffer_status(&folder, haproxy->err);
	if (status == LG_OK)
		status = lg_buffer_status(&identity, haproxy->err);
	if (status == LG_OK)
		status = lg_setup_dropin(haproxy->ask, "haproxy/logongate.cfg",
					 swaps, &haproxy->rules, haproxy->err);
	lg_buffer_text(&haproxy->rules, "");
	lg_buffer_release(&folder);
	lg_buffer_release(&identity);
	return status == LG_OK ? lg_buffer_status(&haproxy->rules, haproxy->err)
			       : status;
}

/* Where the rules of a section go: behind its last "http-request auth". */
static const struct lg_block *
place_of_rules(const struct lg_haproxy_section *section)
{
	const struct lg_block *place = section->head;

	for (const struct lg_block *line = section->head->next;
	     line != section->end; line = line->next) {
		if (lg_haproxy_is(line, 0, "http-request") &&
		    lg_haproxy_is(line, 1, "auth"))
			place = line;
	}
	return place;
}

static void put_in(struct haproxy *haproxy, const char *stats,
		   struct lg_setup_insert *insert)
{
	struct lg_haproxy_section section = {NULL, NULL};
	int is_global;

	while (lg_haproxy_next(lg_block_root(haproxy->tree), section.head,
			       &section)) {
		is_global = lg_haproxy_is(section.head, 0, "global");
		if (is_global && *stats)
			lg_setup_insert_at(insert, section.head->body, stats);
		if (is_global)
			stats = "";
		if ((lg_haproxy_is(section.head, 0, "frontend") ||
		     lg_haproxy_is(section.head, 0, "listen")) &&
		    lg_setup_sites_has(&haproxy->sites,
				       lg_haproxy_word(section.head, 1)))
			lg_setup_insert_at(insert,
					   place_of_rules(&section)->body,
					   haproxy->rules.data);
	}
}

/* The runtime socket, unless the settings name one. */
static enum lg_status stats_lines(struct haproxy *haproxy,
				  struct lg_setup_draft *draft,
				  struct lg_buffer *out_stats)
{
	struct lg_buffer user = {0};
	struct lg_buffer lines = {0};
	enum lg_status status;

	if (haproxy->ask->settings->haproxy_stats_socket != NULL)
		return LG_OK;
	status = lg_setup_gate_user(haproxy->ask, &user, haproxy->err);
	lg_buffer_format(out_stats,
			 "\t# logongate ends sessions through it\n"
			 "\tstats socket %s mode 600 level admin user %s\n",
			 haproxy->socket.data, user.data ? user.data : "");
	lg_buffer_format(&lines, "stats_socket = \"%s\"\n",
			 haproxy->socket.data);
	if (status == LG_OK)
		status = lg_buffer_status(out_stats, haproxy->err);
	if (status == LG_OK)
		status = lg_buffer_status(&lines, haproxy->err);
	if (status == LG_OK)
		status = lg_setup_add_section(&draft->after, "haproxy",
					      lines.data, haproxy->err);
	lg_buffer_release(&user);
	lg_buffer_release(&lines);
	return status;
}

static enum lg_status plan_conf(struct haproxy *haproxy,
				struct lg_setup_draft *draft, const char *spop,
				const char *http)
{
	const struct lg_setup_swap swaps[] = {
		{SPOP_EXAMPLE, spop}, {HTTP_EXAMPLE, http}, {NULL, NULL}};
	struct lg_setup_insert insert = {.text = haproxy->text.data};
	struct lg_buffer backends = {0};
	struct lg_buffer stats = {0};
	enum lg_status status = stats_lines(haproxy, draft, &stats);

	if (status == LG_OK)
		status = lg_setup_dropin(haproxy->ask,
					 "haproxy/logongate-backends.cfg",
					 swaps, &backends, haproxy->err);
	if (status == LG_OK) {
		put_in(haproxy, stats.data ? stats.data : "", &insert);
		if (strstr(haproxy->text.data, "backend logongate-spop") ==
		    NULL) {
			lg_setup_insert_at(&insert, haproxy->text.len, "\n");
			lg_buffer_text(&insert.out, backends.data);
		}
		status = lg_setup_insert_end(&insert, haproxy->err);
	}
	if (status == LG_OK)
		status = lg_setup_his_file(haproxy->plan, haproxy->conf.data,
					   haproxy->text.data, insert.out.data,
					   haproxy->err);
	lg_buffer_release(&insert.out);
	lg_buffer_release(&backends);
	lg_buffer_release(&stats);
	return status;
}

static enum lg_status plan_files(struct haproxy *haproxy)
{
	const struct lg_setup_ask *ask = haproxy->ask;
	struct lg_setup_draft draft = {0};
	const char *spop = NULL;
	const char *http = NULL;
	enum lg_status status = lg_setup_draft_begin(ask, &draft, haproxy->err);

	if (status == LG_OK)
		status = lg_setup_draft_tcp(&draft, LG_LISTEN_SPOP,
					    ask->listen ? ask->listen
							: SPOP_EXAMPLE,
					    &spop, haproxy->err);
	if (status == LG_OK)
		status = lg_setup_draft_tcp(&draft, LG_LISTEN_HTTP,
					    HTTP_EXAMPLE, &http, haproxy->err);
	if (status == LG_OK)
		status = lg_setup_own_dropin(ask, "haproxy/logongate-spoe.cfg",
					     NULL, haproxy->folder.data,
					     "logongate-spoe.cfg",
					     haproxy->plan, haproxy->err);
	if (status == LG_OK)
		status = plan_conf(haproxy, &draft, spop, http);
	if (status == LG_OK)
		status =
			lg_setup_draft_end(&draft, haproxy->plan, haproxy->err);
	if (status == LG_OK && strcmp(haproxy->variant, "nobody") == 0)
		status = lg_setup_note_unnamed(haproxy->plan, haproxy->err);
	lg_setup_draft_release(&draft);
	return status;
}

static enum lg_status plan(struct haproxy *haproxy)
{
	struct lg_setup_plan *plan = haproxy->plan;
	enum lg_status status = read_conf(haproxy);
	const char *conf;

	if (status != LG_OK)
		return status;
	conf = lg_setup_keep(plan, haproxy->conf.data);
	plan->test = (struct lg_setup_words){{"haproxy", "-c", "-f", conf}};
	plan->service = "haproxy";
	plan->reloads = 1;
	plan->is_partial = 1;
	status = find_sites(haproxy);
	if (status == LG_OK && haproxy->sites.names.count == 0)
		return LG_OK;
	if (status == LG_OK)
		status = find_socket(haproxy);
	if (status == LG_OK)
		status = read_rules(haproxy);
	return status == LG_OK ? plan_files(haproxy) : status;
}

enum lg_status lg_setup_haproxy(const struct lg_setup_ask *ask,
				struct lg_setup_plan *out_plan,
				struct lg_error *err)
{
	struct haproxy haproxy = {.ask = ask, .plan = out_plan, .err = err};
	enum lg_status status = lg_setup_begin(ask, "haproxy", "nobody",
					       out_plan, &haproxy.variant, err);

	if (status == LG_OK)
		status = lg_setup_no_key(ask, err);
	if (status == LG_OK)
		status = plan(&haproxy);
	lg_buffer_release(&haproxy.conf);
	lg_buffer_release(&haproxy.folder);
	lg_buffer_release(&haproxy.text);
	lg_buffer_release(&haproxy.socket);
	lg_buffer_release(&haproxy.rules);
	lg_strlist_release(&haproxy.sites.names);
	lg_block_text_free(&haproxy.tree);
	return status;
}
