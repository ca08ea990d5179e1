/* SPDX-License-Identifier: ISC */
/*
 * clients_csv.h - the text of clients.csv, embedded by the build
 *
 * Layer: core, internal.
 */
#ifndef LOGONGATE_CORE_EXCHANGE_CLIENTS_CSV_H
#define LOGONGATE_CORE_EXCHANGE_CLIENTS_CSV_H

#include <stddef.h>

extern const unsigned char clients_csv[];
extern const size_t clients_csv_len;

#endif
