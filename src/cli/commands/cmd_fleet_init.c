/* SPDX-License-Identifier: ISC */
/*
 * logongate fleet init - make what a fleet needs in a directory
 *
 * Without --apply it says what that is, as text for ldapadd and ldapmodify (or
 * dsacls): what an administrator of the directory wants to read first. With
 * it, entries are made, and where --config-uri names cn=config of an OpenLDAP
 * server, schema and access too. What is there already is left.
 */
#include <string.h>
#include <sys/stat.h>

#include "adapters/ed25519/ed25519.h"
#include "adapters/system/atomic_file.h"
#include "app/records/json_member.h"
#include "app/setup/fleet_access.h"
#include "base/base64.h"
#include "cli/commands.h"
#include "cli/commands/fleet_admin.h"
#include "cli/output.h"

/* slapd writes its settings when all that it does has paused: a provider whose
 * peers are being copied needs longer than for an answer. */
#define CONFIG_TIMEOUT_MS 30000

struct init {
	struct lg_cli *cli;
	struct fleet_admin admin;
	struct lg_ldap_setup setup;
	struct lg_fleet_access_who who;
	struct lg_strlist rules;
	struct lg_strlist limits;
	struct lg_buffer text; /* what is printed */
	struct lg_buffer key;  /* "NAME BASE64", where one was made */
	int made;
};

static enum lg_status add_access(struct init *init, struct lg_error *err)
{
	struct lg_buffer *text = &init->text;

	if (init->setup.dialect == LG_LDAP_FLEET_AD) {
		lg_buffer_text(text, "\n# Access, on a domain controller (see "
				     "logongate-fleet(7)):\n");
		for (size_t i = 0; i < init->who.admins.count; i++)
			lg_buffer_format(text,
					 "#   dsacls \"OU=locks,%s\" /I:T /G "
					 "\"%s:CC;serviceConnectionPoint\" "
					 "\"%s:GR\"\n",
					 init->admin.directory.base,
					 init->who.admins.item[i],
					 init->who.admins.item[i]);
		return lg_buffer_status(text, err);
	}
	lg_buffer_text(text, "\n# Access: on every provider, to the database "
			     "that holds the base; {1}mdb\n# is Debian's "
			     "first one. ldapmodify -Y EXTERNAL -H ldapi:///\n"
			     "#\n# dn: olcDatabase={1}mdb,cn=config\n"
			     "# changetype: modify\n# add: olcAccess\n");
	for (size_t i = 0; i < init->rules.count; i++)
		lg_buffer_format(text, "# olcAccess: {%zu}%s\n", i,
				 init->rules.item[i]);
	lg_buffer_text(text, "# -\n# add: olcLimits\n");
	for (size_t i = 0; i < init->limits.count; i++)
		lg_buffer_format(text, "# olcLimits: {%zu}%s\n", i,
				 init->limits.item[i]);
	return lg_buffer_status(text, err);
}

static enum lg_status write_text(struct init *init, struct lg_error *err)
{
	struct lg_buffer *text = &init->text;
	enum lg_status status;

	if (init->setup.dialect == LG_LDAP_FLEET_OPENLDAP)
		lg_buffer_text(text,
			       "# The schema, once on every provider:\n#   "
			       "ldapadd -Y EXTERNAL -H ldapi:/// -f "
			       "/etc/ldap/schema/logongate.ldif\n\n");
	lg_buffer_text(text, "# The entries, once: ldapadd\n");
	status = lg_fleet_access_entries(init->admin.directory.base, text, err);
	return status == LG_OK ? add_access(init, err) : status;
}

static enum lg_status make_entries(struct init *init, struct lg_error *err)
{
	static const char *const unit[] = {"locks", "gates"};
	const char *base = init->admin.directory.base;
	struct lg_buffer text = {0};
	enum lg_status status = lg_fleet_access_unit(base, &text, err);

	if (status == LG_OK)
		status = lg_ldap_setup_unit(&init->setup, base, text.data,
					    &init->made, err);
	for (size_t i = 0; status == LG_OK && i < 2; i++) {
		lg_buffer_clear(&text);
		lg_buffer_format(&text, "ou=%s,%s", unit[i], base);
		status = lg_buffer_status(&text, err);
		if (status == LG_OK)
			status = lg_ldap_setup_unit(&init->setup, text.data,
						    unit[i], &init->made, err);
	}
	lg_buffer_release(&text);
	return status;
}

static enum lg_status find_rules(struct init *init, struct lg_error *err)
{
	const char *base = init->admin.directory.base;
	enum lg_status status;

	lg_strlist_release(&init->rules);
	lg_strlist_release(&init->limits);
	status = lg_fleet_access_rules(base, &init->who, &init->rules, err);
	return status == LG_OK ? lg_fleet_access_limits(base, &init->who,
							&init->limits, err)
			       : status;
}

/* Schema and access, over a connection of its own. */
static enum lg_status configure(struct init *init, const char *uri,
				struct lg_error *err)
{
	struct lg_cli *cli = init->cli;
	struct lg_directory_settings directory = init->admin.directory;
	struct lg_ldap_setup config = {0};
	const char *as = lg_cli_option(cli, "config-as");
	enum lg_status status;

	directory.uri = uri;
	directory.base = "cn=config";
	if (directory.timeout_ms < CONFIG_TIMEOUT_MS)
		directory.timeout_ms = CONFIG_TIMEOUT_MS;
	directory.bind_dn = as ? as : "external";
	directory.password_file =
		as ? lg_cli_option(cli, "config-password-file") : NULL;
	status = lg_ldap_setup_open(&directory, &config, err);
	if (status != LG_OK)
		return status;
	status = lg_ldap_setup_schema(&config, &init->made, err);
	if (status == LG_OK)
		status = lg_ldap_setup_replicas(&config,
						init->admin.directory.base,
						&init->who.replicas, err);
	if (status == LG_OK)
		status = find_rules(init, err);
	if (status == LG_OK)
		status = lg_ldap_setup_access(
			&config, init->admin.directory.base, &init->rules,
			&init->limits, &init->made, err);
	lg_ldap_setup_close(&config);
	return status;
}

/* A line of verify_keys for the new key; others' stay. */
static enum lg_status publish_key(struct init *init, const char *file,
				  struct lg_error *err)
{
	struct lg_buffer text = {0};
	struct lg_fleet_keys keys = {0};
	struct stat there;
	enum lg_status status = LG_OK;

	if (stat(file, &there) == 0)
		status = lg_file_read(file, &text, err);
	if (status == LG_OK && text.len && text.data[text.len - 1] != '\n')
		lg_buffer_char(&text, '\n');
	lg_buffer_append(&text, init->key.data, init->key.len);
	if (status == LG_OK)
		status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = lg_fleet_keys_parse(&keys, text.data, text.len, file,
					     err);
	if (status == LG_OK)
		status = fleet_admin_write(file, &text, 0, err);
	lg_buffer_release(&text);
	return status;
}

/* This administrator's key, where sign_key names one that is not there. */
static enum lg_status make_key(struct init *init, struct lg_error *err)
{
	const struct lg_settings *settings = init->admin.settings;
	const char *file = settings->fleet_sign_key;
	unsigned char public[LG_FLEET_PUBLIC_SIZE];
	struct lg_buffer pem = {0};
	struct stat there;
	enum lg_status status;

	if (!file || lstat(file, &there) == 0)
		return LG_OK;
	status = lg_ed25519_key_name(file, &init->key, err);
	if (status == LG_OK)
		status = lg_ed25519_make(&pem, public, err);
	if (status == LG_OK) {
		lg_buffer_char(&init->key, ' ');
		lg_base64_encode(public, sizeof(public), &init->key);
		lg_buffer_char(&init->key, '\n');
		status = lg_buffer_status(&init->key, err);
	}
	if (status == LG_OK)
		status = lg_atomic_file_replace(file, pem.data, pem.len, err);
	if (pem.data)
		explicit_bzero(pem.data, pem.capacity);
	lg_buffer_release(&pem);
	if (status == LG_OK)
		init->made = 1;
	if (status == LG_OK && settings->fleet_verify_keys)
		status = publish_key(init, settings->fleet_verify_keys, err);
	return status;
}

static int print(struct init *init, int applied)
{
	struct lg_cli *cli = init->cli;
	const char *text = init->text.data ? init->text.data : "";
	cJSON *object;

	if (!cli->json) {
		if (!applied || init->text.len)
			fputs(text, cli->out);
		if (applied && !cli->quiet)
			fprintf(cli->out, "%s: %s.\n",
				init->admin.directory.base,
				init->made ? "done"
					   : "all there already; nothing "
					     "changed");
		if (init->key.len)
			fprintf(cli->out,
				"A key was made. Every gate's verify_keys "
				"needs this line, or learns it by fleet keys "
				"add from a key that it knows:\n%s",
				init->key.data);
		return LG_EXIT_DONE;
	}
	object = cJSON_CreateObject();
	lg_json_text(object, "base", init->admin.directory.base);
	lg_json_text(object, "directory",
		     init->setup.dialect == LG_LDAP_FLEET_AD
			     ? "active-directory"
			     : "openldap");
	lg_json_bool(object, "applied", applied);
	lg_json_bool(object, "changed", init->made);
	lg_json_text(object, "key", init->key.data);
	lg_json_text(object, "text", text);
	return lg_cli_json(cli, object);
}

static int apply(struct init *init)
{
	const char *config = lg_cli_option(init->cli, "config-uri");
	struct lg_error err;
	enum lg_status status = LG_OK;

	/* Access can name the report only where the schema is known. */
	if (config && init->setup.dialect == LG_LDAP_FLEET_OPENLDAP)
		status = configure(init, config, &err);
	if (status == LG_OK)
		status = make_entries(init, &err);
	/* Where all is there already, so is the access, it may be hoped. */
	if (status == LG_OK && !config && init->made)
		status = add_access(init, &err);
	if (status == LG_OK)
		status = make_key(init, &err);
	if (status != LG_OK)
		return fleet_admin_fail(init->cli, &err);
	return print(init, 1);
}

static int run(struct init *init)
{
	struct lg_cli *cli = init->cli;
	struct lg_error err;
	enum lg_status status;
	int code = fleet_admin_read(cli, &init->admin);

	if (code != LG_EXIT_DONE)
		return code;
	status = lg_cli_options(cli, "admin", &init->who.admins, &err);
	if (status == LG_OK && init->who.admins.count == 0)
		return lg_cli_usage(cli, "say who may lock the fleet: --admin "
					 "uid=anna,ou=people,dc=example,dc=org "
					 "(group:DN for a group)");
	if (status == LG_OK)
		status = lg_cli_options(cli, "replica", &init->who.replicas,
					&err);
	if (status == LG_OK)
		status = find_rules(init, &err);
	if (status != LG_OK)
		return lg_cli_fail(cli, &err);
	code = fleet_admin_open(cli, &init->admin, &init->setup);
	if (code != LG_EXIT_DONE)
		return code;
	if (lg_cli_option(cli, "apply"))
		return apply(init);
	status = write_text(init, &err);
	return status == LG_OK ? print(init, 0) : lg_cli_fail(cli, &err);
}

int lg_cmd_fleet_init(struct lg_cli *cli)
{
	struct init init = {.cli = cli};
	int code = run(&init);

	lg_ldap_setup_close(&init.setup);
	lg_strlist_release(&init.who.admins);
	lg_strlist_release(&init.who.replicas);
	lg_strlist_release(&init.rules);
	lg_strlist_release(&init.limits);
	lg_buffer_release(&init.text);
	lg_buffer_release(&init.key);
	return code;
}
