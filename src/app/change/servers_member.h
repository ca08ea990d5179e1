/* SPDX-License-Identifier: ISC */
/*
 * servers_member.h - the values of one target of a change
 *
 * Layer: app, private to the fleet.
 */
#ifndef LOGONGATE_APP_CHANGE_SERVERS_MEMBER_H
#define LOGONGATE_APP_CHANGE_SERVERS_MEMBER_H

#include "app/change/servers.h"

/* Only the names of wanted, as they were: what a lift puts back. */
enum lg_status lg_servers_keep_before(const struct lg_registry *wanted,
				      const struct lg_registry *found,
				      struct lg_registry **out_before,
				      struct lg_error *err);

/* Names are those of wanted and of before. The first under which found does not
 * hold what is expected, or NULL. */
const char *lg_servers_differing(const struct lg_servers_member *member,
				 const struct lg_registry *found,
				 const struct lg_registry *expected);

/* The first name under which found holds what is neither wanted nor before nor
 * possible: it is somebody else's; NULL: none. A step that was interrupted
 * leaves some of this and some of that. */
const char *lg_servers_foreign(const struct lg_servers_member *member);

/* 1 where a lock is written, to a gate: it composes what is left by itself. */
int lg_servers_is_gate(const struct lg_servers_member *member);

/* A3: what was written is read back and compared. */
enum lg_status lg_servers_read_back(struct lg_servers_member *member,
				    const struct lg_registry *expected,
				    struct lg_error *err);

/* Every name gets what wanted (LG_TARGET_CHANGE) or before holds, or is
 * deleted. */
enum lg_status lg_servers_write_values(struct lg_servers_member *member,
				       enum lg_target_care care,
				       struct lg_error *err);

#endif
