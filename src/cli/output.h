/* SPDX-License-Identifier: ISC */
/*
 * output.h - what commands print: JSON lines, tables, colours, progress
 *
 * Layer: cli.
 * Texts of directories and clients go to a terminal only through lg_cli_text,
 * lg_cli_line and the table: control characters become "?".
 */
#ifndef LOGONGATE_CLI_OUTPUT_H
#define LOGONGATE_CLI_OUTPUT_H

#include <stdint.h>

#include <logongate/buffer.h>
#include "port/directory.h"

#include "app/records/json_member.h"
#include "cli/command.h"

/* Prints the object as one line and deletes it; 0 or LG_EXIT_SOFTWARE. */
int lg_cli_json(struct lg_cli *cli, cJSON *object);

enum lg_colour {
	LG_PLAIN = 0,
	LG_BOLD,
	LG_DIM,
	LG_RED,
	LG_GREEN,
	LG_YELLOW
};

/* Prints to stdout in a colour, where there are colours. */
void lg_cli_print(struct lg_cli *cli, enum lg_colour colour, const char *format,
		  ...) __attribute__((format(printf, 3, 4)));

/* Prints text of outside, without control characters. */
void lg_cli_text(struct lg_cli *cli, const char *text);

/* The same to the end of a line, behind words of our own in their colour. */
void lg_cli_line(struct lg_cli *cli, enum lg_colour colour, const char *before,
		 const char *text);

/* Appends text with each byte that is no UTF-8 as U+FFFD and each control
 * character as "?". */
void lg_cli_clean(const char *text, struct lg_buffer *out);

/* Progress for ports, drawn on stderr when it is a terminal. */
struct lg_progress lg_cli_progress(struct lg_cli *cli);
/* Wipes what is drawn; every function that prints does so itself. */
void lg_cli_progress_end(struct lg_cli *cli);

/* "in 2 h 5 min", "3 min ago" for people; "now" within a minute. */
void lg_text_ago(int64_t now_s, int64_t time_s, struct lg_buffer *out_text);
/* "2 h 30 min". */
void lg_text_span(int64_t seconds, struct lg_buffer *out_text);
/* Local time for people: "22:30", with the day where it is not today. */
void lg_text_clock(int64_t now_s, int64_t time_s, struct lg_buffer *out_text);

#endif
