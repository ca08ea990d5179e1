/* SPDX-License-Identifier: ISC */
/*
 * commands.c - finding a command by its words
 *
 * A name of two words ("versions explain") is tried before one of one
 * ("profiles"), so a group may have a meaning of its own.
 */
#include <string.h>

#include <logongate/buffer.h>

#include "cli/commands.h"
#include "base/nearest.h"

const struct lg_command lg_commands[] = {
#define LG_COMMAND(name, function, operands, min, max, options, summary)       \
	{name, function, operands, min, max, options, summary},
#include "cli/commands.def"
#undef LG_COMMAND
};
const size_t lg_command_count = sizeof(lg_commands) / sizeof(lg_commands[0]);

/* 1 when name is exactly these words. */
static int is_named(const char *name, const char *first, const char *second)
{
	size_t len = strlen(first);

	if (strncmp(name, first, len) != 0)
		return 0;
	if (second == NULL)
		return name[len] == '\0';
	return name[len] == ' ' && strcmp(name + len + 1, second) == 0;
}

const struct lg_command *lg_command_find(char *const *word, int count,
					 int *out_words)
{
	for (int words = count < 2 ? count : 2; words > 0; words--) {
		for (size_t i = 0; i < lg_command_count; i++) {
			if (is_named(lg_commands[i].name, word[0],
				     words == 2 ? word[1] : NULL)) {
				*out_words = words;
				return &lg_commands[i];
			}
		}
	}
	return NULL;
}

int lg_command_is_group(const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < lg_command_count; i++) {
		if (strncmp(lg_commands[i].name, word, len) == 0 &&
		    lg_commands[i].name[len] == ' ')
			return 1;
	}
	return 0;
}

const char *lg_command_nearest(const char *first, const char *second)
{
	struct lg_nearest nearest = {0};
	struct lg_buffer both = {0};

	lg_buffer_text(&both, first);
	if (second != NULL) {
		lg_buffer_char(&both, ' ');
		lg_buffer_text(&both, second);
	}
	for (size_t i = 0; i < lg_command_count; i++) {
		lg_nearest_try(&nearest, first, lg_commands[i].name);
		if (second != NULL && both.data != NULL)
			lg_nearest_try(&nearest, both.data,
				       lg_commands[i].name);
	}
	lg_buffer_release(&both);
	return nearest.name;
}
