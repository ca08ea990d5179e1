/* SPDX-License-Identifier: ISC */
/*
 * The suite of port/directory on a real server that serves entries_table.
 *
 * directory_suite_ldap PID URI TLS BIND_DN PASSWORD_FILE CA_FILE; the server
 * is taken away by stopping the process PID, which the caller lets run again.
 */
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"
#include "contract/directory_entries.h"
#include "contract/directory_suite.h"

#include "adapters/ldap/ldap_directory.h"

/* Whether all threads of the process are stopped: each takes its time. */
static int is_stopped(const char *pid)
{
	char pattern[64];
	glob_t found = {0};
	int stopped = 1;

	snprintf(pattern, sizeof(pattern), "/proc/%s/task/*/stat", pid);
	if (glob(pattern, 0, NULL, &found) != 0)
		return 1;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char text[256] = "";
		FILE *in = fopen(found.gl_pathv[i], "r");
		const char *state;

		if (!in)
			continue;
		if (!fgets(text, sizeof(text), in))
			text[0] = '\0';
		fclose(in);
		state = strrchr(text, ')');
		if (state && strncmp(state, ") T", 3) != 0)
			stopped = 0;
	}
	globfree(&found);
	return stopped;
}

static void stop_server(void *context)
{
	kill((pid_t)strtol(context, NULL, 10), SIGSTOP);
	while (!is_stopped(context))
		usleep(1000);
}

int main(int argc, char **argv)
{
	static const char *const attributes[] = ENTRIES_LOGIN_ATTRIBUTES;
	struct lg_strlist login_attributes = {0};
	struct lg_directory_settings settings = {
		.base = ENTRIES_BASE,
		.timeout_ms = 2000,
		.login_attributes = &login_attributes,
	};
	struct directory_subject subject = {.take_away = stop_server};
	struct lg_error err = {0};
	int failed;

	if (argc != 7)
		return 2;
	subject.context = argv[1];
	settings.uri = argv[2];
	settings.tls = strcmp(argv[3], "none") == 0       ? LG_TLS_NONE
		       : strcmp(argv[3], "starttls") == 0 ? LG_TLS_STARTTLS
							  : LG_TLS_DEMAND;
	settings.bind_dn = argv[4];
	settings.password_file = argv[5];
	settings.ca_file = argv[6];
	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++)
		lg_strlist_add(&login_attributes, attributes[i],
			       strlen(attributes[i]), NULL);
	if (lg_directory_open_ldap(&settings, &subject.directory, &err) !=
	    LG_OK) {
		fprintf(stderr, "%s: %s\n", err.place, err.text);
		return 1;
	}
	failed = directory_suite_run(&subject);
	subject.directory.close(subject.directory.self);
	lg_strlist_release(&login_attributes);
	return failed;
}
