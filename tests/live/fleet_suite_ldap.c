/* SPDX-License-Identifier: ISC */
/*
 * The suite of port/fleet on real servers.
 *
 * fleet_suite_ldap URIS BASE BIND_DN PASSWORD_FILE CA_FILE TLS HEARTBEAT_S
 * LATE_MS PID...; the directory is taken away by stopping the processes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "suite.h"
#include "contract/fleet_suite.h"

#include "adapters/ldap/ldap_fleet.h"
#include "adapters/ldap/ldap_seat.h"

#define TIMEOUT_MS 1000

struct servers {
	struct lg_fleet_settings settings;
	char **pid;
};

static enum lg_status open_fleet(void *context, unsigned int branches,
				 struct lg_fleet *out_fleet,
				 struct lg_error *err)
{
	struct servers *servers = context;

	return lg_fleet_open_ldap(&servers->settings, branches, out_fleet, err);
}

static void forget(void *context, const char *cn)
{
	struct servers *servers = context;
	struct lg_ldap_settings settings = {0};
	struct lg_ldap_connection connection = {0};
	struct lg_buffer dn = {0};
	const struct lg_fleet_text name = {cn, strlen(cn)};

	assert_int_equal(lg_ldap_settings_read(&servers->settings.directory,
					       &settings, NULL),
			 LG_OK);
	assert_int_equal(lg_ldap_connect(&settings, settings.uri.item[0],
					 &connection, NULL),
			 LG_OK);
	assert_int_equal(
		lg_ldap_fleet_dn(&name, "ou=locks", settings.base, &dn, NULL),
		LG_OK);
	assert_int_equal(ldap_delete_ext_s(connection.ld, dn.data, NULL, NULL),
			 LDAP_SUCCESS);
	lg_buffer_release(&dn);
	lg_ldap_disconnect(&connection);
	lg_ldap_settings_release(&settings);
}

static void away(void *context, int is_away)
{
	struct servers *servers = context;

	for (char **pid = servers->pid; *pid; pid++)
		kill((pid_t)strtol(*pid, NULL, 10),
		     is_away ? SIGSTOP : SIGCONT);
}

/* The first of two stands still, and comes back. */
static enum lg_status at(void *context, const struct lg_fleet_news *news,
			 struct lg_error *err)
{
	snprintf(context, 256, "%s", news->uri);
	return LG_OK;
}

static void poll_until_at(const struct lg_fleet *fleet, char where[256],
			  const char *prefix)
{
	const struct lg_fleet_sink sink = {.context = where,
					   .hears = LG_FLEET_HEARS(CONNECTED),
					   .tell = at};
	time_t end = time(NULL) + 30;

	while (strncmp(where, prefix, strlen(prefix)) != 0 ||
	       where[strlen(prefix)] != '\0') {
		assert_true(time(NULL) < end);
		assert_int_equal(fleet->poll(fleet->self, 200, &sink, NULL),
				 LG_OK);
	}
}

static void returns_to_its_first_provider(void **state)
{
	struct servers *servers = *state;
	struct lg_fleet_settings settings = servers->settings;
	char list[512], where[256] = "";
	struct lg_fleet fleet = {0};
	char *second;

	snprintf(list, sizeof(list), "%s", settings.directory.uri);
	second = strchr(list, ' ');
	assert_non_null(second);
	*second++ = '\0';
	settings.return_ms = 1000;
	assert_int_equal(
		lg_fleet_open_ldap(&settings, LG_FLEET_LOCKS, &fleet, NULL),
		LG_OK);
	poll_until_at(&fleet, where, list);
	kill((pid_t)strtol(servers->pid[0], NULL, 10), SIGSTOP);
	poll_until_at(&fleet, where, second);
	kill((pid_t)strtol(servers->pid[0], NULL, 10), SIGCONT);
	poll_until_at(&fleet, where, list);
	fleet.close(fleet.self);
}

int main(int argc, char **argv)
{
	struct servers servers = {0};
	struct fleet_place place = {.context = &servers,
				    .open = open_fleet,
				    .forget = forget,
				    .away = away,
				    .timeout_ms = TIMEOUT_MS};
	const struct CMUnitTest rows[] = {
		{"off its first provider it returns there",
		 returns_to_its_first_provider, NULL, NULL, &servers},
	};
	int failed;

	if (argc < 10)
		return 2;
	servers.settings = (struct lg_fleet_settings){
		.directory = {.uri = argv[1],
			      .base = argv[2],
			      .bind_dn = argv[3],
			      .password_file = argv[4],
			      .ca_file = argv[5],
			      .tls = strcmp(argv[6], "none") == 0
					     ? LG_TLS_NONE
					     : LG_TLS_DEMAND,
			      .timeout_ms = TIMEOUT_MS},
		.name = FLEET_SUITE_GATE,
		.heartbeat_ms = (uint32_t)strtoul(argv[7], NULL, 10) * 1000};
	place.late_ms = (unsigned int)strtoul(argv[8], NULL, 10);
	servers.pid = argv + 9;
	place.providers = (unsigned int)(argc - 9);
	failed = fleet_suite_run(&place);
	if (place.providers == 2 && strchr(argv[1], ' ') != NULL)
		failed |= cmocka_run_group_tests(rows, NULL, NULL);
	return failed;
}
