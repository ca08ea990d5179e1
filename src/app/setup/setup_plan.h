/* SPDX-License-Identifier: ISC */
/*
 * setup_plan.h - what setting a door up would change
 *
 * Layer: app: core and ports.
 * Flow: one file a door (setup_dovecot.c, ...) makes a plan of what it found;
 * setup_run.c carries it out; the command shows it.
 * Source: contract 13 "Packages and setup".
 */
#ifndef LOGONGATE_APP_SETUP_PLAN_H
#define LOGONGATE_APP_SETUP_PLAN_H

#include <stdint.h>

#include <logongate/buffer.h>
#include <logongate/strlist.h>

#define LG_SETUP_FILES_MAX 64
#define LG_SETUP_WORDS_MAX 12

/* before NULL: there is none; after NULL: it goes. A secret's texts are shown
 * and kept nowhere else. */
struct lg_setup_file {
	const char *path;
	const char *before;
	const char *after;
	uint32_t mode;
	const char *owner; /* of a new file; NULL: root */
	int is_secret;
};

/* A program and its words, NULL at the end; word[0] NULL: none. */
struct lg_setup_words {
	const char *word[LG_SETUP_WORDS_MAX];
};

/* How the server is told to read what was written. */
struct lg_setup_server {
	const char *service;         /* as systemd calls it; NULL: none */
	const char *program;         /* as its process is called; NULL: none */
	int reloads;                 /* a reload is enough */
	struct lg_setup_words test;  /* its own */
	struct lg_setup_words lives; /* ends with 0 while it runs */
	struct lg_setup_words stop;  /* where systemd does not start it */
	struct lg_setup_words start; /* or makes it read again */
};

/* All texts lie in arena, but for constants. */
struct lg_setup_plan {
	const char *door;
	const char *variant; /* NULL: there is but one */
	struct lg_setup_file file[LG_SETUP_FILES_MAX];
	size_t file_count;
	const char *joins;     /* the user who joins logongate-door */
	const char *gate_conf; /* the gate's settings, where a file is them */
	int is_partial;        /* ways that do not ask are not meant */
	int is_unfinished;     /* of a record: who made it was killed */
	struct lg_setup_server server;
	struct lg_strlist notes; /* what is left to the administrator */
	struct lg_strlist arena;
	enum lg_status status; /* of keeping texts */
};

/* A copy in the arena; NULL of NULL. Where memory is short it is "", and
 * lg_setup_plan_status remembers it. */
const char *lg_setup_keep(struct lg_setup_plan *plan, const char *text);
/* The same of what a format makes of its arguments. */
const char *lg_setup_text(struct lg_setup_plan *plan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same of a buffer, which is released. */
const char *lg_setup_take(struct lg_setup_plan *plan, struct lg_buffer *buffer);

/* LG_OK, or LG_ERR_NO_MEMORY when a text could not be kept. */
enum lg_status lg_setup_plan_status(const struct lg_setup_plan *plan,
				    struct lg_error *err);

/* Adds a copy; nothing where before and after are the same. */
enum lg_status lg_setup_add(struct lg_setup_plan *plan,
			    const struct lg_setup_file *file,
			    struct lg_error *err);

/* Puts what in the place of len bytes of a text. */
enum lg_status lg_setup_splice(struct lg_buffer *text, size_t at, size_t len,
			       const char *what, struct lg_error *err);

void lg_setup_plan_release(struct lg_setup_plan *plan);

#endif
