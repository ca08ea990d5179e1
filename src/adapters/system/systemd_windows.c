/* SPDX-License-Identifier: ISC */
/*
 * systemd_windows.c - which windows systemd knows, and how they went
 *
 * They lie in the first folder of SYSTEMD_UNIT_PATH where that is set, as
 * systemd itself looks there, else in /etc/systemd/system.
 */
#include "adapters/system/systemd_windows.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/system/durable.h"
#include "adapters/system/program.h"

#define UNIT_DIR "/etc/systemd/system"
#define PREFIX "logongate-window@"
#define SUFFIX ".timer.d"
#define SYSTEMCTL_MS 30000

void lg_systemd_unit_dir(struct lg_buffer *out)
{
	const char *path = getenv("SYSTEMD_UNIT_PATH");

	if (path != NULL && *path != '\0' && *path != ':')
		lg_buffer_append(out, path, strcspn(path, ":"));
	else
		lg_buffer_text(out, UNIT_DIR);
}

int lg_systemd_runs(void)
{
	const char *path = getenv("SYSTEMD_UNIT_PATH");
	struct stat info;

	return (path != NULL && *path != '\0') ||
	       lstat("/run/systemd/system", &info) == 0;
}

static int is_ours(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 &&
	       len > strlen(PREFIX) + strlen(SUFFIX) &&
	       strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

enum lg_status lg_systemd_windows(struct lg_strlist *out_names,
				  struct lg_error *err)
{
	struct dirent **entry = NULL;
	struct lg_buffer path = {0};
	enum lg_status status;
	int count = 0;

	lg_systemd_unit_dir(&path);
	status = lg_buffer_status(&path, err);
	if (status == LG_OK) {
		count = scandir(path.data, &entry, is_ours, alphasort);
		if (count < 0 && errno != ENOENT)
			status = lg_errno_set(path.data, "cannot be read", err);
	}
	for (int i = 0; i < count; i++) {
		const char *name = entry[i]->d_name + strlen(PREFIX);

		if (status == LG_OK)
			status = lg_strlist_add(out_names, name,
						strlen(name) - strlen(SUFFIX),
						err);
		free(entry[i]);
	}
	free(entry);
	lg_buffer_release(&path);
	return status;
}

enum lg_status lg_systemd_window_says(const char *name, const char *kind,
				      const char *property,
				      struct lg_buffer *out_said)
{
	struct lg_buffer unit = {0};
	enum lg_status status;

	lg_buffer_format(&unit, "logongate-window@%s.%s", name, kind);
	status = lg_buffer_status(&unit, NULL);
	if (status == LG_OK) {
		const char *const argv[] = {
			"env",        "TZ=UTC0",          "systemctl",
			"show",       "--timestamp=unix", "--value",
			"--property", property,           unit.data,
			NULL};

		status = lg_program_output(argv, SYSTEMCTL_MS, out_said, NULL);
	}
	lg_buffer_release(&unit);
	return status;
}

int lg_systemd_window_failed(const char *name)
{
	static const char failed[] = "failed";
	struct lg_buffer said = {0};
	int has_failed = lg_systemd_window_says(name, "service", "ActiveState",
						&said) == LG_OK &&
			 said.len >= sizeof(failed) - 1 &&
			 memcmp(said.data, failed, sizeof(failed) - 1) == 0;

	lg_buffer_release(&said);
	return has_failed;
}
