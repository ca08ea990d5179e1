/* SPDX-License-Identifier: ISC */
/*
 * setup_master.h - lines for services of Postfix' master.cf
 *
 * Layer: app, private to the set-up. Source: master(5), postconf(5).
 */
#ifndef LOGONGATE_APP_SETUP_MASTER_H
#define LOGONGATE_APP_SETUP_MASTER_H

#include "app/doors/postfix_master.h"

/*
 * The -o lines with which a service asks about who submits mail, in front of
 * the restrictions that are in force for it.
 * Returns: LG_OK; LG_ERR_CONFLICT, a list that is not to be put on one line.
 */
enum lg_status lg_setup_master_submission(struct lg_postfix_service *service,
					  struct lg_buffer *out_lines,
					  struct lg_error *err);

/* The same for one that takes mail from outside, which may be held. */
enum lg_status lg_setup_master_hold(struct lg_postfix_service *service,
				    struct lg_buffer *out_lines,
				    struct lg_error *err);

/* Puts lines behind the last one of the service "NAME TYPE" in master.cf;
 * LG_ERR_SYNTAX where it is not there. */
enum lg_status lg_setup_master_insert(struct lg_buffer *text,
				      const char *service, const char *lines,
				      struct lg_error *err);

#endif
