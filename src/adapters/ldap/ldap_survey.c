/* SPDX-License-Identifier: ISC */
/*
 * ldap_survey.c - what a server says of itself, for settings to be made of
 *
 * The root entry names where entries begin; whether a search there shows
 * anything, and which names it can match, is tried.
 */
#include "ldap_survey.h"

#include <string.h>

#include "ldap_probe.h"
#include "ldap_sigpipe.h"

static int is_here(const char *uri)
{
	return strncmp(uri, "ldap://127.", 11) == 0 ||
	       strncmp(uri, "ldap://[::1]", 12) == 0 ||
	       strncmp(uri, "ldap://localhost", 16) == 0;
}

/* The values of one attribute of the root entry. */
static enum lg_status read_root(struct lg_ldap_connection *connection,
				const char *attribute,
				struct lg_strlist *out_values,
				struct lg_error *err)
{
	struct berval **values = NULL;
	enum lg_status status =
		lg_ldap_read_entry(connection, "", attribute, &values, err);

	for (size_t i = 0; values && values[i] && status == LG_OK; i++)
		status = lg_strlist_add(out_values, values[i]->bv_val,
					values[i]->bv_len, err);
	ldap_value_free_len(values);
	return status;
}

static enum lg_status several(const struct lg_ldap_survey *survey,
			      const char *uri, struct lg_error *err)
{
	struct lg_buffer names = {0};
	enum lg_status status;

	for (size_t i = 0; i < survey->contexts.count; i++)
		lg_buffer_format(&names, "%s%s", i ? "; " : "",
				 survey->contexts.item[i]);
	status = lg_buffer_status(&names, err);
	if (status == LG_OK)
		status = lg_error_set(err, LG_ERR_CONFLICT, uri,
				      names.len ? "has several places where "
						  "entries begin (%s): say "
						  "which with --base"
						: "names no place where "
						  "entries begin%s: say which "
						  "with --base",
				      names.len ? names.data : "");
	lg_buffer_release(&names);
	return status;
}

static enum lg_status find_base(struct lg_ldap_connection *connection,
				const char *base, struct lg_ldap_survey *survey,
				struct lg_error *err)
{
	struct lg_strlist usual = {0};
	enum lg_status status =
		read_root(connection, "namingContexts", &survey->contexts, err);

	if (status == LG_OK && base == NULL)
		status = read_root(connection, "defaultNamingContext", &usual,
				   err);
	if (base == NULL && usual.count)
		base = usual.item[0];
	else if (base == NULL && survey->contexts.count == 1)
		base = survey->contexts.item[0];
	if (status == LG_OK && base == NULL)
		status = several(survey, connection->uri, err);
	if (status == LG_OK) {
		lg_buffer_text(&survey->base, base);
		status = lg_buffer_status(&survey->base, err);
	}
	lg_strlist_release(&usual);
	return status;
}

static enum lg_status find_names(struct lg_ldap_connection *connection,
				 struct lg_ldap_survey *survey,
				 struct lg_error *err)
{
	const struct lg_strlist *login =
		&connection->settings->login_attributes;
	const struct lg_ldap_search search = {connection, survey->base.data,
					      LDAP_SCOPE_SUBTREE, NULL};
	struct lg_ldap_probe probe = {0};
	enum lg_ldap_matchable can = LG_LDAP_UNKNOWN;
	enum lg_status status = lg_ldap_probe_sight(&search, err);

	if (status != LG_OK)
		return status;
	status = lg_ldap_probe_open(&search, &probe, err);
	if (status != LG_OK)
		return status;
	survey->is_active_directory = probe.active_directory;
	for (size_t i = 0; i < login->count && status == LG_OK; i++) {
		status = lg_ldap_probe_attribute(&probe, login->item[i], &can,
						 err);
		if (status == LG_OK && can == LG_LDAP_MATCHABLE)
			status = lg_strlist_add(&survey->login, login->item[i],
						strlen(login->item[i]), err);
	}
	if (status == LG_OK)
		status = lg_ldap_probe_attribute(&probe, "legacyExchangeDN",
						 &can, err);
	survey->knows_dn = can == LG_LDAP_MATCHABLE;
	lg_ldap_probe_close(&probe);
	return status;
}

/* One that offers TLS, which then failed, is not asked without. */
static enum lg_status check_offer(struct lg_ldap_connection *connection,
				  struct lg_error *err)
{
	struct lg_strlist offers = {0};
	enum lg_status status =
		read_root(connection, "supportedExtension", &offers, err);

	for (size_t i = 0; status == LG_OK && i < offers.count; i++) {
		if (strcmp(offers.item[i], LDAP_EXOP_START_TLS) == 0)
			status = lg_error_set(err, LG_ERR_DIRECTORY,
					      connection->uri,
					      "offers StartTLS, and it fails");
	}
	lg_strlist_release(&offers);
	return status;
}

static enum lg_status ask(const struct lg_directory_settings *settings,
			  struct lg_ldap_survey *survey, struct lg_error *err)
{
	struct lg_ldap_connection connection = {0};
	struct lg_ldap_settings own = {0};
	enum lg_status status = lg_ldap_settings_read(settings, &own, err);

	if (status != LG_OK)
		return status;
	status = lg_ldap_connect(&own, own.uri.item[0], &connection, err);
	if (status == LG_OK && settings->tls == LG_TLS_NONE)
		status = check_offer(&connection, err);
	if (status == LG_OK)
		status = find_base(&connection, settings->base, survey, err);
	if (status == LG_OK)
		status = find_names(&connection, survey, err);
	if (connection.ld)
		lg_ldap_disconnect(&connection);
	lg_ldap_settings_release(&own);
	survey->tls = settings->tls;
	return status;
}

enum lg_status lg_ldap_survey(const struct lg_directory_settings *settings,
			      struct lg_ldap_survey *out_survey,
			      struct lg_error *err)
{
	const struct lg_ldap_sigpipe guard = lg_ldap_sigpipe_hold_off();
	struct lg_directory_settings tried = *settings;
	struct lg_ldap_survey survey = {0};
	struct lg_error first;
	enum lg_status status;

	if (strncmp(tried.uri, "ldap://", 7) == 0 && tried.tls == LG_TLS_DEMAND)
		tried.tls = LG_TLS_STARTTLS;
	status = ask(&tried, &survey, err);
	if (status == LG_ERR_DIRECTORY && tried.tls == LG_TLS_STARTTLS &&
	    is_here(tried.uri)) {
		lg_ldap_survey_release(&survey);
		tried.tls = LG_TLS_NONE;
		first = *err;
		status = ask(&tried, &survey, err);
		/* What an answer without TLS was about is told. */
		if (status == LG_ERR_DIRECTORY && !survey.contexts.count)
			*err = first;
	}
	lg_ldap_sigpipe_let_be(&guard);
	if (status == LG_OK)
		*out_survey = survey;
	else
		lg_ldap_survey_release(&survey);
	return lg_ldap_could_not_ask(status, err);
}

void lg_ldap_survey_release(struct lg_ldap_survey *survey)
{
	lg_strlist_release(&survey->contexts);
	lg_strlist_release(&survey->login);
	lg_buffer_release(&survey->base);
	*survey = (struct lg_ldap_survey){0};
}
