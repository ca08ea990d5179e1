/* SPDX-License-Identifier: ISC */
/*
 * Measures what a directory takes to answer for a list of DNs.
 *
 * ask_directory URI BASE BIND_DN PASSWORD_FILE FILE [ask]: FILE has one DN a
 * line. Prints {"names","found","missing","first_s","again_s","rss_bytes"};
 * first includes opening and, of an export, reading it. With "ask" it is the
 * question of a lock, shared names included, and not that of verify.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "wiring/directory_open.h"

static double clock_s(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int read_list(const char *file, struct lg_strlist *list)
{
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int ok = in != NULL;

	while (ok && (len = getline(&line, &size, in)) > 0) {
		size_t end =
			line[len - 1] == '\n' ? (size_t)len - 1 : (size_t)len;

		ok = lg_strlist_add(list, line, end, NULL) == LG_OK;
	}
	free(line);
	if (in)
		fclose(in);
	return ok;
}

static enum lg_status ask_once(const struct lg_directory *directory,
			       const struct lg_strlist *dn, int is_ask,
			       size_t *out_found, struct lg_error *err)
{
	const struct lg_ask ask = {.dn = dn};
	struct lg_findings *findings = NULL;
	enum lg_status status =
		is_ask ? directory->ask(directory->self, &ask, NULL, &findings,
					err)
		       : directory->verify(directory->self, dn, NULL, &findings,
					   err);

	*out_found = 0;
	for (size_t i = 0; findings && i < findings->account_count; i++)
		*out_found += findings->account[i].finding == LG_FINDING_ONE;
	lg_findings_free(&findings);
	return status;
}

int main(int argc, char **argv)
{
	struct lg_directory_settings settings = {.timeout_ms = 10000,
						 .tls = LG_TLS_NONE};
	struct lg_directory directory = {0};
	struct lg_strlist dn = {0};
	struct lg_error err = {0};
	struct rusage usage;
	size_t found = 0;
	double start;
	double first;
	double first_cpu;
	double again;
	double cpu;
	int is_ask = argc > 6;
	enum lg_status status;

	if (argc < 6 || !read_list(argv[5], &dn))
		return 2;
	settings.uri = argv[1];
	settings.base = argv[2];
	settings.bind_dn = argv[3];
	settings.password_file = argv[4];
	start = clock_s(CLOCK_MONOTONIC);
	cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID);
	status = lg_directory_open(&settings, &directory, &err);
	if (status == LG_OK)
		status = ask_once(&directory, &dn, is_ask, &found, &err);
	first = clock_s(CLOCK_MONOTONIC) - start;
	first_cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	start = clock_s(CLOCK_MONOTONIC);
	if (status == LG_OK)
		status = ask_once(&directory, &dn, is_ask, &found, &err);
	again = clock_s(CLOCK_MONOTONIC) - start;
	if (status != LG_OK) {
		fprintf(stderr, "%s: %s\n", err.place, err.text);
		return 1;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"names\": %zu, \"found\": %zu, \"missing\": %zu, "
	       "\"first_s\": %.4f, \"first_cpu_s\": %.4f, "
	       "\"again_s\": %.4f, \"rss_bytes\": %ld}\n",
	       dn.count, found, dn.count - found, first, first_cpu, again,
	       usage.ru_maxrss * 1024L);
	directory.close(directory.self);
	lg_strlist_release(&dn);
	return 0;
}
