/* SPDX-License-Identifier: ISC */
/*
 * owner.h - whose files below state_dir are
 *
 * Layer: adapter system.
 * Flow: whatever is made below state_dir passes through lg_owner_adopt, so
 * that what root's commands write can be read by the gate's user.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_OWNER_H
#define LOGONGATE_ADAPTERS_SYSTEM_OWNER_H

/*
 * Opens a folder below another one, or makes it. No link is followed: root
 * writes there, and others may have made it. dir -1: name is a path, of which
 * the last part is no link.
 * Returns: a descriptor, or -1 with errno set.
 */
int lg_owner_open_folder(int dir, const char *name);
int lg_owner_make_folder(int dir, const char *name);

/*
 * Gives what was just made, open at fd, to the owner of the folder open at
 * dir, where this process may, and the rights that the folder gives: what the
 * folder's group may not enter, it may not read.
 * Returns: 0, or -1 with errno set.
 */
int lg_owner_adopt(int fd, int dir);

#endif
