/* SPDX-License-Identifier: ISC */
/*
 * setup_postfix.c - Postfix asks the gate about who submits mail
 *
 * The question is defined at the end of main.cf, and each service of master.cf
 * where people log on gets -o lines that put it in front of the restrictions
 * in force there: whatever an administrator wrote goes on being asked after it.
 */
#include <string.h>

#include "app/doors/doors_match.h"
#include "app/doors/postfix_master.h"
#include "app/setup/setup_master.h"
#include "app/setup/setup_parts.h"

#define TCP_USUAL "127.0.0.1:4181"

struct postfix {
	const struct lg_setup_ask *ask;
	const char *folder;
	const char *main_cf; /* the text */
	const char *master_cf;
	struct lg_buffer master_after;
	const char *own_socket; /* as the drop-in names it here */
	int holds;              /* mail from outside, too */
	int is_chrooted;        /* some service that is to ask */
	size_t found;
};

/* 1 when it asks already, by setup or by an administrator. */
static int asks(const struct postfix *postfix,
		struct lg_postfix_service *service)
{
	static const char *const lists[] = {
		"smtpd_client_restrictions", "smtpd_sender_restrictions",
		"smtpd_relay_restrictions", "smtpd_recipient_restrictions",
		"smtpd_data_restrictions"};
	struct lg_buffer value = {0};
	int found = 0;

	for (size_t i = 0; i < service->own.value.count; i++)
		found |= strstr(service->own.value.item[i], "$logongate_") !=
			 NULL;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		found |= strstr(lg_postfix_in_force(service, lists[i], &value),
				postfix->own_socket) != NULL;
	lg_buffer_release(&value);
	return found;
}

static int is_from_outside(const char *service)
{
	size_t len = strcspn(service, " ");
	const char *port = service;

	for (size_t i = 0; i < len; i++) {
		if (service[i] == ':')
			port = service + i + 1;
	}
	len -= (size_t)(port - service);
	return (len == 4 && strncmp(port, "smtp", 4) == 0) ||
	       (len == 2 && strncmp(port, "25", 2) == 0);
}

static enum lg_status add_service(void *context,
				  struct lg_postfix_service *service,
				  struct lg_error *err)
{
	struct postfix *postfix = context;
	struct lg_buffer value = {0};
	struct lg_buffer lines = {0};
	enum lg_status status = LG_OK;
	int logs_on, outside;

	if (!service->is_smtpd)
		return LG_OK;
	logs_on = lg_doors_is_yes(
		lg_postfix_in_force(service, "smtpd_sasl_auth_enable", &value));
	outside = is_from_outside(service->name);
	lg_buffer_release(&value);
	if (!logs_on && !(postfix->holds && outside))
		return LG_OK;
	postfix->found += (size_t)logs_on;
	if (asks(postfix, service))
		return LG_OK;
	postfix->is_chrooted |= service->is_chrooted;
	status = logs_on ? lg_setup_master_submission(service, &lines, err)
			 : lg_setup_master_hold(service, &lines, err);
	if (status == LG_OK)
		status = lg_setup_master_insert(
			&postfix->master_after, service->name,
			lines.data ? lines.data : "", err);
	if (status == LG_OK && logs_on && outside)
		status = lg_setup_note(
			postfix->ask,
			"%s takes logons and mail from outside alike: while "
			"the gate is dead, mail from outside is told to come "
			"again (451) as well.",
			service->name);
	lg_buffer_release(&lines);
	return status;
}

/* What postconf prints. */
static enum lg_status postconf(const struct lg_setup_ask *ask, const char *how,
			       const char *name, struct lg_buffer *out,
			       struct lg_error *err)
{
	const char *dir = ask->config_dir;
	const char *argv[] = {"postconf",        dir ? "-c" : how,
			      dir ? dir : name,  dir ? how : NULL,
			      dir ? name : NULL, NULL};

	return lg_setup_prints(ask, "postfix", argv, out);
}

/* The value of one parameter. */
static enum lg_status parameter(const struct postfix *postfix, const char *name,
				const char **out_value)
{
	struct lg_buffer value = {0};
	enum lg_status status =
		postconf(postfix->ask, "-h", name, &value, postfix->ask->err);

	while (status == LG_OK && value.len &&
	       value.data[value.len - 1] == '\n')
		value.data[--value.len] = '\0';
	*out_value = lg_setup_take(postfix->ask->plan, &value);
	return status;
}

static const char *path_of(const struct postfix *postfix, const char *name)
{
	return lg_setup_text(postfix->ask->plan, "%s/%s", postfix->folder,
			     name);
}

static enum lg_status read_services(struct postfix *postfix)
{
	struct lg_postfix_parameters parameters = {0};
	struct lg_buffer main_cf = {0};
	struct lg_buffer master_cf = {0};
	enum lg_status status =
		postconf(postfix->ask, "-x", NULL, &main_cf, postfix->ask->err);

	if (status == LG_OK)
		status = postconf(postfix->ask, "-M", NULL, &master_cf,
				  postfix->ask->err);
	if (status == LG_OK)
		status = lg_postfix_parameters_read(
			main_cf.data ? main_cf.data : "", main_cf.len,
			&parameters, postfix->ask->err);
	if (status == LG_OK)
		status = lg_postfix_master_read(
			master_cf.data ? master_cf.data : "", master_cf.len,
			&parameters, add_service, postfix, postfix->ask->err);
	lg_postfix_parameters_release(&parameters);
	lg_buffer_release(&main_cf);
	lg_buffer_release(&master_cf);
	if (status == LG_OK && postfix->found == 0)
		return lg_error_set(postfix->ask->err, LG_ERR_CONFLICT,
				    "postfix",
				    "has no service where people log on "
				    "(smtpd_sasl_auth_enable = yes): there is "
				    "nothing to ask about");
	return status;
}

/* Everything of the drop-in but how to install it. */
static enum lg_status plan_main(struct postfix *postfix, const char *tcp)
{
	const struct lg_setup_swap swaps[] = {
		{tcp ? postfix->own_socket : NULL,
		 lg_setup_text(postfix->ask->plan, "inet:%s", tcp ? tcp : "")},
		{NULL, NULL}};
	const char *before = postfix->main_cf;
	size_t len = strlen(before);
	const char *text = NULL;
	const char *body;
	enum lg_status status;

	if (strstr(before, "\nlogongate_submission"))
		return LG_OK;
	status = lg_setup_dropin(postfix->ask, "postfix/logongate-main.cf",
				 swaps, &text);
	if (status != LG_OK)
		return status;
	body = strstr(text, "\n\n");
	return lg_setup_his_file(
		postfix->ask, path_of(postfix, "main.cf"), before,
		lg_setup_text(postfix->ask->plan, "%s%s%s", before,
			      len && before[len - 1] != '\n' ? "\n" : "",
			      body ? body + 1 : text));
}

/* 1 when the listener is asked over a socket that Postfix can open. */
static int has_socket(const struct postfix *postfix)
{
	const struct lg_strlist *address =
		&postfix->ask->settings->listen[LG_LISTEN_POSTFIX].address;

	for (size_t i = 0; i < address->count; i++) {
		if (strncmp(address->item[i], "unix:", 5) == 0)
			return 1;
	}
	return address->count == 0;
}

static enum lg_status plan_settings(struct postfix *postfix)
{
	const struct lg_setup_ask *ask = postfix->ask;
	struct lg_setup_draft draft = {0};
	const char *user = "";
	const char *tcp = NULL;
	enum lg_status status = lg_setup_draft_begin(ask, &draft);

	if (status == LG_OK && (postfix->is_chrooted || !has_socket(postfix))) {
		status = lg_setup_draft_tcp(
			&draft, LG_LISTEN_POSTFIX,
			ask->listen ? ask->listen : TCP_USUAL, &tcp);
	} else if (status == LG_OK) {
		status = lg_setup_draft_socket(&draft, LG_LISTEN_POSTFIX);
		if (status == LG_OK)
			status = parameter(postfix, "mail_owner", &user);
		if (status == LG_OK)
			status = lg_setup_join(ask, user);
	}
	if (status == LG_OK)
		status = lg_setup_draft_end(&draft);
	if (status == LG_OK)
		status = plan_main(postfix, tcp);
	lg_setup_draft_release(&draft);
	return status;
}

/*
 * Where main.cf and master.cf are. A folder that was named is not asked for:
 * for two seconds after main.cf was written, Postfix 3.10 answers
 * "postconf -c FOLDER -h config_directory" with /etc/postfix.
 */
static enum lg_status find_folder(struct postfix *postfix)
{
	const char *named = postfix->ask->config_dir;

	if (named == NULL)
		return parameter(postfix, "config_directory", &postfix->folder);
	postfix->folder = named;
	return LG_OK;
}

static enum lg_status find(struct postfix *postfix)
{
	const struct lg_setup_ask *ask = postfix->ask;
	struct lg_setup_plan *plan = postfix->ask->plan;
	const char *run_dir = ask->settings->run_dir;
	enum lg_status status = find_folder(postfix);
	const char *folder = postfix->folder;

	if (status != LG_OK)
		return status;
	postfix->own_socket =
		lg_setup_text(plan, "unix:%s/postfix.sock",
			      run_dir ? run_dir : "/run/logongate");
	folder = lg_setup_keep(plan, folder);
	plan->server = (struct lg_setup_server){
		.reloads = 1,
		.test = {{"postfix", "-c", folder, "check"}},
		.lives = {{"postfix", "-c", folder, "status"}},
		.start = {{"postfix", "-c", folder, "reload"}}};
	status = lg_setup_read(ask, path_of(postfix, "main.cf"),
			       &postfix->main_cf);
	if (status == LG_OK)
		status = lg_setup_read(ask, path_of(postfix, "master.cf"),
				       &postfix->master_cf);
	if (status != LG_OK)
		return status;
	lg_buffer_text(&postfix->master_after, postfix->master_cf);
	return lg_buffer_status(&postfix->master_after, postfix->ask->err);
}

enum lg_status lg_setup_postfix(const struct lg_setup_ask *ask)
{
	struct postfix postfix = {.ask = ask};
	const char *variant = NULL;
	enum lg_status status =
		lg_setup_begin(ask, "postfix", "submission", &variant);

	postfix.holds = variant && strcmp(variant, "hold") == 0;
	if (status == LG_OK)
		status = find(&postfix);
	if (status == LG_OK)
		status = read_services(&postfix);
	if (status == LG_OK &&
	    strcmp(postfix.master_cf, postfix.master_after.data) != 0)
		status = plan_settings(&postfix);
	if (status == LG_OK)
		status = lg_setup_his_file(ask, path_of(&postfix, "master.cf"),
					   postfix.master_cf,
					   postfix.master_after.data);
	lg_buffer_release(&postfix.master_after);
	return status;
}
