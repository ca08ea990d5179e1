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

#define PAM_DIR "/etc/pam.d"
#define PROSODY_CONF "/etc/prosody/prosody.cfg.lua"
#define PAM_VENDOR_DIR "/usr/lib/pam.d"

struct survey {
	const struct lg_machine *machine;
	const struct lg_gate_addresses *gate;
	struct lg_doors_files files;
	struct lg_ways *ways;
	struct lg_error *err;
};

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

/* A stack's file lies in /etc, or where its package put it. */
static enum lg_status read_named(void *context, const char *path,
				 struct lg_buffer *out_text,
				 struct lg_error *err)
{
	const struct lg_machine *machine = context;
	struct lg_buffer other = {0};
	enum lg_status status;

	status = machine->read(machine->self, path, out_text, err);
	if (status == LG_ERR_UNKNOWN_KEY &&
	    strncmp(path, PAM_DIR "/", sizeof(PAM_DIR)) == 0) {
		lg_buffer_format(&other, "%s%s", PAM_VENDOR_DIR,
				 path + sizeof(PAM_DIR) - 1);
		if (lg_buffer_status(&other, err) == LG_OK)
			status = machine->read(machine->self, other.data,
					       out_text, err);
		lg_buffer_release(&other);
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

/* What one server's reader gave. */
static enum lg_status settle(struct survey *survey, const char *door,
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
	return settle(survey, "dovecot", status);
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
	return settle(survey, "nginx", status);
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
	return settle(survey, "postfix", status);
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
	return settle(survey, "haproxy", status);
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

static enum lg_status survey_stack(struct survey *survey, const char *folder,
				   const char *name)
{
	struct lg_buffer path = {0};
	struct lg_buffer text = {0};
	struct lg_error why;
	enum lg_status status;

	lg_buffer_format(&path, "%s/%s", folder, name);
	status = lg_buffer_status(&path, survey->err);
	/* a folder entry that is no file is no stack */
	if (status == LG_OK &&
	    survey->machine->read(survey->machine->self, path.data, &text,
				  &why) == LG_OK)
		status =
			lg_doors_pam(name, text.data ? text.data : "", text.len,
				     folder, survey->gate, &survey->files,
				     survey->ways, survey->err);
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return settle(survey, "pam", status);
}

static int has(const struct lg_strlist *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->item[i], name) == 0)
			return 1;
	}
	return 0;
}

static enum lg_status survey_pam(struct survey *survey, const char *named)
{
	const char *folder[] = {named ? named : PAM_DIR,
				named ? NULL : PAM_VENDOR_DIR};
	struct lg_strlist names[2] = {{0}, {0}};
	enum lg_status status = LG_OK;

	for (size_t f = 0; f < 2 && folder[f] && status == LG_OK; f++) {
		status = survey->machine->list(survey->machine->self, folder[f],
					       &names[f], survey->err);
		for (size_t i = 0; status == LG_OK && i < names[f].count; i++) {
			const char *name = names[f].item[i];

			/* the drop-ins are no services of their own */
			if (strncmp(name, "logongate-", 10) != 0 &&
			    (f == 0 || !has(&names[0], name)))
				status = survey_stack(survey, folder[f], name);
		}
	}
	lg_strlist_release(&names[0]);
	lg_strlist_release(&names[1]);
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
	return settle(survey, "xmpp", status);
}

static struct lg_way *find_way(struct lg_ways *ways, const char *door,
			       const char *name)
{
	for (size_t i = 0; i < ways->count; i++) {
		if (strcmp(ways->way[i].door, door) == 0 &&
		    strcmp(ways->way[i].way, name) == 0)
			return &ways->way[i];
	}
	return NULL;
}

/* Dovecot's own stack checks passwords for it; where Dovecot asks the gate, the
 * stack need not. */
static void settle_dovecot_stack(struct lg_ways *ways)
{
	struct lg_way *stack = find_way(ways, "pam", "dovecot");
	int asks = 0;

	for (size_t i = 0; i < ways->count; i++) {
		struct lg_way *way = &ways->way[i];

		if (strcmp(way->door, "dovecot") == 0 &&
		    way->asks != LG_ASKS_NOT_NEEDED) {
			if (way->asks != LG_ASKS_YES)
				return;
			asks = 1;
		}
	}
	if (!asks || !stack || stack->asks != LG_ASKS_NO)
		return;
	stack->asks = LG_ASKS_NOT_NEEDED;
	stack->add = NULL;
	stack->note = "Dovecot asks the gate itself";
}

/* sshd may be told to leave PAM alone. */
static void settle_sshd_stack(struct survey *survey)
{
	const char *const argv[] = {"sshd", "-T", NULL};
	struct lg_way *stack = find_way(survey->ways, "pam", "sshd");
	struct lg_buffer text = {0};
	struct lg_error why;

	if (!stack || stack->asks == LG_ASKS_NO)
		return;
	if (survey->machine->prints(survey->machine->self, argv, &text, &why) ==
		    LG_OK &&
	    text.len && strstr(text.data, "\nusepam no\n")) {
		stack->asks = LG_ASKS_NO;
		stack->when_down = LG_WHEN_DOWN_NOT_ASKED;
		stack->note = "sshd does not use this stack (UsePAM no)";
		stack->add = "UsePAM yes in sshd_config";
	}
	lg_buffer_release(&text);
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
				.files = {&copy, read_named},
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
		status = survey_pam(&survey, places->pam_dir);
	if (status == LG_OK)
		status = survey_prosody(&survey, places->prosody_conf);
	settle_dovecot_stack(ways);
	settle_sshd_stack(&survey);
	if (status == LG_OK)
		status = survey_ports(&survey);
	lg_gate_addresses_release(&gate);
	return status;
}
