/* SPDX-License-Identifier: ISC */
/*
 * ldap_search.c - searches: many at once, page by page, or a single one
 *
 * A pipeline keeps WINDOW searches in flight and takes messages one by one in
 * whatever order they come; the message id says to which search one belongs.
 * Servers drop a connection with too many waiting requests or a request too
 * long, so the window stays small.
 */
#include "ldap_search.h"

#include <string.h>
#include <strings.h>

#define WINDOW 8
#define PAGE_ENTRIES 500

struct flight {
	int message_id; /* 0: free */
	size_t ticket;
	int referred;
};

struct run {
	const struct lg_ldap_search *search;
	const struct lg_ldap_pipeline *pipeline;
	struct flight flight[WINDOW];
	size_t in_flight;
	struct lg_buffer filter;
	struct lg_error *err;
};

static enum lg_status refused_filter(const char *filter, struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "\"%s\" is not a filter; one looks like "
			    "(&(objectClass=person)(mail=*))",
			    filter);
}

enum lg_status lg_ldap_escape(const char *text, size_t len,
			      struct lg_buffer *out, struct lg_error *err)
{
	char no_text[1] = "";
	struct berval plain = {len, no_text};
	struct berval escaped = {0, NULL};

	if (len > 0)
		plain.bv_val = (char *)(uintptr_t)text;
	if (ldap_bv2escaped_filter_value(&plain, &escaped) != 0)
		return lg_no_memory(err);
	lg_buffer_append(out, escaped.bv_val, escaped.bv_len);
	/* It hands back its argument where nothing needs an escape. */
	if (escaped.bv_val != plain.bv_val)
		ldap_memfree(escaped.bv_val);
	return lg_buffer_status(out, err);
}

/* Fills the window. */
static enum lg_status send_more(struct run *run)
{
	struct lg_ldap_connection *connection = run->search->connection;

	for (size_t i = 0; i < WINDOW; i++) {
		struct flight *flight = &run->flight[i];
		enum lg_status status;
		int code;

		if (flight->message_id != 0)
			continue;
		lg_buffer_clear(&run->filter);
		if (!run->pipeline->next(run->pipeline->context, &run->filter,
					 &flight->ticket))
			return LG_OK;
		status = lg_buffer_status(&run->filter, run->err);
		if (status != LG_OK)
			return status;
		flight->referred = 0;
		code = ldap_search_ext(
			connection->ld, run->search->base, run->search->scope,
			run->filter.data, run->search->attribute, 0, NULL, NULL,
			NULL, LDAP_NO_LIMIT, &flight->message_id);
		if (code == LDAP_FILTER_ERROR)
			return refused_filter(run->filter.data, run->err);
		if (code != LDAP_SUCCESS)
			return lg_ldap_failed(connection, code, "search",
					      run->err);
		run->in_flight++;
	}
	return LG_OK;
}

/*
 * Active Directory names its other partitions in every search from the top of
 * a domain. They hold no accounts.
 */
static int is_partition_without_accounts(const char *uri)
{
	static const char *const names[] = {"DC=ForestDnsZones,",
					    "DC=DomainDnsZones,",
					    "CN=Configuration,"};
	LDAPURLDesc *parts = NULL;
	int found = 0;

	if (ldap_url_parse(uri, &parts) != LDAP_URL_SUCCESS)
		return 0;
	for (size_t i = 0; parts->lud_dn && i < 3; i++)
		if (strncasecmp(parts->lud_dn, names[i], strlen(names[i])) == 0)
			found = 1;
	ldap_free_urldesc(parts);
	return found;
}

static int points_elsewhere(LDAP *ld, LDAPMessage *message)
{
	char **uri = NULL;
	int elsewhere = 0;

	if (ldap_parse_reference(ld, message, &uri, NULL, 0) != LDAP_SUCCESS)
		return 1;
	for (size_t i = 0; uri && uri[i]; i++)
		if (!is_partition_without_accounts(uri[i]))
			elsewhere = 1;
	ldap_memvfree((void **)uri);
	return elsewhere;
}

/* A base that is mistyped is the commonest of mistakes. */
static enum lg_status search_failed(const struct lg_ldap_search *search,
				    int code, struct lg_error *err)
{
	const char *who = search->connection->settings->bind_dn;

	if (code != LDAP_NO_SUCH_OBJECT || !*search->base)
		return lg_ldap_failed(search->connection, code, "search", err);
	return lg_error_set(err, LG_ERR_DIRECTORY, search->connection->uri,
			    "the directory could not be asked: it has no "
			    "\"%s\", or does not show it to %s",
			    search->base, *who ? who : "who has no bind_dn");
}

static enum lg_status result_code(const struct lg_ldap_search *search,
				  LDAPMessage *message, int *out_code,
				  LDAPControl ***out_controls,
				  struct lg_error *err)
{
	int code = ldap_parse_result(search->connection->ld, message, out_code,
				     NULL, NULL, NULL, out_controls, 0);

	return code == LDAP_SUCCESS ? LG_OK
				    : lg_ldap_failed(search->connection, code,
						     "search", err);
}

static enum lg_status give_entry(const struct lg_ldap_search *search,
				 const struct lg_ldap_pipeline *pipeline,
				 size_t ticket, LDAPMessage *message,
				 struct lg_error *err)
{
	struct lg_ldap_row row = {0};
	enum lg_status status;

	if (pipeline->message)
		return pipeline->message(pipeline->context, message, err);
	status = lg_ldap_row_take(&row, search->connection->ld, message, err);
	if (status == LG_OK)
		status = pipeline->entry(pipeline->context, ticket, &row, err);
	lg_ldap_row_release(&row);
	return status;
}

static enum lg_status take_message(struct run *run, LDAPMessage *message)
{
	int id = ldap_msgid(message);
	struct flight *flight = NULL;
	int code;
	enum lg_status status;

	for (size_t i = 0; i < WINDOW && id != 0; i++)
		if (run->flight[i].message_id == id)
			flight = &run->flight[i];
	/* A notice of disconnection, or an answer to nothing asked. */
	if (!flight)
		return lg_ldap_failed(run->search->connection, LDAP_OTHER,
				      "an answer that was not asked for",
				      run->err);
	switch (ldap_msgtype(message)) {
	case LDAP_RES_SEARCH_ENTRY:
		return give_entry(run->search, run->pipeline, flight->ticket,
				  message, run->err);
	case LDAP_RES_SEARCH_REFERENCE:
		if (points_elsewhere(run->search->connection->ld, message))
			flight->referred = 1;
		return LG_OK;
	case LDAP_RES_SEARCH_RESULT:
		status = result_code(run->search, message, &code, NULL,
				     run->err);
		if (status != LG_OK)
			return status;
		flight->message_id = 0;
		run->in_flight--;
		return run->pipeline->done(run->pipeline->context,
					   flight->ticket, code,
					   flight->referred, run->err);
	default:
		return LG_OK;
	}
}

enum lg_status lg_ldap_search_many(const struct lg_ldap_search *search,
				   const struct lg_ldap_pipeline *pipeline,
				   struct lg_error *err)
{
	struct run run = {.search = search, .pipeline = pipeline, .err = err};
	enum lg_status status;

	for (;;) {
		LDAPMessage *message;

		status = send_more(&run);
		if (status != LG_OK || run.in_flight == 0)
			break;
		status = lg_ldap_wait(search->connection, LDAP_RES_ANY,
				      LDAP_MSG_ONE, &message, err);
		if (status != LG_OK)
			break;
		status = take_message(&run, message);
		ldap_msgfree(message);
		if (status != LG_OK)
			break;
	}
	lg_buffer_release(&run.filter);
	return status;
}

/* Reads one page; *cookie is the server's for the next one. */
static enum lg_status take_page(const struct lg_ldap_search *search,
				const struct lg_ldap_pipeline *pipeline,
				int message_id, struct berval *cookie,
				int *out_referred, struct lg_error *err)
{
	LDAP *ld = search->connection->ld;
	int code = LDAP_SUCCESS;
	int more = 1;
	enum lg_status status = LG_OK;

	while (more && status == LG_OK) {
		LDAPMessage *message;
		LDAPControl **controls = NULL;
		LDAPControl *page;
		ber_int_t estimate;

		status = lg_ldap_wait(search->connection, message_id,
				      LDAP_MSG_ONE, &message, err);
		if (status != LG_OK)
			return status;
		if (ldap_msgtype(message) == LDAP_RES_SEARCH_ENTRY) {
			status = give_entry(search, pipeline, 0, message, err);
		} else if (ldap_msgtype(message) == LDAP_RES_SEARCH_REFERENCE) {
			*out_referred |= points_elsewhere(ld, message);
		} else if (ldap_msgtype(message) == LDAP_RES_SEARCH_RESULT) {
			more = 0;
			status = result_code(search, message, &code, &controls,
					     err);
			page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS,
						 controls, NULL);
			if (page)
				ldap_parse_pageresponse_control(
					ld, page, &estimate, cookie);
			ldap_controls_free(controls);
		}
		ldap_msgfree(message);
	}
	if (status != LG_OK)
		ldap_abandon_ext(ld, message_id, NULL, NULL);
	else if (code != LDAP_SUCCESS)
		status = pipeline->failed
				 ? pipeline->failed(search->connection, code,
						    search->base, err)
				 : search_failed(search, code, err);
	return status;
}

enum lg_status lg_ldap_search_paged(const struct lg_ldap_search *search,
				    const char *filter,
				    const struct lg_ldap_pipeline *pipeline,
				    int *out_referred, struct lg_error *err)
{
	LDAP *ld = search->connection->ld;
	struct berval cookie = {0, NULL};
	enum lg_status status;

	*out_referred = 0;
	do {
		LDAPControl *page = NULL;
		LDAPControl *controls[2] = {NULL, NULL};
		int message_id;
		/* Not critical: a server without pages answers in one. */
		int code = ldap_create_page_control(ld, PAGE_ENTRIES, &cookie,
						    0, &page);

		ber_memfree(cookie.bv_val);
		cookie = (struct berval){0, NULL};
		controls[0] = page;
		if (code == LDAP_SUCCESS)
			code = ldap_search_ext(ld, search->base, search->scope,
					       filter, search->attribute, 0,
					       controls, NULL, NULL,
					       LDAP_NO_LIMIT, &message_id);
		if (page)
			ldap_control_free(page);
		if (code == LDAP_FILTER_ERROR)
			return refused_filter(filter, err);
		if (code != LDAP_SUCCESS)
			return lg_ldap_failed(search->connection, code,
					      "search", err);
		status = take_page(search, pipeline, message_id, &cookie,
				   out_referred, err);
	} while (status == LG_OK && cookie.bv_len > 0);
	ber_memfree(cookie.bv_val);
	return status;
}

struct berval **lg_ldap_take_values(const struct lg_ldap_connection *connection,
				    LDAPMessage *result, const char *attribute)
{
	LDAPMessage *entry = ldap_first_entry(connection->ld, result);
	struct berval **values =
		entry ? ldap_get_values_len(connection->ld, entry, attribute)
		      : NULL;

	ldap_msgfree(result);
	return values;
}

enum lg_status lg_ldap_read_entry(struct lg_ldap_connection *connection,
				  const char *dn, const char *attribute,
				  struct berval ***out_values,
				  struct lg_error *err)
{
	char *names[2] = {(char *)(uintptr_t)attribute, NULL};
	const struct lg_ldap_search search = {connection, dn, LDAP_SCOPE_BASE,
					      names};
	LDAPMessage *result = NULL;
	enum lg_status status =
		lg_ldap_search_one(&search, "(objectClass=*)", 0, &result, err);

	if (status == LG_OK)
		*out_values =
			lg_ldap_take_values(connection, result, attribute);
	return status;
}

enum lg_status lg_ldap_search_one(const struct lg_ldap_search *search,
				  const char *filter, int size_limit,
				  LDAPMessage **out_result,
				  struct lg_error *err)
{
	struct timeval timeout = lg_ldap_timeout(search->connection);
	LDAPMessage *result = NULL;
	int code =
		ldap_search_ext_s(search->connection->ld, search->base,
				  search->scope, filter, search->attribute, 0,
				  NULL, NULL, &timeout, size_limit, &result);

	if (code == LDAP_SUCCESS ||
	    (size_limit > 0 && code == LDAP_SIZELIMIT_EXCEEDED)) {
		*out_result = result;
		return LG_OK;
	}
	ldap_msgfree(result);
	return search_failed(search, code, err);
}
