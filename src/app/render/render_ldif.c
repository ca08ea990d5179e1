/* SPDX-License-Identifier: ISC */
/*
 * Renders a profile as LDIF. For each mailbox the change of its
 * protocolSettings is computed from the values it has now and written twice:
 * forwards into one text, backwards into another. Each removes the exact value
 * that it expects, so a directory where somebody else was faster refuses the
 * change instead of losing theirs.
 */
#include <stdlib.h>

#include "base/listed.h"

#include "core/exchange/protocol_settings.h"

#include "app/render/ldif_write.h"
#include "app/render/mailbox_set.h"
#include "app/render/render_ldif.h"

struct lg_ldif_render {
	struct lg_ldif_input input;
	struct lg_mailbox_set allowed;
	struct lg_mailbox_set break_glass;
	struct lg_mailbox_set concerned; /* of [applies_to] */
	uint32_t unlisted; /* protocols that an unlisted account loses */
	uint32_t everybody;
	int names;     /* the profile limits by name */
	size_t listed; /* mailboxes on the list */
	size_t concerns;
	size_t changed;
	struct lg_buffer change;
	struct lg_buffer undo;
	struct lg_registry *before; /* NULL: nobody asked for values */
	struct lg_registry *wanted;
};

/* --- what the profile asks for -------------------------------------------- */

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
	if (status == LG_OK && cannot.len && !render->input.skip_unsupported)
		status = lg_error_set(err, LG_ERR_CONFLICT, profile->path,
				      "protocolSettings cannot say: %s "
				      "(--skip-unsupported leaves it out)",
				      cannot.data + 2);
	lg_buffer_release(&cannot);
	if (status == LG_OK && !render->names && !render->everybody)
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

/* [applies_to] alone: nobody whom it concerns gets in (contract 9). */
static int applies_alone(const struct lg_profile *profile)
{
	return profile->applies_to_some && !profile->names_present &&
	       !profile->versions && !profile->processes &&
	       !profile->refuse_protocols;
}

/* Who is on each list, by what the profile names and its filters found. */
static enum lg_status collect_lists(struct lg_ldif_render *render,
				    struct lg_error *err)
{
	const struct lg_ldif_input *input = &render->input;
	const struct lg_profile *profile = input->profile;
	struct lg_strlist single = {0};
	const struct {
		struct lg_mailbox_set *set;
		enum lg_status (*add)(struct lg_mailbox_set *set,
				      const struct lg_strlist *list,
				      struct lg_error *err);
		const struct lg_strlist *list;
	} adds[] = {
		{&render->allowed, lg_mailbox_set_add_dns, &profile->allow},
		{&render->allowed, lg_mailbox_set_add_dns, &single},
		{&render->allowed, lg_mailbox_set_add_names,
		 &profile->allow_user},
		{&render->break_glass, lg_mailbox_set_add_dns,
		 input->break_glass},
		{&render->concerned, lg_mailbox_set_add_dns,
		 &profile->applies_dn},
		{&render->concerned, lg_mailbox_set_add_names,
		 &profile->applies_user},
		{&render->concerned, lg_mailbox_set_add_domains,
		 &profile->applies_domain},
	};
	enum lg_status status = LG_OK;

	render->concerned.default_domain = input->default_domain;
	if (profile->single)
		status = lg_list_text(&single, profile->single, err);
	for (size_t i = 0;
	     status == LG_OK && i < sizeof(adds) / sizeof(adds[0]); i++)
		status = adds[i].add(adds[i].set, adds[i].list, err);
	if (status == LG_OK)
		status = lg_mailbox_set_add_filtered(&render->allowed,
						     input->findings, err);
	if (status == LG_OK)
		status = lg_mailbox_set_add_filtered(&render->concerned,
						     input->concerned, err);
	lg_strlist_release(&single);
	return status;
}

static enum lg_status collect(struct lg_ldif_render *render,
			      struct lg_error *err)
{
	const struct lg_profile *profile = render->input.profile;
	enum lg_status status = collect_lists(render, err);

	if (status != LG_OK)
		return status;
	lg_mailbox_set_sort(&render->allowed);
	lg_mailbox_set_sort(&render->break_glass);
	lg_mailbox_set_sort(&render->concerned);
	/* Open semantics: a list of nobody limits nobody (L10). */
	render->names = applies_alone(profile) ||
			(profile->names_present &&
			 (profile->when_invalid == LG_WHEN_INVALID_CLOSED ||
			  render->allowed.dn.count ||
			  render->allowed.name.count || profile->allow_filter));
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
		return lg_no_memory(err);
	render->input = *input;
	status = collect(render, err);
	if (status == LG_OK) {
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
	lg_mailbox_set_release(&(*render)->allowed);
	lg_mailbox_set_release(&(*render)->break_glass);
	lg_mailbox_set_release(&(*render)->concerned);
	lg_buffer_release(&(*render)->change);
	lg_buffer_release(&(*render)->undo);
	free(*render);
	*render = NULL;
}

/* --- one mailbox ---------------------------------------------------------- */

static void write_values(struct lg_buffer *out, const char *what,
			 const struct lg_strlist *values)
{
	if (!values->count)
		return;
	lg_ldif_write(out, what, "protocolSettings");
	for (size_t i = 0; i < values->count; i++)
		lg_ldif_write(out, "protocolSettings", values->item[i]);
	lg_buffer_text(out, "-\n");
}

static void write_record(struct lg_buffer *out, const char *entry,
			 const struct lg_protocol_change *change)
{
	lg_ldif_write(out, "dn", entry);
	lg_ldif_write(out, "changetype", "modify");
	write_values(out, "delete", &change->removed);
	write_values(out, "add", &change->added);
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
	if (status == LG_OK)
		status = lg_account_values_set(render->before, mailbox->entry,
					       mailbox->protocol_settings, err);
	if (status == LG_OK)
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
	int spared = lg_mailbox_set_has(&render->break_glass, mailbox);
	int listed = lg_mailbox_set_has(&render->allowed, mailbox);
	int concerned = !render->input.profile->applies_to_some ||
			lg_mailbox_set_has(&render->concerned, mailbox);

	if (spared < 0 || listed < 0 || concerned < 0)
		return lg_no_memory(err);
	render->listed += (size_t)listed;
	render->concerns += (size_t)concerned;
	if (spared || !concerned)
		return LG_OK;
	if (!listed)
		loses = render->unlisted;
	for (int protocol = 0; status == LG_OK && protocol < LG_PROTOCOL_COUNT;
	     protocol++)
		if (loses & bit((enum lg_protocol)protocol))
			status = lg_protocol_settings_disable(
				mailbox->protocol_settings,
				(enum lg_protocol)protocol, &change, err);
	if (status == LG_OK && (change.removed.count || change.added.count)) {
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

/* --- the whole ------------------------------------------------------------ */

enum lg_status lg_ldif_render_finish(const struct lg_ldif_render *render,
				     enum lg_ldif_way way,
				     struct lg_buffer *out_ldif,
				     struct lg_error *err)
{
	const struct lg_profile *profile = render->input.profile;
	enum lg_status status = lg_buffer_status(&render->change, err);

	if (status == LG_OK)
		status = lg_buffer_status(&render->undo, err);
	if (status != LG_OK)
		return status;
	if (render->names && profile->names_present && !render->listed &&
	    profile->when_invalid == LG_WHEN_INVALID_OPEN)
		return lg_error_set(err, LG_ERR_CONFLICT, profile->path,
				    "none of the listed accounts is a mailbox "
				    "of the directory, and with when_invalid "
				    "= open nobody would be limited");
	if (!render->concerns && profile->applies_to_some)
		return lg_error_set(err, LG_ERR_CONFLICT, profile->path,
				    "none of the accounts that [applies_to] "
				    "names is a mailbox of the directory, so "
				    "nobody would be limited");
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
