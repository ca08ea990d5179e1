/* SPDX-License-Identifier: ISC */
/*
 * effect_words.c - from when on a change is in force, and what was tried
 *
 * A value that is written and not read yet locks nobody out, and a test
 * account that logs on before shows nothing. Nothing is waited for.
 */
#include "cli/change/effect_words.h"

#include <logongate/dialect.h>

#include "adapters/winreg/winreg_target.h"
#include "app/change/servers.h"
#include "cli/change/servers_hands.h"
#include "cli/change/servers_targets.h"
#include "cli/open/locks.h"
#include "cli/output.h"
#include "cli/open/targets.h"
#include "cli/text/times.h"

static enum lg_service service_of(const struct lg_prepared *prepared,
				  size_t server)
{
	return prepared->service != NULL ? prepared->service[server]
					 : LG_SERVICE_NONE;
}

static enum lg_effect effect_of(const struct lg_prepared *prepared,
				size_t server)
{
	return lg_plan_effect(prepared->plan, &prepared->input, server,
			      prepared->control != NULL,
			      service_of(prepared, server));
}

/* Whether it reads its values anew is known where it was stopped alone. */
void lg_cli_service_words(const struct lg_target_settings *target,
			  enum lg_service service, struct lg_buffer *text)
{
	const char *name = lg_winreg_target_service(target);
	const char *when = lg_dialect_traits(target->dialect)->takes_effect ==
					   LG_TAKES_EFFECT_RESTART
				   ? "is restarted"
				   : "runs";

	switch (service) {
	case LG_SERVICE_NONE:
	case LG_SERVICE_RUNNING:
		break;
	case LG_SERVICE_STOPPED:
		lg_buffer_format(text,
				 "%s is not running; the values count when it "
				 "starts",
				 name);
		break;
	case LG_SERVICE_STOPPING:
		lg_buffer_format(text,
				 "%s is being stopped; the values count when "
				 "it starts",
				 name);
		break;
	case LG_SERVICE_STARTING:
		lg_buffer_format(text,
				 "%s is starting and not running yet; the "
				 "values count when it %s",
				 name, when);
		break;
	case LG_SERVICE_PAUSED:
		lg_buffer_format(text,
				 "%s is paused, not running; the values count "
				 "when it %s",
				 name, when);
		break;
	case LG_SERVICE_UNKNOWN:
		lg_buffer_format(text,
				 "whether %s runs could not be asked; where it "
				 "does not, the values count when it starts",
				 name);
		break;
	}
}

int64_t lg_cli_in_force_by(const struct lg_target_settings *target,
			   int restarted, int64_t since_s)
{
	enum lg_takes_effect takes_effect =
		lg_dialect_traits(target->dialect)->takes_effect;

	/* per account in the directory: no store reads it */
	if (lg_backend_row(target->backend)->holds_accounts)
		return since_s;
	return lg_effect_by(
		lg_effect_on(target->backend, takes_effect, restarted), since_s,
		0);
}

/* The settings of a server of the plan; NULL: a gate that has none. */
static const struct lg_target_settings *
settings_of(struct lg_cli *cli, const struct lg_prepared *prepared,
	    size_t server)
{
	const struct lg_settings *settings;

	if (lg_cli_settings(cli, &settings, NULL) != LG_OK)
		return NULL;
	return lg_cli_target(settings, prepared->server[server].name);
}

/* A lock refuses already: what it is to show cannot be seen, and apply says
 * so itself. */
static int is_locked(struct lg_cli *cli)
{
	struct lg_cli_locks locks = {0};
	int locked = lg_cli_locks(cli, LG_LOCKS_SHOW, NULL, &locks) ==
			     LG_EXIT_DONE &&
		     locks.known.count > 0;

	lg_cli_locks_release(&locks);
	return locked;
}

static int has_probes(struct lg_cli *cli, const struct lg_prepared *prepared)
{
	const struct lg_target_settings *settings;
	size_t count = 0;

	for (size_t i = 0; i < prepared->server_count; i++) {
		settings = settings_of(cli, prepared, i);
		count += settings != NULL ? settings->probe.count : 0;
	}
	return count > 0;
}

int lg_cli_probe_before(struct lg_cli *cli, const struct lg_prepared *prepared)
{
	const struct lg_target_settings *settings;
	struct lg_error err;

	if (!has_probes(cli, prepared) || is_locked(cli))
		return LG_EXIT_DONE;
	for (size_t i = 0; i < prepared->server_count; i++) {
		settings = settings_of(cli, prepared, i);
		if (settings != NULL &&
		    lg_cli_target_test_files(settings, &err) != LG_OK)
			return lg_cli_fail_as(cli, LG_EXIT_INVALID, &err);
	}
	for (size_t i = 0; i < prepared->server_count; i++) {
		settings = settings_of(cli, prepared, i);
		if (settings != NULL &&
		    effect_of(prepared, i) == LG_EFFECT_NOW &&
		    lg_cli_target_test_before(settings, &err) != LG_OK) {
			lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, &err);
			return lg_cli_say(cli, LG_EXIT_PUT_BACK,
					  prepared->server[i].name,
					  "its test accounts (probe) cannot "
					  "test a lock; nothing was written");
		}
	}
	return LG_EXIT_DONE;
}

/* From when on, and who has to do something for it. */
static void say_effect(const struct lg_prepared *prepared, size_t server,
		       const struct lg_target_settings *settings,
		       struct lg_buffer *text)
{
	const struct lg_plan_target *target = &prepared->plan->target[server];
	int64_t now_s = lg_cli_now(); /* it is written by now */

	switch (effect_of(prepared, server)) {
	case LG_EFFECT_NOW:
		break;
	case LG_EFFECT_START:
		lg_buffer_text(text, "in force from ");
		lg_text_clock(now_s, prepared->input.starts_s, text);
		lg_buffer_text(text, " on");
		break;
	case LG_EFFECT_POLL:
		lg_buffer_format(text,
				 "in force at its next poll, within %d minutes "
				 "(by ",
				 LG_POLL_INTERVAL_S / 60);
		lg_text_clock(now_s, now_s + LG_POLL_INTERVAL_S, text);
		lg_buffer_char(text, ')');
		break;
	case LG_EFFECT_RESTART:
		lg_buffer_text(text, "in force when you restart its store");
		break;
	case LG_EFFECT_CARRIED:
		lg_buffer_format(text, "in force when %s is %s",
				 settings != NULL && settings->file != NULL
					 ? settings->file
					 : "the file",
				 lg_backend_row(target->backend)->carried);
		lg_buffer_text(text,
			       target->takes_effect == LG_TAKES_EFFECT_RESTART
				       ? " and you restart its store"
				       : ", which you have to do yourself");
		break;
	case LG_EFFECT_NO_GATE:
		lg_buffer_text(text, "in force when a gate runs here");
		break;
	case LG_EFFECT_IDLE:
		if (settings != NULL)
			lg_cli_service_words(
				settings, service_of(prepared, server), text);
		break;
	}
}

/* What was not tried, in a line; empty where all was. Where no gate is to run
 * only test accounts that nobody let log on are worth a word. */
static enum lg_status untested(const struct lg_prepared *prepared,
			       size_t server,
			       const struct lg_target_settings *settings,
			       struct lg_buffer *text, struct lg_error *err)
{
	size_t probes = settings != NULL ? settings->probe.count : 0;
	enum lg_effect effect = effect_of(prepared, server);

	if (effect == LG_EFFECT_NOW ||
	    (effect == LG_EFFECT_NO_GATE && probes == 0))
		return LG_OK;
	say_effect(prepared, server, settings, text);
	if (probes == 0)
		lg_buffer_text(text, "; no logon was tried");
	else
		lg_buffer_format(text,
				 "; no logon was tried, nor that of its %zu "
				 "test account%s (probe)",
				 probes, probes == 1 ? "" : "s");
	return lg_buffer_status(text, err);
}

static void each_untested(struct lg_cli *cli,
			  const struct lg_prepared *prepared,
			  void (*say)(struct lg_cli *cli, const char *server,
				      const char *text))
{
	struct lg_buffer text = {0};

	for (size_t i = 0; i < prepared->server_count; i++) {
		lg_buffer_clear(&text);
		if (untested(prepared, i, settings_of(cli, prepared, i), &text,
			     NULL) == LG_OK &&
		    text.len > 0)
			say(cli, prepared->server[i].name, text.data);
	}
	lg_buffer_release(&text);
}

static void print_one(struct lg_cli *cli, const char *server, const char *text)
{
	lg_cli_print(cli, LG_YELLOW, "%s: ", server);
	lg_cli_text(cli, text);
	lg_cli_print(cli, LG_PLAIN, "\n");
}

static void warn_of_one(struct lg_cli *cli, const char *server,
			const char *text)
{
	lg_cli_say(cli, LG_EXIT_DONE, server, "%s", text);
}

void lg_cli_say_untested(struct lg_cli *cli, const struct lg_prepared *prepared)
{
	if (!cli->json && !cli->quiet)
		each_untested(cli, prepared, print_one);
}

void lg_cli_warn_untested(struct lg_cli *cli,
			  const struct lg_prepared *prepared)
{
	if (!cli->quiet)
		each_untested(cli, prepared, warn_of_one);
}

void lg_cli_add_untested(struct lg_cli *cli, const struct lg_prepared *prepared,
			 cJSON *object)
{
	cJSON *target = cJSON_GetObjectItemCaseSensitive(object, "targets");
	struct lg_buffer text = {0};
	size_t i = 0;

	/* the targets of a plan are its servers, in their order */
	for (target = target != NULL ? target->child : NULL;
	     target != NULL && i < prepared->server_count;
	     target = target->next, i++) {
		lg_buffer_clear(&text);
		untested(prepared, i, settings_of(cli, prepared, i), &text,
			 NULL);
		lg_json_time(target, "in_force_by",
			     lg_effect_by(effect_of(prepared, i), lg_cli_now(),
					  prepared->input.starts_s));
		lg_json_text(target, "untested",
			     text.len > 0 ? text.data : NULL);
		lg_json_text(target, "service",
			     lg_servers_service_name(service_of(prepared, i)));
	}
	lg_buffer_release(&text);
}
