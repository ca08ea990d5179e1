/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder with a smb.conf that libsmbclient reads instead of the machine's
 * and the user's.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <logongate/buffer.h>

#include "winreg/smbconf.h"

static int remove_one(const char *path, const struct stat *info, int kind,
		      struct FTW *walk)
{
	return remove(path);
}

void smbconf_remove(char **folder)
{
	if (*folder)
		nftw(*folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(*folder);
	*folder = NULL;
}

static void write_conf(const char *folder, int smb1, struct lg_buffer *text)
{
	static const char *const folders[] = {
		"private dir",     "lock directory",
		"state directory", "cache directory",
		"pid directory",   "ncalrpc dir",
		"usershare path",  "winbindd socket directory"};
	const char *least = smb1 ? "NT1" : "SMB2_02";

	lg_buffer_text(text, "[global]\n");
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		lg_buffer_format(text, "\t%s = %s\n", folders[i], folder);
	lg_buffer_format(text,
			 "\tclient min protocol = %s\n"
			 "\tclient ipc min protocol = %s\n"
			 "\tclient max protocol = SMB3\n"
			 "\tclient ipc max protocol = SMB3\n"
			 "\tclient signing = required\n"
			 "\tclient ipc signing = required\n"
			 "\tclient lanman auth = no\n"
			 "\tclient plaintext auth = no\n"
			 "\tclient ntlmv2 auth = yes\n"
			 "\tname resolve order = host\n"
			 "\tlog level = 0\n"
			 "\tlog file = /dev/null\n",
			 least, least);
}

enum lg_status smbconf_make(int smb1, char **out_folder, struct lg_error *err)
{
	const char *top = getenv("TMPDIR");
	char *folder = NULL;
	struct lg_buffer path = {0};
	struct lg_buffer text = {0};
	enum lg_status status;
	ssize_t written;
	int fd = -1;

	lg_buffer_format(&path, "%s/logongate-winreg.XXXXXX",
			 top && *top ? top : "/tmp");
	status = lg_buffer_take(&path, &folder, err);
	if (status != LG_OK)
		goto out;
	if (!mkdtemp(folder)) {
		status = lg_error_set(err, LG_ERR_IO, folder, "%s",
				      strerror(errno));
		free(folder);
		folder = NULL;
		goto out;
	}
	/* The library looks for $HOME/.smb/smb.conf before all others. */
	lg_buffer_format(&path, "%s/.smb", folder);
	status = lg_buffer_status(&path, err);
	if (status != LG_OK)
		goto out;
	if (mkdir(path.data, 0700) != 0 || setenv("HOME", folder, 1) != 0)
		goto io;
	lg_buffer_text(&path, "/smb.conf");
	write_conf(folder, smb1, &text);
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = lg_buffer_status(&path, err);
	if (status != LG_OK)
		goto out;
	if (setenv("SMB_CONF_PATH", path.data, 1) != 0)
		goto io;
	fd = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		goto io;
	written = write(fd, text.data, text.len);
	if (written == (ssize_t)text.len)
		goto out;
io:
	status = lg_error_set(err, LG_ERR_IO, path.data, "%s", strerror(errno));
out:
	if (fd >= 0)
		close(fd);
	if (status != LG_OK)
		smbconf_remove(&folder);
	else
		*out_folder = folder;
	lg_buffer_release(&text);
	lg_buffer_release(&path);
	return status;
}
