/* SPDX-License-Identifier: ISC */
/*
 * systemd_windows.h - which windows systemd knows, and how they went
 *
 * Layer: adapters/system.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_SYSTEMD_WINDOWS_H
#define LOGONGATE_ADAPTERS_SYSTEM_SYSTEMD_WINDOWS_H

#include <logongate/buffer.h>
#include <logongate/strlist.h>

/* 1 where systemd runs this machine, or SYSTEMD_UNIT_PATH says where units
 * go. */
int lg_systemd_runs(void);

/* Appends the folder where an administrator's units lie. */
void lg_systemd_unit_dir(struct lg_buffer *out_path);

/* The names of all windows, sorted. */
enum lg_status lg_systemd_windows(struct lg_strlist *out_names,
				  struct lg_error *err);

/* Appends a property of a window's unit, kind "timer" or "service", as
 * systemctl shows it. */
enum lg_status lg_systemd_window_says(const char *name, const char *kind,
				      const char *property,
				      struct lg_buffer *out_said);

/* 1 where systemd says that the window failed when it came last: it did not
 * lock, or its command failed. */
int lg_systemd_window_failed(const char *name);

#endif
