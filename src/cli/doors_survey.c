/* SPDX-License-Identifier: ISC */
/*
 * doors_survey.c - looks at this machine's servers and says which ask the gate
 *
 * The servers' own programs print their configuration, so that defaults and
 * includes are theirs; HAProxy and PAM have no such program and their files
 * are read.
 */
#include "cli/doors_survey.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/listening.h"
#include "adapters/system/program.h"

#define PROGRAM_TIMEOUT_MS 10000
#define PAM_DIR "/etc/pam.d"
#define HAPROXY_CONF "/etc/haproxy/haproxy.cfg"

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
	size_t i;
	size_t j;

	for (i = 0; i < LG_LISTENER_COUNT; i++) {
		for (j = 0; list[i] && status == LG_OK &&
			    j < settings->listen[i].address.count;
		     j++)
			status = add_address(
				list[i], settings->listen[i].address.item[j],
				settings->run_dir, err);
	}
	return status;
}

static enum lg_status read_named(void *context, const char *path,
				 struct lg_buffer *out_text,
				 struct lg_error *err)
{
	(void)context;
	return lg_file_read(path, out_text, err);
}

static const struct lg_doors_files disk = {NULL, read_named};

/* What one server's reader gave; a server that is there and cannot be read is
 * a way in of which nothing is known. */
static enum lg_status settle(const char *door, enum lg_status status,
			     struct lg_ways *ways, struct lg_error *err)
{
	struct lg_buffer note = {0};
	struct lg_way way = {.door = door,
			     .way = "configuration",
			     .asks = LG_ASKS_NO,
			     .when_down = LG_WHEN_DOWN_UNKNOWN};

	if (status == LG_OK || status == LG_ERR_NO_MEMORY)
		return status;
	if (status == LG_ERR_UNKNOWN_KEY)
		return LG_OK;
	lg_buffer_format(&note, "could not be read: %s: %s", err->place,
			 err->text);
	way.note = note.data;
	status = lg_buffer_status(&note, err);
	if (status == LG_OK)
		status = lg_ways_add(ways, &way, err);
	lg_buffer_release(&note);
	return status;
}

static enum lg_status survey_dovecot(const char *conf,
				     const struct lg_gate_addresses *gate,
				     struct lg_ways *ways, struct lg_error *err)
{
	const char *argv[] = {"doveconf", "-n", conf ? "-c" : NULL, conf, NULL};
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_program_output(argv, PROGRAM_TIMEOUT_MS, &text, err);
	if (status == LG_OK)
		status = lg_doors_dovecot(text.data ? text.data : "", text.len,
					  gate, &disk, ways, err);
	lg_buffer_release(&text);
	return settle("dovecot", status, ways, err);
}

static enum lg_status survey_postfix(const char *folder,
				     const struct lg_gate_addresses *gate,
				     struct lg_ways *ways, struct lg_error *err)
{
	const char *parameters[] = {"postconf", folder ? "-c" : NULL, folder,
				    NULL};
	const char *services[] = {"postconf", "-M", folder ? "-c" : NULL,
				  folder, NULL};
	struct lg_buffer main_cf = {0};
	struct lg_buffer master_cf = {0};
	enum lg_status status;

	status = lg_program_output(parameters, PROGRAM_TIMEOUT_MS, &main_cf,
				   err);
	if (status == LG_OK)
		status = lg_program_output(services, PROGRAM_TIMEOUT_MS,
					   &master_cf, err);
	if (status == LG_OK)
		status = lg_doors_postfix(main_cf.data ? main_cf.data : "",
					  main_cf.len,
					  master_cf.data ? master_cf.data : "",
					  master_cf.len, gate, ways, err);
	lg_buffer_release(&main_cf);
	lg_buffer_release(&master_cf);
	return settle("postfix", status, ways, err);
}

static enum lg_status survey_nginx(const char *conf,
				   const struct lg_gate_addresses *gate,
				   struct lg_ways *ways, struct lg_error *err)
{
	const char *argv[] = {"nginx", "-T", "-q", conf ? "-c" : NULL,
			      conf,    NULL};
	struct lg_buffer text = {0};
	enum lg_status status;

	status = lg_program_output(argv, PROGRAM_TIMEOUT_MS, &text, err);
	if (status == LG_OK)
		status = lg_doors_nginx(text.data ? text.data : "", text.len,
					gate, ways, err);
	lg_buffer_release(&text);
	return settle("nginx", status, ways, err);
}

static enum lg_status survey_haproxy(const char *conf,
				     const struct lg_gate_addresses *gate,
				     struct lg_ways *ways, struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	if (!conf) {
		conf = HAPROXY_CONF;
		if (access(conf, F_OK) != 0 && errno == ENOENT)
			return LG_OK;
	}
	status = lg_file_read(conf, &text, err);
	if (status == LG_OK)
		status = lg_doors_haproxy(text.data ? text.data : "", text.len,
					  gate, &disk, ways, err);
	lg_buffer_release(&text);
	return settle("haproxy", status, ways, err);
}

static enum lg_status survey_stack(const char *folder, const char *name,
				   const struct lg_gate_addresses *gate,
				   struct lg_ways *ways, struct lg_error *err)
{
	struct lg_buffer path = {0};
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_format(&path, "%s/%s", folder, name);
	status = lg_buffer_status(&path, err);
	/* a folder entry that is no file is no stack */
	if (status == LG_OK && lg_file_read(path.data, &text, err) == LG_OK)
		status = lg_doors_pam(name, text.data ? text.data : "",
				      text.len, folder, gate, &disk, ways, err);
	lg_buffer_release(&path);
	lg_buffer_release(&text);
	return settle("pam", status, ways, err);
}

static enum lg_status survey_pam(const char *folder,
				 const struct lg_gate_addresses *gate,
				 struct lg_ways *ways, struct lg_error *err)
{
	enum lg_status status = LG_OK;
	struct dirent **entry;
	int count;
	int i;

	if (!folder)
		folder = PAM_DIR;
	count = scandir(folder, &entry, NULL, alphasort);
	for (i = 0; i < count; i++) {
		/* the drop-ins are no services of their own */
		if (status == LG_OK && entry[i]->d_name[0] != '.' &&
		    strncmp(entry[i]->d_name, "logongate-", 10) != 0)
			status = survey_stack(folder, entry[i]->d_name, gate,
					      ways, err);
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
	return status;
}

/* Dovecot's own stack checks passwords for it; where Dovecot asks the gate, the
 * stack need not. */
static void settle_dovecot_stack(struct lg_ways *ways)
{
	struct lg_way *stack = NULL;
	int asks = 0;
	size_t i;

	for (i = 0; i < ways->count; i++) {
		struct lg_way *way = &ways->way[i];

		if (strcmp(way->door, "dovecot") == 0 &&
		    way->asks != LG_ASKS_NOT_NEEDED) {
			if (way->asks != LG_ASKS_YES)
				return;
			asks = 1;
		}
		if (strcmp(way->door, "pam") == 0 &&
		    strcmp(way->way, "dovecot") == 0)
			stack = way;
	}
	if (!asks || !stack || stack->asks != LG_ASKS_NO)
		return;
	stack->asks = LG_ASKS_NOT_NEEDED;
	stack->add = NULL;
	stack->note = "Dovecot asks the gate itself";
}

static enum lg_status survey_ports(struct lg_ways *ways, struct lg_error *err)
{
	struct lg_listening_sockets sockets = {0};
	struct lg_listening *listening = NULL;
	enum lg_status status;
	size_t i;

	status = lg_listening_read(&sockets, err);
	if (status != LG_OK)
		return status;
	listening =
		calloc(sockets.count ? sockets.count : 1, sizeof(*listening));
	if (!listening)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				      "out of memory");
	for (i = 0; listening && i < sockets.count; i++)
		listening[i] = (struct lg_listening){sockets.socket[i].address,
						     sockets.socket[i].port,
						     sockets.socket[i].program};
	if (status == LG_OK)
		status =
			lg_doors_listening(listening, sockets.count, ways, err);
	free(listening);
	lg_listening_release(&sockets);
	return status;
}

enum lg_status lg_doors_survey(const struct lg_settings *settings,
			       const struct lg_doors_places *places,
			       struct lg_ways *ways, struct lg_error *err)
{
	struct lg_gate_addresses gate = {0};
	enum lg_status status;

	status = gate_addresses(settings, &gate, err);
	if (status == LG_OK)
		status = survey_dovecot(places->dovecot_conf, &gate, ways, err);
	if (status == LG_OK)
		status = survey_postfix(places->postfix_dir, &gate, ways, err);
	if (status == LG_OK)
		status = survey_nginx(places->nginx_conf, &gate, ways, err);
	if (status == LG_OK)
		status = survey_haproxy(places->haproxy_conf, &gate, ways, err);
	if (status == LG_OK)
		status = survey_pam(places->pam_dir, &gate, ways, err);
	settle_dovecot_stack(ways);
	if (status == LG_OK)
		status = survey_ports(ways, err);
	lg_gate_addresses_release(&gate);
	return status;
}
