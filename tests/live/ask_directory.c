/* SPDX-License-Identifier: ISC */
/*
 * Asks a directory through its port and prints what it said, for tests that
 * are scripts.
 *
 * ask_directory KEY=VALUE...: uri, base, bind_dn, password_file, ca_file, tls
 * (demand, starttls, none), timeout_ms, attributes (comma-separated), mode
 * (ask, verify), dn, user, break_glass (each may be repeated), dns (a file,
 * one a line), filter, caller, progress (1: "done total" lines on stderr).
 * First line: status TAB place TAB text TAB milliseconds; then the text of
 * the findings.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wiring/directory_open.h"

struct wanted {
	struct lg_directory_settings settings;
	struct lg_strlist attributes;
	struct lg_strlist dn;
	struct lg_strlist user;
	struct lg_strlist break_glass;
	struct lg_ask ask;
	int verify;
	struct lg_progress progress;
};

static void add(struct lg_strlist *list, const char *text)
{
	if (lg_strlist_add(list, text, strlen(text), NULL) != LG_OK)
		abort();
}

static void add_lines(struct lg_strlist *list, const char *file)
{
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!in)
		abort();
	while ((len = getline(&line, &size, in)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		add(list, line);
	}
	free(line);
	fclose(in);
}

static void add_commas(struct lg_strlist *list, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ",");

		if (lg_strlist_add(list, text, len, NULL) != LG_OK)
			abort();
		text += len + (text[len] == ',');
	}
}

static void tell(void *context, const char *what, uint64_t done, uint64_t total)
{
	fprintf(stderr, "%" PRIu64 " %" PRIu64 "\n", done, total);
}

static int take(struct wanted *wanted, const char *argument)
{
	const char *value = strchr(argument, '=');
	size_t len;
	struct lg_directory_settings *settings = &wanted->settings;

	if (!value)
		return 0;
	len = (size_t)(value++ - argument);
#define IS(word) (len == strlen(word) && memcmp(argument, word, len) == 0)
	if (IS("uri"))
		settings->uri = value;
	else if (IS("base"))
		settings->base = value;
	else if (IS("bind_dn"))
		settings->bind_dn = value;
	else if (IS("password_file"))
		settings->password_file = value;
	else if (IS("ca_file"))
		settings->ca_file = value;
	else if (IS("tls"))
		settings->tls = strcmp(value, "none") == 0 ? LG_TLS_NONE
				: strcmp(value, "starttls") == 0
					? LG_TLS_STARTTLS
					: LG_TLS_DEMAND;
	else if (IS("timeout_ms"))
		settings->timeout_ms = (uint32_t)strtoul(value, NULL, 10);
	else if (IS("attributes"))
		add_commas(&wanted->attributes, value);
	else if (IS("mode"))
		wanted->verify = strcmp(value, "verify") == 0;
	else if (IS("dn"))
		add(&wanted->dn, value);
	else if (IS("dns"))
		add_lines(&wanted->dn, value);
	else if (IS("user"))
		add(&wanted->user, value);
	else if (IS("break_glass"))
		add(&wanted->break_glass, value);
	else if (IS("filter"))
		wanted->ask.filter = value;
	else if (IS("progress"))
		wanted->progress.step = tell;
	else if (IS("caller"))
		wanted->ask.caller = value;
	else
		return 0;
#undef IS
	return 1;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	struct wanted wanted = {.settings = {.timeout_ms = 5000}};
	struct lg_directory directory = {0};
	struct lg_findings *findings = NULL;
	struct lg_buffer text = {0};
	struct lg_error err = {0};
	uint64_t start = now_ms();
	enum lg_status status;

	for (int i = 1; i < argc; i++) {
		if (!take(&wanted, argv[i])) {
			fprintf(stderr, "ask_directory: %s?\n", argv[i]);
			return 2;
		}
	}
	wanted.settings.login_attributes = &wanted.attributes;
	wanted.ask.dn = &wanted.dn;
	wanted.ask.user = &wanted.user;
	wanted.ask.break_glass = &wanted.break_glass;
	status = lg_directory_open(&wanted.settings, &directory, &err);
	if (status == LG_OK && wanted.verify)
		status = directory.verify(directory.self, &wanted.dn,
					  &wanted.progress, &findings, &err);
	else if (status == LG_OK)
		status = directory.ask(directory.self, &wanted.ask,
				       &wanted.progress, &findings, &err);
	printf("%s\t%s\t%s\t%" PRIu64 "\n", lg_status_name(status),
	       status == LG_OK ? "" : err.place,
	       status == LG_OK ? "" : err.text, now_ms() - start);
	if (findings && lg_findings_render(findings, &text, NULL) == LG_OK)
		fwrite(text.data, 1, text.len, stdout);
	lg_buffer_release(&text);
	lg_findings_free(&findings);
	if (directory.close)
		directory.close(directory.self);
	lg_strlist_release(&wanted.attributes);
	lg_strlist_release(&wanted.dn);
	lg_strlist_release(&wanted.user);
	lg_strlist_release(&wanted.break_glass);
	return 0;
}
