/* SPDX-License-Identifier: ISC */
/*
 * postfix_master.h - the services of master.cf, one after the other
 *
 * Layer: app, for the doors and their set-up. Source: master(5), postconf(1).
 */
#ifndef LOGONGATE_APP_DOORS_POSTFIX_MASTER_H
#define LOGONGATE_APP_DOORS_POSTFIX_MASTER_H

#include "app/doors/postfix_parameters.h"

/* Called with each service; it is gone when the call returns. */
typedef enum lg_status lg_postfix_service_fn(void *context,
					     struct lg_postfix_service *service,
					     struct lg_error *err);

/* What `postconf -M` printed. */
enum lg_status
lg_postfix_master_read(const char *text, size_t len,
		       const struct lg_postfix_parameters *main_cf,
		       lg_postfix_service_fn *each, void *context,
		       struct lg_error *err);

#endif
