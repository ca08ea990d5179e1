/* SPDX-License-Identifier: ISC */
/*
 * machine_change.c - this machine, as setting its servers up changes it
 */
#include "adapters/system/machine_change.h"
#include "adapters/system/secret_file.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "adapters/system/atomic_file.h"
#include "adapters/system/program.h"

/* systemd ends a service that does not stop after 90 s. */
#define PROGRAM_TIMEOUT_MS 150000
#define SECRET_BYTES 24
#define GROUPS_MAX 256

static enum lg_status make_folders(const char *path, struct lg_error *err)
{
	char *folder = strdup(path);
	enum lg_status status = LG_OK;

	if (folder == NULL)
		return lg_no_memory(err);
	for (char *at = folder + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
			status = lg_error_set(err, LG_ERR_IO, folder, "%s",
					      strerror(errno));
			break;
		}
		*at = '/';
	}
	free(folder);
	return status;
}

/* A new file is 0600 and root's until it is what it shall be. */
static enum lg_status give_away(const struct lg_new_file *file,
				struct lg_error *err)
{
	const struct passwd *owner;

	if (file->owner != NULL) {
		owner = getpwnam(file->owner);
		if (owner == NULL)
			return lg_error_set(err, LG_ERR_IO, file->path,
					    "there is no user %s to own it",
					    file->owner);
		if (chown(file->path, owner->pw_uid, owner->pw_gid) != 0)
			return lg_error_set(err, LG_ERR_IO, file->path, "%s",
					    strerror(errno));
	}
	if (chmod(file->path, file->mode) != 0)
		return lg_error_set(err, LG_ERR_IO, file->path, "%s",
				    strerror(errno));
	return LG_OK;
}

static enum lg_status write_file(void *self, const struct lg_new_file *file,
				 struct lg_error *err)
{
	int is_new = access(file->path, F_OK) != 0;
	enum lg_status status = make_folders(file->path, err);

	if (status == LG_OK)
		status = lg_atomic_file_replace(file->path, file->bytes,
						file->len, err);
	if (status == LG_OK && is_new) {
		status = give_away(file, err);
		if (status != LG_OK)
			unlink(file->path);
	}
	return status;
}

static enum lg_status remove_file(void *self, const char *path,
				  struct lg_error *err)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return LG_OK;
	return lg_error_set(err, LG_ERR_IO, path, "%s", strerror(errno));
}

static enum lg_status remove_folder(void *self, const char *path,
				    struct lg_error *err)
{
	if (rmdir(path) == 0 || errno == ENOENT || errno == ENOTEMPTY ||
	    errno == EEXIST)
		return LG_OK;
	return lg_error_set(err, LG_ERR_IO, path, "%s", strerror(errno));
}

static enum lg_status run(void *self, const char *const argv[],
			  struct lg_buffer *out_text, int *out_exit,
			  struct lg_error *err)
{
	const char *own = getenv("LOGONGATE_SYSTEMCTL");
	const char *words[16];
	size_t count = 0;

	if (own == NULL || strcmp(argv[0], "systemctl") != 0)
		return lg_program_ran(argv, PROGRAM_TIMEOUT_MS, out_text,
				      out_exit, err);
	for (; argv[count] != NULL && count < 15; count++)
		words[count] = count == 0 ? own : argv[count];
	words[count] = NULL;
	return lg_program_ran(words, PROGRAM_TIMEOUT_MS, out_text, out_exit,
			      err);
}

static int is_member(void *self, const char *user, const char *group)
{
	const struct passwd *who = getpwnam(user);
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX;
	const struct group *wanted;

	if (who == NULL || getgrouplist(user, who->pw_gid, groups, &count) < 0)
		return 1;
	wanted = getgrnam(group);
	for (int i = 0; wanted != NULL && i < count; i++) {
		if (groups[i] == wanted->gr_gid)
			return 1;
	}
	return wanted == NULL;
}

static enum lg_status owner(void *self, const char *path,
			    struct lg_buffer *out_name, struct lg_error *err)
{
	const struct passwd *user;
	struct stat file;

	if (stat(path, &file) != 0 || (user = getpwuid(file.st_uid)) == NULL)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, path,
				    "is not there, or has no owner");
	lg_buffer_text(out_name, user->pw_name);
	return lg_buffer_status(out_name, err);
}

static enum lg_status secret(void *self, struct lg_buffer *out_text,
			     struct lg_error *err)
{
	return lg_secret_make(SECRET_BYTES, out_text, err);
}

static int has_init(void *self)
{
	return getenv("LOGONGATE_SYSTEMCTL") != NULL ||
	       access("/run/systemd/system", F_OK) == 0;
}

static void wait_ms(void *self, unsigned int ms)
{
	struct timespec left = {ms / 1000, (long)(ms % 1000) * 1000000};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

struct lg_change lg_change_here(void)
{
	return (struct lg_change){.write = write_file,
				  .remove = remove_file,
				  .remove_folder = remove_folder,
				  .run = run,
				  .is_member = is_member,
				  .owner = owner,
				  .secret = secret,
				  .has_init = has_init,
				  .wait = wait_ms};
}
