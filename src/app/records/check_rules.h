/* SPDX-License-Identifier: ISC */
/*
 * check_rules.h - which answers of `check --explain` are worth a line
 *
 * Layer: app: core.
 */
#ifndef LOGONGATE_APP_RECORDS_CHECK_RULES_H
#define LOGONGATE_APP_RECORDS_CHECK_RULES_H

#include <logongate/policy.h>

/* 1 when a layer's answers but that of break-glass are all "not-set": beside
 * others it need not be shown. */
int lg_rules_say_nothing(const struct lg_rule_answer *answer, size_t count);

#endif
