/* SPDX-License-Identifier: ISC */
/*
 * powershell_text.h - values of a profile in a PowerShell script
 *
 * Layer: app.
 * Source: conformance V15.
 */
#ifndef LOGONGATE_APP_RENDER_POWERSHELL_TEXT_H
#define LOGONGATE_APP_RENDER_POWERSHELL_TEXT_H

#include <logongate/profile.h>

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
