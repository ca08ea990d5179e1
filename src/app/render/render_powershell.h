/* SPDX-License-Identifier: ISC */
/*
 * render_powershell.h - a profile as a script for Exchange 2010 and later
 *
 * Layer: app.
 * Flow: `render --format powershell`; the administrator reads the script and
 * runs it in the Exchange Management Shell, and again with -Undo.
 * Source: conformance V15, I4; contract 4 render; cmdlet help.
 */
#ifndef LOGONGATE_APP_RENDER_RENDER_POWERSHELL_H
#define LOGONGATE_APP_RENDER_RENDER_POWERSHELL_H

#include <logongate/profile.h>

struct lg_powershell_input {
	const struct lg_profile *profile;
	/* what allow_filter returned; NULL where there is no filter */
	const struct lg_findings *findings;
	/* what the filter of [applies_to] returned; NULL: there is none */
	const struct lg_findings *concerned;
	const struct lg_strlist *break_glass; /* never touched; may be NULL */
	const char *default_domain; /* of names without one; NULL: any */
	const char *server;   /* NULL: to be given when the script is run */
	int skip_unsupported; /* leave out instead of refusing */
};

/*
 * Appends the script: ASCII, CRLF.
 * Returns: LG_OK; LG_ERR_CONFLICT, the profile asks for what these servers
 * cannot do (all of it is in err and, one sentence each, in unsupported, which
 * may be NULL), or nothing would be left to do; LG_ERR_RANGE, LG_ERR_LIMIT,
 * the versions do not fit -BlockedClientVersions (V15); what
 * lg_version_setting_parse returns; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_render_powershell(const struct lg_powershell_input *input,
				    struct lg_strlist *unsupported,
				    struct lg_buffer *out_script,
				    struct lg_error *err);

#endif
