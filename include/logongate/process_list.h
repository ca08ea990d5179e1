/* SPDX-License-Identifier: ISC */
/*
 * process_list.h - the value "Disable MAPI Client Processes"
 *
 * Layer: core.
 * Source: conformance P1-P7.
 */
#ifndef LOGONGATE_PROCESS_LIST_H
#define LOGONGATE_PROCESS_LIST_H

#include <logongate/strlist.h>

struct lg_process_list;

/*
 * Reads a list.
 * Shape: names between ; with blanks around them ignored; a name is a file
 * name with its extension: no / \ and no control characters (P5). Empty or
 * blank text is valid and blocks nothing. An empty item, a trailing separator
 * are errors (nothing is dropped silently).
 * Returns: LG_OK; LG_ERR_SYNTAX with position. Owns: lg_process_list_free.
 */
enum lg_status lg_process_list_parse(const char *text, size_t len,
				     const char *place,
				     struct lg_process_list **out_list,
				     struct lg_error *err);
void lg_process_list_free(struct lg_process_list **list);

/* 1 when the base name of a client's process is listed (ASCII case ignored,
 * cut after the last / or \). Allocates nothing. */
int lg_process_list_contains(const struct lg_process_list *list,
			     const char *process, size_t len);

/* Names as written, in order. */
const struct lg_strlist *
lg_process_list_names(const struct lg_process_list *list);

#endif
