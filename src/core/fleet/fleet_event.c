/* SPDX-License-Identifier: ISC */
/*
 * One table in the order of RFC 8785 says which members a body has; writing
 * and reading walk it alike. Reading expects each byte that writing would have
 * put there, so a body that reads is canonical, and no second parser can see
 * anything else in it. Numbers are whole and at most 2^53 - 1 (RFC 8785 3.2.2.3
 * then writes them as plain digits).
 */
#include "core/fleet/fleet_event.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

#include "core/fleet/canonical_json.h"

enum type {
	TYPE_TEXT = 0,
	TYPE_TEXT_OR_NULL,
	TYPE_NUMBER,
	TYPE_BOOL,
	TYPE_LIST,
	TYPE_KIND,
	TYPE_LOCK,
	TYPE_VERSION
};

#define ALL ((1u << LG_FLEET_KIND_COUNT) - 1)
#define OF_PREPARE (1u << LG_FLEET_PREPARE)
#define OF_EXTEND (1u << LG_FLEET_EXTEND)
#define OF_KEY (1u << LG_FLEET_KEY)
#define AT(member) offsetof(struct lg_fleet_event, member)

static const struct member {
	const char *name;
	enum type type;
	unsigned int kinds;
	size_t offset;
	int64_t bound; /* the least of a number, the most of a list */
} members[] = {
	{"at", TYPE_NUMBER, ALL, AT(at_ms), 0},
	{"base", TYPE_TEXT, ALL, AT(base), 0},
	{"by", TYPE_TEXT_OR_NULL, ALL, AT(by), 0},
	{"confirm_within_s", TYPE_NUMBER, OF_PREPARE, AT(confirm_within_s), 0},
	{"count", TYPE_NUMBER, ALL, AT(count), 0},
	{"grace_s", TYPE_NUMBER, OF_PREPARE, AT(grace_s), 0},
	{"groups", TYPE_LIST, OF_PREPARE, AT(groups), LG_FLEET_GROUPS_MAX},
	{"key", TYPE_TEXT, ALL, AT(key), 0},
	{"kind", TYPE_KIND, ALL, AT(kind), 0},
	{"lists", TYPE_LIST, OF_PREPARE, AT(lists), LG_FLEET_BODY_LIMIT},
	{"lock", TYPE_LOCK, ALL, AT(lock), 0},
	{"max_duration_s", TYPE_NUMBER, OF_PREPARE, AT(max_duration_s), -1},
	{"name", TYPE_TEXT, OF_KEY, AT(name), 0},
	{"number", TYPE_NUMBER, ALL, AT(number), 1},
	{"profile", TYPE_TEXT, OF_PREPARE, AT(profile), 0},
	{"public", TYPE_TEXT, OF_KEY, AT(public_key), 0},
	{"ready_by", TYPE_NUMBER, OF_PREPARE, AT(ready_by_ms), 1},
	{"reason", TYPE_TEXT_OR_NULL, OF_PREPARE, AT(reason), 0},
	{"replace", TYPE_BOOL, OF_PREPARE, AT(replaces), 0},
	{"revoked", TYPE_BOOL, OF_KEY, AT(revoked), 0},
	{"starts", TYPE_NUMBER, OF_PREPARE, AT(starts_s), 0},
	{"until", TYPE_NUMBER, OF_PREPARE | OF_EXTEND, AT(until_s), 1},
	{"v", TYPE_VERSION, ALL, 0, 1},
	{"values", TYPE_TEXT, OF_PREPARE, AT(values), 0},
	{"variables", TYPE_TEXT_OR_NULL, OF_PREPARE, AT(variables), 0},
};
#define MEMBER_COUNT (sizeof(members) / sizeof(members[0]))

static const char *const kind_names[LG_FLEET_KIND_COUNT] = {
	"prepare", "begin", "extend", "confirm", "lift", "abort", "key"};

const char *lg_fleet_kind_name(enum lg_fleet_kind kind)
{
	return kind_names[kind];
}

int lg_fleet_kind_from_name(const char *name, size_t len,
			    enum lg_fleet_kind *out_kind)
{
	for (int i = 0; i < LG_FLEET_KIND_COUNT; i++) {
		if (strlen(kind_names[i]) != len ||
		    memcmp(kind_names[i], name, len))
			continue;
		*out_kind = (enum lg_fleet_kind)i;
		return 1;
	}
	return 0;
}

static enum lg_status render_list(const struct lg_strlist *list,
				  struct lg_buffer *out, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	lg_buffer_char(out, '[');
	for (size_t i = 0; i < list->count && status == LG_OK; i++) {
		if (i)
			lg_buffer_char(out, ',');
		status = lg_canonical_text(out, list->item[i], err);
	}
	lg_buffer_char(out, ']');
	return status;
}

static enum lg_status render_member(const struct lg_fleet_event *event,
				    const struct member *member,
				    struct lg_buffer *out, struct lg_error *err)
{
	const char *at = (const char *)event + member->offset;
	const char *text = NULL;

	switch (member->type) {
	case TYPE_TEXT:
	case TYPE_TEXT_OR_NULL:
		text = *(const char *const *)(const void *)at;
		if (text)
			return lg_canonical_text(out, text, err);
		if (member->type == TYPE_TEXT)
			return lg_error_set(err, LG_ERR_BUG, NULL,
					    "an event without %s",
					    member->name);
		lg_buffer_text(out, "null");
		return LG_OK;
	case TYPE_NUMBER:
		return lg_canonical_number(
			out, *(const int64_t *)(const void *)at, err);
	case TYPE_BOOL:
		lg_buffer_text(out, *(const int *)(const void *)at ? "true"
								   : "false");
		return LG_OK;
	case TYPE_LIST:
		return render_list((const void *)at, out, err);
	case TYPE_KIND:
		return lg_canonical_text(out, lg_fleet_kind_name(event->kind),
					 err);
	case TYPE_LOCK:
		return lg_canonical_text(out, event->lock, err);
	case TYPE_VERSION:
		lg_buffer_char(out, '1');
		return LG_OK;
	}
	return LG_OK;
}

enum lg_status lg_fleet_event_render(const struct lg_fleet_event *event,
				     struct lg_buffer *out_body,
				     struct lg_error *err)
{
	size_t begin = out_body->len;
	enum lg_status status = LG_OK;
	const char *before = "{";

	for (size_t i = 0; i < MEMBER_COUNT && status == LG_OK; i++) {
		if (!(members[i].kinds & 1u << event->kind))
			continue;
		lg_buffer_format(out_body, "%s\"%s\":", before,
				 members[i].name);
		before = ",";
		status = render_member(event, &members[i], out_body, err);
	}
	lg_buffer_char(out_body, '}');
	if (status == LG_OK)
		status = lg_buffer_status(out_body, err);
	if (status == LG_OK && out_body->len - begin > LG_FLEET_BODY_LIMIT)
		status = lg_error_set(
			err, LG_ERR_LIMIT, NULL,
			"the lock is %zu bytes long and an entry of the fleet "
			"holds %zu; name accounts by allow_filter or filter, "
			"which each gate asks for itself, in place of lists",
			out_body->len - begin, LG_FLEET_BODY_LIMIT);
	return status;
}

static enum lg_status read_list(struct lg_canonical *body,
				const struct member *member,
				struct lg_strlist *list, struct lg_error *err)
{
	enum lg_status status = lg_canonical_expect(body, "[", err);
	const char *text = NULL;

	if (status != LG_OK || lg_canonical_skip(body, "]"))
		return status;
	do {
		if ((int64_t)list->count == member->bound)
			return lg_error_set(
				err, LG_ERR_LIMIT, NULL, "more than %lld %s",
				(long long)member->bound, member->name);
		status = lg_canonical_read_text(body, list, &text, err);
	} while (status == LG_OK && lg_canonical_skip(body, ","));
	return status != LG_OK ? status : lg_canonical_expect(body, "]", err);
}

static enum lg_status read_lock(struct lg_canonical *body,
				struct lg_fleet_event *event,
				struct lg_error *err)
{
	const char *text = NULL;
	enum lg_status status =
		lg_canonical_read_text(body, &event->arena, &text, err);

	if (status != LG_OK)
		return status;
	if (event->kind == LG_FLEET_KEY
		    ? strcmp(text, LG_FLEET_LOCK_OF_KEYS) != 0
		    : !lg_fleet_is_lock(text, strlen(text)))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "lock is not the id of a lock");
	memcpy(event->lock, text, strlen(text) + 1);
	return LG_OK;
}

static enum lg_status read_number(struct lg_canonical *body,
				  const struct member *member, int64_t *out,
				  struct lg_error *err)
{
	enum lg_status status = lg_canonical_read_number(body, out, err);

	if (status == LG_OK && *out < member->bound)
		status = lg_error_set(err, LG_ERR_RANGE, NULL,
				      "%s is less than %lld", member->name,
				      (long long)member->bound);
	return status;
}

static enum lg_status read_member(struct lg_canonical *body,
				  const struct member *member,
				  struct lg_fleet_event *event,
				  struct lg_error *err)
{
	char *at = (char *)event + member->offset;

	switch (member->type) {
	case TYPE_TEXT_OR_NULL:
		if (lg_canonical_skip(body, "null"))
			return LG_OK;
		return lg_canonical_read_text(body, &event->arena,
					      (const char **)(void *)at, err);
	case TYPE_TEXT:
		return lg_canonical_read_text(body, &event->arena,
					      (const char **)(void *)at, err);
	case TYPE_NUMBER:
		return read_number(body, member, (int64_t *)(void *)at, err);
	case TYPE_BOOL:
		if (lg_canonical_skip(body, "true")) {
			*(int *)(void *)at = 1;
			return LG_OK;
		}
		return lg_canonical_expect(body, "false", err);
	case TYPE_LIST:
		return read_list(body, member, (void *)at, err);
	case TYPE_KIND:
		lg_canonical_skip(body, "\"");
		if (!lg_canonical_skip(body, lg_fleet_kind_name(event->kind)))
			return lg_error_set(err, LG_ERR_SYNTAX, NULL,
					    "the body is not of the kind %s",
					    lg_fleet_kind_name(event->kind));
		return lg_canonical_expect(body, "\"", err);
	case TYPE_LOCK:
		return read_lock(body, event, err);
	case TYPE_VERSION:
		if (lg_canonical_skip(body, "1"))
			return LG_OK;
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "written by a newer logongate; update this "
				    "gate");
	}
	return LG_OK;
}

/* What the members together must be. */
static enum lg_status check(const struct lg_fleet_event *event,
			    struct lg_error *err)
{
	if (!lg_fleet_is_name(event->key, strlen(event->key)))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "key is not the name of a key");
	if (event->kind == LG_FLEET_KEY &&
	    !lg_fleet_is_name(event->name, strlen(event->name)))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "name is not the name of a key");
	for (size_t i = 0; i < event->groups.count; i++)
		if (!*event->groups.item[i])
			return lg_error_set(err, LG_ERR_SYNTAX, NULL,
					    "a group without a name");
	return LG_OK;
}

enum lg_status lg_fleet_event_parse(enum lg_fleet_kind kind, const char *body,
				    size_t len,
				    struct lg_fleet_event **out_event,
				    struct lg_error *err)
{
	struct lg_canonical at = {body, body + len};
	struct lg_fleet_event *event = NULL;
	enum lg_status status = LG_OK;
	const char *before = "{";

	if (len > LG_FLEET_BODY_LIMIT)
		return lg_error_set(err, LG_ERR_LIMIT, NULL,
				    "longer than %zu bytes",
				    LG_FLEET_BODY_LIMIT);
	event = calloc(1, sizeof(*event));
	if (!event)
		return lg_no_memory(err);
	event->kind = kind;
	for (size_t i = 0; i < MEMBER_COUNT && status == LG_OK; i++) {
		const struct member *member = &members[i];

		if (!(member->kinds & 1u << kind))
			continue;
		status = lg_canonical_expect(&at, before, err);
		before = ",";
		if (status == LG_OK)
			status = lg_canonical_read_name(&at, member->name, err);
		if (status == LG_OK)
			status = read_member(&at, member, event, err);
	}
	if (status == LG_OK)
		status = lg_canonical_expect(&at, "}", err);
	if (status == LG_OK && at.at != at.end)
		status = lg_error_set(err, LG_ERR_SYNTAX, NULL,
				      "something follows the body");
	if (status == LG_OK)
		status = check(event, err);
	if (status == LG_OK) {
		*out_event = event;
		event = NULL;
	}
	lg_fleet_event_free(&event);
	return status;
}

void lg_fleet_event_free(struct lg_fleet_event **event)
{
	if (!*event)
		return;
	lg_strlist_release(&(*event)->groups);
	lg_strlist_release(&(*event)->lists);
	lg_strlist_release(&(*event)->arena);
	free(*event);
	*event = NULL;
}

void lg_fleet_event_name(const struct lg_fleet_event *event,
			 struct lg_buffer *out_name)
{
	lg_buffer_format(out_name, "%s.%lld.%s", event->lock,
			 (long long)event->number, event->key);
}

int lg_fleet_is_lock(const char *text, size_t len)
{
	return len == 15 && !memcmp(text, "lg-", 3) &&
	       strspn(text + 3, LG_HEX_DIGITS) == 12;
}
