/* SPDX-License-Identifier: ISC */
/*
 * What a command believes of the directory is what a gate would: the same
 * keys, the same checks, nothing kept.
 */
#include "cli/open/open_fleet.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/ed25519/ed25519.h"
#include "adapters/ed25519/key_file.h"
#include "adapters/system/system_clock.h"
#include "app/fleet/fleet_ask.h"
#include "app/fleet/fleet_pair.h"
#include "cli/output.h"
#include "wiring/fleet_open.h"

/* A command is one of few: it soon asks another provider as well. */
#define PATIENCE_MS 250
/* So long the second one may keep the first from being heard. */
#define SECOND_MS 1000

struct lg_fleet_settings
lg_cli_fleet_settings(const struct lg_cli *cli,
		      const struct lg_settings *settings)
{
	struct lg_fleet_settings fleet = lg_settings_fleet(settings);
	const char *base = lg_cli_option(cli, "base");
	const char *uri = lg_cli_option(cli, "uri");
	const char *as = lg_cli_option(cli, "as");
	const char *password = lg_cli_option(cli, "password-file");

	if (base != NULL)
		fleet.directory.base = base;
	if (uri != NULL)
		fleet.directory.uri = uri;
	if (as != NULL) {
		fleet.directory.bind_dn = as;
		fleet.directory.password_file = NULL;
	}
	if (password != NULL)
		fleet.directory.password_file = password;
	fleet.patience_ms = PATIENCE_MS;
	return fleet;
}

static int open_keys(struct lg_cli *cli, enum lg_cli_fleet_use use,
		     struct lg_cli_fleet *fleet, struct lg_fleet_keys *keys)
{
	const struct lg_settings *settings = fleet->settings;
	struct lg_buffer name = {0};
	struct lg_error err;
	enum lg_status status;

	if (settings->fleet_base == NULL)
		return lg_cli_say(cli, LG_EXIT_INVALID, settings->path,
				  "there is no [fleet] in the settings, so "
				  "there is no fleet to ask");
	if (use == LG_CLI_FLEET_SIGN && settings->fleet_sign_key == NULL)
		return lg_cli_say(cli, LG_EXIT_INVALID, settings->path,
				  "[fleet] has no sign_key, so nothing can be "
				  "signed here; write sign_key = "
				  "\"/etc/logongate/NAME.key\" where "
				  "administrators apply");
	status = lg_fleet_keys_file(settings->fleet_verify_keys, keys, &err);
	if (status == LG_OK)
		status = lg_ed25519_open(use == LG_CLI_FLEET_SIGN
						 ? settings->fleet_sign_key
						 : NULL,
					 &fleet->signature, &err);
	if (status == LG_OK && use == LG_CLI_FLEET_SIGN)
		status = lg_ed25519_key_name(settings->fleet_sign_key, &name,
					     &err);
	if (status == LG_OK && use == LG_CLI_FLEET_SIGN)
		status = lg_buffer_take(&name, &fleet->key, &err);
	lg_buffer_release(&name);
	if (status != LG_OK)
		return lg_cli_fail_as(cli,
				      status == LG_ERR_NO_MEMORY
					      ? LG_EXIT_SOFTWARE
					      : LG_EXIT_INVALID,
				      &err);
	return LG_EXIT_DONE;
}

int lg_cli_fleet_failed(struct lg_cli *cli, const struct lg_cli_fleet *fleet,
			const struct lg_error *err)
{
	switch (err->status) {
	case LG_ERR_UNKNOWN_KEY:
		return lg_cli_say(cli, LG_EXIT_INVALID,
				  fleet->settings->fleet_base,
				  "has no entries of a fleet, or they may not "
				  "be seen; logongate fleet init makes them");
	case LG_ERR_LIMIT:
		return lg_cli_fail_as(cli, LG_EXIT_INVALID, err);
	case LG_ERR_CONFLICT:
		return lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, err);
	case LG_ERR_DIRECTORY:
	case LG_ERR_TIMEOUT:
	case LG_ERR_IO:
		return lg_cli_fail_as(cli, LG_EXIT_DIRECTORY, err);
	case LG_OK:
	case LG_ERR_SYNTAX:
	case LG_ERR_RANGE:
	case LG_ERR_DENIED:
	case LG_ERR_NO_MEMORY:
	case LG_ERR_BUG:
		break;
	}
	return lg_cli_fail(cli, err);
}

/* Its key may have been revoked, which its gates know and the file does not. */
static int check_key(struct lg_cli *cli, const struct lg_cli_fleet *fleet)
{
	unsigned char own[LG_FLEET_PUBLIC_SIZE];
	const struct lg_fleet_key *known;
	struct lg_error err;

	if (fleet->key == NULL)
		return LG_EXIT_DONE;
	if (lg_ed25519_public(&fleet->signature, own, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	known = lg_fleet_keys_find(fleet->ear.keys, fleet->key,
				   strlen(fleet->key));
	if (known != NULL && memcmp(known->public_key, own, sizeof(own)) == 0)
		return LG_EXIT_DONE;
	return lg_cli_say(cli, LG_EXIT_INVALID, fleet->settings->fleet_sign_key,
			  "is not a key that the gates know as %s, so what it "
			  "signs counts for nothing; see logongate fleet keys",
			  fleet->key);
}

/* The list without its first. */
static const char *rest_of(const char *list)
{
	list += strspn(list, " \t");
	list += strcspn(list, " \t");
	return list + strspn(list, " \t");
}

/* Where there are several providers, two are followed. */
static enum lg_status open_followed(const struct lg_fleet_settings *how,
				    const struct lg_clock *clock,
				    struct lg_fleet *out_fleet,
				    struct lg_error *err)
{
	struct lg_fleet_settings other = *how;
	struct lg_fleet first = {0}, second = {0};
	enum lg_status status = lg_fleet_open(how, LG_FLEET_GATES, &first, err);

	if (status != LG_OK)
		return status;
	other.directory.uri = rest_of(how->directory.uri);
	if (other.directory.timeout_ms > SECOND_MS)
		other.directory.timeout_ms = SECOND_MS;
	if (*other.directory.uri != '\0' &&
	    lg_fleet_open(&other, LG_FLEET_GATES, &second, err) == LG_OK)
		status = lg_fleet_pair(&first, &second, clock, out_fleet, err);
	else
		*out_fleet = first;
	return status;
}

static int is_lock(const char *text)
{
	return lg_fleet_is_lock(text, strlen(text));
}

int lg_cli_fleet_open(struct lg_cli *cli, enum lg_cli_fleet_use use,
		      struct lg_cli_fleet *out_fleet)
{
	struct lg_cli_fleet *fleet = out_fleet;
	struct lg_fleet_keys *keys;
	struct lg_fleet_settings how;
	struct lg_error err;
	enum lg_status status;
	int code;

	if (lg_cli_settings(cli, &fleet->settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	keys = calloc(1, sizeof(*keys));
	if (keys == NULL)
		return lg_cli_no_memory(cli);
	code = open_keys(cli, use, fleet, keys);
	if (code != LG_EXIT_DONE)
		goto out;
	fleet->clock = lg_system_clock();
	how = lg_cli_fleet_settings(cli, fleet->settings);
	status = open_followed(&how, &fleet->clock, &fleet->fleet, &err);
	if (status == LG_OK)
		status = lg_fleet_ear_open(&fleet->ear, how.directory.base,
					   keys, &fleet->signature, NULL,
					   &fleet->clock, &err);
	if (status != LG_OK) {
		code = lg_cli_fail_as(cli, LG_EXIT_INVALID, &err);
		goto out;
	}
	status = lg_fleet_ask(&fleet->ear, &fleet->fleet,
			      cli->operand_count > 0 && is_lock(cli->operand[0])
				      ? cli->operand[0]
				      : NULL,
			      &fleet->is_cut, &err);
	code = status == LG_OK ? check_key(cli, fleet)
			       : lg_cli_fleet_failed(cli, fleet, &err);
	if (code == LG_EXIT_DONE && fleet->is_cut)
		lg_cli_say(cli, LG_EXIT_DONE, fleet->settings->fleet_base,
			   LG_CLI_FLEET_CUT);
out:
	free(keys);
	return code;
}

static void ask_at(struct lg_cli_fleet *fleet, const char *uri)
{
	struct lg_fleet_settings how = lg_settings_fleet(fleet->settings);
	struct lg_fleet one = {0};

	how.directory.uri = uri;
	if (lg_fleet_open(&how, LG_FLEET_GATES, &one, NULL) != LG_OK)
		return;
	lg_fleet_ear_ask(&fleet->ear, &one, NULL, NULL);
	one.close(one.self);
}

void lg_cli_fleet_ask_all(struct lg_cli_fleet *fleet)
{
	const char *at = lg_settings_fleet(fleet->settings).directory.uri;

	while (*(at += strspn(at, " \t")) != '\0') {
		size_t len = strcspn(at, " \t");
		char *uri = strndup(at, len);

		if (uri != NULL)
			ask_at(fleet, uri);
		free(uri);
		at += len;
	}
}

void lg_cli_fleet_close(struct lg_cli_fleet *fleet)
{
	lg_fleet_ear_close(&fleet->ear);
	if (fleet->fleet.close != NULL)
		fleet->fleet.close(fleet->fleet.self);
	lg_ed25519_close(&fleet->signature);
	free(fleet->key);
	*fleet = (struct lg_cli_fleet){0};
}

void lg_cli_add_fleet(struct lg_cli *cli, cJSON *object)
{
	const struct lg_settings *settings;
	cJSON *fleet;

	if (lg_cli_settings(cli, &settings, NULL) != LG_OK ||
	    settings->fleet_base == NULL) {
		lg_json_add(object, "fleet", cJSON_CreateNull());
		return;
	}
	fleet = cJSON_CreateObject();
	lg_json_text(fleet, "name", settings->fleet_name);
	lg_json_text(fleet, "base", settings->fleet_base);
	lg_json_add(object, "fleet", fleet);
}

void lg_cli_say_fleet(struct lg_cli *cli)
{
	const struct lg_settings *settings;

	if (cli->json || cli->quiet ||
	    lg_cli_settings(cli, &settings, NULL) != LG_OK ||
	    settings->fleet_base == NULL)
		return;
	lg_cli_print(cli, LG_DIM,
		     "this gate belongs to the fleet %s; --fleet locks all of "
		     "it\n",
		     settings->fleet_base);
}
