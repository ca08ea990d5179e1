/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smbconf.h - the options of libsmbclient, which are those of a process
 *
 * Layer: winreg.
 * Source: contract 1; facts of what libsmbclient reads.
 */
#ifndef LOGONGATE_WINREG_SMBCONF_H
#define LOGONGATE_WINREG_SMBCONF_H

#include <logongate/error.h>

/*
 * Makes a folder below TMPDIR with a smb.conf in it, and points the
 * environment of this process to it: signing is required, SMB 1 is off unless
 * smb1 is 1.
 * Returns: LG_OK; LG_ERR_IO; LG_ERR_NO_MEMORY. Owns: smbconf_remove.
 */
enum lg_status smbconf_make(int smb1, char **out_folder, struct lg_error *err);
void smbconf_remove(char **folder);

#endif
