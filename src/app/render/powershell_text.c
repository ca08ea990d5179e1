/* SPDX-License-Identifier: ISC */
/*
 * What of a profile's values stands in a PowerShell script: texts as quoted
 * expressions of ASCII, versions in the form that the cmdlets take.
 */
#include <stdint.h>
#include <string.h>

#include <logongate/version_setting.h>

#include "base/utf8.h"

#include "app/render/powershell_script.h"

enum {
	VERSIONS_MAX = 255, /* V15: fewer than 256 characters */
	SECOND_MAX = 32767, /* V15, and what the wire can carry (V6) */
	REGISTRY_MAX = 65535
};

/* The character at *text, which moves behind it; a byte that is none is U+FFFD:
 * it must not stand in the script as itself. */
static uint32_t take_character(const char **text)
{
	int32_t character;

	*text += lg_utf8_next(*text, strnlen(*text, 4), &character);
	return character >= 0 ? (uint32_t)character : 0xfffd;
}

static void quote_character(uint32_t character, struct lg_buffer *out_text)
{
	if (character > 0xffff) {
		character -= 0x10000;
		lg_buffer_format(out_text,
				 "' + [char]0x%04X + [char]0x%04X + '",
				 0xd800 + (unsigned int)(character >> 10),
				 0xdc00 + (unsigned int)(character & 0x3ff));
		return;
	}
	lg_buffer_format(out_text, "' + [char]0x%04X + '",
			 (unsigned int)character);
}

static int is_plain(uint32_t character)
{
	return character >= 0x20 && character < 0x7f;
}

void lg_powershell_quote(const char *text, struct lg_buffer *out_text)
{
	int plain = 1;

	for (const char *at = text; *at; at++)
		plain &= is_plain((unsigned char)*at);
	if (!plain)
		lg_buffer_char(out_text, '(');
	lg_buffer_char(out_text, '\'');
	while (*text) {
		uint32_t character = take_character(&text);

		if (!is_plain(character))
			quote_character(character, out_text);
		else if (character == '\'')
			lg_buffer_text(out_text, "''");
		else
			lg_buffer_char(out_text, (char)character);
	}
	lg_buffer_char(out_text, '\'');
	if (!plain)
		lg_buffer_char(out_text, ')');
}

void lg_powershell_comment(const char *text, struct lg_buffer *out_text)
{
	while (*text) {
		uint32_t character = take_character(&text);

		lg_buffer_char(out_text,
			       is_plain(character) ? (char)character : '?');
	}
}

static enum lg_status bound_text(const struct lg_version *bound,
				 const struct lg_error *place,
				 struct lg_buffer *out_text,
				 struct lg_error *err)
{
	struct lg_version shell = *bound;
	struct lg_buffer shown = {0};
	enum lg_status status = LG_OK;

	if (shell.part[2] == REGISTRY_MAX && shell.part[3] == REGISTRY_MAX)
		shell.part[2] = SECOND_MAX;
	lg_version_format(bound, &shown);
	status = lg_buffer_status(&shown, err);
	if (status != LG_OK)
		goto out;
	if (shell.part[1] != 0)
		status = lg_error_set(err, LG_ERR_RANGE, place->place,
				      "versions: %s has no form X.Y.Z, which "
				      "-BlockedClientVersions takes",
				      shown.data);
	else if (shell.part[2] > SECOND_MAX)
		status = lg_error_set(err, LG_ERR_RANGE, place->place,
				      "versions: %s; the second of the three "
				      "numbers that -BlockedClientVersions "
				      "takes is at most %d",
				      shown.data, SECOND_MAX);
	else
		lg_version_format_three(&shell, out_text);
out:
	lg_buffer_release(&shown);
	return status;
}

static enum lg_status items_text(const struct lg_version_setting *setting,
				 const struct lg_error *place,
				 struct lg_buffer *out_text,
				 struct lg_error *err)
{
	const struct lg_version_range *item;
	enum lg_status status = LG_OK;
	size_t count;

	item = lg_version_setting_items(setting, &count);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		int single = item[i].from.known && item[i].to.known &&
			     !lg_version_compare(&item[i].from, &item[i].to);

		if (i)
			lg_buffer_char(out_text, ';');
		if (item[i].from.known)
			status =
				bound_text(&item[i].from, place, out_text, err);
		if (single)
			continue;
		lg_buffer_char(out_text, '-');
		if (status == LG_OK && item[i].to.known)
			status = bound_text(&item[i].to, place, out_text, err);
	}
	return status;
}

enum lg_status lg_powershell_versions(const struct lg_profile *profile,
				      struct lg_buffer *out_text,
				      struct lg_error *err)
{
	struct lg_version_setting *setting = NULL;
	struct lg_buffer text = {0};
	struct lg_error place;
	enum lg_status status;

	lg_error_set_at(&place, LG_OK,
			profile->path ? profile->path : profile->name,
			profile->versions_line, "%s", "");
	status = lg_version_setting_parse(profile->versions,
					  strlen(profile->versions),
					  profile->four_part == LG_FOUR_PART_YES
						  ? LG_VERSION_FORM_FOUR_PART
						  : LG_VERSION_FORM_REGISTRY,
					  place.place, &setting, err);
	if (status == LG_OK)
		status = items_text(setting, &place, &text, err);
	if (status == LG_OK)
		status = lg_buffer_status(&text, err);
	if (status == LG_OK && text.len > VERSIONS_MAX)
		status = lg_error_set(err, LG_ERR_LIMIT, place.place,
				      "versions: %zu characters; "
				      "-BlockedClientVersions takes at most %d",
				      text.len, VERSIONS_MAX);
	if (status == LG_OK && text.len)
		lg_buffer_append(out_text, text.data, text.len);
	lg_buffer_release(&text);
	lg_version_setting_free(&setting);
	return status;
}
