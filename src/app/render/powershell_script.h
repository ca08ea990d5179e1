/* SPDX-License-Identifier: ISC */
/*
 * powershell_script.h - what a script for Exchange does, and its text
 *
 * Layer: app, private to render_powershell.c.
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

#endif
