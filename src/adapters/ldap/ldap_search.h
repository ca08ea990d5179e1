/* SPDX-License-Identifier: ISC */
/*
 * ldap_search.h - searches: many at once, page by page, or a single one
 *
 * Layer: adapter ldap.
 * Source: facts/directory.md A: several in flight, answers out of order.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_SEARCH_H
#define LOGONGATE_ADAPTERS_LDAP_SEARCH_H

#include "ldap_connection.h"
#include "ldap_entries.h"

/* What the searches of one run have in common. attribute ends with NULL. */
struct lg_ldap_search {
	struct lg_ldap_connection *connection;
	const char *base;
	int scope;
	char **attribute;
};

static inline const struct lg_strlist *
lg_ldap_login_attributes(const struct lg_ldap_search *search)
{
	return &search->connection->settings->login_attributes;
}

/*
 * The user of a pipeline. ticket is what next gave with a filter.
 *
 * next: 1, and a filter was appended and *out_ticket set; 0, nothing to send
 * now. It is asked again after each done.
 * entry: one entry of the answer; message: the same as it came, instead.
 * done: the answer is complete, with this result code; referred is 1 when the
 * server pointed to another one for a part of it. A status other than LG_OK
 * ends the run.
 * failed: what a result code means, of a search in pages; NULL: that it could
 * not be asked.
 */
struct lg_ldap_pipeline {
	void *context;
	int (*next)(void *context, struct lg_buffer *filter,
		    size_t *out_ticket);
	enum lg_status (*entry)(void *context, size_t ticket,
				const struct lg_ldap_row *row,
				struct lg_error *err);
	enum lg_status (*message)(void *context, LDAPMessage *message,
				  struct lg_error *err);
	enum lg_status (*done)(void *context, size_t ticket, int code,
			       int referred, struct lg_error *err);
	enum lg_status (*failed)(const struct lg_ldap_connection *connection,
				 int code, const char *base,
				 struct lg_error *err);
};

/*
 * Keeps several searches in flight until next has no more. Each answer has
 * timeout_ms from the one before.
 * Returns: LG_OK; LG_ERR_SYNTAX where libldap refuses a filter;
 * LG_ERR_DIRECTORY, LG_ERR_TIMEOUT: the connection is of no more use.
 */
enum lg_status lg_ldap_search_many(const struct lg_ldap_search *search,
				   const struct lg_ldap_pipeline *pipeline,
				   struct lg_error *err);

/*
 * One search in pages, so that a server's limit for one answer is none for us.
 * entry is called with ticket 0, done is not called.
 */
enum lg_status lg_ldap_search_paged(const struct lg_ldap_search *search,
				    const char *filter,
				    const struct lg_ldap_pipeline *pipeline,
				    int *out_referred, struct lg_error *err);

/*
 * One search, waited for. *out_result is freed with ldap_msgfree by the
 * caller, also where size_limit cut it short, which counts as success.
 * size_limit 0: none.
 */
enum lg_status lg_ldap_search_one(const struct lg_ldap_search *search,
				  const char *filter, int size_limit,
				  LDAPMessage **out_result,
				  struct lg_error *err);

/* The values of one attribute of the first entry of a result, which is freed;
 * NULL where it has none. Freed with ldap_value_free_len. */
struct berval **lg_ldap_take_values(const struct lg_ldap_connection *connection,
				    LDAPMessage *result, const char *attribute);

/* The values of one attribute of the entry dn, NULL where it has none; freed
 * with ldap_value_free_len. As lg_ldap_search_one. */
enum lg_status lg_ldap_read_entry(struct lg_ldap_connection *connection,
				  const char *dn, const char *attribute,
				  struct berval ***out_values,
				  struct lg_error *err);

/* Appends a value as it stands in a filter (D4). */
enum lg_status lg_ldap_escape(const char *text, size_t len,
			      struct lg_buffer *out, struct lg_error *err);

#endif
