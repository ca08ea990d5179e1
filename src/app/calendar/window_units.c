/* SPDX-License-Identifier: ISC */
/*
 * window_units.c - what a schedule adds to the units of systemd
 */
#include "app/calendar/window_units.h"

#include <string.h>

#include "base/ascii.h"

#define NAME_MAX_LEN 64

int lg_window_name_is_good(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_LEN || !lg_ascii_is_alnum(name[0]))
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (!lg_ascii_is_alnum(name[i]) &&
		    strchr("._-", name[i]) == NULL)
			return 0;
	}
	return 1;
}

static enum lg_status check_line(const char *text, struct lg_error *err)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return lg_error_set(err, LG_ERR_SYNTAX, NULL,
					    "a schedule cannot hold line ends "
					    "and other control characters");
	}
	return LG_OK;
}

enum lg_status lg_window_timer_text(const struct lg_window_schedule *schedule,
				    struct lg_buffer *out_text,
				    struct lg_error *err)
{
	enum lg_status status = check_line(schedule->calendar, err);

	if (status != LG_OK)
		return status;
	lg_buffer_format(out_text,
			 "# written by logongate schedule add\n"
			 "[Timer]\n"
			 "OnCalendar=%s\n",
			 schedule->calendar);
	return lg_buffer_status(out_text, err);
}

/* Within double quotes systemd takes C escapes, % and $ are its own. */
static void put_word(const char *word, struct lg_buffer *out)
{
	lg_buffer_text(out, " \"");
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\\')
			lg_buffer_char(out, '\\');
		if (*word == '%' || *word == '$')
			lg_buffer_char(out, *word);
		lg_buffer_char(out, *word);
	}
	lg_buffer_char(out, '"');
}

enum lg_status lg_window_service_text(const struct lg_window_schedule *schedule,
				      struct lg_buffer *out_text,
				      struct lg_error *err)
{
	const struct lg_strlist *command = schedule->command;
	enum lg_status status = check_line(schedule->profile, err);

	for (size_t i = 0; status == LG_OK && i < command->count; i++)
		status = check_line(command->item[i], err);
	if (status != LG_OK)
		return status;
	lg_buffer_format(out_text,
			 "# written by logongate schedule add\n"
			 "[X-Logongate]\n"
			 "Profile=%s\n"
			 "For=%s\n"
			 "\n"
			 "[Service]\n"
			 "ExecStart=",
			 schedule->profile, schedule->lasts);
	for (size_t i = 0; i < command->count; i++)
		put_word(command->item[i], out_text);
	lg_buffer_char(out_text, '\n');
	return lg_buffer_status(out_text, err);
}

int lg_window_value(const char *text, const char *key,
		    struct lg_buffer *out_value)
{
	size_t len = strlen(key);

	while (text != NULL && *text != '\0') {
		if (strncmp(text, key, len) == 0 && text[len] == '=') {
			text += len + 1;
			lg_buffer_append(out_value, text, strcspn(text, "\n"));
			return 1;
		}
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return 0;
}

void lg_window_failed_text(const char *name, struct lg_buffer *out_text)
{
	lg_buffer_format(out_text,
			 LG_WINDOW_FAILED
			 "%s failed when it came last; journalctl -u "
			 "logongate-window@%s says why, systemctl "
			 "reset-failed logongate-window@%s clears this",
			 name, name, name);
}
