/* SPDX-License-Identifier: ISC */
/*
 * logongated - the gate that decides logons
 *
 * main reads the command line; gate_life.c is the rest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/release.h>

#include "daemon/gate_life.h"

#define DEFAULT_CONFIG "/etc/logongate/logongate.conf"

static const char help[] =
	"usage: logongated [--check] [--config FILE]\n"
	"\n"
	"Decides logons for the servers on this machine, cuts the sessions of\n"
	"those a lock keeps out, lifts locks when their time is over. Stays\n"
	"in the foreground and logs to stderr.\n"
	"\n"
	"  --check        only say whether the settings are good: exit 0 or 3\n"
	"  --config FILE  settings (default $LOGONGATE_CONFIG, else\n"
	"                 " DEFAULT_CONFIG ")\n"
	"  --help         this text\n"
	"  --version      the version\n"
	"\n"
	"SIGHUP reads settings and values again; SIGTERM ends the gate and\n"
	"leaves a lock in force on disk. See logongated(8).\n";

int main(int argc, char **argv)
{
	const char *config = getenv("LOGONGATE_CONFIG");
	int checks = 0;

	if (!config || !*config)
		config = DEFAULT_CONFIG;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--version")) {
			printf("logongated %s\n", LOGONGATE_VERSION);
			return GATE_EXIT_DONE;
		}
		if (!strcmp(argv[i], "--help")) {
			fputs(help, stdout);
			return GATE_EXIT_DONE;
		}
		if (!strcmp(argv[i], "--check")) {
			checks = 1;
		} else if (!strcmp(argv[i], "--config") && i + 1 < argc) {
			config = argv[++i];
		} else if (!strncmp(argv[i], "--config=", 9)) {
			config = argv[i] + 9;
		} else {
			fprintf(stderr,
				"logongated: \"%s\" is not an option; see "
				"logongated --help\n",
				argv[i]);
			return GATE_EXIT_USAGE;
		}
	}
	return checks ? gate_check(config) : gate_run(config);
}
