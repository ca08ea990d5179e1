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
	const char *variant;
	const char *conf;
	const char *folder;
	const char *text;
	struct lg_block_text *tree;
	struct lg_setup_sites sites;
	const char *socket; /* the gate's runtime socket */
	const char *rules;
};

static enum lg_status find_conf(struct haproxy *haproxy)
{
	const struct lg_setup_ask *ask = haproxy->ask;
	struct lg_strlist sets = {0};
	enum lg_status status;

	if (ask->config_dir != NULL) {
		haproxy->conf = lg_setup_text(
			haproxy->ask->plan, "%s/haproxy.cfg", ask->config_dir);
		return LG_OK;
	}
	status = lg_running_haproxy(ask->machine, &sets, haproxy->ask->err);
	if (status == LG_OK && sets.count == 1)
		haproxy->conf = lg_setup_text(haproxy->ask->plan, "%.*s",
					      (int)strcspn(sets.item[0], "\n"),
					      sets.item[0]);
	if (status == LG_OK &&
	    (sets.count != 1 ||
	     strchr(sets.item[0], '\n') !=
		     sets.item[0] + strlen(sets.item[0]) - 1))
		status = lg_error_set(haproxy->ask->err, LG_ERR_CONFLICT,
				      "haproxy",
				      "runs several times, or with several "
				      "files; put the lines of the drop-ins "
				      "below %s/haproxy into them by hand",
				      ask->datadir);
	lg_strlist_release(&sets);
	return status;
}

static enum lg_status read_conf(struct haproxy *haproxy)
{
	enum lg_status status =
		lg_setup_read(haproxy->ask, haproxy->conf, &haproxy->text);

	if (status == LG_ERR_UNKNOWN_KEY)
		return lg_error_set(haproxy->ask->err, LG_ERR_UNKNOWN_KEY,
				    haproxy->conf,
				    "is not there: HAProxy is not installed "
				    "here");
	if (status != LG_OK)
		return status;
	haproxy->folder = lg_setup_folder_of(haproxy->ask->plan, haproxy->conf);
	return lg_block_text_lines(haproxy->text, strlen(haproxy->text),
				   &haproxy->tree, haproxy->ask->err);
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
				lg_haproxy_word(section.head, 1),
				haproxy->ask->err);
	}
	if (status == LG_OK)
		status = lg_setup_sites_choose(haproxy->ask, &haproxy->sites,
					       "haproxy", haproxy->ask->err);
	return status;
}

/* Beside the runtime socket that is there: that folder is there too. */
static void find_socket(struct haproxy *haproxy)
{
	struct lg_haproxy_section global;
	const char *path = NULL;

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
	haproxy->socket = lg_setup_text(
		haproxy->ask->plan, "%s/logongate.sock",
		path ? lg_setup_folder_of(haproxy->ask->plan, path)
		     : SOCKET_FOLDER);
}

/* What the names of a frontend are worth, as the drop-in has it commented. */
static enum lg_status read_rules(struct haproxy *haproxy)
{
	struct lg_setup_swap swaps[] = {
		{FOLDER_EXAMPLE,
		 lg_setup_text(haproxy->ask->plan, "%s/", haproxy->folder)},
		{IDENTITY_EXAMPLE, IDENTITY_EXAMPLE},
		{NULL, NULL}};

	if (strcmp(haproxy->variant, "nobody") != 0)
		swaps[1].by = lg_setup_text(haproxy->ask->plan, "%s%s)",
					    &IDENTITY[1], haproxy->variant);
	return lg_setup_dropin(haproxy->ask, "haproxy/logongate.cfg", swaps,
			       &haproxy->rules);
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
					   haproxy->rules);
	}
}

/* The runtime socket, unless the settings name one; *out_stats is "" then. */
static enum lg_status stats_lines(struct haproxy *haproxy,
				  struct lg_setup_draft *draft,
				  const char **out_stats)
{
	struct lg_setup_plan *plan = haproxy->ask->plan;

	*out_stats = "";
	if (haproxy->ask->settings->haproxy_stats_socket != NULL)
		return LG_OK;
	*out_stats = lg_setup_text(
		plan,
		"\t# logongate ends sessions through it\n"
		"\tstats socket %s mode 600 level admin user %s\n",
		haproxy->socket, lg_setup_gate_user(haproxy->ask));
	return lg_setup_add_section(
		&draft->after, "haproxy",
		lg_setup_text(plan, "stats_socket = \"%s\"\n", haproxy->socket),
		haproxy->ask->err);
}

static enum lg_status plan_conf(struct haproxy *haproxy,
				struct lg_setup_draft *draft, const char *spop,
				const char *http)
{
	const struct lg_setup_swap swaps[] = {
		{SPOP_EXAMPLE, spop}, {HTTP_EXAMPLE, http}, {NULL, NULL}};
	struct lg_setup_insert insert = {.text = haproxy->text};
	const char *backends = NULL;
	const char *stats = NULL;
	enum lg_status status = stats_lines(haproxy, draft, &stats);

	if (status == LG_OK)
		status = lg_setup_dropin(haproxy->ask,
					 "haproxy/logongate-backends.cfg",
					 swaps, &backends);
	if (status != LG_OK)
		return status;
	put_in(haproxy, stats, &insert);
	if (strstr(haproxy->text, "backend logongate-spop") == NULL) {
		lg_setup_insert_at(&insert, strlen(haproxy->text), "\n");
		lg_buffer_text(&insert.out, backends);
	}
	status = lg_setup_insert_end(&insert, haproxy->ask->err);
	if (status == LG_OK)
		status = lg_setup_his_file(haproxy->ask, haproxy->conf,
					   haproxy->text, insert.out.data);
	lg_buffer_release(&insert.out);
	return status;
}

static enum lg_status plan_files(struct haproxy *haproxy)
{
	const struct lg_setup_ask *ask = haproxy->ask;
	struct lg_setup_draft draft = {0};
	const char *spop = NULL;
	const char *http = NULL;
	enum lg_status status = lg_setup_draft_begin(ask, &draft);

	if (status == LG_OK)
		status = lg_setup_draft_tcp(
			&draft, LG_LISTEN_SPOP,
			ask->listen ? ask->listen : SPOP_EXAMPLE, &spop);
	if (status == LG_OK)
		status = lg_setup_draft_tcp(&draft, LG_LISTEN_HTTP,
					    HTTP_EXAMPLE, &http);
	if (status == LG_OK)
		status = lg_setup_own_dropin(ask, "haproxy/logongate-spoe.cfg",
					     NULL, haproxy->folder,
					     "logongate-spoe.cfg");
	if (status == LG_OK)
		status = plan_conf(haproxy, &draft, spop, http);
	if (status == LG_OK)
		status = lg_setup_draft_end(&draft);
	if (status == LG_OK && strcmp(haproxy->variant, "nobody") == 0)
		status = lg_setup_note_unnamed(haproxy->ask);
	lg_setup_draft_release(&draft);
	return status;
}

static enum lg_status plan(struct haproxy *haproxy)
{
	struct lg_setup_plan *plan = haproxy->ask->plan;
	enum lg_status status = find_conf(haproxy);

	if (status != LG_OK)
		return status;
	plan->server = (struct lg_setup_server){
		.service = "haproxy",
		.program = "haproxy",
		.reloads = 1,
		.test = {{"haproxy", "-c", "-f", haproxy->conf}}};
	plan->is_partial = 1;
	status = read_conf(haproxy);
	if (status == LG_OK)
		status = find_sites(haproxy);
	if (status != LG_OK || haproxy->sites.names.count == 0)
		return status;
	find_socket(haproxy);
	status = read_rules(haproxy);
	return status == LG_OK ? plan_files(haproxy) : status;
}

enum lg_status lg_setup_haproxy(const struct lg_setup_ask *ask)
{
	struct haproxy haproxy = {.ask = ask};
	enum lg_status status =
		lg_setup_begin(ask, "haproxy", "nobody", &haproxy.variant);

	if (status == LG_OK)
		status = lg_setup_no_key(ask);
	if (status == LG_OK)
		status = plan(&haproxy);
	lg_strlist_release(&haproxy.sites.names);
	lg_block_text_free(&haproxy.tree);
	return status;
}
