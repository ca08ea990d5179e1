/* SPDX-License-Identifier: ISC */
/*
 * powershell_script.h - what a script for Exchange does, and its text
 *
 * Layer: app, private to render_powershell.c.
 * Source: conformance V15.
 */
#ifndef LOGONGATE_APP_RENDER_POWERSHELL_SCRIPT_H
#define LOGONGATE_APP_RENDER_POWERSHELL_SCRIPT_H

#include "app/render/render_powershell.h"

/* What the script does, by the parts of the profile that ask for it. */
struct script {
	const struct lg_powershell_input *input;
	struct lg_buffer *out;
	struct lg_buffer versions;
	int has_versions;
	int has_names;
	int has_protocols;
	int is_for_some; /* [applies_to]: switches of mailboxes alone */
	int locks_all;   /* of those whom it concerns */
	struct lg_strlist unsupported;
};

/* Accounts in the order of the profile. */
struct accounts {
	struct lg_strlist dn;
	struct lg_strlist user;
};

int lg_powershell_refuses(const struct script *script,
			  enum lg_protocol protocol);
void lg_powershell_write(struct script *script, const struct accounts *allowed,
			 const struct accounts *concerned);

/* powershell_text.c: values of a profile in the script. */
/*
 * A version setting as -BlockedClientVersions takes it (V15): three parts,
 * the second at most 32767, fewer than 256 characters. X.65535.65535, which
 * ends "all of X" in the registry, becomes X.32767.65535: no client can name
 * more (V6).
 */
enum lg_status lg_powershell_versions(const struct lg_profile *profile,
				      struct lg_buffer *out_text,
				      struct lg_error *err);

/*
 * A text as an expression of the shell: 'text', or ('te' + [char]0x00E9 + 't')
 * where it is not ASCII, because the shell reads files without a mark in the
 * code page of the machine and takes typographic quotes for quotes.
 */
void lg_powershell_quote(const char *text, struct lg_buffer *out_text);

/* A text inside a comment: one line of ASCII. */
void lg_powershell_comment(const char *text, struct lg_buffer *out_text);

#endif
