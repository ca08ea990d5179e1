/* SPDX-License-Identifier: ISC */
/*
 * protocol_settings.h - a user's protocolSettings: which protocols they may
 * use
 *
 * Layer: core.
 * Flow: `render --format ldif` and the directory target read an account's
 * values, compute the change that a lock needs, and undo it later.
 * Source: conformance I1, I2; Q168347, KB236983.
 *
 * The attribute has one value a protocol, its fields joined by U+00A7 (UTF-8).
 * Field 0 is the protocol, field 1 says whether it is enabled; the rest is
 * told differently by each generation and is never touched:
 *   5.5          IMAP4§0§0§1§ISO-8859-1§0§1§1§
 *   2000, 2003   HTTP§1§1§§§§§§   POP3§1§1§1§ISO-8859-1§0§§§
 *   2003 SP2     MAPI§1§1§§§§§§   (field 2: not without cached mode)
 *   2013         OWA§1            MAPI§§§§§§§§
 */
#ifndef LOGONGATE_CORE_EXCHANGE_PROTOCOL_SETTINGS_H
#define LOGONGATE_CORE_EXCHANGE_PROTOCOL_SETTINGS_H

#include <logongate/policy.h>
#include <logongate/strlist.h>

enum lg_access {
	LG_ACCESS_UNSTATED = 0, /* no value, or field 1 is blank: enabled */
	LG_ACCESS_ENABLED,
	LG_ACCESS_DISABLED,
	LG_ACCESS_CACHED_ONLY, /* MAPI: enabled, but only in cached mode */
	LG_ACCESS_UNKNOWN      /* field 1 is neither 0 nor 1 */
};

/* What to take from an account's values and what to put there. */
struct lg_protocol_change {
	struct lg_strlist removed; /* values exactly as they were */
	struct lg_strlist added;
};

/*
 * 1 when the attribute has a switch for the protocol: mapi, http (values HTTP
 * and OWA), imap, pop3; 0 for smtp and login.
 */
int lg_protocol_settings_knows(enum lg_protocol protocol);

/*
 * What the values say of a protocol. Where several do (HTTP and OWA, or one
 * name twice) the strictest: DISABLED, then CACHED_ONLY, UNKNOWN, ENABLED.
 */
enum lg_access lg_protocol_settings_access(const struct lg_strlist *values,
					   enum lg_protocol protocol);

/*
 * Adds to the change what disables a protocol: field 1 of each of its values
 * becomes 0, all else stays as it is; an account without a value gets the one
 * that the administrator's program would write. A protocol that is disabled
 * already changes nothing.
 * Returns: LG_OK; LG_ERR_CONFLICT, the attribute has no switch for it;
 * LG_ERR_NO_MEMORY (the change may hold a part).
 */
enum lg_status lg_protocol_settings_disable(const struct lg_strlist *values,
					    enum lg_protocol protocol,
					    struct lg_protocol_change *change,
					    struct lg_error *err);

/*
 * The values after a change. Undo: the same with change.added and
 * change.removed exchanged, see lg_protocol_change_undo.
 * Returns: LG_OK; LG_ERR_CONFLICT, a value to remove is not there any more:
 * somebody else changed it; LG_ERR_NO_MEMORY. out_values is written on success
 * and was empty.
 */
enum lg_status lg_protocol_change_apply(const struct lg_strlist *values,
					const struct lg_protocol_change *change,
					struct lg_strlist *out_values,
					struct lg_error *err);

/* The change back; borrows the texts of change. */
struct lg_protocol_change
lg_protocol_change_undo(const struct lg_protocol_change *change);

void lg_protocol_change_release(struct lg_protocol_change *change);

#endif
