/* SPDX-License-Identifier: ISC */
/*
 * postfix_parameters.h - parameters of main.cf and of one service
 *
 * Layer: app, private to the doors. Source: postconf(5), postconf(1),
 * master(5).
 */
#ifndef LOGONGATE_APP_DOORS_POSTFIX_PARAMETERS_H
#define LOGONGATE_APP_DOORS_POSTFIX_PARAMETERS_H

#include <logongate/buffer.h>
#include <logongate/strlist.h>

/* "name = value" lines, as read; the last of a name counts. */
struct lg_postfix_parameters {
	struct lg_strlist name;
	struct lg_strlist value;
};

void lg_postfix_parameters_release(struct lg_postfix_parameters *parameters);

/* One "name = value"; text without an equals sign is passed over. */
enum lg_status
lg_postfix_parameters_add(struct lg_postfix_parameters *parameters,
			  const char *start, const char *end,
			  struct lg_error *err);

/* Takes white space off both ends. */
void lg_postfix_trim(const char **start, const char **end);

/* What postconf printed. A NUL byte: LG_ERR_SYNTAX. */
enum lg_status
lg_postfix_parameters_read(const char *text, size_t len,
			   struct lg_postfix_parameters *parameters,
			   struct lg_error *err);

/* One service of master.cf with its own settings. */
struct lg_postfix_service {
	const struct lg_postfix_parameters *main_cf;
	struct lg_postfix_parameters own;
	char *name; /* "submission inet" */
	int is_smtpd;
	int is_chrooted;
	int is_unread; /* set by what was asked for and not understood */
};

/*
 * The value in force for the service with $name, ${name}, ${name?text} and
 * ${name:text} put in; "" where there is none. It lies in out.
 */
const char *lg_postfix_in_force(struct lg_postfix_service *service,
				const char *name, struct lg_buffer *out);

/* 1 when the value as it was written mentions one of the addresses. */
int lg_postfix_mentions(const struct lg_postfix_service *service,
			const char *name, const struct lg_strlist *addresses);

#endif
