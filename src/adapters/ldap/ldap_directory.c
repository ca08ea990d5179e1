/* SPDX-License-Identifier: ISC */
/*
 * ldap_directory.c - the port's questions, put to one server after another
 *
 * Each server is tried once, in the order of the settings. What one answered
 * before it failed stays answered; the next is asked for the rest. Only when
 * none is left is it "could not ask".
 */
#include "ldap_directory.h"

#include <stdlib.h>

#include "ldap_job.h"
#include "ldap_settings.h"
#include "ldap_sigpipe.h"

struct ldap_directory {
	struct lg_ldap_settings settings;
	char *description;
};

static int is_could_not_ask(enum lg_status status)
{
	return status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT;
}

/* A server whose "none" cannot be believed answered nothing. */
static void unanswer_missing(struct lg_ldap_job *job)
{
	for (size_t i = 0; i < job->dns.count; i++) {
		struct lg_ldap_dn *dn = &job->dns.dn[i];

		if (dn->stage != LG_LDAP_DN_ANSWERED || dn->hits > 0)
			continue;
		dn->stage = LG_LDAP_DN_ASK_LEGACY;
		job->dns.answered--;
	}
}

static enum lg_status ask_servers(const struct ldap_directory *self,
				  struct lg_ldap_job *job, struct lg_error *err)
{
	const struct lg_strlist *uri = &self->settings.uri;
	struct lg_error last = {0};
	enum lg_status status = LG_ERR_DIRECTORY;

	for (size_t i = 0; i < uri->count && is_could_not_ask(status); i++) {
		struct lg_ldap_connection connection = {0};

		if (i > 0 && !job->believed)
			unanswer_missing(job);
		status = lg_ldap_could_not_ask(
			lg_ldap_connect(&self->settings, uri->item[i],
					&connection, &last),
			&last);
		if (status == LG_OK)
			status = lg_ldap_job_run(job, &connection, &last);
		lg_ldap_disconnect(&connection);
	}
	if (status == LG_OK)
		return LG_OK;
	if (uri->count > 1 && is_could_not_ask(status))
		return lg_error_set(err, status, last.place,
				    "%s (the last of %zu servers tried)",
				    last.text, uri->count);
	return lg_error_set(err, status, last.place, "%s", last.text);
}

static enum lg_status
run_job(struct ldap_directory *self, enum lg_ldap_job_kind kind,
	const struct lg_ask *ask, const struct lg_progress *progress,
	struct lg_findings **out_findings, struct lg_error *err)
{
	struct lg_ldap_job job = {0};
	struct lg_findings *findings = NULL;
	enum lg_status asked = LG_OK;
	enum lg_status status = lg_ldap_job_new(kind, ask, progress, &job, err);

	if (status != LG_OK)
		return status;
	if (job.dns.count > 0 || job.user_count > 0 || ask->filter) {
		struct lg_ldap_sigpipe guard = lg_ldap_sigpipe_hold_off();

		asked = ask_servers(self, &job, err);
		lg_ldap_sigpipe_let_be(&guard);
	}
	if (asked != LG_OK &&
	    !(kind == LG_LDAP_JOB_VERIFY && is_could_not_ask(asked))) {
		status = asked;
		goto out;
	}
	status = lg_findings_of_ask(ask, &findings, err);
	if (status == LG_OK)
		status = lg_ldap_job_write(&job, findings, err);
	if (status == LG_OK) {
		*out_findings = findings;
		findings = NULL;
		status = asked;
	}
out:
	lg_findings_free(&findings);
	lg_ldap_job_release(&job);
	return status;
}

static enum lg_status ldap_ask(void *context, const struct lg_ask *ask,
			       const struct lg_progress *progress,
			       struct lg_findings **out_findings,
			       struct lg_error *err)
{
	return run_job(context, LG_LDAP_JOB_ASK, ask, progress, out_findings,
		       err);
}

static enum lg_status ldap_verify(void *context, const struct lg_strlist *dn,
				  const struct lg_progress *progress,
				  struct lg_findings **out_findings,
				  struct lg_error *err)
{
	const struct lg_ask ask = {.dn = dn};

	return run_job(context, LG_LDAP_JOB_VERIFY, &ask, progress,
		       out_findings, err);
}

static const char *ldap_describe(void *context)
{
	struct ldap_directory *self = context;

	return self->description;
}

static void close_directory(void *context)
{
	struct ldap_directory *self = context;

	if (!self)
		return;
	lg_ldap_settings_release(&self->settings);
	free(self->description);
	free(self);
}

static enum lg_status make_description(struct ldap_directory *self,
				       struct lg_error *err)
{
	const struct lg_ldap_settings *settings = &self->settings;
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_text(&text, "LDAP");
	for (size_t i = 0; i < settings->uri.count; i++)
		lg_buffer_format(&text, " %s", settings->uri.item[i]);
	if (*settings->base)
		lg_buffer_format(&text, " below %s", settings->base);
	if (settings->external)
		lg_buffer_text(&text, " as external");
	else if (*settings->bind_dn)
		lg_buffer_format(&text, " as %s", settings->bind_dn);
	else
		lg_buffer_text(&text, " anonymously");
	status = lg_buffer_take(&text, &self->description, err);
	lg_buffer_release(&text);
	return status;
}

enum lg_status
lg_directory_open_ldap(const struct lg_directory_settings *settings,
		       struct lg_directory *out_directory, struct lg_error *err)
{
	struct ldap_directory *self = calloc(1, sizeof(*self));
	enum lg_status status;

	if (!self)
		return lg_no_memory(err);
	status = lg_ldap_settings_read(settings, &self->settings, err);
	if (status == LG_OK)
		status = make_description(self, err);
	if (status == LG_OK) {
		*out_directory = (struct lg_directory){
			.self = self,
			.ask = ldap_ask,
			.verify = ldap_verify,
			.describe = ldap_describe,
			.close = close_directory,
		};
		self = NULL;
	}
	close_directory(self);
	return status;
}
