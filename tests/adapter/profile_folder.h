/* SPDX-License-Identifier: ISC */
/*
 * profile_folder.h - profiles in a folder of their own
 */
#ifndef LOGONGATE_TESTS_ADAPTER_PROFILE_FOLDER_H
#define LOGONGATE_TESTS_ADAPTER_PROFILE_FOLDER_H

#include <stddef.h>

#include "adapters/ini/profile_file.h"

#define ORG "/o=Org/ou=Site/cn=Recipients/cn="

/* Its path, after profile_folder_begin. */
extern char folder[];

/* 0: it is there. */
int profile_folder_begin(void);
/* 0: it is gone. */
int profile_folder_end(void);

void write_bytes(const char *name, const char *bytes, size_t len);

void write_file(const char *name, const char *text);

enum lg_status load(const char *name, const char *const *set,
		    struct lg_profile **out_profile,
		    struct lg_strlist *out_usage, struct lg_error *err);

/* A profile that must read. */
struct lg_profile *good(const char *text);

#endif
