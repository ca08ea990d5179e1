/* SPDX-License-Identifier: ISC */
/*
 * logongate fleet keys, fleet tidy - who may speak to the fleet; what is over
 *
 * A key is vouched for, or revoked, by an event that a key signed which the
 * gates know already; each gate keeps what it learned. verify_keys of this
 * machine follows, so that it is handed to the next gate that joins.
 */
#include <string.h>

#include "app/fleet/fleet_round.h"
#include "app/records/json_member.h"
#include "base/base64.h"
#include "cli/commands.h"
#include "cli/commands/fleet_admin.h"
#include "cli/open/open_fleet.h"
#include "cli/output.h"
#include "cli/text/times.h"

static int64_t next_number(const struct lg_cli_fleet *fleet)
{
	int64_t highest = 0;

	for (size_t i = 0; i < fleet->ear.set->count; i++) {
		const struct lg_fleet_event *event =
			fleet->ear.set->held[i]->event;

		if (event->kind == LG_FLEET_KEY &&
		    strcmp(event->key, fleet->key) == 0 &&
		    event->number > highest)
			highest = event->number;
	}
	return highest + 1;
}

static enum lg_status write_keys(const struct fleet_admin *admin,
				 const struct lg_fleet_keys *keys,
				 struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_fleet_keys_render(keys, &text);
	status = fleet_admin_write(admin->settings->fleet_verify_keys, &text, 0,
				   err);
	lg_buffer_release(&text);
	return status;
}

static int publish(struct lg_cli *cli, const struct fleet_admin *admin,
		   struct lg_cli_fleet *fleet, struct lg_fleet_event *event)
{
	struct lg_error err;
	int changed = 0;
	enum lg_status status;

	event->kind = LG_FLEET_KEY;
	memcpy(event->lock, LG_FLEET_LOCK_OF_KEYS,
	       sizeof(LG_FLEET_LOCK_OF_KEYS));
	event->number = next_number(fleet);
	event->count = (int64_t)fleet->ear.set->count;
	event->at_ms = lg_cli_now() * 1000;
	event->base = fleet->ear.base;
	event->by = lg_cli_by(cli);
	event->key = fleet->key;
	/* What the gates would not learn is not published. */
	status = lg_fleet_keys_learn(fleet->ear.keys, event, &changed, &err);
	if (status == LG_OK && !event->revoked &&
	    !lg_fleet_keys_find(fleet->ear.keys, event->name,
				strlen(event->name)))
		status = lg_error_set(&err, LG_ERR_CONFLICT, event->name,
				      "this key was revoked, and never counts "
				      "again; make another one, of another "
				      "name");
	if (status == LG_OK && changed)
		status = lg_fleet_publish(&fleet->fleet, &fleet->signature,
					  event, &err);
	if (status == LG_OK)
		status = write_keys(admin, fleet->ear.keys, &err);
	if (status == LG_ERR_CONFLICT)
		return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
	if (status != LG_OK)
		return fleet_admin_fail(cli, &err);
	if (!cli->json && !cli->quiet)
		fprintf(cli->out, "%s %s.\n", event->name,
			!changed         ? "was known to be so"
			: event->revoked ? "is revoked"
					 : "is a key of the fleet");
	return LG_EXIT_DONE;
}

/* The public key that a name stands for. */
static int find_key(struct lg_cli *cli, const struct lg_cli_fleet *fleet,
		    const char *name, struct lg_buffer *out_text)
{
	for (size_t i = 0; i < fleet->ear.keys->count; i++) {
		const struct lg_fleet_key *key = &fleet->ear.keys->key[i];

		if (strcmp(key->name, name) == 0)
			lg_base64_encode(key->public_key,
					 sizeof(key->public_key), out_text);
	}
	return out_text->len ? LG_EXIT_DONE
			     : lg_cli_say(cli, LG_EXIT_INVALID, name,
					  "no key of this name is known");
}

int lg_cmd_fleet_keys(struct lg_cli *cli)
{
	const char *verb = cli->operand[0];
	const char *name = cli->operand[1];
	int revoke = strcmp(verb, "revoke") == 0;
	unsigned char bytes[LG_FLEET_PUBLIC_SIZE];
	struct fleet_admin admin;
	struct lg_cli_fleet fleet = {0};
	struct lg_fleet_event event = {.name = name, .revoked = revoke};
	struct lg_buffer text = {0};
	int code;

	if ((!revoke && strcmp(verb, "add") != 0) ||
	    cli->operand_count != (revoke ? 2 : 3))
		return lg_cli_usage(cli,
				    "fleet keys add NAME BASE64, or fleet keys "
				    "revoke NAME");
	if (!lg_fleet_is_name(name, strlen(name)))
		return lg_cli_usage(cli,
				    "\"%s\" is not the name of a key: letters, "
				    "digits, dots, dashes and underscores",
				    name);
	if (!revoke &&
	    !lg_base64_decode(cli->operand[2], strlen(cli->operand[2]), bytes,
			      sizeof(bytes)))
		return lg_cli_usage(cli,
				    "\"%s\" is not a public key: 32 bytes in "
				    "Base64, as fleet init prints them",
				    cli->operand[2]);
	code = fleet_admin_read(cli, &admin);
	if (code == LG_EXIT_DONE)
		code = lg_cli_fleet_open(cli, LG_CLI_FLEET_SIGN, &fleet);
	if (code == LG_EXIT_DONE && revoke)
		code = find_key(cli, &fleet, name, &text);
	if (code == LG_EXIT_DONE) {
		event.public_key = revoke ? text.data : cli->operand[2];
		code = publish(cli, &admin, &fleet, &event);
	}
	lg_cli_fleet_close(&fleet);
	lg_buffer_release(&text);
	return code;
}

/* Deletes the events of locks that are over for long. */
static enum lg_status tidy(struct lg_cli_fleet *fleet,
			   struct lg_ldap_setup *setup, size_t *out_count,
			   struct lg_error *err)
{
	struct lg_fleet_set *set = fleet->ear.set;
	struct lg_buffer name = {0};
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < set->count; i++) {
		if (!lg_fleet_set_may_go(set, set->held[i], lg_cli_now()))
			continue;
		lg_buffer_clear(&name);
		lg_fleet_event_name(set->held[i]->event, &name);
		status = lg_buffer_status(&name, err);
		if (status == LG_OK)
			status = lg_ldap_setup_delete(setup, name.data,
						      "ou=locks", err);
		/* Another administrator tidies, too. */
		if (status == LG_ERR_UNKNOWN_KEY)
			status = LG_OK;
		else if (status == LG_OK)
			(*out_count)++;
	}
	lg_buffer_release(&name);
	return status;
}

/* Reads what is there and deletes what of it may go. */
static int tidy_once(struct lg_cli *cli, const struct fleet_admin *admin,
		     size_t *out_count)
{
	struct lg_cli_fleet fleet = {0};
	struct lg_ldap_setup setup = {0};
	struct lg_error err;
	int code = lg_cli_fleet_open(cli, LG_CLI_FLEET_LOOK, &fleet);

	*out_count = 0;
	if (code == LG_EXIT_DONE)
		code = fleet_admin_open(cli, admin, &setup);
	if (code == LG_EXIT_DONE &&
	    tidy(&fleet, &setup, out_count, &err) != LG_OK)
		code = fleet_admin_fail(cli, &err);
	lg_ldap_setup_close(&setup);
	lg_cli_fleet_close(&fleet);
	return code;
}

int lg_cmd_fleet_tidy(struct lg_cli *cli)
{
	struct fleet_admin admin;
	size_t count = 0, once = 0;
	cJSON *object;
	int code = fleet_admin_read(cli, &admin);

	/* There may be more than a set of events holds. */
	do {
		if (code == LG_EXIT_DONE)
			code = tidy_once(cli, &admin, &once);
		count += once;
	} while (code == LG_EXIT_DONE && once > 0);
	if (code != LG_EXIT_DONE)
		return code;
	if (cli->json) {
		object = cJSON_CreateObject();
		lg_json_number(object, "deleted", (int64_t)count);
		return lg_cli_json(cli, object);
	}
	if (!cli->quiet)
		fprintf(cli->out,
			"Deleted %zu entries of locks that ended more "
			"than 30 days ago.\n",
			count);
	return LG_EXIT_DONE;
}
