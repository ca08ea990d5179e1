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

#include "app/doors/gate_hears.h"
#include "app/doors/running.h"
#include "app/doors/survey_inside.h"

static const struct {
	struct lg_surveyed_row row;
	enum lg_status (*survey)(struct survey *survey, const char *place);
} servers[LG_SURVEYED_COUNT] = {
#define LG_SURVEYED(id, name, kind, file, help)                                \
	{{#name, file}, lg_survey_##name},
#include "app/doors/doors.def"
};

const struct lg_surveyed_row *lg_surveyed_row(enum lg_surveyed server)
{
	return &servers[server].row;
}

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

enum lg_status lg_survey_add_unknown(struct survey *survey, const char *door,
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
	return lg_survey_add_unknown(survey, door, why.place, why.text);
}

enum lg_status
lg_survey_each(struct survey *survey, const char *program, const char *conf,
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

static enum lg_status survey_servers(struct survey *survey,
				     const struct lg_doors_places *places)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < LG_SURVEYED_COUNT; i++)
		status = servers[i].survey(survey, places->place[i]);
	lg_survey_settle_dovecot(survey->ways);
	lg_survey_settle_sshd(survey);
	return status;
}

/* By the settings, and where the gate does not listen at all of them, by what
 * is left, too. */
static enum lg_status survey_heard(struct survey *survey,
				   const struct lg_settings *settings,
				   const struct lg_doors_places *places,
				   const struct lg_listening_sockets *sockets,
				   struct lg_gate_addresses *gate)
{
	struct lg_ways heard = {0};
	struct lg_ways *ways = survey->ways;
	size_t taken = 0;
	enum lg_status status = survey_servers(survey, places);

	if (status == LG_OK)
		status = lg_gate_hears(survey->machine, settings->run_dir,
				       sockets, gate, &taken, survey->err);
	if (status != LG_OK || taken == 0)
		return status;
	survey->ways = &heard;
	status = survey_servers(survey, places);
	survey->ways = ways;
	if (status == LG_OK)
		lg_gate_does_not_hear(ways, &heard);
	lg_ways_release(&heard);
	return status;
}

enum lg_status lg_doors_survey(const struct lg_settings *settings,
			       const struct lg_machine *machine,
			       const struct lg_doors_places *places,
			       struct lg_ways *ways, struct lg_error *err)
{
	struct lg_listening_sockets sockets = {0};
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
		status = machine->listening(machine->self, &sockets, err);
	if (status == LG_OK)
		status = survey_heard(&survey, settings, places, &sockets,
				      &gate);
	if (status == LG_OK)
		status = lg_doors_listening(sockets.socket, sockets.count, ways,
					    err);
	free(sockets.socket);
	lg_strlist_release(&sockets.arena);
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
