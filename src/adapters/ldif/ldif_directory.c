/* SPDX-License-Identifier: ISC */
/*
 * ldif_directory.c - answers the port's questions from an export
 *
 * The file is read at the first ask and read again when it has changed since.
 * Looking up is ldif_answers.c; here an export that cannot be used becomes
 * "could not ask". For a list of mailboxes each entry's values are sorted into
 * the lists of the port.
 */
#include "ldif_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <logongate/dn.h>

#include "adapters/system/durable.h"
#include "ldif_answers.h"
#include "ldif_filter.h"

struct ldif_directory {
	char *file;
	char *base;
	char *description;
	struct lg_strlist login_attributes;
	struct stat state; /* what entries were read from */
	struct lg_ldif_entries entries;
	int loaded;
};

static int take_state(int fd, struct stat *out_state)
{
	if (fstat(fd, out_state) != 0)
		return -1;
	if (S_ISREG(out_state->st_mode))
		return 0;
	errno = S_ISDIR(out_state->st_mode) ? EISDIR : EINVAL;
	return -1;
}

/* What tells one version of a file from the next. */
static int same_state(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static enum lg_status unreadable(const char *file, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_DIRECTORY, file,
			    "the export cannot be read: %s", strerror(errno));
}

/* Reads all of file where its state is another than *known (NULL: always);
 * *out_changed tells whether it was. The state is taken before and after
 * reading: a file that is being written is not read as if it were whole. */
static enum lg_status read_file(const char *file, const struct stat *known,
				struct lg_buffer *out_bytes,
				struct stat *out_state, int *out_changed,
				struct lg_error *err)
{
	struct stat before;
	enum lg_status status = LG_OK;
	/* Not to hang on a FIFO. */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return unreadable(file, err);
	if (take_state(fd, &before) != 0) {
		status = unreadable(file, err);
		goto out;
	}
	*out_changed = !known || !same_state(known, &before);
	if (!*out_changed)
		goto out;
	status = lg_read_all(fd, out_bytes) == 0
			 ? lg_buffer_status(out_bytes, err)
			 : unreadable(file, err);
	if (status != LG_OK)
		goto out;
	if (take_state(fd, out_state) != 0)
		status = unreadable(file, err);
	else if (!same_state(&before, out_state) ||
		 out_state->st_size != (off_t)out_bytes->len)
		status = lg_error_set(err, LG_ERR_DIRECTORY, file,
				      "the export is being written; try again "
				      "when it is whole");
out:
	close(fd);
	return status;
}

static enum lg_status load(struct ldif_directory *self, struct lg_error *err)
{
	struct stat state;
	struct lg_ldif_entries entries;
	struct lg_buffer bytes = {0};
	int changed = 0;
	enum lg_status status =
		read_file(self->file, self->loaded ? &self->state : NULL,
			  &bytes, &state, &changed, err);

	if (status == LG_OK && changed) {
		status = lg_ldif_entries_load(
			bytes.len ? bytes.data : "", bytes.len, self->file,
			self->base, &self->login_attributes, &entries, err);
		if (status == LG_OK) {
			lg_ldif_entries_release(&self->entries);
			self->entries = entries;
			self->state = state;
			self->loaded = 1;
		}
	}
	lg_buffer_release(&bytes);
	return status;
}

static enum lg_status ldif_ask(void *context, const struct lg_ask *ask,
			       const struct lg_progress *progress,
			       struct lg_findings **out_findings,
			       struct lg_error *err)
{
	struct ldif_directory *self = context;
	struct lg_ldif_filter *filter = NULL;
	struct lg_findings *findings = NULL;
	enum lg_status status = LG_OK;

	if (ask->filter)
		status = lg_ldif_filter_parse(ask->filter, &filter, err);
	if (status == LG_OK)
		status = load(self, err);
	if (status == LG_OK)
		status = lg_findings_of_ask(ask, &findings, err);
	if (status == LG_OK)
		status = lg_ldif_answer(&self->entries, &self->login_attributes,
					ask, filter, progress, findings, err);
	if (status == LG_OK) {
		*out_findings = findings;
		findings = NULL;
	}
	lg_findings_free(&findings);
	lg_ldif_filter_free(&filter);
	return status;
}

/* The export was not there or no LDIF: every DN is unasked. */
static enum lg_status all_unasked(const struct lg_strlist *dn,
				  struct lg_findings **out_findings)
{
	struct lg_findings *findings = NULL;
	enum lg_status status = lg_findings_new(&findings, NULL);

	for (size_t i = 0; status == LG_OK && i < dn->count; i++) {
		struct lg_account account = {.asked_as = LG_ASKED_DN,
					     .asked = dn->item[i]};

		if (lg_dn_check(dn->item[i], strlen(dn->item[i]), NULL, NULL) !=
		    LG_OK)
			account.finding = LG_FINDING_MALFORMED;
		status = lg_findings_add(findings, &account, NULL, 0, NULL);
	}
	if (status == LG_OK) {
		*out_findings = findings;
		findings = NULL;
	}
	lg_findings_free(&findings);
	return status;
}

static enum lg_status ldif_verify(void *context, const struct lg_strlist *dn,
				  const struct lg_progress *progress,
				  struct lg_findings **out_findings,
				  struct lg_error *err)
{
	const struct lg_ask ask = {.dn = dn};
	enum lg_status status =
		ldif_ask(context, &ask, progress, out_findings, err);

	if (status == LG_ERR_DIRECTORY &&
	    all_unasked(dn, out_findings) != LG_OK)
		return lg_no_memory(err);
	return status;
}

static const char *ldif_describe(void *context)
{
	struct ldif_directory *self = context;

	return self->description;
}

static void ldif_close_directory(void *context)
{
	struct ldif_directory *self = context;

	if (!self)
		return;
	lg_ldif_entries_release(&self->entries);
	lg_strlist_release(&self->login_attributes);
	free(self->description);
	free(self->base);
	free(self->file);
	free(self);
}

enum lg_status
lg_directory_open_ldif(const struct lg_directory_settings *settings,
		       struct lg_directory *out_directory, struct lg_error *err)
{
	const char *file = settings->uri ? settings->uri : "";
	struct ldif_directory *self;
	struct lg_buffer description = {0};
	enum lg_status status;

	if (strncasecmp(file, "ldif:", 5) == 0)
		file += 5;
	if (*file == '\0')
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "\"%s\" names no file; an export is given "
				    "as ldif:/path/export.ldif",
				    settings->uri ? settings->uri : "");
	self = calloc(1, sizeof(*self));
	if (!self)
		return lg_no_memory(err);
	self->file = strdup(file);
	self->base = strdup(settings->base ? settings->base : "");
	status = self->file && self->base ? LG_OK : lg_no_memory(err);
	if (status == LG_OK && settings->login_attributes)
		status = lg_strlist_add_all(&self->login_attributes,
					    settings->login_attributes, err);
	lg_buffer_format(&description, "the export %s", file);
	if (status == LG_OK)
		status = lg_buffer_take(&description, &self->description, err);
	if (status == LG_OK) {
		*out_directory = (struct lg_directory){
			.self = self,
			.ask = ldif_ask,
			.verify = ldif_verify,
			.describe = ldif_describe,
			.close = ldif_close_directory,
		};
		self = NULL;
	}
	ldif_close_directory(self);
	lg_buffer_release(&description);
	return status;
}

static enum lg_status give_entry(const struct ldif_directory *self,
				 const struct lg_ldif_entry *entry,
				 const struct lg_mailbox_sink *sink,
				 struct lg_error *err)
{
	const struct lg_entry_value *value =
		lg_ldif_values_of(&self->entries, entry);
	const struct lg_entry_value *dn =
		lg_entry_value_of(value, entry->count, "legacyExchangeDN");
	struct lg_entry_mailbox lists = {{0}, {0}, {0}};
	struct lg_mailbox mailbox = {entry->dn, dn ? dn->text : NULL,
				     &lists.x500, &lists.login,
				     &lists.protocol_settings};
	enum lg_status status = lg_entry_mailbox(
		value, entry->count, &self->login_attributes, &lists, err);

	if (status == LG_OK && (dn || lists.protocol_settings.count) &&
	    lg_entry_is_person(value, entry->count))
		status = sink->mailbox(sink->context, &mailbox, err);
	lg_entry_mailbox_release(&lists);
	return status;
}

enum lg_status
lg_mailboxes_list_ldif(const struct lg_directory_settings *settings,
		       const struct lg_mailbox_sink *sink, struct lg_error *err)
{
	struct lg_directory directory = {0};
	struct ldif_directory *self;
	enum lg_status status =
		lg_directory_open_ldif(settings, &directory, err);

	if (status != LG_OK)
		return status;
	self = directory.self;
	status = load(self, err);
	for (size_t i = 0; status == LG_OK && i < self->entries.count; i++)
		status = give_entry(self, &self->entries.entry[i], sink, err);
	ldif_close_directory(self);
	return status;
}
