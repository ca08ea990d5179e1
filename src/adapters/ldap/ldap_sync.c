/* SPDX-License-Identifier: ISC */
/*
 * ldap_sync.c - the messages of content synchronisation
 *
 * liblber reads the bytes; what it accepts beyond the RFC (an id of another
 * length, bytes after the end) is refused here, because an id that is read
 * wrong would name another entry.
 */
#include "ldap_sync.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum lg_status unreadable(const char *what, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "the directory sent %s that cannot be read", what);
}

enum lg_status lg_ldap_sync_request(const struct berval *cookie,
				    struct berval *out_value,
				    struct lg_error *err)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	enum lg_status status = LG_OK;
	int code;

	if (!ber)
		return lg_no_memory(err);
	if (cookie && cookie->bv_len > 0)
		code = ber_printf(ber, "{eOb}", LDAP_SYNC_REFRESH_AND_PERSIST,
				  cookie, 0);
	else
		code = ber_printf(ber, "{eb}", LDAP_SYNC_REFRESH_AND_PERSIST,
				  0);
	if (code < 0 || ber_flatten2(ber, out_value, 1) < 0)
		status = lg_no_memory(err);
	ber_free(ber, 1);
	return status;
}

void lg_ldap_sync_forget_sid(struct berval *cookie)
{
	static const char sid[] = "sid=";
	const size_t len = sizeof(sid) - 1;

	for (size_t at = 0; at + len <= cookie->bv_len; at++) {
		size_t end = at + len;

		if ((at > 0 && cookie->bv_val[at - 1] != ',') ||
		    memcmp(cookie->bv_val + at, sid, len) != 0)
			continue;
		while (end < cookie->bv_len && cookie->bv_val[end] != ',')
			end++;
		if (end < cookie->bv_len)
			end++;
		memmove(cookie->bv_val + at, cookie->bv_val + end,
			cookie->bv_len - end);
		cookie->bv_len -= end - at;
		return;
	}
}

static BerElement *reader(const struct berval *value)
{
	struct berval bytes = *value;

	return bytes.bv_len > 0 ? ber_init(&bytes) : NULL;
}

/* An optional cookie. */
static int read_cookie(BerElement *ber, struct berval *cookie)
{
	ber_len_t len;

	if (ber_peek_tag(ber, &len) != LDAP_TAG_SYNC_COOKIE)
		return 1;
	return ber_scanf(ber, "o", cookie) != LBER_ERROR;
}

static int is_over(BerElement *ber)
{
	ber_len_t left = 0;

	ber_get_option(ber, LBER_OPT_BER_REMAINING_BYTES, &left);
	return left == 0;
}

static int has_more(BerElement *ber)
{
	return !is_over(ber);
}

/* A BOOLEAN, where there is one. */
static int read_flag(BerElement *ber, int *flag)
{
	ber_int_t value;
	ber_len_t len;

	if (!has_more(ber) || ber_peek_tag(ber, &len) != LBER_BOOLEAN)
		return 1;
	if (ber_scanf(ber, "b", &value) == LBER_ERROR)
		return 0;
	*flag = value != 0;
	return 1;
}

enum lg_status lg_ldap_sync_state_parse(const struct berval *value,
					struct lg_ldap_sync_state *out_state,
					struct lg_error *err)
{
	struct lg_ldap_sync_state read = {0};
	struct berval uuid = {0, NULL};
	BerElement *ber = reader(value);
	ber_int_t state = -1;
	enum lg_status status = LG_OK;

	if (!ber || ber_scanf(ber, "{em", &state, &uuid) == LBER_ERROR ||
	    uuid.bv_len != sizeof(read.uuid) || state < LDAP_SYNC_PRESENT ||
	    state > LDAP_SYNC_DELETE || !read_cookie(ber, &read.cookie) ||
	    !is_over(ber)) {
		status = unreadable("the state of an entry", err);
	} else {
		read.state = (int)state;
		memcpy(read.uuid, uuid.bv_val, sizeof(read.uuid));
		*out_state = read;
		read.cookie.bv_val = NULL;
	}
	ber_memfree(read.cookie.bv_val);
	if (ber)
		ber_free(ber, 1);
	return status;
}

/* SET OF UUID: a copy, id after id. */
static enum lg_status read_ids(BerElement *ber, struct lg_ldap_sync_info *info,
			       struct lg_error *err)
{
	char *end = NULL;
	ber_len_t len = 0;
	ber_len_t left = 0;
	size_t most;

	ber_get_option(ber, LBER_OPT_BER_REMAINING_BYTES, &left);
	/* Each id has a tag and a length before it. */
	most = (size_t)left / (LG_LDAP_SYNC_UUID_SIZE + 2) + 1;
	info->uuid = malloc(most * LG_LDAP_SYNC_UUID_SIZE);
	if (!info->uuid)
		return lg_no_memory(err);
	for (ber_tag_t tag = ber_first_element(ber, &len, &end);
	     tag != LBER_DEFAULT; tag = ber_next_element(ber, &len, end)) {
		struct berval id;

		if (info->count == most ||
		    ber_scanf(ber, "m", &id) == LBER_ERROR ||
		    id.bv_len != LG_LDAP_SYNC_UUID_SIZE)
			return unreadable("a list of entries", err);
		memcpy(info->uuid + info->count * LG_LDAP_SYNC_UUID_SIZE,
		       id.bv_val, LG_LDAP_SYNC_UUID_SIZE);
		info->count++;
	}
	return LG_OK;
}

static int said_of(ber_tag_t tag, enum lg_ldap_sync_said *out_said)
{
	switch (tag) {
	case LDAP_TAG_SYNC_NEW_COOKIE:
		*out_said = LG_LDAP_SYNC_NEW_COOKIE;
		return 1;
	case LDAP_TAG_SYNC_REFRESH_DELETE:
		*out_said = LG_LDAP_SYNC_REFRESH_DELETE;
		return 1;
	case LDAP_TAG_SYNC_REFRESH_PRESENT:
		*out_said = LG_LDAP_SYNC_REFRESH_PRESENT;
		return 1;
	case LDAP_TAG_SYNC_ID_SET:
		*out_said = LG_LDAP_SYNC_ID_SET;
		return 1;
	default:
		return 0;
	}
}

static enum lg_status read_info(BerElement *ber, struct lg_ldap_sync_info *info,
				struct lg_error *err)
{
	ber_tag_t tag = 0;
	ber_len_t len;
	enum lg_status status = LG_OK;

	if (!said_of(ber_peek_tag(ber, &len), &info->said))
		return unreadable("a note", err);
	if (info->said == LG_LDAP_SYNC_NEW_COOKIE) {
		if (ber_scanf(ber, "to", &tag, &info->cookie) == LBER_ERROR)
			return unreadable("a cookie", err);
		return is_over(ber) ? LG_OK : unreadable("a cookie", err);
	}
	/* DEFAULT TRUE */
	info->done = info->said != LG_LDAP_SYNC_ID_SET;
	if (ber_scanf(ber, "t{", &tag) == LBER_ERROR ||
	    (has_more(ber) && !read_cookie(ber, &info->cookie)) ||
	    !read_flag(ber, info->said == LG_LDAP_SYNC_ID_SET ? &info->deletes
							      : &info->done))
		return unreadable("a note", err);
	if (info->said == LG_LDAP_SYNC_ID_SET)
		status = read_ids(ber, info, err);
	if (status == LG_OK && !is_over(ber))
		status = unreadable("a note", err);
	return status;
}

enum lg_status lg_ldap_sync_info_parse(const struct berval *value,
				       struct lg_ldap_sync_info *out_info,
				       struct lg_error *err)
{
	struct lg_ldap_sync_info read = {0};
	BerElement *ber = reader(value);
	enum lg_status status =
		ber ? read_info(ber, &read, err) : unreadable("a note", err);

	if (status == LG_OK)
		*out_info = read;
	else
		lg_ldap_sync_info_release(&read);
	if (ber)
		ber_free(ber, 1);
	return status;
}

void lg_ldap_sync_info_release(struct lg_ldap_sync_info *info)
{
	ber_memfree(info->cookie.bv_val);
	free(info->uuid);
	*info = (struct lg_ldap_sync_info){0};
}

static int number(const char *text, size_t count)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

int64_t lg_ldap_time(const char *text, size_t len)
{
	int part[6];
	static const size_t width[6] = {4, 2, 2, 2, 2, 2};
	struct tm calendar;
	int64_t ms = 0;
	int scale = 100;
	size_t at = 0;

	if (len < 15)
		return 0;
	for (size_t i = 0; i < 6; at += width[i], i++) {
		part[i] = number(text + at, width[i]);
		if (part[i] < 0)
			return 0;
	}
	if (part[0] < 1970 || part[1] < 1 || part[1] > 12 || part[2] < 1 ||
	    part[2] > 31 || part[3] > 23 || part[4] > 59 || part[5] > 60)
		return 0;
	if (text[at] == '.' || text[at] == ',')
		for (at++; at < len && text[at] >= '0' && text[at] <= '9';
		     at++, scale /= 10)
			ms += (text[at] - '0') * scale;
	if (at >= len || text[at] != 'Z')
		return 0;
	calendar = (struct tm){.tm_year = part[0] - 1900,
			       .tm_mon = part[1] - 1,
			       .tm_mday = part[2],
			       .tm_hour = part[3],
			       .tm_min = part[4],
			       .tm_sec = part[5]};
	return (int64_t)timegm(&calendar) * 1000 + ms;
}
