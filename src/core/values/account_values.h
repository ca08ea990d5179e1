/* SPDX-License-Identifier: ISC */
/*
 * account_values.h - accounts' protocolSettings as values of a target
 *
 * Layer: core.
 * Flow: a directory is a target like a server: plan computes these values,
 * adapters/ldap reads and writes them, app/change/servers backs up and
 * compares.
 * Source: conformance I2.
 *
 * One value an account: named by its entry, a REG_MULTI_SZ of what it has. An
 * attribute has no order, so they stand sorted. An account without any has no
 * value.
 */
#ifndef LOGONGATE_CORE_VALUES_ACCOUNT_VALUES_H
#define LOGONGATE_CORE_VALUES_ACCOUNT_VALUES_H

#include <logongate/registry.h>

/* No server reads this key: a back-up that regedit imports changes nothing. */
#define LG_KEY_ACCOUNTS                                                        \
	LG_KEY_HIVE "\\SOFTWARE\\logongate\\directory\\protocolSettings"

/*
 * Sets what one account has; an empty list takes its value away.
 * Returns: LG_OK; LG_ERR_SYNTAX, a text is not UTF-8; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_account_values_set(struct lg_registry *registry,
				     const char *entry,
				     const struct lg_strlist *settings,
				     struct lg_error *err);

/* 1 where the value (NULL: none) has this text. */
int lg_account_values_has(const struct lg_value *value, const char *text);

#endif
