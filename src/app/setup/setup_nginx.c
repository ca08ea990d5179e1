/* SPDX-License-Identifier: ISC */
/*
 * setup_nginx.c - sites of nginx ask the gate
 *
 * What the sites include lies beside nginx.conf, and what belongs to all of
 * them in conf.d. `nginx -T` names the files that are read; those with server
 * blocks that are meant get the includes.
 */
#include <string.h>

#include "base/listed.h"

#include "app/setup/setup_nginx_text.h"
#include "app/setup/setup_parts.h"

#define HEADING "# configuration file "
#define MODULES "/usr/lib/nginx/modules"

struct nginx {
	const struct lg_setup_ask *ask;
	const char *variant;
	const char *folder;
	const char *user; /* the workers'; NULL: nobody says */
	struct lg_strlist paths;
	struct lg_strlist texts; /* of the same files */
	struct lg_setup_sites sites;
};

static const struct {
	const char *dropin;
	const char *place;
} parts[] = {
	{"nginx/logongate.conf", "conf.d/logongate.conf"},
	{"nginx/logongate-server.conf", "logongate-server.conf"},
	{"nginx/logongate-ask.conf", "logongate-ask.conf"},
	{"nginx/logongate-check.conf", "logongate-check.conf"},
	{"nginx/logongate-pass.conf", "logongate-pass.conf"},
};

/* Each file once, as it lies on the disk. */
static enum lg_status read_file(struct nginx *nginx, const char *path)
{
	const char *text = NULL;
	enum lg_status status;

	if (lg_listed(&nginx->paths, path))
		return LG_OK;
	status = lg_setup_read(nginx->ask, path, &text);
	if (status == LG_OK)
		status = lg_list_text(&nginx->paths, path, nginx->ask->err);
	if (status == LG_OK)
		status = lg_list_text(&nginx->texts, text, nginx->ask->err);
	return status;
}

/* conf NULL: where nginx looks by itself. */
static void add_words(const struct nginx *nginx, const char *conf)
{
	const char *with = conf ? "-c" : NULL;

	nginx->ask->plan->server = (struct lg_setup_server){
		.service = nginx->ask->config_dir ? NULL : "nginx",
		.program = "nginx",
		.reloads = 1,
		.test = {{"nginx", "-t", "-q", with, conf}},
		.start = {{"nginx", "-s", "reload", with, conf}}};
}

static enum lg_status read_files(struct nginx *nginx)
{
	struct lg_buffer shown = {0};
	const char *conf = NULL;
	enum lg_status status =
		lg_setup_main_file(nginx->ask, "nginx", "nginx.conf", &conf);
	const char *argv[] = {"nginx", "-T", "-q", conf ? "-c" : NULL,
			      conf,    NULL};

	if (status != LG_OK)
		return status;
	add_words(nginx, conf);
	status = lg_setup_prints(nginx->ask, "nginx", argv, &shown);
	for (const char *at = shown.data; status == LG_OK && at && *at;) {
		size_t len = strcspn(at, "\n");

		if (strncmp(at, HEADING, strlen(HEADING)) == 0 &&
		    at[len - 1] == ':')
			status = read_file(
				nginx,
				lg_setup_text(nginx->ask->plan, "%.*s",
					      (int)(len - strlen(HEADING) - 1),
					      at + strlen(HEADING)));
		at += len + (at[len] == '\n');
	}
	lg_buffer_release(&shown);
	if (status == LG_OK && nginx->paths.count == 0)
		return lg_error_set(nginx->ask->err, LG_ERR_SYNTAX, "nginx -T",
				    "does not say which files are read");
	return status;
}

/* What the main file says: who the workers are, and that conf.d is read. */
static enum lg_status read_main(struct nginx *nginx)
{
	const char *text = nginx->texts.item[0];
	const char *user = strstr(text, "user ");
	enum lg_status status = LG_OK;

	nginx->folder =
		lg_setup_folder_of(nginx->ask->plan, nginx->paths.item[0]);
	if (strstr(text, "conf.d/*.conf") == NULL)
		return lg_error_set(nginx->ask->err, LG_ERR_CONFLICT,
				    nginx->paths.item[0],
				    "does not include conf.d/*.conf, where "
				    "setup writes; add \"include "
				    "conf.d/*.conf;\" to its http block");
	if (user != NULL && (user == text || user[-1] == '\n')) {
		user += strlen("user ");
		user += strspn(user, " \t");
		nginx->user = lg_setup_text(nginx->ask->plan, "%.*s",
					    (int)strcspn(user, " \t;\n"), user);
	}
	nginx->sites.what = "server block";
	for (size_t i = 0; status == LG_OK && i < nginx->texts.count; i++)
		status = lg_setup_nginx_sites(nginx->texts.item[i],
					      &nginx->sites, nginx->ask->err);
	if (status == LG_OK)
		status = lg_setup_sites_choose(nginx->ask, &nginx->sites,
					       "nginx", nginx->ask->err);
	return status;
}

static enum lg_status plan_parts(struct nginx *nginx)
{
	struct lg_setup_swap swaps[] = {{NULL, NULL}, {NULL, NULL}};
	enum lg_status status = lg_setup_http_socket(nginx->ask, &swaps[0]);

	for (size_t i = 0;
	     status == LG_OK && i < sizeof(parts) / sizeof(parts[0]); i++)
		status = lg_setup_own_dropin(nginx->ask, parts[i].dropin, swaps,
					     nginx->folder, parts[i].place);
	if (status == LG_OK && nginx->user && *nginx->user &&
	    strcmp(nginx->user, "root") != 0)
		status = lg_setup_join(nginx->ask, nginx->user);
	return status;
}

static enum lg_status plan_sites(struct nginx *nginx)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < nginx->paths.count; i++) {
		struct lg_buffer after = {0};

		status = lg_setup_nginx_put(nginx->texts.item[i], &nginx->sites,
					    nginx->variant, &after,
					    nginx->ask->err);
		if (status == LG_OK)
			status = lg_setup_his_file(
				nginx->ask, nginx->paths.item[i],
				nginx->texts.item[i], after.data);
		lg_buffer_release(&after);
	}
	return status;
}

/* What the script of njs needs of a site (an upstream, its scheme) is not to
 * be guessed; what is lost without it is said. */
static enum lg_status note_mapi(struct nginx *nginx)
{
	const struct lg_setup_ask *ask = nginx->ask;
	int found = 0;

	for (size_t i = 0; i < nginx->texts.count && !found; i++)
		found = lg_setup_nginx_mapi(nginx->texts.item[i],
					    &nginx->sites);
	return found ? lg_setup_note(
			       nginx->ask,
			       "Requests of MAPI over HTTP (/mapi) are judged "
			       "as web here. Lost by it: Outlook reads a plain "
			       "503 and not its own refusal, a Connect does not "
			       "say who it is, and a block of client versions "
			       "does not reach Outlook. Where Outlook comes in "
			       "this way add %s/nginx/logongate-mapi.conf: its "
			       "first lines say how, and njs (the package "
			       "libnginx-mod-http-js) %s here.",
			       ask->datadir,
			       lg_setup_has_name(ask, MODULES, "http_js")
				       ? "is installed"
				       : "is not installed")
		     : LG_OK;
}

static enum lg_status plan(struct nginx *nginx)
{
	enum lg_status status = read_files(nginx);

	nginx->ask->plan->is_partial = 1;
	if (status == LG_OK)
		status = read_main(nginx);
	if (status != LG_OK || nginx->sites.names.count == 0)
		return status;
	status = plan_parts(nginx);
	if (status == LG_OK)
		status = plan_sites(nginx);
	if (status == LG_OK && strcmp(nginx->variant, "nobody") == 0)
		status = lg_setup_note_unnamed(nginx->ask);
	if (status == LG_OK)
		status = note_mapi(nginx);
	return status;
}

enum lg_status lg_setup_nginx(const struct lg_setup_ask *ask)
{
	struct nginx nginx = {.ask = ask};
	enum lg_status status =
		lg_setup_begin(ask, "nginx", "nobody", &nginx.variant);

	if (status == LG_OK)
		status = lg_setup_no_key(ask);
	if (status == LG_OK)
		status = plan(&nginx);
	lg_strlist_release(&nginx.paths);
	lg_strlist_release(&nginx.texts);
	lg_strlist_release(&nginx.sites.names);
	return status;
}
