/* SPDX-License-Identifier: ISC */
/*
 * survey_postfix.c - what postconf says about asking the gate
 *
 * Each smtpd service has the parameters of main.cf with its own -o on top. One
 * that lets people log on asks when a restriction list, which is evaluated
 * after AUTH, has a check_policy_service of the gate before anything that
 * permits authenticated clients (facts/enforcement.md 2).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/doors/doors.h"
#include "app/doors/doors_match.h"

#define EXPAND_DEPTH 4

/* "name = value" lines, as read. */
struct parameters {
	struct lg_strlist name;
	struct lg_strlist value;
};

static void parameters_release(struct parameters *parameters)
{
	lg_strlist_release(&parameters->name);
	lg_strlist_release(&parameters->value);
}

static const char *parameter(const struct parameters *parameters,
			     const char *name, size_t len)
{
	size_t i;

	for (i = parameters->name.count; i > 0; i--) {
		if (strlen(parameters->name.item[i - 1]) == len &&
		    strncmp(parameters->name.item[i - 1], name, len) == 0)
			return parameters->value.item[i - 1];
	}
	return NULL;
}

static void trim(const char **start, const char **end)
{
	while (*start < *end && isspace((unsigned char)**start))
		(*start)++;
	while (*end > *start && isspace((unsigned char)(*end)[-1]))
		(*end)--;
}

static enum lg_status add_parameter(struct parameters *parameters,
				    const char *start, const char *end,
				    struct lg_error *err)
{
	const char *equals = memchr(start, '=', (size_t)(end - start));
	const char *name_end = equals;
	const char *value = equals ? equals + 1 : NULL;
	enum lg_status status;

	if (!equals)
		return LG_OK;
	trim(&start, &name_end);
	trim(&value, &end);
	status = lg_strlist_add(&parameters->name, start,
				(size_t)(name_end - start), err);
	if (status == LG_OK)
		status = lg_strlist_add(&parameters->value, value,
					(size_t)(end - value), err);
	return status;
}

static enum lg_status no_nul(const char *text, size_t len, struct lg_error *err)
{
	if (memchr(text, '\0', len))
		return lg_error_set(err, LG_ERR_SYNTAX, "postconf",
				    "a NUL byte in what it printed");
	return LG_OK;
}

static enum lg_status read_main(const char *text, size_t len,
				struct parameters *parameters,
				struct lg_error *err)
{
	enum lg_status status = no_nul(text, len, err);
	const char *end = text + len;
	const char *line_end;

	while (status == LG_OK && text < end) {
		line_end = memchr(text, '\n', (size_t)(end - text));
		if (!line_end)
			line_end = end;
		status = add_parameter(parameters, text, line_end, err);
		text = line_end < end ? line_end + 1 : end;
	}
	return status;
}

/* Puts $name, ${name} and $(name) in; what is unknown becomes nothing. */
static void expand(const struct parameters *main_cf, const char *value,
		   int depth, struct lg_buffer *out)
{
	const char *name;
	const char *known;
	size_t len;

	while (*value) {
		if (*value != '$' || depth == 0) {
			lg_buffer_char(out, *value++);
			continue;
		}
		name = ++value;
		if (*name == '{' || *name == '(')
			name++;
		len = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		known = parameter(main_cf, name, len);
		if (known)
			expand(main_cf, known, depth - 1, out);
		value = name + len;
		if (name[-1] != '$')
			value += strcspn(value, "})") + 1;
		if (value > name + len && value[-1] == '\0')
			value--;
	}
}

/* One service of master.cf with its own settings. */
struct service {
	const struct parameters *main_cf;
	struct parameters own;
	char *name; /* "submission inet" */
	int is_smtpd;
	int is_chrooted;
};

/* The value in force for a service; expanded into out. */
static const char *in_force(const struct service *service, const char *name,
			    struct lg_buffer *out)
{
	const char *value = parameter(&service->own, name, strlen(name));

	if (!value)
		value = parameter(service->main_cf, name, strlen(name));
	lg_buffer_clear(out);
	if (value)
		expand(service->main_cf, value, EXPAND_DEPTH, out);
	return out->data ? out->data : "";
}

/* The default_action that stands beside the gate's address in a list. */
static enum lg_when_down default_action(const struct service *service,
					const char *list)
{
	struct lg_buffer buffer = {0};
	const char *action = strstr(list, "default_action");
	enum lg_when_down when_down = LG_WHEN_DOWN_TEMPORARY;

	if (action) {
		action += strcspn(action, "=");
		action += strspn(action, "= \t");
	} else {
		action =
			in_force(service, "smtpd_policy_service_default_action",
				 &buffer);
	}
	if (strncasecmp(action, "dunno", 5) == 0 ||
	    strncasecmp(action, "ok", 2) == 0 ||
	    strncasecmp(action, "permit", 6) == 0)
		when_down = LG_WHEN_DOWN_OPEN;
	else if (strncasecmp(action, "reject", 6) == 0 || *action == '5')
		when_down = LG_WHEN_DOWN_CLOSED;
	lg_buffer_release(&buffer);
	return when_down;
}

static const char *gate_in(const char *list, const struct lg_strlist *gate)
{
	const char *at = list;

	/* the shortest tail that still mentions it begins at the address */
	if (!lg_doors_mentions(list, gate))
		return NULL;
	while (*at && lg_doors_mentions(at + 1, gate))
		at++;
	return at;
}

static void judge(const struct service *service,
		  const struct lg_gate_addresses *gate, struct lg_way *way,
		  struct lg_buffer *list)
{
	static const char *const lists[] = {
		"smtpd_client_restrictions",     "smtpd_helo_restrictions",
		"smtpd_sender_restrictions",     "smtpd_relay_restrictions",
		"smtpd_recipient_restrictions",  "smtpd_data_restrictions",
		"smtpd_end_of_data_restrictions"};
	const char *delay = in_force(service, "smtpd_delay_reject", list);
	int delayed = *delay == '\0' || lg_doors_is_yes(delay);
	const char *text;
	const char *permit;
	const char *at;
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		text = in_force(service, lists[i], list);
		at = gate_in(text, &gate->postfix);
		if (!at) {
			if (gate->postfix.count == 0 &&
			    strstr(text, "/logongate/")) {
				way->note = "it asks where no gate listens";
				way->add = "[listen.postfix] in "
					   "logongate.conf, and a restart of "
					   "the gate";
				return;
			}
			continue;
		}
		if (i < 2 && !delayed) {
			way->note = "asks before AUTH, when nobody has a name "
				    "(smtpd_delay_reject=no)";
			continue;
		}
		permit = strstr(text, "permit_sasl_authenticated");
		if (permit && permit < at) {
			way->note = "permit_sasl_authenticated stands before "
				    "the check, so nobody who logged on is "
				    "ever asked about";
			continue;
		}
		way->when_down = default_action(service, at);
		if (service->is_chrooted && *at == '/') {
			way->note = "it runs chrooted and cannot see the "
				    "gate's socket: to it the gate is always "
				    "down";
			way->add = "\"n\" in the chroot column of master.cf, "
				   "or inet:HOST:PORT of the gate";
			return;
		}
		way->asks = LG_ASKS_YES;
		permit = strstr(text, "permit_mynetworks");
		way->note = permit && permit < at
				    ? "clients in mynetworks are not asked "
				      "about"
				    : NULL;
		return;
	}
	way->add = "check_policy_service of the drop-in "
		   "postfix/logongate-master.cf, before "
		   "permit_sasl_authenticated";
}

static enum lg_status add_service(const struct service *service,
				  const struct lg_gate_addresses *gate,
				  struct lg_ways *ways, struct lg_error *err)
{
	struct lg_way way = {.door = "postfix", .way = service->name};
	struct lg_buffer buffer = {0};
	enum lg_status status;

	if (!service->is_smtpd)
		return LG_OK;
	if (lg_doors_is_yes(
		    in_force(service, "smtpd_sasl_auth_enable", &buffer))) {
		judge(service, gate, &way, &buffer);
	} else {
		way.asks = LG_ASKS_NOT_NEEDED;
		way.note = "nobody logs on here; mail from outside is never "
			   "touched by a lock";
	}
	status = lg_buffer_status(&buffer, err);
	if (status == LG_OK)
		status = lg_ways_add(ways, &way, err);
	lg_buffer_release(&buffer);
	return status;
}

/* The n-th word of a line, counted from 0; its length in *out_len. */
static const char *word(const char *start, const char *end, int n,
			size_t *out_len)
{
	const char *from;

	for (;;) {
		while (start < end && isspace((unsigned char)*start))
			start++;
		from = start;
		while (start < end && !isspace((unsigned char)*start))
			start++;
		if (n-- == 0)
			break;
	}
	*out_len = (size_t)(start - from);
	return from;
}

static enum lg_status begin_service(struct service *service, const char *line,
				    const char *end, struct lg_error *err)
{
	struct lg_buffer name = {0};
	const char *text;
	size_t len;

	text = word(line, end, 0, &len);
	lg_buffer_append(&name, text, len);
	lg_buffer_char(&name, ' ');
	text = word(line, end, 1, &len);
	lg_buffer_append(&name, text, len);
	text = word(line, end, 4, &len);
	service->is_chrooted = len == 1 && *text == 'y';
	text = word(line, end, 7, &len);
	service->is_smtpd = len == 5 && strncmp(text, "smtpd", 5) == 0;
	return lg_buffer_take(&name, &service->name, err);
}

/* "-o name=value" up to the next -o; values may be { in braces }. */
static enum lg_status add_own(struct service *service, const char *line,
			      const char *end, struct lg_error *err)
{
	enum lg_status status = LG_OK;
	const char *next;
	int depth;

	while (status == LG_OK && line < end) {
		trim(&line, &end);
		if (end - line < 2 || strncmp(line, "-o", 2) != 0)
			return LG_OK;
		line += 2;
		depth = 0;
		for (next = line; next < end; next++) {
			depth += (*next == '{') - (*next == '}');
			if (depth == 0 && next + 4 <= end &&
			    strncmp(next, " -o ", 4) == 0)
				break;
		}
		trim(&line, &next);
		if (next - line > 1 && *line == '{' && next[-1] == '}')
			status = add_parameter(&service->own, line + 1,
					       next - 1, err);
		else
			status = add_parameter(&service->own, line, next, err);
		line = next;
	}
	return status;
}

static enum lg_status read_master(const char *text, size_t len,
				  struct service *service,
				  const struct lg_gate_addresses *gate,
				  struct lg_ways *ways, struct lg_error *err)
{
	enum lg_status status = no_nul(text, len, err);
	const char *end = text + len;
	const char *line_end;
	const char *options;

	while (status == LG_OK && text < end) {
		line_end = memchr(text, '\n', (size_t)(end - text));
		if (!line_end)
			line_end = end;
		if (*text == ' ' || *text == '\t') {
			status = add_own(service, text, line_end, err);
		} else if (*text != '#' && *text != '\n') {
			status = add_service(service, gate, ways, err);
			parameters_release(&service->own);
			free(service->name);
			service->name = NULL;
			if (status == LG_OK)
				status = begin_service(service, text, line_end,
						       err);
			options = text;
			while (options + 4 < line_end &&
			       strncmp(options, " -o ", 4) != 0)
				options++;
			if (status == LG_OK && options + 4 < line_end)
				status = add_own(service, options, line_end,
						 err);
		}
		text = line_end < end ? line_end + 1 : end;
	}
	if (status == LG_OK)
		status = add_service(service, gate, ways, err);
	return status;
}

enum lg_status lg_doors_postfix(const char *main_cf, size_t main_len,
				const char *master_cf, size_t master_len,
				const struct lg_gate_addresses *gate,
				struct lg_ways *ways, struct lg_error *err)
{
	struct parameters parameters = {0};
	struct service service = {.main_cf = &parameters};
	enum lg_status status;

	status = read_main(main_cf, main_len, &parameters, err);
	if (status == LG_OK)
		status = read_master(master_cf, master_len, &service, gate,
				     ways, err);
	parameters_release(&service.own);
	free(service.name);
	parameters_release(&parameters);
	return status;
}
