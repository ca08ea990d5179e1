/* SPDX-License-Identifier: ISC */
/*
 * survey_postfix.c - what postconf says about asking the gate
 *
 * Each smtpd service has the parameters of main.cf with its own -o on top. One
 * that lets people log on must ask (postfix_asks.c).
 */
#include <string.h>

#include "app/doors/doors_match.h"
#include "app/doors/postfix_asks.h"
#include "app/doors/postfix_master.h"
#include "app/doors/survey_inside.h"

/* "submission inet", "587 inet", "10.0.0.1:465 inet": where to try it. */
static enum lg_status add_url(struct lg_postfix_service *service,
			      struct lg_way *way, struct lg_buffer *url,
			      struct lg_buffer *peer, struct lg_error *err)
{
	static const struct {
		const char *name;
		const char *port;
	} known[] = {{"smtp", "25"},
		     {"submission", "587"},
		     {"submissions", "465"},
		     {"smtps", "465"}};
	struct lg_buffer wrapped = {0};
	size_t len = strcspn(service->name, " ");
	const char *port = service->name;
	int tls;

	if (strcmp(service->name + len, " inet") != 0)
		return LG_OK;
	for (size_t i = 0; i < len; i++) {
		if (service->name[i] == ':')
			port = service->name + i + 1;
	}
	if (port > service->name)
		lg_buffer_append(peer, service->name,
				 (size_t)(port - service->name - 1));
	else
		lg_buffer_text(peer, "127.0.0.1");
	len -= (size_t)(port - service->name);
	tls = lg_doors_is_yes(lg_postfix_in_force(
		service, "smtpd_tls_wrappermode", &wrapped));
	lg_buffer_release(&wrapped);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strlen(known[i].name) == len &&
		    strncmp(known[i].name, port, len) == 0) {
			port = known[i].port;
			len = strlen(port);
		}
	}
	lg_buffer_format(url, "%s://localhost:", tls ? "smtps" : "smtp");
	lg_buffer_append(url, port, len);
	way->url = url->data;
	way->peer = peer->data;
	if (lg_buffer_status(url, err) != LG_OK)
		return url->status;
	return lg_buffer_status(peer, err);
}

struct instance {
	const char *folder;
	const struct lg_gate_addresses *gate;
	struct lg_ways *ways;
};

static enum lg_status add_service(void *context,
				  struct lg_postfix_service *service,
				  struct lg_error *err)
{
	const struct instance *instance = context;
	const char *folder = instance->folder;
	struct lg_way way = {.door = "postfix"};
	struct lg_buffer buffer = {0};
	struct lg_buffer name = {0};
	struct lg_buffer url = {0};
	struct lg_buffer peer = {0};
	enum lg_status status;

	if (!service->is_smtpd)
		return LG_OK;
	lg_buffer_format(&name, "%s%s%s", service->name, folder ? " of " : "",
			 folder ? folder : "");
	way.way = name.data;
	status = add_url(service, &way, &url, &peer, err);
	if (status == LG_OK)
		status = lg_buffer_status(&name, err);
	if (status != LG_OK)
		goto out;
	if (lg_doors_is_yes(lg_postfix_in_force(
		    service, "smtpd_sasl_auth_enable", &buffer))) {
		status = lg_postfix_judge(service, instance->gate, &way,
					  &buffer, err);
	} else {
		way.asks = LG_ASKS_NOT_NEEDED;
		way.note = "nobody logs on here; mail from outside is never "
			   "touched by a lock";
	}
	if (status == LG_OK)
		status = lg_buffer_status(&buffer, err);
	if (status == LG_OK)
		status = lg_ways_add(instance->ways, &way, err);
out:
	lg_buffer_release(&buffer);
	lg_buffer_release(&name);
	lg_buffer_release(&url);
	lg_buffer_release(&peer);
	return status;
}

enum lg_status lg_doors_postfix(const char *main_cf, size_t main_len,
				const char *master_cf, size_t master_len,
				const char *folder,
				const struct lg_gate_addresses *gate,
				struct lg_ways *ways, struct lg_error *err)
{
	struct lg_postfix_parameters parameters = {0};
	struct instance instance = {folder, gate, ways};
	enum lg_status status;

	status =
		lg_postfix_parameters_read(main_cf, main_len, &parameters, err);
	if (status == LG_OK)
		status = lg_postfix_master_read(master_cf, master_len,
						&parameters, add_service,
						&instance, err);
	lg_postfix_parameters_release(&parameters);
	return status;
}

enum lg_status lg_doors_postfix_instances(const char *main_cf, size_t len,
					  struct lg_strlist *out_folders,
					  struct lg_error *err)
{
	static const char between[] = ", \t\r\n";
	struct lg_postfix_parameters parameters = {0};
	struct lg_postfix_service first = {.main_cf = &parameters};
	struct lg_buffer folders = {0};
	const char *at;
	size_t n;
	enum lg_status status;

	status = lg_postfix_parameters_read(main_cf, len, &parameters, err);
	if (status != LG_OK)
		goto out;
	at = lg_postfix_in_force(&first, "multi_instance_directories",
				 &folders);
	status = lg_buffer_status(&folders, err);
	while (status == LG_OK && *(at += strspn(at, between))) {
		n = strcspn(at, between);
		status = lg_strlist_add(out_folders, at, n, err);
		at += n;
	}
out:
	lg_buffer_release(&folders);
	lg_postfix_parameters_release(&parameters);
	return status;
}

/* out_others: NULL, or where to add the folders of the other instances. */
static enum lg_status read_postfix(struct survey *survey, const char *folder,
				   struct lg_strlist *out_others)
{
	const char *parameters[] = {"postconf", "-x", folder ? "-c" : NULL,
				    folder, NULL};
	const char *services[] = {"postconf", "-M", folder ? "-c" : NULL,
				  folder, NULL};
	const struct lg_machine *machine = survey->machine;
	struct lg_buffer main_cf = {0};
	struct lg_buffer master_cf = {0};
	struct lg_error why;
	enum lg_status status;

	status = machine->prints(machine->self, parameters, &main_cf,
				 survey->err);
	if (status == LG_OK)
		status = machine->prints(machine->self, services, &master_cf,
					 survey->err);
	if (status == LG_OK && out_others)
		status = lg_doors_postfix_instances(
			main_cf.data ? main_cf.data : "", main_cf.len,
			out_others, survey->err);
	if (status == LG_OK)
		status = lg_doors_postfix(
			main_cf.data ? main_cf.data : "", main_cf.len,
			master_cf.data ? master_cf.data : "", master_cf.len,
			out_others ? NULL : folder, survey->gate, survey->ways,
			survey->err);
	lg_buffer_release(&main_cf);
	lg_buffer_release(&master_cf);
	/* Of several instances, which one it was. */
	if (status == LG_ERR_IO && folder) {
		why = *survey->err;
		status = lg_error_set(survey->err, status, folder, "%s: %s",
				      why.place, why.text);
	}
	return lg_survey_settle(survey, "postfix", status);
}

/* The first instance says which others there are (postmulti(1)). */
enum lg_status lg_survey_postfix(struct survey *survey, const char *place)
{
	struct lg_strlist others = {0};
	enum lg_status status = read_postfix(survey, place, &others);

	for (size_t i = 0; status == LG_OK && i < others.count; i++)
		status = read_postfix(survey, others.item[i], NULL);
	lg_strlist_release(&others);
	return status;
}
