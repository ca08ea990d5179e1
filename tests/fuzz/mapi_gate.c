/* SPDX-License-Identifier: ISC */
/*
 * A MAPI over HTTP request under a lock by name and by client: whoever is
 * admitted for a store logon named the listed DN, and what is refused has an
 * answer.
 * Shape: one byte of flags, then headers between NULs (type, application,
 * length, encoding, user), then the body.
 */
#include <string.h>
#include <strings.h>

#include <logongate/dn.h>
#include "core/mapi/mapi_gate.h"

#include "demand.h"

#define LISTED "/o=O/ou=S/cn=Recipients/cn=u"

static struct lg_policy *policy_make(void)
{
	struct lg_policy_layer layer = {.facts = LG_FACTS_ALL_FOUND};
	const struct lg_policy_input input = {
		.dialect = LG_DIALECT_GATE, .layer = &layer, .layer_count = 1};
	struct lg_registry *values = NULL;
	struct lg_policy *policy = NULL;
	struct lg_strlist list = {0};

	demand(lg_registry_new(&values, NULL) == LG_OK);
	demand(lg_strlist_add(&list, LISTED, strlen(LISTED), NULL) == LG_OK);
	demand(lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
				    LG_VALUE_LOGON_ONLY_AS, &list,
				    NULL) == LG_OK);
	demand(lg_registry_set_text(values, LG_KEY_PARAMETERS_SYSTEM,
				    LG_VALUE_WHEN_INVALID, "closed",
				    NULL) == LG_OK);
	demand(lg_registry_set_text(values, LG_KEY_PARAMETERS_SYSTEM,
				    LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
				    "evil.exe", NULL) == LG_OK);
	layer.values = values;
	demand(lg_policy_compile(&input, &policy, NULL, NULL) == LG_OK);
	lg_strlist_release(&list);
	lg_registry_free(&values);
	return policy;
}

/* The text up to the next NUL; absent where nothing is left. */
static struct lg_mapi_text next_text(const uint8_t **p, const uint8_t *end)
{
	struct lg_mapi_text text = {0};
	const uint8_t *nul =
		*p < end ? memchr(*p, 0, (size_t)(end - *p)) : NULL;

	if (!nul)
		return text;
	text.text = (const char *)*p;
	text.len = (size_t)(nul - *p);
	*p = nul + 1;
	return text;
}

static int is_listed(struct lg_mapi_text dn)
{
	return lg_dn_equal(dn.text, dn.len, LISTED, strlen(LISTED));
}

static void hold(const struct lg_mapi_http *request,
		 const struct lg_mapi_judgement *j)
{
	static struct lg_mapi_scratch scratch;
	struct lg_mapi_connect connect;
	size_t i;

	demand((j->decision.verdict == LG_ADMIT) ==
	       (j->way == LG_MAPI_WAY_ADMIT || j->way == LG_MAPI_WAY_NOT_MAPI));
	if (j->way != LG_MAPI_WAY_ADMIT)
		return;
	demand(j->request == LG_MAPI_REQUEST_CONNECT ||
	       j->request == LG_MAPI_REQUEST_DISCONNECT ||
	       j->request == LG_MAPI_REQUEST_ADDRESS_BOOK);
	if (j->request != LG_MAPI_REQUEST_CONNECT || !request->body_len)
		return;
	demand(lg_mapi_connect_parse(request->body, request->body_len, &scratch,
				     &connect) == LG_MAPI_SOUND);
	demand(is_listed(connect.user_dn));
	for (i = 0; i < connect.aux.process_count; i++)
		demand(strcasecmp(connect.aux.process[i].text, "evil.exe"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lg_mapi_scratch scratch;
	static struct lg_policy *policy;
	const uint8_t *p = data + 1, *end = data + size;
	struct lg_mapi_http request = {.body_size = -1};
	struct lg_mapi_judgement j;

	if (!policy)
		policy = policy_make();
	if (!size)
		return 0;
	request.request_type_count = data[0] & 3;
	request.also_http = data[0] >> 2 & 1;
	request.request_type = next_text(&p, end);
	request.application = next_text(&p, end);
	request.content_length = next_text(&p, end);
	request.content_encoding = next_text(&p, end);
	/* Nobody is listed by name here, so a name must open nothing. */
	request.user = next_text(&p, end);
	if (!(data[0] & 8))
		request.content_length.text = NULL;
	if (!(data[0] & 16))
		request.content_encoding.text = NULL;
	request.body = p;
	request.body_len = (size_t)(end - p);
	lg_mapi_judge(policy, &request, NULL, &scratch, &j);
	hold(&request, &j);
	return 0;
}
