/* SPDX-License-Identifier: ISC */
/*
 * setup_pam.c - PAM stacks of mail services ask the gate
 *
 * The drop-in has account lines alone, so that its include may stand before
 * everything else in a stack. sshd and login are never meant unless they are
 * named, and dovecot neither: asked in its stack, Dovecot would tell people
 * that their password is wrong (setup dovecot does better).
 */
#include <string.h>

#include "app/setup/setup_parts.h"
#include "app/setup/setup_sites.h"

#define FOLDER "/etc/pam.d"
#define MODULE "pam_logongate.so"

struct pam {
	const struct lg_setup_ask *ask;
	const char *folder;
	const char *dropin; /* pam/logongate-VARIANT */
	struct lg_setup_sites sites;
};

static int is_mail(const char *service)
{
	static const char *const names[] = {"imap", "imaps", "pop",    "pop3",
					    "smtp", "sieve", "http",   "cyrus",
					    "mail", "lmtp",  "webmail"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(service, names[i]) == 0)
			return 1;
	}
	return 0;
}

static const char *path_of(const struct pam *pam, const char *service)
{
	return lg_setup_text(pam->ask->plan, "%s/%s", pam->folder, service);
}

static enum lg_status look_at(struct pam *pam, const char *service)
{
	const char *text = NULL;
	enum lg_status status =
		lg_setup_read(pam->ask, path_of(pam, service), &text);

	/* a folder, or a file that is gone again, is no stack */
	if (status == LG_ERR_IO || status == LG_ERR_UNKNOWN_KEY)
		return LG_OK;
	if (status != LG_OK)
		return status;
	if (!strstr(text, "logongate-closed") &&
	    !strstr(text, "logongate-open") && !strstr(text, MODULE))
		return lg_setup_sites_add(&pam->sites, service, pam->ask->err);
	pam->sites.asking++;
	return LG_OK;
}

static enum lg_status find_stacks(struct pam *pam)
{
	const struct lg_machine *machine = pam->ask->machine;
	const char *named = pam->ask->sites;
	struct lg_strlist names = {0};
	enum lg_status status = machine->list(machine->self, pam->folder,
					      &names, pam->ask->err);

	pam->sites.what = "stack of a mail service";
	for (size_t i = 0; status == LG_OK && i < names.count; i++) {
		const char *name = names.item[i];

		if (strncmp(name, "logongate-", 10) != 0 &&
		    (is_mail(name) || (named && strcmp(named, "all") != 0)))
			status = look_at(pam, name);
	}
	lg_strlist_release(&names);
	if (status == LG_OK && pam->sites.names.count + pam->sites.asking == 0)
		return lg_error_set(pam->ask->err, LG_ERR_CONFLICT, pam->folder,
				    "has no stack of a mail service; name the "
				    "one that is meant with --site");
	return status == LG_OK ? lg_setup_sites_choose(pam->ask, &pam->sites,
						       "pam", pam->ask->err)
			       : status;
}

static enum lg_status plan_stack(struct pam *pam, const char *service)
{
	struct lg_setup_insert insert = {0};
	const char *path = path_of(pam, service);
	size_t at = 0;
	enum lg_status status = lg_setup_read(pam->ask, path, &insert.text);

	if (status != LG_OK)
		return status;
	/* below the comment that says what the file is */
	while (insert.text[at] == '#' || insert.text[at] == '\n') {
		at += strcspn(insert.text + at, "\n");
		at += insert.text[at] == '\n';
	}
	/* elsewhere than in its own folder PAM wants the whole path */
	lg_setup_insert_at(
		&insert, at,
		lg_setup_text(pam->ask->plan, "@include %s%s%s\n",
			      pam->ask->config_dir ? pam->folder : "",
			      pam->ask->config_dir ? "/" : "",
			      pam->dropin + strlen("pam/")));
	status = lg_setup_insert_end(&insert, pam->ask->err);
	if (status == LG_OK)
		status = lg_setup_his_file(pam->ask, path, insert.text,
					   insert.out.data);
	lg_buffer_release(&insert.out);
	return status;
}

static int has_file(const struct lg_machine *machine, const char *folder,
		    const char *name)
{
	struct lg_strlist names = {0};
	struct lg_error ignored;
	int found = 0;

	if (machine->list(machine->self, folder, &names, &ignored) == LG_OK) {
		for (size_t i = 0; i < names.count && !found; i++)
			found = strcmp(names.item[i], name) == 0;
	}
	lg_strlist_release(&names);
	return found;
}

/* PAM looks below /lib, in a folder of the processor's or not. */
static int is_installed(const struct lg_machine *machine)
{
	static const char *const roots[] = {"/lib", "/usr/lib", "/lib64",
					    "/usr/lib64"};
	int found = 0;

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		struct lg_strlist names = {0};
		struct lg_buffer folder = {0};
		struct lg_error ignored;

		lg_buffer_format(&folder, "%s/security", roots[i]);
		found |= has_file(machine, folder.data, MODULE);
		if (machine->list(machine->self, roots[i], &names, &ignored) !=
		    LG_OK)
			names.count = 0;
		for (size_t n = 0; n < names.count && !found; n++) {
			if (strstr(names.item[n], "-linux-") == NULL)
				continue;
			lg_buffer_clear(&folder);
			lg_buffer_format(&folder, "%s/%s/security", roots[i],
					 names.item[n]);
			found = folder.data &&
				has_file(machine, folder.data, MODULE);
		}
		lg_buffer_release(&folder);
		lg_strlist_release(&names);
	}
	return found;
}

/* A stack with a module that is not there lets nobody in, so this comes before
 * the first change. A drop-in that names the whole path is somebody's own. */
static enum lg_status need_module(const struct pam *pam)
{
	const char *text = NULL;
	enum lg_status status =
		lg_setup_dropin(pam->ask, pam->dropin, NULL, &text);

	if (status == LG_OK && strstr(text, "/" MODULE) == NULL &&
	    !is_installed(pam->ask->machine))
		status = lg_error_set(pam->ask->err, LG_ERR_UNKNOWN_KEY, MODULE,
				      "is not installed here: install the "
				      "package libpam-logongate first");
	return status;
}

static enum lg_status plan_dropin(struct pam *pam)
{
	struct lg_setup_swap swaps[] = {{NULL, NULL}, {NULL, NULL}};
	enum lg_status status = lg_setup_http_socket(pam->ask, &swaps[0]);

	if (status != LG_OK)
		return status;
	if (strncmp(swaps[0].by, "unix:", 5) != 0)
		return lg_error_set(pam->ask->err, LG_ERR_CONFLICT,
				    pam->ask->settings->path,
				    "[listen.http] has no unix socket, and PAM "
				    "asks over no other");
	swaps[0].what += 5;
	swaps[0].by += 5;
	return lg_setup_own_dropin(pam->ask, pam->dropin, swaps, pam->folder,
				   pam->dropin + strlen("pam/"));
}

enum lg_status lg_setup_pam(const struct lg_setup_ask *ask)
{
	struct pam pam = {.ask = ask,
			  .folder = ask->config_dir ? ask->config_dir : FOLDER};
	const char *variant = NULL;
	enum lg_status status = lg_setup_begin(ask, "pam", "closed", &variant);

	ask->plan->is_partial = 1;
	if (status != LG_OK)
		return status;
	pam.dropin = lg_setup_text(ask->plan, "pam/logongate-%s", variant);
	status = find_stacks(&pam);
	if (status == LG_OK && pam.sites.names.count)
		status = need_module(&pam);
	if (status == LG_OK && pam.sites.names.count)
		status = plan_dropin(&pam);
	for (size_t i = 0; status == LG_OK && i < pam.sites.names.count; i++)
		status = plan_stack(&pam, pam.sites.names.item[i]);
	lg_strlist_release(&pam.sites.names);
	return status;
}
