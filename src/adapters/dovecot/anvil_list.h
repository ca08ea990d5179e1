/* SPDX-License-Identifier: ISC */
/*
 * dovecot/anvil_list.h - what anvil of Dovecot 2.4 answers
 *
 * Layer: adapter; core only.
 * Source: Dovecot 2.4.1, tried: lines whose fields are parted by TAB. After the
 * version and the names of further columns comes a line for each connection,
 * PID USER SERVICE ADDRESS GUID and more, and an empty one at the end.
 */
#ifndef LG_ADAPTERS_DOVECOT_ANVIL_LIST_H
#define LG_ADAPTERS_DOVECOT_ANVIL_LIST_H

#include "core/policy/session.h"

struct lg_anvil_list {
	/* With id, door, user and address, as `who` lists them. */
	struct lg_session_list now;
	/* How anvil is told which one is meant: USER TAB GUID. */
	struct lg_strlist named;
};

/* 1 when a list ends with these bytes. */
int lg_anvil_list_ends(const char *text, size_t len);

/*
 * Reads a whole list into a zeroed out_list.
 * Returns: LG_OK; LG_ERR_IO, it is none; LG_ERR_NO_MEMORY. On failure out_list
 * is unchanged.
 */
enum lg_status lg_anvil_list_parse(const char *text, size_t len,
				   struct lg_anvil_list *out_list,
				   struct lg_error *err);
void lg_anvil_list_release(struct lg_anvil_list *list);

/* 1 when the line, without its end, says how many connections were ended. */
int lg_anvil_is_count(const char *line, size_t len);

#endif
