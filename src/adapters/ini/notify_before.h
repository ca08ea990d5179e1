/* SPDX-License-Identifier: ISC */
/*
 * notify_before.h - [notify] before: when an end is told of
 *
 * Layer: adapters/ini.
 */
#ifndef LOGONGATE_ADAPTERS_INI_NOTIFY_BEFORE_H
#define LOGONGATE_ADAPTERS_INI_NOTIFY_BEFORE_H

#include "core/settings/settings.h"

#include "adapters/ini/ini_file.h"

/* Comma-separated durations, at most LG_NOTIFY_BEFORE_MAX; "" is none. In
 * place of what was there. */
enum lg_status lg_notify_before_read(const struct lg_ini_item *item,
				     struct lg_notify_before *field,
				     struct lg_error *err);

#endif
