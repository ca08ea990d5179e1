/* SPDX-License-Identifier: ISC */
/*
 * mapi_client.c - what the headers of a MAPI over HTTP request claim
 *
 * The client version and the kind of request. Parts of a version are 32-bit
 * numbers: clients send more than the 16 bits of the RPC words (contract 7).
 * A header that does not follow its form names no version at all.
 */
#include <string.h>

#include "core/mapi/mapi.h"

#include "base/ascii.h"
#include "base/hex.h"

/*
 * Reads numbers between dots from text; gives how many were read and how many
 * bytes they took. A number over 32 bits or an empty one gives 0.
 */
static size_t parts_read(const char *text, size_t len, uint32_t part[4],
			 size_t *out_used)
{
	size_t pos = 0, count = 0;

	for (;;) {
		uint64_t value = 0;
		size_t digits = 0;

		while (pos < len && text[pos] >= '0' && text[pos] <= '9') {
			value = value * 10 + (uint64_t)(text[pos] - '0');
			if (value > UINT32_MAX)
				return 0;
			pos++;
			digits++;
		}
		if (!digits || count == 4)
			return 0;
		part[count++] = (uint32_t)value;
		if (pos == len || text[pos] != '.')
			break;
		pos++;
	}
	*out_used = pos;
	return count;
}

static int from_application(const char *text, size_t len,
			    struct lg_version *version)
{
	static const char product[] = "outlook/";
	uint32_t part[4];
	size_t used;

	if (!text || !lg_ascii_starts(text, len, product))
		return 0;
	text += sizeof(product) - 1;
	len -= sizeof(product) - 1;
	if (parts_read(text, len, part, &used) != 4 || used != len)
		return 0;
	memcpy(version->part, part, sizeof(part));
	version->known = LG_VERSION_FOUR;
	return 1;
}

/* All of text, three parts or four. */
static int version_read(const char *text, size_t len,
			struct lg_version *version)
{
	uint32_t part[4] = {0};
	size_t used = 0;
	size_t count = parts_read(text, len, part, &used);

	if (count < 3 || used != len)
		return 0;
	memcpy(version->part, part, sizeof(part));
	version->known = count == 4 ? LG_VERSION_FOUR : LG_VERSION_THREE;
	return 1;
}

/* One comment item, "Microsoft Outlook 16.0.10417". */
static int from_item(const char *text, size_t len, struct lg_version *version)
{
	static const char *const product[] = {"microsoft outlook ", "mapi "};

	for (size_t i = 0; i < sizeof(product) / sizeof(product[0]); i++) {
		size_t skip = strlen(product[i]);

		if (lg_ascii_starts(text, len, product[i]))
			return version_read(text + skip, len - skip, version);
	}
	return 0;
}

/* "MAPICPL 16.0.14334", which has no parentheses. */
static int from_product(const char *text, size_t len,
			struct lg_version *version)
{
	static const char product[] = "mapicpl ";
	const char *blank;

	if (!lg_ascii_starts(text, len, product))
		return 0;
	blank = memchr(text + sizeof(product) - 1, ' ',
		       len - (sizeof(product) - 1));
	return version_read(text + sizeof(product) - 1,
			    blank ? (size_t)(blank - text) -
					    (sizeof(product) - 1)
				  : len - (sizeof(product) - 1),
			    version);
}

static int from_agent(const char *text, size_t len, struct lg_version *version)
{
	const char *end, *item, *stop;

	if (!text || !len)
		return 0;
	if (from_product(text, len, version))
		return 1;
	item = memchr(text, '(', len);
	if (!item)
		return 0;
	item++;
	end = memchr(item, ')', (size_t)(text + len - item));
	if (!end)
		end = text + len;
	while (item < end) {
		stop = memchr(item, ';', (size_t)(end - item));
		if (!stop)
			stop = end;
		while (item < stop && *item == ' ')
			item++;
		if (from_item(item, (size_t)(stop - item), version))
			return 1;
		item = stop < end ? stop + 1 : end;
	}
	return 0;
}

int lg_mapi_client_version(const char *x_client_application, size_t xca_len,
			   const char *user_agent, size_t ua_len,
			   struct lg_version *out_version)
{
	memset(out_version, 0, sizeof(*out_version));
	return from_application(x_client_application, xca_len, out_version) ||
	       from_agent(user_agent, ua_len, out_version);
}

enum lg_mapi_request lg_mapi_request_kind(const char *request_type, size_t len)
{
	/* MS-OXCMAPIHTTP 2.2.5: the request types of the address book. */
	static const char *const address_book[] = {
		"bind",
		"unbind",
		"comparemids",
		"dntomid",
		"getmatches",
		"getproplist",
		"getprops",
		"getspecialtable",
		"gettemplateinfo",
		"modlinkatt",
		"modprops",
		"querycolumns",
		"queryrows",
		"resolvenames",
		"resortrestriction",
		"seekentries",
		"updatestat",
		"getmailboxurl",
		"getaddressbookurl",
	};
	static const char *const session[] = {"execute", "notificationwait"};
	const char *text = request_type;

	lg_ascii_trim(&text, &len);
	if (!len)
		return LG_MAPI_REQUEST_NONE;
	if (lg_ascii_is(text, len, "connect"))
		return LG_MAPI_REQUEST_CONNECT;
	if (lg_ascii_is(text, len, "disconnect"))
		return LG_MAPI_REQUEST_DISCONNECT;
	if (lg_ascii_is(text, len, "ping"))
		return LG_MAPI_REQUEST_PING;
	for (size_t i = 0; i < sizeof(session) / sizeof(session[0]); i++)
		if (lg_ascii_is(text, len, session[i]))
			return LG_MAPI_REQUEST_SESSION;
	for (size_t i = 0; i < sizeof(address_book) / sizeof(address_book[0]);
	     i++)
		if (lg_ascii_is(text, len, address_book[i]))
			return LG_MAPI_REQUEST_ADDRESS_BOOK;
	return LG_MAPI_REQUEST_OTHER;
}

int lg_mapi_path_is_address_book(const char *path, size_t len)
{
	static const char book[] = "/mapi/nspi";
	size_t pos = 0, at = 0;

	while (pos < len && path[pos] != '?') {
		int c = (unsigned char)path[pos];
		size_t used = 1;

		if (c == '%') {
			c = len - pos < 3 ? -1 : lg_hex_byte(path + pos + 1);
			if (c < 0)
				return 0;
			used = 3;
		}
		if (at < sizeof(book) - 1 &&
		    lg_ascii_lower((char)c) == book[at])
			at++;
		else if (c != '/' || (at > 1 && at < sizeof(book) - 1))
			return 0;
		pos += used;
	}
	return at == sizeof(book) - 1;
}
