/* SPDX-License-Identifier: ISC */
/*
 * settings.h - what logongate.conf says
 *
 * Layer: core. (Reading the file: adapters/ini.)
 * Source: contract 3, 8 "Sockets", "Directory", "Targets".
 */
#ifndef LOGONGATE_CORE_SETTINGS_SETTINGS_H
#define LOGONGATE_CORE_SETTINGS_SETTINGS_H

#include <stdint.h>

#include <logongate/dialect.h>
#include "core/settings/backend.h"
#include "core/settings/directory_settings.h"
#include "core/settings/fleet_settings.h"
#include "core/settings/listener.h"
#include <logongate/strlist.h>

/* What a listener answers while the gate has no policy it can trust. */
enum lg_without_policy {
	LG_WITHOUT_POLICY_UNSTATED = 0, /* refused when a listener is opened */
	LG_WITHOUT_POLICY_ADMIT,
	LG_WITHOUT_POLICY_REFUSE
};

struct lg_listen_settings {
	int present;
	struct lg_strlist address; /* "unix:NAME", "HOST:PORT" */
	enum lg_without_policy without_policy;
	const char *key_file;
	const char *page;          /* http: what a refused browser shows */
	uint32_t mode;             /* 0660 */
	const char *group;         /* NULL: "logongate-door" */
	const char *cert_file;     /* control */
	const char *tls_key_file;  /* control */
	const char *ca_file;       /* control: who may connect */
	struct lg_strlist clients; /* control: by these names */
};

struct lg_target_settings {
	const char *name;
	enum lg_dialect dialect;
	enum lg_backend backend;
	const char *store_version;
	const char *server;
	const char *file;
	int file_is_reg4; /* file_format = reg4 */
	const char *credentials_file;
	const char *service;
	const char *companion_name;
	const char *companion_type;
	const char *companion_data;
	int restart;
	int undocumented;
	int smb1;
	const char *cert_file; /* backend gate with a server */
	const char *tls_key_file;
	const char *ca_file;
	struct lg_strlist probe;         /* probe logons, file names */
	struct lg_strlist stop_services; /* for the time of a lock (I3) */
};

/* How a client that names nobody is asked to; [gate] http_challenge. */
enum lg_http_scheme {
	LG_HTTP_SCHEME_NEGOTIATE = 1,
	LG_HTTP_SCHEME_NTLM = 2,
	LG_HTTP_SCHEME_BASIC = 4
};

struct lg_group_settings {
	const char *name;
	struct lg_strlist member;
};

/* [notify] before: how long before its end a lock is told of. */
#define LG_NOTIFY_BEFORE_MAX 8
struct lg_notify_before {
	int64_t seconds[LG_NOTIFY_BEFORE_MAX];
	size_t count;
};

/* Absent texts are NULL; those that are read lie in arena. path is NULL for the
 * embedded defaults. */
struct lg_settings {
	const char *path;
	enum lg_dialect dialect;
	const char *state_dir;
	const char *run_dir;
	const char *admin_group;
	struct lg_strlist break_glass;
	const char *default_domain; /* of logon names without one */
	const char *language; /* of doors that are not told one; NULL: none */
	/* Names of cookies of which each is a whole MAPI session. */
	struct lg_strlist mapi_cookies;
	uint32_t http_refusal;   /* 503 or 500 */
	uint32_t http_challenge; /* bits of enum lg_http_scheme */
	const char *http_realm;
	int gate_restart; /* [gate] restart = yes */
	const char *profiles_dir;
	const char *clients_file;
	uint32_t refused_keep_days;
	uint32_t keep_days; /* back-ups and lists of no lock; 0: for ever */

	const char *directory_uri;
	const char *directory_base;
	const char *directory_bind_dn;
	const char *directory_password_file;
	const char *directory_ca_file;
	enum lg_directory_tls directory_tls;
	uint32_t directory_timeout_ms;
	struct lg_strlist login_attributes;

	struct lg_listen_settings listen[LG_LISTENER_COUNT];

	const char *doveadm; /* NULL: Dovecot is not cut */
	const char *doveadm_api_key_file;
	const char *haproxy_stats_socket;
	const char *probe_user; /* NULL: doors --probe has no account */
	const char *probe_password_file; /* together with probe_user */
	const char *notify_dir;          /* NULL: nobody is told */
	struct lg_notify_before notify_before;

	const char *fleet_base; /* NULL: this gate belongs to no fleet */
	const char *fleet_uri;  /* NULL: that of the directory, with its bind */
	const char *fleet_bind_dn;
	const char *fleet_password_file;
	const char *fleet_name; /* NULL: the host's full name */
	struct lg_strlist fleet_groups;
	const char *fleet_verify_keys;
	const char *fleet_sign_key;
	uint32_t fleet_heartbeat_ms;
	int fleet_doors; /* the fleet is told which doors do not ask */

	/* Those that lead to mail; empty: whatever asked this gate. */
	struct lg_strlist haproxy_frontends;

	struct lg_target_settings *target;
	size_t target_count;
	struct lg_group_settings *group;
	size_t group_count;
	struct lg_strlist arena;
};

/*
 * The embedded defaults of contract 3: state below xdg_state_home, sockets in
 * its folder "run". xdg_state_home NULL: the folders of a machine that has a
 * settings file.
 */
enum lg_status lg_settings_default(const char *xdg_state_home,
				   struct lg_settings **out_settings,
				   struct lg_error *err);
/* Adds the attributes of a directory that hold what people log on with, where
 * the settings name none. */
enum lg_status lg_settings_default_logins(struct lg_strlist *names,
					  struct lg_error *err);
void lg_settings_free(struct lg_settings **settings);

/* 1 when any [listen.*] is there: a gate is expected to run. */
int lg_settings_expects_gate(const struct lg_settings *settings);

/* Borrowed from settings. */
struct lg_directory_settings
lg_settings_directory(const struct lg_settings *settings);

/* Likewise. Its directory is [fleet]'s own or the one above. */
struct lg_fleet_settings lg_settings_fleet(const struct lg_settings *settings);

#endif
