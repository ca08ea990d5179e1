/* SPDX-License-Identifier: ISC */
/*
 * setup_hands.c - how the command proves that a server asks the gate
 *
 * A logon as nobody, at the server's own socket; then the gate is asked
 * whether it heard of that very name.
 */
#include "cli/commands/setup_hands.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "adapters/logon/logon_try.h"
#include "app/doors/survey.h"
#include "cli/open/open.h"
#include "cli/output.h"

#define PREFIX "logongate-probe-"
#define TRIES 80
#define TRY_MS 100

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
	if (lg_cli_ask(cli, control, request, NULL, 0, &answer) != LG_EXIT_DONE)
		return 0;
	found = cJSON_IsString(
		cJSON_GetObjectItemCaseSensitive(answer.object, "door"));
	lg_control_release(&answer);
	return found;
}

static enum lg_status marked_name(struct lg_buffer *out_name,
				  struct lg_error *err)
{
	unsigned char bytes[8];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return lg_error_set(err, LG_ERR_IO, "getrandom",
				    "gives no random bytes");
	lg_buffer_text(out_name, PREFIX);
	for (size_t i = 0; i < sizeof(bytes); i++)
		lg_buffer_format(out_name, "%02x", bytes[i]);
	return lg_buffer_status(out_name, err);
}

/* One logon; LG_OK when the gate heard of it. */
static enum lg_status prove_way(const struct setup_hands *hands,
				const struct lg_way *way, struct lg_error *err)
{
	struct lg_buffer name = {0};
	struct lg_buffer said = {0};
	struct lg_logon_attempt attempt = {
		.url = way->url, .peer = way->peer ? way->peer : "127.0.0.1"};
	enum lg_logon_came came = LG_LOGON_NOT_TRIED;
	enum lg_status status = marked_name(&name, err);
	int found = 0;

	attempt.user = name.data;
	attempt.password = name.data;
	for (int i = 0; status == LG_OK && i < TRIES; i++) {
		lg_buffer_clear(&said);
		status = lg_logon_try(&attempt, &came, &said, err);
		if (came != LG_LOGON_NOT_TRIED)
			break;
		wait_ms(TRY_MS);
	}
	for (int i = 0; status == LG_OK && i < TRIES && !found; i++) {
		found = heard(hands->cli, name.data);
		if (!found)
			wait_ms(TRY_MS);
	}
	if (status == LG_OK && !found)
		status = lg_error_set(err, LG_ERR_IO, way->url,
				      "a logon was answered \"%s\", and the "
				      "gate was not asked",
				      said.len ? said.data : "not at all");
	lg_buffer_release(&name);
	lg_buffer_release(&said);
	return status;
}

enum lg_status setup_prove(void *context, const struct lg_setup_plan *plan,
			   struct lg_error *err)
{
	const struct setup_hands *hands = context;
	struct lg_doors_places places = {0};
	const struct lg_settings *settings;
	struct lg_buffer conf = {0};
	struct lg_ways ways = {0};
	size_t tried = 0;
	enum lg_status status = lg_cli_settings(hands->cli, &settings, err);

	if (hands->config_dir != NULL) {
		lg_buffer_format(&conf, "%s/dovecot.conf", hands->config_dir);
		places.dovecot_conf = conf.data;
	}
	if (status == LG_OK)
		status = lg_doors_survey(settings, hands->machine, &places,
					 &ways, err);
	for (size_t i = 0; status == LG_OK && i < ways.count; i++) {
		const struct lg_way *way = &ways.way[i];

		if (way->url == NULL || strcmp(way->door, plan->door) != 0)
			continue;
		status = prove_way(hands, way, err);
		tried++;
	}
	if (status == LG_OK && tried == 0)
		status = lg_error_set(err, LG_ERR_IO, plan->door,
				      "has no way in that could be tried");
	lg_ways_release(&ways);
	lg_buffer_release(&conf);
	return status;
}
