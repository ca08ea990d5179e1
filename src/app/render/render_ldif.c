/* SPDX-License-Identifier: ISC */
/*
 * Renders a profile as LDIF. For each mailbox the change of its
 * protocolSettings is computed from the values it has now and written twice:
 * forwards into one text, backwards into another. Each removes the exact value
 * that it expects, so a directory where somebody else was faster refuses the
 * change instead of losing theirs.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
#include "core/values/name.h"
#include "core/exchange/protocol_settings.h"

#include "app/render/ldif_write.h"
#include "app/render/render_ldif.h"

/* Folded texts, sorted. */
struct text_set {
	struct lg_strlist text;
};

struct lg_ldif_render {
	struct lg_ldif_input input;
	struct text_set dn;    /* allowed */
	struct text_set user;  /* allowed */
	struct text_set entry; /* allowed by the filter */
	struct text_set break_glass;
	uint32_t unlisted; /* protocols that an unlisted account loses */
	uint32_t everybody;
	int names;     /* the profile limits by name */
	size_t listed; /* mailboxes on the list */
	size_t changed;
	struct lg_buffer change;
	struct lg_buffer undo;
	struct lg_registry *before; /* NULL: nobody asked for values */
	struct lg_registry *wanted;
};

/* --- sets ------------------------------------------------------------------ */

/* Names fold as Unicode does, DNs as ASCII does; one folding that does both
 * would let in a DN that the store holds for another (L16). */
static enum lg_status set_add(struct text_set *set, const char *text,
			      int is_name, struct lg_error *err)
{
	struct lg_buffer folded = {0};
	enum lg_status status = LG_OK;
	size_t i;

	if (is_name) {
		status = lg_name_fold(text, strlen(text), &folded, err);
	} else {
		for (i = 0; text[i]; i++)
			lg_buffer_char(&folded, text[i] >= 'A' && text[i] <= 'Z'
							? (char)(text[i] + 32)
							: text[i]);
	}
	if (!status)
		status = lg_buffer_status(&folded, err);
	if (!status)
		status = lg_strlist_add(&set->text,
					folded.data ? folded.data : "",
					folded.len, err);
	lg_buffer_release(&folded);
	return status;
}

static int text_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void set_sort(struct text_set *set)
{
	if (set->text.count)
		qsort(set->text.item, set->text.count,
		      sizeof(set->text.item[0]), text_compare);
}

/* 1, 0, or -1 without memory. */
static int set_has(const struct text_set *set, const char *text, int is_name)
{
	struct text_set asked = {{0}};
	const char *key;
	int has;

	if (!set->text.count)
		return 0;
	if (set_add(&asked, text, is_name, NULL)) {
		lg_strlist_release(&asked.text);
		return -1;
	}
	key = asked.text.item[0];
	has = bsearch(&key, set->text.item, set->text.count,
		      sizeof(set->text.item[0]), text_compare) != NULL;
	lg_strlist_release(&asked.text);
	return has;
}

static enum lg_status set_add_all(struct text_set *set,
				  const struct lg_strlist *list, int is_name,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;
	size_t i;

	for (i = 0; !status && list && i < list->count; i++)
		status = set_add(set, list->item[i], is_name, err);
	return status;
}

/* --- what the profile asks for --------------------------------------------- */

static uint32_t bit(enum lg_protocol protocol)
{
	return UINT32_C(1) << protocol;
}

static int dialect_switches_mapi(enum lg_dialect dialect)
{
	switch (dialect) {
	case LG_DIALECT_EXCHANGE_5_5:
	case LG_DIALECT_EXCHANGE_2000:
		return 0;
	case LG_DIALECT_GATE:
	case LG_DIALECT_EXCHANGE_2003:
	case LG_DIALECT_EXCHANGE_2007:
		return 1;
	}
	return 1;
}

static enum lg_status judge_profile(const struct lg_ldif_render *render,
				    struct lg_error *err)
{
	const struct lg_profile *profile = render->input.profile;
	const uint32_t refuse = profile->refuse_protocols;
	struct lg_buffer cannot = {0};
	enum lg_status status;

	if (profile->versions && *profile->versions)
		lg_buffer_text(&cannot, ", versions");
	if (profile->processes && *profile->processes)
		lg_buffer_text(&cannot, ", processes");
	if (refuse & bit(LG_PROTOCOL_SMTP))
		lg_buffer_text(&cannot, ", refuse smtp");
	if (refuse & bit(LG_PROTOCOL_LOGIN))
		lg_buffer_text(&cannot, ", refuse login");
	if (refuse & bit(LG_PROTOCOL_MAPI) &&
	    !dialect_switches_mapi(render->input.dialect))
		lg_buffer_text(&cannot, ", refuse mapi (from Exchange 2003 "
					"SP2 on)");
	if (profile->hold_mail)
		lg_buffer_text(&cannot, ", hold");
	status = lg_buffer_status(&cannot, err);
	if (!status && cannot.len && !render->input.skip_unsupported)
		status = lg_error_set(err, LG_ERR_CONFLICT, profile->path,
				      "protocolSettings cannot say: %s "
				      "(--skip-unsupported leaves it out)",
				      cannot.data + 2);
	lg_buffer_release(&cannot);
	if (!status && !render->names && !render->everybody)
		status = lg_error_set(err, LG_ERR_CONFLICT, profile->path,
				      "nothing is left that protocolSettings "
				      "can say; it switches mapi, http, imap "
				      "and pop3");
	return status;
}

static void choose_protocols(struct lg_ldif_render *render)
{
	const struct lg_profile *profile = render->input.profile;
	uint32_t known = bit(LG_PROTOCOL_HTTP) | bit(LG_PROTOCOL_IMAP) |
			 bit(LG_PROTOCOL_POP3);

	if (dialect_switches_mapi(render->input.dialect))
		known |= bit(LG_PROTOCOL_MAPI);
	render->everybody = profile->refuse_protocols & known;
	render->unlisted = render->everybody;
	if (render->names)
		render->unlisted = known;
}

static enum lg_status collect_filtered(struct lg_ldif_render *render,
				       struct lg_error *err)
{
	const struct lg_findings *findings = render->input.findings;
	enum lg_status status = LG_OK;
	size_t i;

	for (i = 0; !status && findings && i < findings->account_count; i++)
		if (findings->account[i].asked_as == LG_ASKED_FILTER &&
		    findings->account[i].entry)
			status = set_add(&render->entry,
					 findings->account[i].entry, 0, err);
	return status;
}

static enum lg_status collect(struct lg_ldif_render *render,
			      struct lg_error *err)
{
	const struct lg_profile *profile = render->input.profile;
	enum lg_status status =
		set_add_all(&render->dn, &profile->allow, 0, err);

	if (!status && profile->single)
		status = set_add(&render->dn, profile->single, 0, err);
	if (!status)
		status = set_add_all(&render->user, &profile->allow_user, 1,
				     err);
	if (!status)
		status = collect_filtered(render, err);
	if (!status)
		status = set_add_all(&render->break_glass,
				     render->input.break_glass, 0, err);
	if (status)
		return status;
	set_sort(&render->dn);
	set_sort(&render->user);
	set_sort(&render->entry);
	set_sort(&render->break_glass);
	/* Open semantics: a list of nobody limits nobody (L10). */
	render->names = profile->names_present &&
			(profile->when_invalid == LG_WHEN_INVALID_CLOSED ||
			 render->dn.text.count || render->user.text.count ||
			 profile->allow_filter);
	choose_protocols(render);
	return judge_profile(render, err);
}

enum lg_status lg_ldif_render_new(const struct lg_ldif_input *input,
				  struct lg_ldif_render **out_render,
				  struct lg_error *err)
{
	struct lg_ldif_render *render = calloc(1, sizeof(*render));
	enum lg_status status;

	if (!render)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	render->input = *input;
	status = collect(render, err);
	if (!status) {
		*out_render = render;
		render = NULL;
	}
	lg_ldif_render_free(&render);
	return status;
}

void lg_ldif_render_free(struct lg_ldif_render **render)
{
	if (!*render)
		return;
	lg_strlist_release(&(*render)->dn.text);
	lg_strlist_release(&(*render)->user.text);
	lg_strlist_release(&(*render)->entry.text);
	lg_strlist_release(&(*render)->break_glass.text);
	lg_buffer_release(&(*render)->change);
	lg_buffer_release(&(*render)->undo);
	free(*render);
	*render = NULL;
}

/* --- one mailbox ----------------------------------------------------------- */

/* Counts the texts of a list that are in the set; -1 without memory. */
static int set_has_one_of(const struct text_set *set,
			  const struct lg_strlist *list, int is_name)
{
	size_t i;
	int has = 0;

	for (i = 0; !has && list && i < list->count; i++)
		has = set_has(set, list->item[i], is_name);
	return has;
}

/* 1 where the mailbox's DN, an older DN of it (D3) or, in names, a logon name
 * is in the sets; -1 without memory. */
static int is_in(const struct lg_mailbox *mailbox, const struct text_set *dn,
		 const struct text_set *names, const struct text_set *entries)
{
	int has = mailbox->dn ? set_has(dn, mailbox->dn, 0) : 0;

	if (!has)
		has = set_has_one_of(dn, mailbox->x500, 0);
	if (!has && names)
		has = set_has_one_of(names, mailbox->login, 1);
	if (!has && entries)
		has = set_has(entries, mailbox->entry, 0);
	return has;
}

static void write_record(struct lg_buffer *out, const char *entry,
			 const struct lg_protocol_change *change)
{
	size_t i;

	lg_ldif_write(out, "dn", entry);
	lg_ldif_write(out, "changetype", "modify");
	if (change->removed.count) {
		lg_ldif_write(out, "delete", "protocolSettings");
		for (i = 0; i < change->removed.count; i++)
			lg_ldif_write(out, "protocolSettings",
				      change->removed.item[i]);
		lg_buffer_text(out, "-\n");
	}
	if (change->added.count) {
		lg_ldif_write(out, "add", "protocolSettings");
		for (i = 0; i < change->added.count; i++)
			lg_ldif_write(out, "protocolSettings",
				      change->added.item[i]);
		lg_buffer_text(out, "-\n");
	}
	lg_buffer_char(out, '\n');
}

static enum lg_status take_values(struct lg_ldif_render *render,
				  const struct lg_mailbox *mailbox,
				  const struct lg_protocol_change *change,
				  struct lg_error *err)
{
	struct lg_strlist after = {0};
	enum lg_status status;

	status = lg_protocol_change_apply(mailbox->protocol_settings, change,
					  &after, err);
	if (!status)
		status = lg_account_values_set(render->before, mailbox->entry,
					       mailbox->protocol_settings, err);
	if (!status)
		status = lg_account_values_set(render->wanted, mailbox->entry,
					       &after, err);
	lg_strlist_release(&after);
	return status;
}

static enum lg_status take_mailbox(void *context,
				   const struct lg_mailbox *mailbox,
				   struct lg_error *err)
{
	struct lg_ldif_render *render = context;
	struct lg_protocol_change change = {{0}, {0}};
	enum lg_status status = LG_OK;
	uint32_t loses = render->everybody;
	int spared = is_in(mailbox, &render->break_glass, NULL, NULL);
	int listed = is_in(mailbox, &render->dn, &render->user, &render->entry);
	int protocol;

	if (spared < 0 || listed < 0)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	render->listed += (size_t)listed;
	if (spared)
		return LG_OK;
	if (!listed)
		loses = render->unlisted;
	for (protocol = 0; !status && protocol < LG_PROTOCOL_COUNT; protocol++)
		if (loses & bit((enum lg_protocol)protocol))
			status = lg_protocol_settings_disable(
				mailbox->protocol_settings,
				(enum lg_protocol)protocol, &change, err);
	if (!status && (change.removed.count || change.added.count)) {
		struct lg_protocol_change undo =
			lg_protocol_change_undo(&change);

		write_record(&render->change, mailbox->entry, &change);
		write_record(&render->undo, mailbox->entry, &undo);
		if (render->wanted)
			status = take_values(render, mailbox, &change, err);
		render->changed++;
	}
	lg_protocol_change_release(&change);
	return status;
}

void lg_ldif_render_values(struct lg_ldif_render *render,
			   struct lg_registry *before,
			   struct lg_registry *wanted)
{
	render->before = before;
	render->wanted = wanted;
}

struct lg_mailbox_sink lg_ldif_render_sink(struct lg_ldif_render *render)
{
	return (struct lg_mailbox_sink){render, take_mailbox};
}

/* --- the whole ------------------------------------------------------------- */

enum lg_status lg_ldif_render_finish(const struct lg_ldif_render *render,
				     enum lg_ldif_way way,
				     struct lg_buffer *out_ldif,
				     struct lg_error *err)
{
	const struct lg_profile *profile = render->input.profile;
	enum lg_status status = lg_buffer_status(&render->change, err);

	if (!status)
		status = lg_buffer_status(&render->undo, err);
	if (status)
		return status;
	if (render->names && !render->listed &&
	    profile->when_invalid == LG_WHEN_INVALID_OPEN)
		return lg_error_set(err, LG_ERR_CONFLICT, profile->path,
				    "none of the listed accounts is a mailbox "
				    "of the directory, and with when_invalid "
				    "= open nobody would be limited");
	lg_buffer_format(out_ldif, "# logongate: %zu mailboxes %s\n",
			 render->changed,
			 way == LG_LDIF_UNDO ? "are put back" : "change");
	if (way == LG_LDIF_UNDO) {
		lg_buffer_append(out_ldif, render->undo.data, render->undo.len);
		return lg_buffer_status(out_ldif, err);
	}
	lg_buffer_text(out_ldif,
		       "# The way back stands at the end; it is taken out "
		       "with\n# sed -n 's/^# undo: //p'\n\n");
	lg_buffer_append(out_ldif, render->change.data, render->change.len);
	if (render->undo.len)
		lg_ldif_write_comment(out_ldif, render->undo.data,
				      render->undo.len);
	return lg_buffer_status(out_ldif, err);
}
