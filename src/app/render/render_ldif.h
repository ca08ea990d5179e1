/* SPDX-License-Identifier: ISC */
/*
 * render_ldif.h - a profile as changes of accounts' protocolSettings
 *
 * Layer: app.
 * Flow: `render --format ldif` lists the directory's mailboxes into this and
 * prints the LDIF that ldapmodify and ldifde take, and its undo.
 * Source: conformance I1, I2, I4, L10; RFC 2849.
 *
 * The directory knows protocols only: [protocols] refuse switches them off for
 * everybody, and an allow list switches off every protocol there is for the
 * accounts that are not on it. Break-glass accounts are not touched, nor, with
 * [applies_to], anybody whom the profile does not concern.
 */
#ifndef LOGONGATE_APP_RENDER_RENDER_LDIF_H
#define LOGONGATE_APP_RENDER_RENDER_LDIF_H

#include "core/values/account_values.h"
#include "port/mailboxes.h"
#include <logongate/profile.h>

/* All borrowed while the rendering lives. */
struct lg_ldif_input {
	const struct lg_profile *profile;
	/* 5.5 and 2000 have no switch for MAPI (I2: 2003 SP2) */
	enum lg_dialect dialect;
	/* what allow_filter returned; NULL where there is no filter */
	const struct lg_findings *findings;
	/* what the filter of [applies_to] returned; NULL: there is none */
	const struct lg_findings *concerned;
	const char *default_domain; /* as in lg_policy_input; may be NULL */
	const struct lg_strlist *break_glass;
	int skip_unsupported;
};

enum lg_ldif_way {
	LG_LDIF_CHANGE = 0, /* the change, its undo behind it as comments */
	LG_LDIF_UNDO        /* the undo alone */
};

struct lg_ldif_render;

/*
 * Returns: LG_OK; LG_ERR_CONFLICT, the profile asks for what the attribute
 * cannot say, or for nothing that it can (all of it is in err);
 * LG_ERR_NO_MEMORY. Owns: free with lg_ldif_render_free.
 */
enum lg_status lg_ldif_render_new(const struct lg_ldif_input *input,
				  struct lg_ldif_render **out_render,
				  struct lg_error *err);
void lg_ldif_render_free(struct lg_ldif_render **render);

/*
 * The changes as values of a directory target as well: before, what the
 * accounts that change have now; wanted, what they shall have. Both borrowed
 * and filled as mailboxes come.
 */
void lg_ldif_render_values(struct lg_ldif_render *render,
			   struct lg_registry *before,
			   struct lg_registry *wanted);

/* The sink for lg_mailboxes_list_*. */
struct lg_mailbox_sink lg_ldif_render_sink(struct lg_ldif_render *render);

/*
 * Appends the LDIF of all mailboxes given so far.
 * Returns: LG_OK; LG_ERR_CONFLICT, open semantics and none of the listed
 * accounts was among the mailboxes: nobody would be limited (L10), or nobody
 * whom the profile concerns was; nothing is written; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_ldif_render_finish(const struct lg_ldif_render *render,
				     enum lg_ldif_way way,
				     struct lg_buffer *out_ldif,
				     struct lg_error *err);

#endif
