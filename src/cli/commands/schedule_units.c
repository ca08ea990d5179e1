/* SPDX-License-Identifier: ISC */
/*
 * schedule_units.c - the drop-ins of schedules in the folder of systemd
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"

#include "adapters/system/atomic_file.h"
#include "adapters/system/durable.h"
#include "adapters/system/systemd_windows.h"
#include "cli/commands/schedule.h"

#define PREFIX "logongate-window@"

static void put_folder(const char *name, const char *kind,
		       struct lg_buffer *out)
{
	lg_systemd_unit_dir(out);
	lg_buffer_format(out, "/" PREFIX "%s.%s.d", name, kind);
}

static enum lg_status put_path(const char *name, const char *kind,
			       struct lg_buffer *out, struct lg_error *err)
{
	put_folder(name, kind, out);
	lg_buffer_text(out, "/schedule.conf");
	return lg_buffer_status(out, err);
}

enum lg_status lg_schedule_read(const char *name, const char *kind,
				struct lg_buffer *out_text,
				struct lg_error *err)
{
	struct lg_buffer path = {0};
	enum lg_status status = put_path(name, kind, &path, err);

	if (status == LG_OK && access(path.data, F_OK) != 0 && errno == ENOENT)
		status = lg_error_set(err, LG_ERR_UNKNOWN_KEY, NULL,
				      "there is no schedule %s", name);
	if (status == LG_OK)
		status = lg_file_read(path.data, out_text, err);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status write_one(const char *name, const char *kind,
				const struct lg_buffer *text,
				struct lg_error *err)
{
	struct lg_buffer path = {0};
	enum lg_status status;

	put_folder(name, kind, &path);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK && mkdir(path.data, 0755) != 0 && errno != EEXIST)
		status = lg_errno_set(path.data, "cannot be made", err);
	lg_buffer_text(&path, "/schedule.conf");
	if (status == LG_OK)
		status = lg_buffer_status(&path, err);
	if (status == LG_OK)
		status = lg_atomic_file_replace(path.data, text->data,
						text->len, err);
	/* systemctl cat is for everybody; there is no secret in it. */
	if (status == LG_OK && chmod(path.data, 0644) != 0)
		status = lg_errno_set(path.data, "mode", err);
	lg_buffer_release(&path);
	return status;
}

static enum lg_status delete_one(const char *name, const char *kind,
				 struct lg_error *err)
{
	struct lg_buffer path = {0};
	enum lg_status status = put_path(name, kind, &path, err);

	if (status == LG_OK && unlink(path.data) != 0 && errno != ENOENT)
		status = lg_errno_set(path.data, "cannot be removed", err);
	if (status == LG_OK) {
		/* What somebody else put there stays. */
		*strrchr(path.data, '/') = '\0';
		rmdir(path.data);
	}
	lg_buffer_release(&path);
	return status;
}

enum lg_status lg_schedule_write(const char *name,
				 const struct lg_buffer *timer,
				 const struct lg_buffer *service,
				 struct lg_error *err)
{
	enum lg_status status = write_one(name, "service", service, err);

	if (status == LG_OK)
		status = write_one(name, "timer", timer, err);
	if (status != LG_OK)
		lg_schedule_delete(name, NULL);
	return status;
}

enum lg_status lg_schedule_delete(const char *name, struct lg_error *err)
{
	enum lg_status status = delete_one(name, "timer", err);

	return status == LG_OK ? delete_one(name, "service", err) : status;
}

/* "@1900000000", or "Sun 2026-12-06 02:00:00 UTC", as systemd 252 and 257 say
 * it whatever --timestamp asks for. */
static int64_t read_next(const char *said)
{
	const char *digit = said + strcspn(said, "0123456789");
	char text[] = "2026-12-06 02:00:00Z";
	int64_t next_s = 0;

	if (said[0] == '@')
		return strtoll(said + 1, NULL, 10);
	if (strlen(digit) < sizeof(text) - 1 || strstr(digit, " UTC") == NULL)
		return 0;
	memcpy(text, digit, sizeof(text) - 2);
	return lg_instant_parse(text, sizeof(text) - 1, &next_s, NULL) == LG_OK
		       ? next_s
		       : 0;
}

int64_t lg_schedule_next(const char *name)
{
	struct lg_buffer said = {0};
	int64_t next_s = 0;

	if (lg_systemd_window_says(name, "timer", "NextElapseUSecRealtime",
				   &said) == LG_OK &&
	    said.len > 1)
		next_s = read_next(said.data);
	lg_buffer_release(&said);
	return next_s;
}
