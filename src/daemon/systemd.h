/* SPDX-License-Identifier: ISC */
/*
 * systemd.h - the two dozen lines of libsystemd that a gate needs
 *
 * Layer: daemon.
 * Source: sd_listen_fds(3), sd_notify(3); facts/enforcement 6.
 */
#ifndef LOGONGATE_DAEMON_SYSTEMD_H
#define LOGONGATE_DAEMON_SYSTEMD_H

#include <stddef.h>

#define SYSTEMD_FD_FIRST 3
#define SYSTEMD_NAME_MAX 256

/* How many sockets were passed, from SYSTEMD_FD_FIRST on; they get CLOEXEC and
 * O_NONBLOCK, and the environment forgets them. names keeps LISTEN_FDNAMES. */
int systemd_listen_fds(char *out_names, size_t size);

/* The name of the nth socket into out_name, "" where it has none. */
void systemd_fd_name(const char *names, int nth,
		     char out_name[SYSTEMD_NAME_MAX]);

/* 1 when systemd wants to hear "WATCHDOG=1" from this process (WatchdogSec). */
int systemd_is_watching(void);

/* 1 when systemd keeps sockets for the next process (FileDescriptorStoreMax=;
 * before 254 the unit has to say so itself, FDSTORE=). */
int systemd_keeps(void);

/* Tells NOTIFY_SOCKET where there is one. Never waits. */
void systemd_notify(const char *text);

/* The same, with a copy of a descriptor; -1: none. */
void systemd_notify_with(const char *text, int fd);

#endif
