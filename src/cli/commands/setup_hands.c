/* SPDX-License-Identifier: ISC */
/*
 * setup_hands.c - how the command proves that a server asks the gate
 *
 * A logon as nobody, at the server's own socket; then the gate is asked
 * whether it heard of that very name.
 */
#include "cli/commands/setup_hands.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "port/json_of.h"
#include "adapters/ini/settings_file.h"
#include "adapters/logon/logon_try.h"
#include "adapters/system/secret_file.h"
#include "app/doors/survey.h"
#include "app/records/status_record.h"
#include "app/records/json_member.h"
#include "cli/open/open.h"

/* What PAM says where a module of a stack is not there. */
#define NO_MODULE "Module is unknown"
#define PREFIX "logongate-probe-"
#define TRIES 80
#define LOGON_TRIES 3 /* of them, answered */
#define HEARD_TRIES 25
#define TRY_MS 100
#define PROOF_S 60 /* and what the last try takes */

static void wait_ms(long ms)
{
	const struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&time, NULL);
}

void setup_says(void *context, const char *step)
{
	const struct setup_hands *hands = context;

	fflush(hands->cli->out);
	if (!hands->cli->quiet && !hands->cli->json)
		fprintf(hands->cli->err, "%s ...\n", step);
}

int setup_stopped(void *context)
{
	struct setup_hands *hands = context;

	return lg_stop_signals_came(&hands->signals);
}

enum lg_status setup_gate_answers(void *context, struct lg_error *err)
{
	const struct setup_hands *hands = context;
	struct lg_control *control = NULL;
	enum lg_status status = LG_ERR_IO;

	for (int i = 0; i < TRIES && status != LG_OK; i++) {
		lg_cli_hang_up(hands->cli);
		status = lg_cli_gate(hands->cli, &control, err);
		if (status == LG_OK && control == NULL)
			status = lg_error_set(err, LG_ERR_IO, "logongated",
					      "does not answer");
		if (status != LG_OK)
			wait_ms(TRY_MS);
	}
	return status;
}

int setup_is_locked(struct lg_cli *cli)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	struct lg_status_said said = {0};
	struct lg_error ignored;

	if (lg_cli_gate(cli, &control, &ignored) != LG_OK || control == NULL ||
	    lg_cli_ask(cli, control, lg_cli_request("status"), &answer) !=
		    LG_EXIT_DONE)
		return 0;
	lg_status_read(lg_json_of(answer.object, "status"), &said);
	lg_control_release(&answer);
	return said.is_active;
}

/* 1 once the gate has heard the name. */
static int heard(struct lg_cli *cli, const char *name)
{
	struct lg_control_answer answer = {0};
	struct lg_control *control = NULL;
	struct lg_error ignored;
	cJSON *request;
	int found;

	if (lg_cli_gate(cli, &control, &ignored) != LG_OK || control == NULL)
		return 0;
	request = lg_cli_request("heard");
	lg_json_text(request, "user", name);
	if (lg_cli_ask(cli, control, request, &answer) != LG_EXIT_DONE)
		return 0;
	found = cJSON_IsString(lg_json_of(answer.object, "door"));
	lg_control_release(&answer);
	return found;
}

static enum lg_status marked_name(struct lg_buffer *out_name,
				  struct lg_error *err)
{
	lg_buffer_text(out_name, PREFIX);
	return lg_secret_make(8, out_name, err);
}

/* 1 where PAM could not load a module: then nobody asks, however long one
 * waits. */
static int lacks_module(const struct lg_buffer *said)
{
	return said->len && strcmp(said->data, NO_MODULE) == 0;
}

/* 1 once the gate has heard the name, within a while. */
static int heard_soon(struct lg_cli *cli, const char *name)
{
	for (int i = 0; i < HEARD_TRIES; i++) {
		if (heard(cli, name))
			return 1;
		wait_ms(TRY_MS);
	}
	return 0;
}

/* One try, at the server's own door. */
static enum lg_status try_way(const struct lg_way *way, const char *name,
			      enum lg_logon_came *out_came,
			      struct lg_buffer *out_said, struct lg_error *err)
{
	const struct lg_logon_attempt attempt = {
		.url = way->url,
		.peer = way->peer ? way->peer : "127.0.0.1",
		.user = name,
		.client = name,
		/* Postfix asks at MAIL, PAM of an account: nobody logs on */
		.password =
			strcmp(way->door, "postfix") && strcmp(way->door, "pam")
				? name
				: NULL,
		.is_nobody = 1};

	*out_came = LG_LOGON_NOT_TRIED;
	return lg_logon_try(&attempt, out_came, out_said, err);
}

/* Logs on until the gate hears of it: for a while after a reload processes of
 * before may answer. */
static enum lg_status prove_way(struct setup_hands *hands,
				const struct lg_way *way, struct lg_error *err)
{
	struct lg_buffer name = {0};
	struct lg_buffer said = {0};
	enum lg_logon_came came = LG_LOGON_NOT_TRIED;
	struct timespec begin = {0};
	struct timespec now = {0};
	enum lg_status status = marked_name(&name, err);
	int answered = 0;
	int found = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	now = begin;
	for (int i = 0;
	     status == LG_OK && !found && i < TRIES && answered < LOGON_TRIES &&
	     now.tv_sec - begin.tv_sec < PROOF_S &&
	     !lg_stop_signals_came(&hands->signals);
	     i++, clock_gettime(CLOCK_MONOTONIC, &now)) {
		lg_buffer_clear(&said);
		status = try_way(way, name.data, &came, &said, err);
		if (status != LG_OK)
			break;
		answered += came != LG_LOGON_NOT_TRIED;
		found = came == LG_LOGON_NOT_TRIED || lacks_module(&said)
				? heard(hands->cli, name.data)
				: heard_soon(hands->cli, name.data);
		if (lacks_module(&said))
			break;
		if (!found && came == LG_LOGON_NOT_TRIED)
			wait_ms(TRY_MS);
	}
	if (status == LG_OK && !found && lg_stop_signals_came(&hands->signals))
		status = lg_error_set(err, LG_ERR_IO, way->url,
				      "was stopped before it was proved");
	else if (status == LG_OK && !found)
		status = lg_error_set(
			err, LG_ERR_IO, way->url,
			"a logon was answered \"%s\", and the "
			"gate was not asked%s",
			said.len ? said.data : "not at all",
			lacks_module(&said)
				? "; is the package libpam-logongate installed?"
				: "");
	lg_buffer_release(&name);
	lg_buffer_release(&said);
	return status;
}

/* Where the server's files lie that were named. */
static enum lg_status named_places(const struct setup_hands *hands,
				   const char *door, struct lg_buffer *path,
				   struct lg_doors_places *out_places,
				   struct lg_error *err)
{
	for (size_t i = 0; i < LG_SURVEYED_COUNT; i++) {
		const struct lg_surveyed_row *row =
			lg_surveyed_row((enum lg_surveyed)i);

		if (hands->config_dir == NULL || strcmp(row->name, door))
			continue;
		lg_buffer_format(path, "%s%s", hands->config_dir, row->file);
		out_places->place[i] = path->data;
	}
	return lg_buffer_status(path, err);
}

/* One that only reports to the gate has it hear a name, too. */
static enum lg_status must_ask(const struct lg_way *way, struct lg_error *err)
{
	if (way->asks != LG_ASKS_NO)
		return LG_OK;
	return lg_error_set(err, LG_ERR_IO, way->url,
			    "does not ask the gate%s%s", way->note ? ": " : "",
			    way->note ? way->note : "");
}

enum lg_status setup_prove(void *context, const struct lg_setup_plan *plan,
			   struct lg_error *err)
{
	struct setup_hands *hands = context;
	struct lg_doors_places places = {0};
	const struct lg_settings *known;
	struct lg_settings *settings = NULL;
	struct lg_buffer path = {0};
	struct lg_ways ways = {0};
	size_t tried = 0;
	enum lg_status status = lg_cli_settings(hands->cli, &known, err);

	/* as they are now: set-up may just have changed them */
	if (status == LG_OK)
		status = lg_settings_load(known->path, &settings, err);
	if (status == LG_OK)
		status = named_places(hands, plan->door, &path, &places, err);
	if (status == LG_OK)
		status = lg_doors_survey(settings, hands->machine, &places,
					 &ways, err);
	for (size_t i = 0; status == LG_OK && i < ways.count; i++) {
		const struct lg_way *way = &ways.way[i];

		if (way->url == NULL || strcmp(way->door, plan->door) != 0 ||
		    way->asks == LG_ASKS_NOT_NEEDED ||
		    (plan->is_partial && way->asks != LG_ASKS_YES &&
		     way->asks != LG_ASKS_PARTLY))
			continue;
		status = prove_way(hands, way, err);
		if (status == LG_OK)
			status = must_ask(way, err);
		tried++;
	}
	if (status == LG_OK && tried == 0)
		status = lg_error_set(err, LG_ERR_IO, plan->door,
				      "has no way in that could be tried");
	lg_ways_release(&ways);
	lg_buffer_release(&path);
	lg_settings_free(&settings);
	return status;
}

enum lg_status setup_stay_alone(const char *settings, struct lg_error *err)
{
	const char *slash = settings ? strrchr(settings, '/') : NULL;
	struct lg_buffer folder = {0};
	enum lg_status status;
	int fd;

	if (slash == NULL)
		return LG_OK;
	lg_buffer_append(&folder, settings, (size_t)(slash - settings) + 1);
	status = lg_buffer_status(&folder, err);
	if (status != LG_OK)
		return status;
	fd = open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lg_buffer_release(&folder);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0)
		return lg_error_set(err, LG_ERR_CONFLICT, "setup",
				    "is at work here already");
	return LG_OK;
}
