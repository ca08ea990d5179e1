/* SPDX-License-Identifier: ISC */
/*
 * mailbox_set.h - mailboxes as a profile names them
 *
 * Layer: app: core.
 * Flow: render_ldif asks for each mailbox of a directory whether it is listed,
 * spared, concerned.
 * Source: conformance D3, L16; contract 9 "Whom it concerns".
 */
#ifndef LOGONGATE_APP_RENDER_MAILBOX_SET_H
#define LOGONGATE_APP_RENDER_MAILBOX_SET_H

#include "port/mailboxes.h"

/* Texts are folded; sort the set before it is asked. default_domain is
 * borrowed: the domain of logon names without one; NULL: any. */
struct lg_mailbox_set {
	struct lg_strlist dn;
	struct lg_strlist name;
	struct lg_strlist entry;
	struct lg_strlist domain;
	const char *default_domain;
};

/* lists may be NULL */
enum lg_status lg_mailbox_set_add_dns(struct lg_mailbox_set *set,
				      const struct lg_strlist *list,
				      struct lg_error *err);
enum lg_status lg_mailbox_set_add_names(struct lg_mailbox_set *set,
					const struct lg_strlist *list,
					struct lg_error *err);
enum lg_status lg_mailbox_set_add_domains(struct lg_mailbox_set *set,
					  const struct lg_strlist *list,
					  struct lg_error *err);
/* The entries that a filter returned; NULL: none. */
enum lg_status lg_mailbox_set_add_filtered(struct lg_mailbox_set *set,
					   const struct lg_findings *findings,
					   struct lg_error *err);
void lg_mailbox_set_sort(struct lg_mailbox_set *set);
void lg_mailbox_set_release(struct lg_mailbox_set *set);

/*
 * 1 where the mailbox's DN, an older DN of it (D3), a logon name or its entry
 * is in the set, or one of its logon names lies in a domain of it: those with
 * an @ tell, where there are any, and a mailbox without names lies in all.
 * -1 without memory.
 */
int lg_mailbox_set_has(const struct lg_mailbox_set *set,
		       const struct lg_mailbox *mailbox);

#endif
