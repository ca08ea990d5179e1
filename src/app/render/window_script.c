/* SPDX-License-Identifier: ISC */
/*
 * Writes a window as a simulation script: people log on, the values are
 * written (and the store restarted where the dialect needs that), people try
 * again, the values are taken back, people try once more. The times leave a
 * poll room to come.
 */
#include <inttypes.h>
#include <string.h>

#include <logongate/process_list.h>

#include "app/render/window_script.h"

enum {
	LOGONS_S = 60,
	APPLY_S = 120,
	SETTLED_S = LG_POLL_INTERVAL_S + 60
};

static const struct {
	const char *id;
	const char *version;
} generations[] = {
	{"Outlook-97", "5.1457.0"},       {"Outlook-98", "5.2178.0"},
	{"Outlook-2000", "5.2819.0"},     {"Outlook-2002", "10.2627.0"},
	{"Outlook-2003", "11.5608.0"},    {"Outlook-2007", "12.4518.1014"},
	{"Outlook-2010", "14.4760.1000"}, {"Outlook-2013", "15.4420.1017"},
	{"Outlook-2016", "16.4266.1001"},
};

struct writer {
	struct lg_buffer *out;
	const struct lg_registry *values;
	enum lg_dialect dialect;
	struct lg_buffer who; /* " dn=..." of somebody listed, or "" */
};

/* As a shell quotes: '...' with '\'' for a quote. */
static void quote(struct lg_buffer *out, const char *text)
{
	lg_buffer_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			lg_buffer_text(out, "'\\''");
		/* A script's values stand on one line. */
		else
			lg_buffer_char(
				out, (unsigned char)*text < 0x20 ? ' ' : *text);
	}
	lg_buffer_char(out, '\'');
}

static void logon(struct writer *writer, int64_t t_s, const char *id,
		  const char *more)
{
	lg_buffer_format(writer->out, "%" PRId64 " logon ", t_s);
	quote(writer->out, id);
	lg_buffer_format(writer->out, "%s%s\n", writer->who.data, more);
}

static enum lg_status programs(struct writer *writer, int64_t t_s,
			       struct lg_error *err)
{
	const struct lg_value *value =
		lg_registry_find(writer->values, LG_KEY_PARAMETERS_SYSTEM,
				 LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES);
	struct lg_process_list *list = NULL;
	struct lg_buffer more = {0};
	const struct lg_strlist *names;
	enum lg_status status = LG_OK;

	if (!value || !value->text)
		return LG_OK;
	status = lg_process_list_parse(value->text, strlen(value->text),
				       value->name, &list, err);
	if (status != LG_OK)
		return status;
	names = lg_process_list_names(list);
	for (size_t i = 0; i < names->count; i++) {
		lg_buffer_clear(&more);
		lg_buffer_text(&more, " version=12.4518.1014 process=");
		quote(&more, names->item[i]);
		if (lg_buffer_status(&more, err) != LG_OK)
			break;
		logon(writer, t_s, names->item[i], more.data);
	}
	status = lg_buffer_status(&more, err);
	lg_buffer_release(&more);
	lg_process_list_free(&list);
	return status;
}

static void protocols(struct writer *writer, int64_t t_s)
{
	const struct lg_value *value =
		lg_registry_find(writer->values, LG_KEY_PARAMETERS_SYSTEM,
				 LG_VALUE_REFUSE_PROTOCOLS);

	for (unsigned int i = LG_PROTOCOL_HTTP; i < LG_PROTOCOL_COUNT; i++) {
		const char *name = lg_protocol_name((enum lg_protocol)i);
		char more[32] = " protocol=";

		if (!value || !value->text || !strstr(value->text, name))
			continue;
		memcpy(more + 10, name, strlen(name) + 1);
		logon(writer, t_s, name, more);
	}
}

static enum lg_status everybody(struct writer *writer, int64_t t_s,
				struct lg_error *err)
{
	if (writer->who.len) {
		logon(writer, t_s, "listed", "");
		lg_buffer_format(writer->out,
				 "%" PRId64 " logon unlisted "
				 "dn=/o=Example/ou=Site/cn=Recipients/"
				 "cn=somebody\n",
				 t_s);
	}
	for (size_t i = 0; i < sizeof(generations) / sizeof(generations[0]);
	     i++) {
		char more[64] = " version=";

		memcpy(more + 9, generations[i].version,
		       strlen(generations[i].version) + 1);
		logon(writer, t_s, generations[i].id, more);
	}
	protocols(writer, t_s);
	return programs(writer, t_s, err);
}

static void write_values(struct writer *writer, int64_t t_s)
{
	for (size_t i = 0; i < lg_registry_count(writer->values); i++) {
		const struct lg_value *value =
			lg_registry_at(writer->values, i);

		if (value->bytes_kept || (value->type != LG_REG_SZ &&
					  value->type != LG_REG_MULTI_SZ))
			continue;
		lg_buffer_format(writer->out, "%" PRId64 " set ", t_s);
		quote(writer->out, value->name);
		lg_buffer_format(writer->out, " %s",
				 lg_reg_type_name(value->type));
		if (value->type == LG_REG_SZ) {
			lg_buffer_char(writer->out, ' ');
			quote(writer->out, value->text);
		}
		for (size_t j = 0;
		     value->type == LG_REG_MULTI_SZ && j < value->list.count;
		     j++) {
			lg_buffer_char(writer->out, ' ');
			quote(writer->out, value->list.item[j]);
		}
		lg_buffer_char(writer->out, '\n');
	}
}

static void delete_values(struct writer *writer, int64_t t_s)
{
	for (size_t i = 0; i < lg_registry_count(writer->values); i++) {
		lg_buffer_format(writer->out, "%" PRId64 " delete ", t_s);
		quote(writer->out, lg_registry_at(writer->values, i)->name);
		lg_buffer_char(writer->out, '\n');
	}
}

static void restart(struct writer *writer, int64_t t_s)
{
	if (lg_dialect_traits(writer->dialect)->takes_effect ==
	    LG_TAKES_EFFECT_RESTART)
		lg_buffer_format(writer->out, "%" PRId64 " restart\n", t_s);
}

/* Somebody the values list, by DN or by name. */
static enum lg_status find_listed(struct writer *writer, struct lg_error *err)
{
	struct lg_strlist dn = {0};
	struct lg_strlist user = {0};
	enum lg_status status = lg_policy_names(writer->dialect, writer->values,
						&dn, &user, err);

	lg_buffer_append(&writer->who, "", 0);
	if (status == LG_OK && dn.count) {
		lg_buffer_text(&writer->who, " dn=");
		quote(&writer->who, dn.item[0]);
	} else if (status == LG_OK && user.count) {
		lg_buffer_text(&writer->who, " user=");
		quote(&writer->who, user.item[0]);
	}
	if (status == LG_OK)
		status = lg_buffer_status(&writer->who, err);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

enum lg_status lg_window_script(enum lg_dialect dialect,
				const struct lg_registry *values,
				int64_t duration_s, struct lg_buffer *out_text,
				struct lg_window_times *out_times,
				struct lg_error *err)
{
	struct writer writer = {
		.out = out_text,
		.values = values,
		.dialect = dialect,
	};
	const struct lg_window_times times = {
		.logons_s = LOGONS_S,
		.apply_s = APPLY_S,
		.during_s = APPLY_S + (duration_s > SETTLED_S ? SETTLED_S
							      : duration_s / 2),
		.lift_s = APPLY_S + duration_s,
		.after_s = APPLY_S + duration_s + SETTLED_S,
	};
	enum lg_status status = find_listed(&writer, err);

	if (status == LG_OK)
		status = everybody(&writer, times.logons_s, err);
	write_values(&writer, times.apply_s);
	restart(&writer, times.apply_s);
	if (status == LG_OK)
		status = everybody(&writer, times.during_s, err);
	delete_values(&writer, times.lift_s);
	restart(&writer, times.lift_s);
	if (status == LG_OK)
		status = everybody(&writer, times.after_s, err);
	if (status == LG_OK)
		status = lg_buffer_status(out_text, err);
	if (status == LG_OK)
		*out_times = times;
	lg_buffer_release(&writer.who);
	return status;
}
