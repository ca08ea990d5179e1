/* SPDX-License-Identifier: ISC */
/*
 * dovecot/doveadm_mask.h - naming a user to `doveadm kick` and nobody else
 *
 * Layer: adapter; core only.
 * Source: Dovecot 2.3.19, tried: a mask that reads as an address or network
 * is one; in all others "*" and "?" are patterns that nothing escapes, and
 * letters of both cases are the same.
 */
#ifndef LG_ADAPTERS_DOVECOT_DOVEADM_MASK_H
#define LG_ADAPTERS_DOVECOT_DOVEADM_MASK_H

#include "port/door.h"

/*
 * Appends the narrowest mask that Dovecot takes for a name and that matches
 * user: the name itself where it can be, else with "?" in the place of what
 * cannot be written.
 */
void lg_doveadm_mask(const char *user, struct lg_buffer *out_mask);

/* A session that a proxy passes on: it takes names as they are. */
int lg_doveadm_is_passed_on(const struct lg_session *session);

/* Whether Dovecot matches a user by a mask. */
int lg_doveadm_mask_matches(const char *mask, const char *user);

/*
 * Whether a kick of session i by mask and address would end no session that
 * is spared, as far as the list tells. Another session of the very user from
 * that address does not count: Dovecot knows no more.
 */
int lg_doveadm_hits_no_other(const struct lg_session *session,
			     const unsigned char *cut, size_t count, size_t i,
			     const char *mask);

/*
 * For a plan: takes back the mark of each session of Dovecot that cannot be
 * ended without another. cut is as of lg_sweep_plan. Gives how many are left.
 */
size_t lg_doveadm_can_cut(const struct lg_session *session, size_t count,
			  unsigned char *cut);

#endif
