/* SPDX-License-Identifier: ISC */
/*
 * table.c - rows that fit the terminal
 *
 * A row that wraps cannot be read down its columns. What is missing of a DN or
 * a path is its middle, for its end says who it is; of other text the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <utf8proc.h>

#include "base/utf8.h"

#include "cli/output.h"
#include "cli/table.h"

enum {
	GAP = 2,    /* between columns */
	NARROW = 12 /* no column is cut below it */
};

void lg_table_begin(struct lg_table *table, const char *const *head)
{
	table->cell = (struct lg_strlist){0};
	table->columns = 0;
	table->status = LG_OK;
	while (head[table->columns] != NULL) {
		lg_table_cell(table, head[table->columns]);
		table->columns++;
	}
}

void lg_table_cell(struct lg_table *table, const char *text)
{
	struct lg_buffer clean = {0};

	lg_cli_clean(text != NULL ? text : "-", &clean);
	if (table->status == LG_OK)
		table->status = lg_buffer_status(&clean, NULL);
	if (table->status == LG_OK)
		table->status = lg_strlist_add(&table->cell,
					       clean.len > 0 ? clean.data : "",
					       clean.len, NULL);
	lg_buffer_release(&clean);
}

static size_t width_of_character(int32_t c)
{
	return c < 0 ? 0 : (size_t)utf8proc_charwidth(c);
}

/* Columns on a terminal that the first bytes of text take. */
static size_t width_of_first(const char *text, size_t len)
{
	size_t width = 0;
	int32_t c;

	for (size_t at = 0; at < len;) {
		at += lg_utf8_next(text + at, len - at, &c);
		width += width_of_character(c);
	}
	return width;
}

static size_t width_of(const char *text)
{
	return width_of_first(text, strlen(text));
}

/* The bytes at the beginning of text that take at most so many columns. */
static size_t fitting(const char *text, size_t columns)
{
	size_t len = strlen(text), width = 0, at, used;
	int32_t c;

	for (at = 0; at < len; at += used) {
		used = lg_utf8_next(text + at, len - at, &c);
		width += width_of_character(c);
		if (width > columns)
			break;
	}
	return at;
}

/* Where the end of text begins that takes at most so many columns. */
static const char *ending(const char *text, size_t columns)
{
	size_t width = width_of(text);
	size_t skipped = fitting(text, width > columns ? width - columns : 0);
	const char *end = text + skipped;

	/* Half of a wide character, and what combines with it, go, too. */
	while (*end != '\0' && (width_of(end) > columns ||
				((unsigned char)*end & 0xc0) == 0x80))
		end++;
	return end;
}

/* What the terminal can show, as its settings say. */
static int is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *value = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value != NULL && *value != '\0')
			break;
	}
	return value != NULL && (strcasestr(value, "utf-8") != NULL ||
				 strcasestr(value, "utf8") != NULL);
}

/* Appends a cell as wide as its column. */
static void put_cell(const char *cell, size_t width, const char *mark,
		     int is_last, struct lg_buffer *row)
{
	const char *end = "";
	size_t used = width_of(cell);

	if (used <= width) {
		lg_buffer_text(row, cell);
	} else {
		if (strchr(cell, '/') != NULL)
			end = ending(cell, (width - 1) / 2);
		used = fitting(cell, width - 1 - width_of(end));
		lg_buffer_append(row, cell, used);
		lg_buffer_text(row, mark);
		lg_buffer_text(row, end);
		/* Half of a wide character was left out. */
		used = width_of_first(cell, used) + 1 + width_of(end);
	}
	if (!is_last)
		lg_buffer_format(row, "%*s", (int)(width - used + GAP), "");
}

static enum lg_status print_row(struct lg_cli *cli,
				const struct lg_table *table, size_t row,
				const size_t *width)
{
	const char *mark = is_utf8() ? "\xe2\x80\xa6" : "~";
	struct lg_buffer line = {0};
	enum lg_status status;

	for (size_t i = 0; i < table->columns; i++)
		put_cell(table->cell.item[row * table->columns + i], width[i],
			 mark, i + 1 == table->columns, &line);
	status = lg_buffer_status(&line, NULL);
	if (status == LG_OK)
		lg_cli_print(cli, row == 0 ? LG_DIM : LG_PLAIN, "%s\n",
			     line.data);
	lg_buffer_release(&line);
	return status;
}

/* Takes from the widest column until a row fits. */
static void narrow(size_t *width, size_t columns, size_t most)
{
	size_t sum = (columns - 1) * GAP;

	for (size_t i = 0; i < columns; i++)
		sum += width[i];
	while (sum > most) {
		size_t widest = 0;

		for (size_t i = 1; i < columns; i++) {
			if (width[i] > width[widest])
				widest = i;
		}
		if (width[widest] <= NARROW)
			break;
		width[widest]--;
		sum--;
	}
}

/* Columns of the terminal that is printed to; 0 where there is none. */
static size_t terminal_width(struct lg_cli *cli)
{
	struct winsize size;
	int fd = fileno(cli->out);

	if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

int lg_cli_table(struct lg_cli *cli, struct lg_table *table)
{
	size_t rows =
		table->columns > 0 ? table->cell.count / table->columns : 0;
	size_t *width = NULL;
	int code = LG_EXIT_DONE;

	if (table->status == LG_OK && rows > 1)
		width = calloc(table->columns, sizeof(*width));
	if (table->status != LG_OK || (rows > 1 && width == NULL)) {
		code = lg_cli_no_memory(cli);
		goto out;
	}
	if (rows <= 1)
		goto out;
	for (size_t i = 0; i < rows * table->columns; i++) {
		size_t wide = width_of(table->cell.item[i]);

		if (wide > width[i % table->columns])
			width[i % table->columns] = wide;
	}
	if (terminal_width(cli) > 0)
		narrow(width, table->columns, terminal_width(cli));
	lg_cli_progress_end(cli);
	for (size_t row = 0; row < rows && code == LG_EXIT_DONE; row++) {
		if (print_row(cli, table, row, width) != LG_OK)
			code = lg_cli_no_memory(cli);
	}
out:
	free(width);
	lg_strlist_release(&table->cell);
	return code;
}
