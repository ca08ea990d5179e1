/* SPDX-License-Identifier: ISC */
/*
 * policy_lists.h - what the lists among the values come to
 *
 * Layer: core, private to policy_values.c.
 */
#ifndef LOGONGATE_CORE_POLICY_POLICY_LISTS_H
#define LOGONGATE_CORE_POLICY_POLICY_LISTS_H

#include "core/policy/policy_values.h"

static inline int lg_policy_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

int lg_policy_text_is_blank(const char *text);
enum lg_list_state lg_policy_list_state(const struct lg_policy_values *values);
int lg_policy_concerns_some(const struct lg_policy_values *values);

#endif
