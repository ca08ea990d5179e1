/* SPDX-License-Identifier: ISC */
/*
 * What no single key can say: a listener that does not state what it answers
 * without a policy, a password that would cross the network in the clear, a
 * target that could never be written to, a group without servers.
 */
#include <string.h>

#include <logongate/buffer.h>

#include "adapters/ini/settings_values.h"

struct checker {
	const struct lg_settings *settings;
	const struct lg_ini_items *items;
	struct lg_error *err;
};

/* The item of a key; the section's header where the key is not there. */
static const struct lg_ini_item *find(const struct checker *checker,
				      const char *prefix, const char *name,
				      const char *key)
{
	const struct lg_ini_items *items = checker->items;
	const struct lg_ini_item *header = NULL;
	size_t len = strlen(prefix);

	for (size_t i = 0; i < items->count; i++) {
		const struct lg_ini_item *item = &items->item[i];

		if (strncmp(item->section, prefix, len) ||
		    strcmp(item->section + len, name))
			continue;
		if (!item->key)
			header = item;
		else if (!strcmp(item->key, key))
			return item;
	}
	return header;
}

static enum lg_status wrong(const struct checker *checker,
			    const struct lg_ini_item *item, const char *what,
			    const char *right)
{
	return lg_error_set_at(checker->err, LG_ERR_CONFLICT,
			       item ? item->file : checker->settings->path,
			       item ? item->line : 0, "%s; %s", what, right);
}

static enum lg_status check_gate(const struct checker *checker)
{
	const struct lg_settings *settings = checker->settings;

	if (!settings->state_dir)
		return wrong(checker, find(checker, "", "gate", "state_dir"),
			     "state_dir names no folder",
			     "write state_dir = \"/var/lib/logongate\"");
	if (!settings->run_dir)
		return wrong(checker, find(checker, "", "gate", "run_dir"),
			     "run_dir names no folder",
			     "write run_dir = \"/run/logongate\"");
	return LG_OK;
}

static enum lg_status check_listener(const struct checker *checker,
				     enum lg_listener which)
{
	const struct lg_listen_settings *listen =
		&checker->settings->listen[which];
	const char *name = lg_listener_name(which);

	if (!listen->present)
		return LG_OK;
	if (which == LG_LISTEN_CONTROL) {
		if (!listen->address.count || !listen->cert_file ||
		    !listen->tls_key_file || !listen->ca_file)
			return wrong(checker,
				     find(checker, "listen.", name, "address"),
				     "[listen.control] is incomplete",
				     "it needs address, cert_file, "
				     "tls_key_file, ca_file and clients");
		if (!listen->clients.count)
			return wrong(checker,
				     find(checker, "listen.", name, "clients"),
				     "[listen.control] does not say whose "
				     "certificates may administer",
				     "write clients = \"NAME, NAME\" with the "
				     "common or alternative names of theirs");
		return LG_OK;
	}
	/* It decides nothing, and what is not for everybody needs its key. */
	if (!lg_listener_row(which)->is_asked)
		return LG_OK;
	if (listen->without_policy == LG_WITHOUT_POLICY_UNSTATED)
		return wrong(checker,
			     find(checker, "listen.", name, "without_policy"),
			     "the listener does not state what it answers "
			     "while the gate has no policy it can trust",
			     "write without_policy = admit or refuse");
	for (size_t i = 0; i < listen->address.count; i++) {
		if (lg_address_is_local(listen->address.item[i]) ||
		    listen->key_file)
			continue;
		if (lg_listener_row(which)->may_be_far)
			return wrong(checker,
				     find(checker, "listen.", name, "address"),
				     "an address beyond loopback without a key",
				     "write key_file = "
				     "\"/etc/logongate/http.key\" or listen on "
				     "127.0.0.1");
		return wrong(
			checker, find(checker, "listen.", name, "address"),
			"this listener takes no key and is for loopback only",
			"write \"unix:NAME.sock\" or 127.0.0.1");
	}
	return LG_OK;
}

/* ldap:// to another machine. */
static int has_remote_clear_uri(const char *uris)
{
	const char *at = uris;

	while ((at = strstr(at, "ldap://"))) {
		const char *host = at + strlen("ldap://");
		size_t len = strcspn(host, ":/ ");

		if (host[0] == '[')
			len = strcspn(host, "] ") + 1;
		if (!lg_host_is_loopback(host, len))
			return 1;
		at = host;
	}
	return 0;
}

static enum lg_status check_directory(const struct checker *checker)
{
	const struct lg_settings *s = checker->settings;
	int binds = s->directory_bind_dn &&
		    strcmp(s->directory_bind_dn, "external");

	if (!s->login_attributes.count)
		return wrong(checker,
			     find(checker, "", "directory", "login_attributes"),
			     "login_attributes names none",
			     "write login_attributes = \"mail,uid\" or leave "
			     "it out");
	if (binds && !s->directory_password_file)
		return wrong(checker, find(checker, "", "directory", "bind_dn"),
			     "bind_dn without a password would be an anonymous "
			     "bind",
			     "write password_file = \"...\", or bind_dn = "
			     "\"external\"");
	if (!binds && s->directory_password_file)
		return wrong(checker,
			     find(checker, "", "directory", "password_file"),
			     "password_file without the bind_dn it belongs to",
			     "write bind_dn = \"...\" or leave it out");
	if (binds && s->directory_tls == LG_TLS_NONE && s->directory_uri &&
	    has_remote_clear_uri(s->directory_uri))
		return wrong(checker, find(checker, "", "directory", "tls"),
			     "the password would cross the network in the "
			     "clear",
			     "write tls = demand or starttls");
	return LG_OK;
}

static enum lg_status check_dovecot(const struct checker *checker)
{
	const char *doveadm = checker->settings->doveadm;
	const struct lg_ini_item *item =
		find(checker, "", "dovecot", "doveadm");

	if (!item)
		return LG_OK;
	if (!doveadm ||
	    (strncmp(doveadm, "unix:/", 6) && strncmp(doveadm, "http://", 7) &&
	     strncmp(doveadm, "https://", 8)))
		return wrong(
			checker, item,
			"doveadm is not an address of the doveadm HTTP API",
			"write \"unix:/run/dovecot/http\" or "
			"\"http://127.0.0.1:8080/doveadm/v1\"");
	if (!checker->settings->doveadm_api_key_file)
		return wrong(checker, item,
			     "[dovecot] without the key of doveadm_api_key",
			     "write api_key_file = "
			     "\"/etc/logongate/doveadm.key\"");
	return LG_OK;
}

static enum lg_status check_probe(const struct checker *checker)
{
	const struct lg_settings *settings = checker->settings;

	if (!settings->probe_user != !settings->probe_password_file)
		return wrong(checker, find(checker, "", "probe", "user"),
			     "[probe] needs a user and its password_file",
			     "write user = \"probe@example.org\" and "
			     "password_file = \"/etc/logongate/probe.secret\"");
	return LG_OK;
}

/* 1 for letters, digits, dots, dashes and underscores: what names a gate or a
 * key stands in the names of entries and files. */
static int is_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_";

	return *name && *name != '.' && !name[strspn(name, plain)];
}

static enum lg_status check_fleet(const struct checker *checker)
{
	const struct lg_settings *s = checker->settings;
	const struct lg_ini_item *header = find(checker, "", "fleet", "base");
	const char *uri = s->fleet_uri ? s->fleet_uri : s->directory_uri;

	if (!header)
		return LG_OK;
	if (!s->fleet_base)
		return wrong(checker, header,
			     "[fleet] does not say where the fleet's entries "
			     "are",
			     "write base = \"ou=logongate,dc=example,dc=org\"");
	if (!uri || strstr(uri, "ldif:"))
		return wrong(checker, find(checker, "", "fleet", "uri"),
			     "[fleet] has no directory server",
			     "write uri = \"ldaps://ldap1.example.org\" here "
			     "or in [directory]");
	if (!s->fleet_verify_keys)
		return wrong(checker, header,
			     "[fleet] does not say whose locks count",
			     "write verify_keys = "
			     "\"/etc/logongate/fleet.pub\"");
	if (s->fleet_name && !is_plain(s->fleet_name))
		return wrong(checker, find(checker, "", "fleet", "name"),
			     "the name of a gate has other characters than "
			     "letters, digits, dots, dashes and underscores",
			     "write name = \"imap3.example.org\"");
	if (s->fleet_password_file && !s->fleet_bind_dn)
		return wrong(checker,
			     find(checker, "", "fleet", "password_file"),
			     "password_file without the bind_dn it belongs to",
			     "write bind_dn = \"cn=NAME,ou=gates,BASE\" or "
			     "leave it out");
	if (s->fleet_bind_dn && strcmp(s->fleet_bind_dn, "external") &&
	    !s->fleet_password_file)
		return wrong(checker, find(checker, "", "fleet", "bind_dn"),
			     "bind_dn without a password would be an anonymous "
			     "bind",
			     "write password_file = \"...\", or bind_dn = "
			     "\"external\"");
	if (s->fleet_bind_dn && strcmp(s->fleet_bind_dn, "external") &&
	    s->directory_tls == LG_TLS_NONE && has_remote_clear_uri(uri))
		return wrong(checker, find(checker, "", "directory", "tls"),
			     "the password would cross the network in the "
			     "clear",
			     "write tls = demand or starttls");
	return LG_OK;
}

static enum lg_status no_backend(const struct checker *checker,
				 const struct lg_ini_item *header)
{
	struct lg_buffer right = {0};
	enum lg_status status;

	lg_buffer_text(&right, "write backend = ");
	lg_backend_names(&right);
	status = lg_buffer_status(&right, checker->err);
	if (status == LG_OK)
		status = wrong(checker, header,
			       "the target does not state its backend",
			       right.data);
	lg_buffer_release(&right);
	return status;
}

static enum lg_status no_place(const struct checker *checker,
			       const struct lg_ini_item *header,
			       enum lg_backend backend)
{
	struct lg_buffer what = {0};
	enum lg_status status;

	if (lg_backend_row(backend)->place == LG_BACKEND_AT_FILE)
		return wrong(checker, header, "the backend needs a file",
			     "write file = \"/path\"");
	lg_buffer_format(&what, "backend %s without a server",
			 lg_backend_name(backend));
	status = lg_buffer_status(&what, checker->err);
	if (status == LG_OK)
		status = wrong(checker, header, what.data,
			       "write server = \"host\"");
	lg_buffer_release(&what);
	return status;
}

static int has_place(const struct lg_target_settings *target)
{
	switch (lg_backend_row(target->backend)->place) {
	case LG_BACKEND_AT_SERVER:
		return target->server != NULL;
	case LG_BACKEND_AT_FILE:
		return target->file != NULL;
	case LG_BACKEND_ANYWHERE:
		break;
	}
	return 1;
}

static enum lg_status check_target(const struct checker *checker,
				   const struct lg_target_settings *target)
{
	const struct lg_ini_item *header =
		find(checker, "target.", target->name, "backend");
	int companions = (target->companion_name != NULL) +
			 (target->companion_type != NULL) +
			 (target->companion_data != NULL);
	const struct lg_backend_row *row = lg_backend_row(target->backend);

	if (header && !header->key)
		return no_backend(checker, header);
	if (target->backend != LG_BACKEND_GATE &&
	    !find(checker, "target.", target->name, "dialect")->key)
		return wrong(checker, header,
			     "the target does not state its dialect",
			     "write dialect = exchange5.5, exchange2000, "
			     "exchange2003 or exchange2007");
	if (!has_place(target))
		return no_place(checker, header, target->backend);
	if (!row->stops_services && target->stop_services.count)
		return wrong(
			checker,
			find(checker, "target.", target->name, "stop_services"),
			"this backend stops no services",
			"write backend = winreg, or leave stop_services "
			"out");
	/* that of a file which is carried there was always left alone */
	if (target->restart && !row->restarts && row->carried == NULL)
		return wrong(checker,
			     find(checker, "target.", target->name, "restart"),
			     "this backend restarts nothing",
			     "leave restart out, and restart a store that "
			     "needs it by hand");
	/* L9: the sources name neither its name nor its type. */
	if (companions != 0 && companions != 3)
		return wrong(checker,
			     find(checker, "target.", target->name,
				  "companion_name"),
			     "the companion value is not given whole",
			     "write companion_name, companion_type and "
			     "companion_data, or none of them");
	return LG_OK;
}

/* Who is in it is asked where the group is used: a settings file may know
 * servers that are not described yet (contract 3 shows one). */
static enum lg_status check_group(const struct checker *checker,
				  const struct lg_group_settings *group)
{
	if (group->member.count)
		return LG_OK;
	return wrong(checker, find(checker, "group.", group->name, "members"),
		     "the group has no members",
		     "write members = \"target1, target2\"");
}

enum lg_status lg_settings_check(const struct lg_settings *settings,
				 const struct lg_ini_items *items,
				 struct lg_error *err)
{
	struct checker checker = {settings, items, err};
	enum lg_status status = check_gate(&checker);

	for (size_t i = 0; i < LG_LISTENER_COUNT && status == LG_OK; i++)
		status = check_listener(&checker, (enum lg_listener)i);
	if (status == LG_OK)
		status = check_directory(&checker);
	if (status == LG_OK)
		status = check_dovecot(&checker);
	if (status == LG_OK)
		status = check_probe(&checker);
	if (status == LG_OK)
		status = check_fleet(&checker);
	for (size_t i = 0; i < settings->target_count && status == LG_OK; i++)
		status = check_target(&checker, &settings->target[i]);
	for (size_t i = 0; i < settings->group_count && status == LG_OK; i++)
		status = check_group(&checker, &settings->group[i]);
	return status;
}
