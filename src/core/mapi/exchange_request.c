/* SPDX-License-Identifier: ISC */
/*
 * exchange_request.c - naming the service and the client of an HTTP request
 *
 * Paths are compared from their start without regard to ASCII case, as IIS
 * does, after runs of slashes are taken for one. A client is named by the
 * Office comment of its User-Agent or by the first product in it.
 */
#include <string.h>

#include "base/ascii.h"

#include "core/mapi/exchange_request.h"

/* Whether the path begins with lower; "//" counts as "/". */
static int begins(const char *path, size_t len, const char *lower)
{
	size_t i = 0;

	for (; *lower; lower++, i++) {
		while (i && i < len && path[i] == '/' && path[i - 1] == '/')
			i++;
		if (i == len || lg_ascii_lower(path[i]) != *lower)
			return 0;
	}
	return 1;
}

static int ends(const char *path, size_t len, const char *lower)
{
	size_t want = strlen(lower);

	return len >= want && lg_ascii_is(path + len - want, want, lower);
}

enum lg_exchange_service lg_exchange_service(const char *target, size_t len)
{
	static const struct {
		const char *prefix;
		enum lg_exchange_service service;
	} known[] = {
		{"/mapi/emsmdb", LG_EXCHANGE_MAPI_EMSMDB},
		{"/mapi/nspi", LG_EXCHANGE_MAPI_NSPI},
		{"/rpc/", LG_EXCHANGE_RPC_HTTP},
		{"/ews/", LG_EXCHANGE_EWS},
		{"/owa", LG_EXCHANGE_OWA},
		{"/microsoft-server-activesync", LG_EXCHANGE_ACTIVESYNC},
		{"/autodiscover/", LG_EXCHANGE_AUTODISCOVER},
		{"/oab/", LG_EXCHANGE_OAB},
	};
	const char *query = len ? memchr(target, '?', len) : NULL;
	size_t i;

	if (query)
		len = (size_t)(query - target);
	if (ends(target, len, "/healthcheck.htm"))
		return LG_EXCHANGE_HEALTH;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (begins(target, len, known[i].prefix))
			return known[i].service;
	return LG_EXCHANGE_OTHER;
}

const char *lg_exchange_service_name(enum lg_exchange_service service)
{
	switch (service) {
	case LG_EXCHANGE_OTHER:
		break;
	case LG_EXCHANGE_MAPI_EMSMDB:
		return "mapi-emsmdb";
	case LG_EXCHANGE_MAPI_NSPI:
		return "mapi-nspi";
	case LG_EXCHANGE_HEALTH:
		return "health";
	case LG_EXCHANGE_RPC_HTTP:
		return "rpc-http";
	case LG_EXCHANGE_EWS:
		return "ews";
	case LG_EXCHANGE_OWA:
		return "owa";
	case LG_EXCHANGE_ACTIVESYNC:
		return "activesync";
	case LG_EXCHANGE_AUTODISCOVER:
		return "autodiscover";
	case LG_EXCHANGE_OAB:
		return "oab";
	}
	return "other";
}

static int is_product_end(char c)
{
	return c == '/' || c == ' ' || c == '(' || c == ';';
}

void lg_exchange_client(const char *user_agent, size_t len,
			struct lg_exchange_client *out_client)
{
	struct lg_exchange_client client = {0};
	struct lg_version version;
	size_t name = 0, end;

	if (!user_agent)
		len = 0;
	if (lg_mapi_client_version(NULL, 0, user_agent, len, &client.version)) {
		client.name.text = "Outlook";
		client.name.len = strlen("Outlook");
		*out_client = client;
		return;
	}
	while (name < len && !is_product_end(user_agent[name]))
		name++;
	if (name) {
		client.name.text = user_agent;
		client.name.len = name;
	}
	if (name < len && user_agent[name] == '/') {
		for (end = name + 1; end < len; end++)
			if (is_product_end(user_agent[end]))
				break;
		if (lg_version_parse(user_agent + name + 1, end - name - 1,
				     &version, NULL) == LG_OK)
			client.version = version;
	}
	*out_client = client;
}
