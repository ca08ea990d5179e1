/* SPDX-License-Identifier: ISC */
/*
 * output.c - printing results and what went wrong
 *
 * Results go to stdout, everything else to stderr. Progress is one line that
 * is drawn over itself, at most ten times a second, and wiped before anything
 * else is printed to the same terminal.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"

#include "adapters/system/steady.h"
#include "cli/text/failed.h"
#include "cli/output.h"

struct lg_cli_meter {
	int64_t drawn_ms;
	int on_screen;
};

static const char *const colours[] = {
	[LG_PLAIN] = "",         [LG_BOLD] = "\033[1m",
	[LG_DIM] = "\033[2m",    [LG_RED] = "\033[1;31m",
	[LG_GREEN] = "\033[32m", [LG_YELLOW] = "\033[33m",
};

enum lg_exit lg_cli_exit(enum lg_status status)
{
	switch (status) {
	case LG_OK:
		return LG_EXIT_DONE;
	case LG_ERR_SYNTAX:
	case LG_ERR_RANGE:
	case LG_ERR_LIMIT:
	case LG_ERR_UNKNOWN_KEY:
	case LG_ERR_CONFLICT:
	case LG_ERR_IO:
		return LG_EXIT_INVALID;
	case LG_ERR_DIRECTORY:
	case LG_ERR_TIMEOUT:
		return LG_EXIT_DIRECTORY;
	case LG_ERR_DENIED:
		return LG_EXIT_DENIED;
	case LG_ERR_NO_MEMORY:
	case LG_ERR_BUG:
		return LG_EXIT_SOFTWARE;
	}
	return LG_EXIT_SOFTWARE;
}

int lg_cli_fail_as(struct lg_cli *cli, enum lg_exit code,
		   const struct lg_error *err)
{
	lg_cli_progress_end(cli);
	fflush(cli->out);
	if (err->place[0] != '\0')
		fprintf(cli->err, "logongate: %s: %s\n", err->place, err->text);
	else
		fprintf(cli->err, "logongate: %s\n", err->text);
	lg_cli_failed(cli, code, err);
	return (int)code;
}

int lg_cli_fail(struct lg_cli *cli, const struct lg_error *err)
{
	return lg_cli_fail_as(cli, lg_cli_exit(err->status), err);
}

/* What a format makes of its arguments, as an error text: lg_error_set cleans
 * it of control characters. */
__attribute__((format(printf, 3, 0))) static void say(struct lg_error *err,
						      const char *place,
						      const char *format,
						      va_list arguments)
{
	char *text = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	lg_error_set(err, LG_ERR_CONFLICT, place, "%s",
		     text != NULL ? text : "out of memory");
	free(text);
}

int lg_cli_say(struct lg_cli *cli, enum lg_exit code, const char *place,
	       const char *format, ...)
{
	struct lg_error err;
	va_list arguments;

	va_start(arguments, format);
	say(&err, place, format, arguments);
	va_end(arguments);
	return lg_cli_fail_as(cli, code, &err);
}

int lg_cli_no_memory(struct lg_cli *cli)
{
	return lg_cli_say(cli, LG_EXIT_SOFTWARE, NULL, "out of memory");
}

int lg_cli_usage(struct lg_cli *cli, const char *format, ...)
{
	struct lg_error err;
	va_list arguments;

	va_start(arguments, format);
	say(&err, NULL, format, arguments);
	va_end(arguments);
	lg_cli_fail_as(cli, LG_EXIT_USAGE, &err);
	if (cli->command != NULL)
		fprintf(cli->err, "usage: logongate %s%s%s\n",
			cli->command->name,
			cli->command->operands[0] != '\0' ? " " : "",
			cli->command->operands);
	fprintf(cli->err, "see: logongate%s%s --help\n",
		cli->command != NULL ? " " : "",
		cli->command != NULL ? cli->command->name : "");
	return LG_EXIT_USAGE;
}

void lg_cli_clean(const char *text, struct lg_buffer *out)
{
	size_t left = strlen(text), used;
	int32_t c;

	for (; left > 0; text += used, left -= used) {
		used = lg_utf8_next(text, left, &c);
		if (c < 0)
			lg_buffer_text(out, LG_UTF8_REPLACEMENT);
		else if (lg_is_control(c))
			lg_buffer_char(out, '?');
		else
			lg_buffer_append(out, text, used);
	}
}

int lg_cli_json(struct lg_cli *cli, cJSON *object)
{
	struct lg_buffer line = {0};
	struct lg_error err;
	int code = LG_EXIT_DONE;

	if (lg_json_print(object, &line, &err) != LG_OK) {
		code = lg_cli_fail(cli, &err);
	} else {
		lg_cli_progress_end(cli);
		fwrite(line.data, 1, line.len, cli->out);
		putc('\n', cli->out);
		cli->has_printed = 1;
	}
	lg_buffer_release(&line);
	return code;
}

void lg_cli_print(struct lg_cli *cli, enum lg_colour colour, const char *format,
		  ...)
{
	int coloured = cli->colour_out && colour != LG_PLAIN;
	va_list arguments;

	lg_cli_progress_end(cli);
	if (coloured)
		fputs(colours[colour], cli->out);
	va_start(arguments, format);
	vfprintf(cli->out, format, arguments);
	va_end(arguments);
	if (coloured)
		fputs("\033[0m", cli->out);
}

void lg_cli_text(struct lg_cli *cli, const char *text)
{
	struct lg_buffer clean = {0};

	lg_cli_clean(text, &clean);
	lg_cli_progress_end(cli);
	if (clean.len > 0)
		fwrite(clean.data, 1, clean.len, cli->out);
	lg_buffer_release(&clean);
}

void lg_cli_line(struct lg_cli *cli, enum lg_colour colour, const char *before,
		 const char *text)
{
	lg_cli_print(cli, colour, "%s", before);
	lg_cli_text(cli, text);
	putc('\n', cli->out);
}

static void step(void *context, const char *what, uint64_t done, uint64_t total)
{
	struct lg_cli *cli = context;
	int64_t now_ms = lg_steady_ms();

	if (now_ms - cli->meter->drawn_ms < 100)
		return;
	cli->meter->drawn_ms = now_ms;
	cli->meter->on_screen = 1;
	if (total > 0)
		fprintf(cli->err, "\r\033[K%s %llu of %llu (%llu %%)", what,
			(unsigned long long)done, (unsigned long long)total,
			(unsigned long long)(done * 100 / total));
	else
		fprintf(cli->err, "\r\033[K%s %llu", what,
			(unsigned long long)done);
	fflush(cli->err);
}

struct lg_progress lg_cli_progress(struct lg_cli *cli)
{
	struct lg_progress progress = {0};

	if (!cli->progress)
		return progress;
	if (cli->meter == NULL)
		cli->meter = calloc(1, sizeof(*cli->meter));
	if (cli->meter == NULL)
		return progress;
	/* What is over in a moment needs no meter. */
	cli->meter->drawn_ms = lg_steady_ms() + 200;
	progress.context = cli;
	progress.step = step;
	return progress;
}

void lg_cli_progress_end(struct lg_cli *cli)
{
	if (cli->meter != NULL && cli->meter->on_screen) {
		fputs("\r\033[K", cli->err);
		fflush(cli->err);
		cli->meter->on_screen = 0;
	}
}

void lg_text_span(int64_t seconds, struct lg_buffer *out_text)
{
	long long days = (long long)(seconds / 86400);
	int hours = (int)(seconds / 3600 % 24);
	int minutes = (int)(seconds / 60 % 60);
	int rest = (int)(seconds % 60);

	if (days > 0)
		lg_buffer_format(out_text, hours > 0 ? "%lld d %d h" : "%lld d",
				 days, hours);
	else if (hours > 0)
		lg_buffer_format(out_text, minutes > 0 ? "%d h %d min" : "%d h",
				 hours, minutes);
	else if (minutes > 0)
		lg_buffer_format(out_text, rest > 0 ? "%d min %d s" : "%d min",
				 minutes, rest);
	else
		lg_buffer_format(out_text, "%d s", rest);
}

void lg_text_ago(int64_t now_s, int64_t time_s, struct lg_buffer *out_text)
{
	if (time_s > now_s) {
		lg_buffer_text(out_text, "in ");
		lg_text_span(time_s - now_s, out_text);
	} else if (time_s < now_s) {
		lg_text_span(now_s - time_s, out_text);
		lg_buffer_text(out_text, " ago");
	} else {
		lg_buffer_text(out_text, "now");
	}
}

void lg_text_clock(int64_t now_s, int64_t time_s, struct lg_buffer *out_text)
{
	time_t now = (time_t)now_s, at = (time_t)time_s;
	struct tm today, tm;
	char text[64];

	if (localtime_r(&now, &today) == NULL || localtime_r(&at, &tm) == NULL)
		return;
	if (today.tm_year == tm.tm_year && today.tm_yday == tm.tm_yday) {
		if (strftime(text, sizeof(text), "%H:%M:%S", &tm) > 0)
			lg_buffer_text(out_text, text);
	} else if (strftime(text, sizeof(text), "%a %d %b %H:%M", &tm) > 0) {
		lg_buffer_text(out_text, text);
	}
}
