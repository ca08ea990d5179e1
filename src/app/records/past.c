/* SPDX-License-Identifier: ISC */
/*
 * past.c - the logons of the past under a policy of the future
 *
 * Each line that would be refused becomes a group of its own; sorting puts the
 * same ones side by side and folds them, so that a week of a million logons
 * costs one sort. Before that, a line that is the same as the last one is
 * folded at once, which is what most lines are.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/version.h>

#include "base/listed.h"
#include "base/grow.h"
#include "app/records/json_member.h"
#include "app/records/past.h"

static int compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare(const void *left, const void *right)
{
	const struct lg_past_group *a = left, *b = right;
	int order = compare_text(a->user, b->user);

	if (order == 0)
		order = compare_text(a->dn, b->dn);
	if (order == 0)
		order = compare_text(a->client, b->client);
	if (order == 0)
		order = compare_text(a->version, b->version);
	if (order == 0)
		order = compare_text(a->door, b->door);
	if (order == 0)
		order = (int)a->protocol - (int)b->protocol;
	if (order == 0)
		order = (int)a->decision.rule - (int)b->decision.rule;
	if (order == 0)
		order = (int)a->decision.reason - (int)b->decision.reason;
	return order;
}

static int most_first(const void *left, const void *right)
{
	const struct lg_past_group *a = left, *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return compare(left, right);
}

static void fold(struct lg_past_group *into, const struct lg_past_group *group)
{
	into->count += group->count;
	if (group->last_s > into->last_s)
		into->last_s = group->last_s;
}

static enum lg_status append(struct lg_past *past,
			     const struct lg_past_group *group,
			     struct lg_error *err)
{
	struct lg_past_group copy = *group;
	const char **const text[] = {&copy.user, &copy.dn, &copy.client,
				     &copy.version, &copy.door};
	enum lg_status status;

	status = lg_grow(&past->group, &past->capacity, past->count,
			 sizeof(*past->group), err);
	for (size_t i = 0;
	     i < sizeof(text) / sizeof(text[0]) && status == LG_OK; i++)
		if (*text[i] != NULL)
			status = lg_list_keep(&past->arena, *text[i],
					      strlen(*text[i]), text[i], err);
	if (status == LG_OK)
		past->group[past->count++] = copy;
	return status;
}

static struct lg_attempt attempt_of(const struct lg_logon *logon)
{
	struct lg_attempt attempt = {.dn = logon->dn,
				     .user = logon->user,
				     .process = logon->process,
				     .protocol = logon->protocol};

	if (logon->dn != NULL)
		attempt.dn_len = strlen(logon->dn);
	if (logon->user != NULL)
		attempt.user_len = strlen(logon->user);
	if (logon->process != NULL)
		attempt.process_len = strlen(logon->process);
	if (logon->version != NULL)
		lg_version_parse(logon->version, strlen(logon->version),
				 &attempt.version, NULL);
	return attempt;
}

enum lg_status lg_past_add(struct lg_past *past, const struct lg_policy *policy,
			   const struct lg_logon *logon, struct lg_error *err)
{
	struct lg_attempt attempt = attempt_of(logon);
	struct lg_past_group group = {
		.user = logon->user,
		.dn = logon->dn,
		.client = logon->client,
		.version = logon->version,
		.door = logon->door,
		.protocol = logon->protocol,
		.decision = lg_policy_decide(policy, &attempt),
		.count = logon->count > 0 ? logon->count : 1,
		.last_s = logon->last_s > logon->at_s ? logon->last_s
						      : logon->at_s,
	};
	enum lg_status status = LG_OK;

	if (group.decision.verdict == LG_REFUSE) {
		if (past->count > 0 &&
		    compare(&past->group[past->count - 1], &group) == 0)
			fold(&past->group[past->count - 1], &group);
		else
			status = append(past, &group, err);
		if (status == LG_OK)
			past->refused += group.count;
	}
	if (status == LG_OK)
		past->logons += group.count;
	return status;
}

void lg_past_sort(struct lg_past *past)
{
	size_t kept = 0;

	if (past->count == 0)
		return;
	qsort(past->group, past->count, sizeof(*past->group), compare);
	for (size_t i = 1; i < past->count; i++) {
		if (compare(&past->group[kept], &past->group[i]) == 0)
			fold(&past->group[kept], &past->group[i]);
		else
			past->group[++kept] = past->group[i];
	}
	past->count = kept + 1;
	qsort(past->group, past->count, sizeof(*past->group), most_first);
}

cJSON *lg_past_object(const struct lg_past *past)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *who = cJSON_CreateArray();

	lg_json_number(object, "logons", (int64_t)past->logons);
	lg_json_number(object, "refused", (int64_t)past->refused);
	for (size_t i = 0; i < past->count; i++) {
		const struct lg_past_group *group = &past->group[i];
		cJSON *item = cJSON_CreateObject();

		lg_json_text(item, "user", group->user);
		lg_json_text(item, "dn", group->dn);
		lg_json_text(item, "client",
			     group->client != NULL ? group->client
						   : group->version);
		lg_json_text(item, "door", group->door);
		lg_json_text(item, "protocol",
			     group->protocol == LG_PROTOCOL_UNKNOWN
				     ? NULL
				     : lg_protocol_name(group->protocol));
		lg_json_text(item, "reason",
			     lg_reason_name(group->decision.reason));
		lg_json_text(item, "rule", lg_rule_name(group->decision.rule));
		lg_json_number(item, "count", (int64_t)group->count);
		lg_json_time(item, "last", group->last_s);
		lg_json_append(who, item);
	}
	lg_json_add(object, "who", who);
	return object;
}

void lg_past_release(struct lg_past *past)
{
	free(past->group);
	lg_strlist_release(&past->arena);
	*past = (struct lg_past){0};
}
