/* SPDX-License-Identifier: ISC */
/*
 * backend.h - how a server of the settings is reached: [target.NAME] backend
 *
 * Layer: core.
 * Flow: backends.def has the rows; settings are checked by it, plan, targets
 * and apply word by it what a lock does there, cli/change/servers_targets.c
 * opens by it (doc/adding-a-target.md).
 * Source: contract 3 [target.*], 8 "Targets".
 */
#ifndef LOGONGATE_CORE_SETTINGS_BACKEND_H
#define LOGONGATE_CORE_SETTINGS_BACKEND_H

#include <logongate/buffer.h>

enum lg_backend {
#define LG_BACKEND(id, word, ...) LG_BACKEND_##id,
#include "core/settings/backends.def"
	LG_BACKEND_COUNT
};

/* The setting that says where it is. */
enum lg_backend_place {
	LG_BACKEND_ANYWHERE = 0, /* none is needed */
	LG_BACKEND_AT_SERVER,
	LG_BACKEND_AT_FILE
};

struct lg_backend_row {
	const char *name;
	enum lg_backend_place place;
	/* A file, of which this must be done on the server before anything is
	 * in force; NULL: what is written is there. */
	const char *carried;
	int restarts;       /* restart = yes is heeded; else it is an error, but
			     * for what is carried */
	int stops_services; /* so is stop_services */
	int keeps_secret;   /* credentials_file is one, contract 8 "Sockets" */
	int holds_accounts; /* no registry but protocolSettings, which no store
			     * reads and nothing explains */
	const char *as_said; /* where it is without a setting; NULL: nowhere */
};

/* Good for ever. */
const struct lg_backend_row *lg_backend_row(enum lg_backend backend);
const char *lg_backend_name(enum lg_backend backend);

/* 1 and *out_backend where a backend has this name. */
int lg_backend_from_name(const char *name, size_t len,
			 enum lg_backend *out_backend);

/* Appends all names, "a, b or c". */
void lg_backend_names(struct lg_buffer *out_text);

#endif
