/* SPDX-License-Identifier: ISC */
/*
 * logongate fleet join, fleet forget - a gate comes to a fleet, or goes
 *
 * The gate's entry and its password are made, then what the gate needs is
 * written beside its settings, and last the gate's own account is tried: a
 * gate that could not read the locks would be found out at night.
 */
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "adapters/ldap/ldap_fleet.h"
#include "adapters/system/secret_file.h"
#include "adapters/system/atomic_file.h"
#include "app/records/json_member.h"
#include "app/setup/setup_settings.h"
#include "cli/commands.h"
#include "cli/commands/fleet_admin.h"
#include "cli/output.h"
#include "core/fleet/fleet_event.h"

#define SETTINGS "/etc/logongate/logongate.conf"
#define SECRET_BYTES 32

struct join {
	struct lg_cli *cli;
	struct fleet_admin admin;
	struct lg_ldap_setup setup;
	const char *name;
	const char *file;
	const char *keys;          /* the verify_keys to hand over */
	struct lg_buffer secret;   /* fleet.secret beside file */
	struct lg_buffer new_keys; /* fleet.pub beside it */
	struct lg_buffer bind_dn;
	struct lg_buffer uri; /* in this gate's order */
	int changed;
};

/* FNV-1a: gates begin at different providers, and always at the same one. */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++) {
		hash ^= (unsigned char)*name;
		hash *= 16777619u;
	}
	return hash;
}

static enum lg_status order_providers(struct join *join, struct lg_error *err)
{
	const struct lg_strlist *uri = &join->setup.settings.uri;
	size_t first = hash_of(join->name) % uri->count;

	for (size_t i = 0; i < uri->count; i++)
		lg_buffer_format(&join->uri, "%s%s", i ? " " : "",
				 uri->item[(first + i) % uri->count]);
	return lg_buffer_status(&join->uri, err);
}

static void name_beside(const char *path, const char *name,
			struct lg_buffer *out_path)
{
	const char *slash = strrchr(path, '/');

	if (slash)
		lg_buffer_append(out_path, path, (size_t)(slash - path + 1));
	else
		lg_buffer_text(out_path, "./");
	lg_buffer_text(out_path, name);
}

static enum lg_status name_files(struct join *join, struct lg_error *err)
{
	const struct lg_fleet_text cn = {join->name, strlen(join->name)};
	enum lg_status status =
		lg_ldap_fleet_dn(&cn, "ou=gates", join->admin.directory.base,
				 &join->bind_dn, err);

	name_beside(join->file, "fleet.secret", &join->secret);
	name_beside(join->file, "fleet.pub", &join->new_keys);
	if (status == LG_OK)
		status = lg_buffer_status(&join->secret, err);
	if (status == LG_OK)
		status = lg_buffer_status(&join->new_keys, err);
	return status;
}

/* As the gate itself will: whether it gets in, and may read the locks. */
static enum lg_status try_as_gate(struct join *join, struct lg_error *err)
{
	struct lg_fleet_settings settings = {.directory =
						     join->admin.directory};
	struct lg_fleet_sink sink = {0};
	struct lg_fleet fleet;
	enum lg_status status;

	settings.directory.bind_dn = join->bind_dn.data;
	settings.directory.password_file = join->secret.data;
	status = lg_fleet_open_ldap(&settings, LG_FLEET_LOCKS, &fleet, err);
	if (status != LG_OK)
		return status;
	status = fleet.events(fleet.self, NULL, &sink, err);
	fleet.close(fleet.self);
	return status;
}

static enum lg_status give_password(struct join *join, struct lg_error *err)
{
	struct lg_buffer secret = {0};
	struct lg_buffer line = {0};
	enum lg_status status = lg_secret_make(SECRET_BYTES, &secret, err);

	/* First here: a password that nobody has would lock the gate out. */
	if (status == LG_OK) {
		lg_buffer_format(&line, "%s\n", secret.data);
		status = fleet_admin_write(join->secret.data, &line, 1, err);
	}
	if (status == LG_OK)
		status = lg_ldap_setup_password(&join->setup, join->name,
						secret.data, err);
	if (secret.data)
		explicit_bzero(secret.data, secret.capacity);
	if (line.data)
		explicit_bzero(line.data, line.capacity);
	lg_buffer_release(&secret);
	lg_buffer_release(&line);
	if (status == LG_OK)
		join->changed = 1;
	return status;
}

static enum lg_status write_settings(struct join *join, struct lg_error *err)
{
	int ad = join->setup.dialect == LG_LDAP_FLEET_AD;
	/* The last one set stands first where the section is new. */
	const char *const set[][2] = {
		{"verify_keys", join->new_keys.data},
		{"password_file", ad ? NULL : join->secret.data},
		{"bind_dn", ad ? NULL : join->bind_dn.data},
		{"groups", lg_cli_option(join->cli, "groups")},
		{"name", join->name},
		{"uri", join->uri.data},
		{"base", join->admin.directory.base},
	};
	struct lg_buffer text = {0};
	struct stat there;
	int before = join->changed;
	enum lg_status status = LG_OK;

	join->changed = 0;
	if (stat(join->file, &there) == 0)
		status = lg_file_read(join->file, &text, err);
	for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		if (status == LG_OK && set[i][1])
			status = lg_setup_set_value(&text, "fleet", set[i][0],
						    set[i][1], &join->changed,
						    err);
	if (status == LG_OK && join->changed)
		status = fleet_admin_write(join->file, &text, 0, err);
	join->changed |= before;
	lg_buffer_release(&text);
	return status;
}

static enum lg_status hand_over_keys(struct join *join, struct lg_error *err)
{
	struct lg_buffer keys = {0};
	struct lg_buffer there = {0};
	enum lg_status status;

	if (strcmp(join->keys, join->new_keys.data) == 0)
		return LG_OK;
	status = lg_file_read(join->keys, &keys, err);
	if (status == LG_OK &&
	    (lg_file_read(join->new_keys.data, &there, NULL) != LG_OK ||
	     there.len != keys.len ||
	     memcmp(there.data, keys.data, keys.len) != 0)) {
		status = fleet_admin_write(join->new_keys.data, &keys, 0, err);
		join->changed = 1;
	}
	lg_buffer_release(&keys);
	lg_buffer_release(&there);
	return status;
}

static int print(struct join *join)
{
	struct lg_cli *cli = join->cli;
	cJSON *object;

	if (!cli->json) {
		if (cli->quiet)
			return LG_EXIT_DONE;
		if (!join->changed)
			fprintf(cli->out,
				"%s is in the fleet already; nothing "
				"changed.\n",
				join->name);
		else
			fprintf(cli->out,
				"%s is in the fleet %s. Restart the gate to "
				"have it follow.\n",
				join->name, join->admin.directory.base);
		if (join->setup.dialect == LG_LDAP_FLEET_AD)
			fprintf(cli->out,
				"Let the account that this gate binds with "
				"(bind_dn) write its own report:\n  dsacls "
				"\"%s\" /G "
				"\"ACCOUNT:WP;serviceBindingInformation\"\n",
				join->bind_dn.data);
		return LG_EXIT_DONE;
	}
	object = cJSON_CreateObject();
	lg_json_text(object, "name", join->name);
	lg_json_text(object, "base", join->admin.directory.base);
	lg_json_text(object, "uri", join->uri.data);
	lg_json_text(object, "settings", join->file);
	lg_json_bool(object, "changed", join->changed);
	return lg_cli_json(cli, object);
}

/* The entry, and the password where this gate cannot get in with the one it
 * has. */
static int make_gate(struct join *join)
{
	struct stat there;
	struct lg_error err;
	int made = 0;
	enum lg_status status =
		lg_ldap_setup_gate(&join->setup, join->name, &made, &err);

	if (status != LG_OK)
		return fleet_admin_fail(join->cli, &err);
	join->changed |= made;
	if (join->setup.dialect == LG_LDAP_FLEET_AD)
		return LG_EXIT_DONE;
	if (!made && lstat(join->secret.data, &there) == 0) {
		status = try_as_gate(join, &err);
		if (status == LG_OK)
			return LG_EXIT_DONE;
		if (status != LG_ERR_DENIED)
			return fleet_admin_fail(join->cli, &err);
	}
	if (!made && !lg_cli_option(join->cli, "force"))
		return lg_cli_say(join->cli, LG_EXIT_WOULD_NOT_LOCK, join->name,
				  "a gate of this name is in the fleet, and %s "
				  "is not its password; --force gives it a new "
				  "one, and whoever has the old one is out",
				  join->secret.data);
	status = give_password(join, &err);
	return status == LG_OK ? LG_EXIT_DONE
			       : fleet_admin_fail(join->cli, &err);
}

static int check(struct join *join)
{
	const char *file = lg_cli_option(join->cli, "settings");
	const char *keys = lg_cli_option(join->cli, "verify-keys");
	const struct lg_settings *settings = join->admin.settings;

	if (!lg_fleet_is_name(join->name, strlen(join->name)))
		return lg_cli_usage(
			join->cli,
			"\"%s\" is not the name of a gate: letters, "
			"digits, dots, dashes and underscores, at "
			"most 64",
			join->name);
	join->file = file ? file : settings->path ? settings->path : SETTINGS;
	join->keys = keys ? keys : settings->fleet_verify_keys;
	if (!join->keys)
		return lg_cli_say(join->cli, LG_EXIT_INVALID, settings->path,
				  "[fleet] verify_keys is not set: without "
				  "keys a gate believes nobody; --verify-keys "
				  "FILE names the one to hand over");
	return LG_EXIT_DONE;
}

static int run(struct join *join)
{
	struct lg_error err;
	enum lg_status status;
	int code = fleet_admin_read(join->cli, &join->admin);

	if (code == LG_EXIT_DONE)
		code = check(join);
	if (code == LG_EXIT_DONE)
		code = fleet_admin_open(join->cli, &join->admin, &join->setup);
	if (code != LG_EXIT_DONE)
		return code;
	status = name_files(join, &err);
	if (status == LG_OK)
		status = order_providers(join, &err);
	if (status != LG_OK)
		return lg_cli_fail(join->cli, &err);
	code = make_gate(join);
	if (code != LG_EXIT_DONE)
		return code;
	status = hand_over_keys(join, &err);
	if (status == LG_OK)
		status = write_settings(join, &err);
	if (status == LG_OK && join->setup.dialect == LG_LDAP_FLEET_OPENLDAP)
		status = try_as_gate(join, &err);
	return status == LG_OK ? print(join)
			       : fleet_admin_fail(join->cli, &err);
}

int lg_cmd_fleet_join(struct lg_cli *cli)
{
	struct join join = {.cli = cli, .name = cli->operand[0]};
	int code = run(&join);

	lg_ldap_setup_close(&join.setup);
	lg_buffer_release(&join.secret);
	lg_buffer_release(&join.new_keys);
	lg_buffer_release(&join.bind_dn);
	lg_buffer_release(&join.uri);
	return code;
}

int lg_cmd_fleet_forget(struct lg_cli *cli)
{
	struct fleet_admin admin;
	struct lg_ldap_setup setup = {0};
	const char *name = cli->operand[0];
	struct lg_error err;
	enum lg_status status;
	int code = fleet_admin_read(cli, &admin);

	if (code == LG_EXIT_DONE)
		code = fleet_admin_open(cli, &admin, &setup);
	if (code != LG_EXIT_DONE)
		return code;
	status = lg_ldap_setup_delete(&setup, name, "ou=gates", &err);
	lg_ldap_setup_close(&setup);
	if (status == LG_ERR_UNKNOWN_KEY)
		return lg_cli_say(cli, LG_EXIT_INVALID, name,
				  "no gate of this name is in the fleet");
	if (status != LG_OK)
		return fleet_admin_fail(cli, &err);
	if (!cli->json && !cli->quiet)
		fprintf(cli->out,
			"%s is forgotten; what it holds it keeps until its "
			"end.\n",
			name);
	return LG_EXIT_DONE;
}
