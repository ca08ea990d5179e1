/* SPDX-License-Identifier: ISC */
/*
 * The lists of accounts that values hold, and what they come to.
 */
#include <string.h>

#include "core/policy/policy_lists.h"

int lg_policy_text_is_blank(const char *text)
{
	while (lg_policy_is_blank(*text))
		text++;
	return !*text;
}

enum lg_list_state lg_policy_list_state(const struct lg_policy_values *values)
{
	struct lg_name_walk walk;
	const char *first;

	if (!values->single && !values->dn && !values->user)
		return LG_LIST_ABSENT;
	walk = lg_policy_values_users(values);
	if (lg_name_walk_next(&walk))
		return LG_LIST_NAMES;
	walk = lg_policy_values_dns(values);
	first = lg_name_walk_next(&walk);
	if (!first)
		return LG_LIST_BLANK;
	if (strcmp(first, "0") == 0 && !lg_name_walk_next(&walk))
		return LG_LIST_ZERO;
	return LG_LIST_NAMES;
}

int lg_policy_concerns_some(const struct lg_policy_values *values)
{
	return values->concerned_dn || values->concerned_user ||
	       values->concerned_domain;
}

struct lg_name_walk lg_policy_values_dns(const struct lg_policy_values *values)
{
	return (struct lg_name_walk){values->dn, values->single, 0};
}

struct lg_name_walk
lg_policy_values_users(const struct lg_policy_values *values)
{
	return (struct lg_name_walk){values->user, NULL, 0};
}

const char *lg_name_walk_next(struct lg_name_walk *walk)
{
	const char *text = walk->single;

	walk->single = NULL;
	if (text && !lg_policy_text_is_blank(text))
		return text;
	while (walk->list && walk->next < walk->list->count) {
		text = walk->list->item[walk->next++];
		if (!lg_policy_text_is_blank(text))
			return text;
	}
	return NULL;
}
