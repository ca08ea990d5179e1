/* SPDX-License-Identifier: ISC */
/*
 * caller.c - who applies a lock
 *
 * locks-you-out is about a person, not about root: SUDO_USER names the person,
 * else the login user id, which the kernel keeps through su and sudo
 * (contract 7 "Locks").
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/open/opened.h"

/* (uid_t)-1 is what the kernel says where nobody logged in. */
static uid_t login_uid(void)
{
	FILE *file = fopen("/proc/self/loginuid", "re");
	unsigned long number = (uid_t)-1;
	char text[32], *end;

	if (file == NULL)
		return (uid_t)-1;
	if (fgets(text, sizeof(text), file) != NULL) {
		number = strtoul(text, &end, 10);
		if (end == text)
			number = (uid_t)-1;
	}
	fclose(file);
	return (uid_t)number;
}

static char *name_of(uid_t uid)
{
	struct lg_buffer number = {0};
	struct passwd *user = getpwuid(uid);
	char *name = NULL;

	if (user != NULL)
		return strdup(user->pw_name);
	lg_buffer_format(&number, "%lu", (unsigned long)uid);
	if (lg_buffer_take(&number, &name, NULL) != LG_OK)
		name = NULL;
	lg_buffer_release(&number);
	return name;
}

const char *lg_cli_caller(struct lg_cli *cli)
{
	struct lg_cli_open *open = lg_cli_opened(cli);
	const char *sudo = getenv("SUDO_USER");
	uid_t login;

	if (open == NULL || open->caller != NULL)
		return open != NULL ? open->caller : NULL;
	login = login_uid();
	if (sudo != NULL && sudo[0] != '\0')
		open->caller = strdup(sudo);
	else if (login != (uid_t)-1)
		open->caller = name_of(login);
	else if (geteuid() != 0)
		open->caller = name_of(geteuid());
	return open->caller;
}

const char *lg_cli_by(struct lg_cli *cli)
{
	struct lg_cli_open *open = lg_cli_opened(cli);
	const char *caller = lg_cli_caller(cli);

	if (caller != NULL || open == NULL)
		return caller;
	if (open->by == NULL)
		open->by = name_of(geteuid());
	return open->by;
}
