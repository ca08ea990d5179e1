/* SPDX-License-Identifier: ISC */
/*
 * survey.c - looks at this machine's servers and says which ask the gate
 *
 * The servers' own programs print their configuration, so that defaults and
 * includes are theirs, for the files that the running ones were given. HAProxy
 * and PAM have no such program and their files are read. What cannot be read
 * is a way in of which nothing is known.
 */
#include "app/doors/survey.h"

#include <stdlib.h>
#include <string.h>

#include "app/doors/prosody_text.h"
#include "app/doors/running.h"
#include "app/doors/survey_inside.h"

#define PROSODY_CONF "/etc/prosody/prosody.cfg.lua"

static enum lg_status add_address(struct lg_strlist *list, const char *address,
				  const char *run_dir, struct lg_error *err)
{
	static const char prefix[] = "unix:";
	struct lg_buffer path = {0};
	enum lg_status status;

	if (strncmp(address, prefix, sizeof(prefix) - 1) == 0) {
		address += sizeof(prefix) - 1;
		if (*address != '/' && run_dir)
			lg_buffer_format(&path, "%s/", run_dir);
	}
	lg_buffer_text(&path, address);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = lg_strlist_add(list, path.data, path.len, err);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status gate_addresses(const struct lg_settings *settings,
				     struct lg_gate_addresses *out_gate,
				     struct lg_error *err)
{
	struct lg_strlist *list[LG_LISTENER_COUNT] = {
		[LG_LISTEN_HTTP] = &out_gate->http,
		[LG_LISTEN_POSTFIX] = &out_gate->postfix,
		[LG_LISTEN_SPOP] = &out_gate->spop,
		[LG_LISTEN_DICT] = &out_gate->dict,
	};
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < LG_LISTENER_COUNT; i++) {
		const struct lg_strlist *address = &settings->listen[i].address;

		for (size_t j = 0;
		     list[i] && status == LG_OK && j < address->count; j++)
			status = add_address(list[i], address->item[j],
					     settings->run_dir, err);
	}
	return status;
}

/* A way in of which nothing is known, and why. */
static enum lg_status add_unknown(struct survey *survey, const char *door,
				  const char *place, const char *why)
{
	struct lg_buffer note = {0};
	struct lg_way way = {.door = door,
			     .way = "configuration",
			     .asks = LG_ASKS_UNKNOWN,
			     .when_down = LG_WHEN_DOWN_UNKNOWN};
	enum lg_status status;

	lg_buffer_format(&note, "%s: %s%s", place, why,
			 survey->machine->is_root ? "" : "; run as root");
	way.note = note.data;
	status = lg_buffer_status(&note, survey->err);
	if (status == LG_OK)
		status = lg_ways_add(survey->ways, &way, survey->err);
	lg_buffer_release(&note);
	return status;
}

enum lg_status lg_survey_settle(struct survey *survey, const char *door,
				enum lg_status status)
{
	struct lg_error why = *survey->err;

	if (status == LG_OK || status == LG_ERR_NO_MEMORY)
		return status;
	if (status == LG_ERR_UNKNOWN_KEY)
		return LG_OK;
	return add_unknown(survey, door, why.place, why.text);
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
		status = add_unknown(survey, "dovecot", hidden.data,
				     "may not be read");
	else if (status == LG_OK)
		status = lg_doors_dovecot(text.data ? text.data : "", text.len,
					  survey->gate, &survey->files,
					  survey->ways, survey->err);
	lg_buffer_release(&text);
	lg_buffer_release(&hidden);
	return lg_survey_settle(survey, "dovecot", status);
}

static enum lg_status read_nginx(struct survey *survey, const char *conf)
{
	const char *argv[] = {"nginx", "-T", "-q", *conf ? "-c" : NULL,
			      conf,    NULL};
	struct lg_buffer text = {0};
	enum lg_status status;

	status = survey->machine->prints(survey->machine->self, argv, &text,
					 survey->err);
	if (status == LG_OK)
		status =
			lg_doors_nginx(text.data ? text.data : "", text.len,
				       survey->gate, survey->ways, survey->err);
	lg_buffer_release(&text);
	return lg_survey_settle(survey, "nginx", status);
}

/* Each configuration that a program runs with, or the one that was named. */
static enum lg_status
survey_each(struct survey *survey, const char *program, const char *conf,
	    enum lg_status (*read)(struct survey *, const char *))
{
	struct lg_strlist files = {0};
	enum lg_status status = LG_OK;

	if (conf)
		return read(survey, conf);
	status = lg_running_configurations(survey->machine, program, &files,
					   survey->err);
	for (size_t i = 0; status == LG_OK && i < files.count; i++)
		status = read(survey, files.item[i]);
	lg_strlist_release(&files);
	return status;
}

/* out_others: NULL, or where to add the folders of the other instances. */
static enum lg_status read_postfix(struct survey *survey, const char *folder,
				   struct lg_strlist *out_others)
{
	const char *parameters[] = {"postconf", "-x", folder ? "-c" : NULL,
				    folder, NULL};
	const char *services[] = {"postconf", "-M", folder ? "-c" : NULL,
				  folder, NULL};
	const struct lg_machine *machine = survey->machine;
	struct lg_buffer main_cf = {0};
	struct lg_buffer master_cf = {0};
	struct lg_error why;
	enum lg_status status;

	status = machine->prints(machine->self, parameters, &main_cf,
				 survey->err);
	if (status == LG_OK)
		status = machine->prints(machine->self, services, &master_cf,
					 survey->err);
	if (status == LG_OK && out_others)
		status = lg_doors_postfix_instances(
			main_cf.data ? main_cf.data : "", main_cf.len,
			out_others, survey->err);
	if (status == LG_OK)
		status = lg_doors_postfix(
			main_cf.data ? main_cf.data : "", main_cf.len,
			master_cf.data ? master_cf.data : "", master_cf.len,
			out_others ? NULL : folder, survey->gate, survey->ways,
			survey->err);
	lg_buffer_release(&main_cf);
	lg_buffer_release(&master_cf);
	/* Of several instances, which one it was. */
	if (status == LG_ERR_IO && folder) {
		why = *survey->err;
		status = lg_error_set(survey->err, status, folder, "%s: %s",
				      why.place, why.text);
	}
	return lg_survey_settle(survey, "postfix", status);
}

/* The first instance says which others there are (postmulti(1)). */
static enum lg_status survey_postfix(struct survey *survey, const char *folder)
{
	struct lg_strlist others = {0};
	enum lg_status status = read_postfix(survey, folder, &others);

	for (size_t i = 0; status == LG_OK && i < others.count; i++)
		status = read_postfix(survey, others.item[i], NULL);
	lg_strlist_release(&others);
	return status;
}

/* All that one HAProxy reads, as one text: paths with a newline each. */
static enum lg_status survey_haproxy_set(struct survey *survey,
					 const char *paths)
{
	struct lg_buffer text = {0};
	struct lg_buffer path = {0};
	enum lg_status status = LG_OK;
	size_t len;

	for (; status == LG_OK && *paths; paths += len + (paths[len] != '\0')) {
		len = strcspn(paths, "\n");
		lg_buffer_clear(&path);
		lg_buffer_append(&path, paths, len);
		status = lg_buffer_status(&path, survey->err);
		if (status == LG_OK && len)
			status = lg_running_haproxy_text(
				survey->machine, path.data, &text, survey->err);
	}
	if (status == LG_OK)
		status = lg_buffer_status(&text, survey->err);
	if (status == LG_OK)
		status = lg_doors_haproxy(text.data ? text.data : "", text.len,
					  survey->gate, &survey->files,
					  survey->ways, survey->err);
	lg_buffer_release(&text);
	lg_buffer_release(&path);
	return lg_survey_settle(survey, "haproxy", status);
}

static enum lg_status survey_haproxy(struct survey *survey, const char *conf)
{
	struct lg_strlist sets = {0};
	enum lg_status status;

	if (conf)
		return survey_haproxy_set(survey, conf);
	status = lg_running_haproxy(survey->machine, &sets, survey->err);
	for (size_t i = 0; status == LG_OK && i < sets.count; i++)
		status = survey_haproxy_set(survey, sets.item[i]);
	lg_strlist_release(&sets);
	return status;
}

static enum lg_status survey_prosody(struct survey *survey, const char *conf)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_prosody_text(survey->machine, conf ? conf : PROSODY_CONF,
				 &text, survey->err);
	if (status == LG_OK)
		status = lg_doors_prosody(text.data ? text.data : "", text.len,
					  survey->gate, survey->ways,
					  survey->err);
	lg_buffer_release(&text);
	return lg_survey_settle(survey, "xmpp", status);
}

static enum lg_status survey_ports(struct survey *survey)
{
	struct lg_listening_sockets sockets = {0};
	enum lg_status status;

	status = survey->machine->listening(survey->machine->self, &sockets,
					    survey->err);
	if (status != LG_OK)
		return status;
	status = lg_doors_listening(sockets.socket, sockets.count, survey->ways,
				    survey->err);
	free(sockets.socket);
	lg_strlist_release(&sockets.arena);
	return status;
}

enum lg_status lg_doors_survey(const struct lg_settings *settings,
			       const struct lg_machine *machine,
			       const struct lg_doors_places *places,
			       struct lg_ways *ways, struct lg_error *err)
{
	struct lg_gate_addresses gate = {0};
	struct lg_machine copy = *machine;
	struct survey survey = {.machine = machine,
				.gate = &gate,
				.files = {&copy, lg_survey_read_named},
				.ways = ways,
				.err = err};
	enum lg_status status;

	status = gate_addresses(settings, &gate, err);
	if (status == LG_OK)
		status = survey_each(&survey, "dovecot", places->dovecot_conf,
				     read_dovecot);
	if (status == LG_OK)
		status = survey_postfix(&survey, places->postfix_dir);
	if (status == LG_OK)
		status = survey_each(&survey, "nginx", places->nginx_conf,
				     read_nginx);
	if (status == LG_OK)
		status = survey_haproxy(&survey, places->haproxy_conf);
	if (status == LG_OK)
		status = lg_survey_pam(&survey, places->pam_dir);
	if (status == LG_OK)
		status = survey_prosody(&survey, places->prosody_conf);
	lg_survey_settle_dovecot(ways);
	lg_survey_settle_sshd(&survey);
	if (status == LG_OK)
		status = survey_ports(&survey);
	lg_gate_addresses_release(&gate);
	return status;
}

const char *lg_doors_uncut(const struct lg_ways *ways,
			   const struct lg_settings *settings)
{
	for (size_t i = 0; i < ways->count && settings->doveadm == NULL; i++) {
		const struct lg_way *way = &ways->way[i];

		if (strcmp(way->door, "dovecot") == 0 &&
		    (way->asks == LG_ASKS_YES || way->asks == LG_ASKS_PARTLY))
			return "dovecot's open sessions are neither listed nor "
			       "cut: users already logged on stay connected; "
			       "doveadm in [dovecot] is missing (logongate "
			       "setup dovecot sets it)";
	}
	return NULL;
}
