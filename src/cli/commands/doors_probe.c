/* SPDX-License-Identifier: ISC */
/*
 * doors_probe.c - tries each way in and holds what came against the survey
 *
 * The account is the settings' [probe]; without one a name that nobody has is
 * tried, which shows something where the gate is asked before the password.
 * Whether the gate was asked is what its own count of decisions says: when it
 * did not move, it was not; when it did, it may have been another's logon.
 */
#include "cli/commands/doors_probe.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/system/secret_file.h"
#include "app/records/check_record.h"
#include "app/records/json_member.h"
#include "cli/open/open.h"

#define NAME_BYTES 9

struct prober {
	struct lg_cli *cli;
	struct lg_control *control; /* NULL: no gate runs */
	char *socket;               /* of its metrics; NULL: none */
	const char *user;
	const char *password;
	struct lg_error *err;
};

void lg_probes_release(struct lg_probes *probes)
{
	for (size_t i = 0; i < probes->count; i++)
		free(probes->probe[i].text);
	free(probes->probe);
	free(probes->user);
	*probes = (struct lg_probes){0};
}

int lg_probe_is_open(const struct lg_probe *probe, const struct lg_way *way)
{
	if (!probe->is_tried || probe->came != LG_LOGON_ADMITTED)
		return 0;
	return probe->refuses == LG_MAYBE_YES ||
	       (probe->asked == LG_MAYBE_NO && way->asks == LG_ASKS_YES);
}

static enum lg_maybe maybe(int yes)
{
	return yes ? LG_MAYBE_YES : LG_MAYBE_NO;
}

static const char *protocol_of(const struct lg_way *way)
{
	static const char *const names[] = {"imap", "pop3", "smtp", "http"};

	if (way->protocol != NULL)
		return way->protocol;
	for (size_t i = 0; i < 4; i++) {
		if (strncmp(way->url, names[i], 4) == 0)
			return names[i];
	}
	/* the gate judges ManageSieve as IMAP */
	return strncmp(way->url, "sieve", 5) == 0 ? "imap" : "login";
}

/* What the gate would say to this account now. */
static enum lg_maybe would_refuse(struct prober *prober,
				  const struct lg_way *way)
{
	struct lg_control_answer answer = {0};
	enum lg_maybe refuses = LG_MAYBE_UNKNOWN;
	struct lg_check_said said;
	cJSON *request;

	if (prober->control == NULL)
		return LG_MAYBE_UNKNOWN;
	request = lg_cli_request("check");
	lg_json_text(request, "user", prober->user);
	lg_json_text(request, "protocol", protocol_of(way));
	if (lg_cli_ask(prober->cli, prober->control, request, &answer) !=
	    LG_EXIT_DONE)
		return LG_MAYBE_UNKNOWN;
	lg_check_read(lg_json_of(answer.object, "check"), &said);
	if (*said.verdict != '\0')
		refuses = maybe(said.is_refused);
	lg_control_release(&answer);
	return refuses;
}

static int count(const struct prober *prober, uint64_t *out_decided)
{
	struct lg_error ignored;

	return prober->socket != NULL &&
	       lg_logon_count(prober->socket, out_decided, &ignored) == LG_OK;
}

/* Whether the survey said so. */
static enum lg_maybe agrees(const struct lg_probe *probe,
			    const struct lg_way *way)
{
	if (way->asks == LG_ASKS_UNKNOWN)
		return LG_MAYBE_UNKNOWN;
	if (lg_probe_is_open(probe, way))
		return maybe(way->asks != LG_ASKS_YES);
	if (probe->asked == LG_MAYBE_YES)
		return maybe(way->asks == LG_ASKS_YES ||
			     way->asks == LG_ASKS_PARTLY);
	if (probe->asked == LG_MAYBE_NO && probe->came == LG_LOGON_ADMITTED)
		return LG_MAYBE_YES;
	return LG_MAYBE_UNKNOWN;
}

static enum lg_status try_way(struct prober *prober, const struct lg_way *way,
			      struct lg_probe *out_probe)
{
	struct lg_logon_attempt attempt = {.url = way->url,
					   .peer = way->peer ? way->peer
							     : "127.0.0.1",
					   .user = prober->user,
					   .password = prober->password};
	struct lg_probe probe = {.is_tried = 1};
	struct lg_buffer text = {0};
	uint64_t before = 0;
	uint64_t after = 0;
	int counts;
	enum lg_status status;

	probe.refuses = would_refuse(prober, way);
	counts = count(prober, &before);
	status = lg_logon_try(&attempt, &probe.came, &text, prober->err);
	if (status == LG_OK && counts && count(prober, &after))
		probe.asked = maybe(after > before);
	if (status == LG_OK && text.len)
		status = lg_buffer_take(&text, &probe.text, prober->err);
	probe.agrees = agrees(&probe, way);
	if (status == LG_OK)
		*out_probe = probe;
	lg_buffer_release(&text);
	return status;
}

/* "nobody-" and chance, so that it is nobody's; also for a password. */
static enum lg_status nobody(char **out_name, struct lg_error *err)
{
	struct lg_buffer name = {0};
	enum lg_status status;

	lg_buffer_text(&name, "nobody-");
	status = lg_secret_make(NAME_BYTES, &name, err);
	if (status == LG_OK)
		status = lg_buffer_take(&name, out_name, err);
	lg_buffer_release(&name);
	return status;
}

/* Where the gate says how many logons it decided: its unix socket. */
static enum lg_status find_socket(const struct lg_settings *settings,
				  char **out_socket, struct lg_error *err)
{
	const struct lg_strlist *address =
		&settings->listen[LG_LISTEN_HTTP].address;
	struct lg_buffer path = {0};
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < address->count; i++) {
		const char *name = address->item[i];

		if (strncmp(name, "unix:", 5) != 0)
			continue;
		name += 5;
		if (*name != '/')
			lg_buffer_format(&path, "%s/", settings->run_dir);
		lg_buffer_text(&path, name);
		status = lg_buffer_take(&path, out_socket, err);
		break;
	}
	lg_buffer_release(&path);
	return status;
}

int lg_doors_probe(struct lg_cli *cli, const struct lg_ways *ways,
		   struct lg_probes *out_probes)
{
	struct lg_probes probes = {.count = ways->count};
	const struct lg_settings *settings;
	struct lg_buffer secret = {0};
	char *random = NULL;
	struct lg_error err;
	struct prober prober = {.cli = cli, .err = &err};
	enum lg_status status = lg_cli_settings(cli, &settings, &err);

	if (status == LG_OK && settings->probe_user != NULL) {
		probes.is_account = 1;
		probes.user = strdup(settings->probe_user);
		if (probes.user == NULL)
			status = lg_no_memory(&err);
		if (status == LG_OK)
			status = lg_secret_file_read(
				settings->probe_password_file, &secret, &err);
		prober.password = secret.data;
	} else if (status == LG_OK) {
		status = nobody(&probes.user, &err);
		if (status == LG_OK)
			status = nobody(&random, &err);
		prober.password = random;
	}
	prober.user = probes.user;
	probes.probe =
		calloc(ways->count ? ways->count : 1, sizeof(*probes.probe));
	if (probes.probe == NULL)
		status = lg_no_memory(&err);
	if (status == LG_OK)
		status = find_socket(settings, &prober.socket, &err);
	if (status == LG_OK && lg_cli_gate(cli, &prober.control, &err) != LG_OK)
		prober.control = NULL;
	for (size_t i = 0; status == LG_OK && i < ways->count; i++) {
		if (ways->way[i].url != NULL &&
		    ways->way[i].asks != LG_ASKS_NOT_NEEDED)
			status = try_way(&prober, &ways->way[i],
					 &probes.probe[i]);
	}
	lg_secret_release(&secret);
	free(random);
	free(prober.socket);
	if (status != LG_OK) {
		if (probes.probe == NULL)
			probes.count = 0;
		lg_probes_release(&probes);
		return lg_cli_fail(cli, &err);
	}
	*out_probes = probes;
	return LG_EXIT_DONE;
}
